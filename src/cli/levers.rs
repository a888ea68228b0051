//! `tokencast levers`: what each lever of a strategy saves, alone and in the order in which they act.

use super::args::{Levers, StudyArgs};
use super::exit::{Exit, Stop};
use super::load::{read_valid, titled};
use super::outputs;
use super::progress::{Watch, listen_to_ctrl_c};
use super::run::interrupted;
use super::study::{Study, Told};
use super::terminal::Terminal;
use crate::analysis::waterfall;
use crate::engine::{Settings, simulate};
use crate::model::{NoVariants, lever_variants, resolve};
use crate::report::levers::LeverReport;
use crate::scenario::Scenario;

/// Simulates a strategy without its levers, with each of them, and with more and more.
pub(super) fn levers(args: &Levers, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let StudyArgs { input, paths, design, .. } = &args.study;
    let (loaded, mut scenario, model) = read_valid(input, terminal)?;
    let place = wanted(&scenario, args.strategy.as_deref())?;
    let (id, strategy) = &scenario.strategies[place];
    let lang = terminal.lang;
    let title = strategy.title.as_ref().map_or_else(|| id.id.clone(), |title| titled(title, lang));
    let named = (title, id.id.clone());
    let study = Study::new("levers", "levers", &args.study, &loaded.file)?;
    let pulls = lever_variants(&mut scenario, place).map_err(|why| no_variants(&named.1, why))?;
    // Warnings were shown already.
    let (varied, mistakes) = resolve(&scenario);
    let varied = varied.ok_or_else(|| {
        terminal.show(&mistakes, &loaded.sources);
        Stop::new(
            Exit::Invalid,
            format!("without some of its levers, the strategy `{}` is not valid", named.1),
        )
    })?;
    listen_to_ctrl_c();
    let settings = Settings {
        paths: paths.unwrap_or(scenario.run.paths),
        design: design.over(scenario.run.design),
        fans: false,
        ..Settings::default()
    };
    let watch = Watch::new(settings.paths, terminal.quiet, lang);
    let outcomes = simulate(&varied, &settings, &watch);
    watch.end();
    let found = waterfall(&varied, &outcomes.map_err(|_| interrupted())?, &pulls);
    let report = LeverReport {
        found: &found,
        title: titled(&model.title, lang),
        strategy: named,
        months: model.timeline.months().map(|month| month.label.to_string()).collect(),
        currency: model.currency.code(),
        design: settings.design,
        hash: outputs::scenario_hash(&loaded.hashes, &input.set),
        lang,
    };
    let mut files = report.chart().map_err(|why| Stop::new(Exit::Bug, why))?;
    files.push(report.csv());
    let told = Told {
        title: &report.title,
        strategy: Some(&report.strategy.1),
        text: report.text(),
        json: report.json(),
        holds: ["levers.csv, chart", "levers.csv、グラフ"],
        hash: &report.hash,
        paths: report.found.paths,
        design: report.design,
    };
    study.publish(files, told, terminal)
}

/// The strategy that was asked for; if none was, the one that budgets bind, or else the first of those that pull the most levers.
fn wanted(scenario: &Scenario, id: Option<&str>) -> Result<usize, Stop> {
    let known = || scenario.strategies.iter().map(|(id, _)| id.id.as_str());
    let pulled = |wanted: &str| {
        let found = scenario.strategies.iter().find(|(id, _)| id.id == wanted);
        found
            .filter(|(_, strategy)| strategy.switches.is_empty())
            .map_or(0, |(_, strategy)| strategy.levers.len())
    };
    let chosen = scenario.questions.chosen.as_ref().map(|chosen| chosen.id.as_str());
    // The last of equals would be the largest: seen from behind, that is the first.
    let most = known().rev().max_by_key(|id| pulled(id));
    let wanted =
        id.or_else(|| chosen.into_iter().chain(most).find(|id| pulled(id) > 0)).ok_or_else(|| {
            Stop::new(Exit::Invalid, "no strategy of this scenario pulls a lever").help(
                "`tokencast list levers` shows what there is; a strategy names its own in `levers = [ … ]`",
            )
        })?;
    Stop::strategy_place(wanted, &known().collect::<Vec<_>>())
}

fn no_variants(id: &str, why: NoVariants) -> Stop {
    match why {
        NoVariants::NoLever => Stop::new(Exit::Invalid, format!("the strategy `{id}` pulls no lever"))
            .help("name one that does: `--strategy ID`"),
        NoVariants::GivesWay => Stop::new(Exit::Invalid, format!("the strategy `{id}` gives way to others"))
            .help("levers are told apart in strategies without `switch`; ask for one that it leads to"),
    }
}
