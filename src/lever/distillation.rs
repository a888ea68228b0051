//! A small llm is taught to do a part of the work of a large one.

use super::Lever;
use super::led::Part;
use super::terms::{ActsOn, Terms};
use crate::demand::Effects;
use crate::document::{Id, Plugin, Reader, Reference};
use crate::process::Lookup;

pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "distillation",
    meaning: "a share of the requests goes to a small llm that was taught the work; brings the costs of its training",
    example: "{ distillation = { to = \"tokyo-small\", share = \"60 % to 80 %\", training = \"distill\" } }",
    read,
};

/// `[lever.<id>.distillation]`.
///
/// What share a distilled llm can take is a fact of your own evaluation. Its training is the lever's own: a strategy that pulls the
/// lever pays for the programme and does not list it a second time.
#[derive(Clone, Debug)]
struct Distillation {
    part: Part,
    training: Reference,
}

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    let part = Part::read(t);
    let training = t.required(
        "training",
        Id("training"),
        "the programme that teaches it; its costs come with the lever",
    );
    Some(Box::new(Distillation { part: part?, training: training? }))
}

impl Lever for Distillation {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn acts_on(&self) -> ActsOn<'_> {
        ActsOn::Traffics(self.part.on.as_deref())
    }

    fn terms(&self) -> &Terms {
        &self.part.terms
    }

    fn apply(&self, id: &str, effects: &mut Effects, lookup: &mut dyn Lookup) {
        effects.led.push(self.part.lead(id, lookup));
    }

    fn training(&self) -> Option<&Reference> {
        Some(&self.training)
    }
}
