//! GPUs are short for a while: dearer by the hour, not to be had, and late.

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
    name: "gpu_shortage",
    meaning: "for a while GPUs on demand are dearer, a rented fleet that wants to grow gets a share of what it asks for, and ordered servers come late",
    example: "{ gpu_shortage = { hits = [\"acme\"], frequency = \"0.3 /year\", lasts = \"3 to 9 months\", price_factor = \"1.2 to 2\", new_capacity = \"10 % to 40 %\", lead_time_factor = \"1.5 to 3\" } }",
    read,
};

/// `[hazard.<id>.gpu_shortage]`: what a fleet ran in the busiest hour of the month before it keeps; of what it wants beyond
/// that it gets a share. What is reserved is there, at its price. Servers that a supply orders meanwhile take longer; those on
/// their way come when they were promised.
#[derive(Debug)]
struct GpuShortage {
    hits: Vec<Reference>,
    frequency: Path,
    lasts: Number,
    price_factor: Option<Number>,
    new_capacity: Option<Number>,
    lead_time_factor: Option<Number>,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let hits = hits::read(t);
    let frequency = t.required("frequency", PathOf(&units::EVENTS_PER_TIME), "shortages per time");
    let lasts = t.required("lasts", NumberOf(&units::DURATION), "how long; drawn when one begins");
    let price_factor = t.optional(
        "price_factor",
        NumberOf(&units::FACTOR),
        "multiplies prices on demand; drawn when a shortage begins; 1 if absent",
    );
    let new_capacity = t.optional(
        "new_capacity",
        NumberOf(&units::SHARE),
        "share that one gets of what one asks for beyond what one has; drawn when a shortage begins; all if absent",
    );
    let lead_time_factor = t.optional(
        "lead_time_factor",
        NumberOf(&units::FACTOR),
        "multiplies the lead time of servers ordered meanwhile by an owned supply among `hits`; 1 if absent",
    );
    let (price_factor, new_capacity) = (price_factor?, new_capacity?);
    let lead_time_factor = lead_time_factor?;
    if price_factor.is_none() && new_capacity.is_none() && lead_time_factor.is_none() {
        let help = "give `new_capacity`, `price_factor` or `lead_time_factor`";
        t.refuse("new_capacity", "no-effect", "this shortage changes nothing", help);
        return None;
    }
    Some(Box::new(GpuShortage {
        hits: hits?,
        frequency: frequency?,
        lasts: lasts?,
        price_factor,
        new_capacity,
        lead_time_factor,
    }))
}

impl Written for GpuShortage {
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
        if let Some(other) = self.hits.iter().find(|hit| !rents(hit, vendors)) {
            let message = format!("`{}` rents out no GPUs", other.id);
            let mistake =
                Diagnostic::error("no-gpus", other.span, message).label("nothing can be short here");
            lookup
                .refuse(mistake.help("name a vendor of GPUs, what it rents out as vendor/gpu, or a supply"));
            return None;
        }
        let frequency = lookup.per_month(&self.frequency)?;
        warn_if_endless(&self.lasts, "this shortage would never be seen to end", lookup);
        let spells = Spells { frequency, lasts: Duration::of(&self.lasts), forced: world.forced };
        let spell = lookup.monthly(&format!("{}.spell", address(id)), &[frequency], Box::new(spells));
        let mut drawn = |what: &str, number: &Number| {
            let process = DuringSpells { spell, drawn: number.distribution.sampler() };
            lookup.monthly(&format!("{}.{what}", address(id)), &[spell], Box::new(process))
        };
        let new_capacity = self.new_capacity.as_ref().map(|share| drawn("new_capacity", share));
        let scarcity = self.price_factor.as_ref().map(|factor| drawn("price", factor));
        let lead_time = self.lead_time_factor.as_ref().map(|factor| drawn("lead_time", factor));
        world.strike(&self.hits, Hit { scarcity, new_capacity, lead_time, ..Hit::default() }, lookup);
        Some(())
    }
}

/// Whether it is a vendor that rents out GPUs, one of its GPUs, or a supply: what is no vendor and known is one.
fn rents(hit: &Reference, vendors: &[(Reference, Vendor)]) -> bool {
    let of = |id: &str| vendors.iter().find(|(vendor, _)| vendor.id == id).map(|(_, vendor)| vendor);
    match hit.halves() {
        Some((vendor, gpu)) => of(vendor).is_some_and(|vendor| vendor.gpu(gpu).is_some()),
        None => of(&hit.id).is_none_or(|vendor| !vendor.gpus.is_empty()),
    }
}
