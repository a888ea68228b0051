//! `tokencast training`: what a cycle of each programme costs, and what other cadences would.

use super::args::{Input, StudyArgs, Training};
use super::exit::{Exit, Stop};
use super::load::{read, read_valid, titled};
use super::outputs;
use super::progress::{is_stopped, listen_to_ctrl_c};
use super::run::interrupted;
use super::study::{Study, Told};
use super::terminal::Terminal;
use crate::engine::{Cycles, cycles};
use crate::model::Model;
use crate::random::Design;
use crate::report::amounts::{mean, quantile};
use crate::report::display::{Lang, clean};
use crate::report::training::{CadenceCost, ProgrammeReport, TrainingReport, is_no_dearer};
use crate::scenario::Scenario;

/// The futures that are enough to compare cadences, if nobody asks for more.
const USUAL_PATHS: u64 = 2_000;

/// Simulates a scenario, opens its programmes up and tries other cadences.
pub(super) fn training(args: &Training, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let StudyArgs { input, paths, design, .. } = &args.study;
    let (loaded, scenario, model) = read_valid(input, terminal)?;
    let wanted = wanted(args, &model)?;
    let study = Study::new("training", "training", &args.study, &loaded.file)?;
    listen_to_ctrl_c();
    let paths = paths.unwrap_or(scenario.run.paths.min(USUAL_PATHS));
    let design = design.over(scenario.run.design);
    let trying = Trying { args, scenario: &scenario, model: &model, paths, design, lang: terminal.lang };
    let mut programmes = Vec::new();
    for strategy in wanted {
        programmes.extend(trying.strategy(strategy)?);
    }
    let report = TrainingReport {
        programmes,
        title: titled(&model.title, terminal.lang),
        months: model.timeline.length,
        inputs: &model.inputs,
        sources: &loaded.sources,
        currency: model.currency.code(),
        paths,
        design,
        hash: outputs::scenario_hash(&loaded.hashes, &input.set),
        lang: terminal.lang,
    };
    let mut files = report.tables();
    files.extend(report.charts().map_err(|why| Stop::new(Exit::Bug, why))?);
    let told = Told {
        title: &report.title,
        strategy: None,
        text: report.text(),
        json: report.json(),
        holds: ["cycle.csv, cadence.csv, charts", "cycle.csv、cadence.csv、グラフ"],
        hash: &report.hash,
        paths,
        design,
    };
    study.publish(files, told, terminal)
}

/// The strategies that are asked for and train something.
fn wanted(args: &Training, model: &Model) -> Result<Vec<usize>, Stop> {
    let known: Vec<&str> = model.strategies.iter().map(|one| one.id.as_str()).collect();
    let only = args.strategy.as_ref().map(|id| Stop::strategy_place(id, &known)).transpose()?;
    let named = |place: &usize| only.is_none_or(|only| only == *place);
    let trains = |place: &usize| {
        let mut trained = model.strategies[*place].trained.iter();
        trained.any(|one| args.programme.as_ref().is_none_or(|id| one.id == *id))
    };
    let found: Vec<usize> = (0..model.strategies.len()).filter(named).filter(trains).collect();
    if found.is_empty() {
        let what = match &args.programme {
            Some(id) => format!("no strategy that is asked for has the training programme `{id}`"),
            None => "no strategy that is asked for trains anything".to_owned(),
        };
        return Err(Stop::new(Exit::Invalid, what).help(
            "add `[training.<id>.<kind>]` and name it in `training` of a strategy; `tokencast list training` shows how",
        ));
    }
    Ok(found)
}

/// What cadences cost; the place of the cheapest, and those between which it lies.
type Tried = (Vec<CadenceCost>, (usize, [usize; 2]));

/// What is simulated.
struct Trying<'a> {
    args: &'a Training,
    scenario: &'a Scenario,
    model: &'a Model,
    paths: u64,
    design: Design,
    lang: Lang,
}

