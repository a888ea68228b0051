//! The commands about queues, replays and fitted traffic: what a user types, reads and gets wrong.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "common/program.rs"]
mod program;

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;

use program::tokencast;
use serde_json::Value;
use tempfile::TempDir;

#[track_caller]
fn json(folder: &Path, words: &[&str]) -> Value {
    let output = tokencast(folder, &[words, &["--json"]].concat());
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{words:?}: {said}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[track_caller]
fn refused(folder: &Path, words: &[&str], code: i32, hint: &str) {
    let output = tokencast(folder, words);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
    assert!(said.contains(hint), "{words:?}: {said}");
}

#[test]
fn queues_are_answered_in_words_and_in_json() {
    let here = Path::new(".");
    let found = json(here, &["queue", "servers", "--load", "90", "--servers", "100"]);
    assert!((found["waits_share"].as_f64().unwrap() - 0.21694048).abs() < 1e-8, "{found}");
    assert_eq!(found["servers_needed"].as_f64(), Some(101.0));
    let words =
        ["queue", "servers", "--rate", "12 /s", "--service", "4 s", "--waits", "1%", "--within", "2 s"];
    let found = json(here, &words);
    let longer = found["waits_longer_share"].as_f64().unwrap();
    assert!(longer <= 0.01 && found["servers"] == 55, "{found}");
    let batch = "queue batch --base 1ms --per-token 0.01ms --per-context-token 0.001ms --input-tokens 100 \
                 --output-tokens 10 --batch 8 --queue 16 --rate";
    let batch: Vec<&str> = batch.split_whitespace().chain(["127.836 /s"]).collect();
    let found = json(here, &batch);
    // As in the unit test of the model, but in seconds.
    assert!((found["response_s"].as_f64().unwrap() - 0.0219011).abs() < 1e-6, "{found}");
    let said = String::from_utf8(tokencast(here, &batch).stdout).unwrap();
    assert!(said.contains("mean time to the first token") && said.contains("4.77 ms"), "{said}");
}

#[test]
fn queues_that_make_no_sense_are_refused() {
    let here = Path::new(".");
    refused(here, &["queue", "servers", "--load", "10", "--servers", "5"], 2, "from 11 servers on");
    refused(here, &["queue", "servers"], 2, "--load");
    refused(here, &["queue", "servers", "--load=-1"], 2, "at least 0");
    refused(here, &["queue", "servers", "--load", "1", "--waits", "0"], 2, "--waits 0.1%");
    refused(here, &["queue", "servers", "--rate", "12 s", "--service", "4 s"], 2, "requests per time");
    let slow =
        "queue batch --base 8ms --per-token 1ms --input-tokens 700 --output-tokens 200 --batch 64 --tpot 1ms";
    refused(here, &slow.split_whitespace().collect::<Vec<_>>(), 2, "even an empty replica");
}

/// Requests of a chat, more at a time in some moments than in others.
fn trace() -> String {
    let mut text = "time_s,input_tokens,output_tokens\n".to_owned();
    for k in 0..3_000_u32 {
        let at = f64::from(k) * 0.4 - if k % 10 > 5 { 0.3 } else { 0.0 };
        let _ = writeln!(
            text,
            "{:.3},{},{}",
            at.max(f64::from(k / 10) * 4.0),
            200 + k * 37 % 1_500,
            20 + k * 91 % 300
        );
    }
    text
}

const STEP: &str = "--base-step 20ms --per-prompt-token 0.1ms --per-context-token 0.00005ms --kv-tokens 100000 \
                    --max-batch 64 --quiet";

fn replayed<'a>(trace: &'a str, more: &'a [&'a str]) -> Vec<&'a str> {
    ["replay", trace].into_iter().chain(STEP.split_whitespace()).chain(more.iter().copied()).collect()
}

