//! The embedded fonts, Inter and `BIZ UDPGothic`, and how wide text is in them.
use std::sync::{Arc, LazyLock};

use resvg::usvg::fontdb;
use skrifa::{FontRef, MetadataProvider, instance::LocationRef, instance::Size};

use super::display::Lang;

/// Inter Regular, a subset.
pub const INTER_REGULAR: &[u8] = include_bytes!("Inter-Regular.otf");
/// Inter Bold, a subset.
pub const INTER_BOLD: &[u8] = include_bytes!("Inter-Bold.otf");
/// `BIZ UDPGothic` Regular, a subset.
pub const BIZ_REGULAR: &[u8] = include_bytes!("BIZUDPGothic-Regular.ttf");
/// `BIZ UDPGothic` Bold, a subset.
pub const BIZ_BOLD: &[u8] = include_bytes!("BIZUDPGothic-Bold.ttf");

/// The embedded fonts as the renderer wants them; fonts of the system are never looked at.
pub(crate) static DATABASE: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut database = fontdb::Database::new();
    for bytes in [INTER_REGULAR, INTER_BOLD, BIZ_REGULAR, BIZ_BOLD] {
        database.load_font_source(fontdb::Source::Binary(Arc::new(bytes)));
    }
    database.set_sans_serif_family("Inter");
    database.set_serif_family("Inter");
    Arc::new(database)
});

/// The `font-family` of a picture in that language. Japanese pictures take their digits from the Japanese face too:
/// the renderer sets a mixed text in one face, so "¥0" beside "¥2,700万" would look foreign otherwise.
pub const fn family(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "Inter, 'BIZ UDPGothic', sans-serif",
        Lang::Ja => "'BIZ UDPGothic', Inter, sans-serif",
    }
}

struct Face {
    charmap: skrifa::charmap::Charmap<'static>,
    metrics: skrifa::metrics::GlyphMetrics<'static>,
    em: f64,
}

static FACES: LazyLock<[Option<Face>; 4]> =
    LazyLock::new(|| [INTER_REGULAR, INTER_BOLD, BIZ_REGULAR, BIZ_BOLD].map(face));

fn face(bytes: &'static [u8]) -> Option<Face> {
    let font = FontRef::new(bytes).ok()?;
    let all = font.metrics(Size::unscaled(), LocationRef::default());
    Some(Face {
        charmap: font.charmap(),
        metrics: font.glyph_metrics(Size::unscaled(), LocationRef::default()),
        em: f64::from(all.units_per_em),
    })
}

impl Face {
    /// The advance of a character in em; none if the face lacks it.
    fn advance(&self, c: char) -> Option<f64> {
        let width = self.metrics.advance_width(self.charmap.map(c)?)?;
        Some(f64::from(width) / self.em)
    }
}

/// Width of a text in pixels, kerning aside. Characters without a glyph count as one em.
pub fn width(text: &str, size: f64, bold: bool, lang: Lang) -> f64 {
    let [inter, biz] = [usize::from(bold), 2 + usize::from(bold)].map(|i| FACES[i].as_ref());
    let [first, second] = if lang == Lang::Ja { [biz, inter] } else { [inter, biz] };
    let in_face = |face: Option<&Face>, c| face.and_then(|f| f.advance(c));
    let mixed: f64 =
        text.chars().map(|c| in_face(first, c).or_else(|| in_face(second, c)).unwrap_or(1.0)).sum();
    // A browser mixes faces character by character; resvg sets the whole text in the second face if that has all of it.
    // Whichever is wider must fit.
    let second: f64 = text.chars().map(|c| in_face(second, c).unwrap_or(0.0)).sum();
    let foreign = text.chars().any(|c| in_face(first, c).is_none());
    size * if foreign { mixed.max(second) } else { mixed }
}

/// The text, shortened with an ellipsis until it is at most `room` pixels wide.
pub fn fit(text: &str, size: f64, bold: bool, lang: Lang, room: f64) -> String {
    if width(text, size, bold, lang) <= room {
        return text.to_owned();
    }
    let short = |end: usize| format!("{}…", text[..end].trim_end());
    let ends: Vec<usize> = text.char_indices().map(|c| c.0).collect();
    let fitting = ends.partition_point(|end| width(&short(*end), size, bold, lang) <= room);
    short(ends.get(fitting.saturating_sub(1)).copied().unwrap_or(0))
}

/// The text in lines of at most `room` pixels, broken at spaces or between Japanese characters; the last of `most`
/// lines ends with an ellipsis if there is more.
pub fn wrap(text: &str, size: f64, bold: bool, lang: Lang, room: f64, most: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && lines.len() + 1 < most {
        let cut = break_at(rest, |line| width(line, size, bold, lang) <= room);
        lines.push(rest[..cut].trim_end().to_owned());
        rest = rest[cut..].trim_start();
    }
    if !rest.is_empty() {
        lines.push(fit(rest, size, bold, lang, room));
    }
    lines
}

