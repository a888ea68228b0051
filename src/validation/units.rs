//! Throughput units by the whole engine.

use super::whole::found;
use super::{Row, Table, Tolerance};
use crate::finance::Measure;

pub(super) const TABLE: Table = Table {
    name: "T20",
    title: "requests an hour of 1,000 tokens in and 100 out that 15 throughput units carry",
    source: "Azure's documentation of PTU sizing (input tokens a minute and unit, weight of a token out), read 2026-11-22",
    defects: "a quota, not a promise of capacity; what a unit costs is not printed there",
    rows,
};

/// Far more is asked for than fits, in all hours alike.
const UNITS: &str = r#"
title    = "Units"
use      = ["builtin:prices/azure-ptu.toml"]
currency = "USD"
start    = "2026-04"
months   = 1
hours_per_month = 720

[traffic.work]
requests      = "720M /month"
input_tokens  = 1000
output_tokens = 100
hourly_noise  = 0
shed_cost     = "0.01 USD /request"

[supply.units.provisioned]
of    = "azure/gpt-5"
buy   = "on_demand"
units = "15 PTU"

[strategy.units]
serve = [{ traffic = "work", by = "units" }]
"#;

fn rows() -> Vec<Row> {
    let served = |tokens: f64, weight: f64| {
        let at = "vendor.azure.llm.gpt-5.provisioned";
        let set = [
            format!("{at}.tokens_per_unit=\"{tokens} tokens /min\""),
            format!("{at}.output_weight={weight}"),
        ];
        Some(found(UNITS, &[], &set)?.strategies.first()?.measured(Measure::Served) / 720.0)
    };
    [("gpt-5", 4750.0, 8.0, 2375.0), ("gpt-4.1", 3000.0, 4.0, 1_928.571_428_571)]
        .into_iter()
        .map(|(llm, tokens, weight, expected)| {
            let what = format!("{llm}: {tokens} a unit, weight {weight}");
            Row::new(what, expected, served(tokens, weight).unwrap_or(f64::NAN), Tolerance::Share(1e-9))
        })
        .collect()
}
