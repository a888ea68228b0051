//! Rate cards as they are written in parts and scenarios, to list and to compare: every catalog is turned into a part first, so
//! that there is one form.

use std::collections::BTreeMap;

use super::decimal::Decimal;
use crate::document::{Files, Node, Provenance, Unreadable, Value, is_note};
use crate::scenario::{Loaded, load};

/// One rate card.
#[derive(Clone, Debug)]
pub struct Quote {
    /// The vendor.
    pub vendor: String,
    /// The llm.
    pub llm: String,
    /// Where its prices come from, and when they were true.
    pub provenance: Provenance,
    /// What it says: dotted keys and values as written.
    pub values: BTreeMap<String, String>,
}

/// The scenario that a part is read in.
const AROUND: &str = "\
title = \"prices\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 1\n\
[traffic.one]\nrequests = \"1 /month\"\ninput_tokens = \"1 tokens\"\noutput_tokens = \"1 tokens\"\n\
[vendor.none.llm.none]\nrates = { input = \"1 USD /Mtok\", output = \"1 USD /Mtok\" }\n\
[strategy.one]\nserve = [{ traffic = \"one\", by = \"none/none\" }]\n";
/// A name that no file has.
const AROUND_NAME: &str = "\u{1}";

struct Around<'a> {
    files: &'a dyn Files,
    part: &'a str,
}

impl Files for Around<'_> {
    fn read(&self, path: &str) -> Result<String, Unreadable> {
        if path == AROUND_NAME {
            return Ok(format!("use = [{}]\n{AROUND}", super::card::quoted(self.part)));
        }
        self.files.read(path)
    }
}

/// A text under a name, and no other file.
pub struct OneText<'a>(pub &'a str, pub &'a str);

impl Files for OneText<'_> {
    fn read(&self, path: &str) -> Result<String, Unreadable> {
        if path == self.0 {
            return Ok(self.1.to_owned());
        }
        let message = format!("there is no file `{path}`");
        Err(Unreadable { code: "no-such-file", message, help: None })
    }
}

/// The rate cards of a part or of a scenario, by vendor and llm; or all that is wrong with it.
///
/// # Errors
/// It could not be read; the diagnostics tell why.
#[allow(clippy::result_large_err, reason = "the caller shows what was found")]
pub fn quotes(files: &dyn Files, name: &str) -> Result<Vec<Quote>, Loaded> {
    let loaded = loaded(files, name);
    match &loaded.written {
        Some(written) if !loaded.diagnostics.has_errors() => {
            let trails = written.trails();
            let known: BTreeMap<&str, &Provenance> = trails
                .iter()
                .filter_map(|trail| Some((trail.address.as_str(), &trail.layers.first()?.provenance)))
                .collect();
            Ok(all(written.tree(), &known))
        }
        _ => Err(loaded),
    }
}

/// A part inside a scenario around it, or a scenario.
pub(super) fn loaded(files: &dyn Files, name: &str) -> Loaded {
    let loaded = load(&Around { files, part: name }, AROUND_NAME, &[]);
    if loaded.diagnostics.errors().any(|mistake| mistake.code == "scenario-key-in-part") {
        return load(files, name, &[]);
    }
    loaded
}

fn all(tree: &Node, known: &BTreeMap<&str, &Provenance>) -> Vec<Quote> {
    let mut quotes = Vec::new();
    for (vendor, sells) in child(tree, "vendor").map_or_else(Vec::new, entries) {
        for (llm, card) in child(sells, "llm").map_or_else(Vec::new, entries) {
            let address = format!("vendor.{vendor}.llm.{llm}.rates.input");
            let provenance = known.get(address.as_str()).map_or_else(Provenance::default, |p| (*p).clone());
            let mut values = BTreeMap::new();
            flatten(card, "", &mut values);
            if (vendor, llm) != ("none", "none") {
                quotes.push(Quote { vendor: vendor.to_owned(), llm: llm.to_owned(), provenance, values });
            }
        }
    }
    quotes.sort_by(|a, b| (&a.vendor, &a.llm).cmp(&(&b.vendor, &b.llm)));
    quotes
}

fn child<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    if let Value::Table(table) = &node.value { table.get(key) } else { None }
}

fn entries(node: &Node) -> Vec<(&str, &Node)> {
    let Value::Table(table) = &node.value else { return Vec::new() };
    let entries = table.entries.iter().filter(|entry| !is_note(&entry.key));
    entries.map(|entry| (entry.key.as_str(), &entry.node)).collect()
}

/// Opens the tables whose keys are parts of a rate card; a list of tables is named by the first value of each.
fn flatten(node: &Node, path: &str, values: &mut BTreeMap<String, String>) {
    for (key, inner) in entries(node) {
        let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
        let opened = ["rates", "cache", "factors", "regions", "announced"].contains(&key)
            || path.starts_with("announced.");
        match &inner.value {
            Value::Table(table) if opened && table.get("value").is_none() => flatten(inner, &path, values),
            Value::Table(table) if table.get("value").is_some() => {
                let written = table.get("value").map_or_else(String::new, |value| bare(&value.value));
                values.insert(path, written);
            }
            Value::List(items) => items.iter().for_each(|item| listed(item, &path, values)),
            value => {
                values.insert(path, bare(value));
            }
        }
    }
}

