//! Cost against cadence: a line with its 90 % band, and the best one marked.

use super::axis::{Scale, extent, from_zero};
use super::frame::{Area, Caption, empty, open};
use super::svg::{Point, Stroke};
use super::theme::{AXIS, BASE, HAIR, NOTE, color};
use crate::report::display::{Lang, MoneyAxis, money, ticks};
use crate::units::format_number;

/// What a cadence costs per month.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CadencePoint {
    /// Months from cycle to cycle.
    pub months: f64,
    /// Mean cost of the strategy.
    pub mean: f64,
    /// Its 90 % range.
    pub range: (f64, f64),
    /// Mean cost of the programme alone.
    pub programme: f64,
}

/// Cost against cadence.
#[derive(Clone, Debug, PartialEq)]
pub struct Cadence {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// In the order of cadences.
    pub points: Vec<CadencePoint>,
    /// The place of the cheapest.
    pub best: usize,
    /// What the lines are called: the strategy, the programme alone.
    pub names: [String; 2],
    /// What the axis of cadences is called.
    pub axis: String,
    /// ISO 4217 code.
    pub currency: String,
    /// Language of the labels.
    pub lang: Lang,
}

impl Cadence {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        let drawn: Vec<&CadencePoint> = self.points.iter().filter(|point| point.mean.is_finite()).collect();
        let Some((low, high)) = extent(drawn.iter().map(|point| point.months)) else {
            return empty(&self.caption, self.lang);
        };
        let (mut canvas, area) = open(&self.caption, self.lang);
        let plot =
            Area { left: area.left + 92.0, right: area.right - 200.0, bottom: area.bottom - 56.0, ..area };
        let amounts =
            drawn.iter().flat_map(|point| [point.range.0, point.range.1, point.mean, point.programme]);
        let domain = from_zero(amounts);
        let (x, y) =
            (Scale::new((low, high), plot.left, plot.right), Scale::new(domain, plot.bottom, plot.top));
        let lines = ticks(domain.0, domain.1, 7);
        let labels = MoneyAxis::new(&lines, &self.currency, self.lang);
        for tick in lines {
            let at = y.at(tick);
            canvas.line((plot.left, at), (plot.right, at), if tick == 0.0 { BASE } else { HAIR });
            canvas.text((plot.left - 12.0, at + 5.0), AXIS.end(), &labels.label(tick));
        }
        let mut free = f64::NEG_INFINITY;
        for point in &drawn {
            let at = x.at(point.months);
            canvas.line((at, plot.bottom), (at, plot.bottom + 6.0), BASE);
            if at - free > 26.0 {
                canvas.text((at, plot.bottom + 27.0), AXIS.middle(), &format_number(point.months, 3));
                free = at;
            }
        }
        let middle = f64::midpoint(plot.left, plot.right);
        canvas.text((middle, plot.bottom + 52.0), AXIS.middle(), &self.axis);
        let at = |of: &dyn Fn(&CadencePoint) -> f64| -> Vec<Point> {
            drawn.iter().map(|point| (x.at(point.months), y.at(of(point)))).collect()
        };
        let upper = at(&|point| point.range.1);
        let band: Vec<Point> =
            at(&|point| point.range.0).into_iter().chain(upper.into_iter().rev()).collect();
        canvas.polygon(&band, color(0).fill, 0.16);
        let of_lines = [at(&|point| point.mean), at(&|point| point.programme)];
        for (place, line) in of_lines.iter().enumerate() {
            let ink = color(place);
            canvas.polyline(line, Stroke::new(ink.fill, 3.0));
            for point in line {
                canvas.dot(*point, 4.0, ink.fill);
            }
            if let Some(end) = line.last() {
                canvas.text((end.0 + 14.0, end.1 + 5.0), NOTE.fill(ink.text), &self.names[place]);
            }
        }
        if let Some(best) = self.points.get(self.best).filter(|best| best.mean.is_finite()) {
            let place = (x.at(best.months), y.at(best.mean));
            canvas.dot(place, 9.0, color(0).fill);
            let label = money(best.mean, &self.currency, self.lang);
            // Above the line, and inside the plot at its ends.
            let style = if place.0 - plot.left < 80.0 { NOTE } else { NOTE.middle() };
            canvas.text((place.0, place.1 - 18.0), style.fill(color(0).text).halo(), &label);
        }
        canvas.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_the_cheapest_cadence() {
        let point = |months: f64, mean: f64| CadencePoint {
            months,
            mean,
            range: (0.8 * mean, 1.3 * mean),
            programme: 0.2 * mean,
        };
        let chart = |points: Vec<CadencePoint>| Cadence {
            caption: Caption::default(),
            points,
            best: 1,
            names: ["all <of it>".to_owned(), "training".to_owned()],
            axis: "months".to_owned(),
            currency: "JPY".to_owned(),
            lang: Lang::En,
        };
        let svg = chart(vec![point(1.0, 9e5), point(3.0, 6e5), point(12.0, 8e5)]).svg();
        resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default()).unwrap();
        assert!(svg.contains("¥600") && svg.contains("all &lt;of it&gt;"));
        assert!(chart(vec![point(f64::NAN, f64::NAN)]).svg().contains("No data"));
    }
}
