//! A number that is known.

use super::{Distribution, Sampler};

/// All weight on one value.
#[derive(Clone, Copy, Debug)]
pub struct Constant(pub f64);

impl Distribution for Constant {
    fn quantile(&self, _: f64) -> f64 {
        self.0
    }
    fn cdf(&self, x: f64) -> f64 {
        if x >= self.0 { 1.0 } else { 0.0 }
    }
    fn below(&self, x: f64) -> f64 {
        if x > self.0 { 1.0 } else { 0.0 }
    }
    fn mean(&self) -> f64 {
        self.0
    }
    fn sd(&self) -> f64 {
        0.0
    }
    fn support(&self) -> (f64, f64) {
        (self.0, self.0)
    }
    fn sampler(&self) -> Sampler {
        Sampler::Constant(self.0)
    }
}
