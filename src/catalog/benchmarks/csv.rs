//! Results as CSV: `InferenceX`, aiconfigurator, `MLPerf`, and any with the right columns.

use super::fields::{self, Values};
use super::{Known, Results, Row, Seen};
use crate::catalog::Unreadable;

pub(super) fn read(text: &str, known: &Known) -> Result<Results, Unreadable> {
    let mut reader = reader(text);
    let header = reader.headers().map(names).unwrap_or_default();
    let table = Table::new(header, known)?;
    let mut results = Results { form: table.form(), ..Results::default() };
    for record in reader.records().flatten() {
        let line = record.position().map_or(0, |position| position.line() as usize);
        table.record(&record, line, known, &mut results);
    }
    Ok(results)
}

fn reader(text: &str) -> csv::Reader<&[u8]> {
    csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes())
}

fn names(record: &csv::StringRecord) -> Vec<String> {
    record.iter().map(str::to_owned).collect()
}

/// A table whose columns are known.
#[derive(Debug)]
pub(super) struct Table {
    header: Vec<String>,
    mlperf: bool,
}

impl Table {
    fn new(header: Vec<String>, known: &Known) -> Result<Self, Unreadable> {
        let has = |name: &str| header.iter().any(|column| column == name);
        let mlperf = has("Performance_Result") && has("Performance_Units");
        if !mlperf {
            let missing = fields::missing_columns(&header, known);
            if !missing.is_empty() {
                return Err(Unreadable {
                    message: format!("it has no column for {}", missing.join("; nor for ")),
                    help: "name the columns so, or give what is the same for all rows: --llm, --gpu, --gpus, --weights, --input, --output-tokens",
                });
            }
        }
        Ok(Self { header, mlperf })
    }

    /// Of the line that names the columns.
    pub(super) fn of_line(line: &str, known: &Known) -> Result<Self, Unreadable> {
        Self::new(reader(line).headers().map(names).unwrap_or_default(), known)
    }

    /// What kind of file it is.
    pub(super) fn form(&self) -> &'static str {
        form(&self.header)
    }

    /// One line of it.
    pub(super) fn line(&self, text: &str, line: usize, known: &Known, results: &mut Results) {
        let one = csv::ReaderBuilder::new()
            .has_headers(false)
            .buffer_capacity(text.len() + 1)
            .flexible(true)
            .trim(csv::Trim::All)
            .from_reader(text.as_bytes())
            .into_records()
            .next();
        if let Some(Ok(record)) = one {
            self.record(&record, line, known, results);
        }
    }

    fn record(&self, record: &csv::StringRecord, line: usize, known: &Known, results: &mut Results) {
        if record.len() != self.header.len() {
            let named = self.header.len();
            results.problem(line, format!("{} fields, where the first line names {named}", record.len()));
            return;
        }
        let values: Values = self.header.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
        if self.mlperf {
            mlperf_row(&values, line, known, results);
        } else {
            fields::take(&values, line, known, results);
        }
    }
}

fn form(header: &[String]) -> &'static str {
    let has = |name: &str| header.iter().any(|column| column == name);
    if has("Performance_Result") {
        "MLPerf results"
    } else if has("tokens/s/gpu") || has("num_total_gpus") {
        "aiconfigurator table"
    } else if has("tput_per_gpu") || has("hw") {
        "InferenceX table"
    } else {
        "table of benchmarks"
    }
}

/// A row of `MLPerf`: tokens out per second, and no latency of its own.
fn mlperf_row(values: &Values, line: usize, known: &Known, results: &mut Results) {
    let word = |name: &str| values.get(name).map(String::as_str).unwrap_or_default();
    if word("Scenario") == "Offline" {
        *results.left_out.entry("offline, under no latency target").or_insert(0) += 1;
        return;
    }
    if !word("Performance_Units").starts_with("Tokens/s") {
        *results.left_out.entry("not in tokens per second").or_insert(0) += 1;
        return;
    }
    let speed =
        word("Performance_Result").parse::<f64>().ok().filter(|speed| *speed > 0.0 && speed.is_finite());
    let Some(tokens) = speed else {
        results.problem(line, format!("`{}` is no speed", word("Performance_Result")));
        return;
    };
    match fields::key(values, known) {
        Ok(key) => results.rows.push(Row { place: line, key, seen: Seen::Speed { tokens } }),
        Err(message) => results.problem(line, message),
    }
}
