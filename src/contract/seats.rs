//! Seats: a vendor's price per person who may use it.

use super::{Contract, Parties, Written};
use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::document::{Id, Plugin, Reader, Reference};
use crate::finance::{Bought, Component, Ledger, Line};
use crate::lanes::{Lanes, Slot, Values};
use crate::process::{Lookup, Path, PathOf};
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "seats",
    meaning: "people who may use a vendor, at its price per seat; it counts as spend like tokens do",
    example: "{ seats = { vendor = \"openai\", seats = \"40 seats\" } }",
    read,
};

/// `[contract.<id>.seats]`.
#[derive(Clone, Debug)]
struct Seats {
    vendor: Reference,
    seats: Path,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let vendor = t.required("vendor", Id("vendor"), "whose seats: it has a price for one");
    let seats = t.required("seats", PathOf(&units::SEATS), "how many");
    Some(Box::new(Seats { vendor: vendor?, seats: seats? }))
}

impl Written for Seats {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn vendors(&self) -> &[Reference] {
        std::slice::from_ref(&self.vendor)
    }

    fn buys(&self) -> bool {
        true
    }

    fn resolve(&self, parties: &Parties, lookup: &mut dyn Lookup) -> Option<Box<dyn Contract>> {
        let (vendor, sold) = parties.vendors.first().copied().zip(parties.sellers.first())?;
        let Some(price) = &sold.seat else {
            lookup.refuse(
                Diagnostic::error(
                    "not-sold",
                    self.vendor.span,
                    format!("`{}` sells no seats", self.vendor.id),
                )
                .label("it has no price for a seat")
                .help("add `seat = \"… USD /seat-month\"` to the vendor"),
            );
            return None;
        };
        let (mut seats, mut price) = (lookup.path(&self.seats)?, lookup.per_month(price)?);
        if let Some(factor) = lookup.hit(&self.vendor.id).price {
            price = lookup.times(price, factor);
        }
        if let Some(open) = parties.open(lookup) {
            seats = lookup.times(seats, open);
        }
        let line =
            Line { unit: "seat-months", ..parties.line(Component::VendorFees, "seats", vec![seats, price]) };
        Some(Box::new(Running { from: Bought { vendor, tokens: false, credit: None }, line, seats, price }))
    }
}

struct Running {
    from: Bought,
    line: Line,
    seats: Slot,
    price: Slot,
}

impl Contract for Running {
    fn settle(&self, _: &Month, values: &Values, _: &mut [Lanes], ledger: &mut Ledger) {
        ledger.post_bought(self.from, &self.line, &values[self.seats], &values[self.price]);
    }
}
