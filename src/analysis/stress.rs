//! A scenario under stress, beside its base: the same draws in another world.

use super::compare::cheapest_shares;
use super::findings::{Findings, served_share};
use crate::document::Title;
use crate::engine::Outcomes;
use crate::stats::{Moments, quantiles};

/// What a stress changes.
#[derive(Clone, Debug, PartialEq)]
pub struct StressFindings {
    /// What people call it.
    pub title: Title,
    /// By strategy.
    pub strategies: Vec<Stressed>,
    /// The strategy with the lowest mean cost under the stress.
    pub cheapest: usize,
}

/// One strategy under stress.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stressed {
    /// Mean cost.
    pub mean: f64,
    /// Mean cost less that of the base.
    pub change: f64,
    /// 95th percentile of the cost.
    pub p95: f64,
    /// Share of futures in which it is the cheapest.
    pub cheapest: f64,
    /// Share of requests that were served.
    pub served: f64,
}

/// Compares the outcomes of a stress with the findings of the base; strategies correspond by their place. What is not shown of a
/// stress is not worked out: its outcomes need no fans.
pub fn stressed(title: Title, base: &Findings, stress: &Outcomes) -> StressFindings {
    let costs: Vec<&[f64]> = stress.strategies.iter().map(|s| s.totals.compared()).collect();
    let shares = cheapest_shares(&costs);
    let pairs = stress.strategies.iter().zip(&base.strategies).zip(costs.iter().zip(shares));
    let strategies: Vec<Stressed> = pairs
        .map(|((under, usual), (costs, cheapest))| {
            let mean = Moments::of(costs).mean();
            Stressed {
                mean,
                change: mean - usual.cost.mean.value,
                p95: quantiles(&mut costs.to_vec(), &[0.95])[0],
                cheapest,
                served: served_share(&under.measures),
            }
        })
        .collect();
    let lowest = |a: &usize, b: &usize| strategies[*a].mean.total_cmp(&strategies[*b].mean);
    StressFindings { title, cheapest: (0..strategies.len()).min_by(lowest).unwrap_or(0), strategies }
}
