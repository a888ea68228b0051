//! `tokencast levers`: what each lever of a strategy saves, alone and in the order in which they act.

use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::args::Levers;
use super::exit::{Exit, Stop};
use super::files::hex;
use super::load::{read_valid, titled};
use super::outputs;
use super::progress::{Watch, is_stopped, listen_to_ctrl_c};
use super::publish::Place;
use super::run::interrupted;
use super::terminal::Terminal;
use crate::analysis::waterfall;
use crate::engine::{Settings, simulate};
use crate::model::{NoVariants, lever_variants, resolve};
use crate::report::display::Lang;
use crate::report::levers::LeverReport;
use crate::report::{File, VERSION};
use crate::scenario::Scenario;
use crate::text::did_you_mean;

/// Simulates a strategy without its levers, with each of them, and with more and more.
pub(super) fn levers(args: &Levers, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let (loaded, mut scenario, model) = read_valid(&args.input, terminal)?;
    let place = wanted(&scenario, args.strategy.as_deref())?;
    let (id, strategy) = &scenario.strategies[place];
    let lang = terminal.lang;
    let title = strategy.title.as_ref().map_or_else(|| id.id.clone(), |title| titled(title, lang));
    let named = (title, id.id.clone());
    let folder = args.output.clone().unwrap_or_else(|| usual_folder(&args.input.scenario));
    let target = Place::check(&folder, &loaded.file, args.force)?;
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
        paths: args.paths.unwrap_or(scenario.run.paths),
        design: args.design.over(scenario.run.design),
        fans: false,
        ..Settings::default()
    };
    let watch = Watch::new(settings.paths, terminal.quiet, lang);
    let outcomes = simulate(&varied, &settings, &watch);
    watch.end();
    let found = waterfall(&outcomes.map_err(|_| interrupted())?, &pulls);
    let report = LeverReport {
        found: &found,
        title: titled(&model.title, lang),
        strategy: named,
        months: model.timeline.months().map(|month| month.label.to_string()).collect(),
        currency: model.currency.code(),
        design: settings.design,
        hash: outputs::scenario_hash(&loaded.hashes, &args.input.set),
        lang,
    };
    let mut files = report.chart().map_err(|why| Stop::new(Exit::Bug, why))?;
    files.push(report.csv());
    files.push(manifest(&report, &loaded.file, &files));
    if is_stopped() {
        return Err(interrupted());
    }
    target.publish(&files)?;
    tell(&report, &folder, files.len(), terminal)?;
    Ok(Exit::Ok)
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
    known().position(|id| id == wanted).ok_or_else(|| {
        let help = match did_you_mean(wanted, known()) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("there are: {}", known().collect::<Vec<_>>().join(", ")),
        };
        Stop::new(Exit::Invalid, format!("there is no strategy `{wanted}`")).help(help)
    })
}

fn no_variants(id: &str, why: NoVariants) -> Stop {
    match why {
        NoVariants::NoLever => Stop::new(Exit::Invalid, format!("the strategy `{id}` pulls no lever"))
            .help("name one that does: `--strategy ID`"),
        NoVariants::GivesWay => Stop::new(Exit::Invalid, format!("the strategy `{id}` gives way to others"))
            .help("levers are told apart in strategies without `switch`; ask for one that it leads to"),
    }
}

/// `output/<scenario>-levers`.
fn usual_folder(scenario: &Path) -> PathBuf {
    let name = scenario.file_stem().unwrap_or(scenario.as_os_str()).to_string_lossy();
    Path::new("output").join(format!("{name}-levers"))
}

/// What these files were made from, so that the next run may take their place.
fn manifest(report: &LeverReport, scenario: &str, files: &[File]) -> File {
    let output = |file: &File| json!({ "file": file.name, "sha256": hex(&Sha256::digest(&file.bytes)) });
    let manifest = json!({
        "program": "tokencast",
        "version": VERSION,
        "command": "levers",
        "scenario": { "file": scenario, "title": report.title, "sha256": report.hash },
        "strategy": report.strategy.1,
        "paths": report.found.paths,
        "seed": report.design.seed,
        "sampling": report.design.sampling.word(),
        "outputs": files.iter().map(output).collect::<Vec<_>>(),
    });
    File { name: "manifest.json".into(), bytes: format!("{manifest:#}\n").into_bytes() }
}

fn tell(report: &LeverReport, folder: &Path, files: usize, terminal: &mut Terminal) -> Result<(), Stop> {
    if terminal.json {
        let mut json = report.json();
        json["output"] = folder.to_string_lossy().into();
        return Ok(terminal.print_json(&json)?);
    }
    terminal.print_bold(&report.title)?;
    let place = folder.display();
    let last = match report.lang {
        Lang::En => format!("{files} files in {place}: levers.csv, chart, manifest.json"),
        Lang::Ja => format!("{place} に{files}ファイル：levers.csv、グラフ、manifest.json"),
    };
    Ok(terminal.print(&format!("\n\n{}\n\n{last}\n", report.text()))?)
}
