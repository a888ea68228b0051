//! Generations of an llm: each lives for a while, then a successor has another price.

use super::lasting::Lasting;
use super::{Lookup, Process, Written, WrittenPath};
use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf, Sampler};
use crate::document::{MapOf, Plugin, Reader};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::random::{Draws, EVENTS};
use crate::units;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "succession",
    meaning: "at the end of each random life a successor's price is the old one times a factor",
    example: "{ succession = { life = \"8 to 24 months\", factor = { lognormal = { p5 = 0.5, p95 = 1.3 } } } }",
    read,
};

/// `S = initial · Π factor_j` over the successors so far; life and factor are drawn anew for each generation.
///
/// The first generation is new in the first month, whose value is `initial`. A life is at least a month, and the next
/// begins at its very end, not at the turn of the month, so that in the long run there is one successor per mean life.
#[derive(Debug)]
pub struct Succession {
    initial: Number,
    life: Number,
    factor: Number,
}

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let initial = super::path::initial(t);
    let life = t.required("life", NumberOf(&units::DURATION), "time until a successor; drawn anew for each");
    let factor =
        t.required("factor", NumberOf(&units::FACTOR), "a successor's price over the old one; drawn anew");
    let notice =
        t.optional("notice", NumberOf(&units::DURATION), "warning before the end; acts only with migrations");
    let change = t.optional(
        "quality_change",
        MapOf("evaluation", NumberOf(&units::POINTS)),
        "how a successor scores; acts only with migrations",
    );
    let (initial, life, factor, _, _) = (initial?, life?, factor?, notice?, change?);
    for key in ["notice", "quality_change"].into_iter().filter(|key| t.has(key)) {
        let at = t.place()?;
        let message = format!("`{key}` of `{}` changes nothing: it acts only with migrations", at.address);
        at.scope.push(
            Diagnostic::warning("no-effect", at.node.span, message).label("a successor costs no work here"),
        );
    }
    let unit = initial.unit.clone();
    Some(WrittenPath::new(Succession { initial, life, factor }, unit))
}

impl Written for Succession {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let (life, factor) = (Lasting::of(&self.life), self.factor.distribution.sampler());
        Some(Box::new(Running { initial: lookup.number(&self.initial), life, factor }))
    }
}

struct Running {
    initial: Slot,
    life: Lasting,
    factor: Sampler,
}

/// Words of a generation: its life and its factor.
const WORDS: u64 = 2;

impl Process for Running {
    fn words(&self) -> u64 {
        WORDS
    }
    fn event_words(&self) -> u64 {
        WORDS
    }
    fn state(&self) -> usize {
        3
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [price, ends, generation] = state else { return };
        let month = now.index as f64;
        if now.index == 0 {
            *price = values[self.initial];
            (*ends, *generation) = ([0.0; LANES], [0.0; LANES]);
        }
        for i in 0..LANES {
            if ends[i] <= month {
                let word = EVENTS + generation[i] as u64 * WORDS;
                generation[i] += 1.0;
                if now.index > 0 {
                    price[i] *= self.factor.at(draws.score_of(i, word + 1));
                }
                ends[i] += self.life.months(draws.score_of(i, word));
            }
        }
        *out = *price;
    }
}
