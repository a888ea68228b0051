//! `[strategy.<id>.switch.<id>]`: when a strategy gives way to another.

use super::{KINDS, Written};
use crate::document::{Id, Origin, Reader, Reference, Several};

/// A rule as it is written.
#[derive(Debug)]
pub struct Rule {
    /// What must hold, all of it.
    pub when: Vec<Box<dyn Written>>,
    /// The strategy that takes over.
    pub to: Reference,
    /// What the move costs and takes.
    pub migration: Reference,
    /// Name and place.
    pub origin: Origin,
}

impl Rule {
    /// Reads a rule.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let when = t.required("when", Several(KINDS, "condition"), "what must hold, all of it");
        let to = t.required("to", Id("strategy"), "the strategy that takes over");
        let migration = t.required("migration", Id("migration"), "what the move costs and how long it takes");
        Some(Self { when: when?, to: to?, migration: migration?, origin: t.place()?.origin() })
    }
}