impl Trying<'_> {
    fn cycles(&self, model: &Model, strategy: usize) -> Result<Cycles, Stop> {
        let found = cycles(model, self.design, strategy, self.paths, &|| !is_stopped());
        found.ok_or_else(interrupted)
    }

    /// The programmes of a strategy.
    fn strategy(&self, strategy: usize) -> Result<Vec<ProgrammeReport>, Stop> {
        let found = self.cycles(self.model, strategy)?;
        let one = &self.model.strategies[strategy];
        let mut reports = Vec::new();
        for (place, programme) in found.programmes.into_iter().enumerate() {
            if self.args.programme.as_ref().is_some_and(|id| *id != programme.id) {
                continue;
            }
            let (cadences, best) = self.cadences(strategy, &programme.id)?;
            let written = self.scenario.training.iter().find(|(id, _)| id.id == programme.id);
            let title = written.and_then(|(_, written)| written.title.as_ref());
            let name = title.map_or_else(|| programme.id.clone(), |title| titled(title, self.lang));
            let trained = &one.trained[place];
            reports.push(ProgrammeReport {
                strategy: (one.id.clone(), titled(&one.title, self.lang)),
                name: clean(&name, 60),
                run: trained.gpus.filter(|_| trained.run_months > 0.0).map(|gpus| (gpus, trained.run_months)),
                found: programme,
                cadences,
                best,
            });
        }
        Ok(reports)
    }

    /// What the strategy costs with other cadences of a programme, and which is the cheapest.
    fn cadences(&self, strategy: usize, programme: &str) -> Result<Tried, Stop> {
        let written = self.scenario.training.iter().find(|(id, _)| id.id == programme);
        let Some((_, written)) = written else { return Ok((Vec::new(), (0, [0; 2]))) };
        let (id, months) = (&self.model.strategies[strategy].id, self.model.timeline.length as f64);
        let mut every: Vec<u16> = self.args.every.clone();
        every.sort_unstable();
        every.dedup();
        let (mut costs, mut cash) = (Vec::new(), Vec::new());
        for every in every {
            let address = format!("training.{programme}.{}.cadence.every=\"{every} months\"", written.kind);
            let Input { scenario, set } = &self.args.study.input;
            let mut input = Input { scenario: scenario.clone(), set: set.clone() };
            input.set.push(address);
            // A cadence that the scenario refuses, such as one shorter than its run, is not tried.
            let Some((_, mut model)) = read(&input)?.ready else { continue };
            model.program.share_plan(&self.model.program, self.model.timeline.length);
            let Some(place) = model.strategies.iter().position(|one| one.id == *id) else { continue };
            let found = self.cycles(&model, place)?;
            let Some(own) = found.programmes.iter().find(|one| one.id == programme) else { continue };
            costs.push(CadenceCost {
                months: usize::from(every),
                cycles: own.cycles,
                mean: mean(&found.cash) / months,
                range: (quantile(&found.cash, 0.05) / months, quantile(&found.cash, 0.95) / months),
                programme: mean(&own.cost) / months,
                unserved: found.unserved,
                best: 0.0,
            });
            cash.push(found.cash);
        }
        let best = best(&mut costs, &cash);
        Ok((costs, best))
    }
}

/// The place of the cheapest on average, and of those between which it lies in 90 % of futures; notes how often each is. Of those that
/// cost the same the shortest counts: where something else begins cycles first, longer ones change nothing.
fn best(costs: &mut [CadenceCost], cash: &[Vec<f64>]) -> (usize, [usize; 2]) {
    let cheapest = |cost: &dyn Fn(usize) -> f64| {
        let least = (0..cash.len()).map(cost).fold(f64::INFINITY, f64::min);
        (0..cash.len()).find(|place| is_no_dearer(cost(*place), least)).unwrap_or(0)
    };
    let on_average = cheapest(&|place| costs[place].mean);
    let paths = cash.first().map_or(0, Vec::len);
    let mut won: Vec<usize> = (0..paths).map(|path| cheapest(&|place| cash[place][path])).collect();
    for (place, cost) in costs.iter_mut().enumerate() {
        let often = won.iter().filter(|won| **won == place).count();
        cost.best = often as f64 / paths.max(1) as f64;
    }
    won.sort_unstable();
    let at = |share: f64| won.get((share * paths as f64) as usize).copied().unwrap_or(0);
    (on_average, [at(0.05), at(0.95)])
}
