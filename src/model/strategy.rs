//! Composes a strategy: supplies, levers, charges.

use std::collections::BTreeMap;

use super::charges::Volume;
use super::led::{self, First, Reach};
use super::pulled::Pulled;
use super::resolve::{named, running};
use super::{
    Aside, Entry, Event, Grade, Strategy, SupplyInUse, barred, charges, cold, contracts, failover, products,
    training,
};
use crate::demand::{self, Effects};
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::finance::{Bought, Charge};
use crate::hazard;
use crate::lanes::Slot;
use crate::pricing::Tier;
use crate::process::Lookup;
use crate::scenario::{Scenario, Serve, Strategy as Written};
use crate::supply::{Api, Entry as SupplyEntry, Supply, disrupted, escalating, find, ids, unknown};
use crate::world::Builder;

/// A question to a supply: an entry of `serve`, for one of its traffics.
pub(super) struct Question<'a> {
    /// Its place in the order of serving.
    order: usize,
    pub(super) stream: usize,
    pub(super) serve: &'a Serve,
    /// What of its requests never reaches the supply.
    pub(super) aside: Aside,
    /// The event of its requests that wait.
    pub(super) waited: Option<usize>,
    /// What of its stream it is led by a lever, caches of answers apart, all if absent; absent for an entry of `serve`.
    #[allow(clippy::option_option, reason = "led all of it, and led nothing, are different")]
    pub(super) led: Option<Option<Slot>>,
    /// What levers before it leave of the stream, caches of answers apart; all if absent.
    pub(super) behind: Option<Slot>,
    /// What caches of answers leave of the stream; all if absent.
    asked: Option<Slot>,
    /// The share of what it serves that goes on all the same.
    pub(super) escalates: Option<Slot>,
    /// What its answers are graded by.
    pub(super) grades: Vec<Grade>,
}

/// Where a strategy is resolved.
pub(super) struct Surroundings<'a> {
    pub(super) scenario: &'a Scenario,
    pub(super) streams: &'a [Option<demand::Stream>],
    pub(super) hazards: &'a hazard::World,
}

/// Resolves one strategy; what may happen to it from time to time is added to `events`.
pub(super) fn resolve(
    around: &Surroundings,
    (id, written): &(Reference, Written),
    events: &mut Vec<Event>,
    builder: &mut Builder,
) -> Option<Strategy> {
    let Surroundings { scenario, streams, .. } = *around;
    let pulled = Pulled::resolve(scenario, written, builder);
    let firsts = led::firsts(scenario, written, &pulled, builder);
    let mut questions = questions(scenario, written, &firsts, &pulled, builder)?;
    let list = builder.strike_more(BTreeMap::new());
    for (vendor, factor) in pulled.prices() {
        builder.reprice(vendor, factor);
    }
    let forced = barred::forced(around, written, &questions, builder);
    let studied = training::study(around, written, &pulled.training(), builder);
    let news = (&forced, &pulled, &studied.changes[..]);
    let own = products::own_streams(around, (id, written), &questions, news, builder);
    let streams = own.as_deref().unwrap_or(streams);
    let around = &Surroundings { streams, ..*around };
    let passed = barred::set_aside(scenario, &id.id, news, &mut questions, events, builder);
    // What is asked meets prices as the moves of this strategy leave them.
    builder.strike_more(forced.hits.clone());
    let composed = compose(around, &pulled, &questions, builder);
    builder.strike_again(list.clone());
    let Composed { mut entries, supplies, state, whole } = composed?;
    let whole = whole && passed.is_some();
    // Moves are those of what serves; a discount is one on all that is bought.
    for (vendor, factor) in pulled.prices() {
        builder.reprice(vendor, factor);
    }
    let rollouts = charges::rollouts(&pulled.levers, builder);
    let trained = studied.costs(builder);
    let operations = charges::operations(scenario, written, &served(&questions, streams), builder);
    builder.strike_again(list);
    let charges = rollouts.zip(operations).zip(trained.as_ref()).map(|((rollouts, operations), trained)| {
        rollouts.into_iter().chain(trained.charges.iter().cloned()).chain(operations).collect::<Vec<_>>()
    });
    let bought = bought(scenario, whole.then_some(&supplies[..]), charges.as_deref());
    let agreed = contracts::resolve(scenario, written, state, &bought, builder);
    if !whole {
        return None;
    }
    let (charges, agreed) = (charges?, agreed?);
    entries.sort_by_key(|(order, _)| *order);
    let mut entries: Vec<Entry> = entries.into_iter().map(|(_, entry)| entry).collect();
    let succeeds = written.failover.as_ref().map(|number| builder.number(number));
    failover::resolve(&mut entries, &supplies, succeeds, builder);
    let loses = |entry: &Entry| entry.aside.as_ref().is_some_and(|aside| !aside.lost.is_empty());
    let (trained, idle) = trained?.lend(agreed.state, &supplies, builder);
    let due = |month| (0..charges.len()).filter(|place| charges[*place].is_due(month)).collect();
    let strategy = Strategy {
        due: (0..builder.timeline().length).map(due).collect(),
        own_streams: own.map(|own| running(scenario, &own, &vec![None; own.len()])),
        sheds: entries.iter().any(|entry| entry.sheds || entry.outages.is_some() || loses(entry)),
        id: id.id.clone(),
        title: written.title.clone().unwrap_or_else(|| named(id)),
        entries,
        supplies,
        charges,
        contracts: agreed.contracts,
        vendors: agreed.vendors,
        forced: barred::moves(&id.id, forced.moves, events),
        state: agreed.state + idle.len(),
        trained,
        idle,
        switching: None,
    };
    check_shed_costs(scenario, written, &strategy, builder);
    Some(strategy)
}

