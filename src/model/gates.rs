//! Gates resolved: which months and which stream count.

use super::Gate;
use crate::calendar::YearMonth;
use crate::demand;
use crate::diagnostic::Diagnostic;
use crate::finance::{Amount, TOTAL_MARGIN};
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;
use crate::scenario::{Gate as Written, Scenario};
use crate::supply::{ids, unknown};

/// Resolves all gates; what is wrong with one is told.
pub(super) fn resolve(scenario: &Scenario, lookup: &mut dyn Lookup) -> Vec<Gate> {
    let gates = scenario.questions.gates.iter();
    gates.filter_map(|(id, written)| gate(scenario, &id.id, written, lookup)).collect()
}

/// Adds the measure of the margin behind those of the scenario's gates, if anything is earned; says where it stands.
pub(super) fn margin(scenario: &Scenario, gates: &mut Vec<Gate>) -> Option<usize> {
    if !earns(scenario) {
        return None;
    }
    let months = 0..scenario.timeline.length;
    gates.push(Gate { id: TOTAL_MARGIN.name.to_owned(), gauge: &TOTAL_MARGIN, stream: None, months });
    Some(gates.len() - 1)
}

fn earns(scenario: &Scenario) -> bool {
    scenario.traffics.iter().any(|(_, traffic)| traffic.revenue.is_some())
}

fn gate(scenario: &Scenario, id: &str, written: &Written, lookup: &mut dyn Lookup) -> Option<Gate> {
    let stream = match &written.traffic {
        None => None,
        Some(wanted) => {
            let place = scenario.traffics.iter().position(|(id, _)| id.id == wanted.id);
            if place.is_none() {
                lookup.refuse(unknown("traffic", wanted, &ids(&scenario.traffics)));
            }
            Some(place?)
        }
    };
    if written.measure.needs_revenue() && !earns(scenario) {
        let message =
            format!("`{}` measures what is left of revenue, and there is none", written.origin.address);
        lookup.refuse(
            Diagnostic::error("no-revenue", written.origin.span, message)
                .help("add `revenue` to a traffic, or measure `total_cost`"),
        );
        return None;
    }
    if written.measure.is_money() {
        for limit in written.at_least.iter().chain(&written.at_most) {
            if limit.currency != Some(scenario.currency) {
                let message = format!("a gate on money is in the scenario's currency, {}", scenario.currency);
                let mistake = Diagnostic::error("other-currency", limit.span, message);
                lookup.refuse(mistake.label(format!("expected an amount in {}", scenario.currency)));
            }
        }
    }
    let (start, length) = (scenario.timeline.start, scenario.timeline.length as i32);
    let place =
        |month: Option<YearMonth>, absent: i32| month.map_or(absent, |month| start.months_until(month));
    let (first, last) = (place(written.from, 0), place(written.until, length - 1));
    if first < 0 || last >= length || first > last {
        let end = start.plus_months(length - 1);
        let message = format!("`{}` looks at months that the scenario does not have", written.origin.address);
        lookup.refuse(
            Diagnostic::error("outside-scenario", written.origin.span, message)
                .label("`from` and `until` name the first and the last month that count")
                .help(format!("the scenario goes from {start} until {end}")),
        );
        return None;
    }
    let months = first as usize..last as usize + 1;
    Some(Gate { id: id.to_owned(), gauge: written.measure, stream, months })
}

/// Tokens per request of a stream, if any gate asks for tokens.
pub(super) fn tokens(gates: &[Gate], stream: &demand::Stream, lookup: &mut dyn Lookup) -> Option<Slot> {
    let asked = gates.iter().any(|gate| gate.gauge.below == Some(Amount::Tokens));
    let (calls, read, written) = (stream.calls, stream.input_tokens, stream.output_tokens);
    asked.then(|| {
        lookup.derive(
            "tokens per request",
            &[calls, read, written],
            Box::new(move |values, out| {
                for i in 0..LANES {
                    out[i] = values[calls][i] * (values[read][i] + values[written][i]);
                }
            }),
        )
    })
}
