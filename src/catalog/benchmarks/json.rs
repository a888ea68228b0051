//! Results as JSON: vLLM's benchmark, guidellm, aiperf, `InferenceX`; one, a list, or a line each.

use serde_json::Value;

use super::fields::{self, Values};
use super::{Known, Results};
use crate::catalog::Unreadable;

pub(super) fn read(text: &str, known: &Known) -> Result<Results, Unreadable> {
    let mut results = Results { form: "benchmark results", ..Results::default() };
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Array(list)) => {
            for (i, one) in list.iter().enumerate() {
                result(one, i + 1, known, &mut results);
            }
        }
        Ok(one) => result(&one, 1, known, &mut results),
        Err(error) => lines(text, &error, known, &mut results)?,
    }
    if results.seen() == 0 {
        let message = "it is JSON, but no benchmark results".to_owned();
        return Err(Unreadable { message, help: "vLLM, guidellm, aiperf and InferenceX write such files" });
    }
    Ok(results)
}

/// Lines of JSON; a single text that is broken is no such thing.
fn lines(
    text: &str,
    error: &serde_json::Error,
    known: &Known,
    results: &mut Results,
) -> Result<(), Unreadable> {
    let first = text.lines().next().unwrap_or_default();
    if serde_json::from_str::<Value>(first).is_err() {
        let cut = if error.is_eof() { "; it is cut off" } else { "" };
        let message = format!("it is not JSON (line {}, column {}){cut}", error.line(), error.column());
        return Err(Unreadable { message, help: "fetch it again, or write it again" });
    }
    for (i, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str::<Value>(line) {
            Ok(one) => result(&one, i + 1, known, results),
            Err(error) => results.problem(i + 1, format!("the line is not JSON (column {})", error.column())),
        }
    }
    Ok(())
}

/// One result of whichever tool.
pub(super) fn result(one: &Value, place: usize, known: &Known, results: &mut Results) {
    if let Some(benchmarks) = one.get("benchmarks").and_then(Value::as_array) {
        results.form = "guidellm report";
        for (i, benchmark) in benchmarks.iter().enumerate() {
            fields::take(&guidellm(benchmark, one), i + 1, known, results);
        }
    } else if one.pointer("/time_to_first_token/avg").is_some() || one.pointer("/records/ttft/avg").is_some()
    {
        results.form = "aiperf export";
        fields::take(&aiperf(one), place, known, results);
    } else if let Value::Object(object) = one {
        if object.contains_key("mean_ttft_ms") {
            results.form = "vLLM benchmark";
        } else if object.contains_key("mean_ttft") {
            results.form = "InferenceX results";
        }
        fields::take(&vllm(one), place, known, results);
    } else {
        results.problem(place, "it is no JSON object");
    }
}

/// The values that stand directly in an object.
fn plain(one: &Value) -> Values {
    let Value::Object(object) = one else { return Values::new() };
    let text = |value: &Value| match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    };
    object.iter().filter_map(|(key, value)| Some((key.clone(), text(value)?))).collect()
}

/// Lengths are means over the completed requests.
fn vllm(one: &Value) -> Values {
    let mut values = plain(one);
    let number = |name: &str| one.get(name).and_then(Value::as_f64);
    if let Some(completed) = number("completed").filter(|completed| *completed > 0.0) {
        for (total, name) in
            [("total_input_tokens", "input_tokens"), ("total_output_tokens", "output_tokens")]
        {
            if let Some(total) = number(total) {
                values.entry(name.to_owned()).or_insert_with(|| (total / completed).to_string());
            }
        }
    }
    values
}

/// The first of these paths that holds a number.
fn at(one: &Value, paths: &[&str]) -> Option<String> {
    paths.iter().find_map(|path| one.pointer(path).and_then(Value::as_f64)).map(|number| number.to_string())
}

fn named(values: &mut Values, name: &str, value: Option<String>) {
    if let Some(value) = value {
        values.insert(name.to_owned(), value);
    }
}

