//! Random numbers by name and place: each is a function of the seed, the name of its stream, the path and the step.
//!
//! Nothing is drawn in sequence, so that results depend neither on threads nor on how paths are grouped, a process that
//! is added or removed leaves the draws of all others alone, and two scenarios that share a name share its luck (common
//! random numbers). The generator behind is Philox (J. K. Salmon et al., "Parallel random numbers: as easy as 1, 2, 3",
//! SC 2011), which turns a counter and a key into four words.
#![allow(clippy::inline_always, reason = "a loop over lanes vectorizes only when its body is inlined")]

mod bridge;
mod counts;
mod design;
mod halving;
mod philox;
mod points;
mod sobol;
mod stream;

pub use design::{Design, PARTS, Sampling, part_size};
pub use philox::{PLACES, philox, philox_lanes};
pub use points::Coordinate;
pub use stream::{Draws, EVENTS, Key, Order, PathRng, Place, Plan, uniform};

#[cfg(test)]
mod tests;
