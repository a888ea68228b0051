//! The beta distribution.
use super::{exp, ln, ln_1p, ln_gamma};

/// Terms of the continued fraction; about the square root of the larger shape is needed.
const TERMS: usize = 100_000;
const TOLERANCE: f64 = 1e-16;

/// Share of a beta distribution below `x`: the regularized incomplete beta function `I_x(a, b)`. Relative error below
/// 1e-12 for shapes up to 1,000 (measured). NaN unless a > 0, b > 0 and x is from 0 to 1.
pub fn incomplete_beta(a: f64, b: f64, x: f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && (0.0..=1.0).contains(&x)) {
        return f64::NAN;
    }
    if x <= 0.0 || x >= 1.0 {
        return x;
    }
    exp(Lower::of(a, b, Place { x, rest: 1.0 - x, ln_x: ln(x), ln_rest: ln_1p(-x) }).share)
}

/// The `u` quantile of a beta distribution. Relative error below 1e-12 (measured).
/// NaN unless a > 0, b > 0 and u is from 0 to 1.
pub fn beta_quantile(a: f64, b: f64, u: f64) -> f64 {
    if !(a > 0.0 && b > 0.0 && (0.0..=1.0).contains(&u)) {
        return f64::NAN;
    }
    if u <= 0.0 || u >= 1.0 {
        return u;
    }
    // The nearer tail keeps its relative accuracy; the other one is its mirror image.
    let logit = if u <= 0.5 { lower_logit(a, b, u) } else { -lower_logit(b, a, 1.0 - u) };
    Place::of(logit).x
}

/// The logit of the quantile of a share `u <= 1/2`.
fn lower_logit(a: f64, b: f64, u: f64) -> f64 {
    let ln_u = ln(u);
    let mut y = ln(a / b);
    // ln I is concave in the logit, so that Newton's method approaches the root monotonically after its first step.
    for _ in 0..200 {
        let lower = Lower::of(a, b, Place::of(y));
        let step = (ln_u - lower.share) * exp(lower.share - lower.density);
        y += step;
        if step.abs() < 1e-13 {
            break;
        }
    }
    y
}

/// A point between 0 and 1, told without cancellation from either end.
#[derive(Clone, Copy)]
struct Place {
    x: f64,
    rest: f64,
    ln_x: f64,
    ln_rest: f64,
}

impl Place {
    fn of(logit: f64) -> Self {
        let small = exp(-logit.abs());
        let (ln_small, ln_large) = (-logit.abs() - ln_1p(small), -ln_1p(small));
        let (small, large) = (small / (1.0 + small), 1.0 / (1.0 + small));
        if logit < 0.0 {
            Self { x: small, rest: large, ln_x: ln_small, ln_rest: ln_large }
        } else {
            Self { x: large, rest: small, ln_x: ln_large, ln_rest: ln_small }
        }
    }
}

/// Logarithms: of the share below a place, and of the density there per unit of the logit.
struct Lower {
    share: f64,
    density: f64,
}

impl Lower {
    fn of(a: f64, b: f64, place: Place) -> Self {
        let Place { x, rest, ln_x, ln_rest } = place;
        let density = a * ln_x + b * ln_rest + ln_gamma(a + b) - ln_gamma(a) - ln_gamma(b);
        let share = if x <= (a + 1.0) / (a + b + 2.0) {
            density + ln(fraction(a, b, x) / a)
        } else {
            ln_1p(-exp(density) * fraction(b, a, rest) / b)
        };
        Self { share, density }
    }
}

