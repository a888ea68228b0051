//! Every family of distributions, and every mistake that one can make in writing one.

use std::sync::Arc;

use rand_distr::Distribution as _;
use statrs::distribution::ContinuousCDF;
use tokencast::diagnostic::Severity;
use tokencast::distribution::{
    Beta, Constant, Distribution, FAMILIES, LogNormal, LogitNormal, Normal, NumberOf, Pert, Sampler,
    Triangular, Truncated, Uniform,
};
use tokencast::lanes::{LANES, Lanes};
use tokencast::math::{normal_cdf, normal_quantile};
use tokencast::random::{Draws, Key, PathRng};
use tokencast::stats::{ks_critical, ks_statistic};
use tokencast::units::{self, Currency, Kind};

use super::support::{bad, close, good, near, number, read};

type Case = (String, Arc<dyn Distribution>);

/// What the kinds of a family's examples may be: an example is written for one of these.
const EXAMPLE_KINDS: [&Kind; 6] =
    [&units::SHARE, &units::FACTOR, &units::MONEY, &units::TOKENS, &units::LATENCY, &units::FX];

fn example_kind(example: &str) -> &'static Kind {
    let reads = |kind: &&&'static Kind| read(&NumberOf(kind), example).0.is_some();
    let kinds: [&'static Kind; 6] = EXAMPLE_KINDS;
    kinds.iter().find(reads).copied().unwrap_or_else(|| panic!("no kind reads {example}"))
}

/// Every family by its example, more parameters of each, and the shapes that no scenario names.
fn cases() -> Vec<Case> {
    let written = |kind: &'static Kind, text: &str| (text.to_owned(), number(kind, text).distribution);
    let mut cases: Vec<Case> = FAMILIES.iter().map(|f| written(example_kind(f.example), f.example)).collect();
    for text in [
        "{ uniform = { min = 0, max = 1e-9 } }",
        "{ triangular = { min = 0, mode = 0, max = 3 } }",
        "{ triangular = { min = 1, mode = 3, max = 3 } }",
        "{ pert = { min = 2, mode = 2, max = 5 } }",
        "{ pert = { min = 2, mode = 4.9, max = 5 } }",
        "{ lognormal = { mean = 2, sd = 3 } }",
        "{ lognormal = { median = 1, sigma = 0.05 } }",
        "{ lognormal = { mean = 2, p50 = 1.5 } }",
        "{ lognormal = { mean = 2, p90 = 4 } }",
        "{ lognormal = { p25 = 2, p99 = 40 } }",
        "{ beta = { alpha = 0.5, beta = 0.5 } }",
        "{ beta = { alpha = 0.2, beta = 3 } }",
        "{ beta = { alpha = 30, beta = 70 } }",
        "{ beta = { mean = 4, sd = 0.5, min = 2, max = 5 } }",
        "7",
        "\"2 to 5\"",
        "\"0.1 to 30\"",
        "{ gamma = { shape = 0.5, scale = 3 } }",
        "{ gamma = { shape = 90, scale = 0.1 } }",
        "{ weibull = { shape = 0.7, scale = 2 } }",
        "{ weibull = { shape = 8, scale = 2 } }",
        "{ mixture = [{ weight = 2, of = \"2 to 5\" }, { weight = 1, of = { uniform = { min = 1, max = 3 } } }] }",
        // A step in the middle of a stretch, a gap, and a step at an end.
        "{ mixture = [{ weight = 1, of = 2 }, { weight = 1, of = { uniform = { min = 1, max = 3 } } }, \
         { weight = 2, of = { uniform = { min = 5, max = 6 } } }, { weight = 1, of = 6 }] }",
        "{ mixture = [{ weight = 1, of = 0 }, { weight = 1, of = { discrete = [{ value = 3, weight = 1 }, { value = 1, weight = 2 }] } }] }",
        "{ truncated = { of = { lognormal = { p5 = 1, p95 = 9 } }, max = 4 } }",
        "{ truncated = { of = { discrete = [{ value = 3, weight = 1 }, { value = 1, weight = 2 }, { value = 9, weight = 2 }] }, min = 1, max = 4 } }",
        "{ truncated = { of = { mixture = [{ weight = 1, of = 2 }, { weight = 3, of = \"1 to 5\" }] }, min = 1, max = 4 } }",
        "{ empirical = { csv = \"observed.csv\", column = \"price\", weight = \"count\" } }",
    ] {
        cases.push(written(&units::FACTOR, text));
    }
    for text in ["\"45 % to 65 %\"", "\"0.1 % to 99 %\"", "{ normal = { mean = 0.5, sd = 0.4 } }"] {
        // The last reaches beyond a share: kind NUMBER keeps it whole, TRUNCATED below cuts it.
        let kind = if text.starts_with('{') { &units::NUMBER } else { &units::SHARE };
        cases.push(written(kind, text));
    }
    for text in ["{ normal = { p5 = -3, p95 = 1 } }", "{ normal = { p10 = 1, sd = 2 } }", "\"-2 to 7\""] {
        cases.push(written(&units::NUMBER, text));
    }
    cases.push(written(&units::FACTOR, "{ normal = { mean = 3, sd = 2 } }"));
    cases.push(written(&units::SHARE, "{ lognormal = { mean = 0.4, sd = 0.25 } }"));
    cases.push(("constant".into(), Arc::new(Constant(-2.5))));
    cases
}

