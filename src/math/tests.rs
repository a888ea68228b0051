//! Errors are measured in units in the last place against double-double references, and those against printed digits.
use super::reference::{self, Double};
use super::*;
use crate::lanes::{LANES, Lanes};

/// Points that cover an interval evenly without a regular structure: one in each of `count` cells.
fn sweep(low: f64, high: f64, count: u32) -> impl Iterator<Item = f64> {
    (0..count).map(move |i| {
        let place = 0.001 + 0.998 * (f64::from(i) * 0.618033988749894848).fract();
        low + (high - low) * ((f64::from(i) + place) / f64::from(count))
    })
}

/// Asserts that the error stays below a bound and comes close to it, so that the documented bounds are neither wrong
/// nor idle.
fn assert_ulps(
    bound: f64,
    points: impl Iterator<Item = f64>,
    got: impl Fn(f64) -> f64,
    exact: impl Fn(f64) -> Double,
) {
    let errors = points.map(|x| (exact(x).ulps(got(x)), x));
    let (worst, at) = errors.max_by(|a, b| a.0.total_cmp(&b.0)).unwrap();
    assert!(worst < bound && worst > bound / 2.0, "{worst} ulp at {at:e}");
}

fn ranges(ends: &[(f64, f64)]) -> impl Iterator<Item = f64> {
    ends.iter().flat_map(|&(low, high)| sweep(low, high, 20_000))
}

#[test]
fn exp_is_within_its_bound() {
    let points = ranges(&[(-708.0, 709.7), (-50.0, 50.0), (-1.0, 1.0), (-1e-3, 1e-3)]);
    assert_ulps(0.7, points, exp, |x| reference::exp(x.into()));
    let points = ranges(&[(-50.0, 709.7), (-3.0, 3.0), (-1e-3, 1e-3)]);
    assert_ulps(1.3, points, exp_m1, |x| reference::exp(x.into()) - 1.0.into());
}

#[test]
fn ln_is_within_its_bound() {
    let points = ranges(&[(0.0, 3.0), (0.99, 1.01), (0.0, 1e300), (0.0, 1e-300)]);
    assert_ulps(0.85, points, ln, |x| reference::ln(x.into()));
    let points = ranges(&[(-0.999, 3.0), (-0.01, 0.01), (0.0, 1e10)]);
    assert_ulps(1.3, points, ln_1p, |x| reference::ln(Double::from(1.0) + x.into()));
}

#[test]
fn pow_is_within_its_bound() {
    for (bound, sizes) in
        [(2.2, [-50.0, -3.0, 0.1, 20.0, 50.0]), (25.0, [-700.0, -300.0, 100.0, 300.0, 700.0])]
    {
        let points = sizes
            .map(|size| ranges(&[(0.5, 2.0), (2.0, 100.0), (0.0, 1e300)]).map(move |x| (x, size / ln(x))));
        let error = |(x, y): (f64, f64)| reference::exp(reference::ln(x.into()) * y.into()).ulps(pow(x, y));
        let worst = points.into_iter().flatten().map(error).fold(0.0, f64::max);
        assert!(worst < bound && worst > bound / 2.0, "{worst} ulp");
    }
}

#[test]
fn normal_cdf_is_within_its_bound() {
    let exact = |z: f64| {
        let tail = reference::normal_tail(z.abs());
        if z < 0.0 { tail } else { Double::from(1.0) - tail }
    };
    assert_ulps(6.5, ranges(&[(-37.5, 0.0), (-1.0, 0.0), (0.0, 8.0)]), normal_cdf, exact);
}

/// What the quantile misses, divided by the density there, is its error.
#[test]
fn normal_quantile_is_within_its_bound() {
    for u in ranges(&[(0.0, 1.0), (0.0, 1e-3), (0.0, 1e-9), (0.0, 1e-300)]) {
        let z = normal_quantile(u);
        let tail = reference::normal_tail(z.abs());
        let share = if z < 0.0 { tail } else { Double::from(1.0) - tail };
        let error = (share - u.into()).0 / normal_pdf(z);
        assert!(error.abs() < 1e-15 * z.abs(), "{error:e} at {u:e}");
    }
}

