//! A distribution cut to the range that a key allows.

use std::sync::Arc;

use super::Distribution;

/// The part of a distribution between two bounds, scaled up to a whole.
#[derive(Clone, Debug)]
pub struct Truncated {
    of: Arc<dyn Distribution>,
    min: f64,
    max: f64,
    below: f64,
    kept: f64,
}

impl Truncated {
    /// Cuts to `[min, max]`; `None` if nothing would remain.
    pub fn new(of: Arc<dyn Distribution>, min: f64, max: f64) -> Option<Self> {
        let below = of.cdf(min);
        let kept = of.cdf(max) - below;
        (kept > 0.0).then_some(Self { of, min, max, below, kept })
    }

    /// The share of the uncut distribution that lies outside.
    pub fn cut(&self) -> f64 {
        1.0 - self.kept
    }
}

impl Distribution for Truncated {
    fn quantile(&self, u: f64) -> f64 {
        let inside = (self.below + u * self.kept).clamp(1e-15, 1.0 - 1e-15);
        self.of.quantile(inside).clamp(self.min, self.max)
    }
    fn cdf(&self, x: f64) -> f64 {
        ((self.of.cdf(x) - self.below) / self.kept).clamp(0.0, 1.0)
    }
    fn support(&self) -> (f64, f64) {
        let (low, high) = self.of.support();
        (low.max(self.min), high.min(self.max))
    }
}
