//! The language as a JSON Schema, made of what the decoders say of themselves.
//!
//! It judges one file at a time, and a file may be a part of a scenario: so keys of families are never required, while a
//! distribution, a path or a purchase is whole wherever it stands. What only shows when files meet (references, limits, sums)
//! is for `check`.

use serde_json::{Map, Value, json};

use super::decode::describe;
use super::limits::Statistic;
use crate::distribution::FAMILIES;
use crate::document::{Evidence, Field, Here, Need, Shape};
use crate::process;
use crate::units::{self, Currency, KINDS, Kind, Support};

/// The schema of a scenario file.
pub fn schema() -> Value {
    let mut writer = Writer { definitions: Map::new() };
    let mut properties = writer.properties(&describe());
    properties.insert(
        "use".into(),
        json!({ "type": "array", "items": { "type": "string" }, "description": "parts that this file uses" }),
    );
    properties.insert(
        "extends".into(),
        json!({ "type": "string", "description": "the scenario that this one changes" }),
    );
    json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "tokencast scenario",
        "description": "A scenario or a part of one. Quantities are strings with units, such as \"2 USD /Mtok\".",
        "type": "object",
        "properties": properties,
        "additionalProperties": false,
        "$defs": writer.definitions,
    })
}

struct Writer {
    definitions: Map<String, Value>,
}

impl Writer {
    /// Properties of a table: its keys, and those that any table may hold.
    fn properties(&mut self, fields: &[Field]) -> Map<String, Value> {
        let mut properties = notes();
        for field in fields {
            let mut value = self.shape(&field.shape, None);
            if let Some(object) = value.as_object_mut() {
                object.insert("description".into(), field.meaning.into());
                if let Need::Default(default) = field.need {
                    object.insert("default".into(), default.into());
                }
            }
            properties.insert(field.key.into(), value);
        }
        properties
    }

    /// A table inside a value, whole: what is required is required.
    fn whole_table(&mut self, fields: &[Field], kind: Option<&'static Kind>) -> Value {
        let mut properties = notes();
        for field in fields {
            properties.insert(field.key.into(), self.shape(&field.shape, kind));
        }
        let needed = fields.iter().filter(|field| field.need == Need::Required);
        let required: Vec<&str> = needed.map(|field| field.key).collect();
        json!({ "type": "object", "properties": properties, "required": required, "additionalProperties": false })
    }

    /// `kind` is what inner quantities are, inside a distribution or path.
    fn shape(&mut self, shape: &Shape, kind: Option<&'static Kind>) -> Value {
        let inner = kind.unwrap_or(&units::FACTOR);
        match shape {
            Shape::Text(_) | Shape::Id(_) => json!({ "type": "string" }),
            Shape::Words(words) => json!({ "enum": words }),
            Shape::Pattern(_, pattern) => json!({ "type": "string", "pattern": pattern }),
            Shape::Flag => json!({ "type": "boolean" }),
            Shape::Whole(low, high) => json!({ "type": "integer", "minimum": low, "maximum": high }),
            Shape::Quantity(kind) => self.quantity(kind),
            Shape::Number(kind) => self.number(kind),
            Shape::Path(kind) => self.path(kind),
            Shape::Here(Here::Quantity) => self.quantity(inner),
            Shape::Here(Here::Number) => self.number(inner),
            Shape::Here(Here::Path) => self.path(inner),
            Shape::List(of) => json!({ "type": "array", "items": self.shape(of, kind) }),
            Shape::Table(fields) if kind.is_some() => self.whole_table(fields, kind),
            Shape::Table(fields) => {
                json!({ "type": "object", "properties": self.properties(fields), "additionalProperties": false })
            }
            Shape::Map(noun, of) => self.map(noun, of, kind),
            Shape::Kinds(kinds) => {
                let mut properties = notes();
                for (name, of) in kinds {
                    properties.insert((*name).into(), self.shape(of, kind));
                }
                json!({ "type": "object", "properties": properties, "additionalProperties": false })
            }
            Shape::Any(shapes) => {
                json!({ "anyOf": shapes.iter().map(|of| self.shape(of, kind)).collect::<Vec<_>>() })
            }
            // What a stress lays over a scenario is judged like a file.
            Shape::Scenario => json!({ "$ref": "#" }),
            Shape::Factors => self.define("factors".into(), |_| {
                let factor = json!({ "type": "number", "exclusiveMinimum": 0 });
                let inner = json!({ "": { "$ref": "#/$defs/factors" } });
                let inner = json!({ "type": "object", "properties": {}, "patternProperties": inner });
                json!({ "anyOf": [factor, inner] })
            }),
            Shape::Currency => json!({ "enum": Currency::all().map(Currency::code).collect::<Vec<_>>() }),
        }
    }

