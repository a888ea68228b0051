//! Plug-ins: a thing that comes in kinds names its kind as its only key.

use super::decode::{At, Decode};
use super::node::{Entry, Value};
use super::reader::{Reader, notes_are_right};
use super::shape::{Field, Shape};
use crate::diagnostic::Diagnostic;
use crate::text::did_you_mean;

/// One kind of a family: the line of the registry that feeds decoder, schema, `list` and the sweeping tests.
pub struct Plugin<T> {
    /// The key in the scenario.
    pub name: &'static str,
    /// One sentence for `list`.
    pub meaning: &'static str,
    /// An example as it stands in a scenario; a test reads it.
    pub example: &'static str,
    /// Reads the parameters.
    pub read: fn(&mut Reader) -> Option<T>,
}

/// The names of a registry.
pub fn plugin_names<T>(plugins: &[Plugin<T>]) -> Vec<&'static str> {
    plugins.iter().map(|plugin| plugin.name).collect()
}

impl<T> Plugin<T> {
    /// The parameters, described: a table of keys, or a list or an id that stands behind the name itself.
    pub fn shape(&self) -> Shape {
        Reader::shape_of(self.read)
    }

    /// The keys of its table, or of each table of its list.
    pub fn fields(&self) -> Vec<Field> {
        match self.shape() {
            Shape::Table(fields) => fields,
            Shape::List(each) => match *each {
                Shape::Table(fields) => fields,
                _ => Vec::new(),
            },
            _ => Vec::new(),
        }
    }
}

/// A table that holds exactly one kind of a registry, as in `[supply.tokyo.rented]`.
pub struct Plugins<T: 'static>(pub &'static [Plugin<T>], pub &'static str);

impl<T> Decode for Plugins<T> {
    type Value = T;

    fn decode(&self, at: &At<'_>) -> Option<T> {
        let Self(plugins, noun) = self;
        let names = plugin_names(plugins).join(", ");
        let Value::Table(table) = &at.node.value else {
            at.refuse("wrong-type", &format!("a {noun} with its kind as key: {names}"));
            return None;
        };
        let kinds: Vec<_> = table.entries.iter().filter(|e| !super::provenance::is_note(&e.key)).collect();
        let named = |key: &str| plugins.iter().find(|plugin| plugin.name == key);
        // A misspelt kind beside a right one is misspelt, not a second kind.
        let mut known = true;
        for unknown in kinds.iter().filter(|kind| named(&kind.key).is_none()) {
            at.scope.push(unknown_kind(noun, unknown, &plugin_names(plugins)));
            known = false;
        }
        match kinds.as_slice() {
            _ if !known => None,
            [only] => {
                let place = At { key_span: Some(only.key_span), ..at.inside(&only.key, &only.node) };
                let value = named(&only.key).and_then(|plugin| place.read(plugin.read));
                value.filter(|_| notes_are_right(at, table))
            }
            [] => {
                at.refuse("no-kind", &format!("a {noun} with its kind as key: {names}"));
                None
            }
            [first, second, ..] => {
                at.scope.push(
                    Diagnostic::error(
                        "two-kinds",
                        second.key_span,
                        format!("`{}` names two kinds: `{}` and `{}`", at.address, first.key, second.key),
                    )
                    .label("a second kind")
                    .related(first.key_span, "the first kind")
                    .help("keep one of the two"),
                );
                None
            }
        }
    }

    fn shape(&self) -> Shape {
        Shape::Kinds(self.0.iter().map(|plugin| (plugin.name, plugin.shape())).collect())
    }
}

pub(super) fn unknown_kind(noun: &str, found: &Entry, names: &[&str]) -> Diagnostic {
    let message = format!("`{}` is not a kind of {noun}", found.key);
    Diagnostic::error("unknown-kind", found.key_span, message)
        .label(format!("expected one of: {}", names.join(", ")))
        .help_if(
            did_you_mean(&found.key, names.iter().copied()).map(|close| format!("did you mean `{close}`?")),
        )
}
