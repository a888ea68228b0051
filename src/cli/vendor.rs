//! `tokencast vendor`: how likely each vendor fails, how long its cash lasts, and what that costs.

use super::args::{StudyArgs, Vendor};
use super::exit::{Exit, Stop};
use super::load::{read_valid, titled};
use super::outputs;
use super::progress::{Watch, listen_to_ctrl_c};
use super::run::interrupted;
use super::study::{Study, Told};
use super::terminal::Terminal;
use crate::analysis::{VendorFindings, vendors};
use crate::engine::fates;
use crate::model::Model;
use crate::report::display::{Lang, clean};
use crate::report::vendors::{Named, VendorReport};
use crate::scenario::Scenario;

/// Simulates a scenario and tells how its vendors fare.
pub(super) fn vendor(args: &Vendor, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let StudyArgs { input, paths, design, .. } = &args.study;
    let (loaded, scenario, model) = read_valid(input, terminal)?;
    check_vendors(&model, args.only.as_deref())?;
    let study = Study::new("vendor", "vendors", &args.study, &loaded.file)?;
    listen_to_ctrl_c();
    let paths = paths.unwrap_or(scenario.run.paths);
    let design = design.over(scenario.run.design);
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
        hash: outputs::scenario_hash(&loaded.hashes, &input.set),
        lang,
    };
    let mut files = report.charts().map_err(|why| Stop::new(Exit::Bug, why))?;
    files.extend(report.csv());
    let told = Told {
        title: &report.title,
        strategy: None,
        text: report.text(),
        json: report.json(),
        holds: ["tables, charts", "表、グラフ"],
        hash: &report.hash,
        paths,
        design,
    };
    study.publish(files, told, terminal)
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
            let message = format!("no `vendor_distress` is about the vendor `{wanted}`");
            Err(Stop::unknown(message, wanted, &known))
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
