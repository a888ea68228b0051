//! A path that is an index: `{ follows = "gpu-rental" }`.

use super::{Lookup, Process, Successors, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::UnitOf;
use crate::document::{Id, Origin, Plugin, Reader, Reference};
use crate::lanes::{Lanes, Slot, Values};
use crate::random::Draws;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "follows",
    meaning: "is an index, the same for everything that follows it",
    example: "{ follows = \"gpu-rental\" }",
    read,
};

/// The index's path.
#[derive(Debug)]
struct Follows(Reference);

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let index = t.value(Id("index"))?;
    Some(WrittenPath::new(Follows(index), UnitOf::default()))
}

impl Written for Follows {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        lookup.index(&self.0).map(|index| Box::new(Running(index)) as Box<dyn Process>)
    }

    fn successors(&self, _: &Origin, lookup: &mut dyn Lookup) -> Vec<Successors> {
        lookup.index_path(&self.0).map_or_else(Vec::new, |path| path.successors(lookup))
    }
}

struct Running(Slot);

impl Process for Running {
    fn step(&self, _: &Month, values: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        *out = values[self.0];
    }
}
