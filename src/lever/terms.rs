//! What all levers have in common: on which traffics, from when, at what cost, and what becomes of quality.

use super::Rollout;
use crate::demand::{Effects, introduced};
use crate::distribution::{Number, NumberOf};
use crate::document::{Id, ListOf, MapOf, Reader, Reference, TableOf};
use crate::lanes::Slot;
use crate::process::Lookup;
use crate::units;

/// On what a lever acts.
#[derive(Clone, Copy, Debug)]
pub enum ActsOn<'a> {
    /// Traffics; all if absent.
    Traffics(Option<&'a [Reference]>),
    /// Supplies, and whatever they serve.
    Supplies(&'a [Reference]),
    /// Prices of a vendor.
    Vendor(&'a Reference),
}

/// `quality_change` and `rollout` of a lever.
#[derive(Clone, Debug)]
pub struct Terms {
    quality_change: Vec<(String, Number)>,
    /// From when, how fast, and at what cost.
    pub rollout: Rollout,
}

impl Terms {
    /// Reads them.
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let change = t.or(
            "quality_change",
            "{}",
            MapOf("evaluation", NumberOf(&units::POINTS)),
            "what it changes of the score by evaluation; acts where a traffic `needs_quality`",
        );
        let rollout = t.or("rollout", "{}", TableOf(Rollout::read), "from when, how fast, and at what cost");
        let quality_change =
            change?.into_iter().map(|(evaluation, points)| (evaluation.id, points)).collect();
        Some(Self { quality_change, rollout: rollout? })
    }

    /// Adds what it does to scores.
    pub fn change(&self, effects: &mut Effects, lookup: &mut dyn Lookup) {
        for (evaluation, points) in &self.quality_change {
            let points = lookup.number(points);
            effects.quality.push((evaluation.clone(), self.ramped(points, lookup)));
        }
    }

    /// An effect that is nothing before the rollout and whole after it.
    pub(super) fn ramped(&self, effect: Slot, lookup: &mut dyn Lookup) -> Slot {
        match self.rollout.progress(lookup) {
            Some(progress) => lookup.times(effect, progress),
            None => effect,
        }
    }

    /// A factor that is 1 before the rollout and whole after it.
    pub(super) fn introduced(&self, factor: Slot, lookup: &mut dyn Lookup) -> Slot {
        let progress = self.rollout.progress(lookup);
        introduced(factor, progress, lookup)
    }
}

/// Reads `on`.
#[allow(clippy::option_option, reason = "absent and wrong are different")]
pub(super) fn read_on(t: &mut Reader) -> Option<Option<Vec<Reference>>> {
    t.optional("on", ListOf(Id("traffic")), "the traffics it acts on; all if absent")
}
