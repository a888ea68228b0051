//! The product of several paths: growth × season × noise.

use std::sync::Arc;

use super::{Lookup, Process, Successors, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::{Constant, Number};
use crate::document::{At, Decode, Origin, Plugin, Reader, Shape, Value};
use crate::lanes::{self, Lanes, Slot, Values};
use crate::process::{Path, PathHere, PathOf};
use crate::random::Draws;
use crate::units;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "product",
    meaning: "the product of a list of paths; the first may carry a unit, the others are factors",
    example: "{ product = { of = [{ exponential = { rate = \"2 % /month\" } }, { ar1 = { sd = \"5 %\", persistence = 0.4 } }] } }",
    read,
};

/// `Π path_i(t)`.
#[derive(Debug)]
pub struct Product(Vec<Path>);

/// The first path is of the kind of the key, the others are factors.
struct Parts;

impl Decode for Parts {
    type Value = Vec<Path>;

    fn decode(&self, at: &At<'_>) -> Option<Vec<Path>> {
        let Value::List(items) = &at.node.value else {
            at.refuse("wrong-type", "a list of paths");
            return None;
        };
        let read: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(i, item)| {
                let place = at.inside(&i.to_string(), item);
                if i == 0 { PathHere.decode(&place) } else { PathOf(&units::FACTOR).decode(&place) }
            })
            .collect();
        read.into_iter().collect()
    }

    fn shape(&self) -> Shape {
        Shape::List(Box::new(PathHere.shape()))
    }
}

impl Product {
    /// A path times a factor that is known.
    pub(super) fn scaled(path: Path, factor: f64) -> Path {
        let origin = path.origin().clone();
        let inner = Origin { address: format!("{}.unscaled", origin.address), ..origin.clone() };
        let (unit, path) = match path {
            Path::Process(written, _) => (written.unit.clone(), Path::Process(written, inner)),
            Path::Number(number) => (number.unit.clone(), Path::Number(number)),
        };
        let mut times = Number::one(&origin);
        times.origin.address = format!("{}.scale", origin.address);
        times.distribution = Arc::new(Constant(factor));
        Path::Process(WrittenPath::new(Self(vec![path, Path::Number(times)]), unit), origin)
    }
}

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let of = t.required("of", Parts, "the paths to multiply")?;
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

    fn successors(&self, _: &Origin, lookup: &mut dyn Lookup) -> Vec<Successors> {
        self.0.iter().flat_map(|path| path.successors(lookup)).collect()
    }
}

struct Running(Vec<Slot>);

impl Process for Running {
    fn step(&self, _: &Month, values: &Values, _: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        let Some((first, rest)) = self.0.split_first() else { return };
        *out = values[*first];
        for part in rest {
            lanes::scale(out, &values[*part]);
        }
    }
}
