//! `tokencast check`: every mistake at once.

use serde_json::{Value, json};

use super::age;
use super::args::Check;
use super::exit::{Exit, Stop};
use super::load::{Loaded, count, read};
use super::outputs::dates;
use super::terminal::Terminal;
use crate::diagnostic::to_json;
use crate::model::Model;
use crate::scenario::Scenario;
use crate::world::Input;

/// Checks a scenario.
pub(super) fn check(args: &Check, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let loaded = read(&args.input)?;
    let exit = loaded.exit();
    if terminal.json {
        terminal.print_json(&as_json(&loaded))?;
        return Ok(exit);
    }
    loaded.tell(terminal);
    if let Some((scenario, model)) = &loaded.ready {
        terminal.print(&format!("{}: {}; {}\n", loaded.file, contents(scenario, model), loaded.verdict()))?;
        age::tell(model, terminal)?;
    }
    Ok(exit)
}

/// `4 strategies, 2 traffics, 36 months, 41 uncertain inputs`.
fn contents(scenario: &Scenario, model: &Model) -> String {
    [
        count(model.strategies.len(), "strategy"),
        count(scenario.traffics.len(), "traffic"),
        count(model.timeline.length, "month"),
        count(uncertain(model), "uncertain input"),
    ]
    .join(", ")
}

/// Figures that are uncertain themselves, not because of one inside them.
fn uncertain(model: &Model) -> usize {
    let own = |input: &&Input| {
        input.origin.is_some()
            && input.uncertain
            && input.parents.iter().all(|parent| !model.inputs[parent.number()].uncertain)
    };
    model.inputs.iter().filter(own).count()
}

fn as_json(loaded: &Loaded) -> Value {
    let contents = loaded.ready.as_ref().map(|(scenario, model)| {
        json!({
            "strategies": model.strategies.len(),
            "traffics": scenario.traffics.len(),
            "months": model.timeline.length,
            "uncertain_inputs": uncertain(model),
            "figures_as_of": dates(model).map(|(oldest, newest)| json!({ "oldest": oldest, "newest": newest })),
            "prices_as_of": age::price_dates(model).map(|(oldest, newest)| json!({ "oldest": oldest, "newest": newest })),
        })
    });
    json!({
        "scenario": loaded.file,
        "valid": loaded.ready.is_some(),
        "contents": contents,
        "diagnostics": to_json(&loaded.diagnostics, &loaded.sources),
    })
}
