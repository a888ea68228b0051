//! A cache of answers to requests that came before, word for word.

use super::{Lever, answers};
use crate::document::{Plugin, Reader};

/// `[lever.<id>.exact_cache]`.
///
/// How many requests repeat is a fact of your own traffic; figures of vendors of caches go from 0 to 40 % (secondhand, 2026-11-22).
pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "exact_cache",
    meaning: "a request that came before word for word is answered from a cache, and asks no llm",
    example: "{ exact_cache = { hit_rate = \"5 % to 20 %\" } }",
    read,
};

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    answers::read(t, PLUGIN.name)
}
