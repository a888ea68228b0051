//! The natural logarithm, after `e_log.c` of fdlibm (Sun Microsystems, 1993).
use super::{LN_2_HIGH, LN_2_LOW};

const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
const MANTISSA_BITS: u64 = 0x000f_ffff_ffff_ffff;
const SQRT_HALF_BITS: u64 = 0x3fe6_a09e_667f_3bcd;
const TWO_TO_52_BITS: u64 = 0x4330_0000_0000_0000;

/// ln x. Error below 0.85 ulp (measured); -infinity at 0, NaN below.
#[inline(always)]
pub fn ln(x: f64) -> f64 {
    let (k, m) = split(x);
    let f = m - 1.0; // exact
    let s = f / (2.0 + f);
    let z = s * s;
    let w = z * z;
    // Minimax polynomial of (ln((1+s)/(1-s)) - 2s) / s, error below 2^-58.45.
    let even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01));
    let odd = z
        * (6.666666666666735130e-01
            + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)));
    let half_square = 0.5 * f * f;
    let y = k * LN_2_HIGH - ((half_square - (s * (half_square + (odd + even)) + k * LN_2_LOW)) - f);
    edges(x, y)
}

/// ln(1 + x) without the cancellation near zero. Error below 1.3 ulp (measured).
pub fn ln_1p(x: f64) -> f64 {
    let u = 1.0 + x;
    if !(u > 0.0 && u < f64::INFINITY) {
        return ln(u);
    }
    let lost = if x.abs() < 1.0 { x - (u - 1.0) } else { 1.0 - (u - x) };
    ln(u) + lost / u
}

/// `x = 2^k m` with m from sqrt(1/2) to sqrt(2), for positive finite x.
#[inline(always)]
pub(super) fn split(x: f64) -> (f64, f64) {
    let subnormal = x < f64::MIN_POSITIVE;
    let scaled = if subnormal { x * 18014398509481984.0 } else { x }; // 2^54
    let bits = scaled.to_bits().wrapping_add(ONE_BITS - SQRT_HALF_BITS);
    // The exponent becomes the last digits of 2^52, which costs less than a conversion of 64-bit integers.
    let exponent = f64::from_bits((bits >> 52) | TWO_TO_52_BITS) - (4503599627370496.0 + 1023.0);
    let k = exponent - if subnormal { 54.0 } else { 0.0 };
    (k, f64::from_bits((bits & MANTISSA_BITS) + SQRT_HALF_BITS))
}

/// `y`, or the logarithm of an `x` that is not positive and finite.
#[inline(always)]
pub(super) fn edges(x: f64, y: f64) -> f64 {
    let y = if x < f64::INFINITY { y } else { x };
    let y = if x == 0.0 { f64::NEG_INFINITY } else { y };
    if x < 0.0 { f64::NAN } else { y }
}
