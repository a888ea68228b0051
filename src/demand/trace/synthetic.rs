//! Requests that never were: arrivals of a given burstiness, lengths of a given spread.

use std::sync::Arc;

use rand::TryRng;

use super::Request;
use crate::math;
use crate::random::{Key, PathRng};

/// How long requests are.
#[derive(Clone, Debug)]
pub enum Length {
    /// All alike.
    Constant(f64),
    /// Lognormal with this mean and standard deviation over mean.
    LogNormal {
        /// Mean in tokens.
        mean: f64,
        /// Standard deviation over mean.
        cv: f64,
    },
    /// Exponential with this mean.
    Exponential(f64),
    /// Equally likely values.
    Values(Arc<[f64]>),
}

impl Length {
    /// The value that a share `u` of requests is shorter than.
    fn quantile(&self, u: f64) -> f64 {
        match self {
            Self::Constant(length) => *length,
            Self::LogNormal { mean, cv } => {
                let variance = math::ln_1p(cv * cv);
                math::exp(math::ln(*mean) - 0.5 * variance + variance.sqrt() * math::normal_quantile(u))
            }
            Self::Exponential(mean) => -mean * math::ln(1.0 - u),
            Self::Values(values) => values.get((u * values.len() as f64) as usize).copied().unwrap_or(1.0),
        }
    }
}

/// A stream of requests whose times between arrivals are gamma-distributed: with a coefficient of variation of 1 a Poisson
/// stream, above it one of bursts, at 0 a clock.
#[derive(Clone, Debug)]
pub struct Synthetic {
    /// Arrivals per second.
    pub rate: f64,
    /// Standard deviation over mean of the times between them.
    pub cv: f64,
    /// Tokens in.
    pub input: Length,
    /// Tokens out.
    pub output: Length,
    /// Requests still to come.
    pub left: u64,
    now: f64,
    arrivals: PathRng,
    lengths: PathRng,
}

impl Synthetic {
    /// `count` requests. `rate` is above 0.
    pub fn new(rate: f64, cv: f64, input: Length, output: Length, count: u64, seed: u64) -> Self {
        Self {
            rate,
            cv,
            input,
            output,
            left: count,
            now: 0.0,
            arrivals: PathRng::new(Key::new(seed, "trace.arrivals"), 0),
            lengths: PathRng::new(Key::new(seed, "trace.lengths"), 0),
        }
    }

    /// The time to the next arrival.
    fn gap(&mut self) -> f64 {
        if self.cv == 0.0 {
            return 1.0 / self.rate;
        }
        let shape = 1.0 / (self.cv * self.cv);
        gamma(shape, &mut self.arrivals) / (shape * self.rate)
    }
}

fn uniform(rng: &mut PathRng) -> f64 {
    let Ok(word) = rng.try_next_u32();
    (f64::from(word) + 0.5) / 4294967296.0
}

/// A gamma variate of scale 1 (G. Marsaglia, W. W. Tsang, 2000); shapes below 1 by a power of a uniform one.
fn gamma(shape: f64, rng: &mut PathRng) -> f64 {
    if shape - 1.0 == 0.0 {
        return -math::ln(uniform(rng));
    }
    if shape < 1.0 {
        let power = math::pow(uniform(rng), 1.0 / shape);
        return gamma(shape + 1.0, rng) * power;
    }
    let d = shape - 1.0 / 3.0;
    let c = 1.0 / (9.0 * d).sqrt();
    loop {
        let Ok(word) = rng.try_next_u32();
        let z = math::normal_score(word);
        let v = 1.0 + c * z;
        if v <= 0.0 {
            continue;
        }
        let v = v * v * v;
        if math::ln(uniform(rng)) < 0.5 * z * z + d * (1.0 - v + math::ln(v)) {
            return d * v;
        }
    }
}

impl Iterator for Synthetic {
    type Item = Request;

    fn next(&mut self) -> Option<Request> {
        self.left = self.left.checked_sub(1)?;
        self.now += self.gap();
        let whole = |length: f64| length.round().clamp(1.0, 1e8) as u32;
        let input = whole(self.input.quantile(uniform(&mut self.lengths)));
        let output = whole(self.output.quantile(uniform(&mut self.lengths)));
        Some(Request { at_s: self.now, input, output, ..Request::default() })
    }
}