#[test]
fn a_trace_is_replayed_and_its_files_are_described() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    fs::write(at.join("chat.csv"), trace()).unwrap();
    let more = ["--ttft", "1 s", "--tpot", "40 ms", "--find-load", "--output", "out"];
    let found = json(at, &replayed("chat.csv", &more));
    let one = &found["replay"];
    assert_eq!((one["arrived"].as_u64(), one["finished"].as_u64()), (Some(3_000), Some(3_000)), "{found}");
    let percentiles = ["p50", "p90", "p95", "p99", "p99.9"].map(|p| one["ttft_s"][p].as_f64().unwrap());
    assert!(percentiles.is_sorted() && percentiles[0] > 0.02, "{percentiles:?}");
    let largest = found["search"]["largest_rate_per_s"].as_f64().unwrap();
    assert!(largest > 0.5, "{found}");
    // Every file and every column stands in output/README.md.
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("output/README.md")).unwrap();
    let about = page.split_once("## `tokencast replay`").unwrap().1.split("\n## ").next().unwrap();
    for name in ["replay.csv", "timeline.csv", "loads.csv", "manifest.json"] {
        assert!(about.contains(&format!("`{name}`")), "{name}");
        let text = fs::read_to_string(at.join("out").join(name)).unwrap();
        if name == "timeline.csv" || name == "replay.csv" {
            for column in text.lines().next().unwrap().split(',') {
                assert!(about.contains(&format!("`{column}`")), "{name}: {column}");
            }
        }
    }
    for name in ["latency", "timeline", "load"] {
        assert!(
            at.join(format!("out/charts/{name}.png")).is_file()
                && about.contains(&format!("charts/{name}.svg"))
        );
    }
    // The same again gives the same bytes, and takes the place of its own earlier run.
    let before = fs::read(at.join("out/loads.csv")).unwrap();
    json(at, &replayed("chat.csv", &more));
    assert_eq!(fs::read(at.join("out/loads.csv")).unwrap(), before);
}

/// A packed trace is the same trace, and a replay may be stopped by its time.
#[test]
fn packed_traces_are_unpacked_as_they_come() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packed.write_all(trace().as_bytes()).unwrap();
    let packed = packed.finish().unwrap();
    fs::write(at.join("chat.csv"), trace()).unwrap();
    fs::write(at.join("packed.csv.gz"), &packed).unwrap();
    let plain = json(at, &replayed("chat.csv", &["-o", "a"]));
    assert_eq!(plain["replay"], json(at, &replayed("packed.csv.gz", &["-o", "b"]))["replay"]);
    fs::write(at.join("cut.csv.gz"), &packed[..packed.len() / 2]).unwrap();
    refused(at, &replayed("cut.csv.gz", &["-o", "c"]), 2, "breaks off");
    let stopped = json(at, &replayed("chat.csv", &["-o", "d", "--until", "5 min", "--speed", "2"]));
    let count = |key: &str| stopped["replay"][key].as_u64().unwrap();
    assert!(
        count("in_flight") > 0 && count("arrived") == count("finished") + count("in_flight"),
        "{stopped}"
    );
}

#[test]
fn wrong_traces_and_settings_are_refused() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let head = "time_s,input_tokens,output_tokens\n";
    for (name, text, hint) in [
        ("unsorted.csv", format!("{head}5,1,1\n4,1,1\n"), "line 3: the time goes back by 1 s"),
        ("negative.csv", format!("{head}5,-1,1\n"), "line 2: -1 tokens in"),
        ("columns.csv", "time,input\n1,2\n".to_owned(), "line 1: no column holds the tokens out"),
        ("cut.jsonl", "{\"timestamp\": 0, \"input_len".to_owned(), "is the file cut off?"),
        ("empty.csv", String::new(), "the trace is empty"),
        ("header.csv", head.to_owned(), "has no requests"),
    ] {
        fs::write(at.join(name), text).unwrap();
        refused(at, &replayed(name, &[]), 2, hint);
        assert!(!at.join("output").exists(), "{name}");
    }
    refused(at, &replayed("nowhere.csv", &[]), 3, "nowhere.csv");
    refused(at, &["replay", "header.csv"], 2, "--base-step");
    refused(
        at,
        &["replay", "header.csv", "--base-step", "1 ms", "--per-prompt-token", "0 ms"],
        2,
        "--kv-tokens",
    );
    refused(at, &replayed("synthetic", &[]), 2, "--rate");
    refused(at, &replayed("synthetic", &["--rate", "5 /s"]), 2, "--input-tokens");
    refused(at, &replayed("header.csv", &["--rate", "5 /s"]), 2, "--speed");
    refused(at, &replayed("header.csv", &["--find-load"]), 2, "--ttft or --tpot");
}

