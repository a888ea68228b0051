//! Laws that every kind of lever keeps, and brute force for those whose effect is a formula.

use std::collections::BTreeMap;

use tokencast::analysis::Findings;
use tokencast::finance::{Component, Measure};
use tokencast::lever::KINDS;

use super::levers::{list, scenario, total, uniforms};
use super::support::{close, mean_is};
use super::whole::{refused, run, try_model, warnings};

/// Each registered kind, as a strategy pulls it that asks acme for half of the traffic and an own fleet for the rest.
const EVERY: [(&str, &str); 13] = [
    ("prompt_trim", "cut = \"10 % to 30 %\""),
    ("response_cap", "cap = \"300 to 900 tokens\"\nretries = 0.1"),
    ("exact_cache", "hit_rate = \"5 % to 20 %\""),
    ("semantic_cache", "hit_rate = \"10 % to 30 %\"\nlookup = \"0.0001 USD /request\""),
    ("routing", "to = \"mini/luna\"\nshare = \"40 % to 60 %\""),
    ("distillation", "to = \"mini/luna\"\nshare = \"30 % to 60 %\"\ntraining = \"teach\""),
    ("cascade", "first = \"mini/luna\"\nescalates = \"20 % to 40 %\""),
    ("prefix_cache", "hit_rate = \"40 % to 65 %\"\nsplit = \"warm\""),
    ("batch", "share = \"60 % to 80 %\""),
    ("quantization", "supplies = [\"own\"]\nthroughput = \"1.3 to 1.6\""),
    ("sparsity", "supplies = [\"own\"]\nthroughput = \"1.1 to 1.4\""),
    (
        "speculative_decoding",
        "supplies = [\"own\"]\ndraft_tokens = 4\nacceptance = \"60 % to 80 %\"\ndraft_cost = \"2 % to 8 %\"",
    ),
    ("negotiated_discount", "vendor = \"acme\"\ndiscount = \"5 % to 12 %\""),
];

const TEACH: &str = r#"
[training.teach.full]
llm         = "open"
gpus        = "cloud/h200"
cadence     = { every = "6 months" }
runs        = 1
failed_runs = 0
compute     = { gpu_hours = "100 GPU-hours" }
"#;

/// A strategy that pulls some of them, in this order.
fn text(pulled: &[(&str, &str)], extra: &str, requests: &str) -> String {
    let ids: Vec<String> = pulled.iter().map(|(kind, _)| format!("\"{}\"", kind.replace('_', "-"))).collect();
    let levers: Vec<String> = pulled
        .iter()
        .map(|(kind, text)| format!("[lever.{}.{kind}]\n{text}\n{extra}\n", kind.replace('_', "-")))
        .collect();
    let levers = levers.concat();
    scenario("", &list(&ids.join(", ")), &format!("{levers}{TEACH}"))
        .replace(
            "serve = [{ traffic = \"work\", by = \"acme/terra\" }]",
            "serve = [{ traffic = \"work\", by = \"acme/terra\", share = 0.5 }, { traffic = \"work\", by = \"own\" }]",
        )
        .replace("\"1M /month\"", requests)
}

fn pull(pulled: &[(&str, &str)], extra: &str) -> Findings {
    run(&text(pulled, extra, "\"200M /month\""), 64)
}

#[test]
fn every_kind_is_swept_in_the_order_in_which_it_acts() {
    let names: Vec<&str> = KINDS.iter().map(|kind| kind.name).collect();
    assert_eq!(names, EVERY.map(|(kind, _)| kind));
}

