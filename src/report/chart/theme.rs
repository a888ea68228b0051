//! Colors, sizes and text styles that all charts share.
use super::svg::{Stroke, Text};

/// Width of a picture in pixels.
pub const WIDTH: f64 = 1600.0;
/// Height of a picture in pixels.
pub const HEIGHT: f64 = 900.0;
/// White space at the left and right edge.
pub(super) const MARGIN: f64 = 48.0;

const INK: &str = "#1f2328";
const GRAY: &str = "#5b636d";
/// Hairlines and axes.
pub(super) const HAIR: Stroke = Stroke::new("#e2e5e9", 1.2);
/// The line at zero.
pub(super) const BASE: Stroke = Stroke::new("#c9ced6", 1.8);
/// Data that is only context.
pub(super) const CONTEXT: &str = "#b4bac3";
/// What is left over when small things are put together.
pub(super) const REST: &str = "#a7adb7";

pub(super) const TITLE: Text = Text::new(29.0, INK).bold();
pub(super) const SUBTITLE: Text = Text::new(18.0, GRAY);
pub(super) const NAME: Text = Text::new(17.5, INK).bold();
pub(super) const VALUE: Text = Text::new(15.0, GRAY);
pub(super) const AXIS: Text = Text::new(15.5, GRAY);
pub(super) const NOTE: Text = Text::new(15.5, INK);
pub(super) const FOOTER: Text = Text::new(13.5, GRAY);
/// A line that marks a limit.
pub(super) const LIMIT: Stroke = Stroke::new("#3b4149", 1.4).dashed();

/// A color for areas and lines, and its darker sister for text on white.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Color {
    /// For areas, lines and dots.
    pub fill: &'static str,
    /// For text: contrast to white of at least 4.5 (WCAG 2.2, success criterion 1.4.3).
    pub text: &'static str,
}

/// The palette of Okabe and Ito (Color Universal Design, 2008), which people with color vision deficiencies can tell
/// apart; without its yellow, which vanishes on white, and with a gray for its black.
const PALETTE: [Color; 7] = [
    Color { fill: "#0072b2", text: "#00669f" },
    Color { fill: "#d55e00", text: "#b84f00" },
    Color { fill: "#009e73", text: "#00755a" },
    Color { fill: "#cc79a7", text: "#a34d7c" },
    Color { fill: "#e69f00", text: "#8f6200" },
    Color { fill: "#56b4e9", text: "#1f76a8" },
    Color { fill: "#666e78", text: "#59616b" },
];

/// The color of the series with that index; colors repeat after seven.
pub fn color(index: usize) -> Color {
    PALETTE[index % PALETTE.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Relative luminance as WCAG 2.2 defines it.
    fn luminance(color: &str) -> f64 {
        let channel = |i: usize| {
            let c = f64::from(u8::from_str_radix(&color[i..i + 2], 16).unwrap()) / 255.0;
            #[allow(clippy::disallowed_methods)]
            if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
        };
        0.2126 * channel(1) + 0.7152 * channel(3) + 0.0722 * channel(5)
    }

    #[test]
    fn text_colors_have_the_contrast_that_wcag_asks_for() {
        let styles = [TITLE, SUBTITLE, NAME, VALUE, AXIS, NOTE, FOOTER].map(|s| s.fill);
        for text in PALETTE.iter().map(|c| c.text).chain(styles) {
            let contrast = 1.05 / (luminance(text) + 0.05);
            assert!(contrast >= 4.5, "{text}: {contrast:.2}");
        }
    }
}
