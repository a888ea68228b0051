//! A strategy without its levers, with each alone, and with more and more of them: strategies of one scenario, on the same paths.

use crate::calendar::YearMonth;
use crate::document::Reference;
use crate::lever::place_of;
use crate::scenario::{Scenario, Strategy};

/// A lever that a strategy pulls.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pull {
    /// Its id.
    pub id: String,
    /// Its kind.
    pub kind: &'static str,
    /// The first month with an effect; the scenario's first if absent.
    pub from: Option<YearMonth>,
}

/// Why a strategy has no variants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NoVariants {
    /// It pulls no lever.
    NoLever,
    /// It gives way to others, which have levers of their own.
    GivesWay,
}

/// Leaves of what is compared in a scenario only variants of the strategy at a place: without levers, with each alone, and with the
/// first two, three and so on, in the order in which they act. Says which levers these are, in that order.
///
/// # Errors
/// The strategy has no variants.
pub fn lever_variants(scenario: &mut Scenario, place: usize) -> Result<Vec<Pull>, NoVariants> {
    let (id, strategy) = &scenario.strategies[place];
    if !strategy.switches.is_empty() {
        return Err(NoVariants::GivesWay);
    }
    let found = |wanted: &Reference| {
        scenario.levers.iter().find(|(id, _)| id.id == wanted.id).map(|(_, lever)| lever)
    };
    let kind = |wanted: &Reference| found(wanted).map_or("", |lever| lever.kind());
    let from = |wanted: &Reference| found(wanted).and_then(|lever| lever.terms().rollout.from());
    let mut levers = strategy.levers.clone();
    levers.sort_by_key(|lever| place_of(kind(lever)));
    if levers.is_empty() {
        return Err(NoVariants::NoLever);
    }
    let pulls = levers
        .iter()
        .map(|lever| Pull { id: lever.id.clone(), kind: kind(lever), from: from(lever) })
        .collect();
    let mut variants: Vec<(Reference, Strategy)> = Vec::new();
    let mut add = |name: String, levers: &[Reference]| {
        let named = Reference { id: format!("{}: {name}", id.id), span: id.span };
        variants.push((named, strategy.with_levers(levers)));
    };
    add("none".into(), &[]);
    for (place, lever) in levers.iter().enumerate() {
        add(format!("only {}", lever.id), &levers[place..=place]);
    }
    for (place, lever) in levers.iter().enumerate().skip(1) {
        add(format!("up to {}", lever.id), &levers[..=place]);
    }
    scenario.strategies = variants;
    (scenario.questions.baseline, scenario.questions.chosen) = (None, None);
    scenario.questions.gates.clear();
    Ok(pulls)
}
