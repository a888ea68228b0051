//! A result as named values, whatever its file calls them.

use std::collections::BTreeMap;

use super::{Key, Known, Results, Row, Seen};
use crate::serving::Precision;

/// The values of one result by their names in the file.
pub(super) type Values = BTreeMap<String, String>;

/// What a value is called in the files that are known; the second number turns it into the unit of this program.
struct Field(&'static [(&'static str, f64)]);

const LLM: &[&str] = &["model", "model_id", "llm", "Model"];
const GPU: &[&str] = &["gpu", "system", "hw", "hardware", "gpu_model", "Accelerator", "accelerator"];
const WEIGHTS: &[&str] = &["precision", "weights", "gemm", "weight_data_types", "dtype", "quantization"];
const ENGINE: &[&str] = &["engine", "backend", "framework", "Software"];
const GPUS: Field = Field(&[
    ("gpus", 1.0),
    ("n_gpu", 1.0),
    ("num_gpus", 1.0),
    ("num_total_gpus", 1.0),
    ("n_acc", 1.0),
    ("a#", 1.0),
    ("tp_size", 1.0),
    ("tp", 1.0),
    ("tensor_parallel", 1.0),
    ("tensor_parallel_size", 1.0),
]);
const INPUT: Field =
    Field(&[("input_tokens", 1.0), ("isl", 1.0), ("ISL", 1.0), ("input_seq_len", 1.0), ("input_len", 1.0)]);
const OUTPUT: Field = Field(&[
    ("output_tokens", 1.0),
    ("osl", 1.0),
    ("OSL", 1.0),
    ("output_seq_len", 1.0),
    ("output_len", 1.0),
]);
const CONCURRENCY: Field =
    Field(&[("concurrency", 1.0), ("conc", 1.0), ("max_concurrency", 1.0), ("users", 1.0)]);
// `ttft` and `tpot` without a unit are milliseconds in aiconfigurator's tables; `mean_ttft` are seconds in InferenceX'.
const TTFT: Field = Field(&[
    ("ttft_ms", 1.0),
    ("mean_ttft_ms", 1.0),
    ("ttft", 1.0),
    ("ttft_s", 1e3),
    ("mean_ttft", 1e3),
    ("median_ttft_ms", 1.0),
    ("median_ttft", 1e3),
]);
const TPOT: Field = Field(&[
    ("tpot_ms", 1.0),
    ("mean_tpot_ms", 1.0),
    ("tpot", 1.0),
    ("tpot_s", 1e3),
    ("mean_tpot", 1e3),
    ("mean_itl_ms", 1.0),
    ("median_tpot_ms", 1.0),
    ("median_tpot", 1e3),
]);

impl Field {
    /// The first that is there and says anything.
    fn of(&self, values: &Values) -> Option<Result<f64, String>> {
        let (name, unit, text) = self.0.iter().find_map(|(name, unit)| {
            let text = values.get(*name).map(String::as_str).filter(|text| !is_nothing(text))?;
            Some((*name, *unit, text))
        })?;
        let plain = text.bytes().all(|b| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E'));
        let number = text.parse::<f64>().ok().filter(|number| plain && number.is_finite());
        Some(
            number.map(|number| number * unit).ok_or_else(|| format!("`{text}` in `{name}` is not a number")),
        )
    }

    /// Whether a file with these columns has it.
    pub(super) fn is_among(&self, columns: &[String]) -> bool {
        self.0.iter().any(|(name, _)| columns.iter().any(|column| column == name))
    }

    /// The names it goes by.
    fn names(&self) -> String {
        self.0.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", ")
    }
}

fn is_nothing(text: &str) -> bool {
    matches!(text.trim(), "" | "null" | "None" | "N/A" | "n/a" | "nan" | "NaN" | "-")
}

fn word<'a>(values: &'a Values, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| values.get(*name)).map(|text| text.trim()).filter(|text| !is_nothing(text))
}

/// Columns that a table must have and does not, with the names they may go by.
pub(super) fn missing_columns(columns: &[String], known: &Known) -> Vec<String> {
    let has = |names: &[&str]| names.iter().any(|name| columns.iter().any(|column| column == name));
    let mut missing = Vec::new();
    let mut need = |there: bool, what: &str, names: String| {
        if !there {
            missing.push(format!("{what} ({names})"));
        }
    };
    need(has(LLM) || known.llm.is_some(), "the llm", LLM.join(", "));
    need(has(GPU) || known.gpu.is_some(), "the GPU", GPU.join(", "));
    need(GPUS.is_among(columns) || known.gpus.is_some(), "GPUs of a replica", GPUS.names());
    need(has(WEIGHTS) || known.weights.is_some(), "the format of the weights", WEIGHTS.join(", "));
    need(INPUT.is_among(columns) || known.input.is_some(), "tokens in", INPUT.names());
    need(OUTPUT.is_among(columns) || known.output.is_some(), "tokens out", OUTPUT.names());
    need(CONCURRENCY.is_among(columns), "requests in flight", CONCURRENCY.names());
    need(TTFT.is_among(columns), "time to the first token", TTFT.names());
    need(TPOT.is_among(columns), "time per token", TPOT.names());
    missing
}

