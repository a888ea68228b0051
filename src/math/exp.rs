//! The exponential function.
use super::double::fast_sum;
use super::{LN_2_HIGH, LN_2_LOW, ROUND, polynomial};

/// `1/2!, 1/3!, .., 1/13!`: on `|r| <= ln(2)/2` the Taylor series ends below 2^-57.
const TAYLOR: [[f64; 4]; 3] = [
    [1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0],
    [1.0 / 720.0, 1.0 / 5040.0, 1.0 / 40320.0, 1.0 / 362880.0],
    [1.0 / 3628800.0, 1.0 / 39916800.0, 1.0 / 479001600.0, 1.0 / 6227020800.0],
];

/// e^x. Error below 0.7 ulp (measured); above 709.78 infinity, below -745.13 zero, gradual underflow in between.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    exp_sum(x, 0.0)
}

/// The same bits for numbers between −708 and 708, in fewer steps; what lies beyond is taken for these.
#[inline(always)]
pub fn exp_within(x: f64) -> f64 {
    let x = if x > 708.0 { 708.0 } else { x };
    let x = if x < -708.0 { -708.0 } else { x };
    let (n, r, tail) = reduce(x, 0.0);
    let (sum, error) = fast_sum(1.0, r);
    (sum + (error + tail)) * power_of_two(n + ROUND)
}

/// e^(x + low) for a `low` far below `x`: the error of an argument that is itself a rounded result.
#[inline(always)]
pub(super) fn exp_sum(x: f64, low: f64) -> f64 {
    let x = if x > 710.0 { 710.0 } else { x }; // not f64::min, which would lose a NaN
    let x = if x < -746.0 { -746.0 } else { x };
    let (n, r, tail) = reduce(x, low);
    let (sum, error) = fast_sum(1.0, r);
    // 2^n in two factors, because a result near the ends of the range needs an n that one factor cannot hold.
    let half = n * 0.5 + ROUND;
    let rest = (n - (half - ROUND)) + ROUND;
    (sum + (error + tail)) * power_of_two(half) * power_of_two(rest)
}

/// e^x - 1 without the cancellation near zero. Error below 1.3 ulp (measured).
pub fn exp_m1(x: f64) -> f64 {
    if x > 40.0 {
        return exp(x); // 1 is less than half an ulp
    }
    exp_m1_upto_40(x)
}

/// The same for numbers up to 40, without a branch.
#[inline(always)]
pub fn exp_m1_upto_40(x: f64) -> f64 {
    let x = if x < -746.0 { -746.0 } else { x };
    let (n, r, tail) = reduce(x, 0.0);
    let scale = power_of_two(n.max(-1000.0) + ROUND); // beyond -1000 the result is -1 anyway
    let (sum, error) = fast_sum(scale - 1.0, scale * r);
    sum + (error + scale * tail)
}

/// `x + low = n ln 2 + r'` and `e^r' = 1 + r + tail`, for numbers from -746 to 710.
#[inline(always)]
fn reduce(x: f64, low: f64) -> (f64, f64, f64) {
    let n = (x * std::f64::consts::LOG2_E + ROUND) - ROUND;
    let high = x - n * LN_2_HIGH; // exact
    let low = n * LN_2_LOW - low;
    let r = high - low;
    let error = (high - r) - low;
    (n, r, error + r * r * polynomial(r, &TAYLOR))
}

/// 2^n from `n + ROUND`, for n from -1022 to 1023.
#[inline(always)]
fn power_of_two(shifted: f64) -> f64 {
    f64::from_bits(shifted.to_bits().wrapping_add(1023) << 52)
}
