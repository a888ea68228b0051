//! Decoders of single values: each reads a node and describes itself.

use super::node::{Node, Value};
use super::provenance::{Notes, Origin};
use super::reader::{Reader, Scope, notes_are_right};
use super::shape::{Field, Need, Shape};
use crate::calendar::YearMonth;
use crate::diagnostic::{Diagnostic, Span};
use crate::units::Kind;

/// Reads one value, or describes what it would read.
pub trait Decode {
    /// What comes out.
    type Value;
    /// Reads a node; `None` means that a mistake was noted.
    fn decode(&self, at: &At<'_>) -> Option<Self::Value>;
    /// What a node may be.
    fn shape(&self) -> Shape;
}

/// A node and how it was reached.
#[derive(Clone)]
pub struct At<'a> {
    /// The node.
    pub node: &'a Node,
    /// The dotted keys that lead to it.
    pub address: String,
    /// Where its key stands.
    pub key_span: Option<Span>,
    /// Where its figures come from, unless they say otherwise.
    pub(crate) notes: Notes,
    /// What inner quantities are, where an outer key decides it (the parameters of a distribution).
    pub kind: Option<&'static Kind>,
    /// Where mistakes go.
    pub scope: &'a Scope<'a>,
}

impl<'a> At<'a> {
    /// The root of a scenario.
    pub fn root(node: &'a Node, scope: &'a Scope<'a>) -> Self {
        Self { node, address: String::new(), key_span: None, notes: Notes::default(), kind: None, scope }
    }

