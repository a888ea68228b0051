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
    let mut table = Table::new();
    table.load_style(NOTHING.header_separator(LineStyle::none().fill('─').junction('─')));
    table.set_header(header);
    table.add_rows(rows);
    for (i, column) in table.column_iter_mut().enumerate() {
        column.set_padding((0, 2));
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
