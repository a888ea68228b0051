//! How vendors fare: distress by rating and by an intensity that moves, and two vendors against outages, by the whole engine.

use super::whole::model;
use super::{Row, Table, Tolerance};
use crate::analysis::findings;
use crate::engine::{Settings, fates, simulate};
use crate::random::Design;

pub(super) const TABLE: Table = Table {
    name: "VEN",
    title: "vendors in distress and requests served, in 16,384 futures",
    source: "S&P's default rates of one and five years, 1981 to 2024, joined by Weibull curves; survival exp(A − B·r) of Cox, \
             Ingersoll and Ross 1985; availability 1 − u₁·u₂ of two vendors that fail apart (computed 2026-11-22)",
    defects: "an intensity holds through its month: while it rises, distress comes up to 0.1 % of futures later",
    rows,
};

const VENDORS: &str = r#"
title    = "Vendors"
currency = "USD"
start    = "2027-01"
months   = 60

[traffic.work]
requests      = "1M /month"
input_tokens  = 1000
output_tokens = 0
shed_cost     = "1 USD /request"

[vendor.first.llm.x]
rates = { input = "1 USD /Mtok", output = "1 USD /Mtok" }
[vendor.second.llm.x]
rates = { input = "1 USD /Mtok", output = "1 USD /Mtok" }

[hazard.first.outage]
hits         = ["first"]
availability = "99.71 %"
duration     = "1 h"
[hazard.second.outage]
hits         = ["second"]
availability = "99.63 %"
duration     = "1 h"

[strategy.two]
serve = [{ traffic = "work", by = "first/x" }, { traffic = "work", by = "second/x" }]
"#;

/// A vendor's chance of distress, and what is known of it.
struct Chance {
    name: &'static str,
    written: &'static str,
    /// Months, and the share of futures in which it has got into distress by then.
    known: &'static [(usize, f64)],
}

const CHANCES: [Chance; 5] = [
    Chance { name: "rated BBB", written: "{ rating = \"BBB\" }", known: &[(36, 0.006619472329650211)] },
    Chance { name: "rated BB", written: "{ rating = \"BB\" }", known: &[(36, 0.027648883440813288)] },
    Chance { name: "rated CCC", written: "{ rating = \"CCC/C\" }", known: &[(36, 0.3917143574869788)] },
    Chance { name: "26.12 % a year", written: "{ per_year = \"26.12 %\" }", known: &[(36, 0.596744)] },
    Chance {
        name: "by an intensity from 3 % to 6 % a year",
        written: "{ intensity = { square_root = { initial = \"0.03 /year\", mean = \"0.06 /year\", \
                  half_life = \"1.3862943611198906 years\", annual_volatility = 0.40824829046386296 } } }",
        known: &[
            (12, 1.0 - 0.9643001105306183),
            (36, 1.0 - 0.8757110478097688),
            (60, 1.0 - 0.7843735567478917),
        ],
    },
];

const PATHS: u64 = 16_384;

fn rows() -> Vec<Row> {
    let hazard = |(place, chance): (usize, &Chance)| {
        let chance = chance.written;
        format!(
            "[vendor.v{place}]\n[hazard.v{place}.vendor_distress]\nvendor = \"v{place}\"\nchance = {chance}\n\
             stressed = {{ lasts = \"1000 months\" }}\nends = {{ recovers = {{ weight = 1 }} }}\n"
        )
    };
    let hazards: String = CHANCES.iter().enumerate().map(hazard).collect();
    let model = model(&format!("{VENDORS}{hazards}"), &[], &[]);
    let found = model.as_ref().and_then(|model| fates(model, Design::default(), PATHS, &()).ok());
    let mut rows = Vec::new();
    for (place, Chance { name, known, .. }) in CHANCES.iter().enumerate() {
        let id = format!("v{place}");
        let fate = found.as_ref().and_then(|found| found.vendors.iter().find(|fate| fate.id == id));
        for (months, expected) in *known {
            let healthy = fate.map_or(f64::NAN, |fate| fate.phases[months - 1][0] as f64);
            let got = 1.0 - healthy / PATHS as f64;
            let what = format!("{name}: in distress within {months} months");
            rows.push(Row::new(what, *expected, got, Tolerance::Absolute(0.002)));
        }
    }
    let settings = Settings { paths: PATHS, ..Settings::default() };
    let served = model.and_then(|model| {
        let outcomes = simulate(&model, &settings, &()).ok()?;
        Some(findings(&model, outcomes).strategies.first()?.served_share())
    });
    let what = "two vendors up 99.71 % and 99.63 % of the time: requests served";
    rows.push(Row::new(what, 0.99998927, served.unwrap_or(f64::NAN), Tolerance::Absolute(1e-6)));
    rows
}