/// Shares of every size, down to the smallest that a draw can have.
fn shares() -> impl Iterator<Item = f64> {
    let tails = [1e-9, 1e-6, 1e-4, 1e-3];
    let middle = (1..200).map(|i| f64::from(i) / 200.0);
    tails.into_iter().chain(middle).chain(tails.into_iter().rev().map(|p| 1.0 - p))
}

/// Whether a value has a chance of its own.
fn is_stepped(distribution: &dyn Distribution) -> bool {
    distribution.breaks().into_iter().any(|x| distribution.below(x) < distribution.cdf(x))
}

fn is_constant(distribution: &dyn Distribution) -> bool {
    let (low, high) = distribution.support();
    low == high
}

#[test]
fn quantiles_increase_inside_the_support() {
    for (name, d) in cases() {
        let (low, high) = d.support();
        let mut before = low;
        for u in shares() {
            let x = d.quantile(u);
            assert!(low <= x && x <= high && before <= x, "{name}: quantile({u}) = {x} in {low}..{high}");
            before = x;
        }
    }
}

#[test]
fn the_distribution_function_inverts_the_quantile() {
    for (name, d) in cases().into_iter().filter(|(_, d)| !is_constant(d.as_ref())) {
        let (low, high) = d.support();
        for u in shares() {
            let x = d.quantile(u);
            // A step has all the shares from below it to its end.
            let found = u.clamp(d.below(x), d.cdf(x));
            // Where the density is high the value cannot be told finer: four units in its last place.
            let resolved = d.cdf(x + 4.0 * f64::EPSILON * x.abs()) - d.cdf(x - 4.0 * f64::EPSILON * x.abs());
            let allowed = 1e-9 * u.min(1.0 - u) + 2e-13 + resolved;
            assert!((found - u).abs() <= allowed, "{name}: {found} for {u}");
        }
        let beyond = |x: f64, by: f64| if x.is_finite() { x + by } else { x.signum() * 1e300 };
        assert_eq!([d.cdf(beyond(low, -1.0)), d.cdf(beyond(high, 1.0))], [0.0, 1.0], "{name}");
    }
}

#[test]
fn a_constant_is_one_value() {
    let d = Constant(3.0);
    assert_eq!([d.quantile(1e-9), d.quantile(0.7), d.mean(), d.sd()], [3.0, 3.0, 3.0, 0.0]);
    assert_eq!([d.cdf(2.999), d.cdf(3.0)], [0.0, 1.0]);
    assert_eq!(number(&units::FACTOR, "3").known(), Some(3.0));
    assert_eq!(number(&units::FACTOR, "\"2 to 3\"").known(), None);
}

