//! Whether a strategy passes the gates.

use super::findings::StrategyFindings;
use crate::finance::Gauge;
use crate::model::Model;
use crate::scenario::{Gate, Limit, Statistic};
use crate::stats::{cvar, quantiles};

/// A limit of a gate and what it was compared with.
#[derive(Clone, Debug)]
pub struct Passage {
    /// The id of the gate.
    pub gate: String,
    /// What is measured.
    pub measure: &'static Gauge,
    /// The traffic that counts, by its place in the model; all if absent.
    pub traffic: Option<usize>,
    /// The first and the last month that count.
    pub months: (usize, usize),
    /// Which statistic.
    pub statistic: &'static str,
    /// Whether the limit is to be reached; else it is not to be exceeded.
    pub at_least: bool,
    /// The limit, in base units.
    pub limit: f64,
    /// The statistic's value; absent if no future has one.
    pub value: Option<f64>,
}

/// Sums of many months differ in their last digits from what they sum up to: 100 % of requests served is 100 %.
const ROUNDING: f64 = 1e-9;

impl Passage {
    /// Whether the limit is broken. A measure that no future has breaks nothing.
    pub fn broken(&self) -> bool {
        let slack = ROUNDING * self.limit.abs();
        self.value.is_some_and(|value| {
            if self.at_least { value < self.limit - slack } else { value > self.limit + slack }
        })
    }
}

/// Compares a strategy with each limit of each gate; gates of the scenario and of the model correspond by their place.
pub fn passages<'a>(
    model: &Model,
    strategy: &StrategyFindings,
    gates: impl Iterator<Item = &'a Gate>,
) -> Vec<Passage> {
    let mut found = Vec::new();
    for ((place, written), gate) in gates.enumerate().zip(&model.gates) {
        let values: Vec<f64> =
            strategy.gates[place].iter().copied().filter(|value| !value.is_nan()).collect();
        for (at_least, limits) in [(true, &written.at_least), (false, &written.at_most)] {
            found.extend(limits.iter().map(|limit| Passage {
                gate: gate.id.clone(),
                measure: gate.gauge,
                traffic: gate.stream,
                months: (gate.months.start, gate.months.end - 1),
                statistic: limit.statistic.word(),
                at_least,
                limit: limit.amount,
                value: statistic(&values, limit, at_least),
            }));
        }
    }
    found
}

fn statistic(values: &[f64], limit: &Limit, at_least: bool) -> Option<f64> {
    if values.is_empty() {
        return None;
    }
    let mut values = values.to_vec();
    Some(match limit.statistic {
        Statistic::Mean => values.iter().sum::<f64>() / values.len() as f64,
        Statistic::Percentile(p) => quantiles(&mut values, &[p])[0],
        Statistic::Cvar95 if at_least => {
            // The worst futures of what should be high are the lowest.
            let mut turned: Vec<f64> = values.iter().map(|value| -value).collect();
            -cvar(&mut turned, 0.95).value
        }
        Statistic::Cvar95 => cvar(&mut values, 0.95).value,
    })
}
