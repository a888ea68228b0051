//! One offer has become dear against another.

use super::trailing::{Trailing, read_over};
use super::{Condition, Sight, Written};
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf};
use crate::document::{Id, Plugin, Reader, Reference};
use crate::lanes::{self, LANES, Slot};
use crate::pricing::Asked;
use crate::process::Lookup;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "price_ratio",
    meaning: "the mean list price of an llm or GPU in the past months is above so many times that of another; llms at the month's mix of input and output tokens of all traffics",
    example: "{ price_ratio = { of = \"acme/large\", to = \"borealis/large\", above = 1.3, over = \"3 months\" } }",
    read,
};

/// What both offers are.
pub(super) const OFFER: &str = "llm or GPU of a vendor, as vendor/id";

#[derive(Clone, Debug)]
struct PriceRatio {
    of: Reference,
    to: Reference,
    above: Number,
    over: usize,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let of = t.required("of", Id(OFFER), "whose price");
    let to = t.required("to", Id(OFFER), "against whose");
    let above = t.required("above", NumberOf(&units::FACTOR), "the ratio that is exceeded");
    let over = read_over(t);
    let (of, to) = (of?, to?);
    if of.id == to.id {
        t.refuse("to", "same-offer", "an offer against itself", "name another llm or GPU");
        return None;
    }
    Some(Box::new(PriceRatio { of, to, above: above?, over: over? }))
}

impl Written for PriceRatio {
    fn resolve(&self, sight: &Sight, lookup: &mut dyn Lookup) -> Option<Box<dyn Condition>> {
        let (of, to) = (is_gpu(&self.of, sight), is_gpu(&self.to, sight));
        if of != to {
            let (gpu, llm) = if of { (&self.of, &self.to) } else { (&self.to, &self.of) };
            let message = format!("`{}` is a GPU and `{}` is none", gpu.id, llm.id);
            lookup.refuse(
                Diagnostic::error("other-kind", self.to.span, message)
                    .help("compare two llms by the token, or two GPUs by the hour"),
            );
            return None;
        }
        let price = if of { gpu_price } else { llm_price };
        let (of, to) = (price(&self.of, sight, lookup), price(&self.to, sight, lookup));
        let (of, to, above) = (of?, to?, lookup.number(&self.above));
        Some(Box::new(Trailing {
            months: self.over,
            alone: false,
            compared: Box::new(move |seen, amount, exceeded| {
                *amount = seen.values[of];
                lanes::multiply(exceeded, &seen.values[to], &seen.values[above]);
            }),
        }))
    }
}

fn is_gpu(offer: &Reference, sight: &Sight) -> bool {
    let vendor = |id: &str| sight.definitions.vendors.iter().find(|(name, _)| name.id == id);
    offer.halves().is_some_and(|(id, sold)| vendor(id).is_some_and(|(_, vendor)| vendor.gpu(sold).is_some()))
}

fn gpu_price(name: &Reference, sight: &Sight, lookup: &mut dyn Lookup) -> Option<Slot> {
    let offer = sight.definitions.gpu_offer(name, lookup)?;
    let price = offer.resolve(lookup)?.on_demand;
    Some(hit(price, name, lookup))
}

/// A price as hazards leave it.
fn hit(price: Slot, offer: &Reference, lookup: &mut dyn Lookup) -> Slot {
    let factor = lookup.hit(&offer.id).price;
    factor.map_or(price, |factor| lookup.times(price, factor))
}

/// List price per token of the mix of input and output that all traffics have in a month, without cache and batch.
fn llm_price(offer: &Reference, sight: &Sight, lookup: &mut dyn Lookup) -> Option<Slot> {
    let rates = sight.definitions.rate_card(offer, lookup)?;
    let asked = Asked { allowed: None, region: None, week: &[], lasts: None, at: offer };
    let card = rates.resolve(&asked, lookup)?;
    let (mut tokens_in, mut tokens_out) = (lookup.constant(0.0), lookup.constant(0.0));
    for (_, stream) in sight.traffics {
        let stream = (*stream)?;
        let calls = lookup.times(stream.requests, stream.calls);
        let (input, output) =
            (lookup.times(calls, stream.input_tokens), lookup.times(calls, stream.output_tokens));
        (tokens_in, tokens_out) = (lookup.plus(tokens_in, input), lookup.plus(tokens_out, output));
    }
    let (paid_in, paid_out) = (lookup.times(card.input, tokens_in), lookup.times(card.output, tokens_out));
    let price = lookup.derive(
        "price per token of the mix",
        &[tokens_in, tokens_out, paid_in, paid_out],
        Box::new(move |v, out| {
            for i in 0..LANES {
                // A month without a token says nothing of prices.
                out[i] = (v[paid_in][i] + v[paid_out][i]) / (v[tokens_in][i] + v[tokens_out][i]).max(1.0);
            }
        }),
    );
    Some(hit(price, offer, lookup))
}
