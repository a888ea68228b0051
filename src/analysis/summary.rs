//! One distribution in a few numbers.

use crate::random::Sampling;
use crate::stats::{Estimate, Moments, Paths};

/// Mean, percentiles and tail of a cost, each with its Monte Carlo standard error.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Summary {
    /// Mean over paths.
    pub mean: Estimate,
    /// Standard deviation over paths.
    pub sd: f64,
    /// 5th percentile.
    pub p5: Estimate,
    /// Median.
    pub p50: Estimate,
    /// 95th percentile.
    pub p95: Estimate,
    /// Mean of the dearest 5 % of paths.
    pub cvar95: Estimate,
}

/// Summarizes a cost over paths.
pub fn summarize(values: &[f64], sampling: Sampling) -> Summary {
    let paths = Paths::new(values, sampling);
    Summary {
        mean: paths.mean(),
        sd: Moments::of(values).standard_deviation(),
        p5: paths.quantile(0.05),
        p50: paths.quantile(0.50),
        p95: paths.quantile(0.95),
        cvar95: paths.cvar(0.95),
    }
}