/// Nothing but an llm, a GPU and a precision: percentiles, their error, and what the queue says of the same steps.
#[test]
fn an_llm_on_a_gpu_is_replayed_from_its_sizes() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let words = "replay synthetic --llm llama-3.1-70b --gpu h100 --gpus 4 --weights fp8 --input-tokens 1000 \
                 --output-tokens 300 --requests 3000 --rate 2/s --quiet --compare --output out";
    let words: Vec<&str> = words.split_whitespace().collect();
    let found = json(at, &words);
    let of = |of: &Value| ["p50", "p90", "p99"].map(|p| of["tpot_s"][p].as_f64().unwrap());
    let middle = of(&found["replay"]);
    // 70 GB of weights are read from four memories of 3.35 TB/s in 5.2 ms at least.
    assert!(middle.is_sorted() && middle[0] > 0.0052 && middle[0] < 0.05, "{found}");
    let errs = found["evidence"]["errs"].as_array().unwrap();
    assert_eq!((found["evidence"]["kind"].as_str(), errs.len()), (Some("roofline"), 2), "{found}");
    assert!(of(&errs[0]["replay"])[0] < middle[0] && middle[0] < of(&errs[1]["replay"])[0], "{found}");
    let compared = found["compared"].as_array().unwrap();
    let apart = |at: usize| {
        let one = &compared[at];
        one["replay"]["tpot_s"].as_f64().unwrap() / one["queue_theory"]["tpot_s"].as_f64().unwrap() - 1.0
    };
    assert!(apart(0).abs() < 0.02 && apart(2).abs() < 0.1, "{found}");
    assert!(compared.last().unwrap()["queue_theory"].is_null(), "a queue without end has no means: {found}");
    let page = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("output/README.md")).unwrap();
    for column in fs::read_to_string(at.join("out/theory.csv")).unwrap().lines().next().unwrap().split(',') {
        assert!(page.contains(&format!("`{column}`")), "{column}");
    }
    assert!(at.join("out/charts/theory.png").is_file() && page.contains("`charts/theory.svg`"));
    let more = |more: &[&'static str]| [&words[..], more].concat();
    refused(at, &more(&["--autoscale", "4"]), 2, "leave out --compare");
    let lacks = |gone: &str| -> Vec<&str> {
        let place = words.iter().position(|word| *word == gone).unwrap();
        words
            .iter()
            .enumerate()
            .filter(|(k, _)| *k != place && *k != place + 1)
            .map(|(_, word)| *word)
            .collect()
    };
    refused(at, &lacks("--gpu"), 2, "--gpu");
    refused(at, &lacks("--input-tokens"), 2, "--input-tokens");
    refused(at, &["replay", "synthetic", "--llm", "llama-3.1-70", "--gpu", "h100"], 2, "did you mean");
    let one = ["replay", "synthetic", "--llm", "llama-3.1-70b", "--gpu", "h100", "--input-tokens", "1000"];
    refused(at, &[&one[..], &["--output-tokens", "9", "--rate", "1 /s"]].concat(), 2, "does not fit");
}

