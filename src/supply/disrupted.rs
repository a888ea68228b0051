//! A supply that hazards hit: what it cannot serve goes to the next entry.

use super::Supply;
use super::around::Around;
use crate::calendar::Month;
use crate::finance::Ledger;
use crate::lanes::{self, Lanes, Slot, Values};
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

impl Around for Disrupted {
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
        let mut asked = *offered;
        for works in &self.works {
            lanes::scale(&mut asked, &values[*works]);
        }
        self.supply.accept(entry, now, values, &asked, state, served, ledger);
    }

    fn unlimited_around(&self, _: usize) -> bool {
        false
    }

    fn outages_around(&self) -> &[Slot] {
        &self.outages
    }
}
