//! What the fate of a vendor means: how likely each phase is, how long its cash lasts, and what each outcome costs.

use crate::engine::{Fate, Fates};
use crate::stats::{Estimate, Interval, Moments, quantiles, wilson_interval};

/// How a vendor fares, and what that costs.
#[derive(Clone, Debug)]
pub struct VendorFindings {
    /// Its id.
    pub id: String,
    /// The share of paths in each phase at the end of each month: healthy, stressed, acquired, wound down.
    pub phases: Vec<[Share; 4]>,
    /// 5, 25, 50, 75 and 95 % quantiles of its cash by month; empty without books.
    pub cash: Vec<[f64; 5]>,
    /// By outcome, worst last: always healthy, stressed at some time, acquired, wound down.
    pub outcomes: [Outcome; 4],
}

/// A share of paths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Share {
    /// Of all paths.
    pub share: f64,
    /// 95 % interval for the true chance (Wilson).
    pub interval: Interval,
}

/// The paths on which a vendor fared in one way.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// How many.
    pub paths: u64,
    /// By strategy: what it cost on these paths, and the mean share of requests that nobody served; absent where there
    /// are none.
    pub strategies: Vec<Option<(Estimate, f64)>>,
}

/// The percentiles of [`VendorFindings::cash`].
pub const CASH_PERCENTILES: [f64; 5] = [0.05, 0.25, 0.50, 0.75, 0.95];

/// Findings about each vendor of a run.
pub fn vendors(fates: Fates) -> Vec<VendorFindings> {
    let Fates { paths, vendors, costs, unserved } = fates;
    vendors.into_iter().map(|fate| one(fate, paths, &costs, &unserved)).collect()
}

fn one(mut fate: Fate, paths: u64, costs: &[Vec<f64>], unserved: &[Vec<f64>]) -> VendorFindings {
    let share = |count: u64| Share {
        share: count as f64 / paths as f64,
        interval: wilson_interval(count, paths, 0.95),
    };
    let cash = fate.cash.iter_mut().map(|month| {
        let found = quantiles(month, &CASH_PERCENTILES);
        std::array::from_fn(|i| found[i])
    });
    VendorFindings {
        phases: fate.phases.iter().map(|month| month.map(share)).collect(),
        cash: cash.collect(),
        outcomes: std::array::from_fn(|worst| outcome(worst as u8, &fate.worst, costs, unserved)),
        id: fate.id,
    }
}

fn outcome(worst: u8, of_paths: &[u8], costs: &[Vec<f64>], unserved: &[Vec<f64>]) -> Outcome {
    let chosen = |values: &[f64]| -> Moments {
        let mut moments = Moments::default();
        of_paths
            .iter()
            .zip(values)
            .filter(|(path, _)| **path == worst)
            .for_each(|(_, value)| moments.add(*value));
        moments
    };
    let paths = chosen(costs.first().map_or(&[], Vec::as_slice)).count();
    let strategy = |(costs, unserved): (&Vec<f64>, &Vec<f64>)| {
        (paths > 0).then(|| (chosen(costs).estimate(), chosen(unserved).mean()))
    };
    Outcome { paths, strategies: costs.iter().zip(unserved).map(strategy).collect() }
}
