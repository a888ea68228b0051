//! `tokencast replay`: a trace, or arrivals that never were, through replicas that batch continuously.

mod measured;
mod setup;

use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::args::Replay;
use super::exit::{Exit, Stop};
use super::files::hex;
use super::progress::{is_stopped, listen_to_ctrl_c};
use super::publish::Place;
use super::run::interrupted;
use super::sources::write;
use super::terminal::Terminal;
use super::trace::TraceFile;
use crate::demand::trace::{Request, Synthetic};
use crate::report::display::{Lang, clean};
use crate::report::replay::{Compared, Erring, ReplayReport};
use crate::report::{File, VERSION};
use crate::serving::queueing::{BatchQueue, Operating};
use crate::serving::replay::{Outcome, Replica, Search, Settings, Steps, largest_load, replay as run};
use setup::{Deployed, Load};

/// How close the largest load is looked for.
const WITHIN: f64 = 0.02;

/// Replays and tells.
pub(super) fn replay(args: &Replay, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let deployed = setup::deployed(args, terminal)?;
    let settings = setup::settings(args, deployed.as_ref())?;
    let load = setup::load(args, deployed.as_ref())?;
    let folder = args.output.clone().unwrap_or_else(|| usual_folder(&args.trace));
    let name = args.trace.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let place = Place::check(&folder, &name, args.force)?;
    listen_to_ctrl_c();
    let mut seen = Seen::default();
    let outcome = once(&load, &settings, 1.0, &mut seen)?;
    if outcome.arrived == 0 {
        return Err(Stop::new(Exit::Invalid, format!("`{name}` has no requests"))
            .help("a trace has a request a line"));
    }
    let theory = Theory::of(&settings, &outcome, &seen);
    let compared =
        if args.compare { compared(&load, &settings, &outcome, theory.as_ref())? } else { Vec::new() };
    let erring = erring(&load, &settings, deployed.as_ref())?;
    let search = args.find_load.map(|least| {
        largest_load(|factor| once(&load, &settings, factor, &mut Seen::default()), least, WITHIN)
    });
    let search = search.transpose()?;
    let report = ReplayReport {
        trace: clean(&name, 60),
        through: through(args, deployed.as_ref(), terminal.lang),
        evidence: deployed.as_ref().map(|deployed| deployed.evidence),
        settings: &settings,
        outcome: &outcome,
        search: search.as_ref(),
        least_goodput: args.find_load.unwrap_or(0.9),
        theory: theory.as_ref().and_then(|theory| theory.at(outcome.arrival_rate(), &settings)),
        compared: &compared,
        erring: &erring,
        lengths: seen.lengths(),
        hash: seen.hash.clone(),
        lang: terminal.lang,
    };
    let mut files = report.csv();
    files.extend(report.charts().map_err(|why| Stop::new(Exit::Bug, why))?);
    files.push(manifest(&report, &name, &files));
    if is_stopped() {
        return Err(interrupted());
    }
    place.publish(&files)?;
    let part = written(args, &settings, &seen, deployed.as_ref(), search.as_ref(), &name)?;
    tell(&report, &seen, &folder, files.len(), part, terminal)?;
    Ok(Exit::Ok)
}

/// What was seen of the trace while it went by.
#[derive(Clone, Debug, Default)]
struct Seen {
    requests: u64,
    input: f64,
    input_squared: f64,
    output: f64,
    skipped: u64,
    hash: String,
}

impl Seen {
    fn lengths(&self) -> (f64, f64) {
        (self.input / self.requests.max(1) as f64, self.output / self.requests.max(1) as f64)
    }

    /// Variance of tokens in over their squared mean.
    fn input_cv2(&self) -> f64 {
        let mean = self.lengths().0;
        (self.input_squared / self.requests.max(1) as f64 / (mean * mean) - 1.0).max(0.0)
    }
}

