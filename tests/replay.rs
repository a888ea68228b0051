//! The commands about queues: what a user types, reads and gets wrong.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;

fn tokencast(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tokencast"));
    command.args(words).current_dir(folder).stdin(Stdio::null()).output().unwrap()
}

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
    refused(here, &["queue", "servers", "--load", "-1"], 2, "--load");
    refused(here, &["queue", "servers", "--load", "1", "--waits", "0"], 2, "--waits 0.1%");
    refused(here, &["queue", "servers", "--rate", "12 s", "--service", "4 s"], 2, "requests per time");
    let slow =
        "queue batch --base 8ms --per-token 1ms --input-tokens 700 --output-tokens 200 --batch 64 --tpot 1ms";
    refused(here, &slow.split_whitespace().collect::<Vec<_>>(), 2, "even an empty replica");
}
