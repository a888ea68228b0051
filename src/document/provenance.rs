//! Where a figure of the world comes from: source, date, kind of evidence.

use super::node::{Table, Value};
use crate::diagnostic::Span;

/// How a figure is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Evidence {
    /// Read in the source itself.
    Read,
    /// Read in a text about the source.
    Secondhand,
    /// Computed from figures that were read.
    Computed,
    /// Recalled, not checked.
    Recalled,
    /// Assumed.
    Assumed,
}

impl Evidence {
    /// All kinds, with the words of the language.
    pub const WORDS: [(&'static str, Evidence); 5] = [
        ("read", Self::Read),
        ("secondhand", Self::Secondhand),
        ("computed", Self::Computed),
        ("recalled", Self::Recalled),
        ("assumed", Self::Assumed),
    ];

    /// The kind that a word names.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::WORDS.iter().find(|(name, _)| *name == word).map(|(_, kind)| *kind)
    }

    /// The word of the language.
    pub fn word(self) -> &'static str {
        Self::WORDS.iter().find(|(_, kind)| *kind == self).map_or("", |(name, _)| name)
    }
}

/// Source, date and evidence of a figure; each is absent where nobody said it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Provenance {
    /// Who says so.
    pub source: Option<String>,
    /// The date the figure was true.
    pub as_of: Option<String>,
    /// How it is known.
    pub evidence: Option<Evidence>,
}

impl Provenance {
    /// What a table says of itself, and for the rest what stood around it.
    pub fn of(table: &Table, around: &Provenance) -> Self {
        let text = |key: &str| match table.get(key).map(|node| &node.value) {
            Some(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        Self {
            source: text("source").or_else(|| around.source.clone()),
            as_of: text("as_of").or_else(|| around.as_of.clone()),
            evidence: text("evidence").and_then(|word| Evidence::from_word(&word)).or(around.evidence),
        }
    }
}

/// Keys that any table may hold and that are no part of its value.
pub(super) const NOTES: [&str; 4] = ["note", "source", "as_of", "evidence"];

/// Whether a key only tells where a figure comes from.
pub(crate) fn is_note(key: &str) -> bool {
    NOTES.contains(&key)
}

/// A value's name and place: what `explain` shows and what its draws are named after.
#[derive(Clone, Debug)]
pub struct Origin {
    /// The dotted keys of the value: also the name of its draw.
    pub address: String,
    /// Where it stands.
    pub span: Span,
    /// As written.
    pub written: String,
    /// Source, date and evidence.
    pub provenance: Provenance,
}