fn listed(item: &Node, path: &str, values: &mut BTreeMap<String, String>) {
    match entries(item).split_first() {
        Some(((_, first), rest)) => {
            for (key, value) in rest {
                values.insert(format!("{path}[{}].{key}", bare(&first.value)), bare(&value.value));
            }
        }
        None => {
            values.insert(format!("{path}[{}]", bare(&item.value)), String::new());
        }
    }
}

/// A value as a person says it: a string without its quotes.
fn bare(value: &Value) -> String {
    if let Value::Text(text) = value { text.clone() } else { value.written() }
}

/// One difference between two rate cards.
#[derive(Clone, Debug, PartialEq)]
pub struct Change {
    /// The key: `rates.input`.
    pub key: String,
    /// Before; absent if it is new.
    pub old: Option<String>,
    /// After; absent if it is gone.
    pub new: Option<String>,
    /// New over old less one, where both are amounts of one unit.
    pub share: Option<f64>,
}

/// How two lists of rate cards differ.
#[derive(Clone, Debug, Default)]
pub struct Difference {
    /// Only in the second: vendor and llm.
    pub added: Vec<(String, String)>,
    /// Only in the first.
    pub removed: Vec<(String, String)>,
    /// In both, with other prices: vendor, llm, whether they contradict each other (both are of one day, and both say
    /// something of one price), and the changes.
    pub changed: Vec<(String, String, bool, Vec<Change>)>,
    /// In both, the same.
    pub same: usize,
}

/// Keys that are no prices.
const NO_PRICES: [&str; 6] = ["title", "sku", "like", "tokenizer", "context", "is"];

/// Compares the rate cards of two lists by vendor and llm; where a list has one twice, the later counts.
pub fn difference(old: &[Quote], new: &[Quote]) -> Difference {
    let (old, new) = (newest(old), newest(new));
    let mut difference = Difference::default();
    for (name, quote) in &new {
        let Some(before) = old.get(name) else {
            difference.added.push((name.0.to_owned(), name.1.to_owned()));
            continue;
        };
        let changes = changes(before, quote);
        if changes.is_empty() {
            difference.same += 1;
        } else {
            let day = |quote: &Quote| quote.provenance.as_of.clone();
            let same_day = day(before).is_some() && day(before) == day(quote);
            let contradict =
                same_day && changes.iter().any(|change| change.old.is_some() && change.new.is_some());
            difference.changed.push((name.0.to_owned(), name.1.to_owned(), contradict, changes));
        }
    }
    let gone = old.keys().filter(|name| !new.contains_key(*name));
    difference.removed = gone.map(|name| (name.0.to_owned(), name.1.to_owned())).collect();
    difference
}

fn newest(quotes: &[Quote]) -> BTreeMap<(&str, &str), &Quote> {
    let mut newest: BTreeMap<(&str, &str), &Quote> = BTreeMap::new();
    for quote in quotes {
        let place = newest.entry((&quote.vendor, &quote.llm)).or_insert(quote);
        if quote.provenance.as_of >= place.provenance.as_of {
            *place = quote;
        }
    }
    newest
}

fn changes(old: &Quote, new: &Quote) -> Vec<Change> {
    let priced = |key: &&String| !NO_PRICES.contains(&key.as_str());
    let mut keys: Vec<&String> = old.values.keys().chain(new.values.keys()).filter(priced).collect();
    keys.sort();
    keys.dedup();
    let change = |key: &String| {
        let (before, after) = (old.values.get(key), new.values.get(key));
        let share = before.zip(after).and_then(|(a, b)| share(a, b));
        Change { key: key.clone(), old: before.cloned(), new: after.cloned(), share }
    };
    keys.into_iter().filter(|key| !alike(old.values.get(*key), new.values.get(*key))).map(change).collect()
}

/// `0.50 USD /Mtok` and `0.5 USD /Mtok` are the same.
fn alike(a: Option<&String>, b: Option<&String>) -> bool {
    match (a, b) {
        (Some(a), Some(b)) => a == b || amount(a).zip(amount(b)).is_some_and(|(a, b)| a == b),
        (a, b) => a == b,
    }
}

/// A number and its unit.
fn amount(text: &str) -> Option<(Decimal, &str)> {
    let (number, unit) = text.split_once(' ').unwrap_or((text, ""));
    Some((Decimal::parse(number).ok()?, unit))
}

fn share(old: &str, new: &str) -> Option<f64> {
    let ((old, unit), (new, other)) = (amount(old)?, amount(new)?);
    (unit == other && !old.is_zero()).then(|| new.to_f64() / old.to_f64() - 1.0)
}
