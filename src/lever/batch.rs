//! What can wait is sent as a batch, at the lower price of one.

use super::Lever;
use super::terms::{self, ActsOn, Terms};
use crate::demand::Effects;
use crate::distribution::{Number, NumberOf};
use crate::document::{Plugin, Reader, Reference};
use crate::process::Lookup;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "batch",
    meaning: "a share of the requests that can wait is sent as a batch where a vendor sells one",
    example: "{ batch = { share = \"80 %\" } }",
    read,
};

/// `[lever.<id>.batch]`.
///
/// Vendors sell batches at half of their rates (Anthropic, `OpenAI`, Google; read, 2026-03); the discount is that of the rate card.
#[derive(Clone, Debug)]
struct Batch {
    on: Option<Vec<Reference>>,
    share: Number,
    terms: Terms,
}

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    let on = terms::read_on(t);
    let share = t.required("share", NumberOf(&units::SHARE), "share of the requests that `can_wait`");
    let terms = Terms::read(t);
    Some(Box::new(Batch { on: on?, share: share?, terms: terms? }))
}

impl Lever for Batch {
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
        let share = lookup.number(&self.share);
        effects.batched = Some(self.terms.ramped(share, lookup));
    }
}