/// Moments by Stieltjes sums `Σ g(x) ΔF(x)` over the distribution function.
fn quadrature(d: &dyn Distribution) -> (f64, f64) {
    const STEPS: i32 = 8000;
    let score = |i: i32| -8.0 + 16.0 * f64::from(i) / f64::from(STEPS);
    let at = |i: i32| d.quantile(normal_cdf(score(i)).clamp(1e-15, 1.0 - 1e-15));
    let (mut mean, mut square, mut x) = (0.0, 0.0, at(0));
    let mut share = d.cdf(x);
    for i in 1..=STEPS {
        let next = at(i);
        let next_share = d.cdf(next);
        let weight = next_share - share;
        mean += 0.5 * (x + next) * weight;
        square += (x * x + x * next + next * next) / 3.0 * weight;
        (x, share) = (next, next_share);
    }
    (mean, (square - mean * mean).sqrt())
}

#[test]
fn moments_agree_with_quadrature() {
    // What has steps has gaps as well, which no even grid finds; their moments are worked by hand elsewhere.
    for (name, d) in cases().into_iter().filter(|(_, d)| !is_stepped(d.as_ref())) {
        let (mean, sd) = quadrature(d.as_ref());
        assert!((d.mean() - mean).abs() < 2e-5 * sd, "{name}: mean {} and {mean}", d.mean());
        // The tails beyond eight standard scores are missing: up to 1e-4 of the sd of the widest lognormal here.
        assert!((d.sd() / sd - 1.0).abs() < 2e-4, "{name}: sd {} and {sd}", d.sd());
    }
}

#[test]
fn moments_have_their_closed_forms() {
    // The numbers are those of the definitions, worked by hand.
    let d = number(&units::FACTOR, "{ lognormal = { mean = 2, sd = 3 } }").distribution;
    close(d.mean(), 2.0, 1e-13);
    close(d.sd(), 3.0, 1e-13);
    let d = number(&units::SHARE, "{ beta = { mean = \"12 %\", sd = \"5 %\" } }").distribution;
    close(d.mean(), 0.12, 1e-13);
    close(d.sd(), 0.05, 1e-13);
    let d = number(&units::FACTOR, "{ pert = { min = 1, mode = 2, max = 9 } }").distribution;
    close(d.mean(), (1.0 + 4.0 * 2.0 + 9.0) / 6.0, 1e-13);
    let d = number(&units::FACTOR, "{ triangular = { min = 1, mode = 2, max = 9 } }").distribution;
    close(d.mean(), 4.0, 1e-13);
    close(d.sd(), ((1.0 + 4.0 + 81.0 - 2.0 - 9.0 - 18.0) / 18.0_f64).sqrt(), 1e-13);
    let d = number(&units::FACTOR, "{ uniform = { min = 1, max = 9 } }").distribution;
    close(d.sd(), 8.0 / 12.0_f64.sqrt(), 1e-13);
    // A standard normal cut at its mean is half normal: mean √(2/π), variance 1 − 2/π.
    let half = Truncated::new(Arc::new(Normal { mean: 0.0, sd: 1.0 }), 0.0, f64::INFINITY).unwrap();
    near(half.cut(), 0.5, 1e-15);
    close(half.mean(), (2.0 / std::f64::consts::PI).sqrt(), 1e-6);
    close(half.sd(), (1.0 - 2.0 / std::f64::consts::PI).sqrt(), 1e-6);
    assert!(Truncated::new(Arc::new(Uniform { min: 0.0, max: 1.0 }), 2.0, 3.0).is_none());
}

