//! What the tests of whole scenarios share: files from a folder or from memory, and the way from a file to findings.

use std::collections::BTreeMap;
use std::path::PathBuf;

use tokencast::analysis::{Findings, findings};
use tokencast::diagnostic::{Diagnostics, Sources, render};
use tokencast::engine::{Outcomes, Settings, simulate};
use tokencast::model::{Model, resolve};
use tokencast::scenario::{Files, Unreadable, load};

/// A folder of this repository; files in memory stand before those on disk.
pub(crate) struct Folder {
    root: PathBuf,
    memory: BTreeMap<String, String>,
}

impl Folder {
    pub(crate) fn at(path: &str) -> Self {
        Self { root: PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path), memory: BTreeMap::new() }
    }

    pub(crate) fn with(mut self, name: &str, text: &str) -> Self {
        self.memory.insert(name.to_owned(), text.to_owned());
        self
    }
}

impl Files for Folder {
    fn read(&self, path: &str) -> Result<String, Unreadable> {
        if let Some(text) = self.memory.get(path) {
            return Ok(text.clone());
        }
        std::fs::read_to_string(self.root.join(path)).map_err(|_| Unreadable {
            code: "no-file",
            message: format!("there is no file `{path}`"),
            help: Some("paths start at the folder of the scenario".into()),
        })
    }
}

/// All diagnostics as text, in the order of the files.
pub(crate) fn rendered(diagnostics: &Diagnostics, sources: &Sources) -> String {
    let texts: Vec<_> = diagnostics.iter().map(|diagnostic| render(diagnostic, sources, false)).collect();
    texts.join("\n\n")
}

/// Loads and resolves a scenario, with what there is to say about it.
pub(crate) fn resolved(files: &dyn Files, path: &str, set: &[&str]) -> (Option<Model>, String) {
    let set: Vec<String> = set.iter().map(|text| (*text).to_owned()).collect();
    let loaded = load(files, path, &set);
    let mut diagnostics = loaded.diagnostics;
    let model = loaded.scenario.and_then(|scenario| {
        let (model, more) = resolve(&scenario);
        diagnostics.extend(more);
        model
    });
    let text = rendered(&diagnostics, &loaded.sources);
    (model, text)
}

/// A model of a scenario about which there is nothing to say.
pub(crate) fn model(files: &dyn Files, path: &str, set: &[&str]) -> Model {
    let (model, diagnostics) = resolved(files, path, set);
    assert!(diagnostics.is_empty(), "{path}: {diagnostics}");
    model.unwrap()
}

/// A model of a scenario that is one text.
pub(crate) fn model_of(text: &str, set: &[&str]) -> Model {
    model(&Folder::at(".").with("scenario.toml", text), "scenario.toml", set)
}

pub(crate) fn outcomes(model: &Model, paths: u64) -> Outcomes {
    simulate(model, &Settings { paths, ..Settings::default() }, &()).unwrap()
}

pub(crate) fn found(model: &Model, paths: u64) -> Findings {
    findings(model, outcomes(model, paths))
}

/// The scenarios that are shipped, by name.
pub(crate) fn shipped() -> Vec<String> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut names: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            entry.unwrap().file_name().into_string().unwrap().strip_suffix(".toml").map(str::to_owned)
        })
        .collect();
    names.sort();
    names
}

/// Compares with a file that holds what is expected; `TOKENCAST_BLESS=1` writes it anew.
pub(crate) fn assert_blessed(path: &str, found: &str) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path);
    if std::env::var_os("TOKENCAST_BLESS").is_some() {
        std::fs::write(file, found).unwrap();
        return;
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default().replace("\r\n", "\n");
    assert!(
        expected == found,
        "{path} differs; if that is meant, run again with TOKENCAST_BLESS=1\n--- expected\n{expected}\n--- found\n{found}"
    );
}