    /// The value of a key of the table at this place.
    #[must_use]
    pub fn inside(&self, key: &str, node: &'a Node) -> At<'a> {
        let address =
            if self.address.is_empty() { key.to_owned() } else { format!("{}.{key}", self.address) };
        let notes = match &node.value {
            Value::Table(table) => self.notes.inside(table, self.scope),
            _ => self.notes.clone(),
        };
        At { node, address, key_span: None, notes, kind: self.kind, scope: self.scope }
    }

    /// Reads the table at this place.
    pub fn read<T>(self, read: impl FnOnce(&mut Reader) -> Option<T>) -> Option<T> {
        Reader::read(self, read)
    }

    /// Notes that something else was expected here.
    pub fn refuse(&self, code: &'static str, expected: &str) {
        let found = self.node.value.describe();
        let message = format!("`{}` is {found}", self.address);
        self.scope
            .push(Diagnostic::error(code, self.node.span, message).label(format!("expected {expected}")));
    }

    /// The value's name, place and source.
    pub fn origin(&self) -> Origin {
        Origin {
            address: self.address.clone(),
            span: self.node.span,
            written: self.node.value.written(),
            provenance: self.notes.of(self.node.span.file, self.scope),
        }
    }

    pub(super) fn in_words(&self) -> String {
        if self.address.is_empty() { String::new() } else { format!(" in `{}`", self.address) }
    }

    pub(super) fn lacks(&self, key: &str) -> String {
        if self.address.is_empty() {
            format!("the scenario does not say `{key}`")
        } else {
            format!("`{}` does not say `{key}`", self.address)
        }
    }
}

/// A string; the text says what it is for.
pub struct Text(pub &'static str);

impl Decode for Text {
    type Value = String;

    fn decode(&self, at: &At<'_>) -> Option<String> {
        let Value::Text(text) = &at.node.value else {
            at.refuse("wrong-type", &format!("a string: {}", self.0));
            return None;
        };
        Some(text.clone())
    }

    fn shape(&self) -> Shape {
        Shape::Text(self.0)
    }
}

/// `true` or `false`.
pub struct Flag;

impl Decode for Flag {
    type Value = bool;

    fn decode(&self, at: &At<'_>) -> Option<bool> {
        let Value::Flag(flag) = at.node.value else {
            at.refuse("wrong-type", "true or false");
            return None;
        };
        Some(flag)
    }

    fn shape(&self) -> Shape {
        Shape::Flag
    }
}

/// An integer between two bounds, both allowed.
pub struct Whole(pub i64, pub i64);

impl Decode for Whole {
    type Value = i64;

    fn decode(&self, at: &At<'_>) -> Option<i64> {
        match at.node.value {
            Value::Integer(number) if (self.0..=self.1).contains(&number) => Some(number),
            _ => {
                at.refuse("out-of-range", &format!("a whole number from {} to {}", self.0, self.1));
                None
            }
        }
    }

    fn shape(&self) -> Shape {
        Shape::Whole(self.0, self.1)
    }
}

/// The id of something else, still to be looked up.
#[derive(Clone, Debug)]
pub struct Reference {
    /// The id: `chat`, or `vendor/llm`.
    pub id: String,
    /// Where it stands.
    pub span: Span,
}

impl Reference {
    /// The two halves of `vendor/llm` or `vendor/gpu`.
    pub fn halves(&self) -> Option<(&str, &str)> {
        self.id.split_once('/')
    }
}

/// Reads the id of a member of a family.
pub struct Id(pub &'static str);

impl Decode for Id {
    type Value = Reference;

    fn decode(&self, at: &At<'_>) -> Option<Reference> {
        let Value::Text(id) = &at.node.value else {
            at.refuse("wrong-type", &format!("the id of a {}", self.0));
            return None;
        };
        let id = Reference { id: id.clone(), span: at.node.span };
        at.scope.note_use(&at.address, self.0, &id);
        Some(id)
    }

    fn shape(&self) -> Shape {
        Shape::Id(self.0)
    }
}

/// A list; a single value stands for a list of one where the language allows it.
pub struct ListOf<D>(pub D);

impl<D: Decode> Decode for ListOf<D> {
    type Value = Vec<D::Value>;

    fn decode(&self, at: &At<'_>) -> Option<Vec<D::Value>> {
        let Value::List(items) = &at.node.value else {
            at.refuse("wrong-type", "a list");
            return None;
        };
        let read: Vec<_> = items
            .iter()
            .enumerate()
            .map(|(i, item)| self.0.decode(&at.inside(&i.to_string(), item)))
            .collect();
        read.into_iter().collect()
    }

    fn shape(&self) -> Shape {
        Shape::List(Box::new(self.0.shape()))
    }
}

/// A table read by a function.
pub struct TableOf<T>(pub fn(&mut Reader) -> Option<T>);

impl<T> Decode for TableOf<T> {
    type Value = T;

    fn decode(&self, at: &At<'_>) -> Option<T> {
        at.clone().read(self.0)
    }

    fn shape(&self) -> Shape {
        Reader::shape_of(self.0)
    }
}

/// A table whose keys are ids, in the order of the file.
pub struct MapOf<D>(pub &'static str, pub D);

impl<D: Decode> Decode for MapOf<D> {
    type Value = Vec<(Reference, D::Value)>;

    fn decode(&self, at: &At<'_>) -> Option<Self::Value> {
        let Value::Table(table) = &at.node.value else {
            at.refuse("wrong-type", &format!("a table of {}s by id", self.0));
            return None;
        };
        let mut whole = notes_are_right(at, table).then(Vec::new);
        for entry in table.entries.iter().filter(|entry| !super::provenance::is_note(&entry.key)) {
            let place = At { key_span: Some(entry.key_span), ..at.inside(&entry.key, &entry.node) };
            let id = valid_id(&entry.key).then(|| Reference { id: entry.key.clone(), span: entry.key_span });
            if id.is_none() {
                at.scope.push(
                    Diagnostic::error("bad-id", entry.key_span, format!("`{}` is not an id", entry.key))
                        .label("expected a-z, 0-9, - and . only, 60 of them at most"),
                );
            }
            match (self.1.decode(&place), id) {
                (Some(value), Some(id)) => {
                    if let Some(list) = whole.as_mut() {
                        list.push((id, value));
                    }
                }
                _ => whole = None,
            }
        }
        whole
    }

    fn shape(&self) -> Shape {
        Shape::Map(self.0, Box::new(self.1.shape()))
    }
}

fn valid_id(id: &str) -> bool {
    (1..=60).contains(&id.len())
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-' || b == b'.')
}

/// Either of two forms; the test says whether a node is of the first.
pub struct Either<A, B>(pub fn(&Value) -> bool, pub A, pub B);

impl<T, A: Decode<Value = T>, B: Decode<Value = T>> Decode for Either<A, B> {
    type Value = T;

    fn decode(&self, at: &At<'_>) -> Option<T> {
        if self.0(&at.node.value) { self.1.decode(at) } else { self.2.decode(at) }
    }

    fn shape(&self) -> Shape {
        Shape::Any(vec![self.1.shape(), self.2.shape()])
    }
}

/// What people call something, in one language or two.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Title {
    /// In English, or in the only language given.
    pub en: String,
    /// In Japanese.
    pub ja: Option<String>,
}

/// Reads a title: a string, or `{ en, ja }`.
pub struct TitleOf;

impl Decode for TitleOf {
    type Value = Title;

    fn decode(&self, at: &At<'_>) -> Option<Title> {
        match &at.node.value {
            Value::Text(text) => Some(Title { en: text.clone(), ja: None }),
            _ => at.clone().read(|t| {
                let en = t.required("en", Text("title"), "in English");
                let ja = t.optional("ja", Text("title"), "in Japanese");
                Some(Title { en: en?, ja: ja? })
            }),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Any(vec![
            Shape::Text("title"),
            Shape::Table(vec![
                Field { key: "en", need: Need::Required, shape: Shape::Text("title"), meaning: "in English" },
                Field {
                    key: "ja",
                    need: Need::Optional,
                    shape: Shape::Text("title"),
                    meaning: "in Japanese",
                },
            ]),
        ])
    }
}

/// Reads a month: `"2027-04"`, or a day in it.
pub struct MonthOf;

impl Decode for MonthOf {
    type Value = YearMonth;

    fn decode(&self, at: &At<'_>) -> Option<YearMonth> {
        let Value::Text(text) = &at.node.value else {
            at.refuse("wrong-type", "a month as a string, such as \"2027-04\"");
            return None;
        };
        YearMonth::parse_month_or_day(text)
            .map_err(|malformed| {
                let message = format!("`{}`: {}", at.address, malformed.message);
                let label = format!("expected {}", malformed.expected);
                at.scope.push(Diagnostic::error("bad-date", at.node.span, message).label(label));
            })
            .ok()
    }

    fn shape(&self) -> Shape {
        Shape::Pattern("2027-04", "^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$")
    }
}
