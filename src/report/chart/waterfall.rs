//! From what a strategy costs without its levers to what it costs with all of them, a bar for each.
use super::axis::{Amounts, Scale, from_zero};
use super::frame::{Area, Caption, empty, open};
use super::svg::{Canvas, Stroke};
use super::theme::{BASE, CONTEXT, NAME, NOTE, VALUE, color};
use crate::report::display::{Lang, clean, money};

/// What one lever changes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WaterfallStep {
    /// Its name.
    pub name: String,
    /// Mean change of the cost on top of the levers before it; negative saves.
    pub change: f64,
    /// 5th percentile of that change over futures.
    pub p5: f64,
    /// 95th percentile.
    pub p95: f64,
    /// Mean change alone.
    pub alone: f64,
    /// The month from which on it alone has paid for itself; absent for never.
    pub payback: Option<String>,
}

/// The cost without levers, what each changes, and the cost with all.
#[derive(Clone, Debug, PartialEq)]
pub struct Waterfall {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// Name and mean cost without levers.
    pub before: (String, f64),
    /// The levers, in the order in which they act.
    pub steps: Vec<WaterfallStep>,
    /// Name and mean cost with all of them.
    pub after: (String, f64),
    /// ISO 4217 code.
    pub currency: String,
    /// Language of numbers.
    pub lang: Lang,
}

/// The most levers that are drawn one by one.
const ROWS: usize = 16;
/// Widths of the columns of figures: in order, alone, and the month of payback.
const COLUMN: [f64; 3] = [96.0, 96.0, 100.0];
/// Of what saves, and of what costs.
const SAVES: usize = 0;
const COSTS: usize = 1;

impl Waterfall {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        let finite = |step: &&WaterfallStep| {
            [step.change, step.p5, step.p95, step.alone].iter().all(|value| value.abs() < 1e200)
        };
        let steps: Vec<&WaterfallStep> = self.steps.iter().filter(finite).take(ROWS).collect();
        let ends = [self.before.1, self.after.1];
        if steps.is_empty() || ends.iter().any(|end| end.is_nan() || end.abs() > 1e200) {
            return empty(&self.caption, self.lang);
        }
        let (mut canvas, area) = open(&self.caption, self.lang);
        let ends = [&self.before.0, &self.after.0].map(|name| NAME.width(&clean(name, 60), self.lang));
        let names = steps.iter().map(|step| NOTE.width(&clean(&step.name, 60), self.lang));
        let room = names.chain(ends).fold(0.0, f64::max).clamp(120.0, 300.0);
        let numbers = COLUMN.iter().sum::<f64>() + 18.0;
        let plot = Area {
            left: area.left + room + 24.0,
            top: area.top + 34.0,
            right: area.right - numbers,
            bottom: area.bottom - 28.0,
        };
        let mut running = self.before.1;
        let mut values = vec![self.before.1, self.after.1];
        for step in &steps {
            values.extend([running + step.p5, running + step.p95, running + step.change]);
            running += step.change;
        }
        let span = from_zero(values);
        let scale = Scale::new(span, plot.left, plot.right);
        Amounts::new(span, 6, &self.currency, self.lang).draw_below(&mut canvas, plot, scale);
        let row = (plot.height() / (steps.len() + 2) as f64).min(88.0);
        let rows = Rows { scale, row, top: plot.top, left: area.left, room, right: plot.right };
        rows.heads(&mut canvas, area.top + 14.0, self.lang);
        rows.total(&mut canvas, 0, &self.before, self);
        let mut running = self.before.1;
        for (place, step) in steps.iter().enumerate() {
            rows.step(&mut canvas, place + 1, step, running, self);
            running += step.change;
        }
        rows.total(&mut canvas, steps.len() + 1, &self.after, self);
        canvas.finish()
    }

    fn money(&self, amount: f64) -> String {
        money(amount, &self.currency, self.lang)
    }

    fn signed(&self, change: f64) -> String {
        if change > 0.0 { format!("+{}", self.money(change)) } else { self.money(change) }
    }
}

/// Where rows are.
struct Rows {
    scale: Scale,
    row: f64,
    top: f64,
    left: f64,
    room: f64,
    right: f64,
}

impl Rows {
    fn middle(&self, place: usize) -> f64 {
        self.top + self.row * (place as f64 + 0.5)
    }

    fn bar(&self, canvas: &mut Canvas, place: usize, from: f64, to: f64, fill: &str) {
        let (a, b) = (self.scale.at(from), self.scale.at(to));
        let height = (0.5 * self.row).min(30.0);
        canvas.rect((a.min(b), self.middle(place) - height / 2.0), (b - a).abs().max(1.5), height, fill);
    }

    fn total(&self, canvas: &mut Canvas, place: usize, (name, amount): &(String, f64), chart: &Waterfall) {
        let y = self.middle(place) + 5.5;
        canvas.text((self.left, y), NAME, &NAME.fit(&clean(name, 60), chart.lang, self.room));
        self.bar(canvas, place, 0.0, *amount, CONTEXT);
        canvas.text((self.columns()[0], y), NAME.end(), &chart.money(*amount));
    }

    fn step(&self, canvas: &mut Canvas, place: usize, step: &WaterfallStep, running: f64, chart: &Waterfall) {
        let y = self.middle(place);
        canvas.text((self.left, y + 5.5), NOTE, &NOTE.fit(&clean(&step.name, 60), chart.lang, self.room));
        let shade = color(if step.change > 0.0 { COSTS } else { SAVES });
        let start = self.scale.at(running);
        canvas.line((start, y - self.row), (start, y + 0.25 * self.row), BASE);
        self.bar(canvas, place, running, running + step.change, shade.fill);
        let ends = [step.p5, step.p95].map(|change| self.scale.at(running + change));
        canvas.line((ends[0], y), (ends[1], y), Stroke::new("#3b4149", 2.0));
        let [in_order, alone, payback] = self.columns();
        canvas.text((in_order, y + 5.5), NOTE.fill(shade.text).end(), &chart.signed(step.change));
        canvas.text((alone, y + 5.5), VALUE.end(), &chart.signed(step.alone));
        let never = chart.lang.pick("never", "なし");
        canvas.text((payback, y + 5.5), VALUE.end(), step.payback.as_deref().unwrap_or(never));
    }

    /// The right ends of the columns of figures.
    fn columns(&self) -> [f64; 3] {
        let mut end = self.right + 18.0;
        COLUMN.map(|width| {
            end += width;
            end
        })
    }

    fn heads(&self, canvas: &mut Canvas, y: f64, lang: Lang) {
        let heads = [("in order", "順に加えて"), ("alone", "単独"), ("pays back", "回収")];
        for (end, (en, ja)) in self.columns().into_iter().zip(heads) {
            canvas.text((end, y), VALUE.end(), lang.pick(en, ja));
        }
    }
}
