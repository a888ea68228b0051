//! Floats as integers of the same order: comparing integers is cheaper, and selection compares a lot.

use std::cmp::Ordering;

use multiversion::multiversion;

use super::quantile::Number;
use crate::lanes::{LANES, Lanes};

/// A 32-bit float as an integer that is larger exactly when the float is (the total order of IEEE 754).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct OrderedF32(u32);

impl From<f32> for OrderedF32 {
    #[allow(clippy::inline_always, reason = "a loop over lanes vectorizes only when its body is inlined")]
    #[inline(always)]
    fn from(value: f32) -> Self {
        let bits = value.to_bits();
        // Negative numbers are flipped whole, the others get their sign bit set.
        let flip = ((bits as i32) >> 31) as u32 | 0x8000_0000;
        Self(bits ^ flip)
    }
}

impl From<OrderedF32> for f32 {
    #[allow(clippy::inline_always, reason = "a loop over lanes vectorizes only when its body is inlined")]
    #[inline(always)]
    fn from(OrderedF32(key): OrderedF32) -> Self {
        let flip = (!((key as i32) >> 31)) as u32 | 0x8000_0000;
        f32::from_bits(key ^ flip)
    }
}

impl OrderedF32 {
    /// The integer.
    #[inline]
    pub fn key(self) -> u32 {
        self.0
    }

    /// The least and the greatest key of some numbers; the other way round without any.
    pub(super) fn range(values: &[Self]) -> (u32, u32) {
        range(values)
    }

    /// Rounds sixty-four numbers to 32-bit floats.
    pub fn round(values: &Lanes, rounded: &mut [Self; LANES]) {
        round(values, rounded);
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn range(values: &[OrderedF32]) -> (u32, u32) {
    let (mut low, mut high) = (u32::MAX, 0);
    for value in values {
        low = low.min(value.0);
        high = high.max(value.0);
    }
    (low, high)
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn round(values: &Lanes, rounded: &mut [OrderedF32; LANES]) {
    for i in 0..LANES {
        rounded[i] = OrderedF32::from(values[i] as f32);
    }
}

impl Number for OrderedF32 {
    #[inline]
    fn value(self) -> f64 {
        f64::from(f32::from(self))
    }
    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        self.cmp(other)
    }
}

#[cfg(test)]
mod tests {
    use super::OrderedF32;

    #[test]
    fn keeps_the_order_and_the_value() {
        let values = [
            f32::NEG_INFINITY,
            -3.4e38,
            -1.0,
            -1e-40,
            -0.0,
            0.0,
            1e-40,
            0.3,
            7.0,
            1e30,
            f32::INFINITY,
            f32::NAN,
        ];
        for pair in values.windows(2) {
            assert!(OrderedF32::from(pair[0]) < OrderedF32::from(pair[1]), "{pair:?}");
        }
        for value in values {
            assert_eq!(f32::from(OrderedF32::from(value)).to_bits(), value.to_bits());
        }
    }
}