/// What is served stays the same, and what it costs does not rise by more than the lever itself and its training cost.
#[test]
fn no_lever_makes_the_same_work_dearer_than_its_own_cost() {
    let before = pull(&[], "");
    let rollout = "rollout = { from = \"2027-02\", ramp = \"1 month\", one_off = \"50 USD\", running = \"7 USD /month\" }";
    for lever in EVERY {
        let after = pull(&[lever], rollout);
        let of = |component: Component| -> f64 {
            after.strategies[0].components.iter().map(|month| month[component as usize]).sum()
        };
        let own = of(Component::Levers) + of(Component::TrainingCompute);
        assert!(of(Component::Levers) >= 64.0 - 1e-9, "{}", lever.0);
        assert!(total(&after) - own < total(&before) * (1.0 - 1e-6), "{}", lever.0);
        // In the first month there is none of it yet, in the last all of it.
        let month = |found: &Findings, at: usize| found.strategies[0].components[at].iter().sum::<f64>();
        close(month(&after, 0) - of(Component::TrainingCompute), month(&before, 0), 1e-12);
        for month in &after.strategies[0].measures {
            close(month[Measure::Served as usize], 200e6, 1e-12);
            assert!(month[Measure::Shed as usize].abs() < 1e-3, "{}", lever.0);
        }
    }
}

/// A strategy lists levers in any order: they act in that of the registry.
#[test]
fn the_order_of_any_two_does_not_matter() {
    for (place, first) in EVERY.iter().enumerate() {
        for second in &EVERY[place + 1..] {
            let one = total(&pull(&[*first, *second], ""));
            let other = total(&pull(&[*second, *first], ""));
            assert_eq!(one.to_bits(), other.to_bits(), "{} and {}", first.0, second.0);
        }
    }
}

/// Levers that act on different factors save the same share, whoever comes first: trimming and a discount, say.
#[test]
fn what_multiplies_commutes() {
    let api = |pulled: &[(&str, &str)]| {
        let found = run(
            &text(pulled, "", "\"200M /month\"")
                .replace(", share = 0.5 }, { traffic = \"work\", by = \"own\" }", " }"),
            64,
        );
        total(&found)
    };
    let exact = ("exact_cache", "hit_rate = 0.2");
    let deal = ("negotiated_discount", "vendor = \"acme\"\ndiscount = 0.1");
    close(api(&[exact, deal]) / api(&[]), 0.8 * 0.9, 1e-12);
    close(api(&[exact]) / api(&[]), 0.8, 1e-12);
    close(api(&[deal]) / api(&[]), 0.9, 1e-12);
}

#[test]
fn more_demand_never_costs_less_whatever_is_pulled() {
    for lever in EVERY {
        let mut before = 0.0;
        for requests in ["\"100M /month\"", "\"150M /month\"", "\"151M /month\"", "\"400M /month\""] {
            let now = total(&run(&text(&[lever], "", requests), 64));
            assert!(now > before, "{} at {requests}", lever.0);
            before = now;
        }
    }
}

#[test]
fn two_of_a_kind_on_the_same_thing_are_refused() {
    for (kind, body) in EVERY {
        let name = kind.replace('_', "-");
        let both = text(&[(kind, body)], "", "\"1M /month\"")
            .replace(&format!("levers = [\"{name}\"]"), &format!("levers = [\"{name}\", \"again\"]"))
            + &format!("\n[lever.again.{kind}]\n{body}\n");
        let codes = refused(&both);
        assert!(codes.contains(&"counted-twice"), "{kind}: {codes:?}");
    }
    assert!(try_model(&text(&EVERY, "", "\"1M /month\"")).is_ok(), "one of each is fine");
}

/// Writing costs w of the price of input and reading r: a cache pays from a hit rate of (w − 1) / (w − r) on.
#[test]
fn a_prefix_cache_pays_from_its_break_even_on() {
    let cost = |hits: f64| {
        let lever = format!("[lever.cache.prefix_cache]\nhit_rate = {hits}\n");
        let written = scenario("", &list("\"cache\""), &lever).replace(
            "cache = { read = \"0.1 USD /Mtok\" }",
            "cache = { read = \"0.1 USD /Mtok\", writes = [{ lasts = \"5 min\", rate = \"1.25 USD /Mtok\" }] }",
        );
        total(&run(&written, 64)) / 3.0
    };
    let (w, r) = (1.25, 0.1);
    close(cost((w - 1.0) / (w - r)), 3_000.0, 1e-12);
    assert!(cost(0.2) > 3_000.0 && cost(0.25) < 3_000.0);
    // n uses of one prefix cost (w + (n − 1) r) / n of what they would: half of the input repeats here.
    for n in [2.0, 5.0, 40.0_f64] {
        close(cost(1.0 - 1.0 / n), 2_000.0 + 500.0 + 500.0 * (w + (n - 1.0) * r) / n, 1e-12);
    }
}

