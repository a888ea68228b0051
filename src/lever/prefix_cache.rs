//! A prefix cache: the part of a prompt that repeats is read instead of computed.

use super::{Lever, Rollout};
use crate::demand::Effects;
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{Id, ListOf, Plugin, Reader, Reference, TableOf, WordOf};
use crate::finance::Charge;
use crate::pricing::hours_of;
use crate::process::Lookup;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "prefix_cache",
    meaning: "the part of the input that repeats is read from a cache: cheaper at a vendor, not computed on own GPUs",
    example: "{ prefix_cache = { hit_rate = \"40 % to 65 %\" } }",
    read,
};

/// `[lever.<id>.prefix_cache]`.
#[derive(Clone, Debug)]
pub struct PrefixCache {
    on: Option<Vec<Reference>>,
    hit_rate: Number,
    lasts: Option<f64>,
    splits: bool,
    rollout: Rollout,
}

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    let on = t.optional("on", ListOf(Id("traffic")), "the traffics it acts on; all if absent");
    let hit_rate =
        t.required("hit_rate", NumberOf(&units::SHARE), "share of the cacheable input that is found");
    let lasts = t.optional(
        "lasts",
        QuantityOf(&units::DURATION),
        "how long a vendor should keep what is written; the first lifetime that it sells if absent",
    );
    let split = t.or(
        "split",
        "cold",
        WordOf(&[("cold", true), ("warm", false)]),
        "where a traffic is split by `share`: \"cold\" lets the hit rate fall with the share, \"warm\" keeps it",
    );
    let rollout = t.or("rollout", "{}", TableOf(Rollout::read), "from when, how fast, and at what cost");
    Some(Box::new(PrefixCache {
        on: on?,
        hit_rate: hit_rate?,
        lasts: lasts?.map(|time| hours_of(&time)),
        splits: split?,
        rollout: rollout?,
    }))
}

impl Lever for PrefixCache {
    fn on(&self) -> Option<&[Reference]> {
        self.on.as_deref()
    }

    fn apply(&self, effects: &mut Effects, lookup: &mut dyn Lookup) -> Result<(), &'static str> {
        if effects.cache_hit_rate.is_some() {
            return Err("prefix_cache");
        }
        let hit_rate = lookup.number(&self.hit_rate);
        (effects.cache_lasts, effects.cache_splits) = (self.lasts, self.splits);
        let progress = self.rollout.progress(lookup);
        effects.cache_hit_rate = Some(progress.map_or(hit_rate, |progress| lookup.times(hit_rate, progress)));
        Ok(())
    }

    fn charges(&self, id: &str, lookup: &mut dyn Lookup) -> Option<Vec<Charge>> {
        self.rollout.charges(id, lookup)
    }
}
