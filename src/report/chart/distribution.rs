//! Cumulative distribution of the total cost of every strategy: how likely is it to stay below an amount.
use super::axis::{Amounts, Scale, Threshold, draw_shares, drawable, extent};
use super::frame::{Area, Caption, empty, open};
use super::labels::{Bounds, best, dense};
use super::svg::{Canvas, Point, Stroke, Text};
use super::theme::{AXIS, LIMIT, NAME, NOTE, VALUE, color};
use crate::report::display::{Lang, clean, money, percent};

/// The widest label in pixels.
const MOST: f64 = 330.0;

/// The distribution of one strategy.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DistributionSeries {
    /// Name of the strategy.
    pub name: String,
    /// Index of its color.
    pub color: usize,
    /// Quantiles in ascending order at the probabilities (i + 1/2) / n, in the currency of the chart. A few hundred
    /// make a smooth line; see [`quantile_grid`].
    pub quantiles: Vec<f64>,
    /// Share of futures at or below the threshold as counted over all of them; none: read off the quantiles.
    pub within: Option<f64>,
}

/// How likely each strategy is to stay below an amount.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// The strategies.
    pub series: Vec<DistributionSeries>,
    /// A limit, where each strategy is marked with its share.
    pub threshold: Option<Threshold>,
    /// ISO 4217 code.
    pub currency: String,
    /// Language of numbers.
    pub lang: Lang,
}

/// At most `count` of the sorted values, at the probabilities (i + 1/2) / count.
pub fn quantile_grid(sorted: &[f64], count: usize) -> Vec<f64> {
    let count = count.min(sorted.len());
    (0..count).map(|i| sorted[(2 * i + 1) * sorted.len() / (2 * count)]).collect()
}

/// A label beside its line: text, style and color, with the places it may take in order of preference.
struct Label {
    lines: Vec<(String, Text)>,
    anchors: Vec<Point>,
}

