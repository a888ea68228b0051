//! Weights of which half are zero.

use super::{Lever, faster};
use crate::document::{Plugin, Reader};

/// `[lever.<id>.sparsity]`.
///
/// Two of four: twice the arithmetic on the data sheet, 1.1 to 1.4 times in service (recalled, 2026-11-22).
pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "sparsity",
    meaning: "half of the weights are zero, in a pattern that the GPU skips",
    example: "{ sparsity = { supplies = [\"tokyo\"], throughput = \"1.1 to 1.4\" } }",
    read,
};

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    faster::read(t, PLUGIN.name)
}
