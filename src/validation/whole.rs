//! Figures by the whole engine: from a scenario's text to findings.

use crate::analysis::{Findings, findings};
use crate::engine::{Settings, simulate};
use crate::model::{Model, resolve};
use crate::scenario::{Files, PARTS, Unreadable, load};

/// A scenario, files beside it, and the built-in parts in its folder.
struct Beside<'a> {
    text: &'a str,
    files: &'a [(&'a str, &'a str)],
}

/// The name that a scenario is loaded by.
const NAME: &str = "published.toml";

impl Files for Beside<'_> {
    fn read(&self, path: &str) -> Result<String, Unreadable> {
        let part = PARTS.iter().find(|part| part.name == path).map(|part| part.text);
        let beside = self.files.iter().find(|(name, _)| *name == path).map(|(_, text)| *text);
        let text = if path == NAME { Some(self.text) } else { part.or(beside) };
        text.map(str::to_owned).ok_or_else(|| Unreadable {
            code: "no-such-file",
            message: format!("there is no file `{path}`"),
            help: None,
        })
    }
}

/// The model of a scenario; none where it has a mistake.
pub(super) fn model(text: &str, files: &[(&str, &str)], set: &[String]) -> Option<Model> {
    resolve(&load(&Beside { text, files }, NAME, set).scenario?).0
}

/// What a scenario without uncertain inputs comes to; none where it has a mistake.
pub(super) fn found(text: &str, files: &[(&str, &str)], set: &[String]) -> Option<Findings> {
    let model = model(text, files, set)?;
    let outcomes = simulate(&model, &Settings { paths: 2, ..Settings::default() }, &()).ok()?;
    Some(findings(&model, outcomes))
}
