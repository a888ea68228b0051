//! From a scenario to a model.

use std::collections::BTreeMap;

use super::{Model, Strategy, Stream, Work, gates, products, strategy, switching};
use crate::demand;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::document::{Reference, Title};
use crate::finance::{Component, Line};
use crate::hazard;
use crate::lanes::Slot;
use crate::process::Lookup;
use crate::scenario::Scenario;
use crate::supply::{ids, unknown};
use crate::world::Builder;

/// Resolves a scenario. Mistakes that only show when names meet are collected; a model comes out only without errors.
pub fn resolve(scenario: &Scenario) -> (Option<Model>, Diagnostics) {
    let fx: BTreeMap<_, _> = scenario.fx.iter().cloned().collect();
    let indexes: BTreeMap<_, _> =
        scenario.indexes.iter().map(|(id, path)| (id.id.clone(), path.clone())).collect();
    let mut builder = Builder::new(scenario.timeline.clone(), scenario.currency, fx, indexes);
    let discount = scenario.finance.as_ref().map(|finance| finance.resolve(&mut builder));
    let streams = streams(scenario, &mut builder);
    let vendors = &scenario.definitions.vendors;
    let supplies = ids(&scenario.supplies);
    let hazards = hazard::resolve(&scenario.hazards, vendors, &supplies, &scenario.told, &mut builder);
    builder.strike(hazards.hits().clone(), hazards.outages().clone());
    let mut events = Vec::new();
    let around = strategy::Surroundings { scenario, streams: &streams, hazards: &hazards };
    let resolved = |s| strategy::resolve(&around, s, &mut events, &mut builder);
    let strategies: Vec<_> = scenario.strategies.iter().map(resolved).collect();
    let switchings = switching::resolve(scenario, (&streams, &hazards), (&strategies, &events), &mut builder);
    let baseline = named_strategy(scenario, scenario.questions.baseline.as_ref(), &mut builder);
    let chosen = named_strategy(scenario, scenario.questions.chosen.as_ref(), &mut builder);
    check_budget(scenario, &mut builder);
    let mut gates = gates::resolve(scenario, &mut builder);
    let margin = gates::margin(scenario, &mut gates);
    let tokens: Vec<Option<Slot>> =
        streams.iter().map(|stream| gates::tokens(&gates, stream.as_ref()?, &mut builder)).collect();
    builder.correlate(&scenario.correlations);
    let (program, inputs, met) = builder.finish();
    // An unknown id that was met here as well is not told twice.
    let mut mistakes = scenario.unknown.clone();
    let told = |mistake: &Diagnostic| {
        scenario.unknown.iter().any(|one| (one.code, one.span) == (mistake.code, mistake.span))
    };
    mistakes.extend(met.into_iter().filter(|mistake| !told(mistake)));
    if mistakes.has_errors() {
        return (None, mistakes);
    }
    // Only now: what a misspelt name leaves unused is no second mistake.
    mistakes.extend(scenario.unused.clone());
    let strategies = strategies.into_iter().collect::<Option<Vec<_>>>();
    let whole = strategies.zip(switchings).map(|(strategies, switchings)| {
        let with = strategies.into_iter().zip(switchings);
        let with = with.map(|(mut strategy, switching)| {
            for (stream, tokens) in strategy.own_streams.iter_mut().flatten().zip(&tokens) {
                stream.work.tokens = *tokens;
            }
            Strategy { switching, ..strategy }
        });
        with.zip(&scenario.strategies).partition::<Vec<_>, _>(|(_, (_, written))| written.compare)
    });
    let plain = |list: Vec<(Strategy, _)>| list.into_iter().map(|(strategy, _)| strategy).collect();
    let model = whole.map(|(strategies, elsewhere)| Model {
        title: scenario.title.clone(),
        timeline: scenario.timeline.clone(),
        currency: scenario.currency,
        program,
        inputs,
        discount,
        streams: running(scenario, &streams, &tokens),
        strategies: plain(strategies),
        elsewhere: plain(elsewhere),
        baseline: baseline.unwrap_or(0),
        chosen,
        gates,
        margin,
        hazards,
        events,
    });
    (model, mistakes)
}

/// Streams as the engine runs them.
pub(super) fn running(
    scenario: &Scenario,
    streams: &[Option<demand::Stream>],
    tokens: &[Option<Slot>],
) -> Vec<Stream> {
    let all = scenario.traffics.iter().zip(streams.iter().zip(tokens));
    all.filter_map(|((id, traffic), (stream, tokens))| {
        let stream = stream.as_ref()?;
        let title = traffic.title.clone().unwrap_or_else(|| named(id));
        let shed = stream.shed_cost.map(|price| (shed_line(id, stream.requests, price), price));
        let work = Work { requests: stream.requests, tokens: *tokens };
        Some(Stream { id: id.id.clone(), title, work, users: stream.everybody, earns: stream.earns, shed })
    })
    .collect()
}

