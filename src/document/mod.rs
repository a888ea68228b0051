//! A scenario file as a tree whose nodes know where they stand, and the reader that turns a table of it into a type.
//!
//! A type is read by one function that asks a [`Reader`] for its keys. The same function, run without a document,
//! describes the type: its keys, units, defaults and meanings. So the decoder, the JSON Schema and the `list` command
//! cannot drift apart.

mod csv;
mod dated;
mod decode;
mod files;
mod merge;
mod node;
mod parse;
mod plugin;
mod provenance;
mod reader;
mod several;
mod shape;
mod word;

pub use csv::{Columns, read_columns};
pub use dated::Dated;
pub use decode::{
    At, Decode, Either, Flag, Id, ListOf, MapOf, MonthOf, Reference, TableOf, Text, Title, TitleOf, Whole,
};
pub use files::{Files, Unreadable};
pub use merge::{KindWords, lay_over, lay_over_scenario, put_beside};
pub use node::{Entry, Node, Table, Value};
pub use parse::{parse_toml, parse_value};
pub use plugin::{Plugin, Plugins, plugin_names};
pub(crate) use provenance::is_note;
pub use provenance::{Evidence, Origin, Provenance};
pub use reader::{Found, Reader, Scale, Scope, Use};
pub use several::{OneOf, Several};
pub use shape::{Field, Here, Need, Shape};
pub use word::WordOf;
