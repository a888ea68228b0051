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
}

impl Distribution for Scaled {
    fn quantile(&self, u: f64) -> f64 {
        self.factor * self.of.quantile(u)
    }
    fn cdf(&self, x: f64) -> f64 {
        self.of.cdf(x / self.factor)
    }
    fn below(&self, x: f64) -> f64 {
        self.of.below(x / self.factor)
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
            _ => Sampler::of(self),
        }
    }
}
