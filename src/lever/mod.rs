//! What changes the work, the capacity or the price. One file per kind, one line per kind in [`KINDS`].

mod answers;
mod batch;
mod cascade;
mod distillation;
mod exact_cache;
mod faster;
mod led;
mod measured;
mod negotiated_discount;
mod prefix_cache;
mod prompt_trim;
mod quantization;
mod response_cap;
mod rollout;
mod routing;
mod semantic_cache;
mod sparsity;
mod speculative_decoding;
mod terms;

use std::fmt::Debug;

pub use rollout::Rollout;
pub use terms::{ActsOn, Terms};

use crate::demand::Effects;
use crate::document::{Plugin, Reference};
use crate::finance::Charge;
use crate::process::Lookup;

/// A lever as it stands in a scenario.
pub trait Lever: Debug + Send + Sync {
    /// Its kind, as a scenario names it.
    fn kind(&self) -> &'static str;
    /// On what it acts.
    fn acts_on(&self) -> ActsOn<'_>;
    /// From when, at what cost, and what it changes of quality.
    fn terms(&self) -> &Terms;
    /// Adds its effect to those on one thing that it acts on, where no other lever of its kind does; `id` is its own.
    fn apply(&self, id: &str, effects: &mut Effects, lookup: &mut dyn Lookup);
    /// The programme whose costs come with it.
    fn training(&self) -> Option<&Reference> {
        None
    }
    /// What it costs.
    fn charges(&self, id: &str, lookup: &mut dyn Lookup) -> Option<Vec<Charge>> {
        self.terms().rollout.charges(id, lookup)
    }
}

/// Every kind of lever that a scenario can name, in the order in which they act, whatever order a strategy lists them in: requests
/// and their tokens, who is asked, caches of prompts, when, with what capacity, at what price.
pub const KINDS: &[Plugin<Box<dyn Lever>>] = &[
    prompt_trim::PLUGIN,
    response_cap::PLUGIN,
    exact_cache::PLUGIN,
    semantic_cache::PLUGIN,
    routing::PLUGIN,
    distillation::PLUGIN,
    cascade::PLUGIN,
    prefix_cache::PLUGIN,
    batch::PLUGIN,
    quantization::PLUGIN,
    sparsity::PLUGIN,
    speculative_decoding::PLUGIN,
    negotiated_discount::PLUGIN,
];

/// The place of a kind in the order in which levers act.
pub fn place_of(kind: &str) -> Option<usize> {
    KINDS.iter().position(|one| one.name == kind)
}
