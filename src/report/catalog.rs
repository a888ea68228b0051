//! What exists, from the registries themselves.

use serde_json::{Value, json};

use super::table::{Align, table, wrapped};
use crate::document::{Field, Here, Need, Plugin, Shape};
use crate::units::Kind;

/// One thing that a scenario can name, or that a run produces.
pub struct Item {
    /// Its name.
    pub name: String,
    /// What it is.
    pub meaning: String,
    /// How it stands in a scenario; empty where it does not.
    pub example: &'static str,
    /// Its keys.
    pub keys: Vec<Key>,
}

/// A key of a thing.
pub struct Key {
    /// With the keys around it: `rates.input`.
    pub name: String,
    /// `required`, `optional`, or its default.
    pub need: String,
    /// What it may hold.
    pub holds: String,
    /// What it means.
    pub meaning: &'static str,
}

impl Item {
    /// Something without keys.
    pub fn plain(name: &str, meaning: impl Into<String>) -> Self {
        Self { name: name.to_owned(), meaning: meaning.into(), example: "", keys: Vec::new() }
    }

    /// A kind of a registry.
    pub fn of<T>(plugin: &Plugin<T>) -> Self {
        let mut keys = Vec::new();
        describe("", &plugin.fields(), &mut keys);
        Self {
            name: plugin.name.to_owned(),
            meaning: plugin.meaning.to_owned(),
            example: plugin.example,
            keys,
        }
    }

    /// As JSON.
    pub fn json(&self) -> Value {
        let keys = self.keys.iter().map(
            |key| json!({ "key": key.name, "need": key.need, "holds": key.holds, "meaning": key.meaning }),
        );
        let mut item = json!({ "name": self.name, "meaning": self.meaning });
        if !self.example.is_empty() {
            item["example"] = self.example.into();
            item["keys"] = keys.collect();
        }
        item
    }
}

/// The items as text that fits so many columns.
pub fn text(items: &[Item], columns: usize) -> String {
    if items.iter().all(|item| item.keys.is_empty()) {
        let longest = items.iter().map(|item| item.name.chars().count()).max().unwrap_or(0);
        let room = columns.saturating_sub(longest + 2).max(30);
        let line = |item: &Item| {
            let meaning =
                wrapped(&item.meaning, room).replace('\n', &format!("\n{}", " ".repeat(longest + 2)));
            format!("{:longest$}  {meaning}", item.name)
        };
        return items.iter().map(line).collect::<Vec<_>>().join("\n");
    }
    items.iter().map(|item| one(item, columns)).collect::<Vec<_>>().join("\n\n")
}

fn one(item: &Item, columns: usize) -> String {
    let indented = |text: &str| text.lines().map(|line| format!("    {line}")).collect::<Vec<_>>().join("\n");
    let mut text = format!(
        "{}: {}\n{}",
        item.name,
        item.meaning,
        indented(&wrapped(item.example, columns.saturating_sub(4).max(40)))
    );
    if !item.keys.is_empty() {
        let rows = item.keys.iter().map(|key| {
            let holds = wrapped(&key.holds, 34);
            vec![
                key.name.clone(),
                wrapped(&key.need, 20),
                holds,
                wrapped(key.meaning, columns.saturating_sub(86).max(24)),
            ]
        });
        let header = ["key", "", "holds", "meaning"].map(String::from).to_vec();
        text.push_str("\n\n");
        text.push_str(&indented(&table(header, rows.collect(), &[Align::Left; 4])));
    }
    text
}

/// The keys of a table, those of tables inside it with their whole name.
fn describe(prefix: &str, fields: &[Field], keys: &mut Vec<Key>) {
    for field in fields {
        let name = format!("{prefix}{}", field.key);
        let need = match field.need {
            Need::Required => "required".to_owned(),
            Need::Optional | Need::Default("{}" | "[]") => "optional".to_owned(),
            Need::Default(default) => format!("default {default}"),
        };
        keys.push(Key { name: name.clone(), need, holds: holds(&field.shape), meaning: field.meaning });
        match &field.shape {
            Shape::Table(inner) => describe(&format!("{name}."), inner, keys),
            Shape::List(each) => {
                if let Shape::Table(inner) = &**each {
                    describe(&format!("{name}[]."), inner, keys);
                }
            }
            Shape::Map(_, inner) => {
                if let Shape::Table(inner) = &**inner {
                    describe(&format!("{name}.<id>."), inner, keys);
                }
            }
            _ => {}
        }
    }
}

fn holds(shape: &Shape) -> String {
    match shape {
        Shape::Text(what) | Shape::Pattern(what, _) => format!("text: {what}"),
        Shape::Words(words) => format!("one of {}", words.join(", ")),
        Shape::Here(Here::Quantity) => "in the unit of the key".into(),
        Shape::Here(Here::Number) => "in the unit of the key; may be uncertain".into(),
        Shape::Here(Here::Path) => "in the unit of the key; may move over time".into(),
        Shape::Scenario => "keys of a scenario".into(),
        Shape::Factors => "a factor above 0".into(),
        Shape::Currency => "text: code of ISO 4217".into(),
        Shape::Flag => "true or false".into(),
        Shape::Whole(low, high) => format!("whole number, {low} to {high}"),
        Shape::Id(family) => format!("id of a {family}"),
        Shape::Quantity(kind) => format!("{}; certain", expected(kind)),
        Shape::Number(kind) => expected(kind),
        Shape::Path(kind) => format!("{}; may move over time", expected(kind)),
        Shape::List(inner) => format!("list: {}", holds(inner)),
        Shape::Table(_) => "table".into(),
        Shape::Map(what, inner) => match **inner {
            Shape::Table(_) => format!("table by {what}"),
            _ => format!("table by {what}: {}", holds(inner)),
        },
        Shape::Kinds(kinds) => {
            format!("one of: {}", kinds.iter().map(|(name, _)| *name).collect::<Vec<_>>().join(", "))
        }
        Shape::Any(shapes) => shapes.iter().map(holds).collect::<Vec<_>>().join("; or "),
    }
}

fn expected(kind: &Kind) -> String {
    kind.expected()
}
