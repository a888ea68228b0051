use rand::Rng;

use super::*;
use crate::math::{exp, normal_quantile};
use crate::random::{Key, PathRng};

fn rng(path: u64) -> PathRng {
    PathRng::new(Key::new(11, "stats"), path)
}

/// Numbers from 0 to 1.
fn uniforms(path: u64, count: usize) -> Vec<f64> {
    let mut rng = rng(path);
    (0..count).map(|_| (f64::from(rng.next_u32()) + 0.5) / 4294967296.0).collect()
}

/// The sample that resembles a distribution most: its quantiles at the middles of equal shares.
fn grid(count: u32, quantile: impl Fn(f64) -> f64) -> Vec<f64> {
    (0..count).map(|i| quantile((f64::from(i) + 0.5) / f64::from(count))).collect()
}

#[test]
#[allow(clippy::float_cmp, reason = "both sides are the same arithmetic")]
fn quantiles_are_those_of_sorting() {
    let probabilities = [0.5, 0.0, 1.0, 0.05, 0.95, 0.25, 0.999, 0.95];
    for count in [1, 2, 3, 10, 101, 5_000] {
        let mut values: Vec<f32> = uniforms(count as u64, count).iter().map(|&u| (u * 50.0) as f32).collect();
        let mut sorted = values.clone();
        sorted.sort_unstable_by(f32::total_cmp);
        let found = quantiles(&mut values, &probabilities);
        for (p, found) in probabilities.iter().zip(found) {
            let place = (count - 1) as f64 * p;
            let low = f64::from(sorted[place.floor() as usize]);
            let high = f64::from(sorted[place.ceil() as usize]);
            assert_eq!(found, low + (high - low) * place.fract(), "{p} of {count}");
        }
    }
}

#[test]
fn quantiles_of_a_few_values() {
    assert_eq!(quantiles(&mut [4.0, 1.0, 3.0, 2.0], &[0.25, 0.5, 0.9]), [1.75, 2.5, 3.7]);
    assert_eq!(quantiles(&mut [f64::INFINITY, 1.0], &[0.0, 1.0]), [1.0, f64::INFINITY]);
    assert!(quantiles::<f64>(&mut [], &[0.5])[0].is_nan());
    assert!(quantiles(&mut [f64::NAN, 1.0], &[1.0])[0].is_nan());
}

/// Value at risk and its conditional mean: `exp(s z)` and `exp(s^2/2) cdf(s - z) / (1 - p)` for the lognormal
/// distribution, `z` and `pdf(z) / (1 - p)` for the normal one.
#[test]
fn tails_meet_closed_forms() {
    let mut values = grid(200_000, |u| exp(0.5 * normal_quantile(u)));
    assert!((quantiles(&mut values, &[0.95])[0] - 2.276016608514316).abs() < 1e-4);
    assert!((cvar(&mut values, 0.95).value - 2.8585912953125465).abs() < 1e-4);
    let mut values = grid(200_000, normal_quantile);
    assert!((quantiles(&mut values, &[0.9])[0] - 1.2815515655446004).abs() < 1e-4);
    assert!((cvar(&mut values, 0.9).value - 1.754983319324869).abs() < 1e-4);
}

#[test]
fn cvar_counts_the_last_value_by_its_fraction() {
    let close = |p: f64, exact: f64| {
        let found = cvar(&mut [3.0, 1.0, 4.0, 2.0, 5.0], p).value;
        assert!((found - exact).abs() < 1e-14, "{found} is not {exact} at {p}");
    };
    close(0.0, 3.0);
    close(0.6, 4.5);
    close(0.5, (5.0 + 4.0 + 0.5 * 3.0) / 2.5);
    close(0.7, (5.0 + 0.5 * 4.0) / 1.5);
    close(0.9, 5.0);
    close(1.0, 5.0);
    assert!(cvar::<f64>(&mut [], 0.9).value.is_nan());
    let infinite = cvar(&mut [f64::INFINITY; 4], 0.5);
    assert!(infinite.value.is_infinite() && infinite.standard_error.is_infinite());
}

