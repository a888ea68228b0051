//! A price that jumps and comes back.

use super::drawn::{Duration, warn_if_endless};
use super::hits::{self, World};
use super::{Written, address};
use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf, Sampler};
use crate::document::{Plugin, Reader, Reference};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::pricing::Vendor;
use crate::process::{Hit, Lookup, Path, PathOf, Process};
use crate::random::Draws;
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
        let factor = self.factor.distribution.sampler();
        let running = Running { frequency, factor, lasts: Duration::of(&self.lasts) };
        let price = lookup.monthly(&format!("{}.price", address(id)), &[frequency], Box::new(running));
        world.strike(&self.hits, Hit { price: Some(price), ..Hit::default() }, lookup);
        Some(())
    }
}

fn sells(hit: &Reference, vendors: &[(Reference, Vendor)]) -> bool {
    hit.halves().is_some() || vendors.iter().any(|(id, _)| id.id == hit.id)
}

struct Running {
    frequency: Slot,
    factor: Sampler,
    lasts: Duration,
}

impl Process for Running {
    fn words(&self) -> u64 {
        3
    }
    fn state(&self) -> usize {
        2
    }
    fn start(&self, _: &Values, state: &mut [Lanes]) {
        let [factor, ends] = state else { return };
        (*factor, *ends) = ([1.0; LANES], [0.0; LANES]);
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [factor, ends] = state else { return };
        let (month, word) = (now.index as f64, 3 * now.index as u64);
        let frequency = &values[self.frequency];
        for i in 0..LANES {
            if ends[i] > month {
                continue;
            }
            factor[i] = 1.0;
            let u = draws.uniform_of(i, word);
            // 1 − λ < exp(−λ): most lanes need no exponential to know that nothing happens.
            if u > 1.0 - frequency[i] && u > math::exp(-frequency[i]) {
                factor[i] = self.factor.at(draws.score_of(i, word + 1));
                ends[i] = month + self.lasts.months(draws.score_of(i, word + 2)).max(1.0);
            }
        }
        *out = *factor;
    }
}
