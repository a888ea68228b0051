//! Cost over time: median with 50 % and 90 % bands for every strategy.
//!
//! Up to three strategies share one picture. More bands on top of each other are mud, so each then gets a panel of its
//! own with the medians of the others behind it.
use super::axis::{
    Amounts, Scale, Threshold, cut, draw_limits, draw_months, drawable, extent, from_zero, months,
};
use super::frame::{Area, Caption, empty, grid_columns, open};
use super::labels::{EndLabel, draw_at_end, room};
use super::svg::{Canvas, Point, Stroke};
use super::theme::{CONTEXT, Color, NAME, VALUE, color};
use crate::report::display::{Lang, clean, money, money_range};

/// The most strategies that share one picture.
const SHARED: usize = 3;

/// Quantiles of one strategy, one number per month in the currency of the chart. Numbers that are not finite leave gaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct FanSeries {
    /// Name of the strategy.
    pub name: String,
    /// Index of its color.
    pub color: usize,
    /// 5 % quantile.
    pub p5: Vec<f64>,
    /// 25 % quantile.
    pub p25: Vec<f64>,
    /// Median.
    pub p50: Vec<f64>,
    /// 75 % quantile.
    pub p75: Vec<f64>,
    /// 95 % quantile.
    pub p95: Vec<f64>,
}

/// Cost by month or cumulative, with its uncertainty.
#[derive(Clone, Debug, PartialEq)]
pub struct Fan {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// Names of the months, `2027-04`.
    pub months: Vec<String>,
    /// The strategies.
    pub series: Vec<FanSeries>,
    /// Limits to draw across.
    pub thresholds: Vec<Threshold>,
    /// ISO 4217 code.
    pub currency: String,
    /// Language of numbers.
    pub lang: Lang,
}

impl Fan {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        if self.months.is_empty() || self.series.is_empty() {
            return empty(&self.caption, self.lang);
        }
        let (mut canvas, area) = open(&self.caption, self.lang);
        if self.series.len() <= SHARED {
            self.draw_shared(&mut canvas, area);
        } else {
            self.draw_panels(&mut canvas, area);
        }
        canvas.finish()
    }

    /// All strategies in one picture, labels at the line ends.
    fn draw_shared(&self, canvas: &mut Canvas, area: Area) {
        let texts: Vec<_> = self.series.iter().map(|s| (clean(&s.name, 80), self.detail(s))).collect();
        let domain = self.domain();
        let axis = Amounts::new(domain, 6, &self.currency, self.lang);
        let plot = Area {
            left: area.left + axis.width(self.lang) + 14.0,
            top: area.top + 8.0,
            right: area.right - room(texts.iter().map(|t| (t.0.as_str(), t.1.as_str())), self.lang),
            bottom: area.bottom - 34.0,
        };
        let (x, y) = (months(self.months.len(), plot), Scale::new(domain, plot.bottom, plot.top));
        axis.draw_left(canvas, plot, y, true);
        draw_months(canvas, &self.months, plot, x);
        for (outer, opacity) in [(true, 0.13), (false, 0.24)] {
            for s in &self.series {
                draw_band(canvas, s, outer, opacity, x, y);
            }
        }
        draw_limits(canvas, &self.thresholds, plot, y, &self.currency, true);
        for s in &self.series {
            self.draw_median(canvas, s, x, y);
        }
        let labels: Vec<_> = (self.series.iter().zip(texts))
            .filter_map(|(s, (name, detail))| {
                Some(EndLabel { name, detail, color: color(s.color), y: y.at(last(&s.p50)?) })
            })
            .collect();
        draw_at_end(canvas, plot, &labels);
    }

    /// One panel for each strategy on the same scale.
    fn draw_panels(&self, canvas: &mut Canvas, area: Area) {
        let count = self.series.len();
        let columns = grid_columns(count);
        let domain = self.domain();
        let axis = Amounts::new(domain, if count > 9 { 3 } else { 4 }, &self.currency, self.lang);
        let inner =
            Area { left: area.left + axis.width(self.lang) + 14.0, bottom: area.bottom - 34.0, ..area };
        for (i, cell) in inner.grid(count, columns, (44.0, 34.0)).into_iter().enumerate() {
            let series = &self.series[i];
            let plot = Area { top: cell.top + 50.0, ..cell };
            let (x, y) = (months(self.months.len(), plot), Scale::new(domain, plot.bottom, plot.top));
            axis.draw_left(canvas, plot, y, i % columns == 0);
            if i + columns >= count {
                draw_months(canvas, &self.months, plot, x);
            }
            for (k, other) in self.series.iter().enumerate() {
                if k != i {
                    draw_line(canvas, &other.p50, Stroke::new(CONTEXT, 1.4), x, y);
                }
            }
            draw_band(canvas, series, true, 0.18, x, y);
            draw_band(canvas, series, false, 0.30, x, y);
            draw_limits(canvas, &self.thresholds, plot, y, &self.currency, i == 0);
            self.draw_median(canvas, series, x, y);
            heading(canvas, cell, &series.name, &self.detail(series), color(series.color));
        }
    }

    /// The median, and where it is cut, how far it goes.
    fn draw_median(&self, canvas: &mut Canvas, series: &FanSeries, x: Scale, y: Scale) {
        draw_line(canvas, &series.p50, Stroke::new(color(series.color).fill, 3.0), x, y);
        for (m, v) in series.p50.iter().enumerate().filter(|p| drawable(*p.1).is_some_and(|v| v > y.high)) {
            let text = format!("↑ {}", money(*v, &self.currency, self.lang));
            let at = (x.at(m as f64) + 12.0, y.at(y.high) + 12.0);
            canvas.text(at, VALUE.bold().fill(color(series.color).text).halo(), &text);
        }
        for (m, v) in series.p50.iter().enumerate().filter(|p| drawable(*p.1).is_some_and(|v| v < y.low)) {
            let text = format!("↓ {}", money(*v, &self.currency, self.lang));
            // Money comes back at the end, where there is room only on the left.
            let at = (x.at(m as f64) - 12.0, y.at(y.low) - 4.0);
            canvas.text(at, VALUE.bold().end().fill(color(series.color).text).halo(), &text);
        }
    }

    /// "$1.98M ($1.20M–$3.31M)" for the last month.
    fn detail(&self, series: &FanSeries) -> String {
        let Some(median) = last(&series.p50) else { return String::new() };
        let median = money(median, &self.currency, self.lang);
        match (last(&series.p5), last(&series.p95)) {
            (Some(low), Some(high)) => {
                format!("{median} ({})", money_range(low, high, &self.currency, self.lang))
            }
            _ => median,
        }
    }

    /// Amounts that the picture spans. Neither a limit far above everything nor a purchase or a resale in one month
    /// flattens the rest: the line is cut there and says how far it goes.
    fn domain(&self) -> (f64, f64) {
        let top = |m: usize| {
            self.series.iter().filter_map(|s| s.p95.get(m).copied().and_then(drawable)).fold(0.0, f64::max)
        };
        let ceiling = cut((0..self.months.len()).map(top).collect(), 0.0);
        let all = self.series.iter().flat_map(|s| [&s.p5, &s.p50, &s.p95]).flatten().map(|v| v.min(ceiling));
        let high = extent(all.clone()).map_or(0.0, |e| e.1);
        let bottom = |m: usize| {
            self.series
                .iter()
                .filter_map(|s| s.p5.get(m).copied().and_then(drawable))
                .fold(0.0, |a: f64, v| a.max(-v))
        };
        let floor = -cut((0..self.months.len()).map(bottom).collect(), 0.2 * high);
        let all = all.map(|v| v.max(floor));
        let limits = self.thresholds.iter().map(|t| t.amount).filter(|t| high <= 0.0 || *t < 2.5 * high);
        from_zero(all.chain(limits))
    }
}