/// Over 1,000 samples the standard deviation of an estimate is known to 2.2 %: five of these are passed once in 1.7
/// million, and 5 % are left to what the errors themselves miss at this size.
#[test]
fn standard_errors_are_the_spread_of_estimates() {
    let mut found = [const { Vec::new() }; 3];
    for path in 0..1000 {
        let mut values: Vec<f64> = uniforms(path, 1000).into_iter().map(normal_quantile).collect();
        found[0].push(Moments::of(&values).estimate());
        found[1].push(quantile(&mut values, 0.8));
        found[2].push(cvar(&mut values, 0.9));
    }
    for (estimates, truth) in found.iter().zip([0.0, 0.8416212335729143, 1.754983319324869]) {
        let values: Vec<f64> = estimates.iter().map(|estimate| estimate.value).collect();
        let spread = Moments::of(&values);
        let claimed = estimates.iter().map(|estimate| estimate.standard_error).sum::<f64>() / 1000.0;
        assert!((claimed / spread.standard_deviation() - 1.0).abs() < 0.16, "{claimed} {spread:?}");
        // The bias is far below a standard error of one sample.
        assert!((spread.mean() - truth).abs() < 0.25 * claimed, "{truth} {spread:?}");
    }
}

/// n = 10, median, 95 %: the second and the ninth value, 97.9 % (David and Nagaraja, Order Statistics, section 7.1).
#[test]
fn rank_intervals_meet_the_table() {
    assert_eq!(rank_interval(10, 0.5, 0.95), (Some(1), Some(8)));
    assert_eq!(rank_interval(10, 0.95, 0.95), (Some(7), None));
    assert_eq!(rank_interval(10, 0.05, 0.95), (None, Some(2)));
    assert_eq!(rank_interval(0, 0.5, 0.95), (None, None));
    // The normal approximation is good here: 950,000 -+ 1.96 sqrt(1e6 * 0.95 * 0.05).
    let (low, high) = rank_interval(1_000_000, 0.95, 0.95);
    assert!(low.unwrap().abs_diff(949_573) < 3 && high.unwrap().abs_diff(950_427) < 3, "{low:?} {high:?}");
}

/// By the binomial distribution 3.42 % of the intervals miss (the 43rd and the 55th of 60 values): 68 of 2,000 with a
/// standard deviation of 8.1. Five of these are passed once in 1.7 million choices of the seed.
#[test]
fn quantile_intervals_cover() {
    let misses = (0..2000)
        .filter(|&path| {
            let interval = quantile_interval(&mut uniforms(path, 60), 0.8, 0.95);
            interval.low > 0.8 || interval.high < 0.8
        })
        .count();
    assert!((28..109).contains(&misses), "{misses}");
    assert_eq!(
        quantile_interval(&mut [1.0_f32], 0.5, 0.95),
        Interval { low: f64::NEG_INFINITY, high: f64::INFINITY }
    );
}

/// Numbers of both signs over twelve octaves, with zeros.
fn wide(path: u64, count: usize) -> Vec<f64> {
    let number = |u: f64| match (u * 1000.0) as u32 % 10 {
        0 => 0.0,
        1 | 2 => -exp(8.0 * u),
        _ => exp(8.0 * u),
    };
    uniforms(path, count).into_iter().map(number).collect()
}

fn sketch(values: &[f64]) -> Sketch {
    sketched(Sketch::default(), values)
}

fn sketched(mut sketch: Sketch, values: &[f64]) -> Sketch {
    for &x in values {
        sketch.add(x);
    }
    sketch
}

#[test]
fn sketches_keep_their_error() {
    let probabilities: Vec<f64> = (0..=1000).map(|i| f64::from(i) / 1000.0).collect();
    for mut values in [wide(1, 20_001), grid(20_001, |u| exp(0.5 * normal_quantile(u)))] {
        let sketch = sketch(&values);
        let exact = quantiles(&mut values, &probabilities);
        for (found, exact) in sketch.quantiles(&probabilities).into_iter().zip(&exact) {
            assert!((found - exact).abs() <= 2.5e-4 * exact.abs(), "{found} is not {exact}");
        }
        for p in [0.0, 0.5, 0.95, 0.99999] {
            // Values of both signs may cancel in the mean, errors do not.
            let scale = cvar(&mut values.iter().map(|x| x.abs()).collect::<Vec<_>>(), p).value;
            assert!((sketch.cvar(p) - cvar(&mut values, p).value).abs() <= 2.5e-4 * scale, "{p}");
        }
    }
}

#[test]
fn sketches_do_not_depend_on_order_or_grouping() {
    let values = wide(2, 10_000);
    let whole = sketch(&values);
    let parts: Vec<Sketch> = values.chunks(700).map(sketch).collect();
    let (mut forward, mut backward) = (Sketch::default(), Sketch::default());
    for i in 0..parts.len() {
        forward.merge(&parts[i]);
        backward.merge(&parts[parts.len() - 1 - i]);
    }
    let reversed: Vec<f64> = values.iter().rev().copied().collect();
    assert_eq!(forward, whole);
    assert_eq!(backward, whole);
    assert_eq!(sketch(&reversed), whole);
    assert_eq!(whole.count(), 10_000);
}

