//! Loads the files of a scenario and merges them: parent, then parts, then the scenario itself, then overrides.

use std::collections::{BTreeMap, BTreeSet};

use super::decode::Scenario;
use super::read::{Decoder, stresses_of};
use super::trail::Written;
use super::{catalog, like, overrides, unused};
use crate::diagnostic::{Diagnostic, Diagnostics, FileId, Source, Sources, Span};
use crate::distribution::FAMILIES;
use crate::document::{
    Entry, Files, Node, Provenance, Table, Title, Unreadable, Value, lay_over_scenario, parse_toml,
    plugin_names, put_beside,
};
use crate::process;
use crate::supply;
use crate::text::did_you_mean;

/// What loading gave: a scenario unless there are errors, what was found wrong, and the texts to show it in.
pub struct Loaded {
    /// The scenario; absent if a mistake prevents it.
    pub scenario: Option<Scenario>,
    /// Its stresses, each as a whole scenario.
    pub stresses: Vec<Stressed>,
    /// All values as they were written; absent if the files cannot be merged.
    pub written: Option<Written>,
    /// Mistakes and warnings.
    pub diagnostics: Diagnostics,
    /// All files that were read, in the order of reading; CSV files come last.
    pub sources: Sources,
}

/// A scenario under a stress.
pub struct Stressed {
    /// The id of the stress.
    pub id: String,
    /// What people call it.
    pub title: Title,
    /// The scenario with the stress laid over it.
    pub scenario: Scenario,
}

/// Files of one scenario at the most.
const MOST_FILES: usize = 200;
/// How deep parts may use parts.
const DEEPEST: usize = 8;

/// Loads the scenario in a file, with overrides from the command line (`ADDRESS=VALUE`).
pub fn load(files: &dyn Files, path: &str, set: &[String]) -> Loaded {
    let mut loader = Loader {
        files,
        sources: Sources::new(),
        mistakes: Diagnostics::new(),
        notes: BTreeMap::new(),
        read: Vec::new(),
        copied: BTreeSet::new(),
        lost: BTreeSet::new(),
        whole: true,
    };
    let tree = loader.scenario(path, None, 0).map(|mut tree| {
        overrides::apply(&mut tree, set, &kind_words(), &mut loader.sources, &mut loader.mistakes);
        tree
    });
    let Loader { sources, mistakes, notes, copied, lost, whole, .. } = loader;
    let mut decoder = Decoder { files, notes: notes.clone(), sources, mistakes, lost, copied, whole };
    let mut scenario = tree.as_ref().and_then(|tree| decoder.base(tree));
    if let (Some(tree), Some(scenario)) = (&tree, &mut scenario) {
        scenario.unused = unused::unused(tree, &decoder.copied, FileId(0));
    }
    let mut stresses = Vec::new();
    if let Some(tree) = &tree {
        for (id, stress) in stresses_of(tree) {
            stresses.extend(decoder.stressed(tree, &id, &stress));
        }
    }
    let Decoder { sources, mut mistakes, .. } = decoder;
    let whole = !mistakes.has_errors();
    if !whole {
        // Nobody will resolve what could be read, so what it names is judged now.
        let read = scenario.iter().chain(stresses.iter().map(|stressed| &stressed.scenario));
        read.for_each(|scenario| mistakes.extend(scenario.unknown.clone()));
    }
    let stresses = if whole { stresses } else { Vec::new() };
    let written = tree.map(|tree| Written::new(tree, notes));
    Loaded { scenario: scenario.filter(|_| whole), stresses, written, diagnostics: mistakes, sources }
}

/// Words of which one table holds one.
pub(super) fn kind_words() -> Vec<Vec<&'static str>> {
    let mut numbers = plugin_names(FAMILIES);
    numbers.extend(plugin_names(process::KINDS));
    numbers.extend(["value", "share_of"]);
    vec![
        numbers,
        plugin_names(supply::KINDS),
        plugin_names(supply::PURCHASES),
        plugin_names(crate::finance::METHODS),
        plugin_names(crate::lever::KINDS),
        plugin_names(crate::contract::KINDS),
        plugin_names(crate::training::KINDS),
        plugin_names(crate::serving::EVIDENCE),
        plugin_names(crate::serving::ATTENTIONS),
        crate::demand::INPUT.to_vec(),
        crate::demand::OUTPUT.to_vec(),
    ]
}

struct Loader<'a> {
    files: &'a dyn Files,
    sources: Sources,
    mistakes: Diagnostics,
    notes: BTreeMap<u32, Provenance>,
    read: Vec<String>,
    /// Addresses of what a `like` copies.
    copied: BTreeSet<String>,
    /// Addresses of what should have been a copy and could not be.
    lost: BTreeSet<String>,
    /// Whether every file could be read.
    whole: bool,
}

