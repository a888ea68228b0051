//! `tokencast vendor`: how likely each vendor fails, how long its cash lasts, and what that costs.

use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};

use super::args::Vendor;
use super::exit::{Exit, Stop};
use super::files::hex;
use super::load::{read_valid, titled};
use super::outputs;
use super::progress::{Watch, is_stopped, listen_to_ctrl_c};
use super::publish::Place;
use super::run::interrupted;
use super::terminal::Terminal;
use crate::analysis::{VendorFindings, vendors};
use crate::engine::fates;
use crate::model::Model;
use crate::report::display::{Lang, clean};
use crate::report::vendors::{Named, VendorReport};
use crate::report::{File, VERSION};
use crate::scenario::Scenario;
use crate::text::did_you_mean;

/// Simulates a scenario and tells how its vendors fare.
pub(super) fn vendor(args: &Vendor, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let (loaded, scenario, model) = read_valid(&args.input, terminal)?;
    check_vendors(&model, args.only.as_deref())?;
    let folder = args.output.clone().unwrap_or_else(|| usual_folder(&args.input.scenario));
    let place = Place::check(&folder, &loaded.file, args.force)?;
    listen_to_ctrl_c();
    let paths = args.paths.unwrap_or(scenario.run.paths);
    let design = args.design.over(scenario.run.design);
    let watch = Watch::new(paths, terminal.quiet, terminal.lang);
    let found = fates(&model, design, paths, &watch);
    watch.end();
    let mut found = vendors(found.map_err(|_| interrupted())?);
    found.retain(|one| args.only.as_ref().is_none_or(|wanted| one.id == *wanted));
    let lang = terminal.lang;
    let report = VendorReport {
        names: found.iter().map(|one| named(one, &scenario, &model, lang)).collect(),
        found: &found,
        ids: model.strategies.iter().map(|one| one.id.clone()).collect(),
        strategies: model.strategies.iter().map(|one| titled(&one.title, lang)).collect(),
        title: titled(&model.title, lang),
        months: model.timeline.months().map(|month| month.label.to_string()).collect(),
        ends: year_ends(&model),
        currency: model.currency.code(),
        paths,
        design,
        hash: outputs::scenario_hash(&loaded.hashes, &args.input.set),
        lang,
    };
    let mut files = report.charts().map_err(|why| Stop::new(Exit::Bug, why))?;
    files.extend(report.csv());
    files.push(manifest(&report, &loaded.file, &files));
    if is_stopped() {
        return Err(interrupted());
    }
    place.publish(&files)?;
    tell(&report, &folder, files.len(), terminal)?;
    Ok(Exit::Ok)
}

/// Something must be able to happen to the vendor that was asked for, or to any.
fn check_vendors(model: &Model, wanted: Option<&str>) -> Result<(), Stop> {
    let known: Vec<&str> = model.hazards.vendors().map(|(id, _)| id).collect();
    if known.is_empty() {
        return Err(Stop::new(Exit::Invalid, "nothing can happen to any vendor of this scenario")
            .help("add `[hazard.<id>.vendor_distress]`; `tokencast list hazards` shows how"));
    }
    match wanted.filter(|wanted| !known.contains(wanted)) {
        None => Ok(()),
        Some(wanted) => {
            let help = match did_you_mean(wanted, known.iter().copied()) {
                Some(close) => format!("did you mean `{close}`?"),
                None => format!("there are: {}", known.join(", ")),
            };
            Err(Stop::new(Exit::Invalid, format!("no `vendor_distress` is about the vendor `{wanted}`"))
                .help(help))
        }
    }
}

fn named(found: &VendorFindings, scenario: &Scenario, model: &Model, lang: Lang) -> Named {
    let vendor = scenario.definitions.vendors.iter().find(|(id, _)| id.id == found.id);
    let title = vendor.and_then(|(_, vendor)| vendor.title.as_ref());
    let books = model.hazards.health(&found.id).and_then(|health| health.books);
    Named {
        name: clean(&title.map_or_else(|| found.id.clone(), |title| titled(title, lang)), 40),
        currency: books.and_then(|books| books.currency).map(crate::units::Currency::code),
    }
}

/// Every twelfth month, and the last.
fn year_ends(model: &Model) -> Vec<usize> {
    let last = model.timeline.length - 1;
    let mut ends: Vec<usize> = (0..=last).filter(|month| month % 12 == 11).collect();
    if ends.last() != Some(&last) {
        ends.push(last);
    }
    ends
}

/// `output/<scenario>-vendors`.
fn usual_folder(scenario: &Path) -> PathBuf {
    let name = scenario.file_stem().unwrap_or(scenario.as_os_str()).to_string_lossy();
    Path::new("output").join(format!("{name}-vendors"))
}

/// What these files were made from, so that the next run may take their place.
fn manifest(report: &VendorReport, scenario: &str, files: &[File]) -> File {
    let output = |file: &File| json!({ "file": file.name, "sha256": hex(&Sha256::digest(&file.bytes)) });
    let manifest = json!({
        "program": "tokencast",
        "version": VERSION,
        "command": "vendor",
        "scenario": { "file": scenario, "title": report.title, "sha256": report.hash },
        "paths": report.paths,
        "seed": report.design.seed,
        "sampling": report.design.sampling.word(),
        "outputs": files.iter().map(output).collect::<Vec<_>>(),
    });
    File { name: "manifest.json".into(), bytes: format!("{manifest:#}\n").into_bytes() }
}

fn tell(report: &VendorReport, folder: &Path, files: usize, terminal: &mut Terminal) -> Result<(), Stop> {
    if terminal.json {
        let mut json = report.json();
        json["output"] = folder.to_string_lossy().into();
        return Ok(terminal.print_json(&json)?);
    }
    terminal.print_bold(&report.title)?;
    let place = folder.display();
    let last = match report.lang {
        Lang::En => format!("{files} files in {place}: tables, charts, manifest.json"),
        Lang::Ja => format!("{place} に{files}ファイル：表、グラフ、manifest.json"),
    };
    Ok(terminal.print(&format!("\n\n{}\n\n{last}\n", report.text()))?)
}
