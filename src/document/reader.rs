//! Reads a table key by key, collects every mistake, and describes itself when there is no document.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use super::decode::{At, Decode, Reference};
use super::files::{Files, Unreadable};
use super::node::{Entry, Table, Value};
use super::parse::parse_value;
use super::provenance::{NOTES, Notes, Provenance, is_note};
use super::shape::{Field, Need, Shape};
use crate::diagnostic::{Diagnostic, Diagnostics, FileId, Sources, Span};
use crate::text::did_you_mean;
use crate::units::Kind;

/// What all readers of one scenario share: where mistakes go, what each file says of its sources, and further files.
#[derive(Default)]
pub struct Scope<'f> {
    mistakes: RefCell<Diagnostics>,
    notes: BTreeMap<u32, Provenance>,
    sources: RefCell<Sources>,
    files: Option<&'f dyn Files>,
    scales: Vec<Scale>,
    numbers: RefCell<BTreeSet<String>>,
    uses: RefCell<Vec<Use>>,
}

/// A factor on the number or path at an address.
#[derive(Clone, Debug)]
pub struct Scale {
    /// The dotted keys of the number or path.
    pub address: String,
    /// What it is multiplied by.
    pub factor: f64,
    /// Where each key of the address stands.
    pub keys: Vec<(String, Span)>,
}

/// The id of something, where it is used.
#[derive(Clone, Debug)]
pub struct Use {
    /// The dotted keys of the value that says it.
    pub address: String,
    /// What the reader took it for: `traffic`.
    pub family: &'static str,
    /// The id and its place.
    pub id: Reference,
}

/// What decoding a tree found beside its value.
pub struct Found {
    /// What was found wrong.
    pub mistakes: Diagnostics,
    /// All files that were read.
    pub sources: Sources,
    /// Addresses of the numbers and paths that could be read.
    pub numbers: BTreeSet<String>,
    /// Every use of an id that could be read, whether or not what stands around it could.
    pub uses: Vec<Use>,
}

impl<'f> Scope<'f> {
    /// A scope for files with these file-wide notes (source, date, evidence), in a folder that holds more of them.
    pub fn new(notes: BTreeMap<u32, Provenance>, sources: Sources, files: &'f dyn Files) -> Self {
        Self { notes, sources: RefCell::new(sources), files: Some(files), ..Self::default() }
    }

    /// A scope that only knows what files say of their sources.
    pub fn noting(notes: BTreeMap<u32, Provenance>) -> Self {
        Self { notes, ..Self::default() }
    }

    /// Multiplies the numbers and paths at these addresses.
    #[must_use]
    pub fn scaling(self, scales: &[Scale]) -> Self {
        Self { scales: scales.to_vec(), ..self }
    }

    /// The factor on the number or path at an address, if there is one. Each number and path asks once it is read.
    pub fn scale(&self, address: &str) -> Option<f64> {
        self.numbers.borrow_mut().insert(address.to_owned());
        self.scales.iter().find(|scale| scale.address == address).map(|scale| scale.factor)
    }

    /// Takes note that an id is used.
    pub(super) fn note_use(&self, address: &str, family: &'static str, id: &Reference) {
        self.uses.borrow_mut().push(Use { address: address.to_owned(), family, id: id.clone() });
    }

    /// Takes note of a mistake.
    pub fn push(&self, mistake: Diagnostic) {
        self.mistakes.borrow_mut().push(mistake);
    }

    /// What was found wrong.
    pub fn into_mistakes(self) -> Diagnostics {
        self.mistakes.into_inner()
    }

    /// All that was found.
    pub fn into_found(self) -> Found {
        Found {
            mistakes: self.mistakes.into_inner(),
            sources: self.sources.into_inner(),
            numbers: self.numbers.into_inner(),
            uses: self.uses.into_inner(),
        }
    }

    /// The notes at the top of a file.
    pub(super) fn of_file(&self, file: FileId) -> Provenance {
        self.notes.get(&file.0).cloned().unwrap_or_default()
    }

    /// The text of a file of the scenario's folder, read once however many keys name it.
    pub(super) fn open(&self, path: &str) -> Result<(FileId, String), Unreadable> {
        let known = |sources: &Sources| {
            let (file, source) = sources.iter().find(|(_, source)| source.name() == path)?;
            Some((file, source.text().to_owned()))
        };
        if let Some(found) = known(&self.sources.borrow()) {
            return Ok(found);
        }
        let files = self.files.ok_or_else(|| Unreadable {
            code: "no-folder",
            message: format!("`{path}` cannot be read: this text stands in no folder"),
            help: None,
        })?;
        let text = files.read(path)?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        Ok((self.sources.borrow_mut().add(path, text.clone()), text))
    }
}

