//! Results as CSV: `InferenceX`, aiconfigurator, `MLPerf`, and any with the right columns.

use super::fields::{self, Values};
use super::{Known, Results, Row, Seen};
use crate::catalog::Unreadable;

pub(super) fn read(text: &str, known: &Known) -> Result<Results, Unreadable> {
    let mut reader =
        csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(text.as_bytes());
    let header: Vec<String> =
        reader.headers().map(|names| names.iter().map(str::to_owned).collect()).unwrap_or_default();
    let has = |name: &str| header.iter().any(|column| column == name);
    let mlperf = has("Performance_Result") && has("Performance_Units");
    let mut results = Results { form: form(&header), ..Results::default() };
    if !mlperf {
        let missing = fields::missing_columns(&header, known);
        if !missing.is_empty() {
            return Err(Unreadable {
                message: format!("it has no column for {}", missing.join("; nor for ")),
                help: "name the columns so, or give what is the same for all rows: --llm, --gpu, --gpus, --weights, --input, --output-tokens",
            });
        }
    }
    for record in reader.records().flatten() {
        let line = record.position().map_or(0, |position| position.line() as usize);
        if record.len() != header.len() {
            results.problem(
                line,
                format!("{} fields, where the first line names {}", record.len(), header.len()),
            );
            continue;
        }
        let values: Values = header.iter().cloned().zip(record.iter().map(str::to_owned)).collect();
        if mlperf {
            mlperf_row(&values, line, known, &mut results);
        } else {
            fields::take(&values, line, known, &mut results);
        }
    }
    Ok(results)
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
