//! `tokencast vendor` through the program itself.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[path = "common/program.rs"]
mod program;

use std::fs;

use program::called;
use serde_json::Value;

const SCENARIO: &str = r#"
title = "One vendor"
currency = "JPY"
start = "2027-04"
months = 18
fx.USD = "150 JPY /USD"

[traffic.work]
requests = "1M /month"
input_tokens = 1000
output_tokens = 100
shed_cost = "3 JPY /request"

[vendor.acme]
title = { en = "Acme (invented)", ja = "アクメ（架空）" }
[vendor.acme.llm.large.rates]
input = "1 USD /Mtok"
output = "4 USD /Mtok"

[vendor.acme.finances]
cash = "60M to 90M USD"
other_costs = "5M USD /month"
stressed_below = "6 months"
closes_below = "1 month"
revenue.api = { amount = "4M to 6M USD /month", growth = "-1 % to 4 % /month", compute_cost = 1.1 }
round.next = { sought_below = "9 months", takes = "2 to 6 months", chance = "50 %", raises = "50M USD" }

[hazard.acme-fails.vendor_distress]
vendor = "acme"
chance = "runway"
ends = { acquired = { weight = 1 }, wound_down = { weight = 1, notice = "20 to 90 days" } }

[strategy.stay]
serve = [{ traffic = "work", by = "acme/large" }]
"#;

#[test]
fn tells_survival_cash_and_costs_and_draws_them() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one.toml"), SCENARIO).unwrap();
    let words = ["vendor", "one.toml", "-n", "512", "--quiet"];
    let (code, said, wrong) = called(folder.path(), &words);
    assert_eq!((code, wrong.as_str()), (0, ""), "{said}");
    for part in
        ["Acme (invented) (acme)", "2028-03", "2028-09", "wound down", "median", "always healthy", "¥"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
    let out = folder.path().join("output/one-vendors");
    for name in ["survival.svg", "survival.png", "cash-acme.svg", "cash-acme.png"] {
        assert!(fs::metadata(out.join("charts").join(name)).unwrap().len() > 1000, "{name}");
    }
    // Every table and each of its columns is described.
    let page = include_str!("../output/README.md").split_once("## `tokencast vendor`").unwrap().1;
    for (name, rows) in [("survival.csv", 18 * 4), ("cash.csv", 18), ("outcomes.csv", 4)] {
        let text = fs::read_to_string(out.join(name)).unwrap();
        let mut lines = text.trim_start_matches('\u{feff}').lines();
        let about = page.split_once(&format!("### `{name}`")).unwrap().1.split("\n###").next().unwrap();
        for column in lines.next().unwrap().split(',') {
            assert!(about.contains(&format!("`{column}`")), "{name}: {column}");
        }
        assert_eq!(lines.count(), rows, "{name}");
    }
    // The health of a month divides all futures.
    let survival = fs::read_to_string(out.join("survival.csv")).unwrap();
    let shares = survival.lines().filter(|line| line.contains(",2028-03,")).map(|line| {
        let share = line.split(',').nth(4).unwrap();
        share.parse::<f64>().unwrap()
    });
    assert!((shares.sum::<f64>() - 1.0).abs() < 1e-5);
    // A second run takes the place of the first, and says the same.
    let svg = fs::read(out.join("charts/survival.svg")).unwrap();
    assert_eq!(called(folder.path(), &words).1, said);
    assert_eq!(fs::read(out.join("charts/survival.svg")).unwrap(), svg);
    let (_, said, _) = called(folder.path(), &[&words[..], &["--lang", "ja"]].concat());
    assert!(said.contains("アクメ（架空） (acme)：2028-09 までに廃業"), "{said}");
}

#[test]
fn json_has_every_month_and_counts_that_add_up() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one.toml"), SCENARIO).unwrap();
    let (_, said, _) = called(folder.path(), &["vendor", "one.toml", "-n", "300", "--quiet", "--json"]);
    let found: Value = serde_json::from_str(&said).unwrap();
    let acme = &found["vendors"][0];
    assert_eq!((acme["id"].as_str(), acme["cash_currency"].as_str()), (Some("acme"), Some("USD")));
    assert_eq!(acme["phases"].as_array().unwrap().len(), 18);
    assert_eq!(acme["cash_p5_p25_p50_p75_p95"].as_array().unwrap().len(), 18);
    let paths: u64 =
        acme["outcomes"].as_array().unwrap().iter().map(|outcome| outcome["paths"].as_u64().unwrap()).sum();
    assert_eq!(paths, 300);
}

#[test]
fn says_what_is_missing() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("one.toml"), SCENARIO).unwrap();
    let (code, _, wrong) = called(folder.path(), &["vendor", "one.toml", "--vendor", "acne"]);
    assert!(code == 2 && wrong.contains("did you mean `acme`?"), "{wrong}");
    let (calm, _) = SCENARIO.split_once("[hazard").unwrap();
    let strategy = SCENARIO.split_once("[strategy").unwrap().1;
    fs::write(folder.path().join("calm.toml"), format!("{calm}[strategy{strategy}")).unwrap();
    let (code, _, wrong) = called(folder.path(), &["vendor", "calm.toml"]);
    assert!(code == 2 && wrong.contains("nothing can happen to any vendor"), "{wrong}");
}
