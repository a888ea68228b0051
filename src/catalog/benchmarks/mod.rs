//! Benchmark results of others as measured tables of deployments.
//!
//! Pure: bytes in; rows, what was wrong with them, and the text of a part out. Shapes of guidellm (`benchmark/schemas`, older ones
//! too), aiperf (`json-export-schema`, versions 1.0 to 1.5) and `InferenceX` (`utils/process_result.py`) were read in their sources
//! on 2026-11-30, those of vLLM, aiconfigurator and `MLPerf` in files: what a file lacks is said, and can be given by hand.

mod csv;
mod fields;
mod json;
mod lines;
mod part;
mod pruned;
mod tables;

use std::collections::BTreeMap;

use super::Unreadable;
use crate::serving::Precision;

pub use lines::BenchmarkLines;
pub use part::{Measured, measured_part};
pub use pruned::Pruned;
pub use tables::{Counts, Group, gather};

/// What a file may leave out and its user knows.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The llm.
    pub llm: Option<String>,
    /// The GPU.
    pub gpu: Option<String>,
    /// GPUs of one replica.
    pub gpus: Option<f64>,
    /// Format of the weights.
    pub weights: Option<String>,
    /// Tokens in of a request.
    pub input: Option<f64>,
    /// Tokens out of a request.
    pub output: Option<f64>,
}

impl Known {
    /// Whether what is given by hand makes sense.
    ///
    /// # Errors
    /// Weights of no format.
    pub fn check(&self) -> Result<(), Unreadable> {
        match self.weights.as_deref().filter(|word| Precision::parse(word).is_none()) {
            None => Ok(()),
            Some(weights) => Err(Unreadable {
                message: format!("`{weights}` is no format of weights"),
                help: "bf16, fp8, int8, int4 or fp4",
            }),
        }
    }
}

/// One result: latencies of some requests in flight, or a speed without latencies.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The line it stands on, or its place in a list.
    pub place: usize,
    /// What ran, on what.
    pub key: Key,
    /// What was seen.
    pub seen: Seen,
}

/// What ran, on what: results of different keys are never mixed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The llm, as the file calls it.
    pub llm: String,
    /// The GPU, as the file calls it.
    pub gpu: String,
    /// GPUs of one replica.
    pub gpus: u32,
    /// Format of the weights.
    pub weights: &'static str,
    /// The serving engine.
    pub engine: String,
}

/// What was seen.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Seen {
    /// Latencies.
    Latency {
        /// Tokens in and out of a request.
        lengths: (f64, f64),
        /// Requests in flight.
        concurrency: f64,
        /// Mean time to the first token.
        ttft_ms: f64,
        /// Mean time per further token.
        tpot_ms: f64,
        /// The file itself calls it saturated.
        flagged: bool,
    },
    /// A speed, in tokens out per second, of all the GPUs.
    Speed {
        /// Tokens out per second.
        tokens: f64,
    },
}

/// A row that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line it stands on, or its place in a list.
    pub place: usize,
    /// What is wrong with it.
    pub message: String,
}

/// Wrong rows that are told one by one.
const MOST_PROBLEMS: usize = 10_000;

/// What a file holds.
#[derive(Clone, Debug, Default)]
pub struct Results {
    /// What kind of file it is.
    pub form: &'static str,
    /// Rows that can be used.
    pub rows: Vec<Row>,
    /// Rows that cannot.
    pub problems: Vec<Problem>,
    /// Rows that are about something else, by reason.
    pub left_out: BTreeMap<&'static str, usize>,
}

impl Results {
    /// Rows that were read, of whatever kind.
    pub fn seen(&self) -> usize {
        self.rows.len() + self.problems.len() + self.left_out.values().sum::<usize>()
    }

    fn problem(&mut self, place: usize, message: impl Into<String>) {
        if self.problems.len() < MOST_PROBLEMS {
            self.problems.push(Problem { place, message: message.into() });
        } else {
            *self.left_out.entry("wrong as well, and not told one by one").or_insert(0) += 1;
        }
    }
}

/// Reads benchmark results, told apart by their shapes.
///
/// # Errors
/// The bytes are no such file, are cut off, or lack a column.
pub fn read_benchmarks(bytes: &[u8], known: &Known) -> Result<Results, Unreadable> {
    const HELP: &str =
        "it reads benchmark results as JSON, lines of JSON, or CSV with a line of column names";
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text).trim(),
        Err(error) => {
            let message = format!("it is not UTF-8 text: byte {} is none", error.valid_up_to());
            return Err(Unreadable { message, help: HELP });
        }
    };
    known.check()?;
    match text.chars().next() {
        None => Err(Unreadable { message: "it is empty".into(), help: HELP }),
        Some('{' | '[') => json::read(text, known),
        Some(_) => csv::read(text, known),
    }
}
