//! Growth or decline at a steady rate.

use super::{Lookup, Process, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf};
use crate::document::{Plugin, Reader};
use crate::lanes::{self, Lanes, Slot, Values};
use crate::random::Draws;
use crate::units;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "exponential",
    meaning: "grows or shrinks at a steady rate, which may be uncertain",
    example: "{ exponential = { initial = 1, rate = \"1 % to 4 % /month\" } }",
    read,
};

/// `initial · (1 + rate)^t`.
#[derive(Debug)]
pub struct Exponential {
    initial: Number,
    rate: Number,
}

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let initial = super::path::initial(t);
    let rate = t.required("rate", NumberOf(&units::GROWTH), "growth per time; it compounds");
    let (initial, rate) = (initial?, rate?);
    let unit = initial.unit.clone();
    Some(WrittenPath::new(Exponential { initial, rate }, unit))
}

impl Exponential {
    /// A factor that starts at 1 and grows at a rate.
    pub fn factor(rate: Number) -> Self {
        Self { initial: Number::one(&rate.origin), rate }
    }
}

impl Written for Exponential {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let initial = lookup.number(&self.initial);
        let factor = lookup.monthly_factor(&self.rate);
        Some(Box::new(Running { initial, factor }))
    }
}

struct Running {
    initial: Slot,
    factor: Slot,
}

impl Process for Running {
    fn state(&self) -> usize {
        1
    }
    fn start(&self, values: &Values, state: &mut [Lanes]) {
        state[0] = values[self.initial];
    }
    fn step(&self, _: &Month, values: &Values, _: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        *out = state[0];
        lanes::scale(&mut state[0], &values[self.factor]);
    }
}
