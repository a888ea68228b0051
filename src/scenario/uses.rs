//! Ids that are used and not defined, judged on the merged files themselves: also where some table cannot be read.
//!
//! Resolving a scenario finds the same mistakes, but only once every table could be read. A definition counts as soon as
//! its key stands somewhere, however wrong its table is; and, as in resolving, what nothing leads to may name what it likes.

use std::collections::BTreeSet;

use super::unused::members;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Reference, Table, Use, Value};
use crate::supply::unknown;
use crate::text::did_you_mean;

/// What a decoder calls an id, what people call it, and the table that defines it. What vendors sell is `vendor/id`.
const FAMILIES: [(&str, &str, &str); 19] = [
    ("strategy", "strategy", "strategy"),
    ("traffic", "traffic", "traffic"),
    ("index", "index", "index"),
    ("tokenizer", "tokenizer", "tokenizer"),
    ("llm", "llm", "llm"),
    ("deployment", "deployment", "deployment"),
    ("server", "server", "server"),
    ("site", "site", "site"),
    ("supply, or vendor/llm", "supply", "supply"),
    ("lever", "lever", "lever"),
    ("contract", "contract", "contract"),
    ("vendor", "vendor", "vendor"),
    ("training", "training", "training"),
    ("operations", "operations", "operations"),
    ("migration", "migration", "migration"),
    ("hazard", "hazard", "hazard"),
    ("llm of a vendor, as vendor/llm", "llm of a vendor", "llm"),
    ("GPU of a vendor, as vendor/gpu", "GPU of a vendor", "gpu"),
    (GPU_OR_SUPPLY, "supply", "supply"),
];

/// Where training runs.
const GPU_OR_SUPPLY: &str = "GPU of a vendor as vendor/gpu, or a supply";

/// Tables that every run reads whole; the others count only when something leads to them.
const READ_WHOLE: [&str; 4] = ["traffic", "strategy", "vendor", "hazard"];

/// Something defined.
struct Definition {
    /// Its dotted keys.
    address: String,
    /// The name that uses of it say.
    name: String,
    noun: &'static str,
}

/// Each use of an id that nothing defines. `lost` are addresses of definitions that were taken out of the tree.
pub(super) fn unknown_ids(tree: &Table, uses: &[Use], lost: &BTreeSet<String>) -> Diagnostics {
    let definitions = definitions(tree, lost);
    let mut left: Vec<(&Use, Option<&Definition>)> =
        uses.iter().map(|found| (found, around(found, &definitions))).collect();
    let mut reached: BTreeSet<&str> = BTreeSet::new();
    let mut mistakes = Diagnostics::new();
    loop {
        let before = left.len();
        left.retain(|(found, holder)| {
            if holder.is_some_and(|holder| !reached.contains(holder.address.as_str())) {
                return true;
            }
            match judge(tree, found, &definitions) {
                Judged::Defined(definition) => {
                    reached.insert(&definition.address);
                }
                Judged::Unknown(mistake) => mistakes.push(*mistake),
                Judged::Untold => {}
            }
            false
        });
        if left.len() == before {
            return mistakes;
        }
    }
}

enum Judged<'a> {
    Defined(&'a Definition),
    Unknown(Box<Diagnostic>),
    /// It is no id of a table, or its table is no table.
    Untold,
}

fn judge<'a>(tree: &Table, found: &Use, definitions: &'a [Definition]) -> Judged<'a> {
    let Some((_, noun, table)) = FAMILIES.iter().find(|(word, ..)| *word == found.family) else {
        return Judged::Untold;
    };
    let api = *noun == "supply" && found.id.halves().is_some();
    let noun = match (api, found.family) {
        (true, GPU_OR_SUPPLY) => "GPU of a vendor",
        (true, _) => "llm of a vendor",
        _ => noun,
    };
    let of_vendor = noun.ends_with("of a vendor");
    if !readable(tree, if of_vendor { "vendor" } else { table }, of_vendor) {
        return Judged::Untold;
    }
    let family: Vec<&Definition> = definitions.iter().filter(|one| one.noun == noun).collect();
    if let Some(definition) = family.iter().find(|one| one.name == found.id.id) {
        return Judged::Defined(definition);
    }
    let known: Vec<&str> = family.iter().map(|one| one.name.as_str()).collect();
    Judged::Unknown(Box::new(unknown(noun, &found.id, &known)))
}

/// Whether a family is what it should be; what hides behind a wrong one cannot be told.
fn readable(tree: &Table, key: &str, of_vendor: bool) -> bool {
    let Some(node) = tree.get(key) else { return true };
    let Value::Table(table) = &node.value else { return false };
    !of_vendor || table.entries.iter().all(|vendor| matches!(vendor.node.value, Value::Table(_)))
}

/// The definition inside which an id is used, unless it is read whole.
fn around<'a>(found: &Use, definitions: &'a [Definition]) -> Option<&'a Definition> {
    let holds = |one: &&Definition| {
        found.address.strip_prefix(one.address.as_str()).is_some_and(|rest| rest.starts_with('.'))
    };
    // Ids may have dots, so that one address may begin like another.
    let holder = definitions.iter().filter(holds).max_by_key(|one| one.address.len());
    holder.filter(|one| !READ_WHOLE.contains(&one.noun))
}

