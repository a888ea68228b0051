//! A supply that tries first: of what it answers, a share goes on and is answered again.

use super::Supply;
use super::around::Around;
use crate::calendar::Month;
use crate::finance::Ledger;
use crate::lanes::{LANES, Lanes, Slot, Values};

/// A supply of whose answers some are not good enough, by entry.
struct Escalating {
    supply: Box<dyn Supply>,
    escalates: Vec<Option<Slot>>,
}

/// A supply with the share of its answers that go on, by entry; itself where none do.
pub fn escalating(supply: Box<dyn Supply>, escalates: Vec<Option<Slot>>) -> Box<dyn Supply> {
    if escalates.iter().all(Option::is_none) { supply } else { Box::new(Escalating { supply, escalates }) }
}

impl Around for Escalating {
    fn inside(&self) -> &dyn Supply {
        &*self.supply
    }

    fn accept_around(
        &self,
        entry: usize,
        now: &Month,
        values: &Values,
        offered: &Lanes,
        state: &mut [Lanes],
        served: &mut Lanes,
        ledger: &mut Ledger,
    ) {
        self.supply.accept(entry, now, values, offered, state, served, ledger);
        if let Some(escalates) = self.escalates[entry] {
            for i in 0..LANES {
                served[i] *= 1.0 - values[escalates][i];
            }
        }
    }

    fn unlimited_around(&self, entry: usize) -> bool {
        self.escalates[entry].is_none() && self.supply.unlimited(entry)
    }
}