/// A title for something that has only an id.
pub(super) fn named(id: &Reference) -> Title {
    Title { en: id.id.clone(), ja: None }
}

fn shed_line(id: &Reference, requests: Slot, price: Slot) -> Line {
    Line {
        component: Component::Shed,
        label: "requests not served".into(),
        payee: id.id.clone(),
        unit: "requests",
        per_unit: 1.0,
        inputs: vec![requests, price],
    }
}

/// The place of a strategy that the scenario names.
fn named_strategy(scenario: &Scenario, wanted: Option<&Reference>, lookup: &mut dyn Lookup) -> Option<usize> {
    let wanted = wanted?;
    let Some((_, written)) = scenario.strategies.iter().find(|(id, _)| id.id == wanted.id) else {
        lookup.refuse(unknown("strategy", wanted, &ids(&scenario.strategies)));
        return None;
    };
    if !written.compare {
        let message = format!("`{}` is only a place to switch to", wanted.id);
        lookup.refuse(
            Diagnostic::error("not-compared", wanted.span, message)
                .related(written.origin.span, "it says `compare = false`")
                .help("name a strategy that is compared, or take `compare = false` away"),
        );
        return None;
    }
    let mut compared = scenario.strategies.iter().filter(|(_, written)| written.compare);
    compared.position(|(id, _)| id.id == wanted.id)
}

/// A budget in another currency than the scenario's would say something else each month.
fn check_budget(scenario: &Scenario, lookup: &mut dyn Lookup) {
    let budget = &scenario.questions.budget;
    for limit in budget.monthly.iter().chain(&budget.fiscal_year).chain(&budget.total) {
        if limit.currency != Some(scenario.currency) {
            let message = format!("a budget is in the scenario's currency, {}", scenario.currency);
            let mistake = Diagnostic::error("other-currency", limit.span, message);
            lookup.refuse(mistake.label(format!("expected an amount in {}", scenario.currency)));
        }
    }
}

/// Resolves traffics. The users of products answer to prices; the scores that they meet are the usual ones.
pub fn streams(scenario: &Scenario, builder: &mut Builder) -> Vec<Option<demand::Stream>> {
    let people = products::resolve(scenario, &Vec::new(), builder);
    streams_of(scenario, &people, builder)
}

/// Resolves traffics for these users of tiers; one that is a share of another comes after it.
pub(super) fn streams_of(
    scenario: &Scenario,
    people: &demand::People,
    builder: &mut Builder,
) -> Vec<Option<demand::Stream>> {
    let mut streams: Vec<Option<demand::Stream>> = vec![None; scenario.traffics.len()];
    let mut done = vec![false; scenario.traffics.len()];
    let mut left: Vec<usize> = (0..scenario.traffics.len()).collect();
    while !left.is_empty() {
        let before = left.len();
        left.retain(|&place| {
            let traffic = &scenario.traffics[place].1;
            let whole = traffic.requests.share_of().map(|of| original(scenario, of));
            match whole {
                None => streams[place] = demand::Stream::resolve(traffic, None, people, builder),
                // Where the whole has no stream, what is wrong was said there.
                Some(Some(whole)) if done[whole] => {
                    let whole = streams[whole].clone();
                    streams[place] = whole
                        .and_then(|whole| demand::Stream::resolve(traffic, Some(&whole), people, builder));
                }
                Some(_) => return true,
            }
            done[place] = true;
            false
        });
        if left.len() == before {
            left.drain(..).for_each(|place| refuse_share(scenario, place, builder));
        }
    }
    streams
}

/// The place of the traffic that another is a share of.
fn original(scenario: &Scenario, of: &Reference) -> Option<usize> {
    scenario.traffics.iter().position(|(name, _)| name.id == of.id)
}

/// Says what is wrong with a share that waits for ever, unless it only waits for another such share.
fn refuse_share(scenario: &Scenario, place: usize, lookup: &mut dyn Lookup) {
    let traffics = &scenario.traffics;
    let Some(of) = traffics[place].1.requests.share_of() else { return };
    let Some(mut next) = original(scenario, of) else {
        lookup.refuse(unknown("traffic", of, &ids(traffics)));
        return;
    };
    for _ in traffics {
        if next == place {
            let message = format!("`{}` is, in the end, a share of itself", traffics[place].0.id);
            let help = "let one of them say its own `requests` or `users`";
            let mistake = Diagnostic::error("circular", of.span, message);
            lookup.refuse(mistake.label("this traffic waits for the other").help(help));
            return;
        }
        match traffics[next].1.requests.share_of().and_then(|of| original(scenario, of)) {
            Some(further) => next = further,
            None => return,
        }
    }
}
