//! From when a contract holds, for how long, and over which months its amounts are counted.

use crate::calendar::{Timeline, YearMonth};
use crate::diagnostic::Diagnostic;
use crate::distribution::{Point, QuantityOf};
use crate::document::{At, Decode, Shape};
use crate::units::{self, Period};

/// Whole calendar months: `"2 years"`, `"18 months"`.
pub(super) struct MonthsOf;

impl Decode for MonthsOf {
    type Value = i32;

    fn decode(&self, at: &At<'_>) -> Option<i32> {
        let Point { value, unit, .. } = QuantityOf(&units::DURATION).decode(at)?;
        let calendar = matches!(unit.period, Some(Period::Calendar { .. }));
        if !calendar || value.fract() != 0.0 || !(1.0..=1200.0).contains(&value) {
            at.refuse("not-whole-months", "whole months or years, such as \"2 years\"");
            return None;
        }
        Some(value as i32)
    }

    fn shape(&self) -> Shape {
        Shape::Quantity(&units::DURATION)
    }
}

/// When a contract holds.
#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    /// Its first month; the scenario's if absent.
    pub(super) from: Option<YearMonth>,
    /// Its months; without end if absent.
    pub(super) months: Option<i32>,
    /// Whether it begins anew when it ends.
    pub(super) renews: bool,
}

/// Months of a scenario as a contract counts them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Span {
    /// The month of the scenario in which it begins; negative if it runs already.
    from: i32,
    months: Option<i32>,
    renews: bool,
    last: i32,
}

impl Term {
    /// On a timeline.
    pub(super) fn on(self, timeline: &Timeline) -> Span {
        let from = self.from.map_or(0, |month| timeline.start.months_until(month));
        Span { from, months: self.months, renews: self.renews, last: timeline.length as i32 - 1 }
    }

    /// The warning of a contract that holds in no month of the scenario.
    pub(super) fn unseen(
        self,
        timeline: &Timeline,
        at: crate::diagnostic::Span,
        id: &str,
    ) -> Option<Diagnostic> {
        let span = self.on(timeline);
        let holds = (0..=span.last).any(|month| span.age(month as usize).is_some());
        (!holds).then(|| {
            Diagnostic::warning("contract-unseen", at, format!("`{id}` holds in no month of the scenario"))
                .label("it ends before the scenario begins, or begins after it ends")
                .help("look at its `from` and `term`")
        })
    }
}

impl Span {
    /// Months since the term began, from 0; nothing while it does not hold.
    pub(super) fn age(self, month: usize) -> Option<i32> {
        let age = month as i32 - self.from;
        let over = !self.renews && self.months.is_some_and(|months| age >= months);
        (age >= 0 && !over).then_some(age)
    }

    /// Whether the term ends with this month, or the scenario does.
    pub(super) fn ends(self, month: usize) -> bool {
        let of_term = |months: i32| (month as i32 - self.from + 1) % months == 0;
        month as i32 == self.last || self.months.is_some_and(of_term)
    }

    /// Whether a period of so many months ends with this month, and the share of it that has passed inside the scenario.
    pub(super) fn period_ends(self, month: usize, period: i32) -> Option<f64> {
        let place = (month as i32 - self.from) % period;
        let within = place.min(month as i32) + 1;
        (place + 1 == period || self.ends(month)).then(|| f64::from(within) / f64::from(period))
    }
}
