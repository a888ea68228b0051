//! How many replicas to reserve: the amount at which a strategy costs least, found by simulating it with other amounts on the
//! same paths.
//!
//! One more reserved replica saves what it would cost on demand in the hours in which it is needed, and costs its own price in
//! all hours, so the best amount is the critical fractile of the need over hours, months and futures (`1 − c_r / c_o`), and cost is
//! convex in the amount: what is simulated tells on which side the best lies.

use std::collections::BTreeMap;

use super::compare::{Difference, difference};
use crate::random::Sampling;
use crate::stats::{Estimate, Paths};

/// The best amount, and what it saves against the one that is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Reserve {
    /// Replicas at which the strategy costs least.
    pub best: u64,
    /// The least and the most of the neighboring amounts whose mean cost is not told apart from the least one.
    pub between: (u64, u64),
    /// Cost with the best amount less cost as written, on the same paths.
    pub difference: Difference,
    /// Mean cost as written.
    pub before: Estimate,
}

/// Amounts beyond the best that are tried on each side, to tell which cost as much.
const NEIGHBORS: u64 = 8;
/// Replicas at the most.
const MOST: u64 = 1 << 20;

/// Costs by path, by amount.
struct Tried<C> {
    costs_of: C,
    costs: BTreeMap<u64, Vec<f64>>,
}

impl<E, C: FnMut(u64) -> Result<Option<Vec<f64>>, E>> Tried<C> {
    fn costs(&mut self, amount: u64) -> Result<Option<&[f64]>, E> {
        if !self.costs.contains_key(&amount) {
            let Some(costs) = (self.costs_of)(amount)? else { return Ok(None) };
            self.costs.insert(amount, costs);
        }
        Ok(self.costs.get(&amount).map(Vec::as_slice))
    }

    /// Whether one more costs less.
    fn falls(&mut self, amount: u64) -> Result<Option<bool>, E> {
        let mean = |costs: &[f64]| costs.iter().sum::<f64>() / costs.len() as f64;
        let Some(here) = self.costs(amount)?.map(mean) else { return Ok(None) };
        Ok(self.costs(amount + 1)?.map(mean).map(|next| next < here))
    }
}

/// Looks for the best amount. `costs_of` simulates an amount: costs by path, or nothing where it is no valid scenario.
///
/// # Errors
/// The first of `costs_of`.
pub fn best_reserve<E>(
    written: u64,
    sampling: Sampling,
    costs_of: impl FnMut(u64) -> Result<Option<Vec<f64>>, E>,
) -> Result<Option<Reserve>, E> {
    let mut tried = Tried { costs_of, costs: BTreeMap::new() };
    // The best is in `low..=high` once cost falls up to `low` and does not fall at `high`.
    let (mut low, mut high) = (0, written);
    let mut step = 1;
    loop {
        match tried.falls(high)? {
            None => return Ok(None),
            Some(false) => break,
            Some(true) if high >= MOST => break,
            Some(true) => {
                low = high + 1;
                high += step;
                step *= 2;
            }
        }
    }
    while low < high {
        let middle = low.midpoint(high);
        match tried.falls(middle)? {
            None => return Ok(None),
            Some(true) => low = middle + 1,
            Some(false) => high = middle,
        }
    }
    let best = low;
    let Some(least) = tried.costs(best)?.map(<[f64]>::to_vec) else { return Ok(None) };
    let mut alike = |amount: u64| -> Result<bool, E> {
        let Some(costs) = tried.costs(amount)? else { return Ok(false) };
        Ok(difference(costs, &least, sampling).interval.low <= 0.0)
    };
    let mut between = (best, best);
    while between.0 > best.saturating_sub(NEIGHBORS) && alike(between.0 - 1)? {
        between.0 -= 1;
    }
    while between.1 < best + NEIGHBORS && alike(between.1 + 1)? {
        between.1 += 1;
    }
    Ok(tried.costs(written)?.map(|before| Reserve {
        best,
        between,
        difference: difference(&least, before, sampling),
        before: Paths::new(before, sampling).mean(),
    }))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use super::*;

    /// Costs of a fleet whose need is 0, 1, …, 99 in equally many hours: the closed form is the fractile of that.
    fn found(written: u64, ratio: f64) -> (Reserve, usize) {
        let mut asked = 0;
        let costs = |amount: u64| {
            asked += 1;
            let beyond: u64 = (0..100_u64).map(|need| need.saturating_sub(amount)).sum();
            let cost = ratio * 100.0 * amount as f64 + beyond as f64;
            // The futures differ, their differences do not.
            Ok::<_, Infallible>(Some((0..64).map(|path| cost + f64::from(path)).collect()))
        };
        let Ok(found) = best_reserve(written, Sampling::Plain, costs);
        (found.unwrap(), asked)
    }

    #[test]
    fn the_best_amount_is_the_critical_fractile() {
        for (ratio, best) in [(0.605, 39), (0.305, 69), (0.995, 0), (0.005, 99), (1.5, 0)] {
            for written in [0, 1, 38, 70, 500] {
                let (found, asked) = found(written, ratio);
                assert_eq!((found.best, found.between), (best, (best, best)), "{written} {ratio}");
                assert!(found.difference.mean.value <= 0.0 && asked < 40, "{written} {ratio}: {asked}");
            }
        }
        assert!(found(39, 0.605).0.difference.mean.value.abs() < 1e-12);
    }

    #[test]
    fn what_cannot_be_simulated_has_no_best_amount() {
        let none = best_reserve(3, Sampling::Plain, |_| Ok::<_, Infallible>(None));
        assert_eq!(none, Ok(None));
    }
}
