//! One distribution in a few numbers.

use crate::stats::{Estimate, Moments, cvar, quantile};

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
pub fn summarize(values: &[f64]) -> Summary {
    let moments = Moments::of(values);
    let mut values = values.to_vec();
    Summary {
        mean: moments.estimate(),
        sd: moments.standard_deviation(),
        p5: quantile(&mut values, 0.05),
        p50: quantile(&mut values, 0.50),
        p95: quantile(&mut values, 0.95),
        cvar95: cvar(&mut values, 0.95),
    }
}
