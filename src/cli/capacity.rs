//! `tokencast capacity`: what one replica serves, at which latency, and what stops it.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::capacity_args::{Asked, Capacity, CapacityCommand, Hardware};
use super::exit::{Exit, Stop};
use super::files::{Folder, hex};
use super::load::titled;
use super::publish::Place;
use super::sources::{in_its_folder, valid};
use super::terminal::Terminal;
use crate::catalog::{ASKED, Beside, GPUS, LLMS, OneText, described};
use crate::demand::{Targets, Traffic};
use crate::document::{Files, Reference, Title};
use crate::report::capacity::CapacityReport;
use crate::report::display::{Lang, clean};
use crate::report::{File, VERSION};
use crate::scenario::Scenario;
use crate::serving::{self, Deployment, Gpu, Lengths, Llm, Replica};
use crate::supply::Definitions;
use crate::text::did_you_mean;
use crate::units::format_number;

/// Shows capacities, or imports measurements.
pub(super) fn capacity(args: &Capacity, terminal: &mut Terminal) -> Result<Exit, Stop> {
    if let Some(CapacityCommand::Import(args)) = &args.command {
        return super::capacity_import::import(args, terminal);
    }
    let asked = &args.asked;
    let target = asked.target.as_deref().unwrap_or_default();
    let of_file = Path::new(target).extension().is_some_and(|ending| ending == "toml");
    let scenario = if of_file {
        of_the_file(target, asked, terminal)?
    } else {
        of_the_words(asked.words()?, &asked.hardware, terminal)?
    };
    let wanted = if of_file {
        pairs(&scenario, asked)?
    } else {
        vec![(ASKED_ID.to_owned(), Some(ASKED_ID.to_owned()))]
    };
    let shown = show(&scenario, &wanted, asked, terminal)?;
    let name = if of_file {
        Path::new(target).file_stem().unwrap_or_default().to_string_lossy().into_owned()
    } else {
        let deployment = &scenario.definitions.deployments.iter().find(|(id, _)| id.id == ASKED_ID);
        deployment.map_or_else(String::new, |(_, one)| format!("{}-on-{}", one.llm.id, one.gpu.id))
    };
    // Asked in other words for the same, the same folder is written anew.
    let of = if of_file { target } else { name.as_str() };
    publish(&name, of, shown, asked, terminal)
}

/// The id of what the command line asks for.
pub(super) const ASKED_ID: &str = "asked";

/// A part that says what the command line asks for, beside the built-in catalogs and the parts it names.
pub(super) fn of_the_words(
    words: (&str, &str),
    hardware: &Hardware,
    terminal: &mut Terminal,
) -> Result<Scenario, Stop> {
    let files: Box<dyn Files> = match hardware.parts.first() {
        Some(part) => Box::new(Folder::of(part).ok_or_else(|| no_file(part))?),
        None => Box::new(OneText("", "")),
    };
    let mut parts = vec![LLMS.to_owned(), GPUS.to_owned()];
    for part in &hardware.parts {
        let name = part.file_name().ok_or_else(|| no_file(part))?;
        parts.push(name.to_string_lossy().into_owned());
    }
    let quoted: Vec<String> = parts.iter().map(|part| quoted(part)).collect();
    let used = format!("use = [{}]\n", quoted.join(", "));
    let read = |text: &str, terminal: &mut Terminal| {
        valid(described(&Beside { text, files: &*files }, ASKED), "what is asked for", terminal)
    };
    let known = read(&used, terminal)?;
    let llm = named("llm", words.0, known.definitions.llms.iter().map(|(id, llm)| (id, &llm.also)))?;
    let gpu = named("GPU", words.1, known.definitions.gpus.iter().map(|(id, gpu)| (id, &gpu.also)))?;
    read(&format!("{used}{}", hardware.as_part(&llm, &gpu)?), terminal)
}

pub(super) fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn no_file(path: &Path) -> Stop {
    Stop::new(Exit::InputOutput, format!("`{}` does not name a file", path.display()))
}

