//! `tokencast levers` through the program itself.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "common/program.rs"]
mod program;

use std::fs;

use program::called;
use serde_json::Value;

const SCENARIO: &str = r#"
title = "Three levers"
currency = "JPY"
start = "2027-04"
months = 12

[traffic.work]
requests = "1M /month"
input_tokens = "900 to 1,100 tokens"
output_tokens = 100
shed_cost = "3 JPY /request"

[vendor.acme.llm.large.rates]
input = "100 JPY /Mtok"
output = "400 JPY /Mtok"
[vendor.acme.llm.small.rates]
input = "10 JPY /Mtok"
output = "40 JPY /Mtok"

[lever.first.cascade]
first = "acme/small"
escalates = "20 % to 40 %"
rollout = { from = "2027-06", one_off = "100k JPY" }
[lever.trim.prompt_trim]
cut = "20 % to 30 %"
[lever.vain.exact_cache]
hit_rate = 0
rollout = { running = "5k JPY /month" }

[strategy.plain]
serve = [{ traffic = "work", by = "acme/large" }]
[strategy.better]
title = { en = "Better", ja = "改善" }
serve = [{ traffic = "work", by = "acme/large" }]
levers = ["first", "vain", "trim"]
"#;

const MOVE: &str = "[migration.move]\none_off = \"1k JPY\"\ntakes = \"1 month\"\n";

#[test]
fn tells_what_each_lever_saves_and_draws_it() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("three.toml"), SCENARIO).unwrap();
    let words = ["levers", "three.toml", "-n", "512", "--quiet"];
    let (code, said, wrong) = called(folder.path(), &words);
    assert_eq!((code, wrong.as_str()), (0, ""), "{said}");
    // The strategy that pulls levers; these in the order in which they act.
    let places = ["Better: ", "\ntrim ", "\nvain ", "\nfirst ", "\nall together "]
        .map(|part| said.find(part).unwrap_or_else(|| panic!("{part}: {said}")));
    assert!(places.is_sorted(), "{said}");
    assert!(said.contains("never") && said.contains("2027-04") && said.contains("month 1"), "{said}");
    let out = folder.path().join("output/three-levers");
    for name in ["levers.svg", "levers.png"] {
        assert!(fs::metadata(out.join("charts").join(name)).unwrap().len() > 1000, "{name}");
    }
    let manifest: Value =
        serde_json::from_str(&fs::read_to_string(out.join("manifest.json")).unwrap()).unwrap();
    assert_eq!((&manifest["command"], &manifest["strategy"]), (&"levers".into(), &"better".into()));
    // Each column is described.
    let page = include_str!("../output/README.md").split_once("### `levers.csv`").unwrap().1;
    let page = page.split("\n## ").next().unwrap();
    let csv = fs::read_to_string(out.join("levers.csv")).unwrap();
    let mut lines = csv.trim_start_matches('\u{feff}').lines();
    for column in lines.next().unwrap().split(',') {
        assert!(page.contains(&format!("`{column}`")), "{column}");
    }
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), ["trim", "vain", "first", "all"]);
    // What levers save one after another sums to what they save together; one that finds nothing costs what it costs.
    let saves = |row: &[&str]| row[5].parse::<f64>().unwrap();
    let sum: f64 = rows[..3].iter().map(|row| saves(row)).sum();
    assert!((sum - saves(&rows[3])).abs() < 2.0, "{sum} and {}", rows[3][5]);
    assert_eq!(rows[1][3], "-60000");
}

