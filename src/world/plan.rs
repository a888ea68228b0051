//! Which coordinate of evenly spread points each draw is.
//!
//! Numbers that are drawn once come first, since they move all months; then the months of paths, in turns, so that the first
//! coordinates of each diffusion, which decide where it ends, and of each count of events, which decide how many there are, stand before the later ones of any. Early coordinates are
//! the most evenly spread.

use std::collections::BTreeMap;

use super::program::Node;
use crate::process::Reads;
use crate::random::{Coordinate, Order, Plan};

/// By the name of a stream.
pub(super) type Plans = BTreeMap<String, Plan>;

/// Events of a path that are spread evenly; later ones are rare or move little.
const SPREAD_EVENTS: usize = 4;

/// How many coordinates a node asks for.
struct Asked {
    /// Numbers that are drawn once come in the first turn.
    first_turn: usize,
    months: usize,
    events: usize,
    order: Order,
}

impl Asked {
    fn by(node: &Node, months: usize) -> Option<Self> {
        match node {
            Node::Draw(..) => Some(Self { first_turn: 0, months: 1, events: 0, order: Order::Months }),
            Node::Process { process, .. } => {
                let monthly = process.reads() != Reads::Anywhere;
                let asked = Self {
                    first_turn: 1,
                    months: if monthly { months } else { 0 },
                    events: SPREAD_EVENTS * process.event_words() as usize,
                    order: process.reads().order(),
                };
                (asked.months + asked.events > 0).then_some(asked)
            }
            _ => None,
        }
    }

    fn is(&self, plan: &Plan) -> bool {
        (self.months, self.events, self.order) == (plan.coordinates.len(), plan.events.len(), plan.order)
    }
}

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
        let Some((name, asked)) = node.stream().zip(Asked::by(node, months)) else { continue };
        let kept = known.get(name).filter(|plan| asked.is(plan));
        // Behind all others, so that a hazard that comes or goes leaves the draws of everything else as they are.
        let late = if is_hazard(name) { LATE } else { 0 };
        if kept.is_none() {
            turns.extend((0..asked.events).map(|event| (late + 1 + event, name, true)));
            turns.extend((0..asked.months).map(|month| (late + asked.first_turn + month, name, false)));
        }
        let new = Plan { order: asked.order, ..Plan::default() };
        plans.insert(name.to_owned(), kept.cloned().unwrap_or(new));
    }
    turns.sort_by_key(|(turn, ..)| *turn);
    let first: usize = known.values().map(|plan| plan.coordinates.len() + plan.events.len()).sum();
    for (place, (_, name, is_event)) in turns.iter().enumerate() {
        if let Some(plan) = plans.get_mut(*name) {
            let list = if *is_event { &mut plan.events } else { &mut plan.coordinates };
            list.push(Coordinate::of_place(first + place));
        }
    }
    plans
}
