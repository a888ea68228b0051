//! Mean cost by component, month by month: a panel of stacked bars for every strategy, all on one scale.
use super::axis::{Amounts, Scale, cut, draw_months, drawable, from_zero};
use super::components::{Row, rank};
use super::fan::heading;
use super::frame::{Area, Caption, empty, grid_columns, open};
use super::svg::Canvas;
use super::theme::{Color, NAME, NOTE, REST, VALUE, color};
use crate::report::display::{Lang, money};

/// Components with a color of their own; more cannot be told apart.
const COLORS: usize = 6;

/// The mean cost of one strategy by component and month.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MonthlyPanel {
    /// Name of the strategy.
    pub name: String,
    /// For each component one amount per month in the currency of the chart; credits are negative.
    pub amounts: Vec<Vec<f64>>,
}

/// Mean cost by component over time.
#[derive(Clone, Debug, PartialEq)]
pub struct ComponentsMonthly {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// Names of the months, `2027-04`.
    pub months: Vec<String>,
    /// Names of the components.
    pub components: Vec<String>,
    /// The strategies.
    pub panels: Vec<MonthlyPanel>,
    /// ISO 4217 code.
    pub currency: String,
    /// Language of numbers.
    pub lang: Lang,
}

/// A layer of the stack: its color and, for each panel, its amount by month.
struct Layer {
    name: String,
    fill: &'static str,
    panels: Vec<Vec<f64>>,
}

impl ComponentsMonthly {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        let layers = self.layers();
        if self.months.is_empty() || self.panels.is_empty() || layers.is_empty() {
            return empty(&self.caption, self.lang);
        }
        let (mut canvas, area) = open(&self.caption, self.lang);
        let top = draw_legend(&mut canvas, area, &layers);
        let count = self.panels.len();
        let columns = grid_columns(count);
        let domain = self.domain(&layers);
        let axis = Amounts::new(domain, if count > 9 { 3 } else { 4 }, &self.currency, self.lang);
        let inner =
            Area { left: area.left + axis.width(self.lang) + 14.0, top, bottom: area.bottom - 34.0, ..area };
        for (k, cell) in inner.grid(count, columns, (44.0, 34.0)).into_iter().enumerate() {
            let plot = Area { top: cell.top + 50.0, ..cell };
            let y = Scale::new(domain, plot.bottom, plot.top);
            axis.draw_left(&mut canvas, plot, y, k % columns == 0);
            let width = plot.width() / self.months.len() as f64;
            let centers = Area { left: plot.left + width / 2.0, right: plot.right - width / 2.0, ..plot };
            if k + columns >= count {
                let x = super::axis::months(self.months.len(), centers);
                draw_months(&mut canvas, &self.months, centers, x);
            }
            draw_stack(&mut canvas, &layers, k, plot, width, y);
            self.draw_cuts(&mut canvas, &ends(&layers, k), plot, width, y);
            let total: f64 = layers.iter().flat_map(|l| &l.panels[k]).sum();
            let black = Color { fill: NAME.fill, text: NAME.fill };
            heading(&mut canvas, cell, &self.panels[k].name, &money(total, &self.currency, self.lang), black);
        }
        canvas.finish()
    }

    /// How far the bars go that are cut off.
    fn draw_cuts(&self, canvas: &mut Canvas, ends: &[(f64, f64)], plot: Area, width: f64, y: Scale) {
        for (m, (top, bottom)) in ends.iter().enumerate() {
            let cuts = [
                (*top, *top > y.high, "↑", plot.top + 12.0),
                (*bottom, *bottom < y.low, "↓", plot.bottom - 4.0),
            ];
            for (amount, _, arrow, baseline) in cuts.into_iter().filter(|c| c.1) {
                let text = format!("{arrow} {}", money(amount, &self.currency, self.lang));
                let (left, right) =
                    (plot.left + width * m as f64 - 6.0, plot.left + width * (m + 1) as f64 + 6.0);
                let style = VALUE.bold().fill(NAME.fill).halo();
                if right + style.width(&text, self.lang) < plot.right {
                    canvas.text((right, baseline), style, &text);
                } else {
                    canvas.text((left, baseline), style.end(), &text);
                }
            }
        }
    }

    /// The largest components with colors, the rest in gray. Amounts that are not finite count as zero.
    fn layers(&self) -> Vec<Layer> {
        let months = self.months.len();
        let amount = |panel: &MonthlyPanel, i: usize, m: usize| {
            panel.amounts.get(i).and_then(|a| a.get(m)).copied().and_then(drawable).unwrap_or(0.0)
        };
        // Gross amounts: a component that is bought and credited back still moves the months.
        let gross = |p: &MonthlyPanel, i| (0..months).map(|m| amount(p, i, m).abs()).sum();
        let columns: Vec<Vec<f64>> =
            (self.panels.iter()).map(|p| (0..self.components.len()).map(|i| gross(p, i)).collect()).collect();
        let by_month = |p: &MonthlyPanel, row: &Row| {
            (0..months).map(|m| row.members.iter().map(|i| amount(p, *i, m)).sum()).collect()
        };
        let layer = |(n, row): (usize, Row)| Layer {
            fill: if row.rest { REST } else { color(n).fill },
            panels: self.panels.iter().map(|p| by_month(p, &row)).collect(),
            name: row.name,
        };
        rank(&self.components, &columns, COLORS + 1, self.lang).into_iter().enumerate().map(layer).collect()
    }

    /// Amounts that the picture spans. A purchase or a residual value in one month does not flatten the others.
    fn domain(&self, layers: &[Layer]) -> (f64, f64) {
        let ends: Vec<_> = (0..self.panels.len()).map(|k| ends(layers, k)).collect();
        let month =
            |m: usize, pick: fn(&(f64, f64)) -> f64| ends.iter().map(|e| pick(&e[m])).fold(0.0, f64::max);
        let tops: Vec<f64> = (0..self.months.len()).map(|m| month(m, |e| e.0)).collect();
        let bottoms: Vec<f64> = (0..self.months.len()).map(|m| month(m, |e| -e.1)).collect();
        let top = tops.iter().fold(0.0, |a: f64, b| a.max(*b)).min(cut(tops.clone(), 0.0));
        let bottom = bottoms.iter().fold(0.0, |a: f64, b| a.max(*b)).min(cut(bottoms.clone(), 0.2 * top));
        from_zero([top, -bottom])
    }
}

