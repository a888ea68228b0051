//! `like = "sibling"`: a thing that starts as a copy of another.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Entry, KindWords, Table, Value, lay_over};
use crate::text::did_you_mean;

/// Replaces each `like` of this layer by a copy of the sibling with the table's own keys laid over it. What cannot become
/// a copy is taken out, and its address is added to `lost`.
pub(super) fn resolve(
    tree: &mut Table,
    kinds: &KindWords,
    lost: &mut BTreeSet<String>,
    mistakes: &mut Diagnostics,
) {
    let mut siblings = |members: &mut Table, address: &str| {
        let left = resolve_siblings(members, kinds, mistakes);
        lost.extend(left.into_iter().map(|id| format!("{address}.{id}")));
    };
    for family in &mut tree.entries {
        let Value::Table(members) = &mut family.node.value else { continue };
        siblings(members, &family.key);
        if family.key == "vendor" {
            for vendor in &mut members.entries {
                let Value::Table(sold) = &mut vendor.node.value else { continue };
                for group in &mut sold.entries {
                    if let Value::Table(things) = &mut group.node.value {
                        siblings(things, &format!("vendor.{}.{}", vendor.key, group.key));
                    }
                }
            }
        }
    }
}

/// The ids of those that could not be resolved come back.
fn resolve_siblings(members: &mut Table, kinds: &KindWords, mistakes: &mut Diagnostics) -> Vec<String> {
    // A copy of a copy needs its original first; a chain is at most as long as there are members.
    for _ in 0..members.entries.len() {
        let Some(place) = members.entries.iter().position(|entry| ready(entry, members)) else { break };
        copy(members, place, kinds);
    }
    for entry in &members.entries {
        if let Some(like) = like_of(entry) {
            mistakes.push(stuck(members, &entry.key, like));
        }
    }
    // What is left over is no copy of anything; that it lacks keys would be a second message about one mistake.
    let left = members.entries.extract_if(.., |entry| like_of(entry).is_some());
    left.map(|entry| entry.key).collect()
}

fn like_of(entry: &Entry) -> Option<&Entry> {
    let Value::Table(table) = &entry.node.value else { return None };
    table.entry("like").filter(|like| matches!(like.node.value, Value::Text(_)))
}

/// Whether an entry is a copy of a sibling that is not itself still to be copied.
fn ready(entry: &Entry, members: &Table) -> bool {
    let original = like_of(entry).and_then(|like| match &like.node.value {
        Value::Text(id) => members.entry(id),
        _ => None,
    });
    original.is_some_and(|original| like_of(original).is_none() && original.key != entry.key)
}

fn copy(members: &mut Table, place: usize, kinds: &KindWords) {
    let Some(Value::Text(id)) = like_of(&members.entries[place]).map(|like| like.node.value.clone()) else {
        return;
    };
    let Some(Value::Table(mut copied)) = members.get(&id).map(|node| node.value.clone()) else { return };
    if let Value::Table(own) = &mut members.entries[place].node.value {
        own.remove("like");
        lay_over(&mut copied, std::mem::take(own), kinds);
        *own = copied;
    }
}

fn stuck(members: &Table, key: &str, like: &Entry) -> Diagnostic {
    let wanted = like.node.value.written();
    let wanted = wanted.trim_matches('"');
    if members.get(wanted).is_some() {
        return Diagnostic::error(
            "circular",
            like.node.span,
            format!("`{key}` is, in the end, a copy of itself"),
        )
        .label("this leads back to the same table")
        .help("let one of them say its keys itself");
    }
    let names = members.entries.iter().map(|entry| entry.key.as_str()).filter(|name| *name != key);
    let close = did_you_mean(wanted, names).map(|close| format!("did you mean `{close}`?"));
    Diagnostic::error("unknown-id", like.node.span, format!("there is no `{wanted}` to be like"))
        .label("not defined beside this table")
        .help_if(close)
}
