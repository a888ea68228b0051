//! Weights or keys and values in fewer bits.

use super::{Lever, faster};
use crate::document::{Plugin, Reader};

/// `[lever.<id>.quantization]`.
///
/// Weights of 8 bits instead of 16 on Hopper: decode 1.3 to 1.9 times, prefill 1.4 to 1.8 times; 4 bits 2 to 3 times with few requests at once, at most 1.1 times with many unless the GPU computes in 4 bits (recalled, 2026-11-22).
pub(super) const PLUGIN: Plugin<Box<dyn Lever>> = Plugin {
    name: "quantization",
    meaning: "weights or keys and values take fewer bits, so that the same GPUs serve more",
    example: "{ quantization = { supplies = [\"tokyo\"], throughput = \"1.3 to 1.6\" } }",
    read,
};

fn read(t: &mut Reader) -> Option<Box<dyn Lever>> {
    faster::read(t, PLUGIN.name)
}