/// Numbers of a deployment in, a measured table out that `check` accepts and a run can use.
#[test]
fn a_replay_becomes_the_measured_table_of_a_deployment() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    assert_eq!(tokencast(at, &["init", "--template", "self-host"]).status.code(), Some(0));
    // Llama 3.1 70B FP8 with vLLM on one H200 (aiconfigurator silicon data, 2025-10-29).
    let bench = "extends = \"scenario.toml\"\n[deployment.bench]\nllm = \"open\"\ngpu = \"h100\"\ngpus = 2\n\
                 [deployment.bench.capacity.measured]\ninput_tokens = 1024\noutput_tokens = 1024\npoints = [\n\
                 { concurrency = 4, ttft = \"203 ms\", tpot = \"21.47 ms\" },\n\
                 { concurrency = 16, ttft = \"316 ms\", tpot = \"24.72 ms\" },\n\
                 { concurrency = 64, ttft = \"730 ms\", tpot = \"37.44 ms\" },\n]\n";
    fs::write(at.join("bench.toml"), bench).unwrap();
    let words = "replay synthetic bench.toml --deployment bench --traffic chat --rate 1/s --requests 4000 \
                 --ttft 3s --tpot 60ms --find-load 90% --measured part.toml --quiet";
    let found = json(at, &words.split_whitespace().collect::<Vec<_>>());
    assert_eq!(found["measured"], "part.toml", "{found}");
    let part = fs::read_to_string(at.join("part.toml")).unwrap();
    assert!(part.contains("[deployment.bench-replayed.capacity.measured]"), "{part}");
    let with = "extends = \"bench.toml\"\nuse = [\"part.toml\"]\n";
    fs::write(at.join("with.toml"), with).unwrap();
    let said = tokencast(at, &["check", "with.toml"]);
    assert_eq!(said.status.code(), Some(0), "{part}\n{}", String::from_utf8_lossy(&said.stderr));
    refused(
        at,
        &["replay", "synthetic", "scenario.toml", "--deployment", "nobody"],
        2,
        "no deployment `nobody`",
    );
}

/// A log with a known truth comes back as a part that `check` accepts.
#[test]
fn traffic_is_fitted_and_accepted_by_check() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    // Eight days from a Monday on, ten times as many by day as by night, lengths of two kinds.
    let mut log = "timestamp,prompt_tokens,completion_tokens\n".to_owned();
    let mut count = 0_u32;
    for minute in 0..8 * 1440_u32 {
        let day = (8..20).contains(&(minute / 60 % 24));
        for k in 0..if day { 10 } else { 1 } {
            let (date, clock) = (2 + minute / 1440, minute % 1440);
            let input = if count.is_multiple_of(2) { 200 } else { 5_000 };
            let _ = writeln!(
                log,
                "2026-11-{date:02} {:02}:{:02}:{:02},{input},{}",
                clock / 60,
                clock % 60,
                5 * k,
                100 + count % 7
            );
            count += 1;
        }
    }
    fs::write(at.join("log.csv"), log).unwrap();
    let found = json(at, &["fit", "traffic", "log.csv", "--id", "desk", "--out", "desk.toml"]);
    assert_eq!(found["requests"].as_f64(), Some(f64::from(count)), "{found}");
    let week: Vec<f64> =
        found["week"].as_array().unwrap().iter().map(|hour| hour.as_f64().unwrap()).collect();
    assert_eq!(week.len(), 168);
    assert!((week[12] / week[3] - 10.0).abs() < 0.2, "{week:?}");
    assert!((week.iter().sum::<f64>() - 168.0).abs() < 1e-9);
    assert!(
        found["input_tokens"]["lognormal_ks"].as_f64().unwrap() > 0.2,
        "two kinds are no lognormal: {found}"
    );
    assert!((found["input_tokens"]["mean"].as_f64().unwrap() - 2_600.0).abs() < 1.0);
    assert!(at.join("desk-week.csv").is_file());
    let scenario = "title = \"desk\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 12\nuse = [\"desk.toml\"]\n\
                    [vendor.acme.llm.large]\nrates = { input = \"2 USD /Mtok\", output = \"8 USD /Mtok\" }\n\
                    [strategy.api]\nserve = [{ traffic = \"desk\", by = \"acme/large\" }]\n";
    fs::write(at.join("scenario.toml"), scenario).unwrap();
    let said = tokencast(at, &["check", "scenario.toml"]);
    assert_eq!(said.status.code(), Some(0), "{}", String::from_utf8_lossy(&said.stderr));
    refused(at, &["fit", "traffic", "log.csv", "--out", "desk.toml"], 3, "--force");
    refused(at, &["fit", "traffic", "log.csv", "--id", "My Desk"], 2, "is no id");

    // Rates without lengths need them, and several series a choice.
    let mut rates = "workload,t_s,req_per_s\n".to_owned();
    for hour in 0..170 {
        let _ = writeln!(rates, "a,{},{}\nb,{},{}", 3600 * hour, 1 + hour % 24, 3600 * hour, 7);
    }
    fs::write(at.join("rates.csv"), rates).unwrap();
    refused(at, &["fit", "traffic", "rates.csv"], 2, "--series: a, b");
    refused(at, &["fit", "traffic", "rates.csv", "--series", "a"], 2, "--input-tokens");
    let words =
        ["fit", "traffic", "rates.csv", "--series", "a", "--input-tokens", "900", "--output-tokens", "200"];
    let found = json(at, &words);
    let week = &found["week"];
    assert!((week[23].as_f64().unwrap() / week[0].as_f64().unwrap() - 24.0).abs() < 1e-6, "{found}");
}

