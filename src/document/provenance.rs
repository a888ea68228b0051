//! Where a figure of the world comes from: source, date, kind of evidence.

use std::collections::BTreeMap;

use super::node::{Entry, Table, Value};
use super::reader::Scope;
use crate::diagnostic::{FileId, Span};

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
        let mut provenance = around.clone();
        table.entries.iter().for_each(|entry| provenance.hear(entry));
        provenance
    }

    /// Takes over what an entry says, if it is a note.
    fn hear(&mut self, entry: &Entry) {
        let Value::Text(text) = &entry.node.value else { return };
        match entry.key.as_str() {
            "source" => self.source = Some(text.clone()),
            "as_of" => self.as_of = Some(text.clone()),
            "evidence" => self.evidence = Evidence::from_word(text).or(self.evidence),
            _ => {}
        }
    }
}

/// What files say of the figures at a place. A note counts for figures of the file that it stands in: a price that a
/// scenario lays over a part's is not the price of the part's source.
#[derive(Clone, Debug, Default)]
pub(crate) struct Notes(BTreeMap<FileId, Provenance>);

impl Notes {
    /// That a value is the default of the program.
    pub(super) fn of_default(file: FileId) -> Self {
        let source = Some("tokencast default".into());
        Self(BTreeMap::from([(file, Provenance { source, ..Provenance::default() })]))
    }

    /// The same with what a table says of itself.
    pub(super) fn inside(&self, table: &Table, scope: &Scope) -> Self {
        let mut notes = self.clone();
        for entry in table.entries.iter().filter(|entry| is_note(&entry.key)) {
            notes.hear(entry, scope);
        }
        notes
    }

    /// Takes over a note; one that it replaced still counts for the figures of its own file.
    fn hear(&mut self, entry: &Entry, scope: &Scope) {
        if let Some(replaced) = &entry.replaced {
            self.hear(replaced, scope);
        }
        let file = entry.node.span.file;
        self.0.entry(file).or_insert_with(|| scope.of_file(file)).hear(entry);
    }

    /// Where a figure of a file comes from: what stands nearest, else what stands at the top of the file.
    pub(super) fn of(&self, file: FileId, scope: &Scope) -> Provenance {
        self.0.get(&file).cloned().unwrap_or_else(|| scope.of_file(file))
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