/// The id of something that is called so, by its id or by another name.
fn named<'a>(
    noun: &str,
    wanted: &str,
    known: impl Iterator<Item = (&'a Reference, &'a Vec<String>)>,
) -> Result<String, Stop> {
    let known: Vec<_> = known.collect();
    let same = |name: &str| name.eq_ignore_ascii_case(wanted);
    if let Some((id, _)) = known.iter().find(|(id, also)| same(&id.id) || also.iter().any(|name| same(name)))
    {
        return Ok(id.id.clone());
    }
    let names = known
        .iter()
        .flat_map(|(id, also)| std::iter::once(id.id.as_str()).chain(also.iter().map(String::as_str)));
    let help = match did_you_mean(wanted, names) {
        Some(close) => format!("did you mean `{close}`?"),
        None => format!(
            "`tokencast list {}s` shows those built in; --use names a part with others",
            noun.to_lowercase()
        ),
    };
    Err(Stop::new(Exit::Invalid, format!("there is no {noun} `{}`", clean(wanted, 80))).help(help))
}

/// A scenario or a part in a file.
fn of_the_file(target: &str, asked: &Asked, terminal: &mut Terminal) -> Result<Scenario, Stop> {
    asked.only_for_files()?;
    in_its_folder(Path::new(target), terminal, described)
}

/// The deployments to show and the traffic of each: in a scenario those that serve it, in a part all.
fn pairs(scenario: &Scenario, asked: &Asked) -> Result<Vec<(String, Option<String>)>, Stop> {
    let mut found: Vec<(String, Option<String>)> = Vec::new();
    for serve in scenario.strategies.iter().flat_map(|(_, strategy)| &strategy.serve) {
        let supply = scenario.supplies.iter().find(|(id, _)| id.id == serve.by.id);
        let Some(deployment) = supply.map(|(_, supply)| supply.serves()) else { continue };
        // Provisioned units serve a vendor's llm, of which nobody tells the hardware.
        if deployment.halves().is_some() {
            continue;
        }
        for traffic in &serve.traffic {
            let pair = (deployment.id.clone(), Some(traffic.id.clone()));
            if !found.contains(&pair) {
                found.push(pair);
            }
        }
    }
    if found.is_empty() {
        found = scenario.definitions.deployments.iter().map(|(id, _)| (id.id.clone(), None)).collect();
    }
    if let Some(wanted) = &asked.deployment {
        let ids: Vec<String> = found.iter().map(|(id, _)| id.clone()).collect();
        found.retain(|(id, _)| id == wanted);
        if found.is_empty() {
            let close = did_you_mean(wanted, ids.iter().map(String::as_str));
            let help = close.map_or_else(
                || format!("there are: {}", ids.join(", ")),
                |id| format!("did you mean `{id}`?"),
            );
            return Err(Stop::new(
                Exit::Invalid,
                format!("no deployment `{}` serves here", clean(wanted, 80)),
            )
            .help(help));
        }
    }
    if found.is_empty() {
        return Err(Stop::new(Exit::Invalid, "no deployment serves anything in this file").help(
            "`[deployment.<id>]` is an llm on GPUs; `tokencast list capacity` shows the kinds of evidence",
        ));
    }
    Ok(found)
}

/// What was shown: text, JSON, and charts.
struct Shown {
    text: Vec<String>,
    json: Vec<Value>,
    files: Vec<File>,
}

