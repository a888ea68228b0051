//! Columns of numbers in a CSV file of the scenario's folder.

use super::decode::At;
use super::reader::Reader;
use crate::diagnostic::{Diagnostic, FileId, Span};
use crate::text::did_you_mean;

/// The rows of some columns of a CSV file.
#[derive(Clone, Debug)]
pub struct Columns {
    /// For each column asked for, its numbers from the first row to the last.
    pub values: Vec<Vec<f64>>,
    /// Where each row stands.
    pub rows: Vec<Span>,
}

/// Rows of a CSV file at the most.
const MOST_ROWS: usize = 1_000_000;
/// Wrong rows that are shown; the others are most likely wrong in the same way.
const MOST_SHOWN: usize = 5;

/// Reads columns of numbers, each given by the key that names it and its name; the key `csv` names the file.
///
/// The first line holds the names of the columns, fields are separated by commas, numbers have a decimal point and no
/// unit. Refused: a missing file or column, no rows or too many, rows of another length, and what is not a number.
pub fn read_columns(t: &mut Reader, path: &str, names: &[(&'static str, &str)]) -> Option<Columns> {
    let (file, text) = match t.place()?.scope.open(path) {
        Ok(opened) => opened,
        Err(why) => {
            t.refuse(
                "csv",
                why.code,
                &why.message,
                why.help.as_deref().unwrap_or("paths start at the scenario's folder"),
            );
            return None;
        }
    };
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header = reader.headers().cloned().unwrap_or_default();
    if header.is_empty() {
        t.refuse("csv", "empty-csv", &format!("`{path}` is empty"), "begin with the names of the columns");
        return None;
    }
    let places: Option<Vec<usize>> =
        names.iter().map(|(key, name)| find(t, path, &header, key, name)).collect();
    let mut rows = Rows { at: t.place()?, path, file, text: &text, width: header.len(), shown: 0 };
    let found = rows.read(reader, names, &places?);
    match (rows.shown, found.rows.len()) {
        (0, 0) => {
            let help = "add rows below the names of the columns";
            t.refuse("csv", "empty-csv", &format!("`{path}` has no rows"), help);
        }
        (0, count) if count > MOST_ROWS => {
            let message = format!("`{path}` has more than {MOST_ROWS} rows");
            t.refuse("csv", "too-many-rows", &message, "a sample of the rows will do");
        }
        (0, _) => return Some(found),
        _ => {}
    }
    None
}

/// The place of a column.
fn find(t: &mut Reader, path: &str, header: &csv::StringRecord, key: &str, name: &str) -> Option<usize> {
    let mut places = header.iter().enumerate().filter(|(_, column)| *column == name).map(|(place, _)| place);
    match (places.next(), places.next()) {
        (Some(place), None) => return Some(place),
        (Some(_), Some(_)) => {
            let message = format!("`{path}` has two columns `{name}`");
            t.refuse(key, "two-columns", &message, "give each column a name of its own");
        }
        (None, _) => {
            let help = match did_you_mean(name, header) {
                Some(close) => format!("did you mean `{close}`?"),
                None => format!("its columns are: {}", header.iter().collect::<Vec<_>>().join(", ")),
            };
            t.refuse(key, "unknown-column", &format!("`{path}` has no column `{name}`"), &help);
        }
    }
    None
}

/// A plain decimal number; Rust would also take `inf` and `nan`.
fn number(field: &str) -> Option<f64> {
    let plain = field.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
    field.parse().ok().filter(|value: &f64| plain && value.is_finite())
}

/// The file being read, for messages.
struct Rows<'a> {
    at: &'a At<'a>,
    path: &'a str,
    file: FileId,
    text: &'a str,
    width: usize,
    shown: usize,
}

impl Rows<'_> {
    fn read(&mut self, mut from: csv::Reader<&[u8]>, names: &[(&str, &str)], places: &[usize]) -> Columns {
        let mut columns = Columns { values: vec![Vec::new(); names.len()], rows: Vec::new() };
        // In text that is UTF-8 already, and with rows of any length, no record can fail.
        for record in from.records().flatten() {
            if self.shown == MOST_SHOWN || columns.rows.len() > MOST_ROWS {
                break;
            }
            let row = self.row_span(&record);
            columns.rows.push(row);
            if record.len() != self.width {
                let fields = if record.len() == 1 { "field" } else { "fields" };
                let message = format!("{} {fields}, where the first line names {}", record.len(), self.width);
                self.refuse("ragged-row", row, &message, "give every row a field for each column");
                continue;
            }
            for ((values, &place), (_, name)) in columns.values.iter_mut().zip(places).zip(names) {
                if let Some(value) = number(&record[place]) {
                    values.push(value);
                    continue;
                }
                let message = format!("`{}` in column `{name}` is not a number", &record[place]);
                let help = "write numbers as 1234.5, without commas, units or empty fields";
                self.refuse("not-a-number", self.field_span(&record, place), &message, help);
            }
        }
        columns
    }

    /// The line that a record stands on, and its first byte; empty lines before it are skipped.
    fn line(&self, record: &csv::StringRecord) -> (usize, &str) {
        let begins = record.position().map_or(0, |position| position.byte() as usize);
        let rest = self.text.get(begins..).unwrap_or_default();
        let line = rest.trim_start_matches(['\r', '\n']);
        (begins + rest.len() - line.len(), line.lines().next().unwrap_or_default())
    }

    fn row_span(&self, record: &csv::StringRecord) -> Span {
        let (start, line) = self.line(record);
        Span::new(self.file, start as u32..(start + line.len()) as u32)
    }

    /// The field, or the whole row where quotes may hide commas.
    fn field_span(&self, record: &csv::StringRecord, place: usize) -> Span {
        let (_, line) = self.line(record);
        if line.contains('"') {
            return self.row_span(record);
        }
        let before: usize = line.split(',').take(place).map(|field| field.len() + 1).sum();
        let field = line.split(',').nth(place).unwrap_or_default();
        let start = before + field.len() - field.trim_start().len();
        self.row_span(record).part(start..start + field.trim().len())
    }

    fn refuse(&mut self, code: &'static str, span: Span, message: &str, help: &str) {
        self.shown += 1;
        let line = 1 + self.text[..span.start as usize].matches('\n').count();
        let message = format!("`{}` line {line}: {message}", self.path);
        let named = self.at.key_span.unwrap_or(self.at.node.span);
        let mistake = Diagnostic::error(code, span, message).help(help.to_owned());
        self.at.scope.push(mistake.related(named, format!("read by `{}`", self.at.address)));
    }
}