#[test]
fn says_the_same_in_json_and_in_japanese() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("three.toml"), SCENARIO).unwrap();
    let (code, said, _) = called(folder.path(), &["levers", "three.toml", "-n", "256", "--quiet", "--json"]);
    assert_eq!(code, 0);
    let json: Value = serde_json::from_str(&said).unwrap();
    let ids: Vec<&str> =
        json["levers"].as_array().unwrap().iter().map(|one| one["lever"].as_str().unwrap()).collect();
    assert_eq!(ids, ["trim", "vain", "first"]);
    let of = |path: &str| json.pointer(path).unwrap().as_f64().unwrap();
    assert!(of("/levers/0/saves_alone/low") <= of("/levers/0/saves_alone/mean"));
    assert!(of("/with_all_levers/mean") < of("/without_levers/mean"));
    let words = ["levers", "three.toml", "-n", "256", "--quiet", "--lang", "ja", "--force"];
    let (code, said, _) = called(folder.path(), &words);
    assert_eq!(code, 0);
    assert!(said.contains("改善：削減策なし") && said.contains("回収せず"), "{said}");
}

/// What makes answers too poor sheds requests, and is not taken for a saving; what changes nothing never pays back.
#[test]
fn what_is_no_longer_served_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let text = SCENARIO
        .replace("[traffic.work]", "[traffic.work]\nneeds_quality = { answers = \"80 %\" }")
        .replace(
            "[vendor.acme.llm.large.rates]",
            "[vendor.acme.llm.large]\nquality = { answers = \"85 %\" }\n[vendor.acme.llm.large.rates]",
        )
        .replace(
            "[vendor.acme.llm.small.rates]",
            "[vendor.acme.llm.small]\nquality = { answers = \"70 %\" }\n[vendor.acme.llm.small.rates]",
        )
        .replace(
            "cut = \"20 % to 30 %\"",
            "cut = \"20 % to 30 %\"\nquality_change = { answers = \"-10 points\" }",
        )
        .replace("rollout = { running = \"5k JPY /month\" }", "");
    fs::write(folder.path().join("three.toml"), &text).unwrap();
    let (code, said, _) = called(folder.path(), &["levers", "three.toml", "-n", "128", "--quiet"]);
    assert_eq!(code, 0, "{said}");
    assert!(said.contains("served") && said.contains("100%"), "{said}");
    let words = ["levers", "three.toml", "-n", "128", "--quiet", "--json", "--force"];
    let json: Value = serde_json::from_str(&called(folder.path(), &words).1).unwrap();
    let unserved = |at: &str| json.pointer(at).unwrap().as_f64().unwrap();
    assert!(unserved("/unserved_without_levers") < 1e-12);
    // Who tries first has a judge, and serves from June on what nobody else may.
    assert!(unserved("/levers/0/unserved_in_order") > 1.0 - 1e-12);
    let last = unserved("/levers/2/unserved_in_order");
    assert!(last > 0.3 && last < 1.0, "{json}");
    assert_eq!(json["levers"][1]["lever"], "vain");
    assert!(json["levers"][1]["payback_months_alone"]["p50"].is_null(), "{json}");
    // Without a column nobody needs.
    fs::write(folder.path().join("three.toml"), SCENARIO).unwrap();
    let (_, said, _) = called(folder.path(), &["levers", "three.toml", "-n", "128", "--quiet", "--force"]);
    assert!(!said.contains("served"), "{said}");
}

#[test]
fn what_cannot_be_told_apart_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |text: &str| fs::write(folder.path().join("three.toml"), text).unwrap();
    write(SCENARIO);
    let refused = |words: &[&str], expected: &str| {
        let (code, _, wrong) = called(folder.path(), &[&["levers", "three.toml"], words].concat());
        assert_eq!(code, 2, "{wrong}");
        assert!(wrong.contains(expected), "{wrong}");
    };
    refused(&["--strategy", "beter"], "did you mean `better`?");
    refused(&["--strategy", "plain"], "the strategy `plain` pulls no lever");
    write(&SCENARIO.replace("levers = [\"first\", \"vain\", \"trim\"]", ""));
    refused(&[], "no strategy of this scenario pulls a lever");
    write(&format!(
        "{SCENARIO}switch.back = {{ when = {{ date = \"2027-09\" }}, to = \"plain\", migration = \"move\" }}\n{MOVE}"
    ));
    refused(&["--strategy", "better"], "gives way to others");
}
