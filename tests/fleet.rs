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

/// A need that rises evenly from nothing to 20 replicas over the hours, reserved at 62 % of the price on demand: eight run in 109 of
/// 168 hours or more, nine in 101, and 104 are wanted.
const RISING: &str = r#"
title = "A rising need"
currency = "USD"
start = "2027-01"
months = 3
hours_per_month = 720

[traffic.work]
requests = "7.2M /month"
input_tokens = 900
output_tokens = 100
week = { csv = "week.csv", column = "load" }
hourly_noise = 0

[vendor.cloud.gpu.h100.rates]
on_demand   = "1 USD /GPU-hour"
reserved_1y = "0.62 USD /GPU-hour"

[llm.any]
[deployment.one]
llm = "any"
gpu = "h100"
gpus = 1
capacity = { stated = { tokens = "1M tokens /h" } }
capacity_error = 1

[supply.fleet.rented]
deployment = "one"
gpus = "cloud/h100"
reserved_1y = "3 replicas"
fleet = { utilization_target = "100 %" }

[strategy.fleet]
serve = [{ traffic = "work", by = "fleet" }]
"#;

#[test]
fn explain_tells_how_many_replicas_to_reserve() {
    let folder = tempfile::tempdir().unwrap();
    let at = folder.path();
    fs::write(at.join("rising.toml"), RISING).unwrap();
    let week: Vec<String> = (0..168).map(|hour| (f64::from(hour) + 0.5).to_string()).collect();
    fs::write(at.join("week.csv"), format!("load\n{}\n", week.join("\n"))).unwrap();
    let words = ["explain", "rising.toml", "--strategy", "fleet", "--month", "2027-02", "-n", "64"];
    let (_, found, _) = called(at, &[&words[..], &["--json"]].concat());
    let found: Value = serde_json::from_str(&found).unwrap();
    let [one] = &found["reserve"].as_array().unwrap()[..] else { panic!("{found}") };
    assert_eq!((&one["supply"], &one["term"]), (&"fleet".into(), &"reserved_1y".into()), "{found}");
    assert_eq!((one["best"].as_u64(), one["written"].as_u64()), (Some(8), Some(3)), "{found}");
    // The fourth to the eighth save what their hours cost on demand less 62 % of all hours.
    let hours =
        |replica: f64| (0..168).filter(|hour| (f64::from(*hour) + 0.5) / 8.4 > replica - 1.0).count() as f64;
    let saved: f64 =
        (4..=8).map(|replica| hours(f64::from(replica)) / 168.0 - 0.62).sum::<f64>() * 3.0 * 720.0;
    let told = one["saves"].as_f64().unwrap();
    assert!((told / saved - 1.0).abs() < 0.02, "{told} {saved}");
    let (code, text, _) = called(at, &words);
    assert!(code == 0 && text.contains("8 replicas cost least") && text.contains("3 as written"), "{text}");
    let (_, text, _) = called(at, &[&words[..], &["--lang", "ja"]].concat());
    assert!(text.contains("8 レプリカが最安"), "{text}");
    let best = fs::read_to_string(at.join("rising.toml")).unwrap().replace("3 replicas", "8 replicas");
    fs::write(at.join("rising.toml"), best).unwrap();
    let (_, text, _) = called(at, &words);
    assert!(text.contains("the 8 replicas that are written cost least"), "{text}");
    // One future advises nothing.
    let (_, text, _) =
        called(at, &["explain", "rising.toml", "--strategy", "fleet", "--month", "2027-02", "--path", "1"]);
    assert!(!text.contains("cost least"), "{text}");
}
