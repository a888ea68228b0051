//! What every chart's file needs, whichever command draws it: both formats, and the line that says where its numbers come from.

use super::chart::png;
use super::display::Lang;
use super::{File, VERSION};
use crate::random::Design;
use crate::units::format_number;

/// 1600 × 900 points become 2400 × 1350 pixels, enough for a slide.
const PNG_SCALE: f32 = 1.5;

/// A chart as `charts/<name>.svg` and `charts/<name>.png`.
///
/// # Errors
/// The picture could not be rendered.
pub(super) fn pair(name: &str, svg: String) -> Result<[File; 2], String> {
    let png = png(&svg, PNG_SCALE).map_err(|why| format!("chart {name}: {why}"))?;
    let file = |ending: &str, bytes| File { name: format!("charts/{name}.{ending}"), bytes };
    Ok([file("svg", svg.into_bytes()), file("png", png)])
}

/// Where the numbers of a run come from: paths, seed, scenario, version.
pub(super) fn footer(paths: u64, design: Design, hash: &str, lang: Lang) -> String {
    let (paths, hash) = (format_number(paths as f64, 17), &hash[..8]);
    let (seed, sampling) = (design.seed, design.sampling.word());
    match lang {
        Lang::En => {
            format!("{paths} paths · {sampling} · seed {seed} · scenario {hash} · tokencast {VERSION}")
        }
        Lang::Ja => {
            format!("試行 {paths} 回 · {sampling} · シード {seed} · シナリオ {hash} · tokencast {VERSION}")
        }
    }
}
