//! Elementary and special functions in plain arithmetic.
//!
//! Only `+ - * / sqrt` and bit operations, in a fixed order and never fused: IEEE 754 defines each of them exactly, so
//! that every platform computes the same bits, which no system library promises for its `exp` or `ln`. The elementary
//! functions have no branch and no table, so that a plain loop over [`Lanes`](crate::lanes::Lanes) becomes vector
//! instructions; they are always inlined to let any loop profit. The functions named `*_lanes` are such loops, compiled
//! for several instruction sets and chosen at run time. They return the bits of the scalar function in each lane.
#![allow(clippy::inline_always, reason = "a loop over lanes vectorizes only when its body is inlined")]

mod beta;
mod binomial;
mod double;
mod exp;
mod gamma;
mod gamma_ratio;
mod kernels;
mod ln;
mod normal;
mod poisson;
mod pow;
mod round;
mod score;
mod sin;
mod symmetric;

pub use beta::{beta_quantile, incomplete_beta};
pub use binomial::binomial_quantile;
pub use exp::{exp, exp_m1, exp_m1_upto_40, exp_within};
pub use gamma::{gamma_quantile, incomplete_gamma, ln_gamma};
pub use gamma_ratio::{gamma_ratio, gamma_ratio_lanes};
pub use kernels::{exp_lanes, ln_lanes, normal_cdf_lanes, pow_lanes, sqrt_lanes};
pub use ln::{ln, ln_1p};
pub use normal::{normal_cdf, normal_pdf, normal_quantile, normal_quantile_lanes};
pub use poisson::poisson_quantile;
pub use pow::pow;
pub use round::{ceil, floor, index};
pub use score::{normal_score, normal_score_lanes, normal_scores};
pub use sin::sin;
pub use symmetric::{Matrix, cholesky, eigen};

/// The larger of two numbers, the second where one is none: a third of the steps of `f64::max`, which looks for that.
#[inline(always)]
pub fn larger(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The smaller of two numbers, the second where one is none.
#[inline(always)]
pub fn smaller(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}

/// 1.5 * 2^52. Adding it to `|x| < 2^51` rounds `x` to an integer, ties to even, and leaves that integer in the low bits.
const ROUND: f64 = 6755399441055744.0;

/// ln 2 to 33 bits: its product with an exponent is exact.
const LN_2_HIGH: f64 = 6.93147180369123816490e-01;
/// The rest of ln 2.
const LN_2_LOW: f64 = 1.90821492927058770002e-10;

/// `sum c[i] x^i`, coefficients lowest power first in rows of four: rows are independent of each other (Estrin), which
/// keeps the processor busier than Horner's chain.
#[inline(always)]
fn polynomial<const ROWS: usize>(x: f64, c: &[[f64; 4]; ROWS]) -> f64 {
    let x2 = x * x;
    let x4 = x2 * x2;
    let mut sum = 0.0;
    for i in (0..ROWS).rev() {
        let row = (c[i][0] + c[i][1] * x) + (c[i][2] + c[i][3] * x) * x2;
        sum = if i + 1 == ROWS { row } else { sum * x4 + row };
    }
    sum
}

#[cfg(test)]
mod reference;
#[cfg(test)]
mod tests;
