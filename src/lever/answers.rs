//! Caches of whole answers, found by the same words or by the same meaning.

use super::Lever;
use super::terms::{self, ActsOn, Terms};
use crate::demand::{Answered, Effects};
use crate::distribution::{Number, NumberOf};
use crate::document::{Reader, Reference};
use crate::process::Lookup;
use crate::units;

/// A cache of answers, of one kind or the other.
#[derive(Clone, Debug)]
struct AnswerCache {
    kind: &'static str,
    on: Option<Vec<Reference>>,
    hit_rate: Number,
    lookup: Option<Number>,
    terms: Terms,
}

/// Reads a cache of answers.
pub(super) fn read(t: &mut Reader, kind: &'static str) -> Option<Box<dyn Lever>> {
    let on = terms::read_on(t);
    let hit_rate =
        t.required("hit_rate", NumberOf(&units::SHARE), "share of the requests reaching it that it answers");
    let lookup = t.optional(
        "lookup",
        NumberOf(&units::MONEY_PER_REQUEST),
        "what looking up one request costs, found or not; free if absent",
    );
    let terms = Terms::read(t);
    Some(Box::new(AnswerCache { kind, on: on?, hit_rate: hit_rate?, lookup: lookup?, terms: terms? }))
}

impl Lever for AnswerCache {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn acts_on(&self) -> ActsOn<'_> {
        ActsOn::Traffics(self.on.as_deref())
    }

    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn apply(&self, id: &str, effects: &mut Effects, lookup: &mut dyn Lookup) {
        let hit_rate = lookup.number(&self.hit_rate);
        let hits = self.terms.ramped(hit_rate, lookup);
        let price = self.lookup.as_ref().map(|price| lookup.number(price));
        let lookup = price.map(|price| (price, self.terms.rollout.progress(lookup)));
        effects.answered.push(Answered { id: id.to_owned(), hits, lookup });
    }
}
