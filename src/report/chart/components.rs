//! Where the money goes: mean cost by component, one row per component and one column per strategy.
//!
//! A table of bars instead of stacked bars: a dozen stacked colors cannot be told apart, and only the first of a stack
//! starts at zero. Here every bar starts at its own zero and carries its number.
use super::axis::{drawable, extent};
use super::frame::{Area, Caption, empty, open};
use super::svg::Canvas;
use super::theme::{AXIS, BASE, CONTEXT, HAIR, NAME, NOTE, TITLE, VALUE, color};
use crate::report::display::{Lang, clean, money, percent};

/// Components below this share of every strategy's cost are put together.
const SMALL: f64 = 0.015;
/// The most rows, and the most columns.
const ROWS: usize = 14;
const COLUMNS: usize = 8;
/// Space between columns in pixels.
const GAP: f64 = 40.0;

/// The mean cost of one strategy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ComponentBars {
    /// Name of the strategy.
    pub name: String,
    /// Index of its color.
    pub color: usize,
    /// Mean cost of each component in the currency of the chart; credits are negative.
    pub amounts: Vec<f64>,
}

/// Mean cost by component and strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct Components {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// Names of the components.
    pub components: Vec<String>,
    /// The strategies.
    pub strategies: Vec<ComponentBars>,
    /// ISO 4217 code.
    pub currency: String,
    /// Language of numbers.
    pub lang: Lang,
}

/// A component, or several small ones together, with its amount in every strategy.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub(super) name: String,
    pub(super) amounts: Vec<f64>,
    /// The components in it.
    pub(super) members: Vec<usize>,
    /// Whether it stands for several small ones.
    pub(super) rest: bool,
}

/// The components that matter, largest first and credits last, at most `most` of them; the others as one row.
/// `columns` holds the amounts of each strategy; what is missing or not finite counts as zero.
pub(super) fn rank(names: &[String], columns: &[Vec<f64>], most: usize, lang: Lang) -> Vec<Row> {
    let amount = |column: &Vec<f64>, i: usize| column.get(i).copied().and_then(drawable).unwrap_or(0.0);
    let gross: Vec<f64> =
        columns.iter().map(|c| (0..names.len()).map(|i| amount(c, i).abs()).sum()).collect();
    let rows = names.iter().enumerate().map(|(i, name)| Row {
        name: clean(name, 60),
        amounts: columns.iter().map(|c| amount(c, i)).collect(),
        members: vec![i],
        rest: false,
    });
    let share = |row: &Row| {
        row.amounts
            .iter()
            .zip(&gross)
            .map(|(a, g)| if *g > 0.0 { a.abs() / g } else { 0.0 })
            .fold(0.0, f64::max)
    };
    let mut rows: Vec<Row> = rows.filter(|r| r.amounts.iter().any(|a| *a != 0.0)).collect();
    rows.sort_by(|a, b| share(b).total_cmp(&share(a)));
    let large = rows.iter().filter(|r| share(r) >= SMALL).count();
    let keep = if rows.len() <= most && large + 1 >= rows.len() { rows.len() } else { large.min(most - 1) };
    let small = rows.split_off(keep);
    let total = |row: &Row| row.amounts.iter().sum::<f64>();
    rows.sort_by(|a, b| total(b).total_cmp(&total(a)));
    if !small.is_empty() {
        let name = match lang {
            Lang::En => format!("other ({})", small.len()),
            Lang::Ja => format!("その他（{}項目）", small.len()),
        };
        let amounts = (0..columns.len()).map(|k| small.iter().map(|r| r.amounts[k]).sum()).collect();
        let members = small.into_iter().flat_map(|r| r.members).collect();
        rows.push(Row { name, amounts, members, rest: true });
    }
    rows
}

/// Where the columns of the table are.
struct Layout {
    top: f64,
    row: f64,
    columns: Vec<Area>,
    /// Room for the numbers beside a bar.
    number: f64,
    shares: bool,
}

