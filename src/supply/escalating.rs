//! A supply that tries first: of what it answers, a share goes on and is answered again.

use super::Supply;
use crate::calendar::Month;
use crate::finance::{Bought, Ledger};
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

impl Supply for Escalating {
    fn takes(&self, entry: usize) -> Option<Slot> {
        self.supply.takes(entry)
    }

    fn state(&self) -> usize {
        self.supply.state()
    }

    fn start(&self, values: &Values, state: &mut [Lanes]) {
        self.supply.start(values, state);
    }

    fn open(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        self.supply.open(now, values, state, ledger);
    }

    fn accept(
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

    fn stays(&self) -> bool {
        self.supply.stays()
    }

    fn wait(&self, state: &mut [Lanes]) {
        self.supply.wait(state);
    }

    fn enter(&self, now: &Month, values: &Values, lanes: &[bool; LANES], state: &mut [Lanes]) {
        self.supply.enter(now, values, lanes, state);
    }

    fn bought(&self) -> Vec<Bought> {
        self.supply.bought()
    }

    fn outages(&self) -> &[Slot] {
        self.supply.outages()
    }

    fn binds(&self) -> bool {
        self.supply.binds()
    }

    fn owe(&self, now: &Month, values: &Values, stands: &Lanes, state: &mut [Lanes], ledger: &mut Ledger) {
        self.supply.owe(now, values, stands, state, ledger);
    }

    fn unlimited(&self, entry: usize) -> bool {
        self.escalates[entry].is_none() && self.supply.unlimited(entry)
    }

    fn close(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        self.supply.close(now, values, state, ledger);
    }
}