/// A panel's name and numbers above it.
pub(super) fn heading(canvas: &mut Canvas, cell: Area, name: &str, detail: &str, color: Color) {
    let lang = canvas.lang;
    let name = NAME.fit(&clean(name, 80), lang, cell.width());
    canvas.text((cell.left, cell.top + 14.0), NAME.fill(color.text), &name);
    canvas.text((cell.left, cell.top + 36.0), VALUE, &VALUE.fit(detail, lang, cell.width()));
}

/// The value of the last month.
fn last(values: &[f64]) -> Option<f64> {
    values.last().copied().and_then(drawable)
}

/// Runs of months that can be drawn. A lone month becomes a level piece, so that it can be seen.
fn runs<const N: usize>(values: [&[f64]; N], x: Scale, y: Scale) -> Vec<Vec<[Point; N]>> {
    let months = values.iter().map(|v| v.len()).min().unwrap_or(0);
    let right = x.at(x.high);
    let mut runs = vec![Vec::new()];
    for m in 0..months {
        if values.iter().all(|v| drawable(v[m]).is_some()) {
            let at = values.map(|v| (x.at(m as f64), y.at(v[m])));
            runs.last_mut().into_iter().for_each(|r| r.push(at));
        } else {
            runs.push(Vec::new());
        }
    }
    for run in runs.iter_mut().filter(|r| r.len() == 1) {
        let (x, half) = (run[0][0].0, 6.0);
        let (from, to) = if months == 1 { (x, right) } else { (x - half, x + half) };
        *run = vec![run[0].map(|p| (from, p.1)), run[0].map(|p| (to, p.1))];
    }
    runs.retain(|r| !r.is_empty());
    runs
}

fn draw_band(canvas: &mut Canvas, series: &FanSeries, outer: bool, opacity: f64, x: Scale, y: Scale) {
    let (low, high) = if outer { (&series.p5, &series.p95) } else { (&series.p25, &series.p75) };
    for run in runs([low, high], x, y) {
        let outline: Vec<Point> = run.iter().map(|p| p[1]).chain(run.iter().rev().map(|p| p[0])).collect();
        canvas.polygon(&outline, color(series.color).fill, opacity);
    }
}

fn draw_line(canvas: &mut Canvas, values: &[f64], stroke: Stroke, x: Scale, y: Scale) {
    for run in runs([values], x, y) {
        let line: Vec<Point> = run.iter().map(|p| p[0]).collect();
        canvas.polyline(&line, stroke);
    }
}
