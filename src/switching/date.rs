//! A month is reached.

use super::{Condition, Seen, Sight, Written};
use crate::calendar::{Month, YearMonth};
use crate::document::{MonthOf, Plugin, Reader};
use crate::lanes::{LANES, Lanes};
use crate::process::Lookup;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> =
    Plugin { name: "date", meaning: "this month is reached", example: "{ date = \"2028-01\" }", read };

#[derive(Clone, Copy, Debug)]
struct Reached(YearMonth);

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    Some(Box::new(Reached(t.value(MonthOf)?)))
}

impl Written for Reached {
    fn resolve(&self, _: &Sight, _: &mut dyn Lookup) -> Option<Box<dyn Condition>> {
        Some(Box::new(*self))
    }
}

impl Condition for Reached {
    fn state(&self) -> usize {
        0
    }

    fn holds(&self, now: &Month, _: &[Lanes]) -> [bool; LANES] {
        [now.label >= self.0; LANES]
    }

    fn note(&self, _: &Month, _: &Seen, _: &mut [Lanes]) {}
}