/// The continued fraction of DLMF 8.17.22 by Lentz's method.
fn fraction(a: f64, b: f64, x: f64) -> f64 {
    let mut c = 1.0;
    let mut d = 1.0 / (1.0 - (a + b) * x / (a + 1.0));
    let mut value = d;
    for n in 1..TERMS {
        let m = n as f64;
        let even = m * (b - m) * x / ((a + 2.0 * m - 1.0) * (a + 2.0 * m));
        d = 1.0 / (1.0 + even * d);
        c = 1.0 + even / c;
        value *= c * d;
        let odd = -(a + m) * (a + b + m) * x / ((a + 2.0 * m) * (a + 2.0 * m + 1.0));
        d = 1.0 / (1.0 + odd * d);
        c = 1.0 + odd / c;
        value *= c * d;
        if (c * d - 1.0).abs() < TOLERANCE {
            break;
        }
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Digits from a computation with 50 digits (mpmath).
    #[test]
    fn incomplete_beta_meets_printed_digits() {
        for (a, b, x, exact) in [
            (0.01, 0.01, 1e-30, 0.25063424798888917),
            (0.01, 1.0, 0.3, 0.98803245948591367),
            (0.5, 0.5, 0.25, 0.33333333333333331),
            (0.5, 0.5, 1e-10, 6.3661977237819169e-06),
            (1.0, 3.0, 0.2, 0.48800000000000004),
            (2.0, 5.0, 0.1, 0.11426500000000001),
            (2.0, 5.0, 0.9, 0.99994499999999997),
            (4.5, 1.5, 0.7, 0.33729358608169058),
            (10.0, 0.1, 0.5, 2.2297472458379067e-05),
            (30.0, 40.0, 0.2, 8.1435006545699118e-06),
            (30.0, 40.0, 0.45, 0.64474800855856806),
            (30.0, 40.0, 0.6, 0.99807411120246103),
            (200.0, 3.0, 0.97, 0.056734536940793834),
            (500.0, 700.0, 0.4, 0.12051628908943207),
            (1000.0, 1000.0, 0.5, 0.5),
            (1000.0, 1000.0, 0.45, 3.6831988690075782e-06),
        ] {
            let error = (incomplete_beta(a, b, x) / exact - 1.0).abs();
            assert!(error < if a + b <= 12.0 { 1e-14 } else { 1e-12 }, "{error:e} at {a}, {b}, {x}");
        }
    }

    /// The miss of the share, over the density per unit of the logit, is the relative error of the nearer of x and 1 - x.
    /// The share itself is only known to some units of its last place, and so is x near one.
    #[test]
    fn the_quantile_inverts() {
        for (a, b) in
            [(0.01, 0.01), (0.01, 3.0), (0.5, 0.5), (2.0, 5.0), (40.0, 0.3), (1000.0, 1.0), (300.0, 500.0)]
        {
            for u in [1e-200, 1e-12, 1e-3, 0.2, 0.5, 0.7, 0.999, 1.0 - 1e-12] {
                let x = beta_quantile(a, b, u);
                if x < f64::MIN_POSITIVE {
                    assert!(incomplete_beta(a, b, 1e-300) > u, "{a}, {b}, {u}"); // zero to double precision
                    continue;
                }
                let (below, above) = (
                    incomplete_beta(a, b, x * (1.0 - f64::EPSILON)),
                    incomplete_beta(a, b, (x * (1.0 + f64::EPSILON)).min(1.0)),
                );
                let place = Place { x, rest: 1.0 - x, ln_x: ln(x), ln_rest: ln_1p(-x) };
                let density = if x < 1.0 { exp(Lower::of(a, b, place).density) } else { 0.0 };
                let slack = 1e-12 * density + 4.0 * f64::EPSILON * u;
                assert!(below - slack <= u && u <= above + slack, "{a}, {b}, {u}: {x:e}");
            }
        }
    }

    /// u^(1/a) is the quantile for b = 1, the arcsine law the one for a = b = 1/2.
    #[test]
    fn closed_forms() {
        for u in [1e-9, 0.1, 0.5, 0.9, 0.999999] {
            for a in [0.2, 1.0, 7.0] {
                assert!((beta_quantile(a, 1.0, u) / super::super::pow(u, 1.0 / a) - 1.0).abs() < 1e-13);
            }
        }
        assert!((beta_quantile(0.5, 0.5, 1.0 / 3.0) - 0.25).abs() < 1e-14);
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "edges are exact")]
    fn edges() {
        assert_eq!([incomplete_beta(2.0, 3.0, 0.0), incomplete_beta(2.0, 3.0, 1.0)], [0.0, 1.0]);
        assert_eq!([beta_quantile(2.0, 3.0, 0.0), beta_quantile(2.0, 3.0, 1.0)], [0.0, 1.0]);
        let undefined =
            [incomplete_beta(0.0, 1.0, 0.5), incomplete_beta(1.0, 1.0, 1.5), beta_quantile(1.0, -1.0, 0.5)];
        assert!(undefined.iter().all(|x| x.is_nan()), "{undefined:?}");
    }
}