#[test]
fn two_figures_come_back_as_written() {
    for (kind, text, figures) in [
        (&units::FACTOR, "{ lognormal = { p5 = 40, p95 = 900 } }", [(0.05, 40.0), (0.95, 900.0)]),
        (&units::FACTOR, "{ lognormal = { p25 = 2, p99 = 40 } }", [(0.25, 2.0), (0.99, 40.0)]),
        (&units::FACTOR, "{ lognormal = { median = 3, p90 = 4 } }", [(0.5, 3.0), (0.9, 4.0)]),
        (&units::NUMBER, "{ normal = { p1 = -3, p75 = 1 } }", [(0.01, -3.0), (0.75, 1.0)]),
        (&units::NUMBER, "{ normal = { mean = 2, p10 = 1 } }", [(0.5, 2.0), (0.1, 1.0)]),
        (&units::FACTOR, "\"2 to 5\"", [(0.05, 2.0), (0.95, 5.0)]),
        (&units::SHARE, "\"45 % to 65 %\"", [(0.05, 0.45), (0.95, 0.65)]),
        (&units::NUMBER, "\"-2 to 7\"", [(0.05, -2.0), (0.95, 7.0)]),
        (&units::GROWTH, "\"1 % to 4 % /month\"", [(0.05, 0.01), (0.95, 0.04)]),
    ] {
        let d = number(kind, text).distribution;
        for (u, x) in figures {
            close(d.quantile(u), x, 1e-12);
            close(d.cdf(x), u, 1e-12);
        }
    }
    for (text, mean, u, x) in [
        ("{ lognormal = { mean = 2, p90 = 4 } }", 2.0, 0.9, 4.0),
        ("{ lognormal = { mean = 2, p10 = 1 } }", 2.0, 0.1, 1.0),
        ("{ lognormal = { mean = 2, median = 1.5 } }", 2.0, 0.5, 1.5),
    ] {
        let d = number(&units::FACTOR, text).distribution;
        close(d.mean(), mean, 1e-12);
        close(d.quantile(u), x, 1e-12);
    }
    let d = number(&units::NUMBER, "{ normal = { p10 = 1, sd = 2 } }").distribution;
    close(d.quantile(0.1), 1.0, 1e-12);
    close(d.sd(), 2.0, 1e-15);
}

#[test]
fn the_sampler_is_the_quantile_of_the_score() {
    for (name, d) in cases() {
        let sampler = d.sampler();
        let smallest_shape =
            if name.contains("alpha = 0.") || name.contains("shape = 0.") { 0.2 } else { 1.0 };
        for i in -634..=634 {
            let score = f64::from(i) / 100.0;
            let x = sampler.at(score);
            if is_constant(d.as_ref()) {
                assert_eq!(x, d.quantile(0.5), "{name}");
            } else if let Sampler::Table(_) = sampler {
                // A table is linear between knots: an error in share of h²/8 · φ · x″/x′, largest at an unbounded density.
                let error = (d.cdf(x) - normal_cdf(score)).abs();
                assert!(error < 2e-6 / smallest_shape, "{name}: {error:e} at {score}");
            } else if let Sampler::Pieces(_) = sampler {
                let share = normal_cdf(score);
                if d.below(d.quantile(share)) < d.cdf(d.quantile(share)) {
                    assert_eq!(x, d.quantile(share), "{name} at {score}");
                } else {
                    let error = (d.cdf(x) - share).abs();
                    assert!(error < 2e-6, "{name}: {error:e} at {score}");
                }
            } else {
                let exact = d.quantile(normal_cdf(score).min(1.0 - 1e-16));
                // The upper share is a rounding away from 1 far out, so that the quantile knows the score to 1e-6 there.
                assert!(
                    (x - exact).abs() <= 1e-6 * d.sd().max(x.abs()),
                    "{name}: {x} and {exact} at {score}"
                );
            }
        }
    }
}

#[test]
fn lanes_have_the_bits_of_single_scores() {
    for (name, d) in cases() {
        let sampler = d.sampler();
        let mut draws = Draws::new(Key::new(7, &name), 0);
        for word in 0..8 {
            let (mut scores, mut filled) = (Lanes::ZERO, Lanes::ZERO);
            draws.score(word, &mut scores);
            sampler.fill(&scores, &mut filled);
            let single = scores.map(|score| sampler.at(score));
            assert_eq!(filled.map(f64::to_bits), single.map(f64::to_bits), "{name}");
        }
    }
}

