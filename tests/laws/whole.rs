//! Whole scenarios, each in one text.

use tokencast::analysis::{Findings, findings};
use tokencast::engine::{Settings, simulate};
use tokencast::model::{Model, resolve};
use tokencast::scenario::{Files, Unreadable, load};

/// The only file there is.
pub(super) struct Text(pub(super) String);

impl Files for Text {
    fn read(&self, _: &str) -> Result<String, Unreadable> {
        Ok(self.0.clone())
    }
}

/// The model of a scenario, or the codes of its mistakes.
pub(super) fn try_model(text: &str) -> Result<Model, Vec<&'static str>> {
    let loaded = load(&Text(text.to_owned()), "scenario.toml", &[]);
    let mut mistakes: Vec<_> = loaded.diagnostics.errors().map(|mistake| mistake.code).collect();
    let Some(scenario) = loaded.scenario else { return Err(mistakes) };
    let (model, more) = resolve(&scenario);
    mistakes.extend(more.errors().map(|mistake| mistake.code));
    model.ok_or(mistakes)
}

pub(super) fn model(text: &str) -> Model {
    try_model(text).unwrap_or_else(|codes| panic!("{codes:?} in\n{text}"))
}

pub(super) fn refused(text: &str) -> Vec<&'static str> {
    try_model(text).err().unwrap_or_else(|| panic!("this was resolved:\n{text}"))
}

/// The codes of all that is warned of.
pub(super) fn warnings(text: &str) -> Vec<&'static str> {
    let loaded = load(&Text(text.to_owned()), "scenario.toml", &[]);
    let (model, more) = resolve(&loaded.scenario.unwrap());
    assert!(model.is_some());
    loaded.diagnostics.iter().chain(more.iter()).map(|one| one.code).collect()
}

pub(super) fn run(text: &str, paths: u64) -> Findings {
    let model = model(text);
    let outcomes = simulate(&model, &Settings { paths, ..Settings::default() }, &()).unwrap();
    findings(&model, outcomes)
}
