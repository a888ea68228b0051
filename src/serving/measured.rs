//! Measured latencies, as a scenario writes them.

use super::{Lengths, Precision};
use crate::distribution::QuantityOf;
use crate::document::{ListOf, Reader, TableOf, Text, WordOf, read_columns};
use crate::units;

/// Latencies at one concurrency.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MeasuredPoint {
    /// Requests in flight.
    pub concurrency: f64,
    /// Time to the first token, in hours.
    pub ttft_hours: f64,
    /// Time per further token, in hours.
    pub tpot_hours: f64,
}

/// Latencies measured with one pair of lengths.
#[derive(Clone, Debug, PartialEq)]
pub struct Benchmark {
    /// Tokens in and out of its requests.
    pub lengths: Lengths,
    /// The format of the weights, where it is said; others are never mixed in.
    pub weights: Option<Precision>,
    /// By rising concurrency.
    pub points: Vec<MeasuredPoint>,
}

const HELP: &str = "sort by concurrency, and drop saturated rows: latency never falls as load rises";

/// Reads one pair of lengths, `tables` of them, or a CSV.
pub(super) fn read_benchmarks(t: &mut Reader) -> Option<Vec<Benchmark>> {
    let input = t.optional("input_tokens", QuantityOf(&units::TOKENS), "tokens in of the benchmark");
    let output = t.optional("output_tokens", QuantityOf(&units::TOKENS), "tokens out of the benchmark");
    let points = t.optional("points", ListOf(TableOf(read_point)), "by rising concurrency");
    let tables = t.optional(
        "tables",
        ListOf(TableOf(read_table)),
        "the same for several pairs of lengths, or formats",
    );
    let csv = t.optional(
        "csv",
        Text("bench.csv"),
        "a file with the columns input_tokens, output_tokens, concurrency, ttft_ms, tpot_ms",
    );
    let (input, output, points, tables, csv) = (input?, output?, points?, tables?, csv?);
    let forms = [points.is_some(), tables.is_some(), csv.is_some()];
    if forms.iter().filter(|given| **given).count() != 1 {
        let help = "`points` with `input_tokens` and `output_tokens`, or `tables`, or a `csv`";
        t.refuse("points", "one-form", "a measured table stands in one of three forms", help);
        return None;
    }
    let lengths_are_for_points = points.is_some() == input.is_some() && points.is_some() == output.is_some();
    if !lengths_are_for_points {
        let help = "both lengths beside `points`; inside each of the `tables`; as columns of the `csv`";
        t.refuse("input_tokens", "one-form", "`input_tokens` and `output_tokens` belong to `points`", help);
        return None;
    }
    if let Some(tables) = tables {
        if tables.is_empty() {
            t.refuse("tables", "points-not-rising", "no table at all", "give one table at least");
            return None;
        }
        return Some(tables);
    }
    if let Some(path) = csv {
        return read_csv(t, &path);
    }
    let lengths = Lengths::new(input?.value, output?.value);
    benchmark(t, "points", lengths, None, points?).map(|one| vec![one])
}

fn read_table(t: &mut Reader) -> Option<Benchmark> {
    let input = t.required("input_tokens", QuantityOf(&units::TOKENS), "tokens in of the benchmark");
    let output = t.required("output_tokens", QuantityOf(&units::TOKENS), "tokens out of the benchmark");
    let weights = t.optional(
        "weights",
        WordOf(&Precision::WORDS),
        "format of the weights; tables of another than the deployment's are left aside",
    );
    let points = t.required("points", ListOf(TableOf(read_point)), "by rising concurrency");
    let lengths = Lengths::new(input?.value, output?.value);
    benchmark(t, "points", lengths, weights?, points?)
}

pub(super) fn read_two_points(t: &mut Reader) -> Option<Benchmark> {
    let input = t.required("input_tokens", QuantityOf(&units::TOKENS), "tokens in of the benchmark");
    let output = t.required("output_tokens", QuantityOf(&units::TOKENS), "tokens out of the benchmark");
    let low = t.required("low", TableOf(read_point), "measured with few requests in flight");
    let high = t.required("high", TableOf(read_point), "measured with many");
    let lengths = Lengths::new(input?.value, output?.value);
    benchmark(t, "high", lengths, None, vec![low?, high?])
}

