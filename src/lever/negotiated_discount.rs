//! A discount that is still to be negotiated with a vendor.

use super::Lever;
use super::terms::{ActsOn, Terms};
use crate::demand::{Effects, rest};
use crate::distribution::{Number, NumberOf};
use crate::document::{Id, Plugin, Reader, Reference};
use crate::process::Lookup;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "negotiated_discount",
    meaning: "what a vendor asks for tokens and GPU-hours falls, whatever they are for; a discount that is agreed already is a contract of the same name",
    example: "{ negotiated_discount = { vendor = \"openai\", discount = \"5 % to 12 %\" } }",
    read,
};

/// `[lever.<id>.negotiated_discount]`.
///
/// Lowers the prices themselves, before any contract settles; with a contract of kind `negotiated_discount` with the same vendor it
/// would count twice.
#[derive(Clone, Debug)]
struct NegotiatedDiscount {
    vendor: Reference,
    discount: Number,
    terms: Terms,
}

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    let vendor = t.required("vendor", Id("vendor"), "whose prices fall");
    let discount = t.required("discount", NumberOf(&units::SHARE), "share of these prices that is taken off");
    let terms = Terms::read(t);
    Some(Box::new(NegotiatedDiscount { vendor: vendor?, discount: discount?, terms: terms? }))
}

impl Lever for NegotiatedDiscount {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn acts_on(&self) -> ActsOn<'_> {
        ActsOn::Vendor(&self.vendor)
    }

    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn apply(&self, _: &str, effects: &mut Effects, lookup: &mut dyn Lookup) {
        let discount = lookup.number(&self.discount);
        let discount = self.terms.ramped(discount, lookup);
        effects.price = Some(rest(discount, lookup));
    }
}
