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
    slots: Vec<Slot>,
    /// Those that change from month to month: looking through all of them every month takes as long as some of these.
    moving: Vec<usize>,
    /// Those that draw; and of each value how many draw before it.
    drawing: Vec<usize>,
    draws: Vec<usize>,
    state: usize,
    mixes: Mixes,
    plans: Plans,
}

/// The values of one batch of paths, of one month or of several.
pub struct World {
    staying: Vec<Lanes>,
    /// Month after month.
    moving: Vec<Lanes>,
    /// Values that change, and months that are kept of them.
    width: usize,
    months: usize,
    /// The place of the month that was computed last.
    last: usize,
    state: Vec<Lanes>,
    draws: Vec<Draws>,
}

impl Program {
    pub(super) fn new(nodes: Vec<Node>, slots: Vec<Slot>, state: usize, mixes: Mixes, plans: Plans) -> Self {
        let moving = (0..nodes.len()).filter(|i| !nodes[*i].stays()).collect();
        let drawing: Vec<usize> = (0..nodes.len()).filter(|i| nodes[*i].stream().is_some()).collect();
        let draws = (0..nodes.len()).map(|i| drawing.partition_point(|one| *one < i)).collect();
        Self { nodes, slots, moving, drawing, draws, state, mixes, plans }
    }

    /// All values in the order in which they are computed.
    pub fn slots(&self) -> &[Slot] {
        &self.slots
    }

    /// How many of them change from month to month.
    pub fn moving(&self) -> usize {
        self.moving.len()
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

    /// Lanes for the worlds of a design, of one month at a time; nothing is allocated after this.
    pub fn world(&self, design: Design) -> World {
        self.world_of(design, 1)
    }

    /// Lanes for the worlds of a design, which keep so many months.
    pub fn world_of(&self, design: Design, months: usize) -> World {
        let stream = |name: &str| Draws::planned(design, name, self.plans.get(name));
        let draws = |i: &usize| {
            let parts = self.mixes.get(i).into_iter().flatten();
            stream(self.nodes[*i].stream().unwrap_or_default())
                .mixed(parts.map(|(weight, name)| (*weight, stream(name))).collect())
        };
        let width = self.moving.len();
        // Known numbers are the same on all paths.
        let staying = self.nodes.iter().filter(|node| node.stays()).map(|node| match node {
            Node::Constant(value) => Lanes::splat(*value),
            _ => Lanes::ZERO,
        });
        World {
            staying: staying.collect(),
            moving: vec![Lanes::ZERO; months * width],
            width,
            months,
            last: 0,
            state: vec![Lanes::ZERO; self.state],
            draws: self.drawing.iter().map(draws).collect(),
        }
    }

    /// Begins the worlds of the paths from `first_path` on: draws the numbers, sets processes to their start.
    pub fn start(&self, first_path: u64, world: &mut World) {
        world.last = 0;
        // The months' values do not exist yet: whoever reads them shall not find those of other paths.
        world.moving[..world.width].fill(Lanes::splat(f64::NAN));
        let (mut scores, mut place) = (Lanes::ZERO, 0);
        world.draws.iter_mut().for_each(|draws| draws.restart(first_path));
        for (i, node) in self.nodes.iter().enumerate().filter(|(_, node)| node.stays()) {
            let (before, rest) = world.staying.split_at_mut(place);
            let out = &mut rest[0];
            match node {
                Node::Draw(sampler, _) => {
                    world.draws[self.draws[i]].score(0, &mut scores);
                    sampler.fill(&scores, out);
                }
                Node::Once(formula) => formula(&Values { staying: before, moving: &[] }, out),
                Node::Constant(_) | Node::Monthly(_) | Node::Process { .. } | Node::Hours => {}
            }
            place += 1;
        }
        let World { staying, moving, width, state, .. } = world;
        let values = Values { staying, moving: &moving[..*width] };
        for node in &self.nodes {
            if let Node::Process { process, state: place, .. } = node {
                process.start(&values, &mut state[place.clone()]);
            }
        }
    }

    /// Computes this month's values.
    pub fn step(&self, now: &Month, world: &mut World) {
        self.step_all(std::slice::from_ref(now), world);
    }

    /// Computes the values of consecutive months, no more than the world keeps: each in all months before the next, so that it finds what
    /// it needs near the processor.
    pub fn step_all(&self, months: &[Month], world: &mut World) {
        let World { staying, moving, width, months: kept, last, state, draws } = world;
        let first = months.first().map_or(0, |now| now.index % *kept);
        for (place, &i) in self.moving.iter().enumerate() {
            for (later, now) in months.iter().enumerate() {
                let kept_at = if first + later < *kept { first + later } else { first + later - *kept };
                let of_month = &mut moving[kept_at * *width..][..*width];
                let (before, rest) = of_month.split_at_mut(place);
                let (before, out) = (Values { staying, moving: before }, &mut rest[0]);
                match &self.nodes[i] {
                    Node::Monthly(formula) => formula(&before, out),
                    Node::Process { process, state: place, .. } => {
                        process.step(now, &before, &mut draws[self.draws[i]], &mut state[place.clone()], out);
                    }
                    Node::Hours => *out = Lanes::splat(now.hours),
                    Node::Constant(_) | Node::Draw(..) | Node::Once(_) => {}
                }
            }
        }
        *last = months.last().map_or(0, |now| now.index % *kept);
    }
}

impl World {
    /// The values as they stand.
    pub fn values(&self) -> Values<'_> {
        self.values_in(self.last)
    }

    /// The values of a month that is kept.
    pub fn values_in(&self, month: usize) -> Values<'_> {
        let moving = &self.moving[month % self.months * self.width..][..self.width];
        Values { staying: &self.staying, moving }
    }

    /// One value.
    pub fn value(&self, slot: Slot) -> &Lanes {
        self.values().get(slot)
    }
}
