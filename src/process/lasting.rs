//! How long something lasts that ends and begins again on the same path.

use crate::calendar::AVERAGE_MONTH_HOURS;
use crate::distribution::{Number, Sampler};
use crate::lanes::Lanes;
use crate::units::Period;

/// A duration that is drawn anew each time, as a function of a score.
#[derive(Clone, Debug)]
pub(super) struct Lasting {
    sampler: Sampler,
    /// Months in one unit of the duration.
    scale: f64,
}

impl Lasting {
    pub(super) fn of(duration: &Number) -> Self {
        let clock = duration.unit.period.is_some_and(Period::is_clock);
        Self {
            sampler: duration.distribution.sampler(),
            scale: if clock { 1.0 / AVERAGE_MONTH_HOURS } else { 1.0 },
        }
    }

    /// [`months`](Self::months) in every lane.
    pub(super) fn fill(&self, scores: &Lanes, out: &mut Lanes) {
        self.sampler.fill(scores, out);
        for months in out {
            *months = (*months * self.scale).max(1.0);
        }
    }

    /// In months; at least one, so that a month holds at most one end.
    pub(super) fn months(&self, score: f64) -> f64 {
        (self.sampler.at(score) * self.scale).max(1.0)
    }
}
