//! Replicas that fail and are repaired.

use rand::TryRng;

use crate::math;
use crate::random::{Key, PathRng};

/// Failures at random times, repairs that mostly take short and sometimes very long.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Failures {
    /// Mean time that a replica works between two failures (exponential).
    pub every_s: f64,
    /// Median and mean of the time to repair (lognormal); the mean is at least the median.
    pub repair_median_s: f64,
    /// See `repair_median_s`.
    pub repair_mean_s: f64,
}

/// Times of failures, drawn one after another.
#[derive(Clone, Debug)]
pub(super) struct Fate {
    failures: Failures,
    rng: PathRng,
}

impl Fate {
    pub(super) fn new(failures: Failures, seed: u64) -> Self {
        Self { failures, rng: PathRng::new(Key::new(seed, "replay.failures"), 0) }
    }

    fn uniform(&mut self) -> f64 {
        let Ok(word) = self.rng.try_next_u32();
        (f64::from(word) + 0.5) / 4294967296.0
    }

    /// From now until the next failure.
    pub(super) fn works_for(&mut self) -> f64 {
        -self.failures.every_s * math::ln(self.uniform())
    }

    /// How long the repair takes.
    pub(super) fn repair(&mut self) -> f64 {
        let Failures { repair_median_s: median, repair_mean_s: mean, .. } = self.failures;
        let sigma = (2.0 * math::ln(mean / median).max(0.0)).sqrt();
        median * math::exp(sigma * math::normal_quantile(self.uniform()))
    }
}
