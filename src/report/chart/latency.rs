//! Latency against load: a panel for each kind of latency, the line that is expected with the band of its error.
use super::axis::{Scale, drawable, extent};
use super::fan::heading;
use super::frame::{Area, Caption, empty, open};
use super::svg::{Canvas, Point, Stroke};
use super::theme::{AXIS, BASE, Color, HAIR, LIMIT, NAME, NOTE, color};
use crate::report::display::{Lang, ticks};
use crate::units::format_number;

/// One kind of latency; points are load and milliseconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LatencyPanel {
    /// What it is, with its unit.
    pub name: String,
    /// As expected.
    pub middle: Vec<(f64, f64)>,
    /// Where things are faster than expected.
    pub fast: Vec<(f64, f64)>,
    /// Where they are slower.
    pub slow: Vec<(f64, f64)>,
    /// What it must not exceed.
    pub target: Option<f64>,
    /// Where the load ends.
    pub most: (f64, f64),
}

/// Latency against load.
#[derive(Clone, Debug, PartialEq)]
pub struct Latency {
    /// Title, subtitle and footer.
    pub caption: Caption,
    /// Kinds of latency, side by side.
    pub panels: Vec<LatencyPanel>,
    /// What the load is called.
    pub load: String,
    /// What a target is called.
    pub target: String,
    /// What the end of the load is called.
    pub most: String,
    /// Language of the labels.
    pub lang: Lang,
}

impl LatencyPanel {
    /// What the axis reaches: the line unless it climbs far beyond where the load ends, and a target that is not far above it.
    fn height(&self) -> f64 {
        let line = extent(self.middle.iter().map(|point| point.1)).map_or(1.0, |(_, high)| high);
        let line = line.min(3.0 * self.most.1.max(line / 12.0));
        let target = self.target.filter(|target| *target <= 3.0 * line).unwrap_or(0.0);
        1.25 * line.max(target)
    }
}

impl Latency {
    /// The chart as SVG.
    pub fn svg(&self) -> String {
        let loads = self.panels.iter().flat_map(|panel| panel.middle.iter().map(|point| point.0));
        let Some((_, widest)) = extent(loads).filter(|(_, high)| *high > 0.0) else {
            return empty(&self.caption, self.lang);
        };
        let (mut canvas, area) = open(&self.caption, self.lang);
        let inner = Area { bottom: area.bottom - 40.0, ..area };
        for (panel, cell) in
            self.panels.iter().zip(inner.grid(self.panels.len(), self.panels.len(), (70.0, 0.0)))
        {
            self.draw(&mut canvas, panel, cell, widest);
        }
        canvas.finish()
    }

    fn draw(&self, canvas: &mut Canvas, panel: &LatencyPanel, cell: Area, widest: f64) {
        let plot = Area {
            left: cell.left + 62.0,
            top: cell.top + 44.0,
            right: cell.right - 8.0,
            bottom: cell.bottom - 30.0,
        };
        let highest = panel.height();
        let (x, y) = (
            Scale::new((0.0, 1.06 * widest), plot.left, plot.right),
            Scale::new((0.0, highest), plot.bottom, plot.top),
        );
        for tick in ticks(0.0, highest, 6) {
            let at = y.at(tick);
            canvas.line((plot.left, at), (plot.right, at), if tick == 0.0 { BASE } else { HAIR });
            canvas.text((plot.left - 12.0, at + 5.0), AXIS.end(), &format_number(tick, 4));
        }
        for tick in ticks(0.0, 1.06 * widest, 6) {
            let at = x.at(tick);
            canvas.line((at, plot.bottom), (at, plot.bottom + 6.0), BASE);
            canvas.text((at, plot.bottom + 27.0), AXIS.middle(), &format_number(tick, 4));
        }
        let middle = f64::midpoint(plot.left, plot.right);
        canvas.text((middle, plot.bottom + 56.0), AXIS.middle(), &self.load);
        let ink = color(0);
        let inside = |points: &[(f64, f64)]| -> Vec<Point> {
            let drawn = points.iter().filter(|(load, ms)| drawable(*load).is_some() && *ms <= highest);
            drawn.map(|(load, ms)| (x.at(*load), y.at(*ms))).collect()
        };
        let (fast, slow) = (inside(&panel.fast), inside(&panel.slow));
        // The band goes on to where the faster line ends.
        let corner = fast.last().zip(slow.last()).map(|(fast, slow)| (fast.0, slow.1));
        let outline: Vec<Point> = fast.into_iter().chain(corner).chain(slow.into_iter().rev()).collect();
        canvas.polygon(&outline, ink.fill, 0.16);
        canvas.polyline(&inside(&panel.middle), Stroke::new(ink.fill, 3.0));
        if let Some(target) = panel.target.and_then(drawable) {
            let label = format!("{} {}", self.target, format_number(target, 4));
            if target <= highest {
                let at = y.at(target);
                canvas.line((plot.left, at), (plot.right, at), LIMIT);
                canvas.text((plot.right - 4.0, at - 9.0), NOTE.end().halo(), &label);
            } else {
                canvas.text((plot.right - 4.0, plot.top + 14.0), NOTE.end().halo(), &format!("↑ {label}"));
            }
        }
        let (load, ms) = panel.most;
        if drawable(load).is_some() && drawable(ms).is_some() {
            let at = (x.at(load), y.at(ms));
            canvas.dot(at, 8.0, ink.fill);
            let label = format!("{}: {} /s, {} ms", self.most, format_number(load, 3), format_number(ms, 3));
            // To the left of the dot if there is room, else to its right.
            let wide = NOTE.width(&label, canvas.lang) + 14.0;
            let left = at.0 - wide > plot.left;
            let (place, style) = if left { (at.0 - 14.0, NOTE.end()) } else { (at.0 + 14.0, NOTE) };
            canvas.text((place, at.1 - 14.0), style.fill(ink.text).halo(), &label);
        }
        heading(canvas, cell, &panel.name, "", Color { fill: NAME.fill, text: NAME.fill });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two panels with lines, bands and targets, whatever numbers come.
    #[test]
    fn draws_a_line_with_its_band_and_says_where_it_ends() {
        let panel = |points: Vec<(f64, f64)>| LatencyPanel {
            name: "per token <ms>".to_owned(),
            fast: points.iter().map(|(load, ms)| (1.2 * load, ms / 1.2)).collect(),
            slow: points.iter().map(|(load, ms)| (load / 1.2, 1.2 * ms)).collect(),
            most: points.last().copied().unwrap_or_default(),
            middle: points,
            target: Some(30.0),
        };
        let chart = |panels: Vec<LatencyPanel>| Latency {
            caption: Caption::default(),
            panels,
            load: "requests per second".to_owned(),
            target: "target".to_owned(),
            most: "the most".to_owned(),
            lang: Lang::En,
        };
        let points = vec![(0.5, 10.0), (2.0, 18.0), (4.0, 29.0)];
        let svg = chart(vec![panel(points.clone()), panel(points)]).svg();
        resvg::usvg::Tree::from_str(&svg, &resvg::usvg::Options::default()).unwrap();
        assert_eq!(svg.matches("fill-opacity").count(), 2);
        assert_eq!(svg.matches("target 30").count(), 2);
        assert_eq!(svg.matches("the most: 4 /s, 29 ms").count(), 2);
        assert!(chart(vec![panel(vec![(f64::NAN, f64::INFINITY); 3])]).svg().contains("No data"));
        assert!(chart(Vec::new()).svg().contains("No data"));
    }
}