/// Prefixes that are used by chance, each forgotten some time after its last use: how many calls find theirs.
pub(super) fn found_by_chance(per_hour: f64, prefixes: usize, lasts: f64, holds: usize) -> Vec<f64> {
    const CALLS: usize = 200_000;
    let (gaps, which) = (uniforms(21, CALLS), uniforms(22, CALLS));
    let (mut now, mut last) = (0.0, BTreeMap::new());
    let mut recent: Vec<usize> = Vec::new();
    let mut hits = Vec::with_capacity(CALLS);
    for (gap, which) in gaps.into_iter().zip(which) {
        now -= gap.ln() / per_hour;
        let prefix = (which * prefixes as f64) as usize;
        let held = recent.iter().position(|one| *one == prefix);
        let fresh = last.insert(prefix, now).is_some_and(|before: f64| now - before <= lasts);
        hits.push(f64::from(u8::from(held.is_some() && fresh)));
        held.map(|at| recent.remove(at));
        recent.push(prefix);
        if recent.len() > holds {
            recent.remove(0);
        }
    }
    // The first calls find nothing: the cache is still empty.
    hits.split_off(CALLS / 10)
}

/// False alarms: `mean_is` allows for 5 standard errors, 6e-7 for each of the three.
#[test]
fn prefixes_used_by_chance_are_found_as_often_as_the_formula_says() {
    let hit_rate = |reuse: &str| {
        let lever = format!("[lever.cache.prefix_cache]\nlasts = \"5 min\"\nreuse = {{ {reuse} }}\n");
        let found = run(&scenario("", &list("\"cache\""), &lever), 64);
        (3_000.0 - found.strategies[0].components[0].iter().sum::<f64>()) / (1_000.0 * 0.5 * 0.9)
    };
    // January has 744 hours.
    let per_hour = 1e6 / 744.0;
    for prefixes in [60, 400] {
        let hits = found_by_chance(per_hour, prefixes, 1.0 / 12.0, usize::MAX);
        mean_is(&hits, hit_rate(&format!("prefixes = {prefixes}")));
    }
    // Least recently used, all equally popular, and never forgotten within the hour: so many as fit.
    mean_is(&found_by_chance(per_hour, 60, 1e9, 15), 15.0 / 60.0);
    close(hit_rate("prefixes = 60, holds = 15"), 15.0 / 60.0, 1e-9);
}

/// Drafts accepted by chance, one after another until one is wrong: tokens of a step, Leviathan et al. 2023, equation 1.
#[test]
fn drafts_accepted_by_chance_write_as_many_tokens_as_the_formula_says() {
    for (a, k) in [(0.5, 2_i32), (0.7, 4), (0.9, 8)] {
        let chance = uniforms(31, 400_000);
        let steps = chance.chunks_exact(8).map(|step| {
            let right = step.iter().take(k as usize).take_while(|u| **u < a).count();
            // The first wrong one is replaced, or one more comes with the last.
            1.0 + right as f64
        });
        let steps: Vec<f64> = steps.collect();
        mean_is(&steps, (1.0 - a.powi(k + 1)) / (1.0 - a));
    }
}

