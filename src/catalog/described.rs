//! Llms, GPUs and deployments as they stand in parts and scenarios.

use super::sheet::{OneText, loaded};
use crate::document::{Files, Unreadable};
use crate::scenario::{Loaded, Scenario};

/// The scenario of a file, or one around a part, so that a part can be looked into.
///
/// # Errors
/// It could not be read; the diagnostics tell why.
#[allow(clippy::result_large_err, reason = "the caller shows what was found")]
pub fn described(files: &dyn Files, name: &str) -> Result<Scenario, Loaded> {
    let mut found = loaded(files, name);
    match found.scenario.take() {
        Some(scenario) if !found.diagnostics.has_errors() => Ok(scenario),
        scenario => Err(Loaded { scenario, ..found }),
    }
}

/// The name of a part that stands in no file.
pub const ASKED: &str = "asked.toml";

/// A text under the name [`ASKED`], beside other files.
pub struct Beside<'a> {
    /// The text.
    pub text: &'a str,
    /// What else there is.
    pub files: &'a dyn Files,
}

impl Files for Beside<'_> {
    fn read(&self, path: &str) -> Result<String, Unreadable> {
        if path == ASKED { Ok(self.text.to_owned()) } else { self.files.read(path) }
    }
}

/// All llms and GPUs that are built in.
///
/// # Errors
/// Never, as tests show; the diagnostics would tell.
#[allow(clippy::result_large_err, reason = "as `described` gives it")]
pub fn built_in() -> Result<Scenario, Loaded> {
    let text = format!("use = [\"{LLMS}\", \"{GPUS}\"]\n");
    described(&OneText(ASKED, &text), ASKED)
}

/// The built-in part of llms.
pub const LLMS: &str = "builtin:llms/open-weights.toml";
/// The built-in part of GPUs.
pub const GPUS: &str = "builtin:gpus/data-sheets.toml";
