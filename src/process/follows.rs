//! A path that is an index: `{ follows = "gpu-rental" }`.

use super::{Lookup, Process, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::UnitOf;
use crate::document::{Plugin, Reader, Reference};
use crate::lanes::{Lanes, Slot, Values};
use crate::random::Draws;

/// In a scenario the value is the index's id itself; [`PathOf`](super::PathOf) reads it.
pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "follows",
    meaning: "is an index, the same for everything that follows it",
    example: "{ follows = \"gpu-rental\" }",
    read,
};

/// The index's path.
#[derive(Debug)]
pub(super) struct Follows(pub Reference);

fn read(_: &mut Reader) -> Option<WrittenPath> {
    None
}

impl Follows {
    pub(super) fn written(index: Reference) -> WrittenPath {
        WrittenPath::new(Self(index), UnitOf::default())
    }
}

impl Written for Follows {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        lookup.index(&self.0).map(|index| Box::new(Running(index)) as Box<dyn Process>)
    }
}

struct Running(Slot);

impl Process for Running {
    fn step(&self, _: &Month, values: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        *out = values[self.0];
    }
}
