//! Composes a strategy: supplies, levers, charges.

use super::resolve::named;
use super::{Entry, Strategy, SupplyInUse, charges, contracts};
use crate::demand::{self, Effects};
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::lever::Lever;
use crate::process::Lookup;
use crate::scenario::{Scenario, Serve, Strategy as Written};
use crate::supply::{Api, Entry as SupplyEntry, Supply, disrupted, find, ids, unknown};

/// A question to a supply: an entry of `serve`, for one of its traffics.
struct Question<'a> {
    /// Its place in the order of serving.
    order: usize,
    stream: usize,
    serve: &'a Serve,
}

/// Resolves one strategy.
pub(super) fn resolve(
    scenario: &Scenario,
    (id, written): &(Reference, Written),
    streams: &[Option<demand::Stream>],
    lookup: &mut dyn Lookup,
) -> Option<Strategy> {
    let levers: Vec<(&Reference, &dyn Lever)> = written
        .levers
        .iter()
        .filter_map(|wanted| find("lever", &scenario.levers, wanted, lookup).map(|lever| (wanted, &**lever)))
        .collect();
    let effects = effects(scenario, &levers, lookup);
    let questions = questions(scenario, written, lookup)?;
    let mut composed = Composed { entries: Vec::new(), supplies: Vec::new(), state: 0 };
    let mut whole = true;
    for name in names(&questions) {
        let asked: Vec<&Question> =
            questions.iter().filter(|question| question.serve.by.id == name).collect();
        let entries: Option<Vec<SupplyEntry>> =
            asked.iter().map(|question| entry(scenario, streams, &effects, question)).collect();
        let entries = entries?;
        match supply(scenario, &name, &entries, lookup) {
            Some(supply) => composed.add(&name, supply, &asked, lookup),
            None => whole = false,
        }
    }
    let all_vendors = scenario.definitions.vendors.len();
    let charges = charges::resolve(scenario, written, &levers, lookup);
    let of_charges = charges.iter().flatten().filter_map(|charge| charge.from.map(|from| from.vendor));
    let of_supplies = composed.supplies.iter().flat_map(|used| used.supply.sellers());
    // After a mistake nobody knows what is bought: then every vendor may be meant.
    let known = whole && charges.is_some();
    let vendors = if known { of_charges.chain(of_supplies).collect() } else { (0..all_vendors).collect() };
    let agreed = contracts::resolve(scenario, written, composed.state, vendors, lookup);
    if !whole {
        return None;
    }
    let (charges, agreed) = (charges?, agreed?);
    composed.entries.sort_by_key(|(order, _)| *order);
    let strategy = Strategy {
        sheds: composed.entries.iter().any(|(_, entry)| entry.sheds),
        id: id.id.clone(),
        title: written.title.clone().unwrap_or_else(|| named(id)),
        entries: composed.entries.into_iter().map(|(_, entry)| entry).collect(),
        supplies: composed.supplies,
        charges,
        contracts: agreed.contracts,
        vendors: agreed.vendors,
        state: agreed.state,
        switching: None,
    };
    check_shed_costs(scenario, written, &strategy, lookup);
    Some(strategy)
}

struct Composed {
    entries: Vec<(usize, Entry)>,
    supplies: Vec<SupplyInUse>,
    state: usize,
}

impl Composed {
    fn add(&mut self, name: &str, supply: Box<dyn Supply>, asked: &[&Question], lookup: &mut dyn Lookup) {
        for (number, question) in asked.iter().enumerate() {
            let share = question.serve.share.as_ref().and_then(|share| lookup.path(share));
            let (stream, supply, sheds) = (question.stream, self.supplies.len(), question.serve.sheds);
            let entry = Entry { stream, supply, number, sheds, share };
            self.entries.push((question.order, entry));
        }
        let state = self.state;
        self.state += supply.state();
        self.supplies.push(SupplyInUse { name: name.to_owned(), supply, state });
    }
}