/// One replay at a multiple of the load.
fn once(load: &Load, settings: &Settings, factor: f64, seen: &mut Seen) -> Result<Outcome, Stop> {
    let mut note = |request: Request, faster: f64| {
        seen.requests += 1;
        seen.input += f64::from(request.input);
        seen.input_squared += f64::from(request.input) * f64::from(request.input);
        seen.output += f64::from(request.output);
        Request { at_s: request.at_s / faster, ..request }
    };
    match load {
        Load::Trace { path, speed, most } => {
            let mut file = TraceFile::open(path, factor - 1.0 == 0.0)?;
            let faster = speed * factor;
            let most = usize::try_from(*most).unwrap_or(usize::MAX);
            let requests = file.by_ref().take(most).map(|request| Ok::<_, Stop>(note(request?, faster)));
            let outcome = run(settings, requests)?;
            seen.skipped = file.parser.skipped;
            seen.hash = file.hash();
            Ok(outcome)
        }
        Load::Synthetic { rate, cv, input, output, requests, seed } => {
            let stream = Synthetic::new(rate * factor, *cv, input.clone(), output.clone(), *requests, *seed);
            let outcome = run(settings, stream.map(|request| Ok::<_, Stop>(note(request, 1.0))))?;
            seen.hash = hex(&Sha256::digest(format!("{load:?}")));
            Ok(outcome)
        }
    }
}

/// What the closed form needs: means of the requests, and how far the cache helps.
#[derive(Clone, Copy, Debug)]
struct Theory {
    queue: BatchQueue<Steps>,
    replicas: f64,
}

impl Theory {
    /// Where replicas neither come nor go.
    fn of(settings: &Settings, outcome: &Outcome, seen: &Seen) -> Option<Self> {
        if settings.autoscaler.is_some() || settings.failures.is_some() {
            return None;
        }
        let (input, output) = seen.lengths();
        let steps =
            Steps { replica: settings.replica, cached: outcome.cached(), input_cv2: seen.input_cv2() };
        Some(Self { queue: steps.queue(input, output, settings.queue), replicas: settings.replicas as f64 })
    }

    /// The queue at the same rate for each replica, where it settles.
    fn at(&self, rate: f64, settings: &Settings) -> Option<Operating> {
        let each = rate / self.replicas;
        (each > 0.0 && (each < self.queue.max_rate() || settings.queue.is_some()))
            .then(|| self.queue.at(each))
    }

    /// What full batches serve, in requests per second.
    fn max_rate(&self) -> f64 {
        self.replicas * self.queue.max_rate()
    }
}

/// Loads of the comparison, as shares of what full batches serve.
const LOADS: [f64; 8] = [0.1, 0.3, 0.5, 0.7, 0.8, 0.9, 0.95, 1.05];

/// Replay and queue at rising loads.
fn compared(
    load: &Load,
    settings: &Settings,
    outcome: &Outcome,
    theory: Option<&Theory>,
) -> Result<Vec<Compared>, Stop> {
    let theory = theory.ok_or_else(|| {
        Stop::new(Exit::Invalid, "the queue knows no replicas that come, go or fail")
            .help("leave out --compare, or --autoscale and --fails-every")
    })?;
    let most = theory.max_rate();
    let of = |share: &f64| {
        let outcome = once(load, settings, share * most / outcome.arrival_rate(), &mut Seen::default())?;
        let theory = theory.at(outcome.arrival_rate(), settings);
        Ok(Compared { share: outcome.arrival_rate() / most, outcome, theory })
    };
    LOADS.iter().map(of).collect()
}

/// The same with all steps as much faster and slower as the evidence may err.
fn erring(load: &Load, settings: &Settings, deployed: Option<&Deployed>) -> Result<Vec<Erring>, Stop> {
    let Some(errs) = deployed.and_then(|deployed| deployed.errs) else { return Ok(Vec::new()) };
    let of = |factor: f64| {
        let replica = Replica { step: settings.replica.step.slower(factor), ..settings.replica };
        let outcome = once(load, &Settings { replica, ..*settings }, 1.0, &mut Seen::default())?;
        Ok(Erring { factor, outcome })
    };
    errs.into_iter().map(of).collect()
}

