//! How a lever is introduced: from when, how fast, and at what cost.

use crate::calendar::{AVERAGE_MONTH_HOURS, Month, YearMonth};
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{MonthOf, Reader};
use crate::finance::{Charge, Component, Line};
use crate::lanes::{Lanes, Slot, Values};
use crate::process::{Lookup, Path, PathOf, Process};
use crate::random::Draws;
use crate::units;

/// `rollout = { from, ramp, one_off, running }`.
#[derive(Clone, Debug)]
pub struct Rollout {
    from: Option<YearMonth>,
    ramp_months: f64,
    one_off: Option<Number>,
    running: Option<Path>,
}

impl Rollout {
    /// Reads a rollout.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let from = t.optional("from", MonthOf, "first month with an effect; the scenario's first if absent");
        let ramp = t.or("ramp", "0 months", QuantityOf(&units::DURATION), "months until the effect is whole");
        let one_off =
            t.optional("one_off", NumberOf(&units::MONEY), "cost of introducing it, in its first month");
        let running =
            t.optional("running", PathOf(&units::MONEY_PER_TIME), "cost per time from its first month on");
        let ramp = ramp?;
        let clock = ramp.unit.period.is_some_and(units::Period::is_clock);
        let ramp_months = if clock { ramp.value / AVERAGE_MONTH_HOURS } else { ramp.value };
        Some(Self { from: from?, ramp_months, one_off: one_off?, running: running? })
    }

    /// The first month with an effect; the scenario's first if absent.
    pub fn from(&self) -> Option<YearMonth> {
        self.from
    }

    /// Whether all of it is there from the first month on.
    pub fn is_immediate(&self) -> bool {
        self.from.is_none() && self.ramp_months == 0.0
    }

    /// How much of the effect there is in each month, from 0 to 1.
    pub fn progress(&self, lookup: &mut dyn Lookup) -> Option<Slot> {
        if self.is_immediate() {
            return None;
        }
        let from = self.from.unwrap_or(lookup.timeline().start);
        Some(lookup.monthly("progress of a rollout", &[], Box::new(Ramp { from, months: self.ramp_months })))
    }

    /// What it costs.
    pub fn charges(&self, id: &str, lookup: &mut dyn Lookup) -> Option<Vec<Charge>> {
        let timeline = lookup.timeline().clone();
        let from = self.from.unwrap_or(timeline.start);
        let age: Vec<i32> = timeline.months().map(|month| from.months_until(month.label)).collect();
        let one = lookup.constant(1.0);
        let line = |label: &str, unit, price| Line {
            component: Component::Levers,
            label: label.into(),
            payee: id.into(),
            unit,
            per_unit: 1.0,
            inputs: vec![price],
        };
        let mut charges = Vec::new();
        if let Some(cost) = &self.one_off {
            let price = lookup.number(cost);
            let due = age.iter().map(|age| *age == 0).collect();
            charges.push(Charge {
                line: line("introduction", "times", price),
                quantity: one,
                price,
                of: None,
                from: None,
                due: Some(due),
            });
        }
        if let Some(cost) = &self.running {
            let price = lookup.per_month(cost)?;
            let due = age.iter().map(|age| *age >= 0).collect();
            charges.push(Charge {
                line: line("running", "months", price),
                quantity: one,
                price,
                of: None,
                from: None,
                due: Some(due),
            });
        }
        Some(charges)
    }
}

struct Ramp {
    from: YearMonth,
    months: f64,
}

impl Process for Ramp {
    fn step(&self, now: &Month, _: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        let age = f64::from(self.from.months_until(now.label));
        // In month k of a ramp over n months a share of (k + 1) / (n + 1) is there.
        let share = if age < 0.0 { 0.0 } else { ((age + 1.0) / (self.months + 1.0)).min(1.0) };
        *out = Lanes::splat(share);
    }
}
