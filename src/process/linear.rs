//! A straight line from one value to another.

use super::path::like_initial;
use super::{Lookup, Process, Written, WrittenPath};
use crate::calendar::{Month, YearMonth};
use crate::distribution::{Number, NumberHere};
use crate::document::{MonthOf, Plugin, Reader};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::random::Draws;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "linear",
    meaning: "one value up to a month, then in a straight line to another, which stays",
    example: "{ linear = { initial = 1, final = \"0.5 to 0.8\", from = \"2027-04\", until = \"2028-04\" } }",
    read,
};

/// `initial · (1 − w) + last · w`, where `w` rises from 0 in the month `from` to 1 in the month `until`.
///
/// `initial` is the value in the first month unless the line has begun by then.
#[derive(Debug)]
pub struct Linear {
    initial: Number,
    last: Number,
    from: YearMonth,
    until: YearMonth,
}

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let initial = super::path::initial(t);
    let last = t.required("final", NumberHere, "the value from `until` on");
    let from = t.required("from", MonthOf, "the last month that has the initial value");
    let until = t.required("until", MonthOf, "the first month that has the final value");
    let (initial, last, from, until) = (initial?, last?, from?, until?);
    like_initial(t, &initial, "final", &last)?;
    if until <= from {
        let help = "for a step in one month write a `schedule`";
        t.refuse("until", "empty-range", "`until` must be after `from`", help);
        return None;
    }
    let unit = initial.unit.clone();
    Some(WrittenPath::new(Linear { initial, last, from, until }, unit))
}

impl Written for Linear {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let length = f64::from(self.from.months_until(self.until));
        let done = |month: Month| (f64::from(self.from.months_until(month.label)) / length).clamp(0.0, 1.0);
        let done = lookup.timeline().months().map(done).collect();
        Some(Box::new(Running {
            initial: lookup.number(&self.initial),
            last: lookup.number(&self.last),
            done,
        }))
    }
}

struct Running {
    initial: Slot,
    last: Slot,
    /// The part of the way that is done, by month.
    done: Vec<f64>,
}

impl Process for Running {
    fn step(&self, now: &Month, values: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        let (initial, last, done) = (&values[self.initial], &values[self.last], self.done[now.index]);
        for i in 0..LANES {
            out[i] = initial[i] * (1.0 - done) + last[i] * done;
        }
    }
}
