//! The tree of a scenario file: values with the place they came from.

use crate::diagnostic::Span;

/// A value and where it stands.
#[derive(Clone, Debug)]
pub struct Node {
    /// Where the value stands.
    pub span: Span,
    /// The value itself.
    pub value: Value,
}

/// What a TOML or JSON file can hold.
#[derive(Clone, Debug)]
pub enum Value {
    /// A string.
    Text(String),
    /// An integer.
    Integer(i64),
    /// A float, with the text it was written as (an underflow to zero must not pass for a zero).
    Float {
        /// The nearest 64-bit float.
        value: f64,
        /// As written.
        written: String,
    },
    /// `true` or `false`.
    Flag(bool),
    /// A native TOML date or time, which the language refuses: dates are strings.
    Date(String),
    /// An array.
    List(Vec<Node>),
    /// A table.
    Table(Table),
}

impl Value {
    /// What the value is, in words for a message.
    pub fn describe(&self) -> String {
        match self {
            Self::Text(text) => format!("the string {text:?}"),
            Self::Integer(number) => format!("the number {number}"),
            Self::Float { written, .. } => format!("the number {written}"),
            Self::Flag(flag) => format!("the flag {flag}"),
            Self::Date(date) => format!("the TOML date {date}"),
            Self::List(_) => "a list".into(),
            Self::Table(_) => "a table".into(),
        }
    }

    /// The value on one line, as a person would write it.
    pub fn written(&self) -> String {
        match self {
            Self::Text(text) => format!("\"{text}\""),
            Self::Integer(number) => number.to_string(),
            Self::Float { written, .. } => written.clone(),
            Self::Flag(flag) => flag.to_string(),
            Self::Date(date) => date.clone(),
            Self::List(items) => {
                let items: Vec<_> = items.iter().map(|item| item.value.written()).collect();
                format!("[{}]", items.join(", "))
            }
            Self::Table(table) => {
                let entries: Vec<_> =
                    table.entries.iter().map(|e| format!("{} = {}", e.key, e.node.value.written())).collect();
                format!("{{ {} }}", entries.join(", "))
            }
        }
    }
}

/// A table in the order of its file.
#[derive(Clone, Debug, Default)]
pub struct Table {
    /// Keys and values.
    pub entries: Vec<Entry>,
}

/// One key of a table.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The key.
    pub key: String,
    /// Where the key stands.
    pub key_span: Span,
    /// Its value.
    pub node: Node,
    /// What an earlier layer said in its place.
    pub replaced: Option<Box<Entry>>,
}

impl Entry {
    /// Keeps what this entry takes the place of, behind what it replaced before.
    pub(super) fn remember(&mut self, old: Entry) {
        match &mut self.replaced {
            Some(replaced) => replaced.remember(old),
            none => *none = Some(Box::new(old)),
        }
    }
}

impl Table {
    /// The value of a key.
    pub fn get(&self, key: &str) -> Option<&Node> {
        self.entry(key).map(|entry| &entry.node)
    }

    /// A key with its value.
    pub fn entry(&self, key: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.key == key)
    }

    /// A key with its value, to change.
    pub fn entry_mut(&mut self, key: &str) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.key == key)
    }

    /// Takes a key out.
    pub fn remove(&mut self, key: &str) -> Option<Entry> {
        let place = self.entries.iter().position(|entry| entry.key == key)?;
        Some(self.entries.remove(place))
    }
}
