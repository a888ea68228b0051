//! What each lever of a strategy saves: alone, in the order in which they act, and all together, on the same paths.

use super::break_even::{BreakEven, break_even};
use super::compare::{Difference, difference};
use super::findings::served_share;
use super::quality::{Quality, qualities};
use crate::engine::Outcomes;
use crate::model::{Model, Pull};
use crate::stats::{Estimate, Paths};

/// What levers save; a saving is a negative difference.
#[derive(Clone, Debug, PartialEq)]
pub struct Saved {
    /// Against the strategy without them.
    pub difference: Difference,
    /// When it has cost less for good.
    pub payback: BreakEven,
}

/// One lever.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Its id and kind.
    pub lever: Pull,
    /// Alone.
    pub alone: Saved,
    /// On top of those that act before it.
    pub on_top: Difference,
    /// Scores with it and those that act before it.
    pub quality: Vec<Quality>,
    /// Share of requests that nobody serves with it and those that act before it.
    pub unserved: f64,
}

/// The levers of a strategy.
#[derive(Clone, Debug, PartialEq)]
pub struct Waterfall {
    /// Mean cost without any lever.
    pub before: Estimate,
    /// Scores without any lever, by evaluation that a traffic needs.
    pub quality: Vec<Quality>,
    /// Share of requests that nobody serves without any lever.
    pub unserved: f64,
    /// Each lever, in the order in which they act.
    pub steps: Vec<Step>,
    /// All of them.
    pub together: Saved,
    /// Mean cost with all of them.
    pub after: Estimate,
    /// Whether costs are present values; else nominal totals.
    pub discounted: bool,
    /// Simulated paths.
    pub paths: u64,
    /// Months of the scenario.
    pub months: usize,
}

/// Reads a run of a model of the strategies that [`crate::model::lever_variants`] makes of these levers.
pub fn waterfall(model: &Model, outcomes: &Outcomes, levers: &[Pull]) -> Waterfall {
    let sampling = outcomes.design.sampling;
    let costs = |place: usize| outcomes.strategies[place].totals.compared();
    let against = |place: usize, base: usize| difference(costs(place), costs(base), sampling);
    // What begins later has not paid back before the end of its first month, though it never cost more.
    let start = |lever: &Pull| match lever.from.map_or(0, |from| model.timeline.start.months_until(from)) {
        ..=0 => -1.0,
        months => f64::from(months),
    };
    let saved = |place: usize, start: f64| {
        let difference = against(place, 0);
        let moments = &outcomes.strategies[place].totals.break_even;
        // What changes nothing never costs more, and never less either.
        let nothing = difference.p5 == 0.0 && difference.p95 == 0.0 && difference.mean.value == 0.0;
        let mut payback = if nothing {
            break_even(&vec![f32::NAN; moments.len()], outcomes.months)
        } else {
            break_even(moments, outcomes.months)
        };
        for moment in [&mut payback.p5, &mut payback.p50, &mut payback.p95].into_iter().flatten() {
            if *moment <= start {
                *moment = start + 1.0;
            }
        }
        Saved { difference, payback }
    };
    // The first with none before it is that lever alone.
    let up_to = |lever: usize| if lever == 0 { 1 } else { levers.len() + lever };
    let unserved = |place: usize| 1.0 - served_share(&outcomes.strategies[place].measures);
    let scores = |place: usize| {
        let outcome = &outcomes.strategies[place];
        qualities(model, &outcome.events, &outcome.totals.scores, sampling)
    };
    let steps = levers
        .iter()
        .enumerate()
        .map(|(place, lever)| Step {
            lever: lever.clone(),
            alone: saved(1 + place, start(lever)),
            on_top: against(up_to(place), if place == 0 { 0 } else { up_to(place - 1) }),
            quality: scores(up_to(place)),
            unserved: unserved(up_to(place)),
        })
        .collect();
    let last = up_to(levers.len() - 1);
    Waterfall {
        before: Paths::new(costs(0), sampling).mean(),
        quality: scores(0),
        unserved: unserved(0),
        steps,
        together: saved(last, levers.iter().map(start).fold(f64::INFINITY, f64::min)),
        after: Paths::new(costs(last), sampling).mean(),
        discounted: !outcomes.strategies[0].totals.npv.is_empty(),
        paths: outcomes.paths,
        months: outcomes.months,
    }
}