/// What a log says of caches is written as levers that a strategy pulls; each request here comes back after 20 s.
#[test]
fn hit_rates_are_fitted_as_levers() {
    let folder = TempDir::new().unwrap();
    let at = folder.path();
    let mut log = "time_s,input_tokens,output_tokens,hash_ids\n".to_owned();
    for k in 0..4_000_u64 {
        // Two blocks that the request twenty before had too, and on every other turn one that nobody had.
        let (same, other) = (1 + k % 20, if k / 20 % 2 == 0 { 0 } else { 10_000 + k });
        let last = if other == 0 { String::new() } else { format!(" {other}") };
        let _ =
            writeln!(log, "{k},{},100,{same} {}{last}", if other == 0 { 1_024 } else { 1_536 }, same + 100);
    }
    fs::write(at.join("log.csv"), log).unwrap();
    let found = json(at, &["fit", "traffic", "log.csv", "--id", "desk", "--out", "desk.toml"]);
    // Of five blocks four repeat but for the first twenty times.
    let share = found["prefix_share"].as_f64().unwrap();
    assert!((share - (4_000.0 - 20.0) * 2.0 / 10_000.0).abs() < 1e-9, "{share}");
    let curve = &found["prefix_reuse"];
    assert_eq!(curve["lasts_s"], serde_json::json!([10.0, 20.0]), "{curve}");
    // A whole prompt comes back after 40 s.
    assert!((found["repeats"].as_f64().unwrap() - 0.495).abs() < 1e-9, "{found}");
    let scenario = "title = \"desk\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 2\nuse = [\"desk.toml\"]\n\
                    [vendor.acme.llm.large]\nrates = { input = \"2 USD /Mtok\", output = \"8 USD /Mtok\" }\n\
                    cache = { read = \"0.2 USD /Mtok\" }\n[strategy.api]\nserve = [{ traffic = \"desk\", by = \"acme/large\" }]\n\
                    levers = [\"desk-prefix-cache\", \"desk-exact-cache\"]\n";
    fs::write(at.join("scenario.toml"), scenario).unwrap();
    let (code, said, wrong) = program::called(at, &["levers", "scenario.toml", "-n", "64", "--json"]);
    assert_eq!(code, 0, "{said}{wrong}");
    let all: Value = serde_json::from_str(&said).unwrap();
    let alone: Vec<f64> = all["levers"]
        .as_array()
        .unwrap()
        .iter()
        .map(|lever| {
            lever["saves_alone"]["mean"].as_f64().unwrap() / all["without_levers"]["mean"].as_f64().unwrap()
        })
        .collect();
    // 1,280 tokens in at 2 and 100 out at 8; of the input 79.6 % is read for a tenth. What is there before is asked first.
    let (input, output) = (2.0 * 1_280.0, 800.0);
    assert!((alone[0] - 0.495).abs() < 1e-3, "{alone:?}");
    assert!((alone[1] - 0.9 * 0.796 * input / (input + output)).abs() < 1e-3, "{alone:?}");
}
