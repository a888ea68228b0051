//! The recipe of a world and the lanes it fills: numbers once per path, paths month by month.

use std::ops::Range;

use super::correlation::Mixes;
use super::plan::{self, Plans};
use crate::calendar::Month;
use crate::distribution::Sampler;
use crate::lanes::{Lanes, Slot, Values};
use crate::process::{Formula, Process};
use crate::random::{Design, Draws};

/// How one value comes about. A value reads only values before it.
pub(super) enum Node {
    /// A known number.
    Constant(f64),
    /// One draw per path.
    Draw(Sampler, String),
    /// From values that stay.
    Once(Formula),
    /// From values of this month.
    Monthly(Formula),
    /// A process, with the place of its state and the name of its stream.
    Process { process: Box<dyn Process>, state: Range<usize>, name: String },
    /// The hours of the month.
    Hours,
}

impl Node {
    /// Whether the value stays the same in all months.
    pub(super) fn stays(&self) -> bool {
        matches!(self, Self::Constant(_) | Self::Draw(..) | Self::Once(_))
    }

    /// The name of its stream.
    pub(super) fn stream(&self) -> Option<&str> {
        match self {
            Self::Draw(_, name) | Self::Process { name, .. } => Some(name),
            _ => None,
        }
    }
}

/// All values of the world, in the order in which they are computed.
pub struct Program {
    nodes: Vec<Node>,
    /// Those that change from month to month: looking through all of them every month takes as long as some of these.
    moving: Vec<usize>,
    state: usize,
    mixes: Mixes,
    plans: Plans,
}

/// The values of one batch of paths.
pub struct World {
    lanes: Vec<Lanes>,
    state: Vec<Lanes>,
    draws: Vec<Draws>,
}

impl Program {
    pub(super) fn new(nodes: Vec<Node>, state: usize, mixes: Mixes, plans: Plans) -> Self {
        let moving = (0..nodes.len()).filter(|i| !nodes[*i].stays()).collect();
        Self { nodes, moving, state, mixes, plans }
    }

    /// Values in the world.
    pub fn len(&self) -> usize {
        self.nodes.len()
    }

    /// Gives draws that another world has too the coordinates they have there, so that both share their luck.
    pub fn share_plan(&mut self, with: &Self, months: usize) {
        self.plans = plan::plans(&self.nodes, months, &with.plans);
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.nodes.is_empty()
    }

    /// Lanes for the worlds of a design; nothing is allocated after this.
    pub fn world(&self, design: Design) -> World {
        let stream = |name: &str| Draws::planned(design, name, self.plans.get(name));
        let draws = |(i, node): (usize, &Node)| {
            let parts = self.mixes.get(&i).into_iter().flatten();
            stream(node.stream().unwrap_or(""))
                .mixed(parts.map(|(weight, name)| (*weight, stream(name))).collect())
        };
        World {
            lanes: vec![Lanes::ZERO; self.nodes.len()],
            state: vec![Lanes::ZERO; self.state],
            draws: self.nodes.iter().enumerate().map(draws).collect(),
        }
    }

    /// Begins the worlds of the paths from `first_path` on: draws the numbers, sets processes to their start.
    pub fn start(&self, first_path: u64, world: &mut World) {
        let World { lanes, state, draws } = world;
        let mut scores = Lanes::ZERO;
        for (i, node) in self.nodes.iter().enumerate() {
            draws[i].restart(first_path);
            let (before, rest) = lanes.split_at_mut(i);
            let out = &mut rest[0];
            match node {
                Node::Constant(value) => *out = Lanes::splat(*value),
                Node::Draw(sampler, _) => {
                    draws[i].score(0, &mut scores);
                    sampler.fill(&scores, out);
                }
                Node::Once(formula) => formula(&Values(before), out),
                // The months' values do not exist yet: whoever reads them shall not find those of other paths.
                Node::Monthly(_) | Node::Process { .. } | Node::Hours => *out = Lanes::splat(f64::NAN),
            }
        }
        for (i, node) in self.nodes.iter().enumerate() {
            if let Node::Process { process, state: place, .. } = node {
                process.start(&Values(&lanes[..i]), &mut state[place.clone()]);
            }
        }
    }

    /// Computes this month's values.
    pub fn step(&self, now: &Month, world: &mut World) {
        let World { lanes, state, draws } = world;
        for &i in &self.moving {
            let (before, rest) = lanes.split_at_mut(i);
            let out = &mut rest[0];
            match &self.nodes[i] {
                Node::Monthly(formula) => formula(&Values(before), out),
                Node::Process { process, state: place, .. } => {
                    let state = &mut state[place.clone()];
                    process.step(now, &Values(before), &mut draws[i], state, out);
                }
                Node::Hours => *out = Lanes::splat(now.hours),
                Node::Constant(_) | Node::Draw(..) | Node::Once(_) => {}
            }
        }
    }
}

impl World {
    /// The values as they stand.
    pub fn values(&self) -> Values<'_> {
        Values(&self.lanes)
    }

    /// One value.
    pub fn value(&self, slot: Slot) -> &Lanes {
        &self.lanes[slot.0]
    }
}
