//! Replicas that serve more with the same GPUs.

use super::Lever;
use super::terms::{ActsOn, Terms};
use crate::demand::Effects;
use crate::distribution::{Number, NumberOf};
use crate::document::{Id, ListOf, Reader, Reference};
use crate::process::Lookup;
use crate::units;

/// A lever that multiplies what replicas serve.
#[derive(Clone, Debug)]
struct Faster {
    kind: &'static str,
    supplies: Vec<Reference>,
    throughput: Number,
    terms: Terms,
}

/// Reads `supplies` and `throughput`.
pub(super) fn read(t: &mut Reader, kind: &'static str) -> Option<Box<dyn Lever>> {
    let supplies = read_supplies(t);
    let throughput = t.required(
        "throughput",
        NumberOf(&units::FACTOR),
        "what a replica serves, over what it serves as its deployment says",
    );
    let terms = Terms::read(t);
    let throughput = throughput?;
    if throughput.known() == Some(0.0) {
        t.refuse("throughput", "not-positive", "replicas that serve nothing", "1 changes nothing");
        return None;
    }
    Some(Box::new(Faster { kind, supplies: supplies?, throughput, terms: terms? }))
}

/// Reads `supplies`.
pub(super) fn read_supplies(t: &mut Reader) -> Option<Vec<Reference>> {
    let found = t.required(
        "supplies",
        ListOf(Id("supply, or vendor/llm")),
        "the rented or owned replicas it acts on",
    )?;
    if found.is_empty() {
        t.refuse("supplies", "empty-list", "a lever that acts on nothing", "name at least one supply");
        return None;
    }
    Some(found)
}

impl Lever for Faster {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn acts_on(&self) -> ActsOn<'_> {
        ActsOn::Supplies(&self.supplies)
    }

    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn apply(&self, _: &str, effects: &mut Effects, lookup: &mut dyn Lookup) {
        let factor = lookup.number(&self.throughput);
        let factor = self.terms.introduced(factor, lookup);
        let before = effects.throughput;
        effects.throughput = Some(before.map_or(factor, |before| lookup.times(before, factor)));
    }
}
