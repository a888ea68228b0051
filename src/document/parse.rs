//! TOML text to the tree.

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::node::{Entry, Node, Table, Value};
use crate::diagnostic::{Diagnostic, Diagnostics, FileId, Span};

/// Parses a TOML file. Every syntax error is collected; what could be read is returned all the same.
pub fn parse_toml(file: FileId, text: &str, diagnostics: &mut Diagnostics) -> Node {
    let (root, errors) = DeTable::parse_recoverable(text);
    for error in errors {
        let range = error.span().unwrap_or(0..0);
        let twice = (error.message() == "duplicate key").then(|| text.get(range.clone())).flatten();
        let message = error.message().lines().collect::<Vec<_>>().join("; ");
        let place = span(file, &range);
        diagnostics.push(match twice {
            Some(key) => {
                Diagnostic::error("given-twice", place, format!("`{key}` is given twice in one table"))
                    .label("here a second time")
                    .help("keep one of the two")
            }
            None => Diagnostic::error("broken-toml", place, format!("this is not TOML: {message}"))
                .label("the file cannot be read from here"),
        });
    }
    let whole = span(file, &root.span());
    Node { span: whole, value: Value::Table(table(file, root.into_inner())) }
}

/// Parses the right side of `--set ADDRESS=VALUE`: a TOML value if it reads as one, else a string.
pub fn parse_value(file: FileId, text: &str, offset: usize) -> Node {
    let shift = |range: &std::ops::Range<usize>| span(file, &(range.start + offset..range.end + offset));
    match DeValue::parse(text) {
        Ok(parsed) => {
            let mut node = convert(file, parsed);
            shift_spans(&mut node, &shift);
            node
        }
        Err(_) => Node { span: shift(&(0..text.len())), value: Value::Text(text.to_owned()) },
    }
}

fn shift_spans(node: &mut Node, shift: &impl Fn(&std::ops::Range<usize>) -> Span) {
    let moved = |s: Span| shift(&(s.start as usize..s.end as usize));
    node.span = moved(node.span);
    match &mut node.value {
        Value::List(items) => items.iter_mut().for_each(|item| shift_spans(item, shift)),
        Value::Table(table) => {
            for entry in &mut table.entries {
                entry.key_span = moved(entry.key_span);
                shift_spans(&mut entry.node, shift);
            }
        }
        _ => {}
    }
}

fn table(file: FileId, source: DeTable<'_>) -> Table {
    let mut entries: Vec<Entry> = source
        .into_iter()
        .map(|(key, value)| Entry {
            key_span: span(file, &key.span()),
            key: key.into_inner().into_owned(),
            node: convert(file, value),
            replaced: None,
        })
        .collect();
    entries.sort_by_key(|entry| entry.key_span.start);
    Table { entries }
}

fn convert(file: FileId, source: Spanned<DeValue<'_>>) -> Node {
    let range = source.span();
    let value = match source.into_inner() {
        DeValue::String(text) => Value::Text(text.into_owned()),
        DeValue::Integer(number) => match i64::from_str_radix(number.as_str(), number.radix()) {
            Ok(value) => Value::Integer(value),
            Err(_) => float(number.as_str()),
        },
        DeValue::Float(number) => float(number.as_str()),
        DeValue::Boolean(flag) => Value::Flag(flag),
        DeValue::Datetime(date) => Value::Date(date.to_string()),
        DeValue::Array(items) => Value::List(items.into_iter().map(|item| convert(file, item)).collect()),
        DeValue::Table(entries) => Value::Table(table(file, entries)),
    };
    Node { span: span(file, &range), value }
}

fn float(written: &str) -> Value {
    Value::Float { value: written.parse().unwrap_or(f64::NAN), written: written.to_owned() }
}

fn span(file: FileId, range: &std::ops::Range<usize>) -> Span {
    Span { file, start: range.start as u32, end: range.end as u32 }
}
