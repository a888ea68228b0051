//! A small llm tries first; what it cannot answer well goes on to the large one.

use super::Lever;
use super::terms::{self, ActsOn, Terms};
use crate::demand::{Effects, Led};
use crate::distribution::{Number, NumberOf};
use crate::document::{Id, Plugin, Reader, Reference};
use crate::process::Lookup;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "cascade",
    meaning: "a small llm answers every request first; a share is then answered again by who would have served it",
    example: "{ cascade = { first = \"openai/luna\", escalates = \"20 % to 40 %\" } }",
    read,
};

/// `[lever.<id>.cascade]`.
///
/// Its judge is its gate: `needs_quality` is not asked of who tries first, whose answers that are kept count as good as those of who
/// would have served; what becomes of quality all the same is `quality_change`. A request costs `c_small + escalates · c_large`. How many go on is a fact of your own judge of answers; `FrugalGPT` reports cascades
/// that matched the best llm at a 50 % to 98 % lower cost on three data sets (arXiv 2305.05176; recalled, 2026-11-22).
#[derive(Clone, Debug)]
struct Cascade {
    on: Option<Vec<Reference>>,
    first: Reference,
    escalates: Number,
    terms: Terms,
}

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    let on = terms::read_on(t);
    let first = t.required("first", Id("supply, or vendor/llm"), "who tries first");
    let escalates = t.required(
        "escalates",
        NumberOf(&units::SHARE),
        "share of what it answered that is answered again by who would have served it",
    );
    let terms = Terms::read(t);
    Some(Box::new(Cascade { on: on?, first: first?, escalates: escalates?, terms: terms? }))
}

impl Lever for Cascade {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn acts_on(&self) -> ActsOn<'_> {
        ActsOn::Traffics(self.on.as_deref())
    }

    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn apply(&self, id: &str, effects: &mut Effects, lookup: &mut dyn Lookup) {
        let share = self.terms.rollout.progress(lookup);
        let escalates = Some(lookup.number(&self.escalates));
        effects.led.push(Led { id: id.to_owned(), to: self.first.clone(), share, escalates });
    }
}
