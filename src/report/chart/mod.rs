//! Charts that go on a slide: plain data in, SVG out, and PNG made from that SVG.
mod axis;
mod break_even;
mod cadence;
mod capacity;
mod components;
mod components_monthly;
mod convergence;
mod curves;
mod distribution;
mod fan;
mod frame;
mod labels;
mod latency;
mod margins;
mod quality;
mod survival;
mod svg;
mod theme;
mod waterfall;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use resvg::{tiny_skia, usvg};

pub use axis::Threshold;
pub use break_even::{BreakEven, BreakEvenSeries};
pub use cadence::{Cadence, CadencePoint};
pub use capacity::{CapacityPanel, GpusMonthly};
pub use components::{ComponentBars, Components};
pub use components_monthly::{ComponentsMonthly, MonthlyPanel};
pub use convergence::{Convergence, ConvergenceSeries};
pub use curves::{Axis, Curve, CurvePanel, Curves};
pub use distribution::{Distribution, DistributionSeries, quantile_grid};
pub use fan::{Fan, FanSeries};
pub use frame::Caption;
pub use latency::{Latency, LatencyPanel};
pub use margins::{MarginSeries, Margins};
pub use quality::{QualityPlane, QualityPoint};
pub use survival::{Survival, SurvivalPanel};
pub use theme::{Color, HEIGHT, WIDTH, color};
pub use waterfall::{Waterfall, WaterfallStep};

use super::fonts;

/// A chart that exists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ChartKind {
    /// Name on the command line and of its file.
    pub name: &'static str,
    /// What it shows, in English.
    pub meaning: &'static str,
    /// What it shows, in Japanese.
    pub meaning_ja: &'static str,
}

/// All charts, in the order of a report.
pub const CHARTS: &[ChartKind] = &[
    ChartKind {
        name: "cumulative",
        meaning: "cost to date, median with 50 % and 90 % bands",
        meaning_ja: "累計費用。中央値と 50%・90% の幅",
    },
    ChartKind {
        name: "monthly",
        meaning: "cost by month, median with 50 % and 90 % bands",
        meaning_ja: "月次費用。中央値と 50%・90% の幅",
    },
    ChartKind {
        name: "distribution",
        meaning: "share of futures whose total cost stays below an amount, with the budget",
        meaning_ja: "総費用がある金額以下に収まる確率と予算",
    },
    ChartKind {
        name: "break-even",
        meaning: "share of futures in which a strategy has overtaken the baseline for good, by month",
        meaning_ja: "各月までに基準案を最終的に逆転する確率",
    },
    ChartKind {
        name: "components",
        meaning: "where the money goes: mean cost by component and strategy",
        meaning_ja: "費用の内訳。戦略ごと・項目ごとの平均",
    },
    ChartKind {
        name: "components-monthly",
        meaning: "mean cost by component, month by month",
        meaning_ja: "費用の内訳の月次推移",
    },
    ChartKind {
        name: "capacity",
        meaning: "GPUs by month: at work, and there besides",
        meaning_ja: "GPU数の月次推移。稼働中と余力",
    },
    ChartKind {
        name: "quality",
        meaning: "cost against the mean score of answers, where a traffic needs one: who is dominated",
        meaning_ja: "費用と回答の平均点（品質条件がある場合）。劣る戦略が分かる",
    },
    ChartKind {
        name: "convergence",
        meaning: "how the means settled as futures were added, with 95 % bands",
        meaning_ja: "試行を増やすにつれて平均が定まる様子と 95% の幅",
    },
];

/// The picture as PNG, in pixels of the SVG times the scale (1.5 makes 2400 by 1350).
///
/// # Errors
/// A text that is not SVG, or a scale that gives no picture or one of more than 2^28 pixels.
pub fn png(svg: &str, scale: f32) -> Result<Vec<u8>, String> {
    let options = usvg::Options {
        fontdb: Arc::clone(&fonts::DATABASE),
        font_resolver: usvg::FontResolver {
            select_font: usvg::FontResolver::default_font_selector(),
            select_fallback: Box::new(other_face),
        },
        ..usvg::Options::default()
    };
    let tree = usvg::Tree::from_str(svg, &options).map_err(|e| e.to_string())?;
    let size = tree.size().to_int_size().scale_by(scale).ok_or("the scale is not a positive number")?;
    if u64::from(size.width()) * u64::from(size.height()) > 1 << 28 {
        return Err("the picture would be too large".to_owned());
    }
    let mut pixels =
        tiny_skia::Pixmap::new(size.width(), size.height()).ok_or("the picture would be too large")?;
    resvg::render(&tree, tiny_skia::Transform::from_scale(scale, scale), &mut pixels.as_mut());
    encoded(&pixels).map_err(|e| e.to_string())
}

/// As PNG with red, green and blue: charts have an opaque page. Fast compression makes files a little larger and saves
/// half of the time that a run takes for its charts.
fn encoded(pixels: &tiny_skia::Pixmap) -> Result<Vec<u8>, png::EncodingError> {
    let opaque: Vec<u8> =
        pixels.data().as_chunks::<4>().0.iter().flat_map(|[r, g, b, _]| [*r, *g, *b]).collect();
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, pixels.width(), pixels.height());
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_compression(png::Compression::Fast);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(&opaque)?;
    writer.finish()?;
    Ok(bytes)
}

/// The face of the same weight that was not tried yet. It is offered even if it lacks the character at hand: the
/// renderer gives up on a whole text at the first character without a face, and an emoji must not take a name with it.
fn other_face(
    _: char,
    tried: &[usvg::fontdb::ID],
    database: &mut Arc<usvg::fontdb::Database>,
) -> Option<usvg::fontdb::ID> {
    let weight = database.face(*tried.first()?)?.weight;
    database.faces().find(|f| f.weight == weight && !tried.contains(&f.id)).map(|f| f.id)
}
