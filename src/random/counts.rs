//! Numbers of events by month from coordinates in the order of their weight.
use super::halving::{Halving, halvings};
use crate::lanes::{LANES, Lanes};
use crate::math;

/// Turns independent uniform numbers into independent Poisson counts of months, so that the first number decides how many
/// events there are in all, the next how many of them come in the first half, and so on: the counts of parts of a Poisson
/// process, given their sum, are binomial (J. F. C. Kingman, Poisson Processes, 1993, section 2.4). What a [`Bridge`](super::bridge::Bridge) is to
/// a random walk: a jump a year moves a price by how often it comes, which one evenly spread number then decides.
#[derive(Clone, Debug)]
pub(super) struct Counts {
    /// In the order of coordinates from the second on.
    halvings: Vec<Halving>,
    /// `before[t]` events before month `t`.
    before: Vec<Lanes>,
}

/// Above so many expected events months are drawn one by one: a binomial quantile adds up as many probabilities as there are
/// events, and no single month matters.
const MANY: f64 = 500.0;

impl Counts {
    /// Over so many months.
    pub(super) fn new(months: usize) -> Self {
        Self { halvings: halvings(months), before: vec![Lanes::ZERO; months + 1] }
    }

    /// Draws the counts of all months: `rate` events per exposure, `exposure[t]` before month `t`, and `uniform(i)` the numbers
    /// of coordinate `i`.
    pub(super) fn draw(
        &mut self,
        rate: &Lanes,
        exposure: &[f64],
        mut uniform: impl FnMut(usize, &mut Lanes),
    ) {
        let Some(months) = self.before.len().checked_sub(1) else { return };
        let (mut u, whole) = (Lanes::ZERO, exposure[months]);
        uniform(0, &mut u);
        for i in 0..LANES {
            let mean = rate[i] * whole;
            self.before[months][i] = if mean > MANY { 0.0 } else { math::poisson_quantile(mean, u[i]) };
        }
        for (place, halving) in self.halvings.iter().enumerate() {
            let (left, right) = (self.before[halving.left], self.before[halving.right]);
            let share = (exposure[halving.at] - exposure[halving.left])
                / (exposure[halving.right] - exposure[halving.left]);
            uniform(place + 1, &mut u);
            let out = &mut self.before[halving.at];
            for i in 0..LANES {
                let events = right[i] - left[i];
                out[i] = left[i];
                if events > 0.0 {
                    out[i] += math::binomial_quantile(events, share, u[i]);
                }
            }
        }
        if rate.iter().any(|rate| rate * whole > MANY) {
            self.draw_by_month(rate, exposure, uniform);
        }
    }

    fn draw_by_month(&mut self, rate: &Lanes, exposure: &[f64], mut uniform: impl FnMut(usize, &mut Lanes)) {
        let whole = exposure[self.before.len() - 1];
        let mut u = Lanes::ZERO;
        for month in 0..self.before.len() - 1 {
            uniform(month, &mut u);
            for i in (0..LANES).filter(|i| rate[*i] * whole > MANY) {
                let mean = rate[i] * (exposure[month + 1] - exposure[month]);
                self.before[month + 1][i] = self.before[month][i] + math::poisson_quantile(mean, u[i]);
            }
        }
    }

    /// The counts of a month.
    pub(super) fn of_month(&self, month: usize, out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = self.before[month + 1][i] - self.before[month][i];
        }
    }
}
