//! Reading a path: any uncertain number is a path that stays; otherwise a process by its name.

use std::sync::Arc;

use super::{KINDS, Lookup, Product, Successors, Written};
use crate::distribution::{Number, NumberHere, NumberOf, UnitOf};
use crate::document::{At, Decode, Here, Origin, Plugins, Reader, Shape, Value};
use crate::units::{self, Kind};

/// A path and the unit its values have.
#[derive(Clone, Debug)]
pub struct WrittenPath {
    /// The process.
    pub process: Arc<dyn Written>,
    /// Currency and period.
    pub unit: UnitOf,
}

impl WrittenPath {
    /// A process whose values have this unit.
    pub fn new(process: impl Written + 'static, unit: UnitOf) -> Self {
        Self { process: Arc::new(process), unit }
    }
}

/// A value that may be uncertain and may move over time.
#[derive(Clone, Debug)]
pub enum Path {
    /// Drawn once; it stays.
    Number(Number),
    /// One value per month.
    Process(WrittenPath, Origin),
}

impl From<Number> for Path {
    fn from(number: Number) -> Self {
        Self::Number(number)
    }
}

impl Path {
    /// Currency and period of its values.
    pub fn unit(&self) -> &UnitOf {
        match self {
            Self::Number(number) => &number.unit,
            Self::Process(written, _) => &written.unit,
        }
    }

    /// The successors inside it.
    pub fn successors(&self, lookup: &mut dyn Lookup) -> Vec<Successors> {
        match self {
            Self::Number(_) => Vec::new(),
            Self::Process(written, origin) => written.process.successors(origin, lookup),
        }
    }

    /// Name, place and source.
    pub fn origin(&self) -> &Origin {
        match self {
            Self::Number(number) => &number.origin,
            Self::Process(_, origin) => origin,
        }
    }
}

/// Reads a path of a kind.
pub struct PathOf(pub &'static Kind);

/// Reads a path of the kind that an outer key decides.
pub struct PathHere;

impl Decode for PathOf {
    type Value = Path;

    fn decode(&self, at: &At<'_>) -> Option<Path> {
        read_path(at, self.0)
    }

    fn shape(&self) -> Shape {
        Shape::Path(self.0)
    }
}

impl Decode for PathHere {
    type Value = Path;

    fn decode(&self, at: &At<'_>) -> Option<Path> {
        read_path(at, at.kind.unwrap_or(&units::FACTOR))
    }

    fn shape(&self) -> Shape {
        Shape::Here(Here::Path)
    }
}

fn read_path(at: &At<'_>, kind: &'static Kind) -> Option<Path> {
    if names_process(&at.node.value) {
        let written = Plugins(KINDS, "path").decode(&At { kind: Some(kind), ..at.clone() })?;
        let path = Path::Process(written, at.origin());
        return Some(match at.scope.scale(&at.address) {
            Some(factor) => Product::scaled(path, factor),
            None => path,
        });
    }
    NumberOf(kind).decode(at).map(Path::Number)
}

/// The value in the scenario's first month; 1 where the key is a factor and does not say it.
pub(super) fn initial(t: &mut Reader) -> Option<Number> {
    let factor = t.place().is_none_or(|at| at.kind.is_none_or(|kind| *kind == units::FACTOR));
    if factor {
        t.or("initial", "1", NumberHere, "the value in the scenario's first month")
    } else {
        t.required("initial", NumberHere, "the value in the scenario's first month")
    }
}

/// Refuses a value that is in another currency or per another time than the initial one.
pub(super) fn like_initial(t: &mut Reader, initial: &Number, key: &str, value: &Number) -> Option<()> {
    if initial.unit.agrees(&value.unit, t.place()?.kind) {
        return Some(());
    }
    let message = format!("`{key}` does not have the unit of `initial`");
    t.refuse(key, "two-units", &message, "give both in one currency and per the same time");
    None
}

/// Whether a table names a process.
pub fn names_process(value: &Value) -> bool {
    match value {
        Value::Table(table) => KINDS.iter().any(|plugin| table.get(plugin.name).is_some()),
        _ => false,
    }
}
