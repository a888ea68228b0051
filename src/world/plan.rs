//! Which coordinate of evenly spread points each draw is.
//!
//! Numbers that are drawn once come first, since they move all months; then the months of paths, in turns, so that the first
//! coordinates of each diffusion, which decide where it ends, stand before the later ones of any. Early coordinates are
//! the most evenly spread.

use std::collections::BTreeMap;

use super::program::Node;
use crate::process::Reads;
use crate::random::{Coordinate, Plan};

/// By the name of a stream.
pub(super) type Plans = BTreeMap<String, Plan>;

/// More turns than the months of a scenario.
const LATE: usize = 1 << 16;

/// Whether a stream belongs to a hazard, or to the books of a vendor that a hazard reads.
fn is_hazard(name: &str) -> bool {
    name.starts_with("hazard.") || (name.starts_with("vendor.") && name.contains(".finances."))
}

/// The plans of a program over so many months; a name that is known already keeps its own.
pub(super) fn plans(nodes: &[Node], months: usize, known: &Plans) -> Plans {
    let mut plans = Plans::new();
    let mut turns = Vec::new();
    for node in nodes {
        let Some(name) = node.stream() else { continue };
        let (first_turn, count, diffusion) = match node {
            Node::Process { process, .. } if process.reads() != Reads::Anywhere => {
                (1, months, process.reads() == Reads::Diffusion)
            }
            Node::Draw(..) => (0, 1, false),
            _ => continue,
        };
        // Behind all others, so that a hazard that comes or goes leaves the draws of everything else as they are.
        let first_turn = if is_hazard(name) { first_turn + LATE } else { first_turn };
        let kept =
            known.get(name).filter(|plan| plan.coordinates.len() == count && plan.diffusion == diffusion);
        if kept.is_none() {
            turns.extend((0..count).map(|i| (first_turn + i, name)));
        }
        let new = Plan { coordinates: Vec::new(), diffusion };
        plans.insert(name.to_owned(), kept.cloned().unwrap_or(new));
    }
    turns.sort_by_key(|(turn, _)| *turn);
    let first: usize = known.values().map(|plan| plan.coordinates.len()).sum();
    for (place, (_, name)) in turns.iter().enumerate() {
        if let Some(plan) = plans.get_mut(*name) {
            plan.coordinates.push(Coordinate::of_place(first + place));
        }
    }
    plans
}
