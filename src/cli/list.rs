//! `tokencast list`: what exists.

use clap::ValueEnum;
use serde_json::{Value, json};

use super::args::{Catalog, List};
use super::exit::{Exit, Stop};
use super::load::titled;
use super::terminal::Terminal;
use crate::demand::{Language, Measure, Spoken, Tokenizer, about_tokens};
use crate::document::Reference;
use crate::finance::{Component, GAUGES, Gauge, METHODS, View};
use crate::report::catalog::{Item, text};
use crate::report::chart::CHARTS;
use crate::report::display::Lang;
use crate::report::measure::MEASURES;
use crate::units::format_number;
use crate::{
    catalog, contract, demand, distribution, hazard, lever, process, serving, supply, switching, training,
};

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
        Catalog::Gpus => gpus(lang),
        Catalog::Llms => llms(lang),
        Catalog::Tokenizers => tokenizers(lang),
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

/// The built-in GPUs, in a line each.
fn gpus(lang: Lang) -> Vec<Item> {
    let Ok(scenario) = catalog::built_in() else { return Vec::new() };
    let speed = |flops: Option<f64>| {
        flops.map_or_else(|| "–".to_owned(), |flops| format_number(flops / 3600.0 / 1e12, 4))
    };
    let gpus = scenario.definitions.gpus.iter().map(|(id, gpu)| {
        let title = gpu.title.as_ref().map_or_else(|| id.id.clone(), |title| titled(title, lang));
        let meaning = format!(
            "{title}: {} GB at {} GB/s; {} / {} / {} TFLOPS in 16 / 8 / 4 bits{}",
            format_number(gpu.memory / 1e9, 4),
            format_number(gpu.bandwidth / 3600.0 / 1e9, 4),
            speed(Some(gpu.bf16)),
            speed(gpu.fp8),
            speed(gpu.fp4),
            gpu.power.map_or_else(String::new, |power| format!("; {} W", format_number(power, 4))),
        );
        Item::plain(&id.id, meaning)
    });
    gpus.collect()
}

/// The built-in llms, in a line each.
fn llms(lang: Lang) -> Vec<Item> {
    let Ok(scenario) = catalog::built_in() else { return Vec::new() };
    let llms = scenario.definitions.llms.iter().map(|(id, llm)| {
        let title = llm.title.as_ref().map_or_else(|| id.id.clone(), |title| titled(title, lang));
        let Some(size) = &llm.size else { return Item::plain(&id.id, title) };
        let billions = |weights: f64| format!("{}B", format_number(weights / 1e9, 4));
        let active = size.experts.map_or_else(String::new, |experts| {
            format!(
                ", {} active ({:.0} of {:.0} experts)",
                billions(size.active_parameters),
                experts.active,
                experts.total
            )
        });
        let context = llm
            .context
            .map_or_else(String::new, |context| format!("; up to {} tokens", format_number(context, 17)));
        let kept = format_number(2.0 * size.kept(1.0), 17);
        let meaning = format!(
            "{title}: {}{active}; {:.0} layers; {kept} bytes a token kept in bf16{context}",
            billions(size.parameters),
            size.layers
        );
        Item::plain(&id.id, meaning)
    });
    llms.collect()
}

/// The built-in tokenizers, and what each makes of a thousand characters.
fn tokenizers(lang: Lang) -> Vec<Item> {
    let Ok(scenario) = catalog::built_in() else { return Vec::new() };
    let (all, at) = (&scenario.definitions, |id: &Reference| Reference { id: id.id.clone(), span: id.span });
    let each = |(id, tokenizer): &(Reference, Tokenizer)| {
        let of = |(language, _): &(Reference, Language)| {
            let mut spoken = Spoken::new(at(language), 1.0);
            spoken.look_up(&all.languages);
            let tokens = about_tokens(&[spoken], Measure::Characters, tokenizer).ok()?;
            Some(format!("{} {}", language.id, format_number(1000.0 * tokens, 3)))
        };
        let known: Vec<String> = all.languages.iter().filter_map(of).collect();
        let head = lang.pick("tokens in 1,000 characters, about: ", "1,000文字あたりのトークン数（約）：");
        Item::plain(&id.id, format!("{head}{}", known.join(", ")))
    };
    all.tokenizers.iter().map(each).collect()
}