    fn map(&mut self, noun: &str, of: &Shape, kind: Option<&'static Kind>) -> Value {
        let keys = match noun {
            "month" => r"^[0-9]{4}-[0-9]{2}(-[0-9]{2})?$".to_owned(),
            "currency" => one_of(Currency::all().map(Currency::code)),
            "statistic" => one_of(Statistic::WORDS.iter().map(|(word, _)| *word)),
            "address" => String::new(),
            _ => r"^[a-z0-9][a-z0-9.-]{0,59}$".to_owned(),
        };
        let mut value = self.shape(of, kind);
        // Members of a family may start as a copy of a sibling.
        if let Some(properties) = value.get_mut("properties").and_then(Value::as_object_mut) {
            properties.insert(
                "like".into(),
                json!({ "type": "string", "description": "starts as a copy of this sibling" }),
            );
        }
        json!({ "type": "object", "properties": notes(), "patternProperties": { keys: value }, "additionalProperties": false })
    }

    fn define(&mut self, name: String, make: impl FnOnce(&mut Self) -> Value) -> Value {
        let reference = json!({ "$ref": format!("#/$defs/{name}") });
        if !self.definitions.contains_key(&name) {
            // A placeholder ends the recursion of mixtures and products.
            self.definitions.insert(name.clone(), Value::Null);
            let made = make(self);
            self.definitions.insert(name, made);
        }
        reference
    }

    fn quantity(&mut self, kind: &'static Kind) -> Value {
        self.define(format!("quantity-{}", slug(kind)), |_| {
            let text =
                json!({ "type": "string", "pattern": units::pattern(kind), "description": kind.expected() });
            if !kind.accepts_bare_number() {
                return text;
            }
            let bare = match kind.support {
                Support::Share => json!({ "type": "number", "minimum": 0, "maximum": 1 }),
                Support::Positive => json!({ "type": "number", "minimum": 0 }),
                Support::Any => json!({ "type": "number" }),
            };
            json!({ "anyOf": [text, bare] })
        })
    }

    /// A quantity, one with a source of its own, or a distribution.
    fn number(&mut self, kind: &'static Kind) -> Value {
        self.define(format!("number-{}", slug(kind)), |writer| {
            let mut forms = vec![writer.quantity(kind), Self::valued(kind)];
            for family in FAMILIES {
                let inside = writer.shape(&family.shape(), Some(kind));
                forms.push(tagged(family.name, inside));
            }
            json!({ "anyOf": forms })
        })
    }

    fn path(&mut self, kind: &'static Kind) -> Value {
        self.define(format!("path-{}", slug(kind)), |writer| {
            let mut forms = vec![writer.number(kind)];
            for plugin in process::KINDS {
                let inside = writer.shape(&plugin.shape(), Some(kind));
                forms.push(tagged(plugin.name, inside));
            }
            json!({ "anyOf": forms })
        })
    }

    /// `{ value = … }` with a source of its own.
    fn valued(kind: &'static Kind) -> Value {
        let reference = json!({ "$ref": format!("#/$defs/number-{}", slug(kind)) });
        tagged("value", reference)
    }
}

/// A regular expression of one of these words.
fn one_of<'a>(words: impl Iterator<Item = &'a str>) -> String {
    format!("^({})$", words.collect::<Vec<_>>().join("|"))
}

/// A table with one kind as its key, and notes.
fn tagged(name: &str, inside: Value) -> Value {
    let mut properties = notes();
    properties.insert(name.into(), inside);
    json!({ "type": "object", "properties": properties, "required": [name], "additionalProperties": false })
}

/// Keys that any table may hold.
fn notes() -> Map<String, Value> {
    let evidence: Vec<&str> = Evidence::WORDS.iter().map(|(word, _)| *word).collect();
    let text = || json!({ "type": "string" });
    let keys =
        [("note", text()), ("source", text()), ("as_of", text()), ("evidence", json!({ "enum": evidence }))];
    keys.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

/// A name for the definitions of a kind.
fn slug(kind: &Kind) -> String {
    let listed = KINDS.iter().find(|(_, known)| *known == kind).map(|(name, _)| name.to_lowercase());
    let name = listed.unwrap_or_else(|| kind.noun.to_lowercase());
    name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect()
}