fn show(
    scenario: &Scenario,
    wanted: &[(String, Option<String>)],
    asked: &Asked,
    terminal: &mut Terminal,
) -> Result<Shown, Stop> {
    let mut shown = Shown { text: Vec::new(), json: Vec::new(), files: Vec::new() };
    for (id, traffic) in wanted {
        let all = &scenario.definitions;
        let Some((_, deployment)) = all.deployments.iter().find(|(known, _)| known.id == *id) else {
            continue;
        };
        let Some((_, llm)) = all.llms.iter().find(|(known, _)| known.id == deployment.llm.id) else {
            let message = format!("`{}` of the deployment `{id}` is not described", deployment.llm.id);
            return Err(Stop::new(Exit::Invalid, message).help("add `[llm.<id>]`"));
        };
        let gpu = all.gpu(&deployment.gpu);
        let traffic =
            traffic.as_ref().and_then(|id| scenario.traffics.iter().find(|(known, _)| known.id == *id));
        let of_traffic =
            traffic.map(|(_, traffic)| lengths_of(traffic, (&deployment.llm.id, llm), all)).transpose()?;
        let lengths = lengths(deployment, of_traffic, asked)?;
        let targets =
            asked.targets_over(traffic.map_or(Targets::default(), |(_, traffic)| traffic.targets))?;
        let title = title(llm, gpu, deployment, terminal.lang);
        let traffic_name = traffic.filter(|(id, _)| id.id != ASKED_ID).map(|(id, traffic)| {
            traffic.title.as_ref().map_or_else(|| id.id.clone(), |title| titled(title, terminal.lang))
        });
        if let serving::Capacity::Stated { tokens_per_hour } = deployment.capacity {
            stated(&title, traffic_name.as_deref(), tokens_per_hour, lengths, terminal.lang, &mut shown);
            continue;
        }
        let replica = Replica::new(deployment, llm, gpu).map_err(|mistake| {
            Stop::new(Exit::Invalid, mistake.message.clone()).help(mistake.help.join("; "))
        })?;
        let report = CapacityReport {
            title,
            traffic: traffic_name,
            deployment,
            replica: &replica,
            lengths,
            targets,
            price: asked.gpu_price()?,
            notes: notes(deployment, llm, traffic.map(|(_, traffic)| traffic), terminal.lang),
            lang: terminal.lang,
        };
        shown.text.push(report.text());
        shown.json.push(report.json());
        let name =
            if wanted.len() == 1 { "latency".to_owned() } else { format!("latency-{}", shown.json.len()) };
        shown.files.extend(report.chart(&name).map_err(|why| Stop::new(Exit::Bug, why))?);
    }
    Ok(shown)
}

fn title(llm: &Llm, gpu: Option<&Gpu>, deployment: &Deployment, lang: Lang) -> String {
    let name =
        |title: Option<&Title>, id: &str| title.map_or_else(|| id.to_owned(), |title| titled(title, lang));
    let llm = name(llm.title.as_ref(), &deployment.llm.id);
    let gpu = name(gpu.and_then(|gpu| gpu.title.as_ref()), &deployment.gpu.id);
    match lang {
        Lang::En => format!("{llm} on {:.0} × {gpu}", deployment.gpus),
        Lang::Ja => format!("{gpu} × {:.0} 上の {llm}", deployment.gpus),
    }
}

/// The means of a traffic in tokens, a text by the llm's tokenizer.
pub(super) fn lengths_of(
    traffic: &Traffic,
    (id, llm): (&str, &Llm),
    all: &Definitions,
) -> Result<Lengths, Stop> {
    let tokens = |of: &crate::demand::Lengths| {
        all.about_tokens(of, &traffic.speech, llm.tokenizer.as_ref()).ok_or_else(|| {
            let message = format!("how many tokens the text of the traffic is for `{id}` is not known");
            Stop::new(Exit::Invalid, message)
                .help("give the llm a `tokenizer` that knows its languages, or say --input and --output")
        })
    };
    let reasoning = traffic.reasoning.as_ref().map_or(Ok(0.0), tokens)?;
    Ok(Lengths::new(tokens(&traffic.input)?, tokens(&traffic.output)? + reasoning))
}

/// What the command line says, else the means of the traffic, else what was measured with.
fn lengths(deployment: &Deployment, traffic: Option<Lengths>, asked: &Asked) -> Result<Lengths, Stop> {
    let measured = deployment.capacity.benchmarks().first().map(|one| one.lengths);
    let usual = traffic.or(measured);
    let lacks = |flag: &str| {
        Stop::new(Exit::Invalid, format!("how long requests are is not said: {flag}"))
            .help("such as --input 1000 --output 300, in tokens")
    };
    let input = asked.input.or(usual.map(|one| one.input)).ok_or_else(|| lacks("--input"))?;
    let output = asked.output.or(usual.map(|one| one.output)).ok_or_else(|| lacks("--output"))?;
    Ok(Lengths { input, cached: asked.cached.unwrap_or(0.0), output })
}

