//! `tokencast run`: simulates, prints the answer, writes the files.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Instant;

use super::age;
use super::args::Run;
use super::exit::{Exit, Stop};
use super::load::{Loaded, count, read, valid};
use super::outputs;
use super::progress::{Watch, is_stopped, listen_to_ctrl_c};
use super::publish::Place;
use super::terminal::Terminal;
use crate::analysis::{Findings, Passage, StressFindings, Verdict, findings, passages, stressed, verdicts};
use crate::document::Title;
use crate::engine::{Observer, Settings, simulate};
use crate::model::Model;
use crate::report::display::Lang;
use crate::report::manifest::Inputs;
use crate::report::table::wrapped;
use crate::report::{Answers, Report};
use crate::scenario::Scenario;

/// Runs a scenario.
#[allow(clippy::disallowed_methods, reason = "the clock is for the log")]
pub(super) fn run(args: &Run, words: &[OsString], terminal: &mut Terminal) -> Result<Exit, Stop> {
    let begun = Instant::now();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(args.threads.unwrap_or(0)).build();
    let pool =
        pool.map_err(|error| Stop::new(Exit::InputOutput, format!("cannot start threads: {error}")))?;
    let (loaded, scenario, model) = valid(pool.install(|| read(&args.input))?, terminal)?;
    let folder = args.output.clone().unwrap_or_else(|| usual_folder(&args.input.scenario));
    let place = Place::check(&folder, &loaded.file, args.force)?;
    listen_to_ctrl_c();
    let settings = settings(args, &scenario);
    let read = Instant::now();
    let found = pool.install(|| simulated(&model, &settings, terminal))?;
    let stresses = pool.install(|| stresses(&loaded, &found, &settings))?;
    let (budgets, bound) = budgets(&found, &scenario, &model);
    let gates = gates(&found, &scenario, &model);
    let answers = Answers { budgets: &budgets, gates: &gates, bound, stresses: &stresses };
    let simulated = Instant::now();
    let hash = outputs::scenario_hash(&loaded.hashes, &args.input.set);
    let report = Report {
        findings: &found,
        answers,
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
    age::tell(&model, terminal)?;
    Ok(precise(&found, &settings, terminal).unwrap_or_else(|| kept(&report, terminal)))
}

fn settings(args: &Run, scenario: &Scenario) -> Settings {
    Settings {
        paths: args.paths.unwrap_or(scenario.run.paths),
        design: args.design.over(scenario.run.design),
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

/// Simulates each stress with the same seed and as many paths as the base had.
fn stresses(loaded: &Loaded, base: &Findings, settings: &Settings) -> Result<Vec<StressFindings>, Stop> {
    let settings = Settings { paths: base.paths, precision: None, fans: false, ..*settings };
    let one = |(title, model): &(Title, Model)| {
        let outcomes = simulate(model, &settings, &Quiet).map_err(|_| interrupted())?;
        Ok(stressed(title.clone(), base, &outcomes))
    };
    loaded.stresses.iter().map(one).collect()
}

/// Stops when the user asks for it, and says nothing.
struct Quiet;

impl Observer for Quiet {
    fn go_on(&self) -> bool {
        !is_stopped()
    }
}

/// Each strategy against the budget, and the one that it binds.
fn budgets(
    found: &Findings,
    scenario: &Scenario,
    model: &Model,
) -> (Vec<(usize, Vec<Verdict>)>, Option<usize>) {
    let budget = &scenario.questions.budget;
    let one = |place: usize| (place, verdicts(found, &found.strategies[place], budget));
    let shown: Vec<_> = match model.chosen {
        Some(chosen) => vec![one(chosen)],
        None => (0..found.strategies.len()).map(one).collect(),
    };
    let bound = Some(model.chosen.unwrap_or(found.cheapest));
    (shown.into_iter().filter(|(_, verdicts)| !verdicts.is_empty()).collect(), bound)
}

/// Each strategy against the gates; the same strategies as against the budget.
fn gates(found: &Findings, scenario: &Scenario, model: &Model) -> Vec<(usize, Vec<Passage>)> {
    let gates = &scenario.questions.gates;
    if gates.is_empty() {
        return Vec::new();
    }
    let one =
        |place: usize| (place, passages(model, &found.strategies[place], gates.iter().map(|(_, gate)| gate)));
    match model.chosen {
        Some(chosen) => vec![one(chosen)],
        None => (0..found.strategies.len()).map(one).collect(),
    }
}

/// Exit code 4 if the strategy that budget and gates bind breaks a limit of them.
fn kept(report: &Report, terminal: &mut Terminal) -> Exit {
    let Answers { budgets, gates, bound, .. } = report.answers;
    let binds = |place: usize| Some(place) == bound;
    let over = budgets.iter().filter(|(place, _)| binds(*place)).flat_map(|(_, verdicts)| verdicts);
    let over = over.filter(|verdict| verdict.broken()).count();
    let missed = gates.iter().filter(|(place, _)| binds(*place)).flat_map(|(_, passages)| passages);
    let missed = missed.filter(|passage| passage.broken()).count();
    if over > 0 {
        let message = format!("the budget is broken: {}", count(over, "limit"));
        let help = "the table says where; choose another strategy, or raise the budget";
        terminal.complain("error", &message, Some(help));
    }
    if missed > 0 {
        let message = format!("a gate is broken: {}", count(missed, "limit"));
        let help = "the table says which; choose another strategy, or move the limit";
        terminal.complain("error", &message, Some(help));
    }
    if over + missed == 0 { Exit::Ok } else { Exit::OverBudget }
}

pub(super) fn interrupted() -> Stop {
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
    for answer in [
        report.dominance(),
        report.switches(),
        report.happenings(),
        report.stresses(),
        report.budgets(),
        report.gates(),
    ]
    .iter()
    .filter(|answer| !answer.is_empty())
    {
        terminal.print(&format!("{answer}\n\n"))?;
    }
    let place = folder.display();
    let last = match report.lang {
        Lang::En => format!("{files} files in {place}: tables, charts, manifest.json\n{}\n", report.footer()),
        Lang::Ja => format!("{place} に{files}ファイル：表、グラフ、manifest.json\n{}\n", report.footer()),
    };
    Ok(terminal.print(&last)?)
}

/// Exit code 5 if the precision asked for was not reached; it comes before a broken budget.
fn precise(found: &Findings, settings: &Settings, terminal: &mut Terminal) -> Option<Exit> {
    if found.precise != Some(false) {
        return None;
    }
    let wanted = 100.0 * settings.precision.unwrap_or_default();
    let message =
        format!("the standard error is still above {wanted} % of the mean after {} paths", found.paths);
    terminal.complain(
        "error",
        &message,
        Some("ask for less, or look for a strategy whose mean is close to zero"),
    );
    Some(Exit::Imprecise)
}
