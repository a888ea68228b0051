//! Lines over any quantity, in one or several panels: latencies against load, their distributions, a replay over time.
use super::axis::{Scale, drawable, extent, from_zero};
use super::fan::heading;
use super::frame::{Area, Caption, empty, open};
use super::labels::{EndLabel, draw_at_end, room};
use super::svg::{Canvas, Point, Stroke};
use super::theme::{AXIS, BASE, Color, HAIR, LIMIT, NAME, NOTE, color};
use crate::report::display::{Lang, clean, percent, seconds, ticks};
use crate::units::format_number;

/// What an axis counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Axis {
    /// Seconds.
    Time,
    /// Shares, 0 to 1.
    Share,
    /// Plain numbers.
    #[default]
    Number,
}

impl Axis {
    /// Round values; times are round in the unit that they are written in.
    fn ticks(self, low: f64, high: f64, count: usize) -> Vec<f64> {
        let unit = match self {
            Self::Time if high >= 172_800.0 => 86_400.0,
            Self::Time if high >= 7_200.0 => 3_600.0,
            Self::Time if high >= 120.0 => 60.0,
            _ => 1.0,
        };
        ticks(low / unit, high / unit, count).into_iter().map(|mark| mark * unit).collect()
    }

    fn label(self, value: f64) -> String {
        match self {
            Self::Time => seconds(value),
            Self::Share => percent(value),
            Self::Number => format_number(value, 3),
        }
    }
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curve {
    /// Its name.
    pub name: String,
    /// Index of its color.
    pub color: usize,
    /// Points from left to right; those that are no finite numbers are left out.
    pub points: Vec<(f64, f64)>,
    /// Whether the name is followed by the last value.
    pub valued: bool,
}

/// A panel with its axes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CurvePanel {
    /// What is drawn.
    pub name: String,
    /// More about it.
    pub detail: String,
    /// The horizontal and the vertical axis.
    pub axes: (Axis, Axis),
    /// What the horizontal axis is; empty where it is plain.
    pub below: String,
    /// The lines.
    pub curves: Vec<Curve>,
    /// A limit on the vertical axis and its name.
    pub limit: Option<(String, f64)>,
    /// A mark on the horizontal axis and its name.
    pub mark: Option<(String, f64)>,
    /// The highest value that has to be shown; lines above it leave the picture.
    pub top: Option<f64>,
}

/// Panels with lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Curves {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// Panels side by side; else one above the other.
    pub side_by_side: bool,
    /// The panels.
    pub panels: Vec<CurvePanel>,
    /// Language of numbers.
    pub lang: Lang,
}

impl Curves {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        let drawn = |panel: &CurvePanel| panel.curves.iter().any(|curve| known(curve).count() > 1);
        if !self.panels.iter().any(drawn) {
            return empty(&self.caption, self.lang);
        }
        let (mut canvas, area) = open(&self.caption, self.lang);
        let count = self.panels.len();
        let columns = if self.side_by_side { count } else { 1 };
        let gap = if self.side_by_side { (64.0, 0.0) } else { (0.0, 30.0) };
        for (panel, cell) in self.panels.iter().zip(area.grid(count, columns, gap)) {
            self.draw(&mut canvas, panel, cell);
        }
        canvas.finish()
    }

    fn draw(&self, canvas: &mut Canvas, panel: &CurvePanel, cell: Area) {
        let values = panel.curves.iter().flat_map(known).map(|point| point.1);
        let (low, mut high) = from_zero(values.chain(panel.limit.iter().map(|limit| 1.15 * limit.1)));
        high = high.min(panel.top.unwrap_or(f64::INFINITY));
        let (left, right) =
            extent(panel.curves.iter().flat_map(known).map(|point| point.0)).unwrap_or((0.0, 1.0));
        let count = if self.side_by_side { 6 } else { 4 };
        let marks = panel.axes.1.ticks(low, high, count);
        let labels: Vec<String> = marks.iter().map(|mark| panel.axes.1.label(*mark)).collect();
        let widest = labels.iter().map(|label| AXIS.width(label, self.lang)).fold(0.0, f64::max);
        let names: Vec<(String, String)> = panel.curves.iter().map(|curve| texts(panel, curve)).collect();
        let plot = Area {
            left: cell.left + widest + 14.0,
            top: cell.top + 56.0,
            right: cell.right - room(names.iter().map(|t| (t.0.as_str(), t.1.as_str())), self.lang),
            bottom: cell.bottom - if panel.below.is_empty() { 30.0 } else { 54.0 },
        };
        let x = Scale::new((left, right), plot.left, plot.right);
        let y = Scale::new((low, high), plot.bottom, plot.top);
        for (mark, label) in marks.iter().zip(&labels) {
            let at = y.at(*mark);
            canvas.line((plot.left, at), (plot.right, at), if *mark == 0.0 { BASE } else { HAIR });
            canvas.text((plot.left - 12.0, at + 5.0), AXIS.end(), label);
        }
        let most = ((plot.right - plot.left) / 110.0).clamp(2.0, 10.0) as usize;
        for mark in panel.axes.0.ticks(x.low, x.high, most) {
            canvas.line((x.at(mark), plot.bottom), (x.at(mark), plot.bottom + 6.0), BASE);
            canvas.text((x.at(mark), plot.bottom + 25.0), AXIS.middle(), &panel.axes.0.label(mark));
        }
        if !panel.below.is_empty() {
            let middle = f64::midpoint(plot.left, plot.right);
            canvas.text((middle, plot.bottom + 50.0), AXIS.middle(), &panel.below);
        }
        self.draw_limits(canvas, panel, plot, (x, y));
        let mut ends = Vec::new();
        for (curve, (name, detail)) in panel.curves.iter().zip(names) {
            let line = line(curve, x, y);
            canvas.polyline(&line, Stroke::new(color(curve.color).fill, 3.0));
            let end = line.last().map_or(plot.bottom, |point| point.1);
            if name.is_empty() {
                continue;
            }
            ends.push(EndLabel { name, detail, color: color(curve.color), y: end });
        }
        draw_at_end(canvas, plot, &ends);
        let ink = Color { fill: NAME.fill, text: NAME.fill };
        heading(canvas, cell, &panel.name, &panel.detail, ink);
    }

    fn draw_limits(&self, canvas: &mut Canvas, panel: &CurvePanel, plot: Area, (x, y): (Scale, Scale)) {
        if let Some((name, at)) = panel.limit.as_ref().filter(|limit| drawable(limit.1).is_some()) {
            canvas.line((plot.left, y.at(*at)), (plot.right, y.at(*at)), LIMIT);
            let label = format!("{} {}", clean(name, 40), panel.axes.1.label(*at));
            canvas.text((plot.left + 10.0, y.at(*at) - 8.0), NOTE.halo(), &label);
        }
        if let Some((name, at)) = panel.mark.as_ref().filter(|mark| mark.1 >= x.low && mark.1 <= x.high) {
            canvas.line((x.at(*at), plot.top), (x.at(*at), plot.bottom), LIMIT);
            let label = clean(name, 60);
            let wide = NOTE.width(&label, self.lang) + 10.0;
            let right = x.at(*at) + wide < plot.right;
            let place = (x.at(*at) + if right { 8.0 } else { -8.0 }, plot.bottom - 14.0);
            canvas.text(place, if right { NOTE.halo() } else { NOTE.halo().end() }, &label);
        }
    }
}

