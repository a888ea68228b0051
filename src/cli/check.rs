//! `tokencast check`: every mistake at once.

use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};

use super::args::Check;
use super::exit::{Exit, Stop};
use super::load::{Loaded, count, read};
use super::outputs::dates;
use super::terminal::Terminal;
use crate::calendar::{Date, YearMonth};
use crate::diagnostic::to_json;
use crate::model::Model;
use crate::scenario::Scenario;
use crate::world::Input;

/// Figures older than this many days deserve a second look: vendors reprice within months.
const OLD_DAYS: i64 = 180;

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
        if let Some(age) = age(model).filter(|_| Terminal::is_watched()) {
            terminal.print(&format!("{age}\n"))?;
        }
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
            && input.parents.iter().all(|parent| !model.inputs[parent.0].uncertain)
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
        })
    });
    json!({
        "scenario": loaded.file,
        "valid": loaded.ready.is_some(),
        "contents": contents,
        "diagnostics": to_json(&loaded.diagnostics, &loaded.sources),
    })
}

/// How old the figures are today. Only people are told: what a script sees must not change from day to day.
fn age(model: &Model) -> Option<String> {
    let (oldest, newest) = dates(model)?;
    let first_day =
        |text: &str| Date::parse(text).ok().or_else(|| YearMonth::parse(text).ok().map(YearMonth::first_day));
    let days = first_day(&oldest)?.days_until(today()?);
    let advice = if days > OLD_DAYS { "; prices may have changed since" } else { "" };
    Some(if oldest == newest {
        format!("all dated figures are of {oldest}, {days} days ago{advice}")
    } else {
        format!("figures are dated {oldest} to {newest}; the oldest is {days} days old{advice}")
    })
}

#[allow(clippy::disallowed_methods, reason = "how old a price is depends on today")]
fn today() -> Option<Date> {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let mut days = since_1970.as_secs() / 86_400;
    let mut month = YearMonth::new(1970, 1)?;
    while days >= u64::from(month.days()) {
        days -= u64::from(month.days());
        month = month.plus_months(1);
    }
    Date::new(month, days as u8 + 1)
}
