//! Something is turned off, and nothing follows it.

use super::hits::{self, World};
use super::{Written, address};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf};
use crate::document::{Plugin, Reader, Reference};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::pricing::Vendor;
use crate::process::{Hit, Lookup, Process};
use crate::random::Draws;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "retirement",
    meaning: "what it hits is turned off after a life from the start of the scenario, with no successor",
    example: "{ retirement = { hits = [\"acme/large\"], life = \"12 to 24 months\" } }",
    read,
};

/// `[hazard.<id>.retirement]`.
#[derive(Debug)]
struct Retirement {
    hits: Vec<Reference>,
    life: Number,
    notice: Number,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let hits = hits::read(t);
    let life = t.required("life", NumberOf(&units::DURATION), "how long it is served, from the start on");
    let notice = t.or(
        "notice",
        "0 months",
        NumberOf(&units::DURATION),
        "how long before this is known: when the `migration` of a strategy begins",
    );
    Some(Box::new(Retirement { hits: hits?, life: life?, notice: notice? }))
}

impl Written for Retirement {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn hits(&self) -> Vec<&Reference> {
        self.hits.iter().collect()
    }

    fn resolve(
        &self,
        id: &Reference,
        _: &[(Reference, Vendor)],
        world: &mut World,
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
        let drawn = lookup.in_months(&self.life);
        // A stress may say the month with which it is turned off, whatever its life.
        let life = world.forced.map_or(drawn, |month| lookup.constant(month as f64));
        let open = lookup.monthly(&format!("{}.open", address(id)), &[life], Box::new(Running(life)));
        let notice = lookup.in_months(&self.notice);
        world.retire(&self.hits, life, notice);
        world.strike(&self.hits, Hit { open: Some(open), ..Hit::default() }, lookup);
        Some(())
    }
}

/// The share of the month that is over before the life is.
struct Running(Slot);

impl Process for Running {
    fn step(&self, now: &Month, values: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        for i in 0..LANES {
            out[i] = (values[self.0][i] - now.index as f64).clamp(0.0, 1.0);
        }
    }
}
