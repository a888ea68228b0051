//! Prompts are trimmed: fewer examples, shorter instructions, less history.

use super::Lever;
use super::terms::{self, ActsOn, Terms};
use crate::demand::{Effects, rest};
use crate::distribution::{Number, NumberOf};
use crate::document::{Plugin, Reader, Reference};
use crate::process::Lookup;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "prompt_trim",
    meaning: "prompts become shorter; what repeats and what does not are cut alike",
    example: "{ prompt_trim = { cut = \"10 % to 30 %\" } }",
    read,
};

/// `[lever.<id>.prompt_trim]`.
///
/// What can be cut is a judgement on the prompt at hand. Without one of your own take 10 % to 50 % of the input (assumed, 2026-11-22).
#[derive(Clone, Debug)]
struct PromptTrim {
    on: Option<Vec<Reference>>,
    cut: Number,
    terms: Terms,
}

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    let on = terms::read_on(t);
    let cut = t.required("cut", NumberOf(&units::SHARE), "share of the input tokens that is left out");
    let terms = Terms::read(t);
    Some(Box::new(PromptTrim { on: on?, cut: cut?, terms: terms? }))
}

impl Lever for PromptTrim {
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
        let cut = lookup.number(&self.cut);
        let cut = self.terms.ramped(cut, lookup);
        effects.input_left = Some(rest(cut, lookup));
    }
}
