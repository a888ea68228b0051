//! Single quantities: the parameters of distributions, and keys that may not be uncertain.

use crate::diagnostic::{Diagnostic, Span};
use crate::document::{At, Decode, Here, Reader, Shape, Value};
use crate::units::{self, Currency, Kind, Mistake, Period, Quantity, TimeBasis, Unit};

/// What a value in base units still needs to be understood: currency, and the time it counts in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct UnitOf {
    /// The currency of money.
    pub currency: Option<Currency>,
    /// The second currency of an exchange rate.
    pub quoted: Option<Currency>,
    /// The time below the slash, or of a duration.
    pub period: Option<Period>,
    /// As written, to print values in.
    pub unit: Option<Unit>,
}

impl UnitOf {
    pub(super) fn of(unit: &Unit) -> Self {
        Self { currency: unit.currency, quoted: unit.quoted, period: unit.period, unit: Some(unit.clone()) }
    }

    /// Whether values of both can be compared and mixed, at a key of this kind.
    pub(crate) fn agrees(&self, other: &Self, kind: Option<&Kind>) -> bool {
        // A rate that compounds is kept per its own time, everything else per month or per hour.
        let compounds = kind.is_some_and(|kind| kind.time == TimeBasis::Compounding);
        let time = match (self.period, other.period) {
            (Some(a), Some(b)) => {
                if compounds {
                    a == b
                } else {
                    a.same_basis(b)
                }
            }
            (None, None) => true,
            _ => false,
        };
        self.currency == other.currency && self.quoted == other.quoted && time
    }

    /// A value in base units, printed in the unit as written.
    pub fn format(&self, value: f64) -> String {
        self.unit.as_ref().map_or_else(|| crate::units::format_number(value, 4), |unit| unit.format(value, 4))
    }
}

/// One quantity in base units, with its place.
#[derive(Clone, Debug)]
pub struct Point {
    /// In base units.
    pub value: f64,
    /// Currency and period.
    pub unit: UnitOf,
    /// Where it stands.
    pub span: Span,
}

/// A quantity of the kind that an outer key decides: a parameter of a distribution.
pub struct Inner;