impl Loader<'_> {
    /// A scenario file with its parent and its parts.
    fn scenario(&mut self, path: &str, named_at: Option<Span>, depth: usize) -> Option<Table> {
        let mut own = self.open(path, named_at, depth)?;
        let mut tree = match own.remove("extends") {
            None => Table::default(),
            Some(Entry { node: Node { value: Value::Text(parent), span }, .. }) => {
                self.scenario(&parent, Some(span), depth + 1)?
            }
            Some(entry) => {
                self.mistakes.push(
                    Diagnostic::error("wrong-type", entry.node.span, "`extends` is not the name of a file")
                        .label("expected a string"),
                );
                return None;
            }
        };
        let mut parts = Table::default();
        self.parts(&mut own, &mut parts, depth);
        unused::copied(&parts, "", &mut self.copied);
        like::resolve(&mut parts, &kind_words(), &mut self.lost, &mut self.mistakes);
        lay_over_scenario(&mut tree, parts, &kind_words());
        lay_over_scenario(&mut tree, own, &kind_words());
        unused::copied(&tree, "", &mut self.copied);
        like::resolve(&mut tree, &kind_words(), &mut self.lost, &mut self.mistakes);
        Some(tree)
    }

    /// The parts that a file uses, and those that they use.
    fn parts(&mut self, own: &mut Table, parts: &mut Table, depth: usize) {
        let Some(uses) = own.remove("use") else { return };
        let Value::List(list) = uses.node.value else {
            self.mistakes.push(
                Diagnostic::error("wrong-type", uses.node.span, "`use` is not a list")
                    .label("expected a list of files"),
            );
            return;
        };
        for item in list {
            let Value::Text(path) = &item.value else {
                self.mistakes.push(
                    Diagnostic::error("wrong-type", item.span, "this is not the name of a file")
                        .label("expected a string"),
                );
                continue;
            };
            let user = self.sources.get(item.span.file).map_or("", Source::name);
            let path = catalog::beside(user, path);
            if self.read.contains(&path) {
                continue;
            }
            if let Some(mut part) = self.open(&path, Some(item.span), depth + 1) {
                self.parts(&mut part, parts, depth + 1);
                self.refuse_scenario_keys(&part);
                put_beside(parts, part, "", &mut self.mistakes);
            }
        }
    }

    /// The text of a built-in part or of a file.
    fn text(&self, path: &str) -> Result<String, Unreadable> {
        if !path.starts_with(catalog::PREFIX) {
            return self.files.read(path);
        }
        catalog::text(path).map(str::to_owned).ok_or_else(|| {
            let names = catalog::PARTS.iter().map(|part| part.name);
            let close = did_you_mean(path.trim_start_matches(catalog::PREFIX), names.clone());
            Unreadable {
                code: "no-such-part",
                message: format!("`{path}` is not built in"),
                help: Some(match close {
                    Some(close) => format!("did you mean `{}{close}`?", catalog::PREFIX),
                    None => format!("built in are: {}", names.collect::<Vec<_>>().join(", ")),
                }),
            }
        })
    }

    /// Reads and parses one file; its notes about sources count for the file only.
    fn open(&mut self, path: &str, named_at: Option<Span>, depth: usize) -> Option<Table> {
        let opened = self.read_table(path, named_at, depth);
        self.whole &= opened.is_some();
        opened
    }

    fn read_table(&mut self, path: &str, named_at: Option<Span>, depth: usize) -> Option<Table> {
        let refuse = |code, message: String| Diagnostic::error(code, named_at, message);
        if depth > DEEPEST {
            let mistake = refuse("too-deep", format!("files use files more than {DEEPEST} deep"));
            self.mistakes.push(mistake.help("let the scenario itself list the files that it needs"));
            return None;
        }
        if self.read.iter().any(|read| read == path) {
            let mistake = refuse("circular", format!("`{path}` extends itself, in the end"));
            self.mistakes.push(
                mistake
                    .label("this leads back to a file that is being read")
                    .help("let both extend a third scenario that holds what they share"),
            );
            return None;
        }
        if self.read.len() == MOST_FILES {
            let mistake = refuse("too-many-files", format!("a scenario has more than {MOST_FILES} files"));
            self.mistakes.push(mistake.help("put facts that belong together into one file"));
            return None;
        }
        self.read.push(path.to_owned());
        let text = match self.text(path) {
            Ok(text) => text,
            Err(why) => {
                self.mistakes.push(refuse(why.code, why.message).help_if(why.help));
                return None;
            }
        };
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let file = self.sources.add(path, text.clone());
        let before = self.mistakes.len();
        let root = parse_toml(file, &text, &mut self.mistakes);
        if self.mistakes.len() > before {
            return None;
        }
        let Value::Table(mut table) = root.value else { return None };
        self.notes.insert(file.0, Provenance::of(&table, &Provenance::default()));
        for note in ["source", "as_of", "evidence", "note"] {
            table.remove(note);
        }
        Some(table)
    }

    fn refuse_scenario_keys(&mut self, part: &Table) {
        const SCENARIO_ONLY: [&str; 5] = ["title", "currency", "start", "months", "extends"];
        for entry in part.entries.iter().filter(|entry| SCENARIO_ONLY.contains(&entry.key.as_str())) {
            let message = format!("`{}` belongs into a scenario, and this file is used as a part", entry.key);
            let mistake = Diagnostic::error("scenario-key-in-part", entry.key_span, message);
            self.mistakes
                .push(mistake.help("take it out here; a scenario that extends another says `extends`"));
        }
    }
}
