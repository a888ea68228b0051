//! What each tier earns less what it costs, month by month: a line for each, and the line at which nothing is earned.

use super::axis::{Amounts, draw_months, drawable, from_zero, months};
use super::frame::{Area, Caption, empty, open};
use super::labels::{EndLabel, draw_at_end, room};
use super::svg::{Point, Stroke};
use super::theme::{LIMIT, color};
use crate::report::display::{Lang, clean};

/// The margin of one tier.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MarginSeries {
    /// Its name.
    pub name: String,
    /// What to say about it in a few words.
    pub detail: String,
    /// Mean margin of each month.
    pub margins: Vec<f64>,
}

/// Margins by month.
#[derive(Clone, Debug, PartialEq)]
pub struct Margins {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// Names of the months, `2027-04`.
    pub months: Vec<String>,
    /// The tiers, and the whole last.
    pub series: Vec<MarginSeries>,
    /// ISO 4217 code.
    pub currency: String,
    /// Language of the labels.
    pub lang: Lang,
}

impl Margins {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        if self.months.is_empty() || self.series.is_empty() {
            return empty(&self.caption, self.lang);
        }
        let (mut canvas, area) = open(&self.caption, self.lang);
        let domain = from_zero(self.series.iter().flat_map(|one| one.margins.iter().copied()));
        let amounts = Amounts::new(domain, 7, &self.currency, self.lang);
        let names: Vec<String> = self.series.iter().map(|one| clean(&one.name, 40)).collect();
        let texts = names.iter().zip(&self.series).map(|(name, one)| (name.as_str(), one.detail.as_str()));
        let plot = Area {
            left: area.left + amounts.width(self.lang) + 14.0,
            right: area.right - room(texts, self.lang),
            bottom: area.bottom - 34.0,
            ..area
        };
        let (x, y) =
            (months(self.months.len(), plot), super::axis::Scale::new(domain, plot.bottom, plot.top));
        amounts.draw_left(&mut canvas, plot, y, true);
        canvas.line((plot.left, y.at(0.0)), (plot.right, y.at(0.0)), LIMIT);
        draw_months(&mut canvas, &self.months, plot, x);
        let mut ends = Vec::new();
        for (place, (one, name)) in self.series.iter().zip(names).enumerate() {
            let known = one.margins.iter().enumerate().filter(|(_, margin)| drawable(**margin).is_some());
            let line: Vec<Point> = known.map(|(month, margin)| (x.at(month as f64), y.at(*margin))).collect();
            canvas.polyline(&line, Stroke::new(color(place).fill, 3.0));
            let end = line.last().map_or(plot.bottom, |point| point.1);
            ends.push(EndLabel { name, detail: clean(&one.detail, 40), color: color(place), y: end });
        }
        draw_at_end(&mut canvas, plot, &ends);
        canvas.finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Losses are below the line, and whatever numbers and names come, it is a picture.
    #[test]
    fn draws_losses_and_gains() {
        let chart = |series: Vec<MarginSeries>| Margins {
            caption: Caption::default(),
            months: (1..=3).map(|month| format!("2027-{month:02}")).collect(),
            series,
            currency: "USD".to_owned(),
            lang: Lang::En,
        };
        let one =
            |margins: Vec<f64>| MarginSeries { name: "<free>".to_owned(), margins, ..Default::default() };
        for margins in [vec![-2e4, 0.0, 5e4], vec![f64::NAN; 3], vec![1e300, -1e300, 0.0], Vec::new()] {
            let svg = chart(vec![one(margins)]).svg();
            resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default()).unwrap();
            assert!(svg.contains("&lt;free&gt;") && !svg.contains("NaN"));
        }
        assert!(chart(Vec::new()).svg().contains("No data"));
    }
}
