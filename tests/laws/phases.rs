//! Curves, phases, generations and histories against their closed forms. Checks of means and shares fail for 1 seed in
//! 1.7 million (five standard errors).

use tokencast::process::{Lookup, PathOf};
use tokencast::units;

use super::support::{FOLDER, bad, builder, certain, close, finish, good, mean_is, near, path, paths, read};

const COUNT: usize = 64 * 782;

fn simulate(text: &str, months: usize) -> Vec<Vec<f64>> {
    let mut world = builder(months);
    let slot = world.path(&path(&units::FACTOR, "x", text)).unwrap();
    paths(&finish(world), months, slot, 2027, COUNT)
}

fn known(text: &str, months: usize) -> Vec<f64> {
    let mut world = builder(months);
    let slot = world.path(&path(&units::FACTOR, "x", text)).unwrap();
    certain(world, slot, months)
}

#[track_caller]
fn share_is(values: &[f64], expected: f64, test: impl Fn(f64) -> bool) {
    let found = values.iter().filter(|value| test(**value)).count() as f64 / values.len() as f64;
    near(found, expected, 5.0 * (expected * (1.0 - expected) / values.len() as f64).sqrt());
}

#[test]
fn linear_is_a_straight_line_between_its_months() {
    let line = "{ linear = { initial = 2, final = 5, from = \"2027-06\", until = \"2027-12\" } }";
    let expected = [2.0, 2.0, 2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.0, 5.0];
    assert_eq!(known(line, 11), expected);
    // A line that began before the scenario is on its way already.
    let line = "{ linear = { final = 0, from = \"2027-02\", until = \"2027-06\" } }";
    assert_eq!(known(line, 4), [0.5, 0.25, 0.0, 0.0]);
}

/// `S(t) = C / (1 + (C/S0 − 1)^(1 − t/h))`.
#[test]
fn logistic_goes_through_its_three_points() {
    let values = known("{ logistic = { initial = 1, ceiling = 10, half_way = \"6 months\" } }", 120);
    for (month, value) in values.iter().enumerate() {
        close(*value, 10.0 / (1.0 + 9.0_f64.powf(1.0 - month as f64 / 6.0)), 1e-13);
    }
    close(values[0], 1.0, 1e-15);
    close(values[6], 5.0, 1e-14);
    close(values[119], 10.0, 1e-15);
    // A month of clock time has 730.5 hours.
    let hours = known("{ logistic = { initial = 1, ceiling = 10, half_way = \"4383 h\" } }", 12);
    hours.iter().zip(&values).for_each(|(found, expected)| close(*found, *expected, 1e-13));
    // A path that begins past half way stays where it is.
    let few =
        "{ discrete = [{ value = 1, weight = 3 }, { value = 6, weight = 1 }, { value = 12, weight = 1 }] }";
    let all = simulate(
        &format!("{{ logistic = {{ initial = {few}, ceiling = 10, half_way = \"6 months\" }} }}"),
        7,
    );
    for (first, last) in all[0].iter().zip(&all[6]) {
        close(*last, if *first < 5.0 { 5.0 } else { *first }, 1e-14);
    }
}

/// A life of a month and an exponential rest of mean 4 has mean 5 and variance 16.
const LIFE: &str =
    "{ truncated = { of = { weibull = { shape = 1, scale = \"4 months\" } }, min = \"1 month\" } }";