impl Components {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        let columns: Vec<_> = self.strategies.iter().take(COLUMNS).map(|s| s.amounts.clone()).collect();
        let rows = rank(&self.components, &columns, ROWS, self.lang);
        let Some((low, high)) = extent(rows.iter().flat_map(|r| r.amounts.clone()).chain([0.0])) else {
            return empty(&self.caption, self.lang);
        };
        if columns.is_empty() || rows.is_empty() {
            return empty(&self.caption, self.lang);
        }
        let (mut canvas, area) = open(&self.caption, self.lang);
        let layout = self.layout(area, &rows);
        self.draw_rows(&mut canvas, area, &rows, &layout);
        for (k, column) in layout.columns.iter().enumerate() {
            self.draw_column(&mut canvas, *column, &rows, k, (low, high), &layout);
        }
        let more = self.strategies.len().saturating_sub(COLUMNS);
        if more > 0 {
            let text = match self.lang {
                Lang::En => format!("and {more} more"),
                Lang::Ja => format!("ほか {more} 戦略"),
            };
            canvas.text((area.right, area.bottom + 24.0), AXIS.end(), &text);
        }
        canvas.finish()
    }

    fn layout(&self, area: Area, rows: &[Row]) -> Layout {
        let count = self.strategies.len().min(COLUMNS);
        let names =
            rows.iter().map(|r| NOTE.width(&r.name, self.lang)).fold(0.0, f64::max).clamp(120.0, 270.0);
        let table = Area { left: area.left + names + 28.0, top: area.top + 4.0, ..area };
        let shares = count <= 5;
        let amounts = rows.iter().flat_map(|r| &r.amounts).map(|a| NOTE.width(&self.money(*a), self.lang));
        let number =
            amounts.fold(0.0, f64::max) + if shares { VALUE.width(" 100%", self.lang) + 16.0 } else { 10.0 };
        let top = table.top + 72.0;
        let row = ((table.bottom - top) / rows.len() as f64).min(70.0);
        Layout { top, row, columns: table.grid(count, count, (GAP, 0.0)), number, shares }
    }

    /// Names on the left and hairlines between rows.
    fn draw_rows(&self, canvas: &mut Canvas, area: Area, rows: &[Row], layout: &Layout) {
        let room = layout.columns.first().map_or(0.0, |c| c.left - area.left - 20.0);
        for (i, row) in rows.iter().enumerate() {
            let y = layout.top + layout.row * i as f64;
            canvas.line((area.left, y), (area.right, y), if i == 0 { BASE } else { HAIR });
            let style = if row.rest { AXIS } else { NOTE };
            canvas.text(
                (area.left, y + layout.row / 2.0 + 5.5),
                style,
                &style.fit(&row.name, self.lang, room),
            );
        }
    }

    fn draw_column(
        &self,
        canvas: &mut Canvas,
        column: Area,
        rows: &[Row],
        k: usize,
        (low, high): (f64, f64),
        layout: &Layout,
    ) {
        let strategy = &self.strategies[k];
        let total: f64 = rows.iter().map(|r| r.amounts[k]).sum();
        let room = (column.width() - layout.number - 8.0).max(10.0);
        let unit = if high > low { room / (high - low) } else { 0.0 };
        let zero = column.left - low * unit;
        let name = NAME.fit(&clean(&strategy.name, 80), self.lang, column.right - zero);
        canvas.text((zero, column.top + 16.0), NAME.fill(color(strategy.color).text), &name);
        let total_style = TITLE.sized(25.0);
        let shown = total_style.fit(&self.money(total), self.lang, column.right - zero + GAP / 2.0);
        canvas.text((zero, column.top + 50.0), total_style, &shown);
        for (i, row) in rows.iter().enumerate() {
            let amount = row.amounts[k];
            let middle = layout.top + layout.row * (i as f64 + 0.5);
            if amount == 0.0 {
                canvas.text((zero + 8.0, middle + 5.5), VALUE.fill(CONTEXT), "–");
                continue;
            }
            let height = (0.52 * layout.row).min(32.0);
            let length = (amount.abs() * unit).max(1.5);
            let left = if amount < 0.0 { zero - length } else { zero };
            canvas.rect((left, middle - height / 2.0), length, height, color(strategy.color).fill);
            let at = zero.max(left + length) + 8.0;
            let text = self.money(amount);
            canvas.text((at, middle + 5.5), NOTE, &text);
            if layout.shares && total > 0.0 && amount > 0.0 {
                canvas.text(
                    (at + NOTE.width(&text, self.lang) + 8.0, middle + 5.5),
                    VALUE,
                    &percent(amount / total),
                );
            }
        }
        let bottom = layout.top + layout.row * rows.len() as f64;
        canvas.line((zero, layout.top), (zero, bottom), BASE);
    }

    fn money(&self, amount: f64) -> String {
        money(amount, &self.currency, self.lang)
    }
}