/// Values drawn the way the engine draws them.
fn sample(d: &dyn Distribution, name: &str, count: usize) -> Vec<f64> {
    let sampler = d.sampler();
    let (mut scores, mut values) = (Lanes::ZERO, Lanes::ZERO);
    let mut sample = Vec::with_capacity(count);
    for batch in 0..count / LANES {
        Draws::new(Key::new(3, name), (batch * LANES) as u64).score(0, &mut scores);
        sampler.fill(&scores, &mut values);
        sample.extend(&values);
    }
    sample
}

/// Of about 30 cases one fails by chance for 1 seed in 300,000.
const FALSE_ALARM: f64 = 1e-7;
const SAMPLE: usize = 64 * 256;

#[test]
fn samples_come_from_their_distribution() {
    let critical = ks_critical(SAMPLE, FALSE_ALARM);
    for (name, d) in cases().into_iter().filter(|(_, d)| !is_stepped(d.as_ref())) {
        let mut values = sample(d.as_ref(), &name, SAMPLE);
        let distance = ks_statistic(&mut values, |x| d.cdf(x));
        assert!(distance < critical, "{name}: {distance} of {critical}");
        assert_eq!(sample(d.as_ref(), &name, LANES), sample(d.as_ref(), &name, LANES), "{name}");
    }
}

#[test]
fn samples_of_rand_distr_come_from_our_distributions() {
    let critical = ks_critical(SAMPLE, FALSE_ALARM);
    let check = |name: &str, ours: &dyn Distribution, draw: &mut dyn FnMut(&mut PathRng) -> f64| {
        let mut rng = PathRng::new(Key::new(11, name), 0);
        let mut values: Vec<f64> = (0..SAMPLE).map(|_| draw(&mut rng)).collect();
        let distance = ks_statistic(&mut values, |x| ours.cdf(x));
        assert!(distance < critical, "{name}: {distance} of {critical}");
    };
    let normal = rand_distr::Normal::new(1.5, 0.7).unwrap();
    check("normal", &Normal { mean: 1.5, sd: 0.7 }, &mut |rng| normal.sample(rng));
    let lognormal = rand_distr::LogNormal::new(0.3, 0.8).unwrap();
    check("lognormal", &LogNormal { mu: 0.3, sigma: 0.8 }, &mut |rng| lognormal.sample(rng));
    check("logit-normal", &LogitNormal { mu: 1.5, sigma: 0.7 }, &mut |rng| {
        1.0 / (1.0 + (-normal.sample(rng)).exp())
    });
    let beta = rand_distr::Beta::new(0.6, 2.5).unwrap();
    check("beta", &Beta { alpha: 0.6, beta: 2.5, min: 2.0, max: 5.0 }, &mut |rng| {
        2.0 + 3.0 * beta.sample(rng)
    });
    let pert = rand_distr::Pert::new(1.0, 9.0).with_mode(2.0).unwrap();
    check("pert", &Pert::new(1.0, 2.0, 9.0), &mut |rng| pert.sample(rng));
    let triangular = rand_distr::Triangular::new(1.0, 9.0, 2.0).unwrap();
    check("triangular", &Triangular { min: 1.0, mode: 2.0, max: 9.0 }, &mut |rng| triangular.sample(rng));
    let uniform = rand_distr::Uniform::new(1.0, 9.0).unwrap();
    check("uniform", &Uniform { min: 1.0, max: 9.0 }, &mut |rng| uniform.sample(rng));
    let cut = Truncated::new(Arc::new(Normal { mean: 1.5, sd: 0.7 }), 1.0, 2.5).unwrap();
    check("truncated", &cut, &mut |rng| {
        loop {
            let x = normal.sample(rng);
            if (1.0..=2.5).contains(&x) {
                return x;
            }
        }
    });
}