/// What a strategy buys. After a mistake nobody knows: then every vendor may be meant.
fn bought(scenario: &Scenario, supplies: Option<&[SupplyInUse]>, charges: Option<&[Charge]>) -> Vec<Bought> {
    let any = |vendor| Bought { vendor, tokens: false, credit: None };
    let (Some(supplies), Some(charges)) = (supplies, charges) else {
        return (0..scenario.definitions.vendors.len()).map(any).collect();
    };
    let of_supplies = supplies.iter().flat_map(|used| used.supply.bought());
    charges.iter().filter_map(|charge| charge.from).chain(of_supplies).collect()
}

/// What arrives of the traffics that a strategy serves, each once.
fn served<'a>(questions: &[Question], streams: &'a [Option<demand::Stream>]) -> Volume<'a> {
    let mut places: Vec<usize> = questions.iter().map(|question| question.stream).collect();
    places.sort_unstable();
    places.dedup();
    Volume(places.into_iter().filter_map(|place| streams[place].as_ref()).collect())
}

/// Asks each supply for its entries, in the order of serving.
fn compose(
    around: &Surroundings,
    pulled: &Pulled,
    questions: &[Question],
    lookup: &mut dyn Lookup,
) -> Option<Composed> {
    let Surroundings { scenario, streams, .. } = *around;
    let mut composed = Composed { entries: Vec::new(), supplies: Vec::new(), state: 0, whole: true };
    for (cache, entry) in led::caches(pulled, streams, questions, lookup)? {
        composed.entries.push((0, entry));
        composed.supplies.push(cache);
    }
    for name in names(questions) {
        let (never, asked): (Vec<&Question>, Vec<&Question>) = questions
            .iter()
            .filter(|question| question.serve.by.id == name)
            .partition(|question| question.aside.never.is_some());
        composed.add_refused(&never, lookup);
        let entries: Option<Vec<SupplyEntry>> = asked
            .iter()
            .map(|question| {
                let effects = cold::cooled(question, questions, pulled.on(question.stream, &name), lookup);
                entry(scenario, streams, effects, question)
            })
            .collect();
        let entries = entries?;
        if entries.is_empty() {
            continue;
        }
        match supply(scenario, &name, &entries, lookup) {
            Some(supply) => {
                let escalates = asked.iter().map(|question| question.escalates).collect();
                composed.add(&name, escalating(supply, escalates), &asked, lookup);
            }
            None => composed.whole = false,
        }
    }
    Some(composed)
}

struct Composed {
    entries: Vec<(usize, Entry)>,
    supplies: Vec<SupplyInUse>,
    state: usize,
    whole: bool,
}

impl Composed {
    /// Entries that nobody may serve: only what they are offered is counted.
    fn add_refused(&mut self, refused: &[&Question], lookup: &mut dyn Lookup) {
        for question in refused {
            let entry = question.entry(0, 0, lookup);
            self.entries.push((question.order, entry));
        }
    }

    fn add(&mut self, name: &str, supply: Box<dyn Supply>, asked: &[&Question], lookup: &mut dyn Lookup) {
        for (number, question) in asked.iter().enumerate() {
            let entry = question.entry(self.supplies.len(), number, lookup);
            self.entries.push((question.order, entry));
        }
        let state = self.state..self.state + supply.state();
        self.state = state.end;
        self.supplies.push(SupplyInUse { name: name.to_owned(), supply, state });
    }
}