/// A quantity of a kind of its own; it may not be uncertain.
pub struct QuantityOf(pub &'static Kind);

/// A whole number of something: replicas, servers. It may not be uncertain.
pub struct WholeOf(pub &'static Kind);

impl Decode for WholeOf {
    type Value = f64;

    fn decode(&self, at: &At<'_>) -> Option<f64> {
        let value = single(at, self.0)?.value;
        if value.fract() != 0.0 {
            at.refuse("not-whole", &format!("a whole number: {}", self.0.expected()));
            return None;
        }
        Some(value)
    }

    fn shape(&self) -> Shape {
        Shape::Quantity(self.0)
    }
}

impl Decode for Inner {
    type Value = Point;

    fn decode(&self, at: &At<'_>) -> Option<Point> {
        single(at, at.kind.unwrap_or(&units::NUMBER))
    }

    fn shape(&self) -> Shape {
        Shape::Here(Here::Quantity)
    }
}

impl Decode for QuantityOf {
    type Value = Point;

    fn decode(&self, at: &At<'_>) -> Option<Point> {
        single(at, self.0)
    }

    fn shape(&self) -> Shape {
        Shape::Quantity(self.0)
    }
}

fn single(at: &At<'_>, kind: &'static Kind) -> Option<Point> {
    let quantity = read_quantity(at, kind)?;
    let Some(value) = quantity.single() else {
        at.refuse("interval-here", &format!("one value, not an interval: {}", kind.expected()));
        return None;
    };
    Some(Point { value, unit: UnitOf::of(&quantity.unit), span: at.node.span })
}

/// Reads a quantity string or a bare number.
pub(super) fn read_quantity(at: &At<'_>, kind: &'static Kind) -> Option<Quantity> {
    let parsed = match &at.node.value {
        Value::Text(text) => units::parse(text, kind),
        Value::Integer(number) => units::parse_number(*number as f64, kind),
        Value::Float { value, written }
            if *value == 0.0 && written.bytes().any(|b| (b'1'..=b'9').contains(&b)) =>
        {
            at.refuse("underflow", "a number that is not lost: this one is too small for a 64-bit float");
            return None;
        }
        Value::Float { value, .. } => units::parse_number(*value, kind),
        _ => {
            at.refuse("wrong-type", &kind.expected());
            return None;
        }
    };
    parsed.map_err(|mistake| refuse_mistake(at, mistake)).ok()
}

fn refuse_mistake(at: &At<'_>, mistake: Mistake) {
    // Inside a plain TOML string a byte of the text is a byte of the file, one behind the quote.
    let span = at.node.span;
    let plain = matches!(&at.node.value, Value::Text(text) if span.end - span.start == text.len() as u32 + 2);
    let span = if plain && mistake.range.end > mistake.range.start {
        Span {
            start: span.start + 1 + mistake.range.start as u32,
            end: span.start + 1 + mistake.range.end as u32,
            ..span
        }
    } else {
        span
    };
    let mut diagnostic =
        Diagnostic::error("bad-quantity", span, format!("`{}`: {}", at.address, mistake.message))
            .label(format!("expected {}", mistake.expected));
    if let Some(help) = mistake.help {
        diagnostic = diagnostic.help(help);
    }
    at.scope.push(diagnostic);
}

/// The unit of numbers drawn from a file: `"USD /Mtok"`; empty where the key wants a plain number.
pub(super) struct UnitHere;

impl Decode for UnitHere {
    type Value = UnitOf;

    fn decode(&self, at: &At<'_>) -> Option<UnitOf> {
        let Value::Text(text) = &at.node.value else {
            at.refuse("wrong-type", "a unit as a string");
            return None;
        };
        let kind = at.kind.unwrap_or(&units::NUMBER);
        let one = format!("1 {text}");
        match units::parse(one.trim_end(), kind) {
            Ok(quantity) if quantity.single().is_some() => Some(UnitOf::of(&quantity.unit)),
            _ => {
                let found = if text.is_empty() { "no unit".to_owned() } else { format!("the unit `{text}`") };
                let message = format!("`{}`: {found} does not make {}", at.address, kind.noun);
                at.scope.push(
                    Diagnostic::error("bad-unit", at.node.span, message)
                        .label(format!("expected the unit of {}", kind.expected())),
                );
                None
            }
        }
    }

    fn shape(&self) -> Shape {
        Shape::Text("USD /Mtok")
    }
}

/// The common unit of values that stand in different tables; refuses what [`same_unit`] refuses.
pub(super) fn agreed<'a>(t: &Reader, given: impl IntoIterator<Item = (&'a UnitOf, Span)>) -> Option<UnitOf> {
    let mut given = given.into_iter();
    let Some((first, _)) = given.next() else { return Some(UnitOf::default()) };
    let at = t.place()?;
    match given.find(|(unit, _)| !first.agrees(unit, at.kind)) {
        None => Some(first.clone()),
        Some((_, span)) => {
            let message = format!("`{}` holds values of different units", at.address);
            let mistake =
                Diagnostic::error("two-units", span, message).label("this has another unit than the first");
            at.scope.push(mistake.help("give all values in one currency and per the same time"));
            None
        }
    }
}

/// The common unit of a distribution's parameters; refuses two currencies, clock and calendar time together, and growth
/// over two different times.
pub fn same_unit(t: &mut Reader, points: &[(&'static str, &Point)]) -> Option<UnitOf> {
    let Some(((_, first), rest)) = points.split_first() else { return Some(UnitOf::default()) };
    let kind = t.place().and_then(|at| at.kind);
    for (key, point) in rest {
        if !first.unit.agrees(&point.unit, kind) {
            let help = "give all parameters in one currency and per the same time";
            t.refuse(key, "two-units", &format!("`{key}` does not have the unit of the others"), help);
            return None;
        }
    }
    Some(first.unit.clone())
}
