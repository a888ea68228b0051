//! The families that are made of others, of a file, or of a few values: closed forms, oracles, mistakes.

use std::sync::Arc;

use rand_distr::Distribution as _;
use statrs::distribution::{self as theirs, ContinuousCDF};
use tokencast::distribution::{
    Distribution, Gamma, Mixture, Normal, NumberOf, Scaled, Steps, StudentT, Truncated, Uniform, Weibull,
};
use tokencast::lanes::{LANES, Lanes};
use tokencast::random::{Draws, Key, PathRng};
use tokencast::stats::{ks_critical, ks_statistic};
use tokencast::units;

use super::support::{bad, close, near, number, read};

fn factor(text: &str) -> Arc<dyn Distribution> {
    number(&units::FACTOR, text).distribution
}

#[test]
fn moments_have_their_closed_forms() {
    let d = factor("{ gamma = { mean = 6, sd = 3 } }");
    close(d.mean(), 6.0, 1e-14);
    close(d.sd(), 3.0, 1e-14);
    // Shape 1 is exponential, in gamma and in Weibull.
    for d in
        [factor("{ gamma = { shape = 1, scale = 2 } }"), factor("{ weibull = { shape = 1, scale = 2 } }")]
    {
        close(d.mean(), 2.0, 1e-14);
        close(d.sd(), 2.0, 1e-13);
        close(d.quantile(0.5), 2.0 * 2.0_f64.ln(), 1e-13);
        close(d.cdf(2.0), 1.0 - (-1.0_f64).exp(), 1e-13);
    }
    // Shape 2 is Rayleigh: mean σ√(π/2), variance (4 − π)/2 · σ² with scale σ√2.
    let d = factor("{ weibull = { shape = 2, scale = 1 } }");
    let variance = 0.5_f64;
    close(d.mean(), (variance * std::f64::consts::FRAC_PI_2).sqrt(), 1e-14);
    close(d.sd(), ((4.0 - std::f64::consts::PI) / 2.0 * variance).sqrt(), 1e-13);
    // Three degrees of freedom: F(x) = 1/2 + (atan(x/√3) + x√3/(3 + x²))/π.
    let d = StudentT { df: 3.0, location: 0.0, scale: 1.0 };
    close(d.sd(), 3.0_f64.sqrt(), 1e-14);
    for x in [-40.0, -2.0, -0.3, 0.0, 0.01, 1.0, 7.0_f64] {
        let root = 3.0_f64.sqrt();
        near(d.cdf(x), 0.5 + ((x / root).atan() + x * root / (3.0 + x * x)) / std::f64::consts::PI, 4e-15);
    }
}

#[test]
fn distribution_functions_agree_with_statrs() {
    let check = |ours: &dyn Distribution, theirs: &dyn ContinuousCDF<f64, f64>| {
        for i in 1..200 {
            let u = f64::from(i) / 200.0;
            near(ours.cdf(ours.quantile(u)), u, 1e-12);
            near(ours.cdf(ours.quantile(u)), theirs.cdf(ours.quantile(u)), 1e-9);
        }
    };
    check(&Gamma { shape: 2.5, scale: 0.5 }, &theirs::Gamma::new(2.5, 2.0).unwrap());
    check(&Weibull { shape: 1.7, scale: 3.0 }, &theirs::Weibull::new(1.7, 3.0).unwrap());
    check(&StudentT { df: 4.5, location: 1.0, scale: 2.0 }, &theirs::StudentsT::new(1.0, 2.0, 4.5).unwrap());
}

const SAMPLE: usize = 64 * 256;

