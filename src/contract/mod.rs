//! What is agreed with vendors beyond their list prices. One file per kind, one line per kind in [`KINDS`].
//!
//! Supplies bill at list prices. When all of them have billed, the contracts of a strategy settle the month, in the order of
//! [`KINDS`] whatever the list in the scenario says: each works on what the contracts before it left due.

mod volume_discount;

use std::fmt::Debug;

use crate::calendar::Month;
use crate::document::{MapOf, Plugin, Plugins, Reader, Reference};
use crate::finance::Ledger;
use crate::lanes::{Lanes, Values};
use crate::process::Lookup;

/// A contract as it stands in a scenario.
pub trait Written: Debug + Send + Sync {
    /// Its kind, as it is called in [`KINDS`].
    fn kind(&self) -> &'static str;
    /// The vendors it is made with.
    fn vendors(&self) -> &[Reference];
    /// Becomes runnable.
    fn resolve(&self, parties: &Parties, lookup: &mut dyn Lookup) -> Option<Box<dyn Contract>>;
}

/// Reads `[contract.<id>]`.
pub fn read_all(t: &mut Reader) -> Option<Vec<(Reference, Box<dyn Written>)>> {
    let all = MapOf("contract", Plugins(KINDS, "contract"));
    t.or("contract", "{}", all, "what is agreed with vendors beyond their list prices")
}

/// Between whom a contract is made, and what its amounts are counted in.
#[derive(Clone, Debug)]
pub struct Parties<'a> {
    /// The id of the contract.
    pub id: &'a str,
    /// The vendors, by their places among the vendors of the scenario.
    pub vendors: Vec<usize>,
    /// The currency of the scenario, as the unit of amounts.
    pub currency: &'static str,
}

/// A contract that runs: once a month it settles what the supplies have bought.
pub trait Contract: Send + Sync {
    /// Lanes of state that the engine keeps for it.
    fn state(&self) -> usize {
        0
    }
    /// Sets the state before the first month.
    fn start(&self, _values: &Values, _state: &mut [Lanes]) {}
    /// Ends a month: posts credits and what else the contract asks for.
    fn settle(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger);
}

/// Every kind of contract that a scenario can name, in the order in which they settle.
pub const KINDS: &[Plugin<Box<dyn Written>>] = &[volume_discount::PLUGIN];
