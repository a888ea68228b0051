//! A router sends the easy requests to a cheaper llm.

use super::Lever;
use super::led::Part;
use super::terms::{ActsOn, Terms};
use crate::demand::Effects;
use crate::document::{Plugin, Reader};
use crate::process::Lookup;

pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "routing",
    meaning: "a share of the requests, those that are easy, goes to another llm before anybody else is asked",
    example: "{ routing = { to = \"openai/luna\", share = \"40 % to 60 %\" } }",
    read,
};

/// `[lever.<id>.routing]`.
///
/// How many requests are easy enough is a fact of your own evaluation; a router that is trained on preferences sent 14 % to 46 % of
/// the queries of public benchmarks to the dear llm for 95 % of its quality (`RouteLLM`, arXiv 2406.18665; recalled, 2026-11-22).
#[derive(Clone, Debug)]
struct Routing {
    part: Part,
}

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    Some(Box::new(Routing { part: Part::read(t)? }))
}

impl Lever for Routing {
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
}
