//! Levers, each against requests drawn one by one or figures by hand; alone, together, and in any order.

use tokencast::analysis::Findings;
use tokencast::finance::{Component, Measure};

use super::support::{close, mean_is, near};
use super::whole::{refused, run};

/// A million requests of 1,000 tokens in and 500 out: 1,000 + 2,000 USD a month at acme, a tenth of that at mini.
pub(super) fn scenario(traffic: &str, strategy: &str, levers: &str) -> String {
    format!(
        r#"
title = "Levers"
currency = "USD"
start = "2027-01"
months = 3

[run]
sampling = "plain"

[traffic.work]
requests = "1M /month"
week = "flat"
hourly_noise = 0
input_tokens = 1000
output_tokens = {{ mean = 500, spread = {{ lognormal = {{ median = 1, sigma = 0.8 }} }} }}
cacheable = 0.5
can_wait = {{ share = 0.4, up_to = "1 day" }}
shed_cost = "0.01 USD /request"
{traffic}

[vendor.acme.llm.terra]
rates = {{ input = "1 USD /Mtok", output = "4 USD /Mtok" }}
factors = {{ batch = 0.5 }}
cache = {{ read = "0.1 USD /Mtok" }}

[vendor.mini.llm.luna]
rates = {{ input = "0.1 USD /Mtok", output = "0.4 USD /Mtok" }}

[vendor.cloud.gpu.h200]
rates = {{ on_demand = "4 USD /GPU-hour" }}
[llm.open]
[deployment.open]
llm = "open"
gpu = "h200"
gpus = 1
capacity = {{ measured = {{ input_tokens = 1000, output_tokens = 500, points = [{{ concurrency = 32, ttft = "1 s", tpot = "40 ms" }}, {{ concurrency = 64, ttft = "1 s", tpot = "40 ms" }}] }} }}
capacity_error = 1
[supply.own.rented]
deployment = "open"
gpus = "cloud/h200"
fleet = {{ utilization_target = 1, min_replicas = 0, spare_replicas = 0 }}

{levers}

[strategy.go]
serve = [{{ traffic = "work", by = "acme/terra" }}]
{strategy}
"#
    )
}

pub(super) fn list(ids: &str) -> String {
    format!("levers = [{ids}]")
}

/// Cash of a month with these levers, each `(id, text)`.
fn cost(levers: &[(&str, &str)]) -> f64 {
    total(&found(levers)) / 3.0
}

fn found(levers: &[(&str, &str)]) -> Findings {
    let ids: Vec<String> = levers.iter().map(|(id, _)| format!("\"{id}\"")).collect();
    let text: Vec<String> = levers.iter().map(|(id, text)| format!("[lever.{id}.{text}\n")).collect();
    run(&scenario("", &list(&ids.join(", ")), &text.concat()), 64)
}

/// Nothing is owned here, so that every component is cash.
pub(super) fn total(found: &Findings) -> f64 {
    found.strategies[0].components.iter().flatten().sum()
}

