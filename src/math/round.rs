//! Rounding to integers without the library calls that plain SSE2 needs.
use super::ROUND;

/// The greatest integer not above `x`, for `|x| < 2^51`; equal to `f64::floor` (a zero may differ in sign).
#[inline(always)]
pub fn floor(x: f64) -> f64 {
    let nearest = (x + ROUND) - ROUND;
    nearest - if nearest > x { 1.0 } else { 0.0 }
}

/// A whole number from 0 to 2^32 - 1 as an index: the low bits of a number to which 2^52 is added are the number, and no
/// conversion has to be found that has a vector instruction.
#[inline(always)]
pub fn index(whole: f64) -> usize {
    (whole + 4503599627370496.0).to_bits() as u32 as usize
}

/// The least integer not below `x`, for `|x| < 2^51`; equal to `f64::ceil` (a zero may differ in sign).
#[inline(always)]
pub fn ceil(x: f64) -> f64 {
    let nearest = (x + ROUND) - ROUND;
    nearest + if nearest < x { 1.0 } else { 0.0 }
}
