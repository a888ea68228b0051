//! What every picture has: title, subtitle, footer, and the room between them.
use super::svg::Canvas;
use super::theme::{self, FOOTER, HEIGHT, MARGIN, SUBTITLE, TITLE, WIDTH};
use crate::report::display::{Lang, clean};
use crate::report::fonts::wrap;

/// The words around a chart.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Caption {
    /// What the chart says, as a sentence.
    pub title: String,
    /// What is drawn, with its unit.
    pub subtitle: String,
    /// Where the numbers come from: paths, seed, scenario, version.
    pub footer: String,
}

/// A rectangle on the picture in pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Area {
    pub(super) left: f64,
    pub(super) top: f64,
    pub(super) right: f64,
    pub(super) bottom: f64,
}

impl Area {
    pub(super) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(super) fn height(&self) -> f64 {
        self.bottom - self.top
    }

    /// The cells of a grid with that many columns, row by row, with gaps between them.
    pub(super) fn grid(&self, count: usize, columns: usize, gap: (f64, f64)) -> Vec<Area> {
        let columns = columns.max(1);
        let rows = count.div_ceil(columns).max(1);
        let w = (self.width() - gap.0 * (columns - 1) as f64) / columns as f64;
        let h = (self.height() - gap.1 * (rows - 1) as f64) / rows as f64;
        let cell = |i: usize| {
            let left = self.left + (w + gap.0) * (i % columns) as f64;
            let top = self.top + (h + gap.1) * (i / columns) as f64;
            Area { left, top, right: left + w, bottom: top + h }
        };
        (0..count).map(cell).collect()
    }
}

/// Columns of a nearly square grid of panels; three stand side by side.
pub(super) fn grid_columns(count: usize) -> usize {
    if count == 3 { 3 } else { (1..=count).find(|c| c * c >= count).unwrap_or(1) }
}

/// Begins a picture: page, title, subtitle, footer. The area that is left is for the chart with its axis labels.
pub(super) fn open(caption: &Caption, lang: Lang) -> (Canvas, Area) {
    let mut canvas = Canvas::new(&caption.title, lang);
    let room = WIDTH - 2.0 * MARGIN;
    let mut y = 20.0;
    for (text, style) in [(&caption.title, TITLE), (&caption.subtitle, SUBTITLE)] {
        let text = clean(text, 300);
        for line in wrap(&text, style.size, style.bold, lang, room, 2) {
            y += style.size * 1.25;
            canvas.text((MARGIN, y), style, &line);
        }
        y += 12.0;
    }
    let footer = FOOTER.fit(&clean(&caption.footer, 300), lang, room);
    canvas.text((MARGIN, HEIGHT - 24.0), FOOTER, &footer);
    let area = Area { left: MARGIN, top: y + 14.0, right: WIDTH - MARGIN, bottom: HEIGHT - 66.0 };
    (canvas, area)
}

/// A picture that says why there is no chart.
pub(super) fn empty(caption: &Caption, lang: Lang) -> String {
    let (mut canvas, area) = open(caption, lang);
    let middle = (f64::midpoint(area.left, area.right), f64::midpoint(area.top, area.bottom));
    canvas.text(middle, theme::SUBTITLE.middle(), lang.pick("No data", "データがありません"));
    canvas.finish()
}