/// A result out of its values; what is wrong with it is noted.
pub(super) fn take(values: &Values, place: usize, known: &Known, results: &mut Results) {
    if word(values, &["mode"]).is_some_and(|mode| mode.starts_with("disagg")) {
        *results.left_out.entry("prefill and decoding on different GPUs").or_insert(0) += 1;
        return;
    }
    match row(values, place, known) {
        Ok(row) => results.rows.push(row),
        Err(message) => results.problem(place, message),
    }
}

/// The llm, GPUs, format and engine of a result.
pub(super) fn key(values: &Values, known: &Known) -> Result<Key, String> {
    let said = |names: &[&str], by_hand: &Option<String>, what: &str| {
        let found = by_hand.as_deref().or_else(|| word(values, names));
        found.map(str::to_owned).ok_or_else(|| format!("it does not say {what}"))
    };
    let llm = said(LLM, &known.llm, "the llm; give --llm")?;
    let gpu = said(GPU, &known.gpu, "the GPU; give --gpu")?;
    let gpus = match known.gpus {
        Some(gpus) => gpus,
        None => {
            GPUS.of(values).unwrap_or_else(|| Err("it does not say how many GPUs; give --gpus".into()))?
        }
    };
    if !(1.0..=1024.0).contains(&gpus) || gpus.fract() != 0.0 {
        return Err(format!("{gpus} GPUs are no number of GPUs"));
    }
    let weights = said(WEIGHTS, &known.weights, "the format of the weights; give --weights")?;
    let weights =
        Precision::parse(&weights).ok_or_else(|| format!("`{weights}` is no known format of weights"))?;
    let engine = word(values, ENGINE).unwrap_or_default().split([' ', ',']).next().unwrap_or_default();
    let engine = engine.to_lowercase().replace("tensorrt-llm", "trtllm").replace("tensorrt", "trtllm");
    // Clients and protocols are no engines.
    let engine = if ["openai", "openai-chat", "openai-comp", "trt"].contains(&engine.as_str()) {
        if engine == "trt" { "trtllm".to_owned() } else { String::new() }
    } else {
        engine
    };
    Ok(Key { llm, gpu, gpus: gpus as u32, weights: weights.word(), engine })
}

fn row(values: &Values, place: usize, known: &Known) -> Result<Row, String> {
    let key = key(values, known)?;
    let need = |field: &Field, what: &str| {
        field.of(values).unwrap_or_else(|| Err(format!("it does not say {what}")))
    };
    let lengths = (
        known.input.map_or_else(|| need(&INPUT, "how many tokens go in"), Ok)?,
        known.output.map_or_else(|| need(&OUTPUT, "how many tokens come out"), Ok)?,
    );
    let (ttft_ms, tpot_ms) =
        (need(&TTFT, "the time to the first token")?, need(&TPOT, "the time per token")?);
    let concurrency = match CONCURRENCY.of(values) {
        Some(found) => found?,
        None => in_flight(values, lengths.1, ttft_ms, tpot_ms)
            .ok_or("it does not say how many requests were in flight")?,
    };
    let positive = [
        ("tokens in", lengths.0),
        ("tokens out", lengths.1),
        ("requests in flight", concurrency),
        ("the time to the first token", ttft_ms),
        ("the time per token", tpot_ms),
    ];
    if let Some((what, value)) = positive.iter().find(|(_, value)| *value <= 0.0) {
        return Err(format!("{what}: {value} is not above 0"));
    }
    // No GPU decodes a token in a tenth of a millisecond, and nobody waits ten seconds for one.
    if tpot_ms < 0.1 || ttft_ms < 0.5 {
        return Err(format!("{ttft_ms} ms to the first token and {tpot_ms} ms per token look like seconds"));
    }
    if tpot_ms > 10_000.0 || ttft_ms > 3.6e6 {
        return Err(format!(
            "{ttft_ms} ms to the first token and {tpot_ms} ms per token look like microseconds"
        ));
    }
    let flagged = word(values, &["flag"]).is_some();
    Ok(Row { place, key, seen: Seen::Latency { lengths, concurrency, ttft_ms, tpot_ms, flagged } })
}

/// Requests in flight by Little's law, where a client sent at a rate.
fn in_flight(values: &Values, output: f64, ttft_ms: f64, tpot_ms: f64) -> Option<f64> {
    const RATE: Field = Field(&[("request_throughput", 1.0), ("req_s", 1.0), ("seq/s", 1.0)]);
    let rate = RATE.of(values)?.ok()?;
    Some(rate * (ttft_ms + (output - 1.0).max(0.0) * tpot_ms) / 1000.0)
}