/// What the reader should know.
fn notes(deployment: &Deployment, llm: &Llm, traffic: Option<&Traffic>, lang: Lang) -> Vec<String> {
    let mut notes = Vec::new();
    if deployment.gpus > 8.0 && deployment.capacity.benchmarks().is_empty() {
        notes.push(lang.pick(
            "The roofline was fitted to replicas of up to eight GPUs in one machine; beyond, networks are slower than this says.",
            "ルーフラインは1台8基までの実測に合わせています。それを超えるとネットワークがさらに遅くします。",
        ).to_owned());
    }
    let counted = traffic.and_then(|traffic| traffic.speech.counted_with.as_ref());
    let other = |counted: &Reference| llm.tokenizer.as_ref().is_none_or(|own| own.id != counted.id);
    if counted.is_some_and(other) {
        notes.push(
            lang.pick(
                "Tokens as the traffic counts them; a run converts them to the llm's tokenizer.",
                "トークン数はトラフィックの数え方のまま。runではLLMのトークナイザーに換算されます。",
            )
            .to_owned(),
        );
    }
    notes
}

fn stated(
    title: &str,
    traffic: Option<&str>,
    tokens_per_hour: f64,
    lengths: Lengths,
    lang: Lang,
    shown: &mut Shown,
) {
    let (speed, calls) = (tokens_per_hour / 3600.0, tokens_per_hour / 3600.0 / lengths.context());
    let of = traffic.map_or_else(String::new, |traffic| format!("{traffic}: "));
    let mut text = String::new();
    let _ = match lang {
        Lang::En => write!(
            text,
            "{of}{title}: stated {} tokens a second, in and out together; {} requests of {:.0} tokens a second and replica. A stated speed has no latencies.",
            format_number(speed, 4),
            format_number(calls, 3),
            lengths.context()
        ),
        Lang::Ja => write!(
            text,
            "{of}{title}：申告値は入出力合計で毎秒{}トークン。{:.0}トークンのリクエストなら1レプリカで毎秒{}件。遅延は不明。",
            format_number(speed, 4),
            lengths.context(),
            format_number(calls, 3)
        ),
    };
    shown.text.push(text);
    shown.json.push(json!({ "deployment": title, "traffic": traffic, "evidence": "stated",
        "tokens_per_second": speed, "most": { "requests_per_second": calls } }));
}

/// Prints what was shown and writes its charts.
fn publish(
    name: &str,
    target: &str,
    mut shown: Shown,
    asked: &Asked,
    terminal: &mut Terminal,
) -> Result<Exit, Stop> {
    let folder =
        asked.charts.clone().unwrap_or_else(|| PathBuf::from("output").join(format!("capacity-{name}")));
    let mut written = None;
    if !shown.files.is_empty() {
        let place = Place::check(&folder, target, asked.force)?;
        let hash = |file: &File| json!({ "file": file.name, "sha256": hex(&Sha256::digest(&file.bytes)) });
        let manifest = json!({
            "program": "tokencast", "version": VERSION, "command": "capacity",
            "scenario": { "file": target }, "outputs": shown.files.iter().map(hash).collect::<Vec<_>>(),
        });
        shown
            .files
            .push(File { name: "manifest.json".into(), bytes: format!("{manifest:#}\n").into_bytes() });
        place.publish(&shown.files)?;
        written = Some(folder.display().to_string());
    }
    if terminal.json {
        terminal.print_json(&json!({ "capacities": shown.json, "output": written }))?;
        return Ok(Exit::Ok);
    }
    terminal.print(&format!("{}\n", shown.text.join("\n\n\n")))?;
    if let Some(place) = written {
        terminal.print(&match terminal.lang {
            Lang::En => format!("\n{} files in {place}: charts, manifest.json\n", shown.files.len()),
            Lang::Ja => format!("\n{place} に{}ファイル：グラフ、manifest.json\n", shown.files.len()),
        })?;
    }
    Ok(Exit::Ok)
}
