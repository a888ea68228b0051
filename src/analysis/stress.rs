//! A scenario under stress, beside its base: the same draws in another world.

use super::findings::Findings;
use crate::document::Title;

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

/// Compares the findings of a stress with those of the base; strategies correspond by their place.
pub fn stressed(title: Title, base: &Findings, stress: &Findings) -> StressFindings {
    let pairs = stress.strategies.iter().zip(&base.strategies);
    let strategies = pairs
        .map(|(under, usual)| Stressed {
            mean: under.cost.mean.value,
            change: under.cost.mean.value - usual.cost.mean.value,
            p95: under.cost.p95.value,
            cheapest: under.cheapest,
            served: under.served_share(),
        })
        .collect();
    StressFindings { title, strategies, cheapest: stress.cheapest }
}
