//! `tokencast fleet` through the program itself.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "common/program.rs"]
mod program;

use std::fs;
use std::path::Path;

use program::called;
use serde_json::Value;

const SCENARIO: &str = r#"
title = "Two kinds of GPU"
use = ["builtin:llms/open-weights.toml", "builtin:gpus/data-sheets.toml"]
currency = "USD"
start = "2026-04"
months = 2

[traffic.chat]
requests = "400M /month"
input_tokens = 6000
output_tokens = 250
targets = { ttft = { p90 = "1.5 s" }, tpot = { p90 = "40 ms" } }

[vendor.cloud]
gpu.l40s.rates = { on_demand = "0.5 USD /GPU-hour" }
gpu.h100.rates = { on_demand = "2.8 USD /GPU-hour" }
[vendor.dearer]
gpu.h100.rates = { on_demand = "9 USD /GPU-hour" }

[deployment]
small = { llm = "llama-3.1-8b", gpu = "l40s", gpus = 1, weights = "fp8", capacity = "roofline" }
large = { llm = "llama-3.1-8b", gpu = "h100", gpus = 1, weights = "fp8", capacity = "roofline" }

[supply.all.rented]
deployment = "large"
gpus = "cloud/h100"

[strategy.one]
serve = [{ traffic = "chat", by = "all" }]
"#;

fn fleet(folder: &Path, words: &[&str]) -> (i32, String, String) {
    called(folder, &[&["fleet", "two.toml"], words].concat())
}

#[test]
fn small_requests_go_to_small_gpus_and_large_ones_to_large() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("two.toml"), SCENARIO).unwrap();
    let (code, text, complaints) = fleet(folder.path(), &[]);
    // Kinds that no strategy uses are what this command is about: nothing is said of them.
    assert_eq!((code, complaints.as_str()), (0, ""));
    assert!(text.contains("below the best single kind"), "{text}");
    let (_, json, _) = fleet(folder.path(), &["--json"]);
    let json: Value = serde_json::from_str(&json).unwrap();
    let number = |value: &Value| value.as_f64().unwrap();
    let kinds = json["kinds"].as_array().unwrap();
    assert_eq!(kinds[1]["gpus"], "cloud/h100", "the cheapest of two offers");
    let cost: f64 = kinds.iter().map(|kind| number(&kind["cost_per_hour"]) * number(&kind["replicas"])).sum();
    assert!((number(&json["cost_per_hour"]) - cost).abs() < 1e-9);
    assert!(kinds[0]["alone"].is_null() && number(&kinds[1]["alone"]["cost_per_hour"]) > cost);
    let buckets = json["buckets"].as_array().unwrap();
    let calls: f64 = buckets.iter().map(|bucket| number(&bucket["calls_per_hour"])).sum();
    let mean_hour = 400e6 / 720.0;
    assert!((calls - mean_hour * number(&json["peak"])).abs() < 1e-6 * calls);
    let mean: f64 =
        buckets.iter().map(|b| number(&b["calls_per_hour"]) * number(&b["input_tokens"])).sum::<f64>()
            / calls;
    assert!((mean - 6000.0).abs() < 1e-6 * mean, "sizes have the mean of the traffic: {mean}");
    for bucket in buckets {
        let size = number(&bucket["input_tokens"]);
        let small = number(&bucket["shares"][0]);
        assert!(size < 15_000.0 || small == 0.0, "a long request misses its target on the small GPU");
        assert!(bucket["capacity_per_hour"][1].is_number());
    }
}

#[test]
fn what_is_not_there_is_refused_with_a_way_out() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("two.toml"), SCENARIO).unwrap();
    for (words, said) in [
        (["--traffic", "chatt"], "did you mean `chat`?"),
        (["--llm", "gpt-2"], "there are: llama-3.1-8b"),
        (["--month", "2026-06"], "name a month from 2026-04 to 2026-05"),
        (["--utilization", "1.2"], "a share above 0 and up to 1"),
    ] {
        let (code, text, complaints) = fleet(folder.path(), &words);
        assert_eq!((code, text.as_str()), (2, ""), "{words:?}");
        assert!(complaints.contains(said), "{complaints}");
    }
    let tight = SCENARIO.replace("1.5 s", "1 ms");
    fs::write(folder.path().join("two.toml"), tight.replace("by = \"all\"", "by = \"cloud/none\"")).unwrap();
    assert_eq!(fleet(folder.path(), &[]).0, 2);
}
