//! Durations that are drawn anew each time something happens.

use crate::calendar::AVERAGE_MONTH_HOURS;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, Sampler};
use crate::process::Lookup;
use crate::units::Period;

/// A duration in months as a function of a normal score.
pub(super) struct Duration {
    sampler: Sampler,
    scale: f64,
}

/// Months in one unit of a duration.
pub(super) fn scale(duration: &Number) -> f64 {
    if duration.unit.period.is_some_and(Period::is_clock) { 1.0 / AVERAGE_MONTH_HOURS } else { 1.0 }
}

impl Duration {
    pub(super) fn of(duration: &Number) -> Self {
        Self { sampler: duration.distribution.sampler(), scale: scale(duration) }
    }

    pub(super) fn months(&self, score: f64) -> f64 {
        self.sampler.at(score) * self.scale
    }
}

/// Warns of a duration that most likely outlasts the scenario, so that its end is never seen.
pub(super) fn warn_if_endless(duration: &Number, what: &str, lookup: &mut dyn Lookup) {
    let months = lookup.timeline().length;
    if duration.distribution.quantile(0.5) * scale(duration) > months as f64 {
        let message =
            format!("`{}` is longer than the scenario, which has {months} months", duration.origin.address);
        lookup.refuse(
            Diagnostic::warning("beyond-the-end", duration.origin.span, message).label(what.to_owned()),
        );
    }
}
