//! Quantities: numbers with units, read from strings such as `"1 % to 4 % /month"` and `"180k to 300k USD /FTE-year"`.
//!
//! A [`Kind`] says what a key wants; [`parse`] gives a [`Quantity`] in base units or a [`Mistake`] with a way out.
//!
//! Base units: one of anything counted, one unit of money, a share of 1, clock hours, calendar months, watts (energy in
//! watt-hours), bytes, floating-point operations.

mod atom;
mod currency;
mod dims;
mod expression;
mod kind;
mod mistake;
mod number;
mod pattern;
mod quantity;
mod refused;
mod unit;

#[cfg(test)]
mod tests;

pub use currency::Currency;
pub use dims::Dims;
pub use kind::*;
pub use mistake::Mistake;
pub use pattern::pattern;
pub use quantity::{Amount, Quantity, parse, parse_number, parse_one_of};
pub use unit::{Period, Unit, format_number};
