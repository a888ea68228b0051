//! Quantities: one number or an interval, in base units.

use super::expression::{Expression, fitting_dims, is_well_formed};
use super::kind::Kind;
use super::mistake::Mistake;
use super::unit::{Unit, format_number};

/// One value or an interval, in base units.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Amount {
    /// A certain value.
    Single(f64),
    /// A 90 % interval; `low` is less than `high`.
    Interval {
        /// The 5th percentile.
        low: f64,
        /// The 95th percentile.
        high: f64,
    },
}

/// What a quantity string says: an amount in base units, and the unit that it was written in.
#[derive(Clone, Debug, PartialEq)]
pub struct Quantity {
    /// The value or interval, in base units.
    pub amount: Amount,
    /// The unit at the end of the text; both ends of an interval share its currency and its basis of time.
    pub unit: Unit,
}

impl Quantity {
    /// The value, unless it is an interval.
    pub fn single(&self) -> Option<f64> {
        match self.amount {
            Amount::Single(value) => Some(value),
            Amount::Interval { .. } => None,
        }
    }

    /// The quantity in the unit it was written in, with at most `digits` significant digits.
    pub fn format(&self, digits: usize) -> String {
        match self.amount {
            Amount::Single(value) => self.unit.format(value, digits),
            Amount::Interval { low, high } => {
                let low = format_number(self.unit.from_base(low), digits);
                format!("{low} to {}", self.unit.format(high, digits))
            }
        }
    }
}

/// Reads a quantity of a kind.
///
/// # Errors
/// The first mistake in the text, or why the quantity is not of this kind.
pub fn parse(text: &str, kind: &Kind) -> Result<Quantity, Mistake> {
    read(text, kind).map_err(|mistake| {
        let mistake = mistake.settle(|text| read(text, kind).map(drop), is_well_formed);
        Mistake { expected: kind.expected(), ..mistake }
    })
}

fn read(text: &str, kind: &Kind) -> Result<Quantity, Mistake> {
    Expression::read(text)?.resolve(kind)
}

/// Reads a quantity of the first of several kinds whose dimensions it has; returns the place of that kind.
///
/// # Errors
/// The first mistake in the text, or why the quantity is of none of these kinds.
pub fn parse_one_of(text: &str, kinds: &[&Kind]) -> Result<(usize, Quantity), Mistake> {
    let expected = || kinds.iter().map(|kind| kind.expected()).collect::<Vec<_>>().join("; or ");
    let refuse = |mistake: Mistake| {
        let mistake = mistake.settle(|text| Expression::read(text).map(drop), is_well_formed);
        Mistake { expected: expected(), ..mistake }
    };
    let expression = Expression::read(text).map_err(refuse)?;
    let written = expression.end_unit();
    if let Some(place) = kinds.iter().position(|kind| fitting_dims(&written, kind).is_some()) {
        return parse(text, kinds[place]).map(|quantity| (place, quantity));
    }
    let message = match &expression.end().unit {
        Some(_) => format!("{} does not fit here", written.dims()),
        None => format!("`{text}` has no unit"),
    };
    Err(refuse(Mistake::new(written.range, message)))
}

/// Takes a bare number, which says it all for plain numbers, shares and counts.
///
/// # Errors
/// The kind needs a unit, or the number is outside its limits. The range covers the number as Rust prints it; point at
/// the number's own place in the file.
pub fn parse_number(number: f64, kind: &Kind) -> Result<Quantity, Mistake> {
    let text =
        if number.is_finite() { format_number(number, 17).replace(',', "") } else { number.to_string() };
    parse(&text, kind)
}
