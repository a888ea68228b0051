//! A cache of answers to requests that mean the same as one before.

use super::{Lever, answers};
use crate::document::{Plugin, Reader};

/// `[lever.<id>.semantic_cache]`.
///
/// How many requests are close enough is a fact of your own traffic and of the threshold; figures of vendors of caches go from 0 to 40 % (secondhand, 2026-11-22).
/// Comes behind an exact cache: its hit rate is of the requests that one leaves.
pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "semantic_cache",
    meaning: "a request that means the same as one before gets its answer; what that does to quality is `quality_change`",
    example: "{ semantic_cache = { hit_rate = \"10 % to 30 %\", lookup = \"0.00002 USD /request\" } }",
    read,
};

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    answers::read(t, PLUGIN.name)
}
