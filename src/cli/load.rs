//! From the command line to a model that can run.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::json;

use super::args::Input;
use super::exit::{Exit, Stop};
use super::files::Folder;
use super::terminal::Terminal;
use crate::diagnostic::{Diagnostics, Sources, to_json};
use crate::document::Title;
use crate::model::{Model, resolve};
use crate::report::display::{Lang, clean};
use crate::scenario::{Scenario, Written, load};

/// A scenario as far as it could be read, with all that was found wrong.
pub(super) struct Loaded {
    /// The scenario file, by its name.
    pub(super) file: String,
    /// Both are absent if there are errors.
    pub(super) ready: Option<(Scenario, Model)>,
    /// Its stresses: titles and models.
    pub(super) stresses: Vec<(Title, Model)>,
    /// All values as they were written.
    pub(super) written: Option<Written>,
    pub(super) diagnostics: Diagnostics,
    pub(super) sources: Sources,
    /// SHA-256 of every input file.
    pub(super) hashes: BTreeMap<String, String>,
}

/// Reads and resolves a scenario.
pub(super) fn read(input: &Input) -> Result<Loaded, Stop> {
    let folder = Folder::of(&input.scenario).ok_or_else(|| {
        Stop::new(Exit::InputOutput, format!("`{}` does not name a file", input.scenario.display()))
            .help("name a scenario file, such as scenario.toml")
    })?;
    let loaded = load(&folder, folder.scenario(), &input.set);
    let mut diagnostics = loaded.diagnostics;
    let stressed = || loaded.stresses.par_iter().map(|stressed| resolve(&stressed.scenario)).collect();
    let (base, stressed): (_, Vec<_>) = rayon::join(|| loaded.scenario.as_ref().map(resolve), stressed);
    let mut ready = None;
    if let (Some((model, found)), Some(scenario)) = (base, loaded.scenario) {
        diagnostics.extend(found);
        ready = model.map(|model| (scenario, model));
    }
    let mut stresses = Vec::new();
    for ((model, found), stressed) in stressed.into_iter().zip(loaded.stresses) {
        diagnostics.extend(found);
        stresses.extend(model.map(|mut model| {
            if let Some((_, base)) = &ready {
                model.program.share_plan(&base.program, model.timeline.length);
            }
            (stressed.title, model)
        }));
    }
    Ok(Loaded {
        file: folder.scenario().to_owned(),
        ready: ready.filter(|_| !diagnostics.has_errors()),
        stresses,
        written: loaded.written,
        diagnostics,
        sources: loaded.sources,
        hashes: folder.hashes(),
    })
}

/// Reads a scenario that is to run: shows what is wrong and stops if there are errors.
pub(super) fn read_valid(input: &Input, terminal: &mut Terminal) -> Result<(Loaded, Scenario, Model), Stop> {
    valid(read(input)?, terminal)
}

/// The same for a command that chooses among all that a scenario defines, whether a strategy uses it or not.
pub(super) fn read_to_choose(
    input: &Input,
    terminal: &mut Terminal,
) -> Result<(Loaded, Scenario, Model), Stop> {
    let mut loaded = read(input)?;
    loaded.diagnostics = std::mem::take(&mut loaded.diagnostics).without("unused-definition");
    valid(loaded, terminal)
}

/// What was read, if it can run; shows what is wrong and stops if there are errors.
pub(super) fn valid(mut loaded: Loaded, terminal: &mut Terminal) -> Result<(Loaded, Scenario, Model), Stop> {
    if let Some((scenario, model)) = loaded.ready.take() {
        terminal.show(&loaded.diagnostics, &loaded.sources);
        return Ok((loaded, scenario, model));
    }
    if !loaded.diagnostics.has_errors() {
        return Err(Stop::new(Exit::Bug, "the scenario became no model, and nobody said why"));
    }
    if terminal.json {
        let found = to_json(&loaded.diagnostics, &loaded.sources);
        terminal.print_json(&json!({ "scenario": loaded.file, "diagnostics": found }))?;
    } else {
        loaded.tell(terminal);
    }
    Err(Stop::silent(loaded.exit()))
}

impl Loaded {
    /// Shows what is wrong, and how much it is.
    pub(super) fn tell(&self, terminal: &mut Terminal) {
        terminal.show(&self.diagnostics, &self.sources);
        if self.exit() == Exit::Invalid {
            terminal.complain("error", &format!("{} has {}", self.file, self.verdict()), None);
        }
    }

    /// `nothing wrong`, `2 warnings`, `1 mistake and 2 warnings`.
    pub(super) fn verdict(&self) -> String {
        let (errors, warnings) = (self.diagnostics.errors().count(), self.diagnostics.warnings().count());
        match (errors, warnings) {
            (0, 0) => "nothing wrong".into(),
            (0, _) => count(warnings, "warning"),
            (_, 0) => count(errors, "mistake"),
            _ => format!("{} and {}", count(errors, "mistake"), count(warnings, "warning")),
        }
    }

    /// How the program ends if this cannot run: a scenario that cannot be read at all is no mistake in a scenario.
    pub(super) fn exit(&self) -> Exit {
        const OF_FILES: [&str; 4] = ["no-such-file", "unreadable", "folder", "no-regular-file"];
        let mut errors = self.diagnostics.errors().peekable();
        if errors.peek().is_none() {
            return Exit::Ok;
        }
        let no_file = errors.all(|mistake| mistake.span.is_none() && OF_FILES.contains(&mistake.code));
        if no_file { Exit::InputOutput } else { Exit::Invalid }
    }
}

/// `1 mistake`, `4 mistakes`.
pub(super) fn count(number: usize, noun: &str) -> String {
    match number {
        1 => format!("1 {noun}"),
        _ if noun.ends_with('y') => format!("{number} {}ies", &noun[..noun.len() - 1]),
        _ => format!("{number} {noun}s"),
    }
}

/// A title in a language, safe to print.
pub(super) fn titled(title: &Title, lang: Lang) -> String {
    let text = title.ja.as_ref().filter(|_| lang == Lang::Ja).unwrap_or(&title.en);
    clean(text, 200)
}