#[test]
fn distribution_functions_agree_with_statrs() {
    let check = |ours: &dyn Distribution, theirs: &dyn ContinuousCDF<f64, f64>| {
        for u in shares() {
            let x = ours.quantile(u);
            near(ours.cdf(x), theirs.cdf(x), 1e-9);
        }
    };
    check(&Normal { mean: 1.5, sd: 0.7 }, &statrs::distribution::Normal::new(1.5, 0.7).unwrap());
    check(&LogNormal { mu: 0.3, sigma: 0.8 }, &statrs::distribution::LogNormal::new(0.3, 0.8).unwrap());
    check(
        &Beta { alpha: 0.6, beta: 2.5, min: 0.0, max: 1.0 },
        &statrs::distribution::Beta::new(0.6, 2.5).unwrap(),
    );
    check(
        &Triangular { min: 1.0, mode: 2.0, max: 9.0 },
        &statrs::distribution::Triangular::new(1.0, 9.0, 2.0).unwrap(),
    );
    check(&Uniform { min: 1.0, max: 9.0 }, &statrs::distribution::Uniform::new(1.0, 9.0).unwrap());
}

#[test]
fn every_mistake_is_found_once() {
    for (kind, text, code) in [
        (&units::FACTOR, "{ uniform = { min = 3, max = 3 } }", "empty-range"),
        (&units::FACTOR, "{ uniform = { min = 3, max = 2 } }", "empty-range"),
        (&units::FACTOR, "{ uniform = { min = 3 } }", "missing-key"),
        (&units::FACTOR, "{ uniform = { min = 3, max = 4, mode = 3 } }", "unknown-key"),
        (&units::FACTOR, "{ uniform = { min = \"1 to 2\", max = 4 } }", "interval-here"),
        (&units::FACTOR, "{ uniform = 3 }", "wrong-type"),
        (&units::MONEY, "{ uniform = { min = \"1 USD\", max = \"400 JPY\" } }", "two-units"),
        (&units::DURATION, "{ uniform = { min = \"20 days\", max = \"2 months\" } }", "two-units"),
        (&units::GROWTH, "{ uniform = { min = \"1 % /month\", max = \"20 % /year\" } }", "two-units"),
        (&units::FACTOR, "{ triangular = { min = 3, mode = 3, max = 3 } }", "empty-range"),
        (&units::FACTOR, "{ triangular = { min = 1, mode = 4, max = 3 } }", "mode-outside"),
        (&units::FACTOR, "{ pert = { min = 1, mode = 0.5, max = 3 } }", "mode-outside"),
        (&units::NUMBER, "{ normal = { mean = 1 } }", "two-of"),
        (&units::NUMBER, "{ normal = {} }", "two-of"),
        (&units::NUMBER, "{ normal = { mean = 1, sd = 1, p5 = 0 } }", "two-of"),
        (&units::NUMBER, "{ normal = { mean = 1, sd = 0 } }", "impossible"),
        (&units::NUMBER, "{ normal = { mean = 1, sd = -1 } }", "impossible"),
        (&units::NUMBER, "{ normal = { p5 = 2, p95 = 1 } }", "impossible"),
        (&units::NUMBER, "{ normal = { mean = 1, p50 = 1 } }", "impossible"),
        (&units::FACTOR, "{ lognormal = { p5 = 2, p95 = 1 } }", "impossible"),
        (&units::FACTOR, "{ lognormal = { p5 = 0, p95 = 1 } }", "not-positive"),
        (&units::FACTOR, "{ lognormal = { mean = 1, median = 2 } }", "impossible"),
        (&units::FACTOR, "{ lognormal = { mean = 1, p95 = 100 } }", "impossible"),
        (&units::FACTOR, "{ lognormal = { sigma = 1 } }", "two-of"),
        (&units::FACTOR, "{ lognormal = { median = 1, sigma = 0 } }", "impossible"),
        (&units::FACTOR, "{ lognormal = { median = 1, sigma = \"0.1 to 0.3\" } }", "interval-here"),
        (&units::FACTOR, "{ lognormal = { mean = 1, sigma = 1 } }", "two-of"),
        (&units::SHARE, "{ beta = { mean = 0.5, sd = 0.5 } }", "impossible-moments"),
        (&units::SHARE, "{ beta = { mean = 0, sd = 0.1 } }", "impossible-moments"),
        (&units::SHARE, "{ beta = { mean = 0.5 } }", "two-of"),
        (&units::SHARE, "{ beta = { mean = 0.5, alpha = 2 } }", "two-of"),
        (&units::SHARE, "{ beta = { alpha = 0, beta = 2 } }", "impossible"),
        (&units::SHARE, "{ beta = { alpha = \"1 to 3\", beta = 2 } }", "interval-here"),
        (&units::SHARE, "{ beta = { alpha = 1, beta = 2, min = 0.5, max = 0.5 } }", "empty-range"),
        (&units::MONEY, "{ beta = { alpha = 1, beta = 2 } }", "no-unit"),
        (&units::FACTOR, "{ unifrom = { min = 3, max = 4 } }", "unknown-kind"),
        (
            &units::FACTOR,
            "{ uniform = { min = 3, max = 4 }, pert = { min = 3, mode = 3, max = 4 } }",
            "two-kinds",
        ),
        (&units::FACTOR, "{}", "no-kind"),
        (&units::SHARE, "{ uniform = { min = 0.5, max = 1.5 } }", "bad-quantity"),
        (&units::FACTOR, "{ normal = { mean = 1, sd = 2 } }", "outside-limits"),
        (&units::FACTOR, "[1, 2]", "wrong-type"),
        (&units::FACTOR, "1e-400", "underflow"),
        (&units::FACTOR, "\"0 to 2\"", "bad-quantity"),
    ] {
        assert_eq!(bad(&NumberOf(kind), text), [code], "{text}");
    }
}

