//! A discount on everything: what a buyer got off the list by asking.

use super::term::{MonthsOf, Term};
use super::{Contract, Parties, Written};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf};
use crate::document::{Id, ListOf, MonthOf, Plugin, Reader, Reference};
use crate::finance::{Component, Ledger, Line};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::process::Lookup;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "negotiated_discount",
    meaning: "a discount off the list prices of some vendors, whatever the volume",
    example: "{ negotiated_discount = { vendors = [\"openai\"], discount = \"5 % to 12 %\", from = \"2027-10\", term = \"1 year\" } }",
    read,
};

/// `[contract.<id>.negotiated_discount]`.
#[derive(Clone, Debug)]
struct NegotiatedDiscount {
    vendors: Vec<Reference>,
    discount: Number,
    term: Term,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let vendors = t.required("vendors", ListOf(Id("vendor")), "whose prices it lowers");
    let discount =
        t.required("discount", NumberOf(&units::SHARE), "share of the list price that is taken off");
    let from = t.optional("from", MonthOf, "its first month; the scenario's if absent");
    let term = t.optional("term", MonthsOf, "how long it holds; to the end if absent");
    let term = Term { from: from?, months: term?, renews: false };
    Some(Box::new(NegotiatedDiscount { vendors: vendors?, discount: discount?, term }))
}

impl Written for NegotiatedDiscount {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn vendors(&self) -> &[Reference] {
        &self.vendors
    }

    fn resolve(&self, parties: &Parties, lookup: &mut dyn Lookup) -> Option<Box<dyn Contract>> {
        parties.warn_if_unseen(self.term, lookup);
        let discount = lookup.number(&self.discount);
        let line = parties.line(Component::Discounts, "negotiated discount", vec![discount]);
        let months = (0..lookup.timeline().length).collect::<Vec<_>>();
        let span = self.term.on(lookup.timeline());
        let holds = months.into_iter().map(|month| span.age(month).is_some()).collect();
        Some(Box::new(Running { vendors: parties.vendors.clone(), discount, line, holds }))
    }
}

struct Running {
    vendors: Vec<usize>,
    discount: Slot,
    line: Line,
    /// By month of the scenario.
    holds: Vec<bool>,
}

impl Contract for Running {
    fn settle(&self, now: &Month, values: &Values, _: &mut [Lanes], ledger: &mut Ledger) {
        if !self.holds[now.index] {
            return;
        }
        let due = ledger.due_to(&self.vendors);
        let discount = &values[self.discount];
        let (mut price, mut left) = (Lanes::ZERO, Lanes::ZERO);
        for i in 0..LANES {
            price[i] = 0.0 - discount[i];
            left[i] = 1.0 - discount[i];
        }
        ledger.post(&self.line, &due, &price);
        ledger.leave_due(&self.vendors, &left);
    }
}
