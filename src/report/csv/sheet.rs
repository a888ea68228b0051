//! A table on its way to a CSV file.

use crate::report::File;

/// A CSV file being written. Text cells cannot become formulas in a spreadsheet; numbers are left alone.
pub(in crate::report) struct Sheet {
    rows: Vec<Vec<String>>,
    row: Vec<String>,
}

impl Sheet {
    pub(in crate::report) fn new<T: AsRef<str>>(header: &[T]) -> Self {
        let mut sheet = Self { rows: Vec::new(), row: Vec::new() };
        for cell in header {
            sheet.text(cell.as_ref());
        }
        sheet.end_row();
        sheet
    }

    /// A text. What a spreadsheet would take for a formula gets an apostrophe (OWASP, "CSV injection").
    pub(in crate::report) fn text(&mut self, text: &str) {
        let guard = if text.starts_with(['=', '+', '-', '@', '\t', '\r']) { "'" } else { "" };
        self.row.push(format!("{guard}{text}"));
    }

    /// A number that is written already.
    pub(in crate::report) fn number(&mut self, number: impl Into<String>) {
        self.row.push(number.into());
    }

    pub(in crate::report) fn end_row(&mut self) {
        self.rows.push(std::mem::take(&mut self.row));
    }

    /// The file. A byte order mark makes a spreadsheet read UTF-8, which only matters beyond ASCII.
    pub(in crate::report) fn file(self, name: &str) -> File {
        let ascii = self.rows.iter().flatten().all(|cell| cell.is_ascii());
        let mut bytes = if ascii { Vec::new() } else { "\u{feff}".as_bytes().to_vec() };
        let mut writer = csv::Writer::from_writer(&mut bytes);
        for row in &self.rows {
            // Writing to memory cannot fail, and rows have the length of the header.
            let _ = writer.write_record(row);
        }
        let _ = writer.flush();
        drop(writer);
        File { name: name.to_owned(), bytes }
    }
}