/// A value being read, or a type being described. Most are tables that are read key by key.
pub struct Reader<'a> {
    at: Option<At<'a>>,
    fields: Vec<Field>,
    /// What the value is, where it is no table of these fields.
    value: Option<Shape>,
    whole: bool,
}

#[allow(
    clippy::needless_pass_by_value,
    reason = "decoders are a word or two, and read best where they are named"
)]
impl<'a> Reader<'a> {
    fn new(at: Option<At<'a>>) -> Self {
        Self { at, fields: Vec::new(), value: None, whole: true }
    }

    /// Describes the keys of a type by running its reading function without a document.
    pub fn describe<T>(read: impl FnOnce(&mut Reader) -> Option<T>) -> Vec<Field> {
        let mut reader = Reader::new(None);
        let _ = read(&mut reader);
        reader.fields
    }

    /// Describes a type that may be something else than a table of keys.
    pub fn shape_of<T>(read: impl FnOnce(&mut Reader) -> Option<T>) -> Shape {
        let mut reader = Reader::new(None);
        let _ = read(&mut reader);
        reader.value.unwrap_or(Shape::Table(reader.fields))
    }

    /// Reads the value at a place; keys that the function did not ask for are refused.
    pub(super) fn read<T>(at: At<'a>, read: impl FnOnce(&mut Reader) -> Option<T>) -> Option<T> {
        let mut reader = Reader::new(Some(at));
        let value = read(&mut reader);
        let complete = reader.refuse_the_rest();
        value.filter(|_| complete)
    }

    /// The value itself, where it is no table of keys: a list, an id, a table of dates.
    pub fn value<D: Decode>(&mut self, decode: D) -> Option<D::Value> {
        self.value = Some(if self.at.is_some() { Shape::Flag } else { decode.shape() });
        decode.decode(self.at.as_ref()?)
    }

    /// A key that must be there.
    pub fn required<D: Decode>(
        &mut self,
        key: &'static str,
        decode: D,
        meaning: &'static str,
    ) -> Option<D::Value> {
        self.describe_field(key, Need::Required, &decode, meaning);
        let (at, table) = self.table()?;
        if let Some(entry) = table.entry(key) {
            return self.decode_entry(entry, &decode);
        }
        let place = Span { end: at.node.span.end.min(at.node.span.start + 1), ..at.node.span };
        at.scope.push(
            Diagnostic::error("missing-key", at.key_span.unwrap_or(place), at.lacks(key))
                .label(format!("`{key}` is missing here"))
                .help(format!("add `{key} = {}`: {meaning}", example(&decode.shape()))),
        );
        self.whole = false;
        None
    }

