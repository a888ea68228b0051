//! Paths against their closed forms. Each check of a mean fails for 1 seed in 1.7 million (five standard errors), each
//! test of Kolmogorov and Smirnov for 1 in 10 million.

use tokencast::process::{Lookup, PathOf};
use tokencast::stats::{ks_critical, ks_statistic};
use tokencast::units;

use super::support::{bad, builder, certain, close, finish, mean_is, near, path, paths, sd_is};

/// Simulated paths of a statistical test.
const COUNT: usize = 64 * 782;
const FALSE_ALARM: f64 = 1e-7;

/// The values of a factor that is written so: `[month][path]`.
fn simulate(text: &str, months: usize) -> Vec<Vec<f64>> {
    let mut world = builder(months);
    let slot = world.path(&path(&units::FACTOR, "x", text)).unwrap();
    paths(&finish(world), months, slot, 2027, COUNT)
}

/// The values of a path that is certain.
fn known(text: &str, months: usize) -> Vec<f64> {
    let mut world = builder(months);
    let slot = world.path(&path(&units::FACTOR, "x", text)).unwrap();
    certain(world, slot, months)
}

fn logs(values: &[f64]) -> Vec<f64> {
    values.iter().map(|value| value.ln()).collect()
}

#[track_caller]
fn is_normal(values: &[f64], mean: f64, sd: f64) {
    let mut values = values.to_vec();
    let distance = ks_statistic(&mut values, |x| tokencast::math::normal_cdf((x - mean) / sd));
    let critical = ks_critical(values.len(), FALSE_ALARM);
    assert!(distance < critical, "{distance} of {critical}");
}

/// The share of values that fulfil something, within five standard errors.
#[track_caller]
fn share_is(values: &[f64], expected: f64, test: impl Fn(f64) -> bool) {
    let found = values.iter().filter(|value| test(**value)).count() as f64 / values.len() as f64;
    near(found, expected, 5.0 * (expected * (1.0 - expected) / values.len() as f64).sqrt());
}

/// `S0 = 3`, `mu = 0.05`, `sigma = 0.25`: `ln S(t)` is normal with mean `ln S0 + (mu − sigma²/2) t` and variance `sigma² t`
/// (Black & Scholes 1973). A mean that grows by `mu` continuously grows by `e^mu − 1` in a year.
#[test]
fn geometric_brownian_motion() {
    let values = simulate(
        "{ geometric_brownian = { initial = 3, drift = \"5.127109637602404 % /year\", annual_volatility = \"25 %\" } }",
        37,
    );
    values[0].iter().for_each(|value| assert_eq!(*value, 3.0));
    for (month, lanes) in values.iter().enumerate().skip(1) {
        let t = month as f64 / 12.0;
        mean_is(lanes, 3.0 * (0.05 * t).exp());
        is_normal(&logs(lanes), 3.0_f64.ln() + (0.05 - 0.03125) * t, 0.25 * t.sqrt());
    }
    // Changes forget the past: the correlation of neighbors has a standard error of 1/√n.
    let step = |month: usize| -> Vec<f64> {
        values[month].iter().zip(&values[month - 1]).map(|(now, before)| (now / before).ln()).collect()
    };
    near(tokencast::stats::correlation(&step(7), &step(8)), 0.0, 5.0 / (COUNT as f64).sqrt());
    // The sum of 36 month-end values, from the moments E[S(s) S(t)] = S0² exp(mu (s + t) + sigma² min(s, t)).
    let sums: Vec<f64> = (0..COUNT).map(|path| (1..37).map(|month| values[month][path]).sum()).collect();
    mean_is(&sums, 116.763_574_705_743_68);
    sd_is(&sums, 31.091_993_261_143_852);
}