/// Digits from a computation with 50 digits (mpmath): the references are not wrong together with what they measure.
#[test]
fn printed_digits_are_met() {
    let close =
        |got: f64, exact: f64| assert!((got / exact - 1.0).abs() < 1.5e-15, "{got:e} is not {exact:e}");
    close(exp(1.0), std::f64::consts::E);
    close(exp(-300.25), 4.00942236462285713e-131);
    close(exp(700.5), 1.67218596206749845e304);
    close(exp_m1(1e-10), 1.00000000005e-10);
    close(ln(3.0), 1.09861228866810969);
    close(ln(1e-300), -690.775527898213705);
    close(ln_1p(1e-10), 9.9999999995e-11);
    close(pow(2.0, 0.5), std::f64::consts::SQRT_2);
    close(pow(0.85, 12.25), 0.136578343171925576);
    close(pow(7.3, -4.4), 1.58993516726704923e-4);
    close(normal_cdf(-37.5), 4.60535300958195519e-308);
    close(normal_cdf(-20.5), 1.07646732587909612e-93);
    close(normal_cdf(-5.25), 7.60496051648871451e-8);
    close(normal_cdf(-1.5), 6.68072012688580713e-2);
    close(normal_cdf(0.7), 0.758036347776926966);
    close(normal_pdf(0.0), 0.39894228040143267794);
    close(normal_quantile(0.975), 1.95996398454005424);
    close(normal_quantile(1e-3), -3.09023230616781354);
    close(normal_quantile(1e-300), -37.0470962993612005);
}

#[test]
#[allow(clippy::float_cmp, reason = "edges are exact")]
fn edges_are_those_of_ieee() {
    let infinity = f64::INFINITY;
    assert_eq!([exp(710.0), exp(infinity), exp(-746.0), exp(-infinity)], [infinity, infinity, 0.0, 0.0]);
    assert_eq!([exp(0.0), exp(-745.0), exp(-744.0)], [1.0, 5e-324, 1e-323]);
    assert_eq!(
        [exp_m1(0.0), exp_m1(-800.0), exp_m1(-infinity), exp_m1(infinity)],
        [0.0, -1.0, -1.0, infinity]
    );
    assert_eq!([ln(0.0), ln(-0.0), ln(1.0), ln(infinity)], [-infinity, -infinity, 0.0, infinity]);
    assert!((ln(5e-324) + 744.4400719213812).abs() < 1e-12);
    assert_eq!([ln_1p(-1.0), ln_1p(0.0), ln_1p(1e-300), ln_1p(infinity)], [-infinity, 0.0, 1e-300, infinity]);
    assert_eq!([pow(0.0, 0.0), pow(0.0, 2.5), pow(0.0, -1.0), pow(1.0, 1e300)], [1.0, 0.0, infinity, 1.0]);
    assert_eq!([pow(2.0, 1e300), pow(2.0, -1e300), pow(0.5, 1e300)], [infinity, 0.0, 0.0]);
    assert_eq!([pow(infinity, 0.5), pow(infinity, -0.5), pow(3.0, infinity)], [infinity, 0.0, infinity]);
    assert_eq!([pow(3.0, 2.0), pow(10.0, 3.0), pow(4.0, 0.5), pow(7.0, 1.0)], [9.0, 1000.0, 2.0, 7.0]);
    assert_eq!([normal_cdf(0.0), normal_cdf(infinity), normal_cdf(-infinity)], [0.5, 1.0, 0.0]);
    assert_eq!([normal_pdf(infinity), normal_quantile(0.5)], [0.0, 0.0]);
    assert_eq!([normal_quantile(0.0), normal_quantile(1.0)], [-infinity, infinity]);
    let nan = f64::NAN;
    let undefined =
        [exp(nan), exp_m1(nan), ln(nan), ln(-1.0), ln_1p(-2.0), pow(-1.0, 2.0), pow(nan, 1.0), pow(2.0, nan)];
    assert!(undefined.iter().all(|x| x.is_nan()), "{undefined:?}");
    let undefined =
        [normal_cdf(nan), normal_pdf(nan), normal_quantile(nan), normal_quantile(1.1), normal_quantile(-0.1)];
    assert!(undefined.iter().all(|x| x.is_nan()), "{undefined:?}");
}