/// The name of a line, and its last value where that is wanted.
fn texts(panel: &CurvePanel, curve: &Curve) -> (String, String) {
    let last = known(curve).last().filter(|_| curve.valued).map(|point| panel.axes.1.label(point.1));
    (clean(&curve.name, 40), last.unwrap_or_default())
}

fn known(curve: &Curve) -> impl Iterator<Item = (f64, f64)> {
    curve.points.iter().copied().filter(|(x, y)| drawable(*x).is_some() && drawable(*y).is_some())
}

/// The part of a line that is on the picture: a line that leaves it ends at its edge.
fn line(curve: &Curve, x: Scale, y: Scale) -> Vec<Point> {
    let mut points: Vec<Point> = Vec::new();
    let mut before: Option<(f64, f64)> = None;
    for point in known(curve) {
        if point.1 > y.high {
            if let Some((x0, y0)) = before.filter(|before| before.1 <= y.high) {
                let share = (y.high - y0) / (point.1 - y0);
                points.push((x.at(x0 + share * (point.0 - x0)), y.at(y.high)));
            }
        } else {
            points.push((x.at(point.0), y.at(point.1)));
        }
        before = Some(point);
    }
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chart(curves: Vec<Curve>) -> Curves {
        let limit = Some(("<target>".to_owned(), 2.0));
        let mark = Some(("most".to_owned(), 1.0));
        let panel = CurvePanel {
            name: "<b>".into(),
            axes: (Axis::Number, Axis::Time),
            curves,
            limit,
            mark,
            ..CurvePanel::default()
        };
        Curves { panels: vec![panel.clone(), panel], ..Curves::default() }
    }

    /// Whatever comes, it is a picture: a line for each curve that has one, names escaped.
    #[test]
    fn draws_what_can_be_drawn() {
        let curve = |points: Vec<(f64, f64)>| Curve {
            name: "p99 & \u{202e}".into(),
            points,
            valued: true,
            ..Curve::default()
        };
        for points in [
            vec![(0.0, 1.0), (1.0, 3.0), (2.0, f64::NAN), (3.0, 1e300)],
            vec![(0.0, 0.0), (0.0, 0.0)],
            vec![(f64::INFINITY, 1.0), (1.0, 1.0), (5.0, -2.0)],
        ] {
            let svg = chart(vec![curve(points)]).svg();
            resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default()).unwrap();
            assert!(!svg.contains("NaN") && !svg.contains("inf") && svg.contains("p99 &amp;"), "{svg}");
        }
        assert!(chart(Vec::new()).svg().contains("No data"));
        assert!(chart(vec![curve(vec![(1.0, 1.0)])]).svg().contains("No data"));
    }

    #[test]
    fn a_line_ends_where_it_leaves_the_picture() {
        let mut steep = chart(vec![Curve { points: vec![(0.0, 0.0), (2.0, 4.0)], ..Curve::default() }]);
        steep.panels.truncate(1);
        steep.panels[0].top = Some(2.0);
        let (x, y) = (Scale::new((0.0, 2.0), 0.0, 200.0), Scale::new((0.0, 2.0), 100.0, 0.0));
        assert_eq!(line(&steep.panels[0].curves[0], x, y), [(0.0, 100.0), (100.0, 0.0)]);
    }
}