/// The byte after the last break opportunity of a line that fits, or after the last character that fits.
fn break_at(text: &str, fits: impl Fn(&str) -> bool) -> usize {
    if fits(text) {
        return text.len();
    }
    let chars: Vec<(usize, char)> = text.char_indices().collect();
    let fitting = chars.partition_point(|c| fits(&text[..c.0])).clamp(2, chars.len().max(2)) - 1;
    let soft = (1..=fitting.min(chars.len() - 1)).rev().find(|i| may_break(chars[i - 1].1, chars[*i].1));
    chars.get(soft.unwrap_or(fitting)).map_or(text.len(), |c| c.0)
}

/// Whether a line may end between these characters: after a space and beside Japanese characters, but not before
/// closing or after opening punctuation.
fn may_break(before: char, after: char) -> bool {
    let wide = |c: char| c >= '\u{2e80}';
    let closing = "、。，．・：；」』）】〕〜ーぁぃぅぇぉっゃゅょァィゥェォッャュョ！？％%,.)";
    before == ' '
        || (wide(before) || wide(after)) && !closing.contains(after) && !"「『（【〔¥￥$(".contains(before)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_face_is_readable_and_named_as_the_svg_asks() {
        assert!(FACES.iter().all(Option::is_some));
        let names: Vec<_> = DATABASE.faces().map(|f| (f.families[0].0.clone(), f.weight.0)).collect();
        for wanted in [("Inter", 400), ("Inter", 700), ("BIZ UDPGothic", 400), ("BIZ UDPGothic", 700)] {
            assert!(names.contains(&(wanted.0.to_owned(), wanted.1)), "{wanted:?} not in {names:?}");
        }
    }

    #[test]
    fn faces_have_what_reports_print() {
        for c in "0123456789$€£¥−–—·…±×÷≤≥≠≈→←↑↓éüñßøłŞ%".chars() {
            assert!(FACES[..2].iter().flatten().all(|f| f.advance(c).is_some()), "Inter lacks {c}");
        }
        for c in
            "0123456789AZaz¥−–・、。「」〜万億兆円月年推論費用確率戦略基準予算閾値訓練運用電力償却逆転鬱％"
                .chars()
        {
            assert!(FACES[2..].iter().flatten().all(|f| f.advance(c).is_some()), "BIZ UDPGothic lacks {c}");
        }
    }

    #[test]
    fn width_is_proportional_and_additive() {
        let of = |t: &str, size| width(t, size, false, Lang::En);
        assert!(of("", 20.0) == 0.0);
        assert!((of("cost", 40.0) - 2.0 * of("cost", 20.0)).abs() < 1e-9);
        assert!((of("costs", 20.0) - of("cost", 20.0) - of("s", 20.0)).abs() < 1e-9);
        assert!(of("i", 20.0) < of("W", 20.0));
        assert!((width("費用", 20.0, false, Lang::Ja) - 40.0).abs() < 1e-9, "kanji are one em wide");
    }

    #[test]
    fn fitted_and_wrapped_text_keeps_within_its_room() {
        let long = "The API plan costs more than the self-hosted plan in nine of ten futures, トラフィックが伸びるほど差は開く";
        for room in [60.0, 200.0, 500.0] {
            assert!(width(&fit(long, 18.0, true, Lang::En, room), 18.0, true, Lang::En) <= room);
            let lines = wrap(long, 18.0, true, Lang::En, room, 3);
            assert!(lines.len() <= 3);
            assert!(lines.iter().all(|l| width(l, 18.0, true, Lang::En) <= room), "{lines:?}");
        }
        let all = wrap(long, 18.0, true, Lang::En, 300.0, 99);
        assert_eq!(all.concat().replace(' ', ""), long.replace(' ', ""), "wrapping loses nothing");
        assert_eq!(fit("短い", 18.0, false, Lang::Ja, 100.0), "短い");
    }

    #[test]
    fn japanese_lines_neither_begin_with_closing_nor_end_with_opening_punctuation() {
        let text = "予算（上限）に収まる確率は、「自社サーバー」で92%、「API」では38%にとどまる。";
        for room in 120..600 {
            let lines = wrap(text, 20.0, false, Lang::Ja, f64::from(room), 99);
            assert_eq!(lines.concat(), text);
            assert!(
                !lines
                    .iter()
                    .any(|l| l.starts_with(['）', '」', '、', '。', 'ー']) || l.ends_with(['（', '「'])),
                "{lines:?}"
            );
        }
    }
}