    /// A key that may be absent. The outer `None` means that it is there and wrong.
    #[allow(
        clippy::option_option,
        reason = "absent and wrong are different, and both end the reading differently"
    )]
    pub fn optional<D: Decode>(
        &mut self,
        key: &'static str,
        decode: D,
        meaning: &'static str,
    ) -> Option<Option<D::Value>> {
        self.describe_field(key, Need::Optional, &decode, meaning);
        let (_, table) = self.table()?;
        match table.entry(key) {
            Some(entry) => self.decode_entry(entry, &decode).map(Some),
            None => Some(None),
        }
    }

    /// A key with a default, which is read as if it had been written.
    pub fn or<D: Decode>(
        &mut self,
        key: &'static str,
        default: &'static str,
        decode: D,
        meaning: &'static str,
    ) -> Option<D::Value> {
        self.describe_field(key, Need::Default(default), &decode, meaning);
        let (at, table) = self.table()?;
        if let Some(entry) = table.entry(key) {
            return self.decode_entry(entry, &decode);
        }
        let mut node = parse_value(at.node.span.file, default, 0);
        node.span = at.key_span.unwrap_or(at.node.span);
        let mut place = at.inside(key, &node);
        place.notes = Notes::of_default(node.span.file);
        decode.decode(&place)
    }

    /// The place being read; `None` while describing.
    pub fn place(&self) -> Option<&At<'a>> {
        self.at.as_ref()
    }

    /// Whether a key was written.
    pub fn has(&self, key: &str) -> bool {
        self.table().is_some_and(|(_, table)| table.get(key).is_some())
    }

    /// Refuses what was read at a key, for a reason that only several keys together show.
    pub fn refuse(&mut self, key: &str, code: &'static str, message: &str, help: &str) {
        self.whole = false;
        let Some(at) = &self.at else { return };
        let span = match &at.node.value {
            Value::Table(table) => {
                table.get(key).map_or(at.key_span.unwrap_or(at.node.span), |node| node.span)
            }
            _ if self.value.is_some() => at.node.span,
            _ => return, // that it is no table of keys says it all
        };
        at.scope.push(Diagnostic::error(code, span, message.to_owned()).help(help.to_owned()));
    }

    fn table(&self) -> Option<(&At<'a>, &'a Table)> {
        let at = self.at.as_ref()?;
        match &at.node.value {
            Value::Table(table) => Some((at, table)),
            _ => None,
        }
    }

    fn decode_entry<D: Decode>(&self, entry: &'a Entry, decode: &D) -> Option<D::Value> {
        let mut place = self.at.as_ref()?.inside(&entry.key, &entry.node);
        place.key_span = Some(entry.key_span);
        decode.decode(&place)
    }

    fn describe_field<D: Decode>(
        &mut self,
        key: &'static str,
        need: Need,
        decode: &D,
        meaning: &'static str,
    ) {
        let shape = if self.at.is_some() { Shape::Flag } else { decode.shape() };
        self.fields.push(Field { key, need, shape, meaning });
    }

    fn refuse_the_rest(&self) -> bool {
        let Some(at) = &self.at else { return true };
        let Value::Table(table) = &at.node.value else {
            if self.value.is_none() {
                at.refuse("wrong-type", "a table");
            }
            return self.whole && self.value.is_some();
        };
        let known: Vec<&str> = self.fields.iter().map(|field| field.key).collect();
        let mut whole = self.whole;
        for entry in table
            .entries
            .iter()
            .filter(|e| self.value.is_none() && !is_note(&e.key) && !known.contains(&e.key.as_str()))
        {
            let mut mistake = Diagnostic::error(
                "unknown-key",
                entry.key_span,
                format!("unknown key `{}`{}", entry.key, at.in_words()),
            );
            let all = known.iter().copied().chain(NOTES);
            mistake = match did_you_mean(&entry.key, all) {
                Some(close) => {
                    mistake.label("not a key of this table").help(format!("did you mean `{close}`?"))
                }
                None => mistake
                    .label("not a key of this table")
                    .help(format!("keys here are: {}", known.join(", "))),
            };
            at.scope.push(mistake);
            whole = false;
        }
        whole & notes_are_right(at, table)
    }
}

/// Checks what a table says of its source.
pub(super) fn notes_are_right(at: &At<'_>, table: &Table) -> bool {
    table.entries.iter().filter(|e| is_note(&e.key)).fold(true, |right, note| right & check_note(at, note))
}

fn check_note(at: &At<'_>, entry: &Entry) -> bool {
    let place = At { key_span: Some(entry.key_span), ..at.inside(&entry.key, &entry.node) };
    match &entry.node.value {
        Value::Text(word) if entry.key == "evidence" => {
            let known = super::provenance::Evidence::from_word(word).is_some();
            if !known {
                place.refuse(
                    "unknown-evidence",
                    "one of \"read\", \"secondhand\", \"computed\", \"recalled\", \"assumed\"",
                );
            }
            known
        }
        Value::Text(_) => true,
        _ => {
            place.refuse("wrong-type", "a string");
            false
        }
    }
}

fn written_example(kind: &Kind) -> String {
    if kind.accepts_bare_number() && kind.example.parse::<f64>().is_ok() {
        kind.example.to_owned()
    } else {
        format!("\"{}\"", kind.example)
    }
}

fn example(shape: &Shape) -> String {
    match shape {
        Shape::Quantity(kind) | Shape::Number(kind) | Shape::Path(kind) => written_example(kind),
        Shape::Text(what) | Shape::Pattern(what, _) => format!("\"{what}\""),
        Shape::Words(words) => format!("\"{}\"", words.first().unwrap_or(&"")),
        Shape::Here(_) | Shape::Scenario => "…".into(),
        Shape::Factors => "2".into(),
        Shape::Currency => "\"JPY\"".into(),
        Shape::Id(family) => format!("\"id of a {family}\""),
        Shape::Flag => "true".into(),
        Shape::Whole(low, _) => low.to_string(),
        Shape::List(inner) => format!("[{}]", example(inner)),
        Shape::Table(_) | Shape::Map(..) => "{ … }".into(),
        Shape::Kinds(kinds) => {
            kinds.first().map_or("{ … }".into(), |(name, _)| format!("{{ {name} = {{ … }} }}"))
        }
        Shape::Any(shapes) => shapes.first().map_or(String::new(), example),
    }
}
