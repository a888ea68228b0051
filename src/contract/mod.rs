//! What is agreed with vendors beyond their list prices. One file per kind, one line per kind in [`KINDS`].
//!
//! Supplies bill at list prices. When all of them have billed, the contracts of a strategy settle the month, in the order of
//! [`KINDS`] whatever the list in the scenario says: each works on what the contracts before it left due. Minimum fees and
//! then credits for outages come with a vendor; they settle after discounts and commitments, and before credit pays.
//!
//! A contract goes down with its vendor, and with the last of them if it is made with several: from the day on which hazards
//! turn the vendor off for good, nothing is owed to it, and credit that is left there is lost. Who buys a vendor keeps its contracts.

mod committed_spend;
mod minimum;
mod negotiated_discount;
mod prepaid_credit;
mod seats;
mod sla_credits;
mod term;
mod volume_discount;

pub use minimum::Minimum;
pub use sla_credits::SlaCredits;

use std::fmt::Debug;

use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::document::{MapOf, Plugin, Plugins, Reader, Reference};
use crate::finance::{Component, Ledger, Line};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::pricing::Vendor;
use crate::process::Lookup;
use term::Term;

/// A contract as it stands in a scenario.
pub trait Written: Debug + Send + Sync {
    /// Its kind, as it is called in [`KINDS`].
    fn kind(&self) -> &'static str;
    /// The vendors it is made with.
    fn vendors(&self) -> &[Reference];
    /// Whether it is itself a purchase, and not only a price.
    fn buys(&self) -> bool {
        false
    }
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
    /// Where the strategy names it.
    pub at: &'a Reference,
    /// The vendors, by their places among the vendors of the scenario.
    pub vendors: Vec<usize>,
    /// Their ids, in the same order.
    pub names: Vec<&'a str>,
    /// The vendors themselves, in the same order.
    pub sellers: Vec<&'a Vendor>,
    /// The currency of the scenario, as the unit of amounts.
    pub currency: &'static str,
}

impl Parties<'_> {
    /// How an amount of money is posted.
    fn line(&self, component: Component, label: &str, inputs: Vec<Slot>) -> Line {
        let (label, payee) = (label.to_owned(), self.id.to_owned());
        Line { component, label, payee, unit: self.currency, per_unit: 1.0, inputs }
    }

    /// The share of the month before the last of the vendors is gone for good; nothing if that never happens.
    fn open(&self, lookup: &mut dyn Lookup) -> Option<Slot> {
        let open: Option<Vec<Slot>> = self.names.iter().map(|name| lookup.hit(name).open).collect();
        match open?.as_slice() {
            [] => None,
            [only] => Some(*only),
            several => {
                let open = several.to_vec();
                let last = move |values: &Values, out: &mut Lanes| {
                    *out = values[open[0]];
                    for vendor in &open[1..] {
                        for i in 0..LANES {
                            out[i] = out[i].max(values[*vendor][i]);
                        }
                    }
                };
                Some(lookup.derive("before the last of them is gone", several, Box::new(last)))
            }
        }
    }

    /// Warns of a term that no month of the scenario lies in.
    fn warn_if_unseen(&self, term: Term, lookup: &mut dyn Lookup) {
        if let Some(warning) = term.unseen(lookup.timeline(), self.at.span, self.id) {
            lookup.refuse(warning);
        }
    }

    /// The mistake of buying before there is a month to pay in.
    fn before_the_start(&self) -> Diagnostic {
        let message = format!("`{}` is bought before the scenario begins", self.id);
        Diagnostic::error("before-the-start", self.at.span, message)
            .label("its payment falls into no month")
            .help("leave `from` out, and say what is left of the credit as its `amount`")
    }
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

/// Every kind of contract that a scenario can name, in the order in which they settle. A vendor's minimum fee looks at the
/// bill after all discounts; then a vendor's credits for outages are taken off, before prepaid credit pays the rest.
pub const KINDS: &[Plugin<Box<dyn Written>>] = &[
    seats::PLUGIN,
    negotiated_discount::PLUGIN,
    volume_discount::PLUGIN,
    committed_spend::PLUGIN,
    prepaid_credit::PLUGIN,
];

/// The kinds that settle after minimum fees and credits for outages.
pub fn pays(kind: &str) -> bool {
    kind == prepaid_credit::PLUGIN.name
}
