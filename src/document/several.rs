//! Several where elsewhere there is one: a table that holds any of the kinds of a registry, and a value alone for a list of one.

use super::decode::{At, Decode};
use super::node::Value;
use super::plugin::{Plugin, plugin_names, unknown_kind};
use super::reader::notes_are_right;
use super::shape::{Field, Need, Shape};

/// A table with at least one kind of a registry, as in `when = { date = "2028-01", shed = { … } }`.
pub struct Several<T: 'static>(pub &'static [Plugin<T>], pub &'static str);

impl<T> Decode for Several<T> {
    /// In the order of the registry, whatever the order in the file.
    type Value = Vec<T>;

    fn decode(&self, at: &At<'_>) -> Option<Vec<T>> {
        let Self(plugins, noun) = self;
        let names = plugin_names(plugins).join(", ");
        let Value::Table(table) = &at.node.value else {
            at.refuse("wrong-type", &format!("a table with one {noun} or more: {names}"));
            return None;
        };
        let mut whole = true;
        let kinds: Vec<_> = table.entries.iter().filter(|e| !super::provenance::is_note(&e.key)).collect();
        for kind in &kinds {
            if plugins.iter().all(|plugin| plugin.name != kind.key) {
                at.scope.push(unknown_kind(noun, kind, &plugin_names(plugins)));
                whole = false;
            }
        }
        if kinds.is_empty() {
            at.refuse("no-kind", &format!("at least one {noun}: {names}"));
            return None;
        }
        let mut found = Vec::new();
        for plugin in *plugins {
            let Some(kind) = kinds.iter().find(|kind| kind.key == plugin.name) else { continue };
            let place = At { key_span: Some(kind.key_span), ..at.inside(&kind.key, &kind.node) };
            match place.read(plugin.read) {
                Some(value) => found.push(value),
                None => whole = false,
            }
        }
        (whole && notes_are_right(at, table)).then_some(found)
    }

    fn shape(&self) -> Shape {
        let field = |plugin: &Plugin<T>| Field {
            key: plugin.name,
            need: Need::Optional,
            shape: plugin.shape(),
            meaning: plugin.meaning,
        };
        Shape::Table(self.0.iter().map(field).collect())
    }
}

/// A single value where a list of one is meant.
pub struct OneOf<D>(pub D);

impl<D: Decode> Decode for OneOf<D> {
    type Value = Vec<D::Value>;

    fn decode(&self, at: &At<'_>) -> Option<Self::Value> {
        self.0.decode(at).map(|value| vec![value])
    }

    fn shape(&self) -> Shape {
        self.0.shape()
    }
}
