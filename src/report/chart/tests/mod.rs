//! Charts are checked by structure, not by pixels; `TOKENCAST_GALLERY=DIR` also writes the pictures to look at.
mod sample;

use super::*;
use crate::report::display::Lang;

/// Every chart in its usual shapes, with a name for its file.
fn gallery(lang: Lang) -> Vec<(String, String)> {
    let mut out = Vec::new();
    for n in [2, 3, 4, 6] {
        out.push((format!("cumulative-{n}"), sample::fan(n, 36, true, lang).svg()));
        out.push((format!("monthly-{n}"), sample::fan(n, 36, false, lang).svg()));
        out.push((format!("distribution-{n}"), sample::distribution(n, true, lang).svg()));
        out.push((format!("distribution-open-{n}"), sample::distribution(n, false, lang).svg()));
        out.push((format!("components-{n}"), sample::components(n, lang).svg()));
        out.push((format!("components-monthly-{n}"), sample::components_monthly(n, 36, lang).svg()));
        out.push((format!("break-even-{n}"), sample::break_even(n, lang).svg()));
    }
    out
}

#[test]
fn gallery_is_readable() {
    let folder = std::env::var_os("TOKENCAST_GALLERY").map(std::path::PathBuf::from);
    for (lang, code) in [(Lang::En, "en"), (Lang::Ja, "ja")] {
        for (name, svg) in gallery(lang) {
            usvg::Tree::from_str(&svg, &usvg::Options::default()).unwrap();
            if let Some(folder) = &folder {
                std::fs::write(folder.join(format!("{name}-{code}.svg")), &svg).unwrap();
                #[allow(clippy::disallowed_methods)]
                let start = std::time::Instant::now();
                let png = png(&svg, 1.5).unwrap();
                println!(
                    "{name}-{code}: svg {} bytes, png {} bytes, {:?}",
                    svg.len(),
                    png.len(),
                    start.elapsed()
                );
                std::fs::write(folder.join(format!("{name}-{code}.png")), png).unwrap();
            }
        }
    }
}