/// `k = 2` a year (half life `ln 2 / 2` years), level 1, `sigma = 0.5`, from 2, after half a year, on the logarithm:
/// mean `θ + (x0 − θ) e^(−kt)`, variance `σ² (1 − e^(−2kt)) / 2k` (Uhlenbeck & Ornstein 1930).
#[test]
fn mean_reversion() {
    let text = "{ mean_reverting = { initial = 7.38905609893065, mean = 2.718281828459045, \
                half_life = \"0.34657359027997264 years\", annual_volatility = \"50 %\" } }";
    let values = simulate(text, 61);
    values[0].iter().for_each(|value| close(*value, 7.38905609893065, 1e-15));
    let (mean, variance) = (1.3678794411714423, 0.054041544797711706_f64);
    mean_is(&logs(&values[6]), mean);
    sd_is(&logs(&values[6]), variance.sqrt());
    is_normal(&logs(&values[6]), mean, variance.sqrt());
    mean_is(&values[6], 4.034_571_957_013_783_5);
    // After five years 5e-5 of the gap is left: the long run has median e and log variance σ²/2k = 0.0625.
    is_normal(&logs(&values[60]), 1.0 + 4.54e-5, 0.25);
    let product: Vec<f64> =
        logs(&values[59]).iter().zip(logs(&values[60])).map(|(a, b)| (a - 1.0) * (b - 1.0)).collect();
    mean_is(&product, 0.0625 * (-2.0_f64 / 12.0).exp());
}

#[test]
fn half_of_a_gap_is_gone_after_the_half_life() {
    let text =
        "{ mean_reverting = { initial = 16, mean = 1, half_life = \"6 months\", annual_volatility = 0 } }";
    let values = known(text, 13);
    close(values[6], 4.0, 1e-13);
    close(values[12], 2.0, 1e-13);
}

/// Four jumps a year: none in a year with the chance `e^-4`.
#[test]
fn jumps_come_at_their_frequency() {
    let text = "{ jumps = { initial = 2, frequency = \"4 /year\", factor = { lognormal = { median = 0.8, sigma = 0.3 } } } }";
    let values = simulate(text, 13);
    values[0].iter().for_each(|value| assert_eq!(*value, 2.0));
    share_is(&values[12], 0.01831563888873418, |value| value == 2.0);
    // E[S] = S0 exp(λ t (E[J] − 1)), and the logarithm has mean λ t E[ln J] and variance λ t E[(ln J)²].
    let mean_jump = 0.8 * (0.045_f64).exp();
    mean_is(&values[12], 2.0 * (4.0 * (mean_jump - 1.0)).exp());
    mean_is(&logs(&values[12]), 2.0_f64.ln() + 4.0 * 0.8_f64.ln());
    sd_is(&logs(&values[12]), (4.0 * (0.8_f64.ln().powi(2) + 0.09)).sqrt());
}

/// A month holds at most five jumps, and counts are Poisson up to there.
#[test]
fn a_month_holds_five_jumps_at_most() {
    let values = simulate("{ jumps = { frequency = \"3 /month\", factor = 2 } }", 3);
    let poisson = [1.0, 3.0, 4.5, 4.5, 3.375].map(|term: f64| term * (-3.0_f64).exp());
    for (count, share) in poisson.iter().enumerate() {
        share_is(&values[1], *share, |value| value == f64::from(1 << count));
    }
    share_is(&values[1], 1.0 - poisson.iter().sum::<f64>(), |value| value == 32.0);
    assert!(values[2].iter().all(|value| *value <= 1024.0));
}

/// Clock time counts the month's hours: 1 jump in 720 hours of April is 1.0333 in May.
#[test]
fn jumps_per_clock_time_count_the_hours() {
    let values = simulate("{ jumps = { frequency = \"0.1 /day\", factor = 2 } }", 3);
    share_is(&values[1], (-3.1_f64).exp(), |value| value == 1.0);
    share_is(&values[2], (-6.1_f64).exp(), |value| value == 1.0);
}

