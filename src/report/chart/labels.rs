//! Direct labels: names at the ends of lines instead of a legend, kept apart from each other.
use super::frame::Area;
use super::svg::{Canvas, Point, Stroke};
use super::theme::{CONTEXT, Color, NAME, VALUE};
use crate::report::display::Lang;

/// Space between the end of a line and its label.
const GAP: f64 = 18.0;
/// Height of a label of two lines.
const HEIGHT: f64 = 50.0;
/// The widest label; longer names are shortened.
const MOST: f64 = 330.0;

/// A name and a second line, at the right end of a line.
#[derive(Clone, Debug)]
pub(super) struct EndLabel {
    pub(super) name: String,
    pub(super) detail: String,
    pub(super) color: Color,
    /// Where the line ends, from the top of the picture.
    pub(super) y: f64,
}

/// Room that labels with these names and details need to the right of a chart.
pub(super) fn room<'a>(texts: impl Iterator<Item = (&'a str, &'a str)>, lang: Lang) -> f64 {
    let width = |(name, detail)| NAME.width(name, lang).min(MOST).max(VALUE.width(detail, lang).min(MOST));
    texts.map(width).fold(0.0, f64::max) + GAP
}

/// Draws the labels at the right edge of the area, pushed apart; a thin line leads to a label that had to move far.
pub(super) fn draw_at_end(canvas: &mut Canvas, area: Area, labels: &[EndLabel]) {
    let wanted: Vec<f64> = labels.iter().map(|l| l.y).collect();
    // Where two lines per label have no room, the name goes before the numbers.
    let crowded = labels.len() as f64 * HEIGHT > area.height();
    let placed = spread(&wanted, HEIGHT, area.top, area.bottom);
    for (label, y) in labels.iter().zip(placed) {
        let lang = canvas.lang;
        if (y - label.y).abs() > 9.0 {
            let from = (area.right + 3.0, label.y);
            canvas.polyline(&[from, (area.right + GAP - 4.0, y)], Stroke::new(CONTEXT, 1.0));
        }
        let x = area.right + GAP;
        let (name, detail) = (NAME.fit(&label.name, lang, MOST), VALUE.fit(&label.detail, lang, MOST));
        canvas.text((x, if crowded { y + 6.0 } else { y - 4.0 }), NAME.fill(label.color.text), &name);
        if !crowded {
            canvas.text((x, y + 18.0), VALUE, &detail);
        }
    }
}

/// Moves places apart to at least `height`, as little as possible, within the limits; closer if there is no room.
/// Places that touch form a block, and a block sits at the mean of what its members wanted.
pub(super) fn spread(wanted: &[f64], height: f64, low: f64, high: f64) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|a, b| wanted[*a].total_cmp(&wanted[*b]));
    let height = height.min((high - low) / wanted.len().max(1) as f64);
    // (first place, members): the place of member k is first + k * height.
    let mut blocks: Vec<(f64, Vec<usize>)> = Vec::new();
    for i in order {
        let mut block = (wanted[i], vec![i]);
        settle(&mut block, wanted, height, low, high);
        while let Some(above) = blocks.pop_if(|b| b.0 + b.1.len() as f64 * height > block.0) {
            block.1.splice(0..0, above.1);
            settle(&mut block, wanted, height, low, high);
        }
        blocks.push(block);
    }
    let mut placed = vec![0.0; wanted.len()];
    for (first, members) in blocks {
        for (k, i) in members.into_iter().enumerate() {
            placed[i] = first + k as f64 * height;
        }
    }
    placed
}

fn settle(block: &mut (f64, Vec<usize>), wanted: &[f64], height: f64, low: f64, high: f64) {
    let count = block.1.len() as f64;
    let mean = block.1.iter().map(|i| wanted[*i]).sum::<f64>() / count;
    let first = mean - (count - 1.0) * height / 2.0;
    block.0 = first.min(high - (count - 0.5) * height).max(low + 0.5 * height);
}

/// A box around a text on the picture.
#[derive(Clone, Copy, Debug)]
pub(super) struct Bounds {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Bounds {
    fn grown(&self, by: f64) -> Self {
        Self {
            left: self.left - by,
            top: self.top - by / 2.0,
            right: self.right + by,
            bottom: self.bottom + by / 2.0,
        }
    }

    fn overlap(&self, other: &Self) -> f64 {
        let w = self.right.min(other.right) - self.left.max(other.left);
        let h = self.bottom.min(other.bottom) - self.top.max(other.top);
        w.max(0.0) * h.max(0.0)
    }

    fn contains(&self, (x, y): Point) -> bool {
        (self.left..=self.right).contains(&x) && (self.top..=self.bottom).contains(&y)
    }
}

/// The index of the candidate that covers the least of the lines and boxes and keeps inside the area. Candidates come
/// in order of preference. The lines of others need a distance, so that a label is not read as theirs.
pub(super) fn best(
    candidates: &[Bounds],
    area: Area,
    lines: &[Vec<Point>],
    own: usize,
    taken: &[Bounds],
) -> usize {
    let cost = |(i, b): (usize, &Bounds)| {
        let wide = b.grown(9.0);
        let covered = |(k, line): (usize, &Vec<Point>)| {
            let near = if k == own { b } else { &wide };
            line.iter().filter(|p| near.contains(**p)).count()
        };
        let covered: usize = lines.iter().enumerate().map(covered).sum();
        let shared: f64 = taken.iter().map(|t| wide.overlap(t)).sum();
        let outside = (area.left - b.left).max(0.0)
            + (b.right - area.right).max(0.0)
            + (area.top - b.top).max(0.0)
            + (b.bottom - area.bottom).max(0.0);
        covered as f64 + shared + 100.0 * outside + 0.25 * i as f64
    };
    let costs: Vec<f64> = candidates.iter().enumerate().map(cost).collect();
    (0..costs.len()).min_by(|a, b| costs[*a].total_cmp(&costs[*b])).unwrap_or(0)
}

/// Points on the straight lines between the given ones, every few pixels, so that a box between two of them counts.
pub(super) fn dense(line: &[Point]) -> Vec<Point> {
    let mut out = Vec::new();
    for pair in line.windows(2) {
        let (a, b) = (pair[0], pair[1]);
        let steps = ((b.0 - a.0).abs().max((b.1 - a.1).abs()) / 4.0).clamp(1.0, 500.0) as usize;
        out.extend((0..=steps).map(|k| {
            let t = k as f64 / steps as f64;
            (a.0 + t * (b.0 - a.0), a.1 + t * (b.1 - a.1))
        }));
    }
    out
}
