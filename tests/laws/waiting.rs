//! What waits for room: the curve of a queue against an hour-by-hour simulation of another make, and conservation in whole runs.

use tokencast::demand::{LoadCurve, Patience};
use tokencast::finance::{Component, Measure};
use tokencast::math;
use tokencast::model::EventKind;
use tokencast::random::Key;

use super::support::{close, near};
use super::whole::{refused, run};

/// Twelve hours of twice the mean, twelve of nothing.
fn half_days() -> Vec<f64> {
    (0..168).map(|hour| if hour % 24 < 12 { 2.0 } else { 0.0 }).collect()
}

#[test]
fn a_queue_of_three_hours_carries_three_hours_more() {
    // At a capacity of the mean, half of 24 hours' load fits at once; of what waits when the night begins three hours' work.
    let (profile, plain) = (half_days(), LoadCurve::new(&half_days(), 0.0));
    near(plain.excess(1.0), 0.5, 1e-12);
    for (hours, expected) in [(1.0, 11.0), (3.0, 9.0), (6.0, 6.0), (12.0, 0.0)] {
        let queue = Patience::Queue { hours }.curve(&profile, 0.0);
        near(queue.curve.excess(1.0), expected / 24.0, 1e-12);
        assert!(queue.failed.is_none());
    }
    // Tries at random carry a little less: who could still wait is served before who cannot. Each request that is given up was
    // tried four times.
    let tries = Patience::Retry { tries: 3.0, apart: 1.0 }.curve(&profile, 0.0);
    let lost = tries.curve.excess(1.0);
    assert!(lost > 9.0 / 24.0 && lost < 9.5 / 24.0, "{lost}");
    assert!(tries.failed.unwrap().excess(1.0) >= 4.0 * lost);
    // Tries within minutes find the same hour as full as before.
    let quick = Patience::Retry { tries: 3.0, apart: 1.0 / 60.0 }.curve(&profile, 0.0);
    // In a full hour 0.512 of all are refused (r = 1 − 1/(2 + r/10)); of the last hour's, a twentieth may try in the first quiet one.
    near(quick.curve.excess(1.0), (12.0 - 0.1 * 0.512) / 24.0, 1e-4);
}

#[test]
fn more_patience_and_more_capacity_lose_less() {
    let profile: Vec<f64> = (0..168).map(|hour| 1.0 + 0.8 * (f64::from(hour) * 0.2618).sin()).collect();
    let plain = LoadCurve::new(&profile, 0.2);
    let mut before: Vec<f64> = (0..=40).map(|level| plain.excess(f64::from(level) * 0.08)).collect();
    for hours in [0.5, 1.0, 4.0, 24.0, 168.0] {
        let queue = Patience::Queue { hours }.curve(&profile, 0.2).curve;
        let lost: Vec<f64> = (0..=40).map(|level| queue.excess(f64::from(level) * 0.08)).collect();
        // The order of the noise is one among many: a thousandth either way.
        assert!(lost.iter().zip(&before).all(|(now, before)| *now <= before + 1e-3), "{hours}: {lost:?}");
        assert!(lost.windows(2).all(|pair| pair[1] <= pair[0] + 1e-12), "{hours}: {lost:?}");
        before = lost;
    }
}

/// Quarter hours of random weeks: a queue as a list of arrivals, each with the end of its patience.
fn simulated(profile: &[f64], noise: f64, capacity: f64, patience: f64) -> f64 {
    const WEEKS: u64 = 600;
    const QUARTER: f64 = 0.25;
    let key = Key::new(7, "hours");
    let mean = profile.iter().sum::<f64>() / profile.len() as f64;
    let (mut waiting, mut first, mut lost, mut all) = (Vec::<(f64, f64)>::new(), 0, 0.0, 0.0);
    for hour in 0..WEEKS * 168 {
        let z = math::normal_score(key.bits(hour, 0));
        let load = profile[(hour % 168) as usize] / mean * math::exp(noise * z - 0.5 * noise * noise);
        all += load;
        for quarter in 0..4 {
            let now = hour as f64 + QUARTER * f64::from(quarter);
            waiting.push((now + patience, load * QUARTER));
            let mut room = capacity * QUARTER;
            while let Some((until, left)) = waiting.get_mut(first) {
                if *until < now - 1e-9 {
                    lost += *left;
                    first += 1;
                    continue;
                }
                let served = left.min(room);
                *left -= served;
                room -= served;
                if *left > 0.0 {
                    break;
                }
                first += 1;
            }
        }
    }
    lost / all
}

