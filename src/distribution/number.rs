//! An uncertain number: a quantity, an interval, or a named distribution.

use std::sync::Arc;

use super::quantity::read_quantity;
use super::{Constant, Distribution, FAMILIES, LogNormal, LogitNormal, Normal, Scaled, Truncated, UnitOf};
use crate::diagnostic::Diagnostic;
use crate::document::{At, Decode, Here, Origin, Plugins, Shape, Value};
use crate::units::{self, Amount, Kind, Support};

/// A number that is drawn once per path, in base units; its address is the name of its draw.
#[derive(Clone, Debug)]
pub struct Number {
    /// How it is distributed.
    pub distribution: Arc<dyn Distribution>,
    /// Currency and period.
    pub unit: UnitOf,
    /// Name, place and source.
    pub origin: Origin,
}

impl Number {
    /// The number 1, standing beside another.
    pub fn one(beside: &Origin) -> Self {
        let origin =
            Origin { address: format!("{}.initial", beside.address), written: "1".into(), ..beside.clone() };
        Self { distribution: Arc::new(Constant(1.0)), unit: UnitOf::default(), origin }
    }

    /// The value, if there is no doubt about it.
    pub fn known(&self) -> Option<f64> {
        let (low, high) = self.distribution.support();
        #[allow(clippy::float_cmp, reason = "a constant's ends are the same number")]
        (low == high).then_some(low)
    }
}

/// Reads an uncertain number of a kind.
pub struct NumberOf(pub &'static Kind);

/// Reads an uncertain number of the kind that an outer key decides.
pub struct NumberHere;

/// Reads an uncertain number that is part of another, whose limits are checked on the whole.
pub(super) struct Part;

impl Decode for NumberOf {
    type Value = Number;

    fn decode(&self, at: &At<'_>) -> Option<Number> {
        read_number(at, self.0)
    }

    fn shape(&self) -> Shape {
        Shape::Number(self.0)
    }
}

/// Reads the average of things that differ from case to case: a quantity is an uncertain average, drawn once per path; a
/// named distribution says how cases differ, and only its mean counts.
pub struct MeanOf(pub &'static Kind);

impl Decode for MeanOf {
    type Value = Number;

    fn decode(&self, at: &At<'_>) -> Option<Number> {
        let number = NumberOf(self.0).decode(at)?;
        if !names_distribution(&at.node.value) {
            return Some(number);
        }
        Some(Number { distribution: Arc::new(Constant(number.distribution.mean())), ..number })
    }

    fn shape(&self) -> Shape {
        Shape::Number(self.0)
    }
}

impl Decode for NumberHere {
    type Value = Number;

    fn decode(&self, at: &At<'_>) -> Option<Number> {
        read_number(at, at.kind.unwrap_or(&units::FACTOR))
    }

    fn shape(&self) -> Shape {
        Shape::Here(Here::Number)
    }
}

impl Decode for Part {
    type Value = Number;

    fn decode(&self, at: &At<'_>) -> Option<Number> {
        read_unlimited(at, at.kind.unwrap_or(&units::FACTOR))
    }

    fn shape(&self) -> Shape {
        NumberHere.shape()
    }
}

/// Reads an uncertain number at a place.
pub(crate) fn read_number(at: &At<'_>, kind: &'static Kind) -> Option<Number> {
    let number = read_limited(at, kind)?;
    match at.scope.scale(&at.address) {
        Some(factor) => {
            Some(Number { distribution: Arc::new(Scaled::new(number.distribution, factor)), ..number })
        }
        None => Some(number),
    }
}

fn read_limited(at: &At<'_>, kind: &'static Kind) -> Option<Number> {
    let number = read_unlimited(at, kind)?;
    if !names_distribution(&at.node.value) {
        return Some(number);
    }
    Some(Number { distribution: within_limits(at, kind, number.distribution)?, ..number })
}

fn read_unlimited(at: &At<'_>, kind: &'static Kind) -> Option<Number> {
    if let Value::Table(table) = &at.node.value {
        if table.get("value").is_some() {
            let inner = at.clone().read(|t| t.required("value", NumberOf(kind), "the quantity itself"))?;
            return Some(Number { origin: at.origin(), ..inner });
        }
        let written = Plugins(FAMILIES, "distribution").decode(&At { kind: Some(kind), ..at.clone() })?;
        return Some(Number { distribution: written.distribution, unit: written.unit, origin: at.origin() });
    }
    let quantity = read_quantity(at, kind)?;
    let distribution: Arc<dyn Distribution> = match quantity.amount {
        Amount::Single(value) => Arc::new(Constant(value)),
        Amount::Interval { low, high } => interval(kind, low, high),
    };
    Some(Number { distribution, unit: UnitOf::of(&quantity.unit), origin: at.origin() })
}

/// "A to B" is a 90 % interval whose shape follows what the key can be.
fn interval(kind: &Kind, low: f64, high: f64) -> Arc<dyn Distribution> {
    match kind.support {
        Support::Share => Arc::new(LogitNormal::from_p5_p95(low, high)),
        Support::Positive => Arc::new(LogNormal::from_p5_p95(low, high)),
        Support::Any => Arc::new(Normal::from_p5_p95(low, high)),
    }
}

/// The most that a key's limits may cut away of a named distribution.
const MOST_CUT: f64 = 0.10;

fn within_limits(
    at: &At<'_>,
    kind: &Kind,
    distribution: Arc<dyn Distribution>,
) -> Option<Arc<dyn Distribution>> {
    let (min, max) = match kind.support {
        Support::Share => (0.0, 1.0),
        Support::Positive => (0.0, f64::INFINITY),
        Support::Any => return Some(distribution),
    };
    let (low, high) = distribution.support();
    if low >= min && high <= max {
        return Some(distribution);
    }
    let Some(truncated) = Truncated::new(distribution, min, max).filter(|t| t.cut() <= MOST_CUT) else {
        let limits = if max.is_finite() { "from 0 to 1" } else { "0 or more" };
        at.refuse(
            "outside-limits",
            &format!("{} is {limits}: more than 10 % of this distribution is not", kind.noun),
        );
        return None;
    };
    let percent = crate::units::format_number(100.0 * truncated.cut(), 2);
    at.scope.push(
        Diagnostic::warning(
            "truncated",
            at.node.span,
            format!("`{}` is cut to what {} can be: {percent} % is cut away", at.address, kind.noun),
        )
        .label("this distribution reaches further"),
    );
    Some(Arc::new(truncated))
}

/// Whether a table names a distribution.
pub fn names_distribution(value: &Value) -> bool {
    match value {
        Value::Table(table) => FAMILIES.iter().any(|family| table.get(family.name).is_some()),
        _ => false,
    }
}
