//! What a run leaves behind.

use super::happened::EventCount;
use crate::finance::{Component, Measure};
use crate::random::Design;

/// The percentiles of fans.
pub const PERCENTILES: [f64; 10] = [0.01, 0.05, 0.10, 0.25, 0.50, 0.75, 0.80, 0.90, 0.95, 0.99];

/// The place of a percentile among them.
pub fn place_of(probability: f64) -> Option<usize> {
    PERCENTILES.iter().position(|known| (known - probability).abs() < 1e-9)
}

/// Everything a run found out; all amounts in the scenario's currency, nominal unless said.
pub struct Outcomes {
    /// Simulated paths.
    pub paths: u64,
    /// What draws depend on.
    pub design: Design,
    /// Months.
    pub months: usize,
    /// Whether the precision asked for was reached; absent if none was asked for.
    pub precise: Option<bool>,
    /// By strategy, in the order of the model.
    pub strategies: Vec<StrategyOutcome>,
}

/// What one strategy cost.
pub struct StrategyOutcome {
    /// Totals of each path.
    pub totals: PathTotals,
    /// Mean by month and component: `components[month][component]`.
    pub components: Vec<[f64; Component::COUNT]>,
    /// Which components were ever posted to.
    pub posted: [bool; Component::COUNT],
    /// Mean of physical amounts by month.
    pub measures: Vec<[f64; Measure::COUNT]>,
    /// Standard error of the mean of each month's cash, from the parts of the run.
    pub monthly_error: Vec<f64>,
    /// Standard error of the mean of revenue less cash over all months.
    pub margin_error: f64,
    /// Mean of all requests of each stream over all months.
    pub offered: Vec<f64>,
    /// Mean of the requests of each stream that were served, over all months.
    pub served: Vec<f64>,
    /// By rule of the strategy and its members, then month: paths in which it came true when the month began.
    pub fired: Vec<Vec<u64>>,
    /// By event of the model: how often it happened.
    pub events: Vec<EventCount>,
    /// Distributions by month, if they were asked for.
    pub fans: Option<Fans>,
}

/// Totals of each path, in the order of paths.
#[derive(Default)]
pub struct PathTotals {
    /// Cash over all months.
    pub nominal: Vec<f64>,
    /// Present value of that; empty without a discount rate.
    pub npv: Vec<f64>,
    /// Months until the strategy has cost less than the baseline for good; NaN is never. Empty for the baseline itself.
    pub break_even: Vec<f32>,
    /// What each gate of the model measured; NaN where it has no value.
    pub gates: Vec<Vec<f64>>,
    /// The mean score of its answers by evaluation; NaN where nothing was answered.
    pub scores: Vec<Vec<f64>>,
}

impl PathTotals {
    /// Without a path yet, for so many gates and evaluations, and room for paths: to grow means to move.
    pub(super) fn of(gates: usize, evaluations: usize, paths: usize) -> Self {
        let empty = |count| vec![Vec::new(); count];
        Self {
            nominal: Vec::with_capacity(paths),
            npv: Vec::with_capacity(paths),
            break_even: Vec::with_capacity(paths),
            gates: empty(gates),
            scores: empty(evaluations),
        }
    }

    /// What strategies are compared by: the present value, or the nominal total without a discount rate.
    pub fn compared(&self) -> &[f64] {
        if self.npv.is_empty() { &self.nominal } else { &self.npv }
    }
}

/// Percentiles of cash by month, `[month][percentile]` in the order of [`PERCENTILES`].
#[derive(Default)]
pub struct Fans {
    /// Of the month's cash.
    pub monthly: Vec<[f64; PERCENTILES.len()]>,
    /// Of all cash until the month's end.
    pub cumulative: Vec<[f64; PERCENTILES.len()]>,
    /// Mean of the dearest 5 % of each month's cash.
    pub monthly_cvar95: Vec<f64>,
    /// Of each fiscal year's cash.
    pub yearly: Vec<[f64; PERCENTILES.len()]>,
    /// Mean of the dearest 5 % of each fiscal year's cash.
    pub yearly_cvar95: Vec<f64>,
}