impl Question<'_> {
    fn entry(&self, supply: usize, number: usize, lookup: &mut dyn Lookup) -> Entry {
        let share = match self.led {
            Some(part) => led::times(self.asked, part, lookup),
            None => self.serve.share.as_ref().and_then(|share| lookup.path(share)).map(|share| {
                let reach = led::times(self.asked, self.behind, lookup);
                reach.map_or(share, |reach| lookup.times(share, reach))
            }),
        };
        let Aside { never, gates, lost } = &self.aside;
        let aside = (never.is_some() || !gates.is_empty() || !lost.is_empty()).then(|| self.aside.clone());
        Entry {
            stream: self.stream,
            supply,
            number,
            sheds: self.serve.sheds,
            share,
            aside,
            grades: self.grades.clone(),
            outages: None,
        }
    }
}

/// The questions of a strategy, in the order of serving: those that levers bring, then a question for each traffic of an entry.
fn questions<'a>(
    scenario: &Scenario,
    written: &'a Written,
    firsts: &'a [First],
    pulled: &Pulled,
    lookup: &mut dyn Lookup,
) -> Option<Vec<Question<'a>>> {
    let reach = Reach::of(pulled, lookup);
    let led: Vec<Question> = firsts
        .iter()
        .enumerate()
        .map(|(order, first)| Question {
            order,
            stream: first.stream,
            serve: &first.serve,
            aside: Aside::default(),
            waited: None,
            led: Some(reach.led(first, lookup)),
            behind: None,
            asked: reach.asked[first.stream],
            escalates: first.led.escalates,
            grades: Vec::new(),
        })
        .collect();
    let wanted =
        written.serve.iter().flat_map(|serve| serve.traffic.iter().map(move |traffic| (serve, traffic)));
    let found: Vec<Option<Question>> = wanted
        .enumerate()
        .map(|(order, (serve, traffic))| {
            let stream = scenario.traffics.iter().position(|(id, _)| id.id == traffic.id);
            if stream.is_none() {
                lookup.refuse(unknown("traffic", traffic, &ids(&scenario.traffics)));
            }
            stream.map(|stream| Question {
                order: firsts.len() + order,
                stream,
                serve,
                aside: Aside::default(),
                waited: None,
                led: None,
                behind: reach.behind[stream],
                asked: reach.asked[stream],
                escalates: None,
                grades: Vec::new(),
            })
        })
        .collect();
    led.into_iter().map(Some).chain(found).collect()
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
    effects: Effects,
    question: &Question<'a>,
) -> Option<SupplyEntry<'a>> {
    let serve = question.serve;
    let traffic = &scenario.traffics[question.stream].1;
    let sells_batch =
        || scenario.definitions.llm_of(&serve.by).is_some_and(|card| card.factors.batch.is_some());
    let batched = effects.batched.is_some() && serve.tier == Tier::Standard && sells_batch();
    Some(SupplyEntry {
        traffic,
        stream: streams[question.stream].as_ref()?,
        effects,
        by: &serve.by,
        up_to_replicas: serve.up_to_replicas,
        tier: if batched { Tier::Batch } else { serve.tier },
        patience: serve.patience,
        billed_in_vain: serve.billed_in_vain.as_ref(),
        waited: question.waited,
        region: serve.region.as_ref(),
    })
}

/// The entries of a stream.
fn asked_of(strategy: &Strategy, stream: usize) -> impl Iterator<Item = &Entry> {
    strategy.entries.iter().filter(move |entry| entry.stream == stream)
}

/// Where something can be left unserved, its price must be known.
fn check_shed_costs(scenario: &Scenario, written: &Written, strategy: &Strategy, lookup: &mut dyn Lookup) {
    for (place, (id, traffic)) in scenario.traffics.iter().enumerate() {
        let mut asked = asked_of(strategy, place);
        let unlimited = |entry: &Entry| {
            entry.aside.is_none() && strategy.supplies[entry.supply].supply.unlimited(entry.number)
        };
        // From top to bottom: the first that sheds or takes all decides.
        let decides =
            asked.find(|entry| unlimited(entry) && entry.share.is_none() || entry.sheds && !unlimited(entry));
        let fails = |entry: &Entry| entry.outages.as_ref().is_some_and(|outages| outages.succeeds.is_some());
        let loses = |entry: &Entry| entry.aside.as_ref().is_some_and(|aside| !aside.lost.is_empty());
        let lost = asked_of(strategy, place).any(|entry| fails(entry) || loses(entry));
        let served_whole = decides.is_some_and(unlimited) && !lost;
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
