//! A supply around another: it changes what goes in or comes out, and is the other in all else.

use super::Supply;
use crate::calendar::Month;
use crate::finance::{Bought, Ledger};
use crate::lanes::{LANES, Lanes, Slot, Values};

/// What a supply around another does differently. Whatever a [`Supply`] learns to do is passed on here, once for all of them.
pub(super) trait Around: Send + Sync {
    /// The supply inside.
    fn inside(&self) -> &dyn Supply;
    /// As [`Supply::accept`].
    fn accept_around(
        &self,
        entry: usize,
        now: &Month,
        values: &Values,
        offered: &Lanes,
        state: &mut [Lanes],
        served: &mut Lanes,
        ledger: &mut Ledger,
    );
    /// As [`Supply::unlimited`].
    fn unlimited_around(&self, entry: usize) -> bool;
    /// As [`Supply::outages`].
    fn outages_around(&self) -> &[Slot] {
        self.inside().outages()
    }
}

impl<T: Around> Supply for T {
    fn state(&self) -> usize {
        self.inside().state()
    }

    fn start(&self, values: &Values, state: &mut [Lanes]) {
        self.inside().start(values, state);
    }

    fn open(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        self.inside().open(now, values, state, ledger);
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
        self.accept_around(entry, now, values, offered, state, served, ledger);
    }

    fn unlimited(&self, entry: usize) -> bool {
        self.unlimited_around(entry)
    }

    fn takes(&self, entry: usize) -> Option<Slot> {
        self.inside().takes(entry)
    }

    fn bought(&self) -> Vec<Bought> {
        self.inside().bought()
    }

    fn outages(&self) -> &[Slot] {
        self.outages_around()
    }

    fn binds(&self) -> bool {
        self.inside().binds()
    }

    fn owe(&self, now: &Month, values: &Values, stands: &Lanes, state: &mut [Lanes], ledger: &mut Ledger) {
        self.inside().owe(now, values, stands, state, ledger);
    }

    fn stays(&self) -> bool {
        self.inside().stays()
    }

    fn wait(&self, state: &mut [Lanes]) {
        self.inside().wait(state);
    }

    fn enter(&self, now: &Month, values: &Values, lanes: &[bool; LANES], state: &mut [Lanes]) {
        self.inside().enter(now, values, lanes, state);
    }

    fn close(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        self.inside().close(now, values, state, ledger);
    }
}