/// Diffusion times jumps (R. Merton, Journal of Financial Economics 3, 1976): `S0 = 1, mu = −0.5, sigma = 0.3, lambda = 1.5`,
/// `ln J` normal with mean −0.4 and sd 0.2, after a year, the drift on the diffusion alone.
#[test]
fn a_product_multiplies() {
    let text = "{ product = { of = [\
        { geometric_brownian = { drift = \"-39.346934028736655 % /year\", annual_volatility = 0.3 } }, \
        { jumps = { frequency = \"1.5 /year\", factor = { lognormal = { median = 0.6703200460356393, sigma = 0.2 } } } }] } }";
    let values = simulate(text, 13);
    mean_is(&values[12], 0.37749125120350674);
    mean_is(&logs(&values[12]), -1.145);
    sd_is(&logs(&values[12]), 0.39_f64.sqrt());
    let flat = known("{ product = { of = [2, 3, { schedule = { 2027-04 = 1, 2027-05 = 0.5 } }] } }", 3);
    assert_eq!(flat, [6.0, 3.0, 3.0]);
    assert_eq!(bad(&PathOf(&units::FACTOR), "{ product = { of = [] } }"), ["empty-list"]);
    // Only the first may carry the unit of the key.
    let priced = "{ product = { of = [\"2 USD /Mtok\", \"3 USD /Mtok\"] } }";
    assert_eq!(bad(&PathOf(&units::MONEY_PER_TOKEN), priced), ["bad-quantity"]);
}

#[test]
fn noise_remembers_a_little() {
    let values = simulate("{ ar1 = { sd = \"20 %\", persistence = 0.4 } }", 25);
    let deviation =
        |month: usize| -> Vec<f64> { values[month].iter().map(|value| value.ln() + 0.02).collect() };
    for month in [0, 1, 24] {
        mean_is(&values[month], 1.0);
        is_normal(&deviation(month), 0.0, 0.2);
    }
    for lag in [1, 2, 3] {
        let product: Vec<f64> = deviation(20).iter().zip(deviation(20 + lag)).map(|(a, b)| a * b).collect();
        mean_is(&product, 0.04 * 0.4_f64.powi(lag as i32));
    }
}

#[test]
fn growth_is_exact() {
    let values = known("{ exponential = { initial = 3, rate = \"20 % /year\" } }", 37);
    for (month, value) in values.iter().enumerate() {
        close(*value, 3.0 * 1.2_f64.powf(month as f64 / 12.0), 1e-13);
    }
    let values = known("{ exponential = { rate = \"-2 % /month\" } }", 37);
    values.iter().enumerate().for_each(|(month, value)| close(*value, 0.98_f64.powi(month as i32), 1e-13));
}

/// A rate drawn once per path: the mean grows faster than the mean rate.
#[test]
fn an_uncertain_rate_stays_on_its_path() {
    let values = simulate("{ exponential = { rate = \"-3 % to 5 % /month\" } }", 13);
    for path in 0..1000 {
        close(values[12][path], values[1][path].powi(12), 1e-12);
    }
    // E[(1 + r)²] = (1 + mean)² + sd², for a normal rate with these 5 % and 95 % points.
    let sd = 0.04 / tokencast::math::normal_quantile(0.95);
    mean_is(&values[2], 1.01 * 1.01 + sd * sd);
}

#[test]
fn steps_hold_until_the_next() {
    let text = "{ schedule = { 2027-08 = 0.5, 2026-01 = 4, 2027-06 = 2, source = \"contract\" } }";
    assert_eq!(known(text, 7), [4.0, 4.0, 2.0, 2.0, 0.5, 0.5, 0.5]);
    let mut world = builder(3);
    assert_eq!(world.path(&path(&units::FACTOR, "x", "{ schedule = { 2027-05 = 1 } }")), None);
    let (_, _, mistakes) = world.finish();
    assert_eq!(mistakes.iter().map(|mistake| mistake.code).collect::<Vec<_>>(), ["schedule-starts-late"]);
    for (text, code) in [
        ("{ schedule = {} }", "empty-schedule"),
        ("{ schedule = { 2027-13 = 1 } }", "bad-date"),
        ("{ schedule = { april = 1 } }", "bad-date"),
        ("{ schedule = { 2027-04 = \"x\" } }", "bad-quantity"),
        ("{ schedule = 1 }", "wrong-type"),
    ] {
        assert_eq!(bad(&PathOf(&units::FACTOR), text), [code], "{text}");
    }
}
