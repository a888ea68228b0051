//! Powers.
use super::double::{fast_sum, product};
use super::exp::exp_sum;
use super::ln::split;
use super::{LN_2_HIGH, LN_2_LOW, polynomial};

/// `2/3, 2/5, .., 2/25` of `ln((1+s)/(1-s)) = 2s + 2/3 s^3 + ..`: with `s^2 < 0.0295` the series ends below 2^-64.
const TAYLOR: [[f64; 4]; 3] = [
    [2.0 / 3.0, 2.0 / 5.0, 2.0 / 7.0, 2.0 / 9.0],
    [2.0 / 11.0, 2.0 / 13.0, 2.0 / 15.0, 2.0 / 17.0],
    [2.0 / 19.0, 2.0 / 21.0, 2.0 / 23.0, 2.0 / 25.0],
];

/// x^y for x >= 0; `x^0 = 1` for every x, `0^y = 0` for y > 0, NaN for a negative x.
///
/// Error (measured) below 2.2 ulp while `|y ln x| < 50` and below 25 ulp everywhere: the logarithm carries some
/// more bits than a double, because `exp` turns an absolute error of its argument into a relative one.
#[inline(always)]
pub fn pow(x: f64, y: f64) -> f64 {
    let (high, low) = ln_double(x);
    let y_bounded = if y > 1e20 { 1e20 } else { y }; // beyond, any power but that of 1 is 0 or infinite
    let y_bounded = if y_bounded < -1e20 { -1e20 } else { y_bounded };
    let (exponent, error) = product(y_bounded, high);
    let error = if exponent.abs() < 800.0 { error + y_bounded * low } else { 0.0 };
    let power = exp_sum(exponent, error);

    let (at_zero, at_infinity) = if y > 0.0 { (0.0, f64::INFINITY) } else { (f64::INFINITY, 0.0) };
    let power = if x == 0.0 { at_zero } else { power };
    let power = if x == f64::INFINITY { at_infinity } else { power };
    let power = if x >= 0.0 { power } else { f64::NAN };
    if y == 0.0 { 1.0 } else { power }
}

/// ln x as a sum of two numbers with a relative error below 2^-57, for positive finite x.
#[inline(always)]
fn ln_double(x: f64) -> (f64, f64) {
    let (k, m) = split(x);
    let f = m - 1.0; // exact
    let (d, d_low) = fast_sum(1.0, m);
    let inverse = 1.0 / d;
    let s = f * inverse;
    let (p, p_low) = product(s, d);
    let s_low = (((f - p) - p_low) - s * d_low) * inverse;
    let z = s * s;
    let series = s_low * (2.0 + 2.0 * z) + s * z * polynomial(z, &TAYLOR);
    let (high, error) = fast_sum(k * LN_2_HIGH, 2.0 * s);
    fast_sum(high, error + (k * LN_2_LOW + series))
}
