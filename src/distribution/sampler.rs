//! From a standard normal score to a value, quickly.
//!
//! A correlated draw is a correlated score (Gaussian copula), so every family is a function of the score. The ones without a
//! closed form are tabulated once per scenario.

use crate::lanes::{LANES, Lanes};
use crate::math;

/// A distribution as a function of a standard normal score.
#[derive(Clone, Debug)]
pub enum Sampler {
    /// Always the same.
    Constant(f64),
    /// `mean + sd · score`.
    Normal {
        /// Mean.
        mean: f64,
        /// Standard deviation.
        sd: f64,
    },
    /// `exp(mu + sigma · score)`.
    LogNormal {
        /// Mean of the logarithm.
        mu: f64,
        /// Standard deviation of the logarithm.
        sigma: f64,
    },
    /// `1 / (1 + exp(-(mu + sigma · score)))`.
    LogitNormal {
        /// Mean of the logit.
        mu: f64,
        /// Standard deviation of the logit.
        sigma: f64,
    },
    /// Linear between knots that are equally spaced on the score.
    Table(Box<[f64]>),
}

/// Scores beyond this do not occur: a draw has 32 bits, so its score lies within ±6.34.
const REACH: f64 = 6.5;
/// Knots of a table. The error of the distribution function is `h²/8 · φ · |x″/x′|` with `h = 13/2048`: 1.2e-6 for a uniform
/// one, less than 2e-6 wherever the density is bounded, and 6e-6 for a beta distribution of shape 0.2.
const SEGMENTS: usize = 2048;

impl Sampler {
    /// Tabulates a quantile function.
    pub fn tabulate(quantile: impl Fn(f64) -> f64) -> Self {
        let knot = |i: usize| quantile(math::normal_cdf(-REACH + 2.0 * REACH * i as f64 / SEGMENTS as f64));
        Self::Table((0..=SEGMENTS).map(knot).collect())
    }

    /// The value at a score.
    pub fn at(&self, score: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Normal { mean, sd } => mean + sd * score,
            Self::LogNormal { mu, sigma } => math::exp(mu + sigma * score),
            Self::LogitNormal { mu, sigma } => 1.0 / (1.0 + math::exp(-(mu + sigma * score))),
            Self::Table(knots) => interpolate(knots, score),
        }
    }

    /// The values at a score of every lane.
    pub fn fill(&self, scores: &Lanes, out: &mut Lanes) {
        match self {
            Self::Constant(value) => *out = [*value; LANES],
            Self::Normal { mean, sd } => {
                for i in 0..LANES {
                    out[i] = mean + sd * scores[i];
                }
            }
            Self::LogNormal { mu, sigma } => {
                let mut power = [0.0; LANES];
                for i in 0..LANES {
                    power[i] = mu + sigma * scores[i];
                }
                math::exp_lanes(&power, out);
            }
            Self::LogitNormal { mu, sigma } => {
                let mut power = [0.0; LANES];
                for i in 0..LANES {
                    power[i] = -(mu + sigma * scores[i]);
                }
                math::exp_lanes(&power, out);
                for value in out.iter_mut() {
                    *value = 1.0 / (1.0 + *value);
                }
            }
            Self::Table(knots) => {
                for i in 0..LANES {
                    out[i] = interpolate(knots, scores[i]);
                }
            }
        }
    }
}

#[inline]
fn interpolate(knots: &[f64], score: f64) -> f64 {
    let place = ((score + REACH) * (SEGMENTS as f64 / (2.0 * REACH))).clamp(0.0, SEGMENTS as f64 - 1e-9);
    let i = place as usize;
    let share = place - i as f64;
    knots[i] + share * (knots[i + 1] - knots[i])
}
