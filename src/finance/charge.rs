//! Costs that do not depend on what is served: people, training cycles, rollouts.

use super::component::Component;
use super::ledger::Ledger;
use super::posting::{Bought, Line};
use crate::lanes::{self, Lanes, Slot, Values};

/// What a charge is a share of: what the strategy spends this month on serving, before its contracts settle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Basis {
    /// Tokens bought, GPUs rented, energy.
    Serving,
    /// Only what vendors of tokens are paid.
    Api,
}

impl Basis {
    /// All of them, in the order of [`Basis::spent`].
    pub const ALL: [Self; 2] = [Self::Serving, Self::Api];

    /// Its components.
    pub const fn components(self) -> &'static [Component] {
        match self {
            Self::Serving => &[
                Component::ApiTokens,
                Component::ApiCache,
                Component::Provisioned,
                Component::GpuRental,
                Component::Energy,
            ],
            Self::Api => &[Component::ApiTokens, Component::ApiCache, Component::Provisioned],
        }
    }

    /// What has been posted to them.
    pub fn spent(self, ledger: &Ledger) -> Lanes {
        let mut sum = Lanes::ZERO;
        for component in self.components() {
            lanes::add(&mut sum, ledger.component(*component));
        }
        sum
    }
}

/// An amount that is posted every month, or in some.
#[derive(Clone, Debug)]
pub struct Charge {
    /// What it is.
    pub line: Line,
    /// Quantity in base units.
    pub quantity: Slot,
    /// Price of a base unit.
    pub price: Slot,
    /// If it is a share of what serving costs, that takes the place of the price.
    pub of: Option<Basis>,
    /// The vendor that it is bought from, if it is.
    pub from: Option<Bought>,
    /// The months in which it is due; every month if absent.
    pub due: Option<Vec<bool>>,
}

impl Charge {
    /// Whether it is due in a month.
    pub fn is_due(&self, month: usize) -> bool {
        self.due.as_ref().is_none_or(|due| due[month])
    }

    /// Posts it, whether this is its month or not.
    pub fn post_now(&self, values: &Values, ledger: &mut Ledger) {
        match self.of {
            Some(basis) => {
                let spent = basis.spent(ledger);
                ledger.post(&self.line, &values[self.quantity], &spent);
            }
            None => self.post_at(&values[self.price], values, ledger),
        }
    }

    /// Posts it at a price.
    pub fn post_at(&self, price: &Lanes, values: &Values, ledger: &mut Ledger) {
        let quantity = &values[self.quantity];
        match self.from {
            Some(from) => ledger.post_bought(from, &self.line, quantity, price),
            None => ledger.post(&self.line, quantity, price),
        }
    }
}
