//! Costs that do not depend on what is served: people, training cycles, rollouts.

use super::ledger::{Bought, Ledger, Line};
use crate::lanes::{Slot, Values};

/// An amount that is posted every month, or in some.
#[derive(Clone, Debug)]
pub struct Charge {
    /// What it is.
    pub line: Line,
    /// Quantity in base units.
    pub quantity: Slot,
    /// Price of a base unit.
    pub price: Slot,
    /// The vendor that it is bought from, if it is.
    pub from: Option<Bought>,
    /// The months in which it is due; every month if absent.
    pub due: Option<Vec<bool>>,
}

impl Charge {
    /// Posts it if it is due.
    pub fn post(&self, month: usize, values: &Values, ledger: &mut Ledger) {
        if self.due.as_ref().is_none_or(|due| due[month]) {
            self.post_now(values, ledger);
        }
    }

    /// Posts it, whether this is its month or not.
    pub fn post_now(&self, values: &Values, ledger: &mut Ledger) {
        let (quantity, price) = (&values[self.quantity], &values[self.price]);
        match self.from {
            Some(from) => ledger.post_bought(from, &self.line, quantity, price),
            None => ledger.post(&self.line, quantity, price),
        }
    }
}
