//! The files of a run.

use std::collections::BTreeMap;
use std::time::Duration;

use sha2::{Digest, Sha256};

use super::exit::{Exit, Stop};
use super::files::hex;
use crate::calendar::YearMonth;
use crate::engine::drawn_inputs;
use crate::lanes::Slot;
use crate::model::Model;
use crate::report::csv::{Drawn, inputs};
use crate::report::manifest::Inputs;
use crate::report::{File, Report};

/// Paths whose draws are written at the most.
const MOST_DRAWS: u64 = 10_000;

/// The hash of all that a run was made from: names and contents of files, and overrides.
pub(super) fn scenario_hash(hashes: &BTreeMap<String, String>, set: &[String]) -> String {
    let mut all = Sha256::new();
    for (name, hash) in hashes {
        all.update(format!("{name}\0{hash}\0"));
    }
    for change in set {
        all.update(format!("--set\0{change}\0"));
    }
    hex(&all.finalize())
}

/// Everything that is written but the log, the manifest last.
pub(super) fn files(report: &Report, model: &Model, inputs: &Inputs, draws: bool) -> Result<Vec<File>, Stop> {
    let mut files = report.csv();
    if draws {
        files.push(drawn(report, model));
    }
    files.extend(report.charts().map_err(|why| Stop::new(Exit::Bug, why))?);
    let hashes = files.iter().map(|file| (file.name.clone(), hex(&Sha256::digest(&file.bytes)))).collect();
    files.push(report.manifest(inputs, &hashes));
    Ok(files)
}

fn drawn(report: &Report, model: &Model) -> File {
    let found = report.findings;
    let drawn = model.inputs.iter().zip(model.program.slots());
    let drawn =
        drawn.filter(|(input, _)| input.uncertain && input.parents.is_empty() && input.origin.is_some());
    let slots: Vec<Slot> = drawn.map(|(_, slot)| *slot).collect();
    let rows = drawn_inputs(model, found.design, &slots, found.paths.min(MOST_DRAWS));
    let column = |(place, slot): (usize, &Slot)| {
        let input = &model.inputs[slot.number()];
        let unit = input.unit.unit.as_ref();
        let written = |value: f64| unit.map_or(value, |unit| unit.from_base(value));
        Drawn {
            address: input.name.clone(),
            unit: unit.map_or_else(String::new, |unit| unit.text.clone()),
            values: rows.iter().map(|row| written(row[place])).collect(),
        }
    };
    inputs(&slots.iter().enumerate().map(column).collect::<Vec<_>>())
}

/// Oldest and newest date of the figures behind a model.
pub(super) fn dates(model: &Model) -> Option<(String, String)> {
    let dated = model.inputs.iter().filter_map(|input| input.origin.as_ref()?.provenance.as_of.clone());
    let valid = dated.filter(|date| YearMonth::parse_month_or_day(date).is_ok());
    // ISO dates are in order when their texts are.
    let mut dates: Vec<String> = valid.collect();
    dates.sort();
    Some((dates.first()?.clone(), dates.last()?.clone()))
}

/// `run.log`: what differs from run to run and from machine to machine.
pub(super) fn log(command: &str, threads: usize, times: &[(&str, Duration)]) -> File {
    let mut lines = vec![format!("command: {command}"), format!("threads: {threads}")];
    lines.extend(times.iter().map(|(what, time)| format!("{what}: {:.3} s", time.as_secs_f64())));
    File { name: "run.log".into(), bytes: format!("{}\n", lines.join("\n")).into_bytes() }
}
