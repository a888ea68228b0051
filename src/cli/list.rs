//! `tokencast list`: what exists.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::args::{Catalog, List};
use super::exit::{Exit, Stop};
use super::terminal::Terminal;
use crate::finance::{Component, GAUGES, Gauge, METHODS, View};
use crate::report::catalog::{Item, text};
use crate::report::chart::CHARTS;
use crate::report::display::Lang;
use crate::report::measure::MEASURES;
use crate::{contract, demand, distribution, hazard, lever, process, serving, supply, switching, training};

/// Lists one thing, or the lists.
pub(super) fn list(args: &List, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let lang = terminal.lang;
    let found = args.what.map_or_else(lists, |what| items(what, lang));
    if terminal.json {
        let name = args.what.and_then(|what| what.to_possible_value());
        let name = name.as_ref().map_or("lists", |value| value.get_name());
        let found: Vec<Value> = found.iter().map(Item::json).collect();
        terminal.print_json(&json!({ name: found }))?;
    } else {
        let columns = Terminal::width();
        terminal.print(&format!("{}\n", text(&found, columns)))?;
    }
    Ok(Exit::Ok)
}

/// The lists themselves.
fn lists() -> Vec<Item> {
    let values = Catalog::value_variants().iter().filter_map(Catalog::to_possible_value);
    values
        .map(|value| {
            Item::plain(value.get_name(), value.get_help().map_or_else(String::new, ToString::to_string))
        })
        .collect()
}

fn items(what: Catalog, lang: Lang) -> Vec<Item> {
    match what {
        Catalog::Distributions => distribution::FAMILIES.iter().map(Item::of).collect(),
        Catalog::Processes => process::KINDS.iter().map(Item::of).collect(),
        Catalog::Supplies => supply::KINDS.iter().map(Item::of).collect(),
        Catalog::Purchases => supply::PURCHASES.iter().map(Item::of).collect(),
        Catalog::Depreciations => METHODS.iter().map(Item::of).collect(),
        Catalog::Capacity => serving::EVIDENCE.iter().map(Item::of).collect(),
        Catalog::Levers => lever::KINDS.iter().map(Item::of).collect(),
        Catalog::Contracts => contract::KINDS.iter().map(Item::of).collect(),
        Catalog::Conditions => switching::KINDS.iter().map(Item::of).collect(),
        Catalog::Hazards => hazard::KINDS.iter().map(Item::of).collect(),
        Catalog::Training => training::KINDS.iter().map(Item::of).collect(),
        Catalog::Weeks => demand::PRESETS.iter().map(|week| Item::plain(week.name, week.meaning)).collect(),
        Catalog::Components => Component::ALL.into_iter().map(|component| part(component, lang)).collect(),
        Catalog::Charts => CHARTS
            .iter()
            .map(|chart| Item::plain(chart.name, lang.pick(chart.meaning, chart.meaning_ja)))
            .collect(),
        Catalog::Measures => {
            let files = MEASURES.iter().map(|(name, meaning)| Item::plain(name, *meaning));
            let gauge = |gauge: &Gauge| {
                let meaning = lang.pick(gauge.meaning, gauge.meaning_ja);
                let traffic = if gauge.by_traffic {
                    lang.pick("; also of one traffic", "。トラフィック別も可")
                } else {
                    ""
                };
                Item::plain(
                    gauge.name,
                    format!("{} {meaning}{traffic}", lang.pick("for gates:", "ゲート用：")),
                )
            };
            files.chain(GAUGES.iter().map(gauge)).collect()
        }
    }
}

fn part(component: Component, lang: Lang) -> Item {
    let view = match component.view() {
        View::Cash => ", in cash only",
        View::Accrual => ", in accrual only",
        View::Both => "",
    };
    let note = if component.meaning().contains("only)") { "" } else { view };
    Item::plain(lang.pick(component.name(), component.name_ja()), format!("{}{note}", component.meaning()))
}
