//! Keys that a layer says of a thing that is not there, or that is of another kind: then it is the address that is wrong,
//! and not the keys that seem to be missing.

use std::collections::{BTreeMap, BTreeSet};

use super::load::kind_words;
use crate::diagnostic::{Diagnostic, Diagnostics, Sources, Span};
use crate::document::{Entry, Scale, Table, Value, is_note};
use crate::text::did_you_mean;

/// Says what a layer below has to do with keys that are missing: another kind gave way, or a sibling is spelt alike. All
/// keys that one wrong address lacks are one mistake.
pub(super) fn explain(mistakes: Diagnostics, tree: &Table, sources: &Sources) -> Diagnostics {
    let mut explained = Diagnostics::new();
    let mut caused: BTreeMap<Option<Span>, (Cause, Vec<Diagnostic>)> = BTreeMap::new();
    for mistake in mistakes {
        let path = mistake.span.filter(|_| is_lack(&mistake)).and_then(|span| path_to(tree, span));
        match path.and_then(|path| cause(tree, &path, sources)) {
            Some(cause) => {
                caused.entry(mistake.span).or_insert_with(|| (cause, Vec::new())).1.push(mistake);
            }
            None => explained.push(mistake),
        }
    }
    for (span, (cause, lacks)) in caused {
        explained.push(told(span, &cause, &lacks));
    }
    explained
}

fn is_lack(mistake: &Diagnostic) -> bool {
    ["missing-key", "no-kind"].contains(&mistake.code)
}

/// Why keys are missing.
enum Cause {
    /// The thing had this kind, said at this place, before a later layer said another.
    OtherKind { thing: String, kind: String, place: Span },
    /// The address of a thing of this file is spelt alike.
    Misspelt { meant: String, file: String },
}

fn told(span: Option<Span>, cause: &Cause, lacks: &[Diagnostic]) -> Diagnostic {
    let message = lacks.first().map_or("", |lack| lack.message.as_str());
    let mistake = Diagnostic::error("missing-key", span, format!("{message}{}", others(&lacks[1..])));
    let mistake = match lacks.len() {
        1 => mistake.label(lacks[0].label.clone()),
        _ => mistake.label("they are missing here"),
    };
    match cause {
        Cause::OtherKind { thing, kind, place } => mistake
            .related(*place, format!("`{thing}` was `{kind}` here"))
            .help(format!("to change what is there, say `{thing}.{kind}`; another kind replaces all of it")),
        Cause::Misspelt { meant, file } => {
            mistake.help(format!("did you mean `{meant}`, which {file} defines?"))
        }
    }
}

/// The keys that further mistakes found missing: `, nor …`.
fn others(lacks: &[Diagnostic]) -> String {
    let keys: Vec<&str> =
        lacks.iter().filter_map(|lack| lack.label.strip_suffix(" is missing here")).collect();
    if keys.is_empty() { String::new() } else { format!(", nor {}", keys.join(", ")) }
}

fn cause(tree: &Table, path: &[&Entry], sources: &Sources) -> Option<Cause> {
    let address = |depth: usize| path[..depth].iter().map(|e| e.key.as_str()).collect::<Vec<_>>().join(".");
    for (depth, entry) in path.iter().enumerate() {
        if let Some(old) = entry.replaced.as_deref().filter(|old| old.key != entry.key) {
            return Some(Cause::OtherKind {
                thing: address(depth),
                kind: old.key.clone(),
                place: old.key_span,
            });
        }
    }
    let mut siblings = tree;
    for (depth, entry) in path.iter().enumerate() {
        let elsewhere = |other: &&Entry| other.key_span.file != entry.key_span.file && !is_note(&other.key);
        let others: Vec<&Entry> = siblings.entries.iter().filter(elsewhere).collect();
        let close = did_you_mean(&entry.key, others.iter().map(|other| other.key.as_str()));
        if let Some(other) = close.and_then(|close| others.iter().find(|other| other.key == close))
            && depth > 0
        {
            let file = sources.get(other.key_span.file)?.name().to_owned();
            return Some(Cause::Misspelt { meant: format!("{}.{}", address(depth), other.key), file });
        }
        match &entry.node.value {
            Value::Table(inner) => siblings = inner,
            _ => break,
        }
    }
    None
}