impl Distribution {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        let Some(domain) = self.domain() else { return empty(&self.caption, self.lang) };
        let (mut canvas, area) = open(&self.caption, self.lang);
        let plot = Area {
            left: area.left + AXIS.width("100%", self.lang) + 14.0,
            top: area.top + if self.threshold.is_some() { 30.0 } else { 8.0 },
            right: area.right - 16.0,
            bottom: area.bottom - 34.0,
        };
        let x = Scale::new(domain, plot.left, plot.right);
        let y = Scale::new((0.0, 1.0), plot.bottom, plot.top);
        draw_shares(&mut canvas, plot, y);
        Amounts::new((x.low, x.high), 8, &self.currency, self.lang).draw_below(&mut canvas, plot, x);
        let limit = self.draw_limit(&mut canvas, plot, x);
        let curves: Vec<_> = self.series.iter().map(|s| curve(&s.quantiles, x, y)).collect();
        for (s, points) in self.series.iter().zip(&curves) {
            canvas.polyline(points, Stroke::new(color(s.color).fill, 3.0));
        }
        self.draw_labels(&mut canvas, plot, &curves, limit, y);
        canvas.finish()
    }

    /// The dashed line of the limit with its name on top; its place, if that is on the picture.
    fn draw_limit(&self, canvas: &mut Canvas, plot: Area, x: Scale) -> Option<f64> {
        let threshold = self.threshold.as_ref()?;
        let label = threshold.label(&self.currency, self.lang);
        let y = plot.top - 14.0;
        if threshold.amount > x.high {
            canvas.text((plot.right, y), NOTE.end(), &format!("{label} →"));
            return None;
        }
        if threshold.amount < x.low {
            canvas.text((plot.left, y), NOTE, &format!("← {label}"));
            return None;
        }
        let (at, half) = (x.at(drawable(threshold.amount)?), NOTE.width(&label, self.lang) / 2.0);
        let middle = at.min(plot.right - half).max(plot.left + half);
        canvas.text((middle, y), NOTE.middle(), &label);
        canvas.line((at, plot.top - 6.0), (at, plot.bottom), LIMIT);
        Some(at)
    }

    fn draw_labels(
        &self,
        canvas: &mut Canvas,
        plot: Area,
        curves: &[Vec<Point>],
        limit: Option<f64>,
        y: Scale,
    ) {
        let lines: Vec<_> = curves.iter().map(|c| dense(c)).collect();
        let limit_box =
            |at: f64| Bounds { left: at - 1.0, top: plot.top, right: at + 1.0, bottom: plot.bottom };
        let mut taken: Vec<Bounds> = limit.map(limit_box).into_iter().collect();
        let mut labels = Vec::new();
        for (own, (s, points)) in self.series.iter().zip(curves).enumerate() {
            let marker = limit.map(|at| (at, y.at(self.share_within(s)))).filter(|_| !points.is_empty());
            if let Some(dot) = marker {
                canvas.dot(dot, 7.5, color(s.color).fill);
                taken.push(Bounds {
                    left: dot.0 - 8.0,
                    top: dot.1 - 8.0,
                    right: dot.0 + 8.0,
                    bottom: dot.1 + 8.0,
                });
            }
            labels.push((own, s, self.label(s, points, marker, y)));
        }
        for (own, s, label) in labels {
            let widths = label.lines.iter().map(|l| l.1.width(&l.0, self.lang));
            let (w, h) = (widths.fold(0.0, f64::max), 22.0 * label.lines.len() as f64);
            let candidates: Vec<Bounds> = label.anchors.iter().flat_map(|a| around(*a, w, h)).collect();
            if candidates.is_empty() {
                continue;
            }
            let place = candidates[best(&candidates, plot, &lines, own, &taken)];
            for (k, (text, style)) in label.lines.iter().enumerate() {
                let at = (place.left, place.top + 17.0 + 22.0 * k as f64);
                let fill = if k == 0 { color(s.color).text } else { style.fill };
                canvas.text(at, style.fill(fill).halo(), text);
            }
            taken.push(place);
        }
    }

    /// At the limit the name with the share; else the name with the median.
    fn label(&self, series: &DistributionSeries, points: &[Point], marker: Option<Point>, y: Scale) -> Label {
        let name = NAME.fit(&clean(&series.name, 80), self.lang, MOST);
        let on_curve = |share: f64| points.iter().copied().find(|p| p.1 <= y.at(share));
        let heights = [0.5, 0.6, 0.4, 0.7, 0.3, 0.8, 0.2, 0.88, 0.12, 0.94].into_iter().filter_map(on_curve);
        let anchors = marker.into_iter().chain(heights).collect();
        let lines = if self.threshold.is_some() {
            vec![(format!("{name} {}", percent(self.share_within(series))), NAME)]
        } else {
            let median = money(quantile(&series.quantiles, 0.5), &self.currency, self.lang);
            vec![(name, NAME), (format!("{} {median}", self.lang.pick("median", "中央値")), VALUE)]
        };
        Label { lines, anchors }
    }

    /// Share of futures at or below the limit.
    fn share_within(&self, series: &DistributionSeries) -> f64 {
        let counted = series.within.filter(|w| (0.0..=1.0).contains(w));
        let limit = self.threshold.as_ref().map_or(f64::NAN, |t| t.amount);
        let below = series.quantiles.iter().filter(|q| **q <= limit).count();
        counted.unwrap_or(below as f64 / series.quantiles.len().max(1) as f64)
    }

    /// Amounts that the picture spans: from the smallest to the 99 % quantile of the widest strategy, so that a thin
    /// tail does not squeeze the rest; and the limit if it is near.
    fn domain(&self) -> Option<(f64, f64)> {
        let body =
            self.series.iter().flat_map(|s| [quantile(&s.quantiles, 0.0), quantile(&s.quantiles, 0.99)]);
        let (low, high) = extent(body)?;
        let near = (high - low).max(0.1 * high.abs());
        let limit = self.threshold.as_ref().map(|t| t.amount).filter(|t| *t > low - near && *t < high + near);
        let (low, high) = extent([low, high].into_iter().chain(limit))?;
        let air = if high > low { 0.03 * (high - low) } else { 0.1 * high.abs().max(1.0) };
        Some((if low >= 0.0 { (low - air).max(0.0) } else { low - air }, high + air))
    }
}

/// The quantile of a sorted list; not-a-number for an empty one.
fn quantile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    sorted.get((share * last as f64).round() as usize).copied().unwrap_or(f64::NAN)
}

/// The curve from 0 % to 100 % as far as it is on the picture.
fn curve(quantiles: &[f64], x: Scale, y: Scale) -> Vec<Point> {
    let values: Vec<f64> = quantiles.iter().copied().filter_map(drawable).collect();
    let n = values.len() as f64;
    let mut points: Vec<Point> = Vec::new();
    for (i, v) in values.iter().enumerate() {
        if i == 0 {
            points.push((x.at(*v), y.at(0.0)));
        }
        points.push((x.at(*v), y.at((i as f64 + 0.5) / n)));
        if *v > x.high {
            return points;
        }
    }
    if let Some(end) = points.last().map(|p| p.0) {
        points.push((end, y.at(1.0)));
    }
    points
}

/// Boxes around a point on a curve that rises to the right: below on the right, above on the left, then the others.
fn around((x, y): Point, w: f64, h: f64) -> Vec<Bounds> {
    let sides = [
        (14.0, 6.0),
        (-14.0 - w, -6.0 - h),
        (14.0, -h / 2.0),
        (-14.0 - w, -h / 2.0),
        (14.0, -6.0 - h),
        (-14.0 - w, 6.0),
    ];
    let further = sides.map(|(dx, dy)| {
        (if dx > 0.0 { dx + 14.0 } else { dx - 14.0 }, dy + if dy < -h { -16.0 } else { 16.0 })
    });
    let all = sides.into_iter().chain(further);
    all.map(|(dx, dy)| Bounds { left: x + dx, top: y + dy, right: x + dx + w, bottom: y + dy + h }).collect()
}
