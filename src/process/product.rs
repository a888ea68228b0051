//! The product of several paths: growth × season × noise.

use super::{Lookup, Process, Written, WrittenPath};
use crate::calendar::Month;
use crate::document::{ListOf, Plugin, Reader};
use crate::lanes::{Lanes, Slot, Values};
use crate::process::{Path, PathHere};
use crate::random::Draws;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "product",
    meaning: "the product of a list of paths; the first may carry a unit, the others are factors",
    example: "{ product = { of = [{ exponential = { rate = \"2 % /month\" } }, { ar1 = { sd = \"5 %\", persistence = 0.4 } }] } }",
    read,
};

/// `Π path_i(t)`.
#[derive(Debug)]
pub struct Product(Vec<Path>);

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let of = t.required("of", ListOf(PathHere), "the paths to multiply")?;
    let Some(first) = of.first() else {
        t.refuse("of", "empty-list", "a product of nothing", "list at least one path");
        return None;
    };
    let unit = first.unit().clone();
    Some(WrittenPath::new(Product(of), unit))
}

impl Written for Product {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let parts: Option<Vec<Slot>> = self.0.iter().map(|path| lookup.path(path)).collect();
        Some(Box::new(Running(parts?)))
    }
}

struct Running(Vec<Slot>);

impl Process for Running {
    fn step(&self, _: &Month, values: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        *out = [1.0; crate::lanes::LANES];
        for part in &self.0 {
            for (o, x) in out.iter_mut().zip(&values[*part]) {
                *o *= x;
            }
        }
    }
}