/// Each fails by chance for 1 seed in 10 million.
#[test]
fn samples_of_rand_distr_come_from_our_distributions() {
    let critical = ks_critical(SAMPLE, 1e-7);
    let check = |name: &str, ours: &dyn Distribution, draw: &mut dyn FnMut(&mut PathRng) -> f64| {
        let mut rng = PathRng::new(Key::new(11, name), 0);
        let mut values: Vec<f64> = (0..SAMPLE).map(|_| draw(&mut rng)).collect();
        let distance = ks_statistic(&mut values, |x| ours.cdf(x));
        assert!(distance < critical, "{name}: {distance} of {critical}");
    };
    let gamma = rand_distr::Gamma::new(2.5, 0.5).unwrap();
    check("gamma", &Gamma { shape: 2.5, scale: 0.5 }, &mut |rng| gamma.sample(rng));
    let weibull = rand_distr::Weibull::new(3.0, 1.7).unwrap();
    check("weibull", &Weibull { shape: 1.7, scale: 3.0 }, &mut |rng| weibull.sample(rng));
    let t = rand_distr::StudentT::new(4.5).unwrap();
    let ours = StudentT { df: 4.5, location: 1.0, scale: 2.0 };
    check("student_t", &ours, &mut |rng| 1.0 + 2.0 * t.sample(rng));
    // A mixture by its definition: first the part, then its draw.
    let parts: [Arc<dyn Distribution>; 2] = [Arc::new(ours), Arc::new(Uniform { min: 4.0, max: 5.0 })];
    let mixture = Mixture::new(parts.into_iter().zip([3.0, 1.0]).map(|(p, w)| (w, p)).collect()).unwrap();
    let uniform = rand_distr::Uniform::new(0.0, 1.0).unwrap();
    check("mixture", &mixture, &mut |rng| {
        if uniform.sample(rng) < 0.75 { 1.0 + 2.0 * t.sample(rng) } else { 4.0 + uniform.sample(rng) }
    });
    let cut = Truncated::new(Arc::new(mixture), 0.0, 4.5).unwrap();
    check("truncated mixture", &cut, &mut |rng| {
        loop {
            let part = uniform.sample(rng) < 0.75;
            let x = if part { 1.0 + 2.0 * t.sample(rng) } else { 4.0 + uniform.sample(rng) };
            if (0.0..=4.5).contains(&x) {
                return x;
            }
        }
    });
}

/// Values drawn the way the engine draws them.
fn sample(d: &dyn Distribution, name: &str) -> Vec<f64> {
    let sampler = d.sampler();
    let (mut scores, mut values) = (Lanes::ZERO, Lanes::ZERO);
    let mut sample = Vec::with_capacity(SAMPLE);
    for batch in 0..SAMPLE / LANES {
        Draws::new(Key::new(3, name), (batch * LANES) as u64).score(0, &mut scores);
        sampler.fill(&scores, &mut values);
        sample.extend(&values);
    }
    sample
}

/// `Σ (n − Np)² / Np` over values that are exact, of which none may be another.
fn chi_square(values: &[f64], cases: &[(f64, f64)]) -> f64 {
    let count = |of: f64| values.iter().filter(|value| **value == of).count() as f64;
    assert_eq!(cases.iter().map(|(value, _)| count(*value)).sum::<f64>(), values.len() as f64);
    let expected = |share: f64| share * values.len() as f64;
    cases.iter().map(|(value, share)| (count(*value) - expected(*share)).powi(2) / expected(*share)).sum()
}

