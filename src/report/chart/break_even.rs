//! When a strategy has overtaken the baseline for good: share of futures by month, and the share in which it never does.
use super::axis::{Scale, draw_months, draw_shares, drawable, months};
use super::frame::{Area, Caption, empty, open};
use super::labels::{EndLabel, draw_at_end, room};
use super::svg::{Point, Stroke};
use super::theme::{AXIS, color};
use crate::report::display::{Lang, clean, percent};

/// One strategy against the baseline.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BreakEvenSeries {
    /// Name of the strategy.
    pub name: String,
    /// Index of its color.
    pub color: usize,
    /// Share of futures (0 to 1) in which it has overtaken for good by the end of that month, one per month.
    pub overtaken: Vec<f64>,
}

/// The distribution of the break-even month against a baseline.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakEven {
    /// Title, subtitle (it names the baseline) and footer.
    pub caption: Caption,
    /// Names of the months, `2027-04`.
    pub months: Vec<String>,
    /// The strategies, without the baseline.
    pub series: Vec<BreakEvenSeries>,
    /// Language of the labels.
    pub lang: Lang,
}

impl BreakEven {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        if self.months.is_empty() || self.series.is_empty() {
            return empty(&self.caption, self.lang);
        }
        let (mut canvas, area) = open(&self.caption, self.lang);
        let texts: Vec<_> = self.series.iter().map(|s| (clean(&s.name, 80), self.detail(s))).collect();
        let plot = Area {
            left: area.left + AXIS.width("100%", self.lang) + 14.0,
            top: area.top + 8.0,
            right: area.right - room(texts.iter().map(|t| (t.0.as_str(), t.1.as_str())), self.lang),
            bottom: area.bottom - 34.0,
        };
        let (x, y) = (months(self.months.len(), plot), Scale::new((0.0, 1.0), plot.bottom, plot.top));
        draw_shares(&mut canvas, plot, y);
        draw_months(&mut canvas, &self.months, plot, x);
        let mut labels = Vec::new();
        for (s, (name, detail)) in self.series.iter().zip(texts) {
            let line = steps(&s.overtaken, self.months.len(), x, y);
            let Some(end) = line.last().copied() else { continue };
            canvas.polyline(&line, Stroke::new(color(s.color).fill, 3.0));
            labels.push(EndLabel { name, detail, color: color(s.color), y: end.1 });
        }
        for s in &self.series {
            if let Some(m) = half(&s.overtaken).filter(|m| *m < self.months.len()) {
                canvas.dot((x.at(m as f64), y.at(s.overtaken[m])), 7.5, color(s.color).fill);
            }
        }
        draw_at_end(&mut canvas, plot, &labels);
        canvas.finish()
    }

    /// "half by 2028-02 · never 12%".
    fn detail(&self, series: &BreakEvenSeries) -> String {
        let reached = series.overtaken.iter().copied().filter_map(drawable).next_back().unwrap_or(f64::NAN);
        let never = percent(1.0 - reached);
        let half = half(&series.overtaken).and_then(|m| self.months.get(m)).map(|m| clean(m, 12));
        match (self.lang, half) {
            (Lang::En, Some(month)) => format!("half by {month} · never {never}"),
            (Lang::En, None) => format!("never {never}"),
            (Lang::Ja, Some(month)) => format!("{month} に半数 · 逆転なし {never}"),
            (Lang::Ja, None) => format!("逆転なし {never}"),
        }
    }
}

/// The first month by which half of the futures have overtaken.
fn half(overtaken: &[f64]) -> Option<usize> {
    overtaken.iter().position(|s| *s >= 0.5)
}

/// The line through the shares.
fn steps(overtaken: &[f64], months: usize, x: Scale, y: Scale) -> Vec<Point> {
    let known = overtaken.iter().take(months).enumerate().filter(|p| drawable(*p.1).is_some());
    let mut line: Vec<Point> = known.map(|(m, s)| (x.at(m as f64), y.at(*s))).collect();
    if let [only] = line[..] {
        line.push((x.at(x.high), only.1));
    }
    line
}
