//! Results that are too many to hold their text: a table, or a result a line, read as they come.

use serde_json::Value;

use super::csv::Table;
use super::{Known, Results, json};
use crate::catalog::Unreadable;

/// Rows that are kept: with some hundred bytes each they fit any machine.
const MOST_ROWS: usize = 2_000_000;

/// Reads line after line; its memory grows with the rows that can be used, and is bounded.
#[derive(Debug)]
pub struct BenchmarkLines<'a> {
    known: &'a Known,
    shape: Shape,
    results: Results,
    number: usize,
}

#[derive(Debug)]
enum Shape {
    Unknown,
    Table(Table),
    Json,
}

impl<'a> BenchmarkLines<'a> {
    /// Nothing so far.
    pub fn new(known: &'a Known) -> Self {
        Self { known, shape: Shape::Unknown, results: Results::default(), number: 0 }
    }

    /// The next line.
    ///
    /// # Errors
    /// Its first line is neither a row nor JSON, it lacks a column, or has more rows than are kept.
    pub fn read(&mut self, line: &str) -> Result<(), Unreadable> {
        self.number += 1;
        let line = if self.number == 1 { line.strip_prefix('\u{feff}').unwrap_or(line) } else { line };
        if line.trim().is_empty() {
            return Ok(());
        }
        match &self.shape {
            Shape::Unknown => self.first(line)?,
            Shape::Table(table) => table.line(line, self.number, self.known, &mut self.results),
            Shape::Json => self.json(line),
        }
        if self.results.rows.len() > MOST_ROWS {
            let message = format!("it has more than {} million results", MOST_ROWS / 1_000_000);
            return Err(Unreadable { message, help: "keep those of one llm and GPU, or their means" });
        }
        Ok(())
    }

    fn first(&mut self, line: &str) -> Result<(), Unreadable> {
        if !line.trim_start().starts_with(['{', '[']) {
            let table = Table::of_line(line, self.known)?;
            self.results.form = table.form();
            self.shape = Shape::Table(table);
            return Ok(());
        }
        if serde_json::from_str::<Value>(line).is_err() {
            let message = format!("line {} is not JSON", self.number);
            return Err(Unreadable { message, help: "lines of JSON have a result each" });
        }
        self.results.form = "benchmark results";
        self.shape = Shape::Json;
        self.json(line);
        Ok(())
    }

    fn json(&mut self, line: &str) {
        match serde_json::from_str::<Value>(line) {
            Ok(one) => json::result(&one, self.number, self.known, &mut self.results),
            Err(error) => {
                let message = format!("the line is not JSON (column {})", error.column());
                self.results.problem(self.number, message);
            }
        }
    }

    /// What it held.
    ///
    /// # Errors
    /// Nothing.
    pub fn end(self) -> Result<Results, Unreadable> {
        if matches!(self.shape, Shape::Unknown) {
            return Err(Unreadable {
                message: "it is empty".into(),
                help: "it has no line with anything on it",
            });
        }
        Ok(self.results)
    }
}