fn guidellm(one: &Value, report: &Value) -> Values {
    let mut values = Values::new();
    let metric = |name: &str| {
        at(one, &[&format!("/metrics/{name}/successful/mean"), &format!("/metrics/{name}/mean")])
    };
    named(&mut values, "ttft_ms", metric("time_to_first_token_ms"));
    named(
        &mut values,
        "tpot_ms",
        metric("inter_token_latency_ms").or_else(|| metric("time_per_output_token_ms")),
    );
    named(&mut values, "input_tokens", metric("prompt_token_count"));
    named(&mut values, "output_tokens", metric("output_token_count"));
    let streams = ["/args/strategy/streams", "/config/strategy/streams", "/scheduler/strategy/streams"];
    named(&mut values, "concurrency", at(one, &streams).or_else(|| metric("request_concurrency")));
    let model = [
        "/args/requests_loader/processor",
        "/benchmarker/backend/model",
        "/worker/backend_model",
        "/config/backend/model",
    ];
    let model = model.iter().find_map(|path| one.pointer(path).and_then(Value::as_str));
    let model = model.or_else(|| report.pointer("/args/model").and_then(Value::as_str));
    named(&mut values, "model", model.map(str::to_owned));
    values
}

/// Each metric of aiperf tells its unit.
fn aiperf(one: &Value) -> Values {
    let mut values = Values::new();
    let records = one.get("records").unwrap_or(one);
    let metric = |names: [&str; 2]| {
        let found = names.iter().find_map(|name| records.get(*name))?;
        let unit = match found.get("unit").and_then(Value::as_str) {
            Some("s" | "sec" | "seconds") => 1e3,
            Some("us" | "microseconds") => 1e-3,
            Some("ns" | "nanoseconds") => 1e-6,
            _ => 1.0,
        };
        Some((found.get("avg").and_then(Value::as_f64)? * unit).to_string())
    };
    named(&mut values, "ttft_ms", metric(["time_to_first_token", "ttft"]));
    named(&mut values, "tpot_ms", metric(["inter_token_latency", "inter_token_latency"]));
    named(&mut values, "input_tokens", metric(["input_sequence_length", "isl"]));
    named(&mut values, "output_tokens", metric(["output_sequence_length", "osl"]));
    let loads = ["/input_config/loadgen/concurrency", "/input_config/load_generator/concurrency"];
    named(&mut values, "concurrency", at(one, &loads).or_else(|| profiled(one)));
    let gpus = telemetry(one);
    named(&mut values, "gpu", gpus.first().map(|gpu| (*gpu).to_owned()));
    named(&mut values, "gpus", (!gpus.is_empty()).then(|| gpus.len().to_string()));
    let model = [
        "/input_config/models/items/0/name",
        "/input_config/endpoint/model_names/0",
        "/input_config/endpoint/model_name",
        "/input_config/model_names/0",
    ];
    let model = model.iter().find_map(|path| one.pointer(path).and_then(Value::as_str));
    named(&mut values, "model", model.map(str::to_owned));
    values
}

/// Requests in flight in the phase that is measured, of exports whose configuration has phases.
fn profiled(one: &Value) -> Option<String> {
    let phases = one.pointer("/input_config/phases")?.as_array()?;
    let measured =
        phases.iter().find(|phase| phase.get("name").and_then(Value::as_str) == Some("profiling"))?;
    at(measured, &["/concurrency"])
}

/// The names of the GPUs that aiperf watched, if they are all of one kind.
fn telemetry(one: &Value) -> Vec<&str> {
    let endpoints = one.pointer("/telemetry_data/endpoints").and_then(Value::as_object);
    let gpus = endpoints.into_iter().flatten().filter_map(|(_, endpoint)| endpoint.get("gpus")?.as_object());
    let names: Vec<&str> = gpus.flatten().filter_map(|(_, gpu)| gpu.get("gpu_name")?.as_str()).collect();
    if names.windows(2).all(|pair| pair[0] == pair[1]) { names } else { Vec::new() }
}
