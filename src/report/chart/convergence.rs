//! How means settle as paths are added: their distance from the final mean, with 95 % bands.
use super::axis::{Scale, drawable};
use super::frame::{Area, Caption, empty, open};
use super::labels::{EndLabel, draw_at_end, room};
use super::svg::{Point, Stroke};
use super::theme::{AXIS, BASE, HAIR, color};
use crate::report::display::{Lang, clean, ticks};

/// One strategy's means.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConvergenceSeries {
    /// Name of the strategy.
    pub name: String,
    /// Index of its color.
    pub color: usize,
    /// Low end, mean and high end by size of the run, each as a share of the final mean.
    pub settled: Vec<[f64; 3]>,
}

/// Means by size of the run.
#[derive(Clone, Debug, PartialEq)]
pub struct Convergence {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// Sizes of the run, each twice the one before, as they are written.
    pub paths: Vec<String>,
    /// The strategies.
    pub series: Vec<ConvergenceSeries>,
    /// Language of the labels.
    pub lang: Lang,
}

impl Convergence {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        let ends = || self.series.iter().flat_map(|s| &s.settled).flatten().copied().filter_map(drawable);
        let reach = ends().map(|share| (share - 1.0).abs()).fold(0.0, f64::max);
        if self.paths.len() < 2 || reach == 0.0 {
            return empty(&self.caption, self.lang);
        }
        let (mut canvas, area) = open(&self.caption, self.lang);
        let texts: Vec<_> = self.series.iter().map(|s| (clean(&s.name, 80), self.detail(s))).collect();
        let marks = ticks(-1.04 * reach, 1.04 * reach, 6);
        let labels: Vec<String> = marks.iter().map(|mark| signed_percent(*mark)).collect();
        let widest = labels.iter().map(|label| AXIS.width(label, self.lang)).fold(0.0, f64::max);
        let plot = Area {
            left: area.left + widest + 14.0,
            top: area.top + 8.0,
            right: area.right - room(texts.iter().map(|t| (t.0.as_str(), t.1.as_str())), self.lang),
            bottom: area.bottom - 34.0,
        };
        let x = Scale::new((0.0, (self.paths.len() - 1) as f64), plot.left, plot.right);
        let y = Scale::new((-1.04 * reach, 1.04 * reach), plot.bottom, plot.top);
        for (mark, label) in marks.iter().zip(&labels) {
            let at = y.at(*mark);
            canvas.line((plot.left, at), (plot.right, at), if *mark == 0.0 { BASE } else { HAIR });
            canvas.text((plot.left - 12.0, at + 5.0), AXIS.end(), label);
        }
        for (i, label) in self.paths.iter().enumerate() {
            canvas.text((x.at(i as f64), plot.bottom + 27.0), AXIS.middle(), &clean(label, 16));
        }
        let line = |s: &ConvergenceSeries, end: usize| -> Vec<Point> {
            let at = |(i, settled): (usize, &[f64; 3])| (x.at(i as f64), y.at(settled[end] - 1.0));
            s.settled.iter().enumerate().map(at).collect()
        };
        for s in &self.series {
            let mut band = line(s, 0);
            band.extend(line(s, 2).into_iter().rev());
            canvas.polygon(&band, color(s.color).fill, 0.14);
        }
        for s in &self.series {
            canvas.polyline(&line(s, 1), Stroke::new(color(s.color).fill, 3.0));
        }
        let ends = self.series.iter().zip(texts).map(|(s, (name, detail))| EndLabel {
            name,
            detail,
            color: color(s.color),
            y: y.at(0.0),
        });
        draw_at_end(&mut canvas, plot, &ends.collect::<Vec<_>>());
        canvas.finish()
    }

    /// "mean known to ±0.31%".
    fn detail(&self, series: &ConvergenceSeries) -> String {
        let margin = series.settled.last().map_or(f64::NAN, |[low, _, high]| 0.5 * (high - low));
        match self.lang {
            Lang::En => format!("mean known to ±{}", plain_percent(margin)),
            Lang::Ja => format!("平均の誤差 ±{}", plain_percent(margin)),
        }
    }
}

/// Two significant digits.
fn plain_percent(share: f64) -> String {
    let percent = 100.0 * share;
    let digits = if percent >= 10.0 {
        0
    } else if percent >= 1.0 {
        1
    } else {
        2
    };
    format!("{percent:.digits$}%")
}

fn signed_percent(share: f64) -> String {
    let sign = if share > 0.0 {
        "+"
    } else if share < 0.0 {
        "−"
    } else {
        ""
    };
    let digits = format!("{:.2}", 100.0 * share.abs());
    let digits = digits.trim_end_matches('0').trim_end_matches('.');
    format!("{sign}{digits}%")
}