pub(super) fn read_one_point(t: &mut Reader) -> Option<Benchmark> {
    let input = t.required("input_tokens", QuantityOf(&units::TOKENS), "tokens in of the benchmark");
    let output = t.required("output_tokens", QuantityOf(&units::TOKENS), "tokens out of the benchmark");
    let point = read_point(t);
    let lengths = Lengths::new(input?.value, output?.value);
    lengths_say_enough(t, lengths).then_some(())?;
    Some(Benchmark { lengths, weights: None, points: vec![point?] })
}

fn lengths_say_enough(t: &mut Reader, lengths: Lengths) -> bool {
    let help = "state the lengths that the benchmark ran with";
    if lengths.input == 0.0 {
        let message = "a benchmark without input says nothing of prefill";
        t.refuse("input_tokens", "not-positive", message, help);
    }
    if lengths.output < 2.0 {
        let message = "a benchmark with less than two tokens out says nothing of decoding";
        t.refuse("output_tokens", "not-positive", message, help);
    }
    lengths.input > 0.0 && lengths.output >= 2.0
}

/// Several points with latencies that never fall.
fn benchmark(
    t: &mut Reader,
    key: &str,
    lengths: Lengths,
    weights: Option<Precision>,
    points: Vec<MeasuredPoint>,
) -> Option<Benchmark> {
    lengths_say_enough(t, lengths).then_some(())?;
    if points.len() < 2 || !points.windows(2).all(|pair| rises(&pair[0], &pair[1])) {
        let message = "at least two points, rising in concurrency, ttft and tpot";
        t.refuse(key, "points-not-rising", message, HELP);
        return None;
    }
    Some(Benchmark { lengths, weights, points })
}

fn rises(a: &MeasuredPoint, b: &MeasuredPoint) -> bool {
    a.concurrency < b.concurrency && a.ttft_hours <= b.ttft_hours && a.tpot_hours <= b.tpot_hours
}

fn read_point(t: &mut Reader) -> Option<MeasuredPoint> {
    let concurrency = t.required("concurrency", QuantityOf(&units::COUNT), "requests in flight");
    let ttft = t.required("ttft", QuantityOf(&units::LATENCY), "time to the first token");
    let tpot = t.required("tpot", QuantityOf(&units::LATENCY), "time per further token");
    let point =
        MeasuredPoint { concurrency: concurrency?.value, ttft_hours: ttft?.value, tpot_hours: tpot?.value };
    if !is_positive(&point) {
        let help = "leave the point out, or measure it again";
        t.refuse("concurrency", "not-positive", "requests in flight and their latencies are above 0", help);
        return None;
    }
    Some(point)
}

fn is_positive(point: &MeasuredPoint) -> bool {
    point.concurrency > 0.0 && point.ttft_hours > 0.0 && point.tpot_hours > 0.0
}

const COLUMNS: [&str; 5] = ["input_tokens", "output_tokens", "concurrency", "ttft_ms", "tpot_ms"];

/// Rows of a CSV, gathered by their lengths; in any order.
fn read_csv(t: &mut Reader, path: &str) -> Option<Vec<Benchmark>> {
    let columns = read_columns(t, path, &COLUMNS.map(|name| ("csv", name)))?;
    let mut found: Vec<Benchmark> = Vec::new();
    for row in 0..columns.rows.len() {
        let at = |column: usize| columns.values[column][row];
        let lengths = Lengths::new(at(0), at(1));
        let point =
            MeasuredPoint { concurrency: at(2), ttft_hours: at(3) / 3.6e6, tpot_hours: at(4) / 3.6e6 };
        if !is_positive(&point) {
            let message = format!("`{path}` row {}: a number that is not above 0", row + 1);
            t.refuse("csv", "not-positive", &message, "leave the row out, or measure it again");
            return None;
        }
        match found.iter_mut().find(|one| one.lengths == lengths) {
            Some(one) => one.points.push(point),
            None => found.push(Benchmark { lengths, weights: None, points: vec![point] }),
        }
    }
    let mut whole = Vec::new();
    for mut one in found {
        one.points.sort_by(|a, b| a.concurrency.total_cmp(&b.concurrency));
        whole.push(benchmark(t, "csv", one.lengths, None, one.points)?);
    }
    Some(whole)
}