/// The entries that lead to the table whose key stands at a place.
fn path_to(table: &Table, span: Span) -> Option<Vec<&Entry>> {
    for entry in &table.entries {
        if entry.key_span == span {
            return Some(vec![entry]);
        }
        let Value::Table(inner) = &entry.node.value else { continue };
        if let Some(mut path) = path_to(inner, span) {
            path.insert(0, entry);
            return Some(path);
        }
    }
    None
}

/// Something that a stress says and the base scenario does not.
struct New<'a> {
    address: String,
    entry: &'a Entry,
    /// What stands in its place.
    siblings: Vec<&'a str>,
}

/// In place of keys that seem to be missing in a stress: the base scenario has no such thing.
pub(super) fn explain_stress(mistakes: Diagnostics, base: &Table, set: &Table) -> Diagnostics {
    let mut new = Vec::new();
    collect(base, set, "", &mut new);
    let mut explained = Diagnostics::new();
    let mut lacks: Vec<Vec<Diagnostic>> = vec![Vec::new(); new.len()];
    for mistake in mistakes {
        let span = mistake.span.filter(|_| is_lack(&mistake));
        let place = span.and_then(|span| new.iter().position(|new| holds(new.entry, span)));
        match place {
            Some(place) => lacks[place].push(mistake),
            None => explained.push(mistake),
        }
    }
    for (new, lacks) in new.iter().zip(lacks).filter(|(_, lacks)| !lacks.is_empty()) {
        explained.push(not_in_base(new, &lacks));
    }
    explained
}

fn collect<'a>(base: &'a Table, set: &'a Table, above: &str, new: &mut Vec<New<'a>>) {
    for entry in set.entries.iter().filter(|entry| !is_note(&entry.key)) {
        let address = if above.is_empty() { entry.key.clone() } else { format!("{above}.{}", entry.key) };
        let nothing = const { &Table { entries: Vec::new() } };
        match (base.get(&entry.key).map(|node| &node.value), &entry.node.value) {
            (Some(Value::Table(there)), Value::Table(inner)) => collect(there, inner, &address, new),
            // A whole family may be new: it is its members that are not there.
            (None, Value::Table(inner)) if above.is_empty() => collect(nothing, inner, &address, new),
            (None, _) if !above.is_empty() => {
                let siblings = base.entries.iter().map(|e| e.key.as_str()).filter(|key| !is_note(key));
                new.push(New { address, entry, siblings: siblings.collect() });
            }
            _ => {}
        }
    }
}

fn holds(entry: &Entry, span: Span) -> bool {
    let inside = |node: &Value| match node {
        Value::Table(table) => table.entries.iter().any(|entry| holds(entry, span)),
        Value::List(items) => items.iter().any(|item| {
            (item.span.file, item.span.start) == (span.file, span.start)
                || matches!(&item.value, Value::Table(table) if table.entries.iter().any(|e| holds(e, span)))
        }),
        _ => false,
    };
    entry.key_span == span || entry.node.span == span || inside(&entry.node.value)
}

fn not_in_base(new: &New, lacks: &[Diagnostic]) -> Diagnostic {
    let key = new.entry.key.as_str();
    let (above, _) = new.address.rsplit_once(&format!(".{key}")).unwrap_or_default();
    let words = kind_words();
    let group = words.iter().find(|group| group.contains(&key));
    let kind = group.and_then(|group| new.siblings.iter().find(|sibling| group.contains(sibling)));
    if let Some(kind) = kind {
        let message = format!("in the base scenario `{above}` is `{kind}`, not `{key}`");
        return Diagnostic::error("other-kind", new.entry.key_span, message)
            .label("a stress changes what is there, or brings the whole of another kind")
            .help(format!("did you mean `{above}.{kind}`?"));
    }
    let message = format!("the base scenario has no `{}`", new.address);
    let mistake = Diagnostic::error("unknown-id", new.entry.key_span, message)
        .label("a stress changes what is there, or brings something whole");
    match did_you_mean(key, new.siblings.iter().copied()) {
        Some(close) => mistake.help(format!("did you mean `{close}`?")),
        None if new.siblings.is_empty() => mistake.help(whole(lacks)),
        None => mistake.help(format!("there are: {}", new.siblings.join(", "))).help(whole(lacks)),
    }
}

