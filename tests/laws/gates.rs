//! Gates: closed forms of their measures, and how they add up, path by path.

use tokencast::analysis::{findings, passages};
use tokencast::engine::{Settings, simulate};
use tokencast::model::{Model, resolve};
use tokencast::scenario::{Scenario, load};

use super::support::close;
use super::whole::Text;

/// Two streams: chat may go to the API, and nobody serves half of the notes. A request of chat is 2 calls of 800 + 200
/// tokens, one of notes 1 call of 100 + 100; a Mtok costs 1 USD in and 4 USD out, and 1 USD is the price of refusing.
const TWO: &str = r#"
title = "Gates"
currency = "USD"
start = "2027-01"
months = 24

[traffic.chat]
requests = { geometric_brownian = { initial = "1M /month", drift = "10 % /year", annual_volatility = "30 %" } }
agent = { calls = 2 }
input_tokens = 800
output_tokens = 200

[traffic.notes]
requests = "500k to 2M /month"
input_tokens = 100
output_tokens = 100
shed_cost = "1 USD /request"

[vendor.acme.llm.one]
rates = { input = "1 USD /Mtok", output = "4 USD /Mtok" }

[strategy.api]
serve = [{ traffic = "chat", by = "acme/one" }, { traffic = "notes", by = "acme/one", share = "50 %" }]
"#;

fn read(gates: &str) -> (Scenario, Model) {
    let loaded = load(&Text(format!("{TWO}\n{gates}")), "gates.toml", &[]);
    assert!(!loaded.diagnostics.has_errors(), "{:?}", loaded.diagnostics);
    let scenario = loaded.scenario.unwrap();
    let (model, mistakes) = resolve(&scenario);
    assert!(!mistakes.has_errors(), "{mistakes:?}");
    (scenario, model.unwrap())
}

const GATES: &str = r#"
[gate.all]
measure = "served_share"
at_least = { p5 = "50 %" }
[gate.chat]
measure = "served_share"
traffic = "chat"
at_least = { p1 = "100 %" }
[gate.notes]
measure = "served_share"
traffic = "notes"
at_least = { mean = "60 %" }
at_most = { mean = "50 %" }
[gate.request]
measure = "cost_per_request"
at_most = { mean = "1 USD /request" }
[gate.token]
measure = "cost_per_token"
until = "2027-06"
at_most = { mean = "1 USD /Mtok" }
[gate.total]
measure = "total_cost"
at_most = { p99 = "1 USD" }
[gate.first]
measure = "total_cost"
until = "2027-09"
at_most = { p99 = "1 USD" }
[gate.rest]
measure = "total_cost"
from = "2027-10"
at_most = { p99 = "1 USD" }
[gate.gpus]
measure = "gpus"
at_most = { p99 = 0 }
[gate.busy]
measure = "utilization"
at_least = { mean = "90 %" }
"#;

#[test]
fn measures_are_what_they_say_in_every_path() {
    let (_, model) = read(GATES);
    let outcomes = simulate(&model, &Settings { paths: 1500, ..Settings::default() }, &()).unwrap();
    let totals = &outcomes.strategies[0].totals;
    let place = |id: &str| model.gates.iter().position(|gate| gate.id == id).unwrap();
    let gate = |id: &str| &totals.gates[place(id)];
    for path in 0..1500 {
        let of = |id: &str| gate(id)[path];
        close(of("chat"), 1.0, 1e-12);
        close(of("notes"), 0.5, 1e-12);
        close(of("total"), totals.nominal[path], 1e-12);
        close(of("first") + of("rest"), totals.nominal[path], 1e-12);
        // A share `s` of all is served: chat is c, notes n, s = (c + n/2) / (c + n), so that n over c is known.
        let share = of("all");
        let notes = (1.0 - share) / (share - 0.5);
        let cost = 2.0 * (800.0 + 4.0 * 200.0) / 1e6 + notes * (0.5 * (100.0 + 4.0 * 100.0) / 1e6 + 0.5);
        close(of("request"), cost / (1.0 + 0.5 * notes), 1e-9);
        assert!(of("gpus") == 0.0 && of("busy").is_nan());
    }
    // In the first months cost per token and served share of tokens hang together in the same way, but their own months count.
    let (whole, early) = (gate("request"), gate("token"));
    assert!(whole.iter().zip(early).any(|(a, b)| (a / b - whole[0] / early[0]).abs() > 1e-6));
    // No lane sees another.
    let narrow = simulate(&model, &Settings { paths: 1500, batch: 7, ..Settings::default() }, &()).unwrap();
    for (a, b) in totals.gates.iter().flatten().zip(narrow.strategies[0].totals.gates.iter().flatten()) {
        assert!(a.to_bits() == b.to_bits());
    }
}

#[test]
fn without_uncertainty_a_price_per_token_is_the_list_price() {
    let gates = "[strategy.chat]\nserve = [{ traffic = \"chat\", by = \"acme/one\" }]\n\
                 [gate.token]\nmeasure = \"cost_per_token\"\nat_most = { mean = \"1 USD /Mtok\" }\n";
    let text = format!("{TWO}\n{gates}").replace("\"500k to 2M /month\"", "\"0 /month\"");
    let loaded = load(&Text(text), "gates.toml", &[]);
    let (model, _) = resolve(&loaded.scenario.unwrap());
    let outcomes = simulate(&model.unwrap(), &Settings { paths: 100, ..Settings::default() }, &()).unwrap();
    // 0.8 Mtok in at 1 USD and 0.2 Mtok out at 4 USD.
    outcomes.strategies[1].totals.gates[0].iter().for_each(|price| close(*price, 1.6e-6, 1e-12));
}

#[test]
fn limits_are_judged_from_their_side_and_rounding_breaks_none() {
    let (scenario, model) = read(GATES);
    let found = findings(&model, simulate(&model, &Settings::default(), &()).unwrap());
    let gates = scenario.questions.gates.iter().map(|(_, gate)| gate);
    let judged = passages(&model, &found.strategies[0], gates);
    let broken: Vec<(&str, bool)> =
        judged.iter().filter(|p| p.broken()).map(|p| (p.gate.as_str(), p.at_least)).collect();
    assert_eq!(
        broken,
        [("notes", true), ("token", false), ("total", false), ("first", false), ("rest", false)],
        "{judged:?}"
    );
    // What nobody has breaks nothing, and has no value.
    assert!(judged.iter().any(|p| p.gate == "busy" && p.value.is_none()));
    let shares = &found.strategies[0].served_by_stream;
    close(shares[0].unwrap(), 1.0, 1e-12);
    close(shares[1].unwrap(), 0.5, 1e-12);
}

#[test]
fn gates_change_no_other_number() {
    let paths = Settings { paths: 2000, ..Settings::default() };
    let (with, without) = (read(GATES).1, read("").1);
    let of = |model: &Model| simulate(model, &paths, &()).unwrap().strategies.remove(0).totals.nominal;
    assert_eq!(of(&with), of(&without));
}
