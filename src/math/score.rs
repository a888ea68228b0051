//! Standard normal scores of random words, by a table of the inverse distribution function.
use std::sync::LazyLock;

use multiversion::multiversion;

use super::{exp, normal_quantile};
use crate::lanes::{LANES, Lanes};

/// Segments per octave of the probability, as a power of two.
const SEGMENT_BITS: u32 = 6;
/// 32 octaves, from 2^-33 (the smallest probability a word stands for) to 1/2.
const SEGMENTS: usize = 32 << SEGMENT_BITS;
/// Exponent and leading mantissa bits of 2^-33, the first segment.
const FIRST: u64 = (1023 - 33) << SEGMENT_BITS;
const ONE_BITS: u64 = 0x3ff0_0000_0000_0000;
const MANTISSA_BITS: u64 = 0x000f_ffff_ffff_ffff;

type Table = [[f64; 4]; SEGMENTS];

/// Cubic Hermite coefficients of the quantile in each segment, lowest power first, of the position 0..1 within it.
static TABLE: LazyLock<Table> = LazyLock::new(|| std::array::from_fn(segment));

/// The standard normal score of a random word: the `(bits + 1/2) / 2^32` quantile.
///
/// Increasing in `bits`, exactly antisymmetric (`score(!bits) = -score(bits)`), at most 6.34 in size, and within
/// 4e-10 (measured) of [`normal_quantile`], far below what 32 bits resolve in a sample.
pub fn normal_score(bits: u32) -> f64 {
    interpolate(&TABLE, bits)
}

/// [`normal_score`] of each lane.
pub fn normal_score_lanes(bits: &[u32; LANES], out: &mut Lanes) {
    interpolate_lanes(&TABLE, bits, out);
}

/// [`normal_score`] of eight words.
pub fn normal_scores(bits: &[u32; 8]) -> [f64; 8] {
    interpolate_eight(&TABLE, bits)
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn interpolate_eight(table: &Table, bits: &[u32; 8]) -> [f64; 8] {
    std::array::from_fn(|i| interpolate(table, bits[i]))
}

// Gathers of eight rows take 2.3 cycles a score where those of four take 3.6 (Sapphire Rapids); on Zen 4 it is 3.0 against 2.1 ns.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn interpolate_lanes(table: &Table, bits: &[u32; LANES], out: &mut Lanes) {
    for i in 0..LANES {
        out[i] = interpolate(table, bits[i]);
    }
}

#[inline(always)]
fn interpolate(table: &Table, bits: u32) -> f64 {
    let lower = bits < 1 << 31;
    let steps = if lower { bits } else { !bits }; // from the nearer end
    let probability = (f64::from(steps as i32) + 0.5) * (1.0 / 4294967296.0);
    let bits = probability.to_bits();
    let row = &table[((bits >> (52 - SEGMENT_BITS)) - FIRST) as usize % SEGMENTS];
    let t = f64::from_bits(((bits << SEGMENT_BITS) & MANTISSA_BITS) | ONE_BITS) - 1.0;
    let z = ((row[3] * t + row[2]) * t + row[1]) * t + row[0];
    if lower { z } else { -z }
}

fn segment(index: usize) -> [f64; 4] {
    let edge = |i: usize| f64::from_bits((i as u64 + FIRST) << (52 - SEGMENT_BITS));
    let (low, high) = (edge(index), edge(index + 1));
    let (y0, y1) = (normal_quantile(low), normal_quantile(high));
    // The quantile's derivative is one over the density.
    let slope = |z: f64| (high - low) * 2.5066282746310005024 * exp(0.5 * z * z);
    let (d0, d1) = (slope(y0), slope(y1));
    [y0, d0, 3.0 * (y1 - y0) - 2.0 * d0 - d1, 2.0 * (y0 - y1) + d0 + d1]
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Words of every magnitude, near both ends and in the middle.
    fn words() -> impl Iterator<Item = u32> {
        (0..400_000_u32).map(|i| {
            let word = i.wrapping_mul(2654435769); // 2^32 / golden ratio
            if i % 2 == 0 { word } else { word >> (i / 2 % 32) }
        })
    }

    #[test]
    fn the_error_is_within_its_bound() {
        for word in words() {
            let exact = normal_quantile((f64::from(word) + 0.5) / 4294967296.0);
            let error = (normal_score(word) - exact).abs();
            assert!(error < 4e-10, "{error:e} at {word}");
        }
    }

    #[test]
    fn scores_increase() {
        let edges = (0..SEGMENTS as u32).map(|i| {
            let probability = f64::from_bits((u64::from(i) + FIRST) << (52 - SEGMENT_BITS));
            (probability * 4294967296.0) as u32
        });
        for word in words().chain(edges) {
            let next = word.saturating_add(1);
            assert!(normal_score(word) < normal_score(next) || word == next, "at {word}");
        }
    }

    #[test]
    fn scores_are_antisymmetric_and_bounded() {
        for word in words() {
            assert_eq!(normal_score(word).to_bits(), (-normal_score(!word)).to_bits());
        }
        assert!((normal_score(0) + 6.3379).abs() < 1e-4);
    }

    #[test]
    fn eight_have_the_bits_of_scalars() {
        let all: Vec<u32> = words().take(4_096).collect();
        for eight in all.as_chunks::<8>().0 {
            assert_eq!(
                normal_scores(eight).map(f64::to_bits),
                eight.map(|word| normal_score(word).to_bits())
            );
        }
    }

    #[test]
    fn lanes_have_the_bits_of_scalars() {
        let all: Vec<u32> = words().collect();
        for chunk in all.as_chunks::<LANES>().0 {
            let mut out = Lanes::ZERO;
            normal_score_lanes(chunk, &mut out);
            assert_eq!(out.map(f64::to_bits), chunk.map(|word| normal_score(word).to_bits()));
        }
    }
}