/// A right sample passes 37.3 with three degrees of freedom for 1 seed in 25 million, and 41.8 with four for 1 in 54 million.
#[test]
fn steps_stay_steps_and_have_their_shares() {
    let d = factor(
        "{ discrete = [{ value = 3, weight = 3 }, { value = 0, weight = 4 }, { value = 7, weight = 2 }, \
         { value = 3, weight = 0 }, { value = 1e9, weight = 1 }] }",
    );
    let cases = [(0.0, 0.4), (3.0, 0.3), (7.0, 0.2), (1e9, 0.1)];
    assert!(chi_square(&sample(d.as_ref(), "discrete"), &cases) < 37.3);
    close(d.mean(), 0.3 * 3.0 + 0.2 * 7.0 + 1e8, 1e-14);
    assert_eq!([d.quantile(0.4), d.quantile(0.4 + 1e-12), d.cdf(2.9), d.below(0.0)], [0.0, 3.0, 0.4, 0.0]);
    let d = factor("{ empirical = { csv = \"observed.csv\", column = \"price\", weight = \"count\" } }");
    let cases = [(2.0, 0.2), (2.5, 0.1), (3.0, 0.5), (3.5, 0.1), (8.0, 0.1)];
    assert!(chi_square(&sample(d.as_ref(), "empirical"), &cases) < 41.8);
    // Six rows, all alike; the value that stands twice counts twice.
    let d = factor("{ empirical = { csv = \"observed.csv\", column = \"price\" } }");
    close(d.mean(), (2.5 + 3.0 + 3.5 + 2.0 + 8.0 + 3.0) / 6.0, 1e-14);
    near(d.cdf(3.0), 4.0 / 6.0, 1e-15);
    // Values without a unit are in the unit of the key `unit`.
    let text = "{ empirical = { csv = \"observed.csv\", column = \"price\", unit = \"USD /Mtok\" } }";
    close(number(&units::MONEY_PER_TOKEN, text).distribution.quantile(0.99), 8e-6, 1e-14);
    // A mixture of known values is discrete.
    let d = factor(
        "{ mixture = [{ weight = 3, of = 3 }, { weight = 4, of = 0 }, { weight = 2, of = 7 }, { weight = 1, of = 1e9 }] }",
    );
    let cases = [(0.0, 0.4), (3.0, 0.3), (7.0, 0.2), (1e9, 0.1)];
    assert!(chi_square(&sample(d.as_ref(), "mixture"), &cases) < 37.3);
    // Cut, the rest has its shares scaled up.
    let d = factor(
        "{ truncated = { of = { discrete = [{ value = 1, weight = 1 }, { value = 2, weight = 2 }, { value = 9, weight = 7 }] }, max = 2 } }",
    );
    near(d.cdf(1.0), 1.0 / 3.0, 1e-15);
    close(d.mean(), 5.0 / 3.0, 1e-14);
    close(d.sd(), (2.0_f64 / 9.0).sqrt(), 1e-14);
    assert_eq!(number(&units::FACTOR, "{ discrete = [{ value = 4, weight = 9 }] }").known(), Some(4.0));
}

#[test]
fn mixtures_mix_means_and_variances() {
    let d = factor(
        "{ mixture = [{ weight = 0.9, of = 0 }, { weight = 0.1, of = { gamma = { mean = 6, sd = 3 } } }] }",
    );
    close(d.mean(), 0.6, 1e-14);
    // E[X²] − mean² = 0.1 · (9 + 36) − 0.36.
    close(d.sd(), (4.5_f64 - 0.36).sqrt(), 1e-14);
    assert_eq!([d.quantile(0.3), d.quantile(0.9), d.cdf(0.0), d.below(0.0)], [0.0, 0.0, 0.9, 0.0]);
    close(d.quantile(0.95), Gamma::from_mean_sd(6.0, 3.0).quantile(0.5), 1e-12);
    // Nine draws of ten are exactly nothing: 14,746 ± 5 · 38.4, missed by 1 seed in 1.7 million.
    let values = sample(d.as_ref(), "spike");
    near(values.iter().filter(|value| **value == 0.0).count() as f64, 0.9 * SAMPLE as f64, 192.0);
    let mut rest: Vec<f64> = values.into_iter().filter(|value| *value > 0.0).collect();
    let critical = ks_critical(rest.len(), 1e-7);
    assert!(ks_statistic(&mut rest, |x| Gamma::from_mean_sd(6.0, 3.0).cdf(x)) < critical);
    // Between two parts far apart there is a gap, in which no value falls.
    let d = factor(
        "{ mixture = [{ weight = 1, of = { uniform = { min = 0, max = 1 } } }, { weight = 1, of = { uniform = { min = 90, max = 91 } } }] }",
    );
    assert!(sample(d.as_ref(), "gap").iter().all(|x| !(1.0..90.0).contains(x)));
}