/// The questions of a strategy, in the order of serving; a list of traffics is a question each.
fn questions<'a>(
    scenario: &Scenario,
    written: &'a Written,
    lookup: &mut dyn Lookup,
) -> Option<Vec<Question<'a>>> {
    let wanted =
        written.serve.iter().flat_map(|serve| serve.traffic.iter().map(move |traffic| (serve, traffic)));
    let found: Vec<Option<Question>> = wanted
        .enumerate()
        .map(|(order, (serve, traffic))| {
            let stream = scenario.traffics.iter().position(|(id, _)| id.id == traffic.id);
            if stream.is_none() {
                lookup.refuse(unknown("traffic", traffic, &ids(&scenario.traffics)));
            }
            stream.map(|stream| Question { order, stream, serve })
        })
        .collect();
    found.into_iter().collect()
}

/// Supplies that are asked, each once, in the order of serving.
fn names(questions: &[Question]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for question in questions {
        if !names.contains(&question.serve.by.id) {
            names.push(question.serve.by.id.clone());
        }
    }
    names
}

fn supply(
    scenario: &Scenario,
    name: &str,
    entries: &[SupplyEntry],
    lookup: &mut dyn Lookup,
) -> Option<Box<dyn Supply>> {
    if name.contains('/') {
        let api = Api::resolve(entries, &scenario.definitions, lookup)?;
        return Some(disrupted(Box::new(api), &[name], lookup));
    }
    find("supply", &scenario.supplies, entries[0].by, lookup)?.resolve(
        name,
        entries,
        &scenario.definitions,
        lookup,
    )
}

fn entry<'a>(
    scenario: &'a Scenario,
    streams: &'a [Option<demand::Stream>],
    effects: &[Effects],
    question: &Question<'a>,
) -> Option<SupplyEntry<'a>> {
    let serve = question.serve;
    Some(SupplyEntry {
        traffic: &scenario.traffics[question.stream].1,
        stream: streams[question.stream].as_ref()?,
        effects: effects[question.stream],
        by: &serve.by,
        up_to_replicas: serve.up_to_replicas,
        tier: serve.tier,
        region: serve.region.as_ref(),
    })
}

/// What the levers do to each stream.
fn effects(
    scenario: &Scenario,
    levers: &[(&Reference, &dyn Lever)],
    lookup: &mut dyn Lookup,
) -> Vec<Effects> {
    let mut effects = vec![Effects::default(); scenario.traffics.len()];
    for (named_at, lever) in levers {
        for ((id, _), effects) in scenario.traffics.iter().zip(&mut effects) {
            if lever.on().is_some_and(|on| on.iter().all(|wanted| wanted.id != id.id)) {
                continue;
            }
            if let Err(kind) = lever.apply(effects, lookup) {
                let message = format!(
                    "`{}` is a second lever of kind `{kind}` on the traffic `{}`",
                    named_at.id, id.id
                );
                lookup.refuse(
                    Diagnostic::error("counted-twice", named_at.span, message)
                        .label("its effect would count twice")
                        .help("keep one of the two, or let each act `on` other traffics"),
                );
            }
        }
        for wanted in lever.on().unwrap_or_default() {
            find("traffic", &scenario.traffics, wanted, lookup);
        }
    }
    effects
}

/// Where something can be left unserved, its price must be known.
fn check_shed_costs(scenario: &Scenario, written: &Written, strategy: &Strategy, lookup: &mut dyn Lookup) {
    for (place, (id, traffic)) in scenario.traffics.iter().enumerate() {
        let mut asked = strategy.entries.iter().filter(|entry| entry.stream == place);
        let unlimited = |entry: &Entry| strategy.supplies[entry.supply].supply.unlimited(entry.number);
        // From top to bottom: the first that sheds or takes all decides.
        let decides =
            asked.find(|entry| unlimited(entry) && entry.share.is_none() || entry.sheds && !unlimited(entry));
        let served_whole = decides.is_some_and(unlimited);
        if traffic.shed_cost.is_none() && !served_whole {
            let message = format!("`{}` may leave requests of `{}` unserved", written.origin.address, id.id);
            lookup.refuse(
                Diagnostic::error("no-shed-cost", traffic.origin.span, message)
                    .label("`shed_cost` is missing here")
                    .related(written.origin.span, "no entry of this strategy takes whatever is left")
                    .help(format!(
                        "add `shed_cost = \"… {} /request\"` to the traffic: the price of not serving",
                        scenario.currency
                    )),
            );
        }
    }
}