/// Numbers by chance between 0 and 1: `SplitMix64` (Steele, Lea, Flood 2014); other seeds are other streams.
pub(super) fn uniforms(seed: u64, count: usize) -> Vec<f64> {
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let start = mix(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    let next = |i: usize| {
        let state = start.wrapping_add((i as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15));
        ((mix(state) >> 11) as f64 + 0.5) / (1_u64 << 53) as f64
    };
    (0..count).map(next).collect()
}

const TRIM: (&str, &str) = ("trim", "prompt_trim]\ncut = 0.3");
const CAP: (&str, &str) = ("cap", "response_cap]\ncap = 600\nretries = 0.25");
const EXACT: (&str, &str) = ("exact", "exact_cache]\nhit_rate = 0.1");
const MEANT: (&str, &str) = ("meant", "semantic_cache]\nhit_rate = 0.2\nlookup = \"0.0001 USD /request\"");
const ROUTE: (&str, &str) = ("route", "routing]\nto = \"mini/luna\"\nshare = 0.5");
const TRY: (&str, &str) = ("try", "cascade]\nfirst = \"mini/luna\"\nescalates = 0.3");
const PREFIX: (&str, &str) = ("prefix", "prefix_cache]\nhit_rate = 0.6");
const BATCH: (&str, &str) = ("batch", "batch]\nshare = 0.5");
const DEAL: (&str, &str) = ("deal", "negotiated_discount]\nvendor = \"acme\"\ndiscount = 0.1");

#[test]
fn each_lever_alone_saves_what_it_says() {
    close(cost(&[]), 3_000.0, 1e-12);
    close(cost(&[TRIM]), 0.7 * 1_000.0 + 2_000.0, 1e-12);
    close(cost(&[EXACT]), 0.9 * 3_000.0, 1e-12);
    // Each request is looked up, found or not.
    close(cost(&[MEANT]), 0.8 * 3_000.0 + 100.0, 1e-12);
    close(cost(&[ROUTE]), 0.5 * 3_000.0 + 0.5 * 300.0, 1e-12);
    // c_small + p · c_large.
    close(cost(&[TRY]), 300.0 + 0.3 * 3_000.0, 1e-12);
    close(cost(&[PREFIX]), 3_000.0 - 1_000.0 * 0.5 * 0.6 * 0.9, 1e-12);
    close(cost(&[BATCH]), 3_000.0 * (1.0 - 0.4 * 0.5 * 0.5), 1e-12);
    close(cost(&[DEAL]), 0.9 * 3_000.0, 1e-12);
}

/// Answers of many requests, cut one by one; some of those that were cut are asked for once more.
#[test]
fn a_cap_is_what_many_requests_make_of_it() {
    let (lengths, again, second) = (uniforms(1, 400_000), uniforms(2, 400_000), uniforms(3, 400_000));
    let answer = |u: f64| 500.0 * (0.8 * tokencast::math::normal_quantile(u) - 0.32).exp();
    let price = |tokens: f64| 1_000.0 * 1e-6 + tokens.min(600.0) * 4e-6;
    let costs: Vec<f64> = (0..lengths.len())
        .map(|i| {
            let tokens = answer(lengths[i]);
            let more = tokens > 600.0 && again[i] < 0.25;
            price(tokens) + if more { price(answer(second[i])) } else { 0.0 }
        })
        .collect();
    mean_is(&costs, cost(&[CAP]) / 1e6);
    // E[min(X, c)] = E[X]·Φ((ln c − µ − σ²)/σ) + c·Φ(−(ln c − µ)/σ), without retries.
    let phi = tokencast::math::normal_cdf;
    let z = ((600.0_f64 / 500.0).ln() + 0.32) / 0.8;
    let capped = 500.0 * phi(z - 0.8) + 600.0 * phi(-z);
    close(cost(&[("cap", "response_cap]\ncap = 600\nretries = 0")]), 1_000.0 + 4.0 * capped, 1e-9);
    // A cap that nobody meets changes nothing.
    close(cost(&[("cap", "response_cap]\ncap = 1e9\nretries = 1")]), 3_000.0, 1e-9);
}

/// Each request meets each lever by chance, in the stated order.
#[test]
fn levers_together_are_what_many_requests_make_of_them() {
    let chance: Vec<Vec<f64>> = (11..17).map(|seed| uniforms(seed, 300_000)).collect();
    let costs: Vec<f64> = (0..300_000)
        .map(|i| {
            let met = |k: usize, share: f64| chance[k][i] < share;
            if met(0, 0.1) {
                return 0.0;
            }
            let looked_up = 0.0001;
            if met(1, 0.2) {
                return looked_up;
            }
            let full = 700.0 * 1e-6 + 500.0 * 4e-6;
            let cached = if met(4, 0.5) { 700.0 * 0.5 * 0.6 * 0.9e-6 } else { 0.0 };
            if met(2, 0.5) {
                return looked_up + full / 10.0;
            }
            let waits = met(3, 0.4) && met(5, 0.5);
            // A batch does not read the cache; whoever shares a stream finds its prefixes half as often: 0.5 · 0.6.
            let asked = if waits { full / 2.0 } else { full - cached };
            looked_up + 0.9 * asked
        })
        .collect();
    mean_is(&costs, cost(&[TRIM, EXACT, MEANT, ROUTE, PREFIX, BATCH, DEAL]) / 1e6);
}

#[test]
fn the_order_of_a_list_does_not_matter() {
    let all = [TRIM, CAP, EXACT, MEANT, ROUTE, TRY, PREFIX, BATCH, DEAL];
    let mut turned = all;
    turned.reverse();
    assert_eq!(cost(&all), cost(&turned));
}

#[test]
fn levers_that_do_nothing_change_nothing() {
    let none: Vec<(&str, String)> = [TRIM, EXACT, MEANT, ROUTE, PREFIX, BATCH, DEAL]
        .iter()
        .map(|(id, text)| {
            let (head, rest) = text.split_once('\n').unwrap();
            let still = rest.lines().filter(|line| !line.starts_with("lookup")).map(|line| {
                let (key, value) = line.split_once(" = ").unwrap();
                if value.starts_with('"') { line.to_owned() } else { format!("{key} = 0") }
            });
            (*id, format!("{head}\n{}", still.collect::<Vec<_>>().join("\n")))
        })
        .collect();
    for (id, text) in &none {
        close(cost(&[(id, text)]), 3_000.0, 1e-12);
    }
}

/// What is served stays the same, and what it costs falls by no less than the lever itself costs.
#[test]
fn no_lever_makes_the_same_work_dearer_than_its_own_cost() {
    let running = "\nrollout = { from = \"2027-02\", ramp = \"1 month\", one_off = \"50 USD\", running = \"7 USD /month\" }";
    for (id, text) in [TRIM, EXACT, MEANT, ROUTE, TRY, PREFIX, BATCH, DEAL] {
        let found = found(&[(id, &format!("{text}{running}"))]);
        let strategy = &found.strategies[0];
        let levers: f64 = strategy.components.iter().map(|month| month[Component::Levers as usize]).sum();
        assert!(levers >= 50.0 + 2.0 * 7.0 - 1e-9, "{id}: {levers}");
        assert!(total(&found) - levers < 3.0 * 3_000.0, "{id}");
        close(strategy.components[0][Component::ApiTokens as usize], 3_000.0, 1e-12);
        for month in &strategy.measures {
            close(month[Measure::Served as usize], 1e6, 1e-12);
        }
    }
}

#[test]
fn more_demand_never_costs_less() {
    let all = [TRIM, CAP, EXACT, MEANT, ROUTE, TRY, PREFIX, BATCH, DEAL];
    let ids: Vec<String> = all.iter().map(|(id, _)| format!("\"{id}\"")).collect();
    let text: Vec<String> = all.iter().map(|(id, text)| format!("[lever.{id}.{text}\n")).collect();
    let mut before = 0.0;
    for requests in ["1M", "1.5M", "4M"] {
        let text = scenario("", &list(&ids.join(", ")), &text.concat())
            .replace("\"1M /month\"", &format!("\"{requests} /month\""));
        let now = total(&run(&text, 64));
        assert!(now > before);
        before = now;
    }
}

/// Where a lever is half there, half of its effect is.
#[test]
fn a_ramp_lets_effects_grow() {
    let found =
        found(&[("trim", "prompt_trim]\ncut = 0.4\nrollout = { from = \"2027-02\", ramp = \"1 month\" }")]);
    for (month, expected) in [3_000.0, 2_800.0, 2_600.0].into_iter().enumerate() {
        close(found.strategies[0].components[month][Component::ApiTokens as usize], expected, 1e-12);
    }
}

/// `1 − exp(−λT)` for each of N prefixes; a cache that holds C of them finds at most C/N.
#[test]
fn hits_follow_from_how_often_prefixes_are_used() {
    let hit_rate = |reuse: &str| {
        let text = format!("prefix_cache]\nlasts = \"5 min\"\nreuse = {{ {reuse} }}");
        let month: f64 = found(&[("prefix", &text)]).strategies[0].components[0].iter().sum();
        (3_000.0 - month) / (1_000.0 * 0.5 * 0.9)
    };
    // January has 744 hours.
    let again = 1e6 / 744.0 / 12.0;
    near(hit_rate("prefixes = 100"), 1.0 - (-again / 100.0_f64).exp(), 1e-9);
    near(hit_rate("prefixes = 1000"), 1.0 - (-again / 1000.0_f64).exp(), 1e-9);
    near(hit_rate("prefixes = 1000, holds = 50"), 0.05, 1e-9);
}

const OWN: &str = "[strategy.own]\nserve = [{ traffic = \"work\", by = \"own\" }]\n";

/// Replica-hours of a rented fleet that are busy in a month of 744 hours with these levers: a replica has one GPU.
pub(super) fn busy(levers: &str, ids: &str) -> f64 {
    let text = scenario("", "", &format!("{levers}\n{OWN}{}\n", list(ids)));
    let found = run(&text, 64);
    let own = found.strategies.iter().find(|one| one.id == "own").unwrap();
    own.measures[0][Measure::BusyGpuHours as usize]
}

/// Replicas are busy for less as the throughput rises; output alone is written faster by drafts.
#[test]
fn faster_replicas_are_busy_for_less() {
    // 64 calls at once, each a second and 499 further tokens of 40 ms.
    let hours = |decode: f64| 1e6 * (1.0 + 499.0 * 0.04 / decode) / 64.0 / 3600.0;
    close(busy("", ""), hours(1.0), 1e-9);
    let quantized = "[lever.q.quantization]\nsupplies = [\"own\"]\nthroughput = 2\n";
    close(busy(quantized, "\"q\""), hours(1.0) / 2.0, 1e-9);
    let sparse = format!("{quantized}[lever.s.sparsity]\nsupplies = [\"own\"]\nthroughput = 1.5\n");
    close(busy(&sparse, "\"s\", \"q\""), hours(1.0) / 3.0, 1e-9);
    // Leviathan et al. 2023: (1 − a^(k+1)) / ((1 − a)(1 + k c)).
    let (a, k, c): (f64, i32, f64) = (0.8, 4, 0.05);
    let faster = (1.0 - a.powi(k + 1)) / ((1.0 - a) * (1.0 + f64::from(k) * c));
    let drafts = "[lever.d.speculative_decoding]\nsupplies = [\"own\"]\ndraft_tokens = 4\nacceptance = 0.8\ndraft_cost = 0.05\n";
    let found = busy(drafts, "\"d\"");
    close(found, hours(faster), 1e-9);
    // No draft is right: the llm is as slow as drafting makes it.
    let vain = drafts.replace("0.8", "0");
    let found = busy(&vain, "\"d\"");
    close(found, hours(1.0 / 1.2), 1e-9);
    // Half of the way there in the first month of two: tables of capacity are linear in logarithms between speeds.
    let ramp = format!("{drafts}rollout = {{ ramp = \"1 month\" }}\n");
    let found = busy(&ramp, "\"d\"");
    close(found, hours(0.5 + faster / 2.0), 1e-3);
}

#[test]
fn what_would_count_twice_is_refused() {
    let two = |first: (&str, &str), second: &str, strategy: &str| {
        let levers = format!("[lever.{}.{}\n[lever.again.{second}\n", first.0, first.1);
        refused(&scenario("", &format!("levers = [\"{}\", \"again\"]\n{strategy}", first.0), &levers))
    };
    for first in [TRIM, CAP, EXACT, MEANT, ROUTE, TRY, PREFIX, BATCH, DEAL] {
        assert_eq!(two(first, first.1, ""), ["counted-twice"], "{first:?}");
    }
    let contract = "[contract.deal.negotiated_discount]\nvendors = [\"acme\"]\ndiscount = 0.1\n";
    let with = |strategy: &str, levers: &str| refused(&scenario("", strategy, levers));
    let deal = format!("{contract}[lever.deal.{}\n", DEAL.1);
    assert_eq!(with("levers = [\"deal\"]\ncontracts = [\"deal\"]", &deal), ["counted-twice"]);
    let drafts = "draft_tokens = 4\nacceptance = 0.7\ndraft_cost = 0.05";
    let lever = format!("[lever.d.speculative_decoding]\nsupplies = [\"own\"]\n{drafts}\n");
    let both = format!("{lever}[deployment.open.speculative_decoding]\n{drafts}\n");
    let twice =
        refused(&scenario("", "levers = [\"d\"]", &both).replace("by = \"acme/terra\"", "by = \"own\""));
    assert_eq!(twice, ["counted-twice"]);
    let batch = format!("[lever.batch.{}\n", BATCH.1);
    let twice = scenario("", "levers = [\"batch\"]", &batch)
        .replace("by = \"acme/terra\" }", "by = \"acme/terra\", tier = \"batch\" }");
    assert_eq!(refused(&twice), ["counted-twice"]);
}
