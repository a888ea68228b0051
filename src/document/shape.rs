//! What a key may hold, as data: the material of the JSON Schema, of `list` and of the documentation tables.

use crate::units::Kind;

/// One key of a table.
#[derive(Clone, Debug)]
pub struct Field {
    /// The key.
    pub key: &'static str,
    /// Whether it must be there.
    pub need: Need,
    /// What it may hold.
    pub shape: Shape,
    /// What it means.
    pub meaning: &'static str,
}

/// Whether a key must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Need {
    /// A scenario without it is refused.
    Required,
    /// Absent means absent.
    Optional,
    /// This is read in its place, as if it had been written.
    Default(&'static str),
}

/// What a value of the outer key's kind may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Here {
    /// A quantity.
    Quantity,
    /// An uncertain number.
    Number,
    /// A path.
    Path,
}

/// What a value may be.
#[derive(Clone, Debug)]
pub enum Shape {
    /// A string; the text says which.
    Text(&'static str),
    /// One of these strings.
    Words(Vec<&'static str>),
    /// A string that a regular expression describes; the text says what it is.
    Pattern(&'static str, &'static str),
    /// Of the kind that an outer key decides, inside a distribution or path.
    Here(Here),
    /// A part of a scenario.
    Scenario,
    /// A factor above 0, or tables of them by address.
    Factors,
    /// A code of ISO 4217.
    Currency,
    /// `true` or `false`.
    Flag,
    /// An integer between two bounds.
    Whole(i64, i64),
    /// The id of something, of this family.
    Id(&'static str),
    /// A quantity with a unit; not uncertain.
    Quantity(&'static Kind),
    /// An uncertain number.
    Number(&'static Kind),
    /// An uncertain number that may also move over time.
    Path(&'static Kind),
    /// A list.
    List(Box<Shape>),
    /// A table with these keys.
    Table(Vec<Field>),
    /// A table whose keys are ids (or dates).
    Map(&'static str, Box<Shape>),
    /// A table with exactly one of these keys: the kind.
    Kinds(Vec<(&'static str, Shape)>),
    /// One of several.
    Any(Vec<Shape>),
}
