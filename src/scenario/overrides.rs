//! `--set ADDRESS=VALUE`: one value replaced, after everything else is merged.

use super::decode::describe;
use crate::diagnostic::{Diagnostic, Diagnostics, FileId, Sources, Span};
use crate::document::{Entry, KindWords, Node, Shape, Table, Value, lay_over_scenario, parse_value};
use crate::text::did_you_mean;

/// Lays each override over the tree; the command line is shown like a file named `--set`.
pub(super) fn apply(
    tree: &mut Table,
    set: &[String],
    kinds: &KindWords,
    sources: &mut Sources,
    mistakes: &mut Diagnostics,
) {
    if set.is_empty() {
        return;
    }
    let file = sources.add("--set", set.join("\n"));
    let mut offset = 0;
    for text in set {
        match read(file, text, offset) {
            Ok((address, value)) => match refuse_unknown(tree, &address) {
                None => lay_over_scenario(tree, nest(&address, value), kinds),
                Some(mistake) => mistakes.push(mistake),
            },
            Err(mistake) => mistakes.push(*mistake),
        }
        offset += text.len() + 1;
    }
}

type Address = Vec<(String, Span)>;

fn read(file: FileId, text: &str, offset: usize) -> Result<(Address, Node), Box<Diagnostic>> {
    let whole = Span::new(file, offset as u32..(offset + text.len()) as u32);
    let refuse = |message: &str| {
        let mistake = Diagnostic::error("bad-override", whole, message.to_owned());
        Box::new(mistake.label("expected ADDRESS=VALUE, such as traffic.chat.growth=\"8 % /month\""))
    };
    let (address, value) = text.split_once('=').ok_or_else(|| refuse("an override has no `=`"))?;
    let mut start = offset;
    let mut keys = Vec::new();
    for key in address.split('.') {
        let span = Span::new(file, start as u32..(start + key.len()) as u32);
        start += key.len() + 1;
        let key = key.trim().trim_matches('"');
        if key.is_empty() {
            return Err(refuse("an address has an empty key"));
        }
        keys.push((key.to_owned(), span));
    }
    Ok((keys, parse_value(file, value.trim_start(), offset + text.len() - value.trim_start().len())))
}

/// An override of a thing that is not there is most likely misspelt.
fn refuse_unknown(tree: &Table, address: &Address) -> Option<Diagnostic> {
    let mut table = tree;
    for (depth, (key, span)) in address.iter().enumerate() {
        let Some(node) = table.get(key) else {
            // A family and an id must exist; a key of a known thing may be new, and the decoder judges it.
            if depth >= 2 || address.len() == 1 || is_single(&address[0].0) {
                return None;
            }
            let names = table.entries.iter().map(|entry| entry.key.as_str());
            let close = did_you_mean(key, names).map(|close| format!("did you mean `{close}`?"));
            return Some(
                Diagnostic::error("unknown-address", *span, format!("the scenario has no `{key}` here"))
                    .label("an override changes a thing that is there")
                    .help_if(close),
            );
        };
        let Value::Table(inner) = &node.value else { return None };
        table = inner;
    }
    None
}

/// Whether a key of a scenario holds one thing (`budget`, `run`), and not many by id.
fn is_single(key: &str) -> bool {
    describe().iter().any(|field| field.key == key && !matches!(field.shape, Shape::Map(..)))
}

fn nest(address: &Address, value: Node) -> Table {
    let mut node = value;
    for (key, span) in address.iter().rev() {
        let entry = Entry { key: key.clone(), key_span: *span, node, replaced: None };
        node = Node { span: *span, value: Value::Table(Table { entries: vec![entry] }) };
    }
    match node.value {
        Value::Table(table) => table,
        _ => Table::default(),
    }
}