#[test]
#[allow(clippy::float_cmp, reason = "these are exact")]
fn sketches_of_special_samples() {
    assert!(Sketch::default().quantiles(&[0.5])[0].is_nan() && Sketch::default().cvar(0.5).is_nan());
    let constant = sketch(&[1234.567; 50]);
    assert_eq!(constant.quantiles(&[0.0, 0.3, 1.0]), [1234.567; 3]);
    let edges = sketch(&[f64::NEG_INFINITY, -0.0, 5e-324, 2.0, f64::INFINITY, f64::NAN]);
    let order = edges.order_statistics(&[0, 1, 2, 3, 4, 5]);
    assert_eq!(order, [f64::NEG_INFINITY, 0.0, 0.0, order[3], f64::INFINITY, f64::INFINITY]);
    assert!((order[3] - 2.0).abs() <= 2.0 * 2.5e-4);
    assert!(edges.cvar(0.5).is_infinite());
}

/// One that is limited has as many bins as it may, whatever the order and grouping in which it learns how wide the sample is.
#[test]
fn limited_sketches_are_as_fine_as_their_range_allows() {
    let most = 4096;
    let narrow = sketched(Sketch::of_at_most(most), &grid(5_000, |u| 1000.0 + 100.0 * u));
    assert!(narrow.relative_error() < 4e-5, "{}", narrow.relative_error());
    let spread = grid(5_000, |u| 1000.0 * exp(normal_quantile(u)));
    let mixed: Vec<f64> =
        spread.iter().enumerate().map(|(i, x)| if i % 9 == 0 { -0.3 * x } else { *x }).collect();
    for mut values in [spread, mixed] {
        let whole = sketched(Sketch::of_at_most(most), &values);
        assert!(whole.memory_bytes() < 3 * 4 * most, "{}", whole.memory_bytes());
        assert!((2.0e-4..2.0e-3).contains(&whole.relative_error()), "{}", whole.relative_error());
        let reversed: Vec<f64> = values.iter().rev().copied().collect();
        assert_eq!(sketched(Sketch::of_at_most(most), &reversed), whole);
        let mut merged = Sketch::of_at_most(most);
        for some in values.chunks(700).rev() {
            merged.merge(&sketched(Sketch::of_at_most(most), some));
        }
        assert_eq!(merged, whole);
        let probabilities: Vec<f64> = (0..=100).map(|i| f64::from(i) / 100.0).collect();
        let exact = quantiles(&mut values, &probabilities);
        for (found, exact) in whole.quantiles(&probabilities).into_iter().zip(&exact) {
            // Two neighbors may be moved by half a bin each.
            assert!(
                (found - exact).abs() <= 1.01 * whole.relative_error() * exact.abs(),
                "{found} is not {exact}"
            );
        }
    }
}

/// Nine octaves below and above one are 18 x 8 KiB, and growing at the lower end leaves what is there in its place.
#[test]
fn memory_is_that_of_the_range() {
    let mut values: Vec<f64> = grid(5_000, |u| exp((2.0 * u - 1.0) * 9.0 * std::f64::consts::LN_2));
    values.reverse();
    let sketch = sketch(&values);
    assert!((140_000..300_000).contains(&sketch.memory_bytes()), "{}", sketch.memory_bytes());
    let median = sketch.quantiles(&[0.5])[0];
    assert!((median - 1.0).abs() < 2e-3, "{median}");
}

/// Many at once are one by one, whatever their signs.
#[test]
fn sketches_take_many_at_once() {
    for shape in [
        |i: u32| 1e-3 * i as f32,
        |i: u32| i as f32 - 700.0,
        |i: u32| if i == 9 { f32::INFINITY } else { 2.5 },
    ] {
        let values: Vec<OrderedF32> = (1..2000).map(|i| OrderedF32::from(shape(i))).collect();
        for empty in [Sketch::default(), Sketch::of_at_most(1024)] {
            let (mut at_once, mut one_by_one, mut scratch) = (empty.clone(), empty, Vec::new());
            for some in values.chunks(300) {
                at_once.extend(some, &mut scratch);
            }
            for value in &values {
                one_by_one.add(value.value());
            }
            assert_eq!(at_once, one_by_one);
        }
    }
}
