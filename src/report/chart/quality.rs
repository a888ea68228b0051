//! Cost against the score of answers: whoever stands to the right of and below another is dominated by it.
use super::axis::{Amounts, Scale, extent};
use super::frame::{Area, Caption, empty, open};
use super::labels::{EndLabel, draw_at_end, room};
use super::svg::{Canvas, Stroke};
use super::theme::{AXIS, BASE, HAIR, color};
use crate::report::display::{Lang, clean, fine_percent, ticks};

/// One strategy's place: means, and from where to where nine of ten futures are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QualityPoint {
    /// Name of the strategy.
    pub name: String,
    /// What its label says below the name.
    pub detail: String,
    /// Index of its color.
    pub color: usize,
    /// Cost: 5th percentile, mean and 95th percentile.
    pub cost: [f64; 3],
    /// Score: 5th percentile, mean and 95th percentile.
    pub score: [f64; 3],
}

/// Strategies on the plane of cost and score.
#[derive(Clone, Debug, PartialEq)]
pub struct QualityPlane {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// The strategies.
    pub points: Vec<QualityPoint>,
    /// Code of the currency.
    pub currency: String,
    /// Language of the labels.
    pub lang: Lang,
}

impl QualityPlane {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        let costs = extent(self.points.iter().flat_map(|point| point.cost));
        let scores = extent(self.points.iter().flat_map(|point| point.score));
        let (Some(costs), Some(scores)) = (costs, scores) else { return empty(&self.caption, self.lang) };
        let (mut canvas, area) = open(&self.caption, self.lang);
        let air = |(low, high): (f64, f64), least: f64| {
            let air = (0.08 * (high - low)).max(least);
            (low - air, high + air)
        };
        let (costs, scores) = (air(costs, 0.02 * costs.1.abs()), air(scores, 0.002));
        let scores = (scores.0.max(0.0), scores.1.min(1.0));
        let amounts = Amounts::new(costs, 6, &self.currency, self.lang);
        let marks = ticks(scores.0, scores.1, 6);
        let labels: Vec<String> = marks.iter().map(|mark| fine_percent(*mark)).collect();
        let widest = labels.iter().map(|label| AXIS.width(label, self.lang)).fold(0.0, f64::max);
        let texts: Vec<_> = self.points.iter().map(|p| (clean(&p.name, 80), p.detail.clone())).collect();
        let plot = Area {
            left: area.left + widest + 14.0,
            top: area.top + 8.0,
            right: area.right - room(texts.iter().map(|t| (t.0.as_str(), t.1.as_str())), self.lang),
            bottom: area.bottom - 34.0,
        };
        let (x, y) = (Scale::new(costs, plot.left, plot.right), Scale::new(scores, plot.bottom, plot.top));
        for (mark, label) in marks.iter().zip(&labels) {
            canvas.line((plot.left, y.at(*mark)), (plot.right, y.at(*mark)), HAIR);
            canvas.text((plot.left - 12.0, y.at(*mark) + 5.0), AXIS.end(), label);
        }
        canvas.line((plot.left, plot.top), (plot.left, plot.bottom), BASE);
        amounts.draw_below(&mut canvas, plot, x);
        for point in &self.points {
            cross(&mut canvas, point, x, y);
        }
        let ends = self.points.iter().zip(texts).map(|(point, (name, detail))| EndLabel {
            name,
            detail,
            color: color(point.color),
            y: y.at(point.score[1]),
        });
        draw_at_end(&mut canvas, plot, &ends.collect::<Vec<_>>());
        canvas.finish()
    }
}

/// A dot at the means, with the spread of futures to both sides.
fn cross(canvas: &mut Canvas, point: &QualityPoint, x: Scale, y: Scale) {
    let ([left, cost, right], [low, score, high]) =
        (point.cost.map(|cost| x.at(cost)), point.score.map(|score| y.at(score)));
    let fill = color(point.color).fill;
    canvas.line((left, score), (right, score), Stroke::new(fill, 2.0));
    canvas.line((cost, low), (cost, high), Stroke::new(fill, 2.0));
    canvas.dot((cost, score), 9.0, fill);
}
