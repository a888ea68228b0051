//! Dated steps: each value holds until the next date.

use super::{Lookup, Process, Written, WrittenPath};
use crate::calendar::{Month, YearMonth};
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberHere};
use crate::document::{Dated, Plugin, Reader};
use crate::lanes::{Lanes, Slot, Values};
use crate::random::Draws;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "schedule",
    meaning: "dated steps, each until the next; a month before the first date has no value and is refused",
    example: "{ schedule = { 2027-04 = 1, 2028-01 = 0.5 } }",
    read,
};

/// Values by the month they begin.
#[derive(Debug)]
pub struct Schedule(Vec<(YearMonth, Number)>);

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let steps = t.value(Dated(NumberHere))?;
    let place = t.place()?.clone();
    let Some((_, first)) = steps.first() else {
        place.refuse("empty-schedule", "at least one date and value, such as { 2027-04 = 1 }");
        return None;
    };
    let unit = first.unit.clone();
    if steps.iter().any(|(_, number)| !unit.agrees(&number.unit, place.kind)) {
        place.refuse("two-units", "one currency and one time in all steps");
        return None;
    }
    Some(WrittenPath::new(Schedule(steps), unit))
}

impl Written for Schedule {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let months: Vec<YearMonth> = lookup.timeline().months().map(|month| month.label).collect();
        let slots: Vec<Slot> = self.0.iter().map(|(_, number)| lookup.number(number)).collect();
        let mut by_month = Vec::with_capacity(months.len());
        for month in months {
            let begun = self.0.iter().filter(|(begins, _)| *begins <= month).count();
            if begun == 0 {
                let (first, number) = &self.0[0];
                lookup.refuse(
                    Diagnostic::error(
                        "schedule-starts-late",
                        number.origin.span,
                        format!("`{}` begins in {first}, after {month}", number.origin.address),
                    )
                    .help(format!("add a step at or before {month}")),
                );
                return None;
            }
            by_month.push(slots[begun - 1]);
        }
        Some(Box::new(Running(by_month)))
    }
}

struct Running(Vec<Slot>);

impl Process for Running {
    fn step(&self, now: &Month, values: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        *out = values[self.0[now.index]];
    }
}
