//! How much of a rented fleet to reserve, told with a strategy that `explain` opens up.

use serde_json::{Value, json};

use super::args::Input;
use super::exit::Stop;
use super::load::read;
use super::progress::is_stopped;
use super::run::interrupted;
use crate::analysis::{Reserve, best_reserve};
use crate::engine::cycles;
use crate::model::Model;
use crate::random::Design;
use crate::report::Report;
use crate::report::display::{Lang, clean, fine_percent, money};
use crate::scenario::Scenario;

/// Futures that are enough to compare amounts: they are compared on the same ones.
const MOST_PATHS: u64 = 1_024;

/// A term of a rented supply, and how many replicas to reserve for it.
pub(super) struct Advice {
    supply: String,
    /// The key of the scenario.
    term: &'static str,
    written: u64,
    found: Reserve,
    paths: u64,
}

/// What is asked, and on which draws.
pub(super) struct Asking<'a> {
    pub(super) input: &'a Input,
    pub(super) scenario: &'a Scenario,
    pub(super) model: &'a Model,
    /// The place of the strategy.
    pub(super) strategy: usize,
    pub(super) paths: u64,
    pub(super) design: Design,
}

impl Asking<'_> {
    /// For every rented supply of the strategy whose amounts are written, and every term for which its GPUs are let.
    pub(super) fn advice(&self) -> Result<Vec<Advice>, Stop> {
        let id = &self.model.strategies[self.strategy].id;
        let Some((_, strategy)) = self.scenario.strategies.iter().find(|(known, _)| known.id == *id) else {
            return Ok(Vec::new());
        };
        let mut asked: Vec<&str> = strategy.serve.iter().map(|serve| serve.by.id.as_str()).collect();
        asked.sort_unstable();
        asked.dedup();
        let mut all = Vec::new();
        for (supply, written) in &self.scenario.supplies {
            let Some(amounts) = written.reserved().filter(|_| asked.contains(&supply.id.as_str())) else {
                continue;
            };
            let offer = written.buys().and_then(|gpus| self.scenario.definitions.gpu_of(gpus));
            let Some(offer) = offer else { continue };
            for (term, sold, amount) in [
                ("reserved_1y", offer.reserved_1y.is_some(), amounts[0]),
                ("reserved_3y", offer.reserved_3y.is_some(), amounts[1]),
            ] {
                if sold {
                    all.extend(self.of(&supply.id, term, amount)?);
                }
            }
        }
        Ok(all)
    }

    fn of(&self, supply: &str, term: &'static str, written: u64) -> Result<Option<Advice>, Stop> {
        let paths = self.paths.min(MOST_PATHS);
        let strategy = &self.model.strategies[self.strategy].id;
        let costs = |amount: u64| {
            let mut input = Input { scenario: self.input.scenario.clone(), set: self.input.set.clone() };
            input.set.push(format!("supply.{supply}.rented.{term}=\"{amount} replicas\""));
            let Some((_, mut model)) = read(&input)?.ready else { return Ok(None) };
            model.program.share_plan(&self.model.program, self.model.timeline.length);
            let Some(place) = model.strategies.iter().position(|one| one.id == *strategy) else {
                return Ok(None);
            };
            let found =
                cycles(&model, self.design, place, paths, &|| !is_stopped()).ok_or_else(interrupted)?;
            Ok::<_, Stop>(Some(found.cash))
        };
        let found = best_reserve(written, self.design.sampling, costs)?;
        Ok(found.map(|found| Advice { supply: supply.to_owned(), term, written, found, paths }))
    }
}

impl Advice {
    /// In a sentence or two.
    pub(super) fn text(&self, model: &Model, lang: Lang) -> String {
        let Self { term, written, found, paths, .. } = self;
        let supply = clean(&self.supply, 40);
        let amount = |value: f64| money(value, model.currency.code(), lang);
        let alike = match (found.between, lang) {
            ((low, high), _) if low == high => String::new(),
            ((low, high), Lang::En) => format!(" ({low} to {high} within the error)"),
            ((low, high), Lang::Ja) => format!("（誤差内：{low}〜{high}）"),
        };
        let (best, saves) = (found.best, found.difference);
        let (many, cost, are) =
            if best == 1 { ("replica", "costs", "is") } else { ("replicas", "cost", "are") };
        let futures = Report::count(*paths);
        let months = model.timeline.length;
        if best == *written {
            return match lang {
                Lang::En => format!(
                    "{supply}, {term}: the {best} {many} that {are} written {cost} least{alike}, in {futures} futures."
                ),
                Lang::Ja => {
                    format!("{supply}、{term}：記載の {best} レプリカが最安{alike}（{futures}回の試行）。")
                }
            };
        }
        let saved = amount(-saves.mean.value);
        let error = amount(1.96 * saves.mean.standard_error);
        let share = fine_percent(-saves.mean.value / found.before.value);
        let often = fine_percent(saves.cheaper);
        match lang {
            Lang::En => format!(
                "{supply}, {term}: {best} {many} {cost} least{alike}; {written} as written. That would save {saved} ± {error} ({share}) \
                 over {months} months, and cost less in {often} of {futures} futures."
            ),
            Lang::Ja => format!(
                "{supply}、{term}：{best} レプリカが最安{alike}、記載は {written}。{months}か月で {saved} ± {error}（{share}）の節約、\
                 {futures}回の試行の {often} で安い。"
            ),
        }
    }

    /// As one JSON object.
    pub(super) fn json(&self) -> Value {
        let found = &self.found;
        json!({
            "supply": self.supply, "term": self.term, "written": self.written, "best": found.best,
            "within_error": [found.between.0, found.between.1],
            "saves": -found.difference.mean.value, "saves_standard_error": found.difference.mean.standard_error,
            "cheaper_share": found.difference.cheaper, "cost_as_written": found.before.value, "paths": self.paths,
        })
    }
}
