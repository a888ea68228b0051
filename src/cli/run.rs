//! `tokencast run`: simulates, prints the answer, writes the files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::args::Run;
use super::exit::{Exit, Stop};
use super::load::{Loaded, read_valid};
use super::outputs;
use super::progress::{Watch, is_stopped, listen_to_ctrl_c};
use super::publish::Place;
use super::terminal::Terminal;
use crate::analysis::{Findings, findings};
use crate::engine::{Settings, simulate};
use crate::model::Model;
use crate::report::Report;
use crate::report::display::Lang;
use crate::report::manifest::Inputs;
use crate::report::table::wrapped;
use crate::scenario::Scenario;

/// Runs a scenario.
#[allow(clippy::disallowed_methods, reason = "the clock is for the log")]
pub(super) fn run(args: &Run, words: &[OsString], terminal: &mut Terminal) -> Result<Exit, Stop> {
    let begun = Instant::now();
    let (loaded, scenario, model) = read_valid(&args.input, terminal)?;
    let folder = args.output.clone().unwrap_or_else(|| usual_folder(&args.input.scenario));
    let place = Place::check(&folder, &loaded.file, args.force)?;
    listen_to_ctrl_c();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.unwrap_or(0)).build();
    let pool =
        pool.map_err(|error| Stop::new(Exit::InputOutput, format!("cannot start threads: {error}")))?;
    let settings = settings(args, &scenario);
    let read = Instant::now();
    let found = pool.install(|| simulated(&model, &settings, terminal))?;
    let simulated = Instant::now();
    let hash = outputs::scenario_hash(&loaded.hashes, &args.input.set);
    let report = Report {
        findings: &found,
        title: &model.title,
        file: &loaded.file,
        hash: &hash,
        lang: terminal.lang,
    };
    let inputs = inputs(args, &loaded, &settings, &model);
    let mut files = pool.install(|| outputs::files(&report, &model, &inputs, args.draws))?;
    let drawn = Instant::now();
    let times = [
        ("reading", read - begun),
        ("simulating and summarizing", simulated - read),
        ("tables and charts", drawn - simulated),
    ];
    files.push(outputs::log(&command_line(words), pool.current_num_threads(), &times));
    if is_stopped() {
        return Err(interrupted());
    }
    place.publish(&files)?;
    tell(&report, &folder, files.len(), terminal)?;
    Ok(precise(&found, &settings, terminal))
}

fn settings(args: &Run, scenario: &Scenario) -> Settings {
    Settings {
        paths: args.paths.unwrap_or(scenario.run.paths),
        seed: args.seed.unwrap_or(scenario.run.seed),
        precision: args.precision.or(scenario.run.precision),
        ..Settings::default()
    }
}

fn simulated(model: &Model, settings: &Settings, terminal: &Terminal) -> Result<Findings, Stop> {
    let watch = Watch::new(settings.paths, terminal.quiet, terminal.lang);
    let outcomes = simulate(model, settings, &watch);
    watch.end();
    let found = outcomes.map(|outcomes| findings(model, outcomes)).map_err(|_| interrupted())?;
    if is_stopped() { Err(interrupted()) } else { Ok(found) }
}

fn interrupted() -> Stop {
    Stop::new(Exit::Interrupted, "interrupted; nothing was written")
}

fn inputs<'a>(args: &'a Run, loaded: &'a Loaded, settings: &Settings, model: &Model) -> Inputs<'a> {
    Inputs {
        hashes: &loaded.hashes,
        set: &args.input.set,
        precision: settings.precision,
        dates: outputs::dates(model),
    }
}

/// `output/<scenario>`.
fn usual_folder(scenario: &Path) -> PathBuf {
    Path::new("output").join(scenario.file_stem().unwrap_or(scenario.as_os_str()))
}

fn command_line(words: &[OsString]) -> String {
    let words = words.iter().enumerate().map(|(i, word)| {
        // The program's own path says where it was built, which is nobody's business.
        let word = if i == 0 { "tokencast".into() } else { word.to_string_lossy() };
        if word.contains([' ', '"', '\'']) { format!("{word:?}") } else { word.into_owned() }
    });
    words.collect::<Vec<_>>().join(" ")
}

fn tell(report: &Report, folder: &Path, files: usize, terminal: &mut Terminal) -> Result<(), Stop> {
    if terminal.json {
        let mut json = report.json();
        json["output"] = folder.to_string_lossy().into();
        return Ok(terminal.print_json(&json)?);
    }
    let columns = Terminal::width();
    terminal.print_bold(&report.title())?;
    terminal.print(&format!("\n{}\n\n", wrapped(&report.headline(), columns.min(100))))?;
    terminal.print(&format!("{}\n\n", report.comparison(columns)))?;
    terminal.print(&format!("{}\n\n", report.breakdown(columns)))?;
    let place = folder.display();
    let last = match report.lang {
        Lang::En => format!("{files} files in {place}: tables, charts, manifest.json\n{}\n", report.footer()),
        Lang::Ja => format!("{place} に{files}ファイル：表、グラフ、manifest.json\n{}\n", report.footer()),
    };
    Ok(terminal.print(&last)?)
}

fn precise(found: &Findings, settings: &Settings, terminal: &mut Terminal) -> Exit {
    if found.precise != Some(false) {
        return Exit::Ok;
    }
    let wanted = 100.0 * settings.precision.unwrap_or_default();
    let message =
        format!("the standard error is still above {wanted} % of the mean after {} paths", found.paths);
    terminal.complain(
        "error",
        &message,
        Some("ask for less, or look for a strategy whose mean is close to zero"),
    );
    Exit::Imprecise
}
