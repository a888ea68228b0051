//! A price that jumps and comes back.

use super::drawn::{Duration, warn_if_endless};
use super::hits::{self, World};
use super::spells::{DuringSpells, Spells};
use super::{Written, address};
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf};
use crate::document::{Plugin, Reader, Reference};
use crate::pricing::Vendor;
use crate::process::{Hit, Lookup, Path, PathOf};
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "price_shock",
    meaning: "prices are multiplied for a while, at rare moments",
    example: "{ price_shock = { hits = [\"acme\"], frequency = \"0.2 /year\", factor = \"1.2 to 2\", lasts = \"3 to 9 months\" } }",
    read,
};

/// `[hazard.<id>.price_shock]`: shocks begin at random moments while there is none; the factor holds for whole months, from the
/// month in which a shock begins, one at the least.
#[derive(Debug)]
struct PriceShock {
    hits: Vec<Reference>,
    frequency: Path,
    factor: Number,
    lasts: Number,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let hits = hits::read(t);
    let frequency = t.required("frequency", PathOf(&units::EVENTS_PER_TIME), "shocks per time");
    let factor =
        t.required("factor", NumberOf(&units::FACTOR), "multiplies prices; drawn when a shock begins");
    let lasts = t.required("lasts", NumberOf(&units::DURATION), "how long; drawn when a shock begins");
    Some(Box::new(PriceShock { hits: hits?, frequency: frequency?, factor: factor?, lasts: lasts? }))
}

impl Written for PriceShock {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn hits(&self) -> Vec<&Reference> {
        self.hits.iter().collect()
    }

    fn resolve(
        &self,
        id: &Reference,
        vendors: &[(Reference, Vendor)],
        world: &mut World,
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
        if let Some(supply) = self.hits.iter().find(|hit| !sells(hit, vendors)) {
            let message = format!("`{}` has no prices of its own: they are its vendor's", supply.id);
            let mistake = Diagnostic::error("no-price", supply.span, message).label("this is a supply");
            lookup.refuse(mistake.help("name the vendor, or what it sells as vendor/gpu"));
            return None;
        }
        let frequency = lookup.per_month(&self.frequency)?;
        warn_if_endless(&self.lasts, "this shock would never be seen to end", lookup);
        let spells = Spells { frequency, lasts: Duration::of(&self.lasts), forced: world.forced };
        let spell = lookup.monthly(&format!("{}.spell", address(id)), &[frequency], Box::new(spells));
        let during = DuringSpells { spell, drawn: self.factor.distribution.sampler() };
        let price = lookup.monthly(&format!("{}.price", address(id)), &[spell], Box::new(during));
        world.strike(&self.hits, Hit { price: Some(price), ..Hit::default() }, lookup);
        Some(())
    }
}

fn sells(hit: &Reference, vendors: &[(Reference, Vendor)]) -> bool {
    hit.halves().is_some() || vendors.iter().any(|(id, _)| id.id == hit.id)
}
