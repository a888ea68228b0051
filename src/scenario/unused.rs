//! Definitions that nothing uses: most likely a name is misspelt, or something was left behind.

use std::collections::BTreeSet;

use crate::diagnostic::{Diagnostic, Diagnostics, FileId};
use crate::document::{Entry, Node, Table, Value, is_note};
use crate::text::did_you_mean;

/// Families of definitions that something else has to name, with their words for people.
const FAMILIES: [(&str, &str); 11] = [
    ("traffic", "traffic"),
    ("index", "index"),
    ("deployment", "deployment"),
    ("server", "server"),
    ("site", "site"),
    ("supply", "supply"),
    ("lever", "lever"),
    ("contract", "contract"),
    ("training", "training programme"),
    ("operations", "operations"),
    ("migration", "migration"),
];
/// What vendors sell, named as `vendor/id`.
const SOLD: [(&str, &str); 2] = [("llm", "llm of a vendor"), ("gpu", "GPU of a vendor")];

/// Something defined, and the name that uses of it say.
struct Definition<'a> {
    what: &'static str,
    name: String,
    address: String,
    entry: &'a Entry,
}

/// The addresses of tables that a `like` somewhere copies: a template is used by its copies.
pub(super) fn copied(table: &Table, address: &str, found: &mut BTreeSet<String>) {
    for entry in &table.entries {
        let Value::Table(inner) = &entry.node.value else { continue };
        if let Some(Node { value: Value::Text(original), .. }) = inner.get("like") {
            found.insert(format!("{address}{original}"));
        }
        copied(inner, &format!("{address}{}.", entry.key), found);
    }
}

/// Warns of each definition in `file` to which no chain of names leads from a strategy, a stress or another key of the
/// scenario. A name counts wherever it stands as a string, so a warning is never wrong, though one may be missing.
pub(super) fn unused(tree: &Table, copied: &BTreeSet<String>, file: FileId) -> Diagnostics {
    let mut warnings = Diagnostics::new();
    for one in left_over(&definitions(tree), tree, copied) {
        if one.entry.key_span.file == file {
            warnings.push(warning(one));
        }
    }
    warnings
}

/// Warns of each definition that a stress brings and that nothing uses: most likely it was to change one that is there.
pub(super) fn unused_in_stress(base: &Table, stressed: &Table, copied: &BTreeSet<String>) -> Diagnostics {
    let there: BTreeSet<String> = definitions(base).into_iter().map(|one| one.address).collect();
    let mut warnings = Diagnostics::new();
    for one in left_over(&definitions(stressed), stressed, copied) {
        if !there.contains(&one.address) {
            let spelt_alike = did_you_mean(&one.address, there.iter().map(String::as_str));
            let help = spelt_alike.map(|address| format!("did you mean `{address}`?"));
            warnings.push(warning(one).help_if(help));
        }
    }
    warnings
}

/// The definitions to which nothing leads.
fn left_over<'a>(
    definitions: &'a [Definition<'a>],
    tree: &'a Table,
    copied: &BTreeSet<String>,
) -> Vec<&'a Definition<'a>> {
    let mut named = BTreeSet::new();
    let roots = |entry: &&Entry| entry.key != "vendor" && FAMILIES.iter().all(|(key, _)| *key != entry.key);
    tree.entries.iter().filter(roots).for_each(|entry| names(&entry.node, &mut named));
    let mut left: Vec<&Definition> = definitions.iter().collect();
    loop {
        let before = left.len();
        left.retain(|definition| {
            let used = named.contains(definition.name.as_str()) || copied.contains(&definition.address);
            if used {
                names(&definition.entry.node, &mut named);
            }
            !used
        });
        if left.len() == before {
            return left;
        }
    }
}

fn warning(definition: &Definition) -> Diagnostic {
    let message = format!("nothing uses the {} `{}`", definition.what, definition.name);
    Diagnostic::warning("unused-definition", definition.entry.key_span, message)
        .label("no strategy leads here")
        .help("name it where it is meant, or take it out")
}

fn definitions(tree: &Table) -> Vec<Definition<'_>> {
    let mut found = Vec::new();
    for (family, what) in FAMILIES {
        for entry in members(tree, family) {
            let address = format!("{family}.{}", entry.key);
            found.push(Definition { what, name: entry.key.clone(), address, entry });
        }
    }
    for vendor in members(tree, "vendor") {
        let Value::Table(sells) = &vendor.node.value else { continue };
        for (group, what) in SOLD {
            for entry in members(sells, group) {
                let name = format!("{}/{}", vendor.key, entry.key);
                let address = format!("vendor.{}.{group}.{}", vendor.key, entry.key);
                found.push(Definition { what, name, address, entry });
            }
        }
    }
    found
}

/// The members of a family, in the order of the file.
pub(super) fn members<'a>(table: &'a Table, family: &str) -> impl Iterator<Item = &'a Entry> {
    let entries = match table.get(family).map(|node| &node.value) {
        Some(Value::Table(members)) => members.entries.as_slice(),
        _ => &[],
    };
    entries.iter().filter(|entry| !is_note(&entry.key))
}

/// Every string of a tree that may be a name.
fn names<'a>(node: &'a Node, found: &mut BTreeSet<&'a str>) {
    match &node.value {
        Value::Text(text) => {
            found.insert(text);
        }
        Value::List(items) => items.iter().for_each(|item| names(item, found)),
        Value::Table(table) => {
            let told = table.entries.iter().filter(|entry| entry.key != "title" && !is_note(&entry.key));
            told.for_each(|entry| names(&entry.node, found));
        }
        _ => {}
    }
}
