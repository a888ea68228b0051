//! From a standard normal score to a value, quickly.
//!
//! A correlated draw is a correlated score (Gaussian copula), so every family is a function of the score. The ones without a
//! closed form are tabulated once per scenario.

use std::sync::Arc;

use multiversion::multiversion;

use super::Distribution;
use super::stretch::{Stretch, stretches};
use crate::lanes::{LANES, Lanes};
use crate::math;
use crate::random::PLACES;

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
    Table(Box<Knots>),
    /// Steps, exact, and smooth stretches between them, one behind another.
    Pieces(Arc<Pieces>),
}

/// Pieces of a quantile function.
#[derive(Debug)]
pub struct Pieces {
    /// The share at which each piece ends.
    upto: Box<[f64]>,
    /// Where the values of each piece begin, and where those of the last end.
    starts: Box<[u32]>,
    /// The one value of a step, or the knots of a stretch, equally spaced on the score of the share within it.
    values: Box<[f64]>,
}

/// Scores beyond this do not occur: a draw has 32 bits, so its score lies within ±6.34.
const REACH: f64 = 6.5;
/// Knots of a table. The error of the distribution function is `h²/8 · φ · |x″/x′|` with `h = 13/2048`: 1.2e-6 for a uniform
/// one, less than 2e-6 wherever the density is bounded, and 6e-6 for a beta distribution of shape 0.2.
const SEGMENTS: usize = 2048;
/// The knots of a table.
type Knots = [f64; SEGMENTS + 1];
/// Segments of all smooth pieces together, and the fewest of one: a piece has as many as there are for it.
const ALL_SEGMENTS: usize = 1 << 16;
const FEWEST_SEGMENTS: usize = 8;

impl Sampler {
    /// Tabulates a distribution: as a whole if it is smooth, else piece by piece.
    pub fn of<D: Distribution + ?Sized>(distribution: &D) -> Self {
        match stretches(distribution).as_slice() {
            [only] if !only.is_step() => {
                Self::Table(Box::new(std::array::from_fn(|i| distribution.quantile(share_at(i, SEGMENTS)))))
            }
            pieces => Self::Pieces(Arc::new(Pieces::of(distribution, pieces))),
        }
    }

    /// The same with tabulated values times a factor.
    pub(super) fn scaled(self, factor: f64) -> Self {
        match self {
            Self::Table(knots) => Self::Table(Box::new(knots.map(|value| factor * value))),
            Self::Pieces(pieces) => Self::Pieces(Arc::new(Pieces {
                upto: pieces.upto.clone(),
                starts: pieces.starts.clone(),
                values: pieces.values.iter().map(|value| factor * value).collect(),
            })),
            closed => closed,
        }
    }

    /// The value at a score.
    pub fn at(&self, score: f64) -> f64 {
        match self {
            Self::Constant(value) => *value,
            Self::Normal { mean, sd } => mean + sd * score,
            Self::LogNormal { mu, sigma } => math::exp_within(mu + sigma * score),
            Self::LogitNormal { mu, sigma } => 1.0 / (1.0 + math::exp(-(mu + sigma * score))),
            Self::Table(knots) => interpolate(&knots[..], SEGMENTS, score),
            Self::Pieces(pieces) => pieces.at(score),
        }
    }

    /// The values at some scores.
    pub fn at_places(&self, scores: &[f64; PLACES]) -> [f64; PLACES] {
        match self {
            Self::LogNormal { mu, sigma } => {
                let mut values = [0.0; PLACES];
                lognormal(*mu, *sigma, scores, &mut values);
                values
            }
            _ => scores.map(|score| self.at(score)),
        }
    }

    /// The values at a score of every lane.
    pub fn fill(&self, scores: &Lanes, out: &mut Lanes) {
        match self {
            Self::Constant(value) => *out = Lanes::splat(*value),
            Self::Normal { mean, sd } => {
                for i in 0..LANES {
                    out[i] = mean + sd * scores[i];
                }
            }
            Self::LogNormal { mu, sigma } => lognormal(*mu, *sigma, &scores[..], &mut out[..]),
            Self::LogitNormal { mu, sigma } => {
                let mut power = Lanes::ZERO;
                for i in 0..LANES {
                    power[i] = -(mu + sigma * scores[i]);
                }
                math::exp_lanes(&power, out);
                for value in out.iter_mut() {
                    *value = 1.0 / (1.0 + *value);
                }
            }
            Self::Table(knots) => look_up(knots, scores, out),
            Self::Pieces(pieces) => {
                for i in 0..LANES {
                    out[i] = pieces.at(scores[i]);
                }
            }
        }
    }
}

impl Pieces {
    fn of<D: Distribution + ?Sized>(distribution: &D, pieces: &[Stretch]) -> Self {
        let smooth = pieces.iter().filter(|piece| !piece.is_step()).count();
        let segments = (ALL_SEGMENTS / smooth.max(1)).clamp(FEWEST_SEGMENTS, SEGMENTS);
        let mut values = Vec::new();
        let mut starts = vec![0];
        for piece in pieces {
            if piece.is_step() {
                values.push(piece.low);
            } else {
                let inside = |part| distribution.quantile(piece.share(part)).clamp(piece.low, piece.high);
                values.extend((0..=segments).map(|i| inside(share_at(i, segments))));
            }
            starts.push(values.len() as u32);
        }
        let upto = pieces.iter().map(|piece| piece.upto).collect();
        Self { upto, starts: starts.into(), values: values.into() }
    }

    fn at(&self, score: f64) -> f64 {
        let share = math::normal_cdf(score);
        let piece = self.upto.partition_point(|upto| *upto < share).min(self.upto.len() - 1);
        let values = &self.values[self.starts[piece] as usize..self.starts[piece + 1] as usize];
        if let [only] = values {
            return *only;
        }
        let from = piece.checked_sub(1).map_or(0.0, |before| self.upto[before]);
        let inside = (share - from) / (self.upto[piece] - from);
        interpolate(values, values.len() - 1, math::normal_quantile(inside))
    }
}

/// `exp(mu + sigma · score)` of some scores.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn lognormal(mu: f64, sigma: f64, scores: &[f64], values: &mut [f64]) {
    for (value, score) in values.iter_mut().zip(scores) {
        *value = math::exp_within(mu + sigma * score);
    }
}

/// The value of a table at the score of every lane.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn look_up(knots: &Knots, scores: &Lanes, out: &mut Lanes) {
    for i in 0..LANES {
        let (knot, share) = segment(SEGMENTS, scores[i]);
        // Never beyond the end, which the compiler cannot know.
        let knot = knot % SEGMENTS;
        out[i] = knots[knot] + share * (knots[knot + 1] - knots[knot]);
    }
}

/// The share of the distribution below a knot, of knots at equally spaced scores.
fn share_at(knot: usize, segments: usize) -> f64 {
    math::normal_cdf(-REACH + 2.0 * REACH * knot as f64 / segments as f64)
}

#[inline]
fn interpolate(knots: &[f64], segments: usize, score: f64) -> f64 {
    let (knot, share) = segment(segments, score);
    knots[knot] + share * (knots[knot + 1] - knots[knot])
}

/// The segment of a score, and where in it that lies.
#[allow(clippy::inline_always, reason = "a loop over lanes vectorizes only when its body is inlined")]
#[inline(always)]
fn segment(segments: usize, score: f64) -> (usize, f64) {
    let place = ((score + REACH) * (segments as f64 / (2.0 * REACH))).clamp(0.0, segments as f64 - 1e-9);
    let whole = math::floor(place);
    (math::index(whole), place - whole)
}