/// What would make a new thing whole.
fn whole(lacks: &[Diagnostic]) -> String {
    let first = lacks.first().map_or("", |lack| lack.message.as_str());
    format!("to bring a new one: {first}{}", others(&lacks[1..]))
}

/// Factors at whose address no number or path stands. Without `numbers` the tree could not be read, and only what is not
/// even written is surely not there.
pub(super) fn unknown_scales(
    scales: &[Scale],
    tree: &Table,
    numbers: Option<&BTreeSet<String>>,
) -> Diagnostics {
    let mut mistakes = Diagnostics::new();
    for scale in scales.iter().filter(|scale| numbers.is_none_or(|known| !known.contains(&scale.address))) {
        match (absent(tree, scale), numbers) {
            (Some(depth), _) if depth < 2 || numbers.is_some() => {
                mistakes.push(not_scalable(scale, depth, tree, numbers));
            }
            (None, Some(numbers)) => mistakes.push(no_number(scale, numbers)),
            _ => {}
        }
    }
    mistakes
}

/// The first key of an address that is not written; a list has no keys to look for.
fn absent(tree: &Table, scale: &Scale) -> Option<usize> {
    let mut table = tree;
    for (depth, (key, _)) in scale.keys.iter().enumerate() {
        match table.get(key).map(|node| &node.value) {
            None => return Some(depth),
            Some(Value::Table(inner)) => table = inner,
            Some(_) => return None,
        }
    }
    None
}

fn not_scalable(scale: &Scale, depth: usize, tree: &Table, numbers: Option<&BTreeSet<String>>) -> Diagnostic {
    let address =
        |depth: usize| scale.keys[..=depth].iter().map(|(key, _)| key.as_str()).collect::<Vec<_>>().join(".");
    let mut table = tree;
    for (key, _) in &scale.keys[..depth] {
        if let Some(Value::Table(inner)) = table.get(key).map(|node| &node.value) {
            table = inner;
        }
    }
    let (key, span) = &scale.keys[depth];
    let siblings = table.entries.iter().map(|entry| entry.key.as_str()).filter(|key| !is_note(key));
    let near = did_you_mean(key, siblings)
        .or_else(|| did_you_mean(&scale.address, numbers.into_iter().flatten().map(String::as_str)));
    let mistake =
        Diagnostic::error("unknown-address", *span, format!("the base scenario has no `{}`", address(depth)))
            .label("a factor acts on a number or path that is there");
    match near {
        Some(near) => mistake.help(format!("did you mean `{near}`?")),
        None => mistake.help("`explain` and `run --draws` show the addresses of a scenario"),
    }
}

fn no_number(scale: &Scale, numbers: &BTreeSet<String>) -> Diagnostic {
    /// A few are enough to see how addresses go on.
    const SHOWN: usize = 5;
    let span = scale.keys.last().map(|(_, span)| *span);
    let inside: Vec<String> = numbers
        .iter()
        .filter(|address| address.starts_with(&format!("{}.", scale.address)))
        .map(|address| format!("`{address}`"))
        .collect();
    let more = inside.len().saturating_sub(SHOWN);
    let shown = inside.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    let shown = if more > 0 { format!("{shown} and {more} more") } else { shown };
    let help = if inside.is_empty() {
        "`explain` and `run --draws` show the addresses of a scenario".into()
    } else {
        format!("numbers and paths inside are: {shown}")
    };
    Diagnostic::error("unknown-address", span, format!("no number stands at `{}`", scale.address))
        .label("a factor acts on a number or path")
        .help(help)
}
