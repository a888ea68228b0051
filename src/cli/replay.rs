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
use crate::report::replay::ReplayReport;
use crate::report::{File, VERSION};
use crate::serving::queueing::{BatchQueue, IterationTime, Operating};
use crate::serving::replay::{Outcome, Search, Settings, largest_load, replay as run};
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
    let search = args.find_load.map(|least| {
        largest_load(|factor| once(&load, &settings, factor, &mut Seen::default()), least, WITHIN)
    });
    let search = search.transpose()?;
    let report = ReplayReport {
        trace: clean(&name, 60),
        through: through(args, terminal.lang),
        settings: &settings,
        outcome: &outcome,
        search: search.as_ref(),
        least_goodput: args.find_load.unwrap_or(0.9),
        theory: theory(&settings, &outcome, &seen),
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
    output: f64,
    skipped: u64,
    hash: String,
}

impl Seen {
    fn lengths(&self) -> (f64, f64) {
        (self.input / self.requests.max(1) as f64, self.output / self.requests.max(1) as f64)
    }
}

/// One replay at a multiple of the load.
fn once(load: &Load, settings: &Settings, factor: f64, seen: &mut Seen) -> Result<Outcome, Stop> {
    let mut note = |request: Request, faster: f64| {
        seen.requests += 1;
        seen.input += f64::from(request.input);
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

/// The batch queue at the same rate for each replica, where replicas neither come nor go and the queue settles.
fn theory(settings: &Settings, outcome: &Outcome, seen: &Seen) -> Option<Operating> {
    if settings.autoscaler.is_some() || settings.failures.is_some() {
        return None;
    }
    let (input, output) = seen.lengths();
    let step = &settings.replica.step;
    // The queue has one cost per token computed: of tokens in and out, each with its own, it gets the mean.
    let per_token = (step.per_prompt_token_s * input + step.per_sequence_s * output) / (input + output);
    let queue = BatchQueue {
        time: IterationTime { base: step.base_s, per_token, per_context_token: 0.0 },
        input_tokens: input,
        output_tokens: output,
        batch: settings
            .replica
            .max_batch
            .min(settings.replica.kv_tokens / (input + output).max(1.0) as u64)
            .max(1),
        queue: settings.queue.unwrap_or(10_000).min(100_000),
    };
    // A prompt that is read costs no context in the replay, so that only those who write are charged for theirs.
    let share = output / (output + 1.0);
    let time = IterationTime { per_context_token: step.per_context_token_s * share, ..queue.time };
    let queue = BatchQueue { time, ..queue };
    let rate = outcome.arrival_rate() / settings.replicas as f64;
    (rate > 0.0 && (rate < queue.max_rate() || settings.queue.is_some())).then(|| queue.at(rate))
}

fn through(args: &Replay, lang: Lang) -> String {
    let count = args.fleet.replicas;
    let most = args.fleet.autoscale.map_or_else(String::new, |most| format!("–{most}"));
    let of = args.deployment.as_ref().map(|id| clean(id, 40));
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
