//! Scales and axes.
use super::frame::Area;
use super::svg::{Canvas, Point};
use super::theme::{AXIS, BASE, HAIR, LIMIT, NOTE};
use crate::report::display::{Lang, MoneyAxis, clean, money, ticks};

/// A number that can be drawn: neither not-a-number nor beyond any sum of money.
pub(super) fn drawable(value: f64) -> Option<f64> {
    (value.abs() < 1e24).then_some(value)
}

/// Smallest and largest of the drawable numbers.
pub(super) fn extent(values: impl IntoIterator<Item = f64>) -> Option<(f64, f64)> {
    values.into_iter().filter_map(drawable).fold(None, |range, v| match range {
        None => Some((v, v)),
        Some((low, high)) => Some((v.min(low), v.max(high))),
    })
}

/// A linear map from numbers to pixels; what is outside of the domain lands on its edge.
#[derive(Clone, Copy, Debug)]
pub(super) struct Scale {
    pub(super) low: f64,
    pub(super) high: f64,
    from: f64,
    to: f64,
}

impl Scale {
    pub(super) fn new((low, high): (f64, f64), from: f64, to: f64) -> Self {
        let high = if high > low { high } else { low + low.abs().max(1.0) };
        Self { low, high, from, to }
    }

    pub(super) fn at(&self, value: f64) -> f64 {
        let share = ((value - self.low) / (self.high - self.low)).clamp(0.0, 1.0);
        self.from + share * (self.to - self.from)
    }
}

/// The domain of an axis of amounts: from zero, or from the smallest if that is negative, with some air at the ends.
pub(super) fn from_zero(values: impl IntoIterator<Item = f64>) -> (f64, f64) {
    let (low, high) = extent(values).unwrap_or((0.0, 0.0));
    let air = 0.04 * (high.max(0.0) - low.min(0.0));
    (if low < 0.0 { low - air } else { 0.0 }, if high > 0.0 { high + air } else { 0.0 })
}

/// The height at which to cut towers off: a little above the usual if a tenth of the heights or fewer tower over the
/// others, else infinite. `least` is usual in any case.
pub(super) fn cut(mut heights: Vec<f64>, least: f64) -> f64 {
    heights.retain(|h| drawable(*h).is_some());
    heights.sort_by(f64::total_cmp);
    let usual = heights.iter().rev().nth(heights.len() / 10).map_or(0.0, |h| h.max(least));
    let towers = heights.last().is_some_and(|h| *h > 1.7 * usual);
    if usual > 0.0 && towers { 1.15 * usual } else { f64::INFINITY }
}

/// The money axis on the left: labels, hairlines, and the line at zero. Returns the space that labels take.
pub(super) struct Amounts {
    labels: Vec<(f64, String)>,
}

impl Amounts {
    pub(super) fn new((low, high): (f64, f64), count: usize, currency: &str, lang: Lang) -> Self {
        let ticks = ticks(low, high, count);
        let axis = MoneyAxis::new(&ticks, currency, lang);
        Self { labels: ticks.into_iter().map(|t| (t, axis.label(t))).collect() }
    }

    /// Width of the widest label in pixels.
    pub(super) fn width(&self, lang: Lang) -> f64 {
        self.labels.iter().map(|l| AXIS.width(&l.1, lang)).fold(0.0, f64::max)
    }

    /// Horizontal hairlines over the area; labels to its left unless another panel has them.
    pub(super) fn draw_left(&self, canvas: &mut Canvas, area: Area, scale: Scale, labeled: bool) {
        for (tick, label) in &self.labels {
            let y = scale.at(*tick);
            let stroke = if *tick == 0.0 { BASE } else { HAIR };
            canvas.line((area.left, y), (area.right, y), stroke);
            if labeled {
                canvas.text((area.left - 12.0, y + 5.0), AXIS.end(), label);
            }
        }
    }

    /// Labels below the area with small marks.
    pub(super) fn draw_below(&self, canvas: &mut Canvas, area: Area, scale: Scale) {
        canvas.line((area.left, area.bottom), (area.right, area.bottom), BASE);
        for (tick, label) in &self.labels {
            below(canvas, (scale.at(*tick), area.bottom), label);
        }
    }
}

/// A mark below the axis and its label.
fn below(canvas: &mut Canvas, (x, y): Point, label: &str) {
    canvas.line((x, y), (x, y + 6.0), BASE);
    canvas.text((x, y + 27.0), AXIS.middle(), label);
}

/// The horizontal place of each month.
pub(super) fn months(count: usize, area: Area) -> Scale {
    Scale::new((0.0, count.saturating_sub(1).max(1) as f64), area.left, area.right)
}

/// As many months below the area as have room, every 1, 2, 3, 6, 12 ... months.
pub(super) fn draw_months(canvas: &mut Canvas, labels: &[String], area: Area, scale: Scale) {
    let labels: Vec<_> = labels.iter().map(|l| clean(l, 12)).collect();
    let widest = labels.iter().map(|l| AXIS.width(l, canvas.lang)).fold(1.0, f64::max);
    let most = (area.width() / (widest * 1.45)).clamp(1.0, 8.0);
    let years = (1..).map(|y| 12 * y);
    let step = [1, 2, 3, 6]
        .into_iter()
        .chain(years)
        .find(|s| (labels.len() as f64) / (*s as f64) <= most)
        .unwrap_or(1);
    for (i, label) in labels.iter().enumerate().step_by(step) {
        below(canvas, (scale.at(i as f64), area.bottom), label);
    }
}

/// The shares of an axis from 0 % to 100 %.
pub(super) fn draw_shares(canvas: &mut Canvas, area: Area, scale: Scale) {
    for percent in (0..=100).step_by(20) {
        let y = scale.at(f64::from(percent) / 100.0);
        canvas.line((area.left, y), (area.right, y), if percent == 0 { BASE } else { HAIR });
        canvas.text((area.left - 12.0, y + 5.0), AXIS.end(), &format!("{percent}%"));
    }
}

/// An amount that a plan must not exceed, such as a budget.
#[derive(Clone, Debug, PartialEq)]
pub struct Threshold {
    /// What it is called, such as "budget".
    pub name: String,
    /// The amount in the currency of the chart.
    pub amount: f64,
}

impl Threshold {
    /// "budget $2.00M".
    pub(super) fn label(&self, currency: &str, lang: Lang) -> String {
        format!("{} {}", clean(&self.name, 40), money(self.amount, currency, lang))
    }
}

/// Dashed lines over the area with their names on top of them, unless another panel has those. A limit outside of the
/// picture is only named, with an arrow that says where it lies.
pub(super) fn draw_limits(
    canvas: &mut Canvas,
    limits: &[Threshold],
    area: Area,
    scale: Scale,
    currency: &str,
    labeled: bool,
) {
    // Names stand beside one another, so that those of near limits do not cover each other.
    let mut left = area.left + 12.0;
    for limit in limits {
        let Some(amount) = drawable(limit.amount) else { continue };
        let mut label = limit.label(currency, canvas.lang);
        let mut top = area.top + 14.0;
        if amount > scale.high {
            label = format!("↑ {label}");
        } else if amount < scale.low {
            label = format!("↓ {label}");
        } else {
            let y = scale.at(amount);
            canvas.line((area.left, y), (area.right, y), LIMIT);
            top = y - 9.0;
        }
        if labeled {
            canvas.text((left, top), NOTE.halo(), &label);
            left += NOTE.width(&label, canvas.lang) + 28.0;
        }
    }
}
