//! The exponential function.
use super::double::fast_sum;
use super::{LN_2_HIGH, LN_2_LOW, ROUND, polynomial};

/// `1/2!, 1/3!, .., 1/13!`: on `|r| <= ln(2)/2` the Taylor series ends below 2^-57.
const TAYLOR: [[f64; 4]; 3] = [
    [1.0 / 2.0, 1.0 / 6.0, 1.0 / 24.0, 1.0 / 120.0],
    [1.0 / 720.0, 1.0 / 5040.0, 1.0 / 40320.0, 1.0 / 362880.0],
    [1.0 / 3628800.0, 1.0 / 39916800.0, 1.0 / 479001600.0, 1.0 / 6227020800.0],
];

/// Of polynomials from `1 + r + r²/2` to the power 11, the one that is nearest to e^r on `|r| <= ln(2)/2` relative to it: it misses
/// by 2^-57.2. Computed with 60 digits (weighted least squares, weights after C. L. Lawson, 1961), then rounded.
const NEAREST: [[f64; 4]; 3] = [
    [0.5, 1.66666666666664326e-1, 4.16666666666039923e-2, 8.33333333349992218e-3],
    [1.38888889267793658e-3, 1.98412694664200373e-4, 2.48015087059075223e-5, 2.75576407438982728e-6],
    [2.76251767755515914e-7, 2.49783979389599652e-8, 0.0, 0.0],
];

/// e^x. Error below 0.7 ulp (measured); above 709.78 infinity, below -745.13 zero, gradual underflow in between.
#[inline(always)]
pub fn exp(x: f64) -> f64 {
    exp_sum(x, 0.0)
}

/// e^x for numbers between −708 and 708, in three quarters of the steps; what lies beyond is taken for these. Error below 1.1 ulp
/// (measured).
#[inline(always)]
pub fn exp_within(x: f64) -> f64 {
    let x = if x > 708.0 { 708.0 } else { x };
    let x = if x < -708.0 { -708.0 } else { x };
    let shifted = x * std::f64::consts::LOG2_E + ROUND;
    let n = shifted - ROUND;
    let r = (x - n * LN_2_HIGH) - n * LN_2_LOW;
    (1.0 + (r + r * r * polynomial(r, &NEAREST))) * power_of_two(shifted)
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
