//! `tokencast explain --origin`: where a value came from, and what it replaced.

use serde_json::{Value, json};

use super::args::Input;
use super::exit::{Exit, Stop};
use super::load::{Loaded, read_valid};
use super::terminal::Terminal;
use crate::document::{Evidence, Origin};
use crate::model::Model;
use crate::report::display::{Lang, clean};
use crate::scenario::Trail;
use crate::text::did_you_mean;

/// What a value says that stands in no file.
const DEFAULT: &str = "tokencast default";

/// Shows the layers of the value at an address, or of every value below it.
pub(super) fn origin(input: &Input, address: &str, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let (loaded, _, model) = read_valid(input, terminal)?;
    let trails = chosen(all(&loaded, &model), address)?;
    if terminal.json {
        let values: Vec<Value> = trails.iter().map(|trail| as_json(trail, &loaded, &model)).collect();
        terminal.print_json(&json!({ "scenario": loaded.file, "address": address, "values": values }))?;
        return Ok(Exit::Ok);
    }
    let texts: Vec<String> =
        trails.iter().map(|trail| as_text(trail, &loaded, &model, terminal.lang)).collect();
    terminal.print(&texts.join("\n"))?;
    Ok(Exit::Ok)
}

/// Every written value, and the defaults that the world is made of.
fn all(loaded: &Loaded, model: &Model) -> Vec<Trail> {
    let mut trails = loaded.written.as_ref().map_or_else(Vec::new, crate::scenario::Written::trails);
    let origins = model.inputs.iter().filter_map(|input| input.origin.as_ref());
    for origin in origins.filter(|origin| is_default(origin)) {
        if trails.iter().all(|trail| trail.address != origin.address) {
            trails.push(Trail { address: origin.address.clone(), layers: vec![origin.clone()] });
        }
    }
    trails
}

fn chosen(trails: Vec<Trail>, address: &str) -> Result<Vec<Trail>, Stop> {
    let names: Vec<String> = trails.iter().map(|trail| trail.address.clone()).collect();
    let below = format!("{address}.");
    let exact = names.iter().any(|name| name == address);
    let wanted = |name: &str| if exact { name == address } else { name.starts_with(&below) };
    let found: Vec<Trail> = trails.into_iter().filter(|trail| wanted(&trail.address)).collect();
    if !found.is_empty() {
        return Ok(found);
    }
    let close = did_you_mean(address, names.iter().map(String::as_str));
    let help = close.map(|close| format!("did you mean `{close}`?"));
    let mut families: Vec<&str> = names.iter().filter_map(|name| name.split('.').next()).collect();
    families.sort_unstable();
    families.dedup();
    let help = help.unwrap_or_else(|| format!("an address begins with one of: {}", families.join(", ")));
    Err(Stop::new(Exit::Invalid, format!("no value stands at `{address}`")).help(help))
}

fn is_default(origin: &Origin) -> bool {
    origin.provenance.source.as_deref() == Some(DEFAULT)
}

/// File, line and column; none for a default.
fn place<'a>(origin: &Origin, loaded: &'a Loaded) -> Option<(&'a str, usize, usize)> {
    let source = loaded.sources.get(origin.span.file).filter(|_| !is_default(origin))?;
    let at = source.position(origin.span.start);
    Some((source.name(), at.line, at.column))
}

/// The unit that the value is read in, where it is one of the world's.
fn unit(trail: &Trail, model: &Model) -> Option<String> {
    let of = |input: &&crate::world::Input| {
        input.origin.as_ref().is_some_and(|origin| origin.address == trail.address)
    };
    model.inputs.iter().find(of)?.unit.unit.as_ref().map(|unit| unit.text.clone())
}

fn as_text(trail: &Trail, loaded: &Loaded, model: &Model, lang: Lang) -> String {
    let instead = lang.pick("in place of", "置き換え前：");
    let mut lines = Vec::new();
    for (depth, origin) in trail.layers.iter().enumerate() {
        let written = clean(&origin.written, 200);
        lines.push(match depth {
            0 => format!("{} = {written}{}", trail.address, read_in(trail, model, lang)),
            _ if origin.address == trail.address => format!("  {instead} {written}"),
            _ => format!("  {instead} {} = {written}", origin.address),
        });
        lines.push(format!("{}{}", " ".repeat(if depth == 0 { 2 } else { 4 }), notes(origin, loaded)));
    }
    lines.join("\n") + "\n"
}

fn read_in(trail: &Trail, model: &Model, lang: Lang) -> String {
    match (unit(trail, model).filter(|unit| !unit.is_empty()), lang) {
        (None, _) => String::new(),
        (Some(unit), Lang::En) => format!("  (read in {unit})"),
        (Some(unit), Lang::Ja) => format!("（単位：{unit}）"),
    }
}

fn notes(origin: &Origin, loaded: &Loaded) -> String {
    let provenance = &origin.provenance;
    let mut notes = Vec::new();
    notes.extend(place(origin, loaded).map(|(file, line, column)| format!("{file}:{line}:{column}")));
    notes.extend(provenance.evidence.map(|evidence| evidence.word().to_owned()));
    notes.extend(provenance.as_of.iter().map(|date| clean(date, 20)));
    notes.extend(provenance.source.iter().map(|source| clean(source, 300)));
    notes.join(" · ")
}

fn as_json(trail: &Trail, loaded: &Loaded, model: &Model) -> Value {
    let layer = |origin: &Origin| {
        let place = place(origin, loaded);
        json!({
            "address": origin.address,
            "written": origin.written,
            "file": place.map(|(file, ..)| file),
            "line": place.map(|(_, line, _)| line),
            "column": place.map(|(.., column)| column),
            "source": origin.provenance.source,
            "as_of": origin.provenance.as_of,
            "evidence": origin.provenance.evidence.map(Evidence::word),
        })
    };
    json!({
        "address": trail.address,
        "unit": unit(trail, model),
        "layers": trail.layers.iter().map(layer).collect::<Vec<_>>(),
    })
}
