//! A small SVG writer. Every text passes the gate for names and is escaped; every number is finite.
use std::fmt::Write;

use super::theme;
use crate::report::display::{Lang, clean};
use crate::report::fonts;

/// A place on the picture in pixels, y downwards.
pub(super) type Point = (f64, f64);

/// How a text looks and where its anchor point is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Text {
    pub(super) size: f64,
    pub(super) bold: bool,
    pub(super) fill: &'static str,
    pub(super) anchor: Anchor,
    /// A white rim keeps text readable on top of lines.
    pub(super) halo: bool,
}

/// Which part of a text is at its anchor point.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Text {
    pub(super) const fn new(size: f64, fill: &'static str) -> Self {
        Self { size, bold: false, fill, anchor: Anchor::Start, halo: false }
    }

    pub(super) const fn bold(self) -> Self {
        Self { bold: true, ..self }
    }

    pub(super) const fn sized(self, size: f64) -> Self {
        Self { size, ..self }
    }

    pub(super) const fn fill(self, fill: &'static str) -> Self {
        Self { fill, ..self }
    }

    pub(super) const fn middle(self) -> Self {
        Self { anchor: Anchor::Middle, ..self }
    }

    pub(super) const fn end(self) -> Self {
        Self { anchor: Anchor::End, ..self }
    }

    pub(super) const fn halo(self) -> Self {
        Self { halo: true, ..self }
    }

    /// Width of a text in this style in pixels.
    pub(super) fn width(&self, text: &str, lang: Lang) -> f64 {
        fonts::width(text, self.size, self.bold, lang)
    }

    /// The text shortened to that many pixels.
    pub(super) fn fit(&self, text: &str, lang: Lang, room: f64) -> String {
        fonts::fit(text, self.size, self.bold, lang, room)
    }
}

/// How a line looks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Stroke {
    pub(super) color: &'static str,
    pub(super) width: f64,
    pub(super) dashed: bool,
}

impl Stroke {
    pub(super) const fn new(color: &'static str, width: f64) -> Self {
        Self { color, width, dashed: false }
    }

    pub(super) const fn dashed(self) -> Self {
        Self { dashed: true, ..self }
    }
}

/// A picture being drawn.
#[derive(Debug)]
pub(super) struct Canvas {
    out: String,
    pub(super) lang: Lang,
}

impl Canvas {
    /// A white page; the name is what a screen reader says.
    pub(super) fn new(name: &str, lang: Lang) -> Self {
        let (w, h) = (theme::WIDTH, theme::HEIGHT);
        let family = fonts::family(lang);
        let name = escape(&clean(name, 300));
        let out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\" role=\"img\" \
             aria-label=\"{name}\" lang=\"{}\" font-family=\"{family}\">\n<rect width=\"{w}\" height=\"{h}\" fill=\"#fff\"/>\n",
            lang.pick("en", "ja")
        );
        Self { out, lang }
    }

    pub(super) fn text(&mut self, (x, y): Point, style: Text, text: &str) {
        let text = clean(text, 400);
        if text.is_empty() {
            return;
        }
        let weight = if style.bold { " font-weight=\"700\"" } else { "" };
        let anchor = match style.anchor {
            Anchor::Start => "",
            Anchor::Middle => " text-anchor=\"middle\"",
            Anchor::End => " text-anchor=\"end\"",
        };
        let halo = if style.halo {
            " stroke=\"#fff\" stroke-width=\"5\" stroke-linejoin=\"round\" paint-order=\"stroke\""
        } else {
            ""
        };
        self.put(format_args!(
            "<text x=\"{}\" y=\"{}\" font-size=\"{}\"{weight} fill=\"{}\"{anchor}{halo}>{}</text>",
            Num(x),
            Num(y),
            Num(style.size),
            style.fill,
            escape(&text)
        ));
    }

    pub(super) fn line(&mut self, from: Point, to: Point, stroke: Stroke) {
        self.polyline(&[from, to], stroke);
    }

    /// An open line through the points.
    pub(super) fn polyline(&mut self, points: &[Point], stroke: Stroke) {
        if points.len() < 2 {
            return;
        }
        let dash = if stroke.dashed { " stroke-dasharray=\"7 6\"" } else { "" };
        self.put(format_args!(
            "<path d=\"{}\" fill=\"none\" stroke=\"{}\" stroke-width=\"{}\"{dash} stroke-linejoin=\"round\"/>",
            Route(points),
            stroke.color,
            Num(stroke.width)
        ));
    }

    /// A filled outline.
    pub(super) fn polygon(&mut self, points: &[Point], fill: &str, opacity: f64) {
        if points.len() < 3 {
            return;
        }
        self.put(format_args!("<path d=\"{}Z\" fill=\"{fill}\" fill-opacity=\"{opacity}\"/>", Route(points)));
    }

    /// A filled rectangle from its corner; nothing if it has no area.
    pub(super) fn rect(&mut self, (x, y): Point, w: f64, h: f64, fill: &str) {
        if w > 0.0 && h > 0.0 {
            self.put(format_args!(
                "<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"{fill}\"/>",
                Num(x),
                Num(y),
                Num(w),
                Num(h)
            ));
        }
    }

    /// Many filled rectangles of one color (x, y, width, height) as one element.
    pub(super) fn bars(&mut self, bars: &[[f64; 4]], fill: &str) {
        if bars.is_empty() {
            return;
        }
        let mut route = String::new();
        for [x, y, w, h] in bars.iter().copied() {
            let _ = write!(route, "M{} {}h{}v{}h{}z", Num(x), Num(y), Num(w), Num(h), Num(-w));
        }
        self.put(format_args!("<path d=\"{route}\" fill=\"{fill}\"/>"));
    }

    /// A dot with a white rim.
    pub(super) fn dot(&mut self, (x, y): Point, radius: f64, fill: &str) {
        self.put(format_args!(
            "<circle cx=\"{}\" cy=\"{}\" r=\"{}\" fill=\"{fill}\" stroke=\"#fff\" stroke-width=\"2\"/>",
            Num(x),
            Num(y),
            Num(radius)
        ));
    }

    pub(super) fn finish(mut self) -> String {
        self.out.push_str("</svg>\n");
        self.out
    }

    fn put(&mut self, element: std::fmt::Arguments) {
        // Writing into a String cannot fail.
        let _ = writeln!(self.out, "{element}");
    }
}

/// A coordinate with one decimal; not-a-number and infinities become 0, so that no picture is unreadable.
struct Num(f64);

impl std::fmt::Display for Num {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let tenths = if self.0.is_finite() { (self.0.clamp(-1e5, 1e5) * 10.0).round() / 10.0 } else { 0.0 };
        write!(f, "{}", tenths + 0.0)
    }
}

/// A path through points, without those closer than half a pixel to the one before.
struct Route<'a>(&'a [Point]);

impl std::fmt::Display for Route<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        let mut before: Option<Point> = None;
        for (i, (x, y)) in self.0.iter().copied().enumerate() {
            let near = before.is_some_and(|b| (x - b.0).abs() + (y - b.1).abs() < 0.5);
            if near && i + 1 < self.0.len() {
                continue;
            }
            write!(f, "{}{} {}", if i == 0 { "M" } else { "L" }, Num(x), Num(y))?;
            before = Some((x, y));
        }
        Ok(())
    }
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out
}
