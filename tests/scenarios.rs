//! The shipped scenarios: nothing to complain about, the same numbers as when somebody last looked, and the laws of money.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::float_cmp,
    reason = "a test stops at the first surprise"
)]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod common;

use std::fmt::Write;

use common::{Folder, assert_blessed, found, model, outcomes, shipped};
use tokencast::analysis::{Findings, findings};
use tokencast::finance::{Component, Measure, View};

fn findings_of(name: &str, paths: u64) -> Findings {
    found(&model(&Folder::at("scenarios"), &format!("{name}.toml"), &[]), paths)
}

/// Any number that moves is noticed. After a change that is meant: `TOKENCAST_BLESS=1 cargo test --test scenarios`.
#[test]
fn results_are_the_golden_ones() {
    for name in shipped() {
        let findings = findings_of(&name, 2_000);
        let mut text = format!("# 2,000 paths, seed {}, {}\n", findings.design.seed, findings.currency);
        for strategy in &findings.strategies {
            let cost = &strategy.cost;
            let mut put = |key: &str, value: f64| writeln!(text, "{}.{key} {value:?}", strategy.id).unwrap();
            put("mean", cost.mean.value);
            put("p50", cost.p50.value);
            put("p95", cost.p95.value);
            put("cheapest", strategy.cheapest);
            put("served", strategy.served_share());
            if let Some(months) = &strategy.break_even {
                put("break-even.p50", months.p50.unwrap_or(f64::NAN));
                put("break-even.never", months.never);
            }
            for component in Component::ALL.into_iter().filter(|c| strategy.posted[*c as usize]) {
                put(component.name(), strategy.component_mean(component));
            }
        }
        assert_blessed(&format!("tests/golden/{name}.txt"), &text);
    }
}

fn assert_same(found: f64, expected: f64, what: &str) {
    let error = 1e-9 * expected.abs().max(1.0);
    assert!((found - expected).abs() <= error, "{what}: {found} is not {expected}");
}

#[test]
fn money_and_requests_are_conserved() {
    for name in shipped() {
        let model = model(&Folder::at("scenarios"), &format!("{name}.toml"), &[]);
        let outcomes = outcomes(&model, 2_000);
        let totals: Vec<Vec<f64>> = outcomes.strategies.iter().map(|s| s.totals.nominal.clone()).collect();
        let findings = findings(&model, outcomes);
        for (strategy, totals) in findings.strategies.iter().zip(&totals) {
            let what = |law: &str| format!("{name}, {}: {law}", strategy.id);
            let months = 0..findings.months.len();
            let sum = |view| months.clone().map(|month| strategy.month_mean(month, view)).sum::<f64>();
            let mean = totals.iter().sum::<f64>() / totals.len() as f64;
            assert_same(sum(View::Cash), mean, &what("components sum to the total"));
            assert_same(sum(View::Accrual), sum(View::Cash), &what("the books end where the cash does"));
            let years: f64 = strategy.years.iter().map(|year| year.cash).sum();
            assert_same(years, mean, &what("fiscal years sum to the total"));
            for month in &strategy.measures {
                let measured = |measure: Measure| month[measure as usize];
                let whole = measured(Measure::Served) + measured(Measure::Shed);
                assert_same(whole, measured(Measure::Offered), &what("what arrives is served or shed"));
                assert!(measured(Measure::BusyGpuHours) <= measured(Measure::GpuHours) * (1.0 + 1e-9));
            }
        }
        let cheapest: f64 = findings.strategies.iter().map(|strategy| strategy.cheapest).sum();
        assert_same(cheapest, 1.0, "somebody is the cheapest in each path");
    }
}

#[test]
fn only_credits_are_negative() {
    for name in shipped() {
        let findings = findings_of(&name, 2_000);
        for strategy in &findings.strategies {
            for component in Component::ALL.into_iter().filter(|component| !component.may_be_credit()) {
                let all_positive = strategy.components.iter().all(|month| month[component as usize] >= 0.0);
                assert!(all_positive, "{name}, {}: {} is negative", strategy.id, component.name());
            }
        }
    }
}