/// In the long run a regime has the share of time that its mean duration has in a cycle (renewal theory: Ross, Stochastic
/// Processes, 1996, section 3.4); after ten years of such lives nothing is left of the start.
#[test]
fn regimes_have_their_shares_of_time() {
    let text = format!(
        "{{ regimes = {{ first = \"calm\", regime = {{ \
         calm = {{ factor = 1, lasts = {LIFE}, then = {{ shortage = 1, glut = 3 }} }}, \
         shortage = {{ factor = {{ uniform = {{ min = 2, max = 3 }} }}, lasts = \"60 days\", then = {{ calm = 1 }} }}, \
         glut = {{ factor = 0.5, lasts = \"2 months\", then = {{ calm = 2, glut = 0 }} }} }} }} }}"
    );
    let values = simulate(&text, 120);
    assert!(values[0].iter().all(|value| *value == 1.0));
    let shortage = 60.0 * 24.0 / 730.5;
    let cycle = 5.0 + 0.25 * shortage + 0.75 * 2.0;
    share_is(&values[119], 5.0 / cycle, |value| value == 1.0);
    share_is(&values[119], 0.25 * shortage / cycle, |value| value > 1.0);
    share_is(&values[119], 0.75 * 2.0 / cycle, |value| value == 0.5);
    // Two months on, the first regime is over with the chance 1 − exp(−(2 − 1)/4), and none can have come back.
    share_is(&values[2], 1.0 - (-0.25_f64).exp(), |value| value != 1.0);
    // The factor of a shortage stays while it lasts, and the next one draws another.
    let shortages = |month: usize| values[month].iter().filter(|value| **value > 1.0);
    let kept = values[60].iter().zip(&values[61]).filter(|(a, b)| **a > 1.0 && a == b).count() as f64;
    assert!(kept > 0.4 * shortages(60).count() as f64);
    mean_is(&shortages(60).copied().collect::<Vec<_>>(), 2.5);
}

#[test]
fn successors_come_at_the_end_of_each_life() {
    let values = known("{ succession = { life = \"6 months\", factor = 0.5 } }", 14);
    assert_eq!(values, [1., 1., 1., 1., 1., 1., 0.5, 0.5, 0.5, 0.5, 0.5, 0.5, 0.25, 0.25]);
    // Two months and a half: ends at 2.5, 5, 7.5 and 10 show in the months 3, 5, 8 and 10.
    let values = known("{ succession = { initial = 3, life = \"2.5 months\", factor = 2 } }", 11);
    assert_eq!(values, [3., 3., 3., 6., 6., 12., 12., 12., 24., 24., 48.]);
    // Successors by month t: t/μ + (σ² − μ²)/2μ² in the long run (Ross 1996, section 3.4), for μ = 5 and σ² = 16.
    let values = simulate(&format!("{{ succession = {{ life = {LIFE}, factor = 2 }} }}"), 120);
    let count: Vec<f64> = values[119].iter().map(|value| value.log2()).collect();
    mean_is(&count, 119.0 / 5.0 + (16.0 - 25.0) / 50.0);
    // The first life is over after t months with the chance 1 − exp(−(t − 1)/4).
    share_is(&values[7], 1.0 - (-6.0_f64 / 4.0).exp(), |value| value > 1.0);
}

fn history() -> Vec<f64> {
    let (_, text) = FOLDER.0.iter().find(|(name, _)| *name == "history.csv").unwrap();
    text.lines().skip(1).map(|line| line.split(',').nth(1).unwrap().parse().unwrap()).collect()
}

#[test]
fn bootstrap_repeats_runs_of_its_history() {
    let values = simulate(
        "{ bootstrap = { initial = 4, csv = \"history.csv\", column = \"price\", block = \"3 months\" } }",
        13,
    );
    let changes: Vec<f64> = history().windows(2).map(|pair| pair[1] / pair[0]).collect();
    let mean = changes.iter().map(|change| change.ln()).sum::<f64>() / changes.len() as f64;
    assert!(values[0].iter().all(|value| *value == 4.0));
    for month in 1..13 {
        let logs: Vec<f64> =
            values[month].iter().zip(&values[month - 1]).map(|(b, a)| (b / a).ln()).collect();
        mean_is(&logs, mean);
        for change in &changes {
            share_is(&logs, 1.0 / changes.len() as f64, |log| (log - change.ln()).abs() < 1e-9);
        }
    }
    // Three months in a row are a run of the history, around its end as well.
    let place = |ratio: f64| changes.iter().position(|change| (change / ratio - 1.0).abs() < 1e-9).unwrap();
    for lane in 0..1000 {
        for first in [1, 4, 7, 10] {
            let run = [0, 1, 2].map(|i| place(values[first + i][lane] / values[first + i - 1][lane]));
            assert_eq!(run, [0, 1, 2].map(|i| (run[0] + i) % changes.len()));
        }
    }
}