/// The upper and the lower end of the stack of every month.
fn ends(layers: &[Layer], k: usize) -> Vec<(f64, f64)> {
    let months = layers.first().map_or(0, |l| l.panels[k].len());
    let sum =
        |m: usize, sign: f64| sign * layers.iter().map(|l| (sign * l.panels[k][m]).max(0.0)).sum::<f64>();
    (0..months).map(|m| (sum(m, 1.0), sum(m, -1.0))).collect()
}

/// Colored squares with names in a row, or in several if they need the room. Returns where the chart may begin.
fn draw_legend(canvas: &mut Canvas, area: Area, layers: &[Layer]) -> f64 {
    let (mut x, mut y) = (area.left, area.top + 6.0);
    for layer in layers {
        let name = NOTE.fit(&layer.name, canvas.lang, 300.0);
        let width = 22.0 + NOTE.width(&name, canvas.lang) + 28.0;
        if x + width > area.right + 28.0 {
            (x, y) = (area.left, y + 28.0);
        }
        canvas.rect((x, y - 7.0), 14.0, 14.0, layer.fill);
        canvas.text((x + 22.0, y + 5.5), NOTE, &name);
        x += width;
    }
    y + 36.0
}

/// The stacked bars of one panel: costs upwards, credits downwards.
fn draw_stack(canvas: &mut Canvas, layers: &[Layer], k: usize, plot: Area, width: f64, y: Scale) {
    let gap = if width > 6.0 { (0.16 * width).min(10.0) } else { 0.0 };
    let months = layers.first().map_or(0, |l| l.panels[k].len());
    let mut ends = vec![(0.0, 0.0); months];
    for layer in layers {
        let mut bars = Vec::new();
        for (m, amount) in layer.panels[k].iter().copied().enumerate().filter(|a| a.1 != 0.0) {
            let end = if amount > 0.0 { &mut ends[m].0 } else { &mut ends[m].1 };
            let (from, to) = (y.at(*end), y.at(*end + amount));
            *end += amount;
            let left = plot.left + width * m as f64 + gap / 2.0;
            bars.push([left, from.min(to), width - gap, (to - from).abs()]);
        }
        canvas.bars(&bars, layer.fill);
    }
}