/// Parts say at their top where their figures come from, so that none of them is of unknown origin.
#[test]
fn every_figure_says_how_it_is_known() {
    for name in shipped() {
        let model = model(&Folder::at("scenarios"), &format!("{name}.toml"), &[]);
        for origin in model.inputs.iter().filter_map(|input| input.origin.as_ref()) {
            let known = &origin.provenance;
            if known.source.as_deref() == Some("tokencast default") {
                continue;
            }
            let whole = known.source.is_some() && known.as_of.is_some() && known.evidence.is_some();
            assert!(whole, "{name}: `{}` lacks source, date or evidence: {known:?}", origin.address);
        }
    }
}

/// The same strategies serve the same worlds, so all of them are offered the same requests, unless users answer to the llms.
#[test]
fn all_strategies_are_offered_the_same_requests() {
    for name in shipped() {
        let findings = findings_of(&name, 2_000);
        if findings.users_answer {
            continue;
        }
        let first = &findings.strategies[0];
        for strategy in &findings.strategies[1..] {
            assert_eq!(strategy.measured(Measure::Offered), first.measured(Measure::Offered), "{name}");
        }
    }
}

/// The API strategy of the support desk with every input fixed, recomputed line by line.
#[test]
fn the_api_bill_of_the_support_desk_is_plain_arithmetic() {
    let set = [
        "traffic.chat.requests=\"1M /month\"",
        "traffic.chat.growth=\"0 % /month\"",
        "traffic.chat.noise=1",
        "traffic.chat.customers.leave=\"0 % /year\"",
        "traffic.chat.season={ jan = 1, may = 1, aug = 1, dec = 1 }",
        "traffic.chat.input_tokens=1000",
        "traffic.chat.output_tokens=300",
        "traffic.chat.agent.calls=3",
        "traffic.chat.agent.retries=0.02",
        "traffic.chat.cacheable=\"50 %\"",
        "traffic.notes.requests.share_of.share=0.2",
        "traffic.notes.input_tokens=3000",
        "traffic.notes.output_tokens=200",
        "fx.USD=\"150 JPY /USD\"",
        "vendor.openai.llm.terra.over_time=1",
        "lever.prompt-cache.prefix_cache.hit_rate=\"60 %\"",
        "lever.prompt-cache.prefix_cache.rollout={ one_off = \"2M JPY\", ramp = \"0 months\" }",
        "operations.desk.role.engineer.fte=\"0.5 FTE\"",
        "operations.desk.role.engineer.salary=\"18M JPY /FTE-year\"",
        "operations.desk.role.engineer.salary_growth=\"0 % /year\"",
        "operations.desk.monitoring.running=\"150k JPY /month\"",
        "operations.desk.incidents.frequency=\"0 /year\"",
    ];
    let findings = found(&model(&Folder::at("scenarios"), "support-desk-tokyo.toml", &set), 2);
    let yen_per_usd = 150.0 * 1.1; // the rate, and 10 % for processing in Japan
    let calls = 1e6 * 3.0 * 1.02;
    let (read, written) = (0.5 * 0.6, 0.5 * 0.4); // of the input: found in the cache, and written to it
    let input = (1.0 - read - written) * 2.0 + read * 0.2 + written * 2.5;
    let chat = calls * (1000.0 * input + 300.0 * 12.0) / 1e6 * yen_per_usd;
    let notes = 0.2e6 * (3000.0 * 2.0 + 200.0 * 12.0) / 1e6 * 0.5 * yen_per_usd;
    let people = 0.5 * 18e6 / 12.0;
    let running = 150e3 + 2e6 / 12.0;
    let total = 36.0 * (chat + notes + people + running) + 2e6 + 3e6;
    assert_same(findings.strategies[0].nominal.mean.value, total, "the bill");
}

/// Whoever looks for an example finds it in the README: by its name, or by a pattern with one `*`.
#[test]
fn the_readme_names_every_scenario() {
    let readme = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/README.md")).unwrap();
    let named: Vec<&str> = readme
        .lines()
        .filter_map(|line| line.strip_prefix("| `scenarios/")?.split_once(".toml`"))
        .map(|(name, _)| name)
        .collect();
    let shipped = shipped();
    for name in &shipped {
        assert!(named.iter().any(|pattern| fits(name, pattern)), "the README does not name {name}");
    }
    for pattern in named {
        assert!(
            shipped.iter().any(|name| fits(name, pattern)),
            "the README names {pattern}, which is not there"
        );
    }
}

fn fits(name: &str, pattern: &str) -> bool {
    match pattern.split_once('*') {
        Some((begin, end)) => name.starts_with(begin) && name.ends_with(end),
        None => name == pattern,
    }
}