/// Each request meets a router, a taught llm and a cascade by chance.
#[test]
fn requests_led_one_by_one_cost_what_the_shares_say() {
    let chance: Vec<Vec<f64>> = (41..44).map(|seed| uniforms(seed, 300_000)).collect();
    let (dear, cheap) = (3_000.0 / 1e6, 300.0 / 1e6);
    let costs: Vec<f64> = (0..300_000)
        .map(|i| match [chance[0][i] < 0.3, chance[1][i] < 0.4, chance[2][i] < 0.25] {
            [true, _, _] | [_, true, _] => cheap,
            [_, _, escalates] => cheap + if escalates { dear } else { 0.0 },
        })
        .collect();
    let levers = "[lever.route.routing]\nto = \"mini/luna\"\nshare = 0.3\n\
                  [lever.taught.distillation]\nto = \"mini/luna\"\nshare = 0.4\ntraining = \"teach\"\n\
                  [lever.first.cascade]\nfirst = \"mini/luna\"\nescalates = 0.25\n";
    let found =
        run(&scenario("", &list("\"first\", \"route\", \"taught\""), &format!("{levers}{TEACH}")), 64);
    let tokens: f64 =
        found.strategies[0].components.iter().map(|month| month[Component::ApiTokens as usize]).sum();
    mean_is(&costs, tokens / 3.0 / 1e6);
}

/// A discount is one on all that a vendor sells: on GPUs that train as on those that serve.
#[test]
fn a_discount_acts_on_what_trains_as_well() {
    let trained = |ids: &str| {
        let lever = "[lever.deal.negotiated_discount]\nvendor = \"cloud\"\ndiscount = 0.25\n";
        let strategy = format!("{}\ntraining = [\"teach\"]", list(ids));
        let found = run(&scenario("", &strategy, &format!("{lever}{TEACH}")), 64);
        found.strategies[0]
            .components
            .iter()
            .map(|month| month[Component::TrainingCompute as usize])
            .sum::<f64>()
    };
    close(trained(""), 100.0 * 4.0, 1e-12);
    close(trained("\"deal\""), 0.75 * 100.0 * 4.0, 1e-12);
}

/// The judge of a cascade is the gate of who tries first; a router has none, and needs an llm that is good enough.
#[test]
fn a_cascade_asks_an_llm_that_may_not_serve_alone() {
    let served = |lever: &str| {
        let text = scenario("needs_quality = { answers = 0.8 }", &list("\"x\""), lever)
            .replace("[vendor.acme.llm.terra]", "[vendor.acme.llm.terra]\nquality = { answers = 0.9 }")
            .replace("[vendor.mini.llm.luna]", "[vendor.mini.llm.luna]\nquality = { answers = 0.7 }");
        total(&run(&text, 64)) / 3.0
    };
    close(served("[lever.x.routing]\nto = \"mini/luna\"\nshare = 0.5\n"), 3_000.0, 1e-12);
    close(served("[lever.x.cascade]\nfirst = \"mini/luna\"\nescalates = 0.3\n"), 300.0 + 900.0, 1e-12);
    // What levers do to scores counts: the large llm is no longer good enough.
    let worse = "[lever.x.prompt_trim]\ncut = 0.2\nquality_change = { answers = \"-15 points\" }\n";
    close(served(worse), 1e6 * 0.01, 1e-12);
}

/// What cannot do anything is said, and nothing else is.
#[test]
fn a_lever_that_does_nothing_is_warned_of() {
    let warned = |lever: &str| {
        let text = scenario("needs_quality = { answers = 0.8 }", &list("\"x\""), lever)
            .replace("[vendor.acme.llm.terra]", "[vendor.acme.llm.terra]\nquality = { answers = 0.9 }")
            .replace("[vendor.mini.llm.luna]", "[vendor.mini.llm.luna]\nquality = { answers = 0.7 }");
        warnings(&text).iter().filter(|code| **code == "no-effect").count()
    };
    assert_eq!(warned("[lever.x.routing]\nto = \"mini/luna\"\nshare = 0.5\n"), 1);
    assert_eq!(warned("[lever.x.cascade]\nfirst = \"mini/luna\"\nescalates = 0.5\n"), 0);
    let better = "quality_change = { answers = \"12 points\" }";
    assert_eq!(warned(&format!("[lever.x.routing]\nto = \"mini/luna\"\nshare = 0.5\n{better}\n")), 0);
    assert_eq!(warned("[lever.x.prompt_trim]\ncut = 0.2\nrollout = { from = \"2027-03\" }\n"), 0);
    assert_eq!(warned("[lever.x.prompt_trim]\ncut = 0.2\nrollout = { from = \"2027-04\" }\n"), 1);
}
