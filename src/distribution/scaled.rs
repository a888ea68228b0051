//! A distribution times a factor: a stress that makes a number larger or smaller without another draw.

use std::sync::Arc;

use super::{Distribution, Sampler};
use crate::math;

/// `factor · X`, with a factor above 0.
#[derive(Clone, Debug)]
pub struct Scaled {
    of: Arc<dyn Distribution>,
    factor: f64,
}

impl Scaled {
    /// Scales a distribution.
    pub fn new(of: Arc<dyn Distribution>, factor: f64) -> Self {
        Self { of, factor }
    }

    /// From x over the factor to where the scaled value fulfils something, and then as far back as it still does; division
    /// and multiplication are off by a few last places at the most.
    fn nearby(&self, x: f64, to: fn(f64) -> f64, back: fn(f64) -> f64, test: impl Fn(f64) -> bool) -> f64 {
        let mut y = x / self.factor;
        for _ in 0..4 {
            y = if test(self.factor * y) { y } else { to(y) };
        }
        for _ in 0..4 {
            y = if test(self.factor * back(y)) { back(y) } else { y };
        }
        y
    }
}

impl Distribution for Scaled {
    fn quantile(&self, u: f64) -> f64 {
        self.factor * self.of.quantile(u)
    }
    fn cdf(&self, x: f64) -> f64 {
        // The largest value that the factor takes to x or below: rounding must not step over a value with a share of its own.
        self.of.cdf(self.nearby(x, f64::next_down, f64::next_up, |scaled| scaled <= x))
    }
    fn below(&self, x: f64) -> f64 {
        self.of.below(self.nearby(x, f64::next_up, f64::next_down, |scaled| scaled >= x))
    }
    fn breaks(&self) -> Vec<f64> {
        self.of.breaks().into_iter().map(|x| self.factor * x).collect()
    }
    fn mean(&self) -> f64 {
        self.factor * self.of.mean()
    }
    fn sd(&self) -> f64 {
        self.factor * self.of.sd()
    }
    fn support(&self) -> (f64, f64) {
        let (low, high) = self.of.support();
        (self.factor * low, self.factor * high)
    }
    fn sampler(&self) -> Sampler {
        match self.of.sampler() {
            Sampler::Constant(value) => Sampler::Constant(self.factor * value),
            Sampler::Normal { mean, sd } => {
                Sampler::Normal { mean: self.factor * mean, sd: self.factor * sd }
            }
            Sampler::LogNormal { mu, sigma } => Sampler::LogNormal { mu: mu + math::ln(self.factor), sigma },
            // The logit of a scaled share is not normal.
            Sampler::LogitNormal { .. } => Sampler::of(self),
            tabulated => tabulated.scaled(self.factor),
        }
    }
}