#[test]
fn every_mistake_is_found_once() {
    let calm = "calm = { factor = 1, lasts = \"6 months\", then = { calm = 1 } }";
    for (text, code) in [
        ("{ linear = { final = 2, from = \"2027-04\", until = \"2027-04\" } }", "empty-range"),
        ("{ linear = { final = 2, from = \"April\", until = \"2027-04\" } }", "bad-date"),
        ("{ logistic = { ceiling = 2, half_way = \"6 months\" } }", "past-half-way"),
        ("{ logistic = { ceiling = \"1.5 to 2.5\", half_way = \"6 months\" } }", "past-half-way"),
        ("{ logistic = { ceiling = 9, half_way = \"0 months\" } }", "not-positive"),
        ("{ logistic = { initial = 0, ceiling = 9, half_way = \"6 months\" } }", "not-positive"),
        ("{ regimes = { first = \"clam\", regime = { CALM } } }", "unknown-id"),
        (
            "{ regimes = { first = \"calm\", regime = { calm = { factor = 1, lasts = \"6 months\", then = { war = 1 } } } } }",
            "unknown-id",
        ),
        (
            "{ regimes = { first = \"calm\", regime = { calm = { factor = 1, lasts = \"6 months\", then = { calm = 0 } } } } }",
            "no-weight",
        ),
        (
            "{ regimes = { first = \"calm\", regime = { calm = { factor = 1, lasts = \"6 months\" } } } }",
            "missing-key",
        ),
        ("{ regimes = { regime = { CALM } } }", "missing-key"),
        ("{ succession = { life = \"6 months\" } }", "missing-key"),
        ("{ succession = { life = 6, factor = 1 } }", "bad-quantity"),
        ("{ succession = { life = \"6 months\", factor = 1, notice = \"3 USD\" } }", "bad-quantity"),
        (
            "{ bootstrap = { csv = \"history.csv\", column = \"price\", block = \"2.5 months\" } }",
            "bad-block",
        ),
        ("{ bootstrap = { csv = \"history.csv\", column = \"price\", block = \"8 months\" } }", "bad-block"),
        ("{ bootstrap = { csv = \"history.csv\", column = \"price\", block = \"20 days\" } }", "bad-block"),
        (
            "{ bootstrap = { csv = \"history.csv\", column = \"month\", block = \"2 months\" } }",
            "not-a-number",
        ),
        ("{ bootstrap = { csv = \"words.csv\", column = \"minus\", block = \"1 month\" } }", "bad-row"),
        ("{ follows = 3 }", "wrong-type"),
        ("{ schedule = 3 }", "wrong-type"),
    ] {
        let text = text.replace("CALM", calm);
        let found = bad(&PathOf(&units::FACTOR), &text);
        assert!(found.iter().all(|found| *found == code) && !found.is_empty(), "{text}: {found:?}");
    }
    let prices =
        "{ linear = { initial = \"2 USD\", final = \"200 JPY\", from = \"2027-04\", until = \"2028-04\" } }";
    assert_eq!(bad(&PathOf(&units::MONEY), prices), ["two-units"]);
    let prices = "{ logistic = { initial = \"2 /month\", ceiling = \"200 /day\", half_way = \"2 months\" } }";
    assert_eq!(bad(&PathOf(&units::REQUESTS_PER_TIME), prices), ["two-units"]);
}

#[test]
fn notice_and_quality_of_successors_are_read() {
    let text = "{ succession = { life = \"6 months\", factor = 1, notice = \"3 months\", \
                quality_change = { support = \"-1 to 3 points\" } } }";
    let (path, mistakes) = read(&PathOf(&units::FACTOR), text);
    assert!(path.is_some() && mistakes.is_empty(), "{mistakes:?}");
    good(&PathOf(&units::MONEY), "{ succession = { initial = \"2 USD\", life = \"6 months\", factor = 1 } }");
}
