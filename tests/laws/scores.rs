//! How well a strategy answers: mean scores over what it serves.

use super::levers::{list, scenario};
use super::support::close;
use super::whole::run;

/// The mean score of a strategy with one lever or more; acme scores 90 %, mini 70 %.
fn mean(ids: &str, levers: &str) -> f64 {
    let text = scenario("needs_quality = { answers = 0.5 }", &list(ids), levers)
        .replace("[vendor.acme.llm.terra]", "[vendor.acme.llm.terra]\nquality = { answers = 0.9 }")
        .replace("[vendor.mini.llm.luna]", "[vendor.mini.llm.luna]\nquality = { answers = 0.7 }");
    let found = run(&text, 64);
    let [quality] = &found.strategies[0].quality[..] else { panic!("one evaluation") };
    for (month, answers) in quality.by_month.iter().zip(&quality.answers) {
        close(month.unwrap(), quality.mean.unwrap(), 1e-12);
        close(*answers, 1e6, 1e-12);
    }
    quality.mean.unwrap()
}

#[test]
fn scores_are_those_of_who_answers() {
    close(mean("", ""), 0.9, 1e-12);
    let route = "[lever.route.routing]\nto = \"mini/luna\"\nshare = 0.5\n";
    close(mean("\"route\"", route), 0.8, 1e-12);
    // What changes scores changes all answers.
    let trim = "[lever.trim.prompt_trim]\ncut = 0.2\nquality_change = { answers = \"-5 points\" }\n";
    close(mean("\"trim\"", trim), 0.85, 1e-12);
    close(mean("\"trim\", \"route\"", &format!("{trim}{route}")), 0.75, 1e-12);
}

/// A cache repeats what was answered, a judge keeps what is as good.
#[test]
fn caches_and_judges_answer_as_well_as_who_would_have() {
    let cache = "[lever.cache.exact_cache]\nhit_rate = 0.1\n";
    close(mean("\"cache\"", cache), 0.9, 1e-12);
    let first = "[lever.first.cascade]\nfirst = \"mini/luna\"\nescalates = 0.3\n";
    close(mean("\"first\"", first), 0.9, 1e-12);
    let worse = first.replace("0.3", "0.3\nquality_change = { answers = \"-2 points\" }");
    close(mean("\"first\"", &worse), 0.88, 1e-12);
    let route = "[lever.route.routing]\nto = \"mini/luna\"\nshare = 0.5\n";
    close(mean("\"cache\", \"route\"", &format!("{cache}{route}")), 0.1 * 0.9 + 0.9 * 0.8, 1e-12);
}

#[test]
fn where_no_traffic_needs_a_score_none_is_counted() {
    assert!(run(&scenario("", "", ""), 64).strategies[0].quality.is_empty());
}