fn definitions(tree: &Table, lost: &BTreeSet<String>) -> Vec<Definition> {
    let mut found = Vec::new();
    for (_, noun, key) in FAMILIES {
        if noun.ends_with("of a vendor") {
            let sold = |address: &String| {
                let (vendor, id) = address.strip_prefix("vendor.")?.split_once(&format!(".{key}."))?;
                Some(Definition { address: address.clone(), name: format!("{vendor}/{id}"), noun })
            };
            found.extend(lost.iter().filter_map(sold));
            for vendor in members(tree, "vendor") {
                let Value::Table(sells) = &vendor.node.value else { continue };
                for sold in members(sells, key) {
                    let address = format!("vendor.{}.{key}.{}", vendor.key, sold.key);
                    found.push(Definition { address, name: format!("{}/{}", vendor.key, sold.key), noun });
                }
            }
            continue;
        }
        for family in spelt_like(tree, key) {
            for member in members(tree, family) {
                let address = format!("{family}.{}", member.key);
                found.push(Definition { address, name: member.key.clone(), noun });
            }
        }
        let prefix = format!("{key}.");
        let lost = lost.iter().filter_map(|address| Some((address, address.strip_prefix(&prefix)?)));
        found.extend(lost.map(|(address, name)| Definition {
            address: address.clone(),
            name: name.to_owned(),
            noun,
        }));
    }
    found
}

/// The family itself, and a misspelt table that was most likely meant to be it: that it is misspelt is one mistake.
fn spelt_like<'a>(tree: &'a Table, family: &'static str) -> impl Iterator<Item = &'a str> {
    let known = |key: &str| FAMILIES.iter().any(|(.., table)| *table == key);
    let keys = tree.entries.iter().map(|entry| entry.key.as_str());
    keys.filter(move |key| *key == family || (!known(key) && did_you_mean(key, [family]).is_some()))
}

/// An address of an input that is no number.
pub(super) fn unknown_inputs(tree: &Table, uses: &[Use], numbers: &BTreeSet<String>) -> Diagnostics {
    let mut mistakes = Diagnostics::new();
    for found in uses.iter().filter(|found| found.family == "number or path") {
        if !numbers.contains(&found.id.id) && !stands(tree, &found.id.id) {
            mistakes.push(unknown_input(&found.id, numbers));
        }
    }
    mistakes
}

fn unknown_input(id: &Reference, numbers: &BTreeSet<String>) -> Diagnostic {
    let close = did_you_mean(&id.id, numbers.iter().map(String::as_str));
    Diagnostic::error("unknown-address", id.span, format!("no strategy has an uncertain input `{}`", id.id))
        .label("expected the address of an uncertain input")
        .help_if(close.map(|close| format!("did you mean `{close}`?")))
}

/// Whether something stands at an address. Keys may have dots, so every key that the address goes on with is tried.
fn stands(table: &Table, address: &str) -> bool {
    table.entries.iter().any(|entry| match (address.strip_prefix(&entry.key), &entry.node.value) {
        (Some(""), _) => true,
        (Some(rest), value) => rest.strip_prefix('.').is_some_and(|rest| match value {
            Value::Table(inner) => stands(inner, rest),
            // Lists count from 0, and a wrong value hides what might have stood inside.
            _ => true,
        }),
        (None, _) => false,
    })
}

#[cfg(test)]
mod tests {
    use super::super::decode::describe;
    use super::FAMILIES;
    use crate::document::Shape;

    /// Words for ids that stand in no table of the scenario: they are judged where they are used.
    const NO_TABLE: [&str; 9] = [
        "evaluation",
        "language",
        "tier of a product, as product/tier",
        "number or path",
        "region",
        "regime",
        "gpu",
        "llm or GPU of a vendor, as vendor/id",
        "vendor, vendor/llm, vendor/gpu or supply",
    ];

    fn ids(shape: &Shape, found: &mut Vec<&'static str>) {
        match shape {
            Shape::Id(family) => found.push(family),
            Shape::List(inner) | Shape::Map(_, inner) => ids(inner, found),
            Shape::Table(fields) => fields.iter().for_each(|field| ids(&field.shape, found)),
            Shape::Kinds(kinds) => kinds.iter().for_each(|(_, shape)| ids(shape, found)),
            Shape::Any(shapes) => shapes.iter().for_each(|shape| ids(shape, found)),
            _ => {}
        }
    }

    #[test]
    fn every_family_that_a_key_names_is_judged() {
        let mut found = Vec::new();
        for field in describe() {
            ids(&field.shape, &mut found);
        }
        assert!(found.len() > 15);
        for family in found {
            let known = FAMILIES.iter().any(|(word, ..)| *word == family);
            assert!(known || NO_TABLE.contains(&family), "nobody judges the id of a {family}");
        }
    }
}
