//! Values of gamma distributions by their normal scores, from a table: for whoever needs one for each path and month.
#![allow(clippy::inline_always, reason = "a loop over lanes vectorizes only when its body is inlined")]
use std::sync::LazyLock;

use multiversion::multiversion;

use super::{floor, gamma_quantile, index, normal_cdf, pow};
use crate::lanes::{self, LANES, Lanes};

/// The largest coefficient of variation in the table, and cells on the way there.
const MOST_CV: f64 = 2.0;
const CVS: usize = 64;
/// Scores lie between minus and plus this, which one in 10^10 passes.
const MOST_SCORE: f64 = 6.5;
/// Cells of one unit of the score, and of all.
const FINENESS: usize = 8;
const SCORES: usize = 13 * FINENESS;
/// Places of the table: a power of two, so that none can lie outside.
const PLACES: usize = 1 << 13;
const _: () = assert!((CVS + 1) * (SCORES + 1) <= PLACES, "all nodes have a place");

/// What the cube root of value over mean exceeds that of E. B. Wilson and M. M. Hilferty (PNAS 17, 1931) by, `[cv][score]`: small
/// and smooth.
static TABLE: LazyLock<[f64; PLACES]> =
    LazyLock::new(|| std::array::from_fn(|place| node(place / (SCORES + 1), place % (SCORES + 1))));

/// The value of a gamma distribution over its mean, at a standard normal score; `cv` is its standard deviation over the mean,
/// one over the root of its shape. Over all scores the mean is met within 5e-5, and the variance within 3e-4 (measured). Exact,
/// and a hundred times slower, where `cv` is above 2.
pub fn gamma_ratio(cv: f64, score: f64) -> f64 {
    if cv > MOST_CV {
        let shape = 1.0 / (cv * cv);
        return gamma_quantile(shape, normal_cdf(score)) / shape;
    }
    interpolate(&TABLE, cv, score)
}

/// [`gamma_ratio`] of each lane.
pub fn gamma_ratio_lanes(cv: &Lanes, score: &Lanes, out: &mut Lanes) {
    let mut beyond = [false; LANES];
    interpolate_lanes(&TABLE, cv, score, out, &mut beyond);
    for lane in lanes::which(&beyond) {
        out[lane] = gamma_ratio(cv[lane], score[lane]);
    }
}

/// Marks the lanes that lie beyond the table.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn interpolate_lanes(
    table: &[f64; PLACES],
    cv: &Lanes,
    score: &Lanes,
    out: &mut Lanes,
    beyond: &mut [bool; LANES],
) {
    for i in 0..LANES {
        out[i] = interpolate(table, cv[i], score[i]);
        beyond[i] = cv[i] > MOST_CV;
    }
}

#[inline(always)]
fn interpolate(table: &[f64; PLACES], cv: f64, score: f64) -> f64 {
    let score = if score > MOST_SCORE { MOST_SCORE } else { score };
    let score = if score < -MOST_SCORE { -MOST_SCORE } else { score };
    let (i, s) = cell(cv * (CVS as f64 / MOST_CV), CVS);
    let (j, t) = cell((score + MOST_SCORE) * FINENESS as f64, SCORES);
    let at = |row: usize| {
        let first = row * (SCORES + 1) + j;
        let (here, next) = (table[first % PLACES], table[(first + 1) % PLACES]);
        here + t * (next - here)
    };
    let (low, high) = (at(i), at(i + 1));
    let root = low + s * (high - low) + wilson_hilferty(cv, score);
    let root = if root > 0.0 { root } else { 0.0 };
    root * root * root
}

/// The cell of a place, and where in it that lies.
#[inline(always)]
fn cell(place: f64, cells: usize) -> (usize, f64) {
    let (whole, last) = (floor(place), (cells - 1) as f64);
    let whole = if whole < last { whole } else { last };
    (index(whole) % PLACES, place - whole)
}

#[inline(always)]
fn wilson_hilferty(cv: f64, score: f64) -> f64 {
    1.0 - cv * cv / 9.0 + cv * score / 3.0
}

fn node(row: usize, column: usize) -> f64 {
    if row == 0 || row > CVS {
        return 0.0;
    }
    let cv = row as f64 * (MOST_CV / CVS as f64);
    let (shape, score) = (1.0 / (cv * cv), column as f64 / FINENESS as f64 - MOST_SCORE);
    pow(gamma_quantile(shape, normal_cdf(score)) / shape, 1.0 / 3.0) - wilson_hilferty(cv, score)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::normal_quantile;

    /// Mean 1 and variance cv², by the midpoint rule over 20,000 shares; beyond the table too.
    #[test]
    fn mean_and_variance_are_met() {
        const POINTS: usize = 20_000;
        for cv in [1e-3, 0.01, 0.1, 0.3, 0.5, 0.77, 1.0, 1.4, 1.9, 2.0, 2.3] {
            let value = |i: usize| gamma_ratio(cv, normal_quantile((i as f64 + 0.5) / POINTS as f64));
            let (mut sum, mut squares) = (0.0, 0.0);
            for value in (0..POINTS).map(value) {
                sum += value;
                squares += (value - 1.0) * (value - 1.0);
            }
            let n = POINTS as f64;
            assert!((sum / n - 1.0).abs() < 2e-4, "{cv}: {}", sum / n);
            // The midpoint rule itself loses some of the tail.
            assert!((squares / n / (cv * cv) - 1.0).abs() < 4e-3, "{cv}: {}", squares / n);
        }
    }

    /// Against the quantile itself, between the nodes of the table.
    #[test]
    fn the_quantile_is_met() {
        for cv in [0.02, 0.21, 0.515, 1.01, 1.515, 1.99] {
            for i in -60..=60 {
                let score = f64::from(i) / 10.0 + 0.03;
                let shape = 1.0 / (cv * cv);
                let exact = gamma_quantile(shape, normal_cdf(score)) / shape;
                let error = (gamma_ratio(cv, score) - exact).abs() / (exact + 0.1);
                assert!(error < 2.5e-3, "{cv} {score}: {error}");
            }
        }
    }

    #[test]
    fn it_increases() {
        for cv in [0.0, 0.4, 1.3, 2.0] {
            let values: Vec<f64> = (-80..80).map(|i| gamma_ratio(cv, f64::from(i) / 10.0)).collect();
            assert!(values.is_sorted(), "{cv}");
        }
    }

    #[test]
    fn lanes_have_the_bits_of_scalars() {
        for block in 0..200 {
            let at = |i: usize, turn: f64| ((block * LANES + i) as f64 * turn).fract();
            let cv = Lanes::from_fn(|i| 2.05 * at(i, 0.618033988749894848));
            let score = Lanes::from_fn(|i| 15.0 * (at(i, 0.754877666246692760) - 0.5));
            let mut out = Lanes::ZERO;
            gamma_ratio_lanes(&cv, &score, &mut out);
            let each = Lanes::from_fn(|i| gamma_ratio(cv[i], score[i]));
            assert_eq!(out.map(f64::to_bits), each.map(f64::to_bits));
        }
    }
}