fn through(args: &Replay, deployed: Option<&Deployed>, lang: Lang) -> String {
    let count = args.fleet.replicas;
    let most = args.fleet.autoscale.map_or_else(String::new, |most| format!("–{most}"));
    let of = deployed.map(|deployed| clean(&deployed.id, 60));
    match (lang, of) {
        (Lang::En, of) => {
            let many = if count == 1 && most.is_empty() { "" } else { "s" };
            format!("{count}{most} replica{many}{}", of.map_or_else(String::new, |of| format!(" of {of}")))
        }
        (Lang::Ja, of) => {
            format!("{}{count}{most} レプリカ", of.map_or_else(String::new, |of| format!("{of}：")))
        }
    }
}

/// `output/<trace>-replay`.
fn usual_folder(trace: &Path) -> PathBuf {
    let name = trace.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let stem = name.split('.').next().unwrap_or_default();
    Path::new("output").join(format!("{stem}-replay"))
}

/// What these files were made from, so that the next replay may take their place.
fn manifest(report: &ReplayReport, name: &str, files: &[File]) -> File {
    let output = |file: &File| json!({ "file": file.name, "sha256": hex(&Sha256::digest(&file.bytes)) });
    let manifest = json!({
        "program": "tokencast",
        "version": VERSION,
        "command": "replay",
        "scenario": { "file": name, "sha256": report.hash },
        "settings": format!("{:?}", report.settings),
        "outputs": files.iter().map(output).collect::<Vec<_>>(),
    });
    File { name: "manifest.json".into(), bytes: format!("{manifest:#}\n").into_bytes() }
}

/// The part with the measured table, if one was asked for.
fn written(
    args: &Replay,
    settings: &Settings,
    seen: &Seen,
    deployed: Option<&Deployed>,
    search: Option<&Search>,
    name: &str,
) -> Result<Option<PathBuf>, Stop> {
    let (Some(path), Some(deployed), Some(search)) = (&args.measured, deployed, search) else {
        return Ok(None);
    };
    let replicas = settings.replicas as f64;
    let part = measured::part(deployed, search, seen.lengths(), replicas, name).ok_or_else(|| {
        Stop::new(Exit::Invalid, "fewer than two loads meet the targets, and a table needs two")
            .help("relax --ttft and --tpot, or replay more requests")
    })?;
    write(path, &part, args.force)?;
    Ok(Some(path.clone()))
}

fn tell(
    report: &ReplayReport,
    seen: &Seen,
    folder: &Path,
    files: usize,
    part: Option<PathBuf>,
    terminal: &mut Terminal,
) -> Result<(), Stop> {
    if terminal.json {
        let mut all = report.json();
        all["output"] = folder.to_string_lossy().into();
        all["skipped"] = seen.skipped.into();
        all["measured"] = part.map(|part| part.display().to_string()).into();
        return Ok(terminal.print_json(&all)?);
    }
    terminal.print_bold(&format!("{} · {}", report.trace, report.through))?;
    let place = folder.display();
    let mut last = match report.lang {
        Lang::En => format!("{files} files in {place}: tables, charts, manifest.json"),
        Lang::Ja => format!("{place} に{files}ファイル：表、グラフ、manifest.json"),
    };
    if let Some(part) = part {
        last = format!(
            "{last}\n{} {}",
            report.lang.pick("measured table written to", "測定表："),
            part.display()
        );
    }
    terminal.print(&format!("\n\n{}\n\n{last}\n", report.text()))?;
    if seen.skipped > 0 && !terminal.quiet {
        let message = format!("{} requests without tokens in or out were left out", seen.skipped);
        terminal.complain("warning", &message, None);
    }
    Ok(())
}
