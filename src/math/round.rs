//! Rounding to integers without the library calls that plain SSE2 needs.
use super::ROUND;

/// The greatest integer not above `x`, for `|x| < 2^51`; equal to `f64::floor` (a zero may differ in sign).
#[inline(always)]
pub fn floor(x: f64) -> f64 {
    let nearest = (x + ROUND) - ROUND;
    nearest - if nearest > x { 1.0 } else { 0.0 }
}

/// The least integer not below `x`, for `|x| < 2^51`; equal to `f64::ceil` (a zero may differ in sign).
#[inline(always)]
pub fn ceil(x: f64) -> f64 {
    let nearest = (x + ROUND) - ROUND;
    nearest + if nearest < x { 1.0 } else { 0.0 }
}
