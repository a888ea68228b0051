//! How tables of several files become one.

use super::node::{Entry, Node, Table, Value};
use crate::diagnostic::{Diagnostic, Diagnostics};

/// Groups of words of which a table may hold one: where two layers name different kinds, the later replaces the earlier.
pub type KindWords = [Vec<&'static str>];

/// Puts a part beside what other parts said. Parts never override one another: a key given twice is an error.
pub fn put_beside(base: &mut Table, part: Table, address: &str, diagnostics: &mut Diagnostics) {
    for entry in part.entries {
        let Some(existing) = base.entry_mut(&entry.key) else {
            base.entries.push(entry);
            continue;
        };
        let here = join(address, &entry.key);
        match (&mut existing.node.value, entry.node.value) {
            (Value::Table(old), Value::Table(new)) => put_beside(old, new, &here, diagnostics),
            _ if super::provenance::is_note(&entry.key) => {}
            _ => diagnostics.push(
                Diagnostic::error("given-twice", entry.key_span, format!("`{here}` is given by two parts"))
                    .label("given here")
                    .related(existing.key_span, "and here")
                    .help(
                        "parts never override one another; let the scenario itself say the value that counts",
                    ),
            ),
        }
    }
}

/// Lays a later layer over an earlier one: tables merge key by key, everything else is replaced whole.
pub fn lay_over(base: &mut Table, over: Table, kinds: &KindWords) {
    lay(base, over, kinds, 0);
}

/// The same for whole scenarios: the names of families and of what stands in them are no kinds, whatever they are called.
pub fn lay_over_scenario(base: &mut Table, over: Table, kinds: &KindWords) {
    lay(base, over, kinds, 2);
}

/// [`lay_over`], where the keys of so many levels are names.
fn lay(base: &mut Table, over: Table, kinds: &KindWords, names: usize) {
    for mut entry in over.entries {
        if names == 0 {
            drop_other_kinds(base, &mut entry, kinds);
        }
        match base.entry_mut(&entry.key) {
            None => base.entries.push(entry),
            Some(existing) => replace(existing, entry, kinds, names.saturating_sub(1)),
        }
    }
}

fn replace(existing: &mut Entry, entry: Entry, kinds: &KindWords, names: usize) {
    match (&mut existing.node, entry) {
        (
            Node { value: Value::Table(old), span },
            Entry { node: Node { value: Value::Table(new), span: later }, key_span, .. },
        ) => {
            *span = later;
            existing.key_span = key_span;
            lay(old, new, kinds, names);
        }
        (_, entry) => {
            let old = std::mem::replace(existing, entry);
            existing.remember(old);
        }
    }
}

fn drop_other_kinds(base: &mut Table, over: &mut Entry, kinds: &KindWords) {
    for group in kinds {
        if names_kind(over, group) {
            let other = |entry: &mut Entry| entry.key != over.key && names_kind(entry, group);
            let dropped: Vec<Entry> = base.entries.extract_if(.., other).collect();
            for entry in dropped {
                over.remember(entry);
            }
        }
    }
}

/// Whether a key is a kind of a group. In `[supply.rented.rented]` the first is an id: a kind stands in its table.
fn names_kind(entry: &Entry, group: &[&str]) -> bool {
    let kind_inside = |table: &Table| {
        let kind = |e: &Entry| group.contains(&e.key.as_str()) && matches!(e.node.value, Value::Table(_));
        table.entries.iter().any(kind)
    };
    group.contains(&entry.key.as_str())
        && !matches!(&entry.node.value, Value::Table(table) if kind_inside(table))
}

fn join(address: &str, key: &str) -> String {
    if address.is_empty() { key.to_owned() } else { format!("{address}.{key}") }
}