#[test]
fn truncated_agrees_with_quadrature() {
    let (normal, low, high) = (Normal { mean: 1.0, sd: 0.4 }, 0.5, 2.0);
    let cut = Truncated::new(Arc::new(normal), low, high).unwrap();
    // Simpson's rule over the density, 2,000 cells: an error of 1e-12.
    let density = |x: f64| (-0.5 * ((x - 1.0) / 0.4).powi(2)).exp();
    let integral = |f: &dyn Fn(f64) -> f64| {
        let cell = (high - low) / 2000.0;
        let at = |i: i32| low + cell * f64::from(i);
        (0..2000).map(|i| (f(at(i)) + 4.0 * f(at(i) + 0.5 * cell) + f(at(i + 1))) * cell / 6.0).sum::<f64>()
    };
    let whole = integral(&density);
    let mean = integral(&|x| x * density(x)) / whole;
    let variance = integral(&|x| (x - mean).powi(2) * density(x)) / whole;
    close(cut.mean(), mean, 1e-9);
    close(cut.sd(), variance.sqrt(), 1e-7);
    close(
        factor("{ truncated = { of = { normal = { mean = 1, sd = 0.4 } }, min = 0.5, max = 2 } }").mean(),
        mean,
        1e-9,
    );
}

#[test]
fn steps_need_a_weight() {
    assert!(Steps::new(vec![]).is_none());
    assert!(Steps::new(vec![(1.0, 0.0)]).is_none());
    assert!(Mixture::new(vec![]).is_none());
}

#[test]
fn every_mistake_is_found_once() {
    for (kind, text, code) in [
        (&units::FACTOR, "{ gamma = { shape = 0, scale = 1 } }", "impossible"),
        (&units::FACTOR, "{ gamma = { mean = 1, sd = 0.0001 } }", "impossible"),
        (&units::FACTOR, "{ gamma = { mean = 1, scale = 1 } }", "two-of"),
        (&units::MONEY, "{ gamma = { mean = \"1 USD\", sd = \"1 JPY\" } }", "two-units"),
        (&units::FACTOR, "{ weibull = { shape = 0, scale = 1 } }", "impossible"),
        (&units::FACTOR, "{ weibull = { shape = 0.001, scale = 1 } }", "impossible"),
        (&units::NUMBER, "{ student_t = { df = 2, location = 0, scale = 1 } }", "no-variance"),
        (&units::NUMBER, "{ student_t = { df = 3, location = 0, scale = -1 } }", "impossible"),
        (&units::FACTOR, "{ discrete = [] }", "no-weight"),
        (&units::FACTOR, "{ discrete = { value = 1, weight = 1 } }", "wrong-type"),
        (&units::FACTOR, "{ discrete = [{ value = 1 }] }", "missing-key"),
        (&units::FACTOR, "{ discrete = [{ value = 1, weight = 1, wieght = 2 }] }", "unknown-key"),
        (&units::FACTOR, "{ discrete = [{ value = 1, weight = -1 }] }", "bad-quantity"),
        (&units::FACTOR, "{ discrete = [{ value = \"1 to 2\", weight = 1 }] }", "interval-here"),
        (
            &units::MONEY,
            "{ discrete = [{ value = \"1 USD\", weight = 1 }, { value = \"1 JPY\", weight = 1 }] }",
            "two-units",
        ),
        (&units::SHARE, "{ discrete = [{ value = 1.5, weight = 1 }] }", "bad-quantity"),
        (&units::FACTOR, "{ mixture = [{ weight = 0, of = 1 }] }", "no-weight"),
        (
            &units::FACTOR,
            "{ mixture = [{ weight = 1, of = { unifrom = { min = 1, max = 2 } } }] }",
            "unknown-kind",
        ),
        (
            &units::MONEY,
            "{ mixture = [{ weight = 1, of = \"1 USD\" }, { weight = 1, of = \"1 JPY\" }] }",
            "two-units",
        ),
        (
            &units::FACTOR,
            "{ mixture = [{ weight = 1, of = { normal = { mean = 1, sd = 2 } } }] }",
            "outside-limits",
        ),
        (&units::FACTOR, "{ truncated = { of = \"1 to 2\" } }", "no-bounds"),
        (&units::FACTOR, "{ truncated = { of = \"1 to 2\", min = 2, max = 2 } }", "empty-range"),
        (
            &units::FACTOR,
            "{ truncated = { of = { uniform = { min = 1, max = 2 } }, min = 3 } }",
            "empty-range",
        ),
        (&units::MONEY, "{ truncated = { of = \"1 to 2 USD\", min = \"1 JPY\" } }", "two-units"),
    ] {
        assert_eq!(bad(&NumberOf(kind), text), [code], "{text}");
    }
    // What is cut on purpose is not held against the key: the half below 0 is gone before the limits are checked.
    let text = "{ truncated = { of = { normal = { mean = 0, sd = 1 } }, min = 0 } }";
    let (found, mistakes) = read(&NumberOf(&units::FACTOR), text);
    assert!(found.is_some() && mistakes.is_empty(), "{mistakes:?}");
}

