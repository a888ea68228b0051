//! A supply that hazards hit: what it cannot serve goes to the next entry.

use super::Supply;
use crate::calendar::Month;
use crate::finance::{Bought, Ledger};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::process::{Hit, Lookup};

/// What hazards do to a supply that goes by all of these names: its own id, what it buys.
pub(super) fn hit(names: &[&str], lookup: &mut dyn Lookup) -> Hit {
    names.iter().fold(Hit::default(), |all, name| {
        let one = lookup.hit(name);
        all.and(one, lookup)
    })
}

/// A supply as hazards leave it; itself where none hits it.
pub fn disrupted(supply: Box<dyn Supply>, names: &[&str], lookup: &mut dyn Lookup) -> Box<dyn Supply> {
    let outages = names.iter().flat_map(|name| lookup.outages(name)).collect();
    let hit = hit(names, lookup);
    disrupted_by(supply, hit, outages)
}

/// A supply as these leave it.
pub(super) fn disrupted_by(supply: Box<dyn Supply>, hit: Hit, outages: Vec<Slot>) -> Box<dyn Supply> {
    let Hit { up, open, .. } = hit;
    let works: Vec<Slot> = up.into_iter().chain(open).collect();
    if works.is_empty() { supply } else { Box::new(Disrupted { supply, works, outages }) }
}

/// Down for a part of the month, in which it is asked for nothing. Which hours these are is left open, so the others are as
/// busy as ever on average, and a fleet that runs around the clock is paid all the same.
struct Disrupted {
    supply: Box<dyn Supply>,
    works: Vec<Slot>,
    outages: Vec<Slot>,
}

impl Supply for Disrupted {
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
        let mut asked = *offered;
        for works in &self.works {
            lanes::scale(&mut asked, &values[*works]);
        }
        self.supply.accept(entry, now, values, &asked, state, served, ledger);
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
        &self.outages
    }

    fn binds(&self) -> bool {
        self.supply.binds()
    }

    fn owe(&self, now: &Month, values: &Values, stands: &Lanes, state: &mut [Lanes], ledger: &mut Ledger) {
        self.supply.owe(now, values, stands, state, ledger);
    }

    fn unlimited(&self, _: usize) -> bool {
        false
    }

    fn close(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        self.supply.close(now, values, state, ledger);
    }
}