#[test]
fn what_a_key_cannot_be_is_cut_with_a_warning() {
    let text = "{ normal = { mean = 3, sd = 2 } }";
    let (cut, mistakes) = read(&NumberOf(&units::FACTOR), text);
    let found: Vec<_> = mistakes.iter().map(|mistake| (mistake.severity, mistake.code)).collect();
    assert_eq!(found, [(Severity::Warning, "truncated")]);
    let d = cut.unwrap().distribution;
    assert_eq!(d.support(), (0.0, f64::INFINITY));
    // P(X < 0) = Φ(-1.5) is cut away.
    let below = normal_cdf(-1.5);
    close(d.cdf(3.0), (0.5 - below) / (1.0 - below), 1e-13);
    // 10 % is the most: a normal is cut by that at sd = mean / z(0.9).
    let sd = 1.0 / normal_quantile(0.9);
    let (kept, _) =
        read(&NumberOf(&units::FACTOR), &format!("{{ normal = {{ mean = 1, sd = {} }} }}", 0.999 * sd));
    assert!(kept.is_some());
    let text = format!("{{ normal = {{ mean = 1, sd = {} }} }}", 1.001 * sd);
    assert_eq!(bad(&NumberOf(&units::FACTOR), &text), ["outside-limits"]);
}

#[test]
fn units_are_base_units_everywhere() {
    let price = good(
        &NumberOf(&units::MONEY_PER_TOKEN),
        "{ uniform = { min = \"2 USD /Mtok\", max = \"5 USD /Mtok\" } }",
    );
    assert_eq!(price.unit.currency.map(Currency::code), Some("USD"));
    close(price.distribution.mean(), 3.5e-6, 1e-13);
    let latency = number(&units::LATENCY, "{ normal = { mean = \"2 s\", sd = \"100 ms\" } }");
    close(latency.distribution.mean(), 2.0 / 3600.0, 1e-13);
    close(latency.distribution.sd(), 0.1 / 3600.0, 1e-7);
    let noted = number(&units::FACTOR, "{ value = 2, source = \"data sheet\" }");
    assert_eq!(noted.origin.address, "x");
    assert_eq!(noted.origin.provenance.source.as_deref(), Some("data sheet"));
}