#[test]
fn a_queue_agrees_with_quarter_hours_of_random_weeks() {
    let profile: Vec<f64> = (0..168)
        .map(|hour| if hour >= 120 { 0.4 } else { 1.0 + 0.9 * (f64::from(hour) * 0.261_799).sin() })
        .collect();
    for hours in [1.0, 4.0] {
        let queue = Patience::Queue { hours }.curve(&profile, 0.3).curve;
        for capacity in [0.7, 1.0, 1.3, 1.7] {
            // The eight levels of noise for a lognormal, whole hours for quarters, 600 weeks of luck: half a percent of the load.
            near(queue.excess(capacity), simulated(&profile, 0.3, capacity, hours), 0.005);
        }
    }
}

/// A week in which the limit of acme is too low by day; other takes what is left.
fn limited(when_full: &str) -> String {
    format!(
        r#"
title = "Waiting"
currency = "USD"
start = "2027-01"
months = 3
hours_per_month = 730

[traffic.work]
requests = "730k /month"
week = "office"
input_tokens = 1000
output_tokens = 500
shed_cost = "0.01 USD /request"

[vendor.acme.llm.terra]
rates = {{ input = "1 USD /Mtok", output = "4 USD /Mtok" }}
limits = {{ requests = "1.2k /h" }}

[vendor.other.llm.luna]
rates = {{ input = "2 USD /Mtok", output = "8 USD /Mtok" }}

[strategy.go]
serve = [{{ traffic = "work", by = "acme/terra"{when_full} }}]
"#
    )
}

#[test]
fn offered_is_served_and_shed_whoever_waits() {
    let of = |text: &str, measure: Measure| run(text, 64).strategies[0].measures[1][measure as usize];
    let plain = of(&limited(""), Measure::Served);
    let mut before = plain;
    for when in [
        "{ queue = { up_to = \"2 h\" } }",
        "{ queue = { up_to = \"12 h\" } }",
        "{ queue = { up_to = \"5 days\" } }",
    ] {
        let text = limited(&format!(", when_full = {when}"));
        let [offered, served, shed] =
            [Measure::Offered, Measure::Served, Measure::Shed].map(|m| of(&text, m));
        close(served + shed, offered, 1e-12);
        assert!(served > before, "{when}");
        let found = run(&text, 64);
        // Also in the first month and in the last: what waits when a month ends counts in its own month.
        for month in &found.strategies[0].measures {
            let of = |measure: Measure| month[measure as usize];
            close(of(Measure::Served) + of(Measure::Shed), of(Measure::Offered), 1e-12);
            close(of(Measure::Served), served, 1e-9);
        }
        let waited = &found.strategies[0].happenings[0];
        assert!(matches!(waited.kind, EventKind::Waited { .. }));
        // Who waited and was served is what a limit without a queue would have refused.
        close(waited.by_month[1], served - plain, 1e-9);
        before = served;
    }
    // What is too late goes to the next entry.
    let next = limited(", when_full = { queue = { up_to = \"2 h\" } }")
        .replace(" }]", " }, { traffic = \"work\", by = \"other/luna\" }]");
    close(of(&next, Measure::Served), 730_000.0, 1e-12);
}

#[test]
fn tries_in_vain_are_billed_where_they_are() {
    let free = run(&limited(", when_full = { retry = { tries = 4 } }"), 64);
    let billed = run(&limited(", when_full = { retry = { tries = 4, billed = \"50 %\" } }"), 64);
    let of = |found: &tokencast::analysis::Findings| {
        let s = &found.strategies[0];
        (s.measures[1][Measure::Shed as usize], s.components[1][Component::ApiTokens as usize])
    };
    assert!(of(&free).0 > 0.0);
    // Whoever is given up was tried five times, at half of 1,000 tokens each; few were tried in vain and served then.
    let more = of(&billed).1 - of(&free).1;
    let given_up = of(&free).0 * 5.0 * 500.0 * 1e-6;
    assert!(more >= given_up * (1.0 - 1e-9) && more < given_up * 1.2, "{more} and {given_up}");
}

#[test]
fn waits_that_are_none_or_too_long_are_refused() {
    for when in [
        "{ queue = { up_to = \"0 h\" } }",
        "{ queue = { up_to = \"8 days\" } }",
        "{ retry = { tries = 10, after = \"1 day\" } }",
    ] {
        assert_eq!(refused(&limited(&format!(", when_full = {when}"))), ["bad-wait"], "{when}");
    }
}
