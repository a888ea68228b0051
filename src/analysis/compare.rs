//! Strategies against each other, path by path in the same worlds.

use crate::random::Sampling;
use crate::stats::{Estimate, Interval, Paths, quantiles, wilson_interval};

/// What one strategy costs more than another; negative is cheaper.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Difference {
    /// Mean over paths.
    pub mean: Estimate,
    /// 95 % confidence interval of that mean.
    pub interval: Interval,
    /// 5th percentile over paths.
    pub p5: f64,
    /// 95th percentile over paths.
    pub p95: f64,
    /// Share of paths in which the strategy costs less.
    pub cheaper: f64,
    /// 95 % confidence interval of that share.
    pub cheaper_interval: Interval,
}

/// Compares the costs of two strategies on the same paths.
pub fn difference(costs: &[f64], baseline: &[f64], sampling: Sampling) -> Difference {
    let mut differences: Vec<f64> = costs.iter().zip(baseline).map(|(cost, base)| cost - base).collect();
    let mean = Paths::new(&differences, sampling).mean();
    let below = differences.iter().filter(|difference| **difference < 0.0).count() as u64;
    let n = differences.len() as u64;
    let ends = quantiles(&mut differences, &[0.05, 0.95]);
    Difference {
        mean,
        interval: mean.interval(0.95),
        p5: ends[0],
        p95: ends[1],
        cheaper: below as f64 / n as f64,
        cheaper_interval: wilson_interval(below, n, 0.95),
    }
}

/// The share of paths in which each strategy is the cheapest; a tie is split evenly, so the shares sum to 1.
pub fn cheapest_shares(costs: &[&[f64]]) -> Vec<f64> {
    let paths = costs.first().map_or(0, |first| first.len());
    let mut wins = vec![0.0; costs.len()];
    for path in 0..paths {
        let least = costs.iter().map(|cost| cost[path]).fold(f64::INFINITY, f64::min);
        let tied = costs.iter().filter(|cost| cost[path] <= least).count() as f64;
        for (win, cost) in wins.iter_mut().zip(costs) {
            if cost[path] <= least {
                *win += 1.0 / tied;
            }
        }
    }
    wins.into_iter().map(|win| win / paths as f64).collect()
}
