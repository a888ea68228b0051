//! Who is asked first for a part of a traffic.

use super::terms::{self, Terms};
use crate::demand::Led;
use crate::distribution::{Number, NumberOf};
use crate::document::{Id, Reader, Reference};
use crate::process::Lookup;
use crate::units;

/// A part of the traffics that goes to somebody else.
#[derive(Clone, Debug)]
pub(super) struct Part {
    pub(super) on: Option<Vec<Reference>>,
    to: Reference,
    share: Number,
    pub(super) terms: Terms,
}

impl Part {
    /// Reads `on`, `to`, `share` and what all levers have.
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let on = terms::read_on(t);
        let to = t.required("to", Id("supply, or vendor/llm"), "who serves that part");
        let share = t.required(
            "share",
            NumberOf(&units::SHARE),
            "share of the requests that reach an llm; what it cannot serve goes on as before",
        );
        let terms = Terms::read(t);
        Some(Self { on: on?, to: to?, share: share?, terms: terms? })
    }

    /// The part as a strategy meets it.
    pub(super) fn lead(&self, id: &str, lookup: &mut dyn Lookup) -> Led {
        let share = lookup.number(&self.share);
        let share = self.terms.ramped(share, lookup);
        Led { id: id.to_owned(), to: self.to.clone(), share: Some(share), escalates: None }
    }
}
