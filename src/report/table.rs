//! Tables for a terminal. Wide characters count as two columns, so Japanese text stays aligned.

use comfy_table::presets::NOTHING;
use comfy_table::{CellAlignment, LineStyle, Table};

/// How the cells of a column are aligned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Align {
    /// Text.
    Left,
    /// Numbers.
    Right,
}

/// A table as text, lines without trailing blanks; the first columns are aligned as told, the rest to the right.
/// A cell may have several lines.
pub fn table(header: Vec<String>, rows: Vec<Vec<String>>, align: &[Align]) -> String {
    let last = header.len().saturating_sub(1);
    let mut table = Table::new();
    table.load_style(NOTHING.header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(header);
    table.add_rows(rows);
    for (i, column) in table.column_iter_mut().enumerate() {
        // Behind the last column there is nothing to keep apart, and the rule ends with it.
        column.set_padding((0, u16::from(i < last)));
        column.set_cell_alignment(match align.get(i) {
            Some(Align::Left) => CellAlignment::Left,
            Some(Align::Right) | None => CellAlignment::Right,
        });
    }
    table.trim_fmt()
}

/// Columns that the widest line of a text takes.
pub fn width(text: &str) -> usize {
    text.lines().map(unicode_width::UnicodeWidthStr::width).max().unwrap_or(0)
}

/// Marks that must not begin a line.
const NOT_FIRST: &str = "。、，．）」』】：；！？ーっゃゅょッャュョ%％…・";

/// A text in lines of at most so many columns, broken between words or between Japanese letters.
pub fn wrapped(text: &str, columns: usize) -> String {
    let mut lines = vec![String::new()];
    for word in words(text) {
        let used = lines.last().map_or(0, |line| width(line));
        if used > 0 && used + width(word.trim_end()) > columns {
            lines.push(String::new());
        }
        if let Some(line) = lines.last_mut() {
            line.push_str(word);
        }
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// The pieces of a text that stay on one line.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut start = 0;
    let mut before = '\0';
    for (at, letter) in text.char_indices() {
        let wide = |c: char| c as u32 >= 0x2e80;
        let between = before == ' ' && letter != ' ' || (wide(before) || wide(letter)) && at > 0;
        if between && !NOT_FIRST.contains(letter) && before != '（' && before != '「' {
            words.push(&text[start..at]);
            start = at;
        }
        before = letter;
    }
    words.push(&text[start..]);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_aligned_by_columns_not_by_letters() {
        let rows = vec![vec!["人件費".into(), "¥1".into()], vec!["Staff".into(), "¥1,000".into()]];
        let text = table(vec!["項目".into(), "平均".into()], rows, &[Align::Left]);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!([lines[0], lines[2], lines[3]], ["項目      平均", "人件費      ¥1", "Staff   ¥1,000"]);
        assert!([0, 2, 3].iter().all(|line| width(lines[*line]) == 14), "{text}");
    }

    #[test]
    fn long_texts_are_broken_at_words_and_between_japanese_letters() {
        assert_eq!(wrapped("Owned GPUs, API for the rest", 12), "Owned GPUs,\nAPI for the\nrest");
        assert_eq!(wrapped("基準案より安い。", 14), "基準案より安\nい。");
        assert_eq!(wrapped("GPU購入＋残りはAPI", 16), "GPU購入＋残りは\nAPI");
        assert_eq!(wrapped("unbreakable", 4), "unbreakable");
        assert_eq!(wrapped("", 4), "");
    }
}
