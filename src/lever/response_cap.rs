//! Answers are cut at a length, and some of those that were cut are asked for again.

use super::Lever;
use super::terms::{self, ActsOn, Terms};
use crate::demand::{Cap, Effects};
use crate::distribution::{Number, NumberOf};
use crate::document::{Plugin, Reader, Reference};
use crate::process::Lookup;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "response_cap",
    meaning: "answers are cut at a length: their mean follows from how requests differ, and some are asked for again",
    example: "{ response_cap = { cap = \"600 tokens\", retries = \"20 %\" } }",
    read,
};

/// `[lever.<id>.response_cap]`.
///
/// What a cap saves follows from the lengths of the traffic's own answers, `E[min(X, cap)]`; how many people ask again is theirs.
/// Tokens of reasoning are not cut.
#[derive(Clone, Debug)]
struct ResponseCap {
    on: Option<Vec<Reference>>,
    cap: Number,
    retries: Number,
    terms: Terms,
}

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    let on = terms::read_on(t);
    let cap =
        t.required("cap", NumberOf(&units::TOKENS), "longest answer of a call, as the traffic counts tokens");
    let retries = t.required(
        "retries",
        NumberOf(&units::SHARE),
        "share of the calls cut that are made once more, as calls like any other",
    );
    let terms = Terms::read(t);
    Some(Box::new(ResponseCap { on: on?, cap: cap?, retries: retries?, terms: terms? }))
}

impl Lever for ResponseCap {
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
        let (tokens, retries) = (lookup.number(&self.cap), lookup.number(&self.retries));
        effects.cap = Some(Cap { tokens, retries, progress: self.terms.rollout.progress(lookup) });
    }
}