#[test]
fn every_mistake_in_a_file_is_found_once() {
    for (kind, text, code) in [
        (&units::FACTOR, "{ empirical = { csv = \"nothing.csv\", column = \"price\" } }", "no-file"),
        (&units::FACTOR, "{ empirical = { csv = \"observed.csv\", column = \"prize\" } }", "unknown-column"),
        (&units::MONEY, "{ empirical = { csv = \"observed.csv\", column = \"price\" } }", "bad-unit"),
        (
            &units::MONEY,
            "{ empirical = { csv = \"observed.csv\", column = \"price\", unit = \"tokens\" } }",
            "bad-unit",
        ),
        (
            &units::MONEY,
            "{ empirical = { csv = \"observed.csv\", column = \"price\", unit = \"to 5 USD\" } }",
            "bad-unit",
        ),
        (&units::SHARE, "{ empirical = { csv = \"observed.csv\", column = \"price\" } }", "bad-row"),
        (&units::FACTOR, "{ empirical = { csv = \"ragged.csv\", column = \"price\" } }", "ragged-row"),
        (&units::FACTOR, "{ empirical = { csv = \"words.csv\", column = \"price\" } }", "not-a-number"),
        (&units::FACTOR, "{ empirical = { csv = \"header.csv\", column = \"price\" } }", "empty-csv"),
        (&units::FACTOR, "{ empirical = { csv = \"empty.csv\", column = \"price\" } }", "empty-csv"),
        (&units::FACTOR, "{ empirical = { csv = \"twice.csv\", column = \"price\" } }", "two-columns"),
        (
            &units::FACTOR,
            "{ empirical = { csv = \"words.csv\", column = \"count\", weight = \"minus\" } }",
            "bad-row",
        ),
    ] {
        assert_eq!(bad(&NumberOf(kind), text), [code], "{text}");
    }
}

#[test]
fn a_wrong_cell_is_named_by_file_line_and_column() {
    let (_, mistakes) =
        read(&NumberOf(&units::FACTOR), "{ empirical = { csv = \"words.csv\", column = \"price\" } }");
    let mistake = mistakes.iter().next().unwrap();
    assert_eq!(mistake.message, "`words.csv` line 4: `four` in column `price` is not a number");
    // The place is the field itself, in the text of the file; empty lines count.
    let span = mistake.span.unwrap();
    assert_eq!((span.start, span.end), (29, 33));
    assert_eq!(mistake.related.len(), 1);
}

#[test]
fn scaled_steps_stay_steps() {
    let of = factor("{ empirical = { csv = \"observed.csv\", column = \"price\", weight = \"count\" } }");
    for factor in [0.1, 1.0 / 3.0, 1e-6, 0.7, 7.0, 1.1] {
        let d = Scaled::new(of.clone(), factor);
        assert_eq!(d.breaks().len(), 5);
        for x in of.breaks() {
            let shares = [d.below(factor * x), d.cdf(factor * x)];
            assert_eq!(shares, [of.below(x), of.cdf(x)], "{factor} · {x}");
        }
        let (ours, theirs) = (sample(&d, "scaled"), sample(of.as_ref(), "scaled"));
        assert!(ours.iter().zip(theirs).all(|(scaled, x)| *scaled == factor * x));
    }
}
