//! A prefix cache: the part of a prompt that repeats is read instead of computed.

use super::Lever;
use super::measured::{self, Prefixes};
use super::terms::{self, ActsOn, Terms};
use crate::demand::{Effects, Hits};
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{Plugin, Reader, Reference, TableOf, WordOf};
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
///
/// The hit rate is measured, or follows from how often a prefix is used: with Poisson arrivals at a rate λ for each of N prefixes, a
/// call finds its own within a time T of the last with chance `1 − exp(−λT)`; a cache that holds C of them finds at most C/N (least
/// recently used, equally popular: Che, Tung, Wang 2002). Or a log told it: `tokencast fit traffic` writes what caches of any
/// lifetime and size find in it. In a public trace of conversations 36.6 % of blocks are found by a cache without limits and
/// 4.4 % by one of 1,000 blocks (Mooncake, computed, 2026-11-22).
#[derive(Clone, Debug)]
struct PrefixCache {
    on: Option<Vec<Reference>>,
    hits: Written,
    lasts: Option<f64>,
    splits: bool,
    terms: Terms,
}

#[derive(Clone, Debug)]
enum Written {
    Rate(Box<Number>),
    Reuse(Box<Reuse>),
    Measured(Box<Measured>),
}

#[derive(Clone, Debug)]
struct Measured {
    log: Prefixes,
    size: Option<Number>,
}

#[derive(Clone, Debug)]
struct Reuse {
    prefixes: Number,
    lasts: f64,
    holds: Option<Number>,
}

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    let on = terms::read_on(t);
    let hit_rate = t.optional(
        "hit_rate",
        NumberOf(&units::SHARE),
        "share of the cacheable input that is found; or say `reuse`",
    );
    let lasts = t.optional(
        "lasts",
        QuantityOf(&units::DURATION),
        "how long a vendor should keep what is written; the first lifetime that it sells if absent",
    );
    let reuse = t.optional(
        "reuse",
        TableOf(read_reuse),
        "how prefixes repeat; the hit rate follows from the calls of the month and `lasts`",
    );
    let measured = t.optional(
        "measured",
        TableOf(measured::read_prefixes),
        "what caches find in a log, by `lasts` and `size`; `tokencast fit traffic` writes it",
    );
    let size = t.optional(
        "size",
        NumberOf(&units::TOKENS),
        "tokens that the caches hold together, beside `measured`; all if absent",
    );
    let split = t.or(
        "split",
        "cold",
        WordOf(&[("cold", true), ("warm", false)]),
        "where a traffic is split by `share`: \"cold\" lets the hit rate fall with the share, \"warm\" keeps it",
    );
    let terms = Terms::read(t);
    let lasts = lasts?.map(|time| hours_of(&time));
    let hits = written(t, (hit_rate?, reuse?, measured?), lasts, size?);
    Some(Box::new(PrefixCache { on: on?, hits: hits?, lasts, splits: split?, terms: terms? }))
}

/// In which of three ways the hit rate is said.
type Ways = (Option<Number>, Option<(Number, Option<Number>)>, Option<Prefixes>);

fn written(t: &mut Reader, ways: Ways, lasts: Option<f64>, size: Option<Number>) -> Option<Written> {
    if size.is_some() && ways.2.as_ref().is_none_or(|log| log.calls_per_hour.is_none()) {
        let help = "add `measured` with `holds`, or say `reuse.holds`";
        t.refuse("size", "no-sizes", "nothing says what a cache of another size finds", help);
        return None;
    }
    match ways {
        (Some(rate), None, None) => Some(Written::Rate(Box::new(rate))),
        (None, Some((prefixes, holds)), None) => {
            let Some(lasts) = lasts else {
                let help = "add `lasts = \"5 min\"`: for how long after its last use a prefix stays";
                t.refuse("reuse", "no-lifetime", "how long prefixes stay decides how many are found", help);
                return None;
            };
            Some(Written::Reuse(Box::new(Reuse { prefixes, lasts, holds })))
        }
        (None, None, Some(log)) => {
            if lasts.is_none() && size.is_none() {
                let help = "add `lasts = \"5 min\"`, or `size = \"300k tokens\"` for a cache of your own";
                t.refuse(
                    "measured",
                    "no-lifetime",
                    "how long prefixes stay decides how many are found",
                    help,
                );
                return None;
            }
            Some(Written::Measured(Box::new(Measured { log, size })))
        }
        (first, reuse, _) => {
            let (key, message) = match (first, reuse) {
                (Some(_), Some(_)) => ("reuse", "`hit_rate` and `reuse` say the same thing twice"),
                (None, None) => ("hit_rate", "nothing says how much is found in the cache"),
                _ => ("measured", "`measured` says the same thing as `hit_rate` or `reuse`"),
            };
            let help = "give `hit_rate`, or `reuse = { prefixes }` with `lasts`, or `measured` with `lasts` or `size`";
            t.refuse(key, "hit-rate-or-reuse", message, help);
            None
        }
    }
}

fn read_reuse(t: &mut Reader) -> Option<(Number, Option<Number>)> {
    let prefixes = t.required(
        "prefixes",
        NumberOf(&units::FACTOR),
        "how many different prefixes calls share: tenants, conversations at a time",
    );
    let holds =
        t.optional("holds", NumberOf(&units::FACTOR), "prefixes that fit into the cache; all if absent");
    Some((prefixes?, holds?))
}

impl Lever for PrefixCache {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn acts_on(&self) -> ActsOn<'_> {
        ActsOn::Traffics(self.on.as_deref())
    }

    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn apply(&self, _: &str, effects: &mut Effects, lookup: &mut dyn Lookup) {
        (effects.cache_lasts, effects.cache_splits) = (self.lasts, self.splits);
        effects.cache_hits = Some(match &self.hits {
            Written::Rate(rate) => {
                let rate = lookup.number(rate);
                Hits::Share(self.terms.ramped(rate, lookup))
            }
            Written::Reuse(reuse) => Hits::Reuse {
                prefixes: lookup.number(&reuse.prefixes),
                lasts: reuse.lasts,
                holds: reuse.holds.as_ref().map(|holds| lookup.number(holds)),
                progress: self.terms.rollout.progress(lookup),
            },
            Written::Measured(measured) => self.measured(measured, lookup),
        });
    }
}

impl PrefixCache {
    fn measured(&self, Measured { log, size }: &Measured, lookup: &mut dyn Lookup) -> Hits {
        let found = log.reuse.lasting(self.lasts);
        let (Some(size), Some(calls_per_hour)) = (size, log.calls_per_hour) else {
            let share = lookup.constant(found.without_limit());
            return Hits::Share(self.terms.ramped(share, lookup));
        };
        let (size, progress) = (lookup.number(size), self.terms.rollout.progress(lookup));
        Hits::Measured { found, size, calls_per_hour, progress }
    }
}