#[test]
#[allow(clippy::float_cmp, reason = "integers are exact")]
fn floor_and_ceil_are_those_of_the_standard_library() {
    let whole = (-2000..2000).map(f64::from);
    let halves = whole.clone().map(|x| x + 0.5);
    let beside = whole.clone().flat_map(|x| [x.next_up(), x.next_down()]);
    let large = sweep(-2251799813685247.0, 2251799813685247.0, 20_000);
    for x in whole.chain(halves).chain(beside).chain(large).chain(sweep(-3.0, 3.0, 20_000)) {
        assert_eq!((floor(x), ceil(x)), (x.floor(), x.ceil()), "{x:e}");
    }
    for whole in [0, 1, 511, 1 << 20, u32::MAX] {
        assert_eq!(index(f64::from(whole)), whole as usize);
    }
}

#[test]
#[allow(clippy::float_cmp, reason = "ends are exact")]
fn exp_within_its_range_is_exp() {
    let points = ranges(&[(-708.0, 708.0), (-50.0, 50.0), (-1.0, 1.0), (-1e-3, 1e-3)]);
    assert_ulps(1.1, points, exp_within, |x| reference::exp(x.into()));
    assert_eq!(
        [exp_within(0.0), exp_within(1e9), exp_within(-1e9)],
        [1.0, exp_within(708.0), exp_within(-708.0)]
    );
    assert!(exp_within(f64::NAN).is_nan());
}

/// With the instruction set that this machine chooses.
#[test]
fn lanes_have_the_bits_of_scalars() {
    let bits = |lanes: &[f64; LANES]| lanes.map(f64::to_bits);
    let mut out = Lanes::ZERO;
    for block in 0..200 {
        let x = Lanes::from_fn(|i| {
            let turn = (f64::from(block) * 64.0 + i as f64) * 0.618033988749894848;
            let size = [1.0, 30.0, 800.0, 1e-5][block as usize % 4];
            (turn.fract() - 0.5) * 2.0 * size
        });
        exp_lanes(&x, &mut out);
        assert_eq!(bits(&out), bits(&x.map(exp)));
        let positive = out;
        ln_lanes(&positive, &mut out);
        assert_eq!(bits(&out), bits(&positive.map(ln)));
        pow_lanes(&positive, &x, &mut out);
        assert_eq!(bits(&out), bits(&std::array::from_fn(|i| pow(positive[i], x[i]))));
        normal_cdf_lanes(&x, &mut out);
        assert_eq!(bits(&out), bits(&x.map(normal_cdf)));
        let share = Lanes::from_fn(|i| [0.5 * (x[i] + 1.0), 0.5 + x[i], x[i].abs() * 1e-12][i % 3]);
        normal_quantile_lanes(&share, &mut out);
        assert_eq!(bits(&out), bits(&share.map(normal_quantile)));
        sqrt_lanes(&positive, &mut out);
        assert_eq!(bits(&out), bits(&positive.map(f64::sqrt)));
    }
}

/// FNV-1a over the bits of many results: any change of any bit on any platform shows here.
#[test]
fn bits_are_pinned() {
    let mut hash = 0xcbf29ce484222325_u64;
    let mut add = |x: f64| hash = (hash ^ x.to_bits()).wrapping_mul(0x100000001b3);
    for x in sweep(-20.0, 20.0, 2_000) {
        add(exp(x));
        add(exp_within(x));
        add(exp_m1(x));
        add(ln(x.abs()));
        add(ln_1p(x.abs()));
        add(pow(x.abs(), 1.7));
        add(normal_cdf(x));
        add(normal_pdf(x));
        add(ln_gamma(x.abs()));
    }
    for u in sweep(0.0, 1.0, 2_000) {
        add(normal_quantile(u));
        add(beta_quantile(2.0, 3.5, u));
        add(gamma_quantile(1.5, u));
        add(normal_score((u * 4294967296.0) as u32));
    }
    assert_eq!(hash, 0x72a8dda380e7e7da, "{hash:#x}");
}
