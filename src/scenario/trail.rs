//! Where a written value came from, and what it replaced on the way through the layers.

use std::collections::BTreeMap;

use crate::diagnostic::{FileId, Span};
use crate::document::{At, Entry, Node, Origin, Provenance, Scope, Table, Value, is_note};

/// The merged files of a scenario, as they were written.
pub struct Written {
    root: Node,
    notes: BTreeMap<u32, Provenance>,
}

/// A value and what it replaced.
#[derive(Clone, Debug)]
pub struct Trail {
    /// The dotted keys of the value.
    pub address: String,
    /// The value that counts, then what it replaced, the latest first. What was replaced may stand at a shorter address
    /// (a whole table gave way) or beside it (one kind of a thing gave way to another).
    pub layers: Vec<Origin>,
}

impl Written {
    pub(super) fn new(tree: Table, notes: BTreeMap<u32, Provenance>) -> Self {
        Self { root: Node { span: Span::new(FileId(0), 0..0), value: Value::Table(tree) }, notes }
    }

    /// The merged files as one tree.
    pub fn tree(&self) -> &Node {
        &self.root
    }

    /// Every value with its layers, in the order of the merged files.
    pub fn trails(&self) -> Vec<Trail> {
        let scope = Scope::noting(self.notes.clone());
        let mut trails = Vec::new();
        if let Value::Table(table) = &self.root.value {
            collect(&At::root(&self.root, &scope), table, &[], &mut trails);
        }
        trails
    }
}

fn collect(at: &At<'_>, table: &Table, above: &[Origin], trails: &mut Vec<Trail>) {
    for entry in table.entries.iter().filter(|entry| !is_note(&entry.key)) {
        let place = at.inside(&entry.key, &entry.node);
        let mut layers = replaced(at, entry);
        layers.extend_from_slice(above);
        match (&entry.node.value, told(&entry.node)) {
            (Value::Table(inner), None) => collect(&place, inner, &layers, trails),
            (_, told) => {
                let mut all = vec![said(&place)];
                all.extend(told.map_or_else(Vec::new, |value| replaced(&place, value)));
                all.append(&mut layers);
                trails.push(Trail { address: place.address, layers: all });
            }
        }
    }
}

/// What an entry replaced, the latest first.
fn replaced(at: &At<'_>, entry: &Entry) -> Vec<Origin> {
    let older = std::iter::successors(entry.replaced.as_deref(), |entry| entry.replaced.as_deref());
    older.map(|old| said(&at.inside(&old.key, &old.node))).collect()
}

/// In `{ value = …, source = … }` the value itself.
fn told(node: &Node) -> Option<&Entry> {
    let Value::Table(table) = &node.value else { return None };
    table.entry("value").filter(|value| !matches!(value.node.value, Value::Table(_)))
}

fn said(place: &At<'_>) -> Origin {
    match told(place.node) {
        Some(value) => {
            Origin { address: place.address.clone(), ..place.inside("value", &value.node).origin() }
        }
        None => place.origin(),
    }
}
