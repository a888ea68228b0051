//! Who is asked before the entries of `serve`: caches of answers, and whom routing, distillation and cascades lead to.

use super::barred::grades_of;
use super::pulled::Pulled;
use super::strategy::Question;
use super::{Entry, SupplyInUse};
use crate::demand::{self, Led, rest};
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::lanes::Slot;
use crate::pricing::Tier;
use crate::process::Lookup;
use crate::scenario::{Scenario, Serve, Strategy};
use crate::supply::AnswerCache;

/// An entry that a lever puts before those of `serve`.
pub(super) struct First {
    pub(super) stream: usize,
    /// Which of those of its stream.
    place: usize,
    pub(super) serve: Serve,
    pub(super) led: Led,
}

/// The entries that levers bring, by stream and in the order in which the levers act.
pub(super) fn firsts(
    scenario: &Scenario,
    written: &Strategy,
    pulled: &Pulled,
    lookup: &mut dyn Lookup,
) -> Vec<First> {
    for (stream, effects) in pulled.streams.iter().enumerate() {
        for led in &effects.led {
            refuse_a_circle(&scenario.traffics[stream].0, led, written, lookup);
        }
    }
    let of_stream = |(stream, effects): (usize, &demand::Effects)| -> Vec<First> {
        let traffic = &scenario.traffics[stream].0;
        effects
            .led
            .iter()
            .enumerate()
            .map(|(place, led)| First { stream, place, serve: serve(traffic, &led.to), led: led.clone() })
            .collect()
    };
    pulled.streams.iter().enumerate().flat_map(of_stream).collect()
}

/// A lever that leads a traffic to whoever alone serves it changes nothing, or lets the same llm answer twice.
fn refuse_a_circle(traffic: &Reference, led: &Led, written: &Strategy, lookup: &mut dyn Lookup) {
    let serves = |serve: &&Serve| serve.traffic.iter().any(|one| one.id == traffic.id);
    let mut asked = written.serve.iter().filter(serves).peekable();
    let Some(first) = asked.peek().copied() else { return };
    if !asked.all(|serve| serve.by.id == led.to.id) {
        return;
    }
    let message =
        format!("`{}` leads `{}` to `{}`, who alone serves it anyway", led.id, traffic.id, led.to.id);
    lookup.refuse(
        Diagnostic::error("leads-in-a-circle", led.to.span, message)
            .label("the same llm would be asked twice")
            .related(first.by.span, "this strategy asks it here")
            .help("name another llm in the lever, or let another one serve in this strategy"),
    );
}

fn serve(traffic: &Reference, by: &Reference) -> Serve {
    Serve {
        traffic: vec![traffic.clone()],
        by: by.clone(),
        share: None,
        up_to_replicas: None,
        tier: Tier::Standard,
        sheds: false,
        patience: None,
        billed_in_vain: None,
        region: None,
    }
}

/// How much of each stream gets how far.
pub(super) struct Reach {
    /// By stream: what caches of answers leave; all if absent.
    pub(super) asked: Vec<Option<Slot>>,
    /// By stream and lever that leads: what those before it leave of that.
    before: Vec<Vec<Option<Slot>>>,
    /// By stream: what all of them leave of that.
    pub(super) behind: Vec<Option<Slot>>,
}

impl Reach {
    /// Works it out for the levers of a strategy.
    pub(super) fn of(pulled: &Pulled, lookup: &mut dyn Lookup) -> Self {
        let mut reach = Self { asked: Vec::new(), before: Vec::new(), behind: Vec::new() };
        for effects in &pulled.streams {
            let mut left = None;
            for cache in &effects.answered {
                let misses = rest(cache.hits, lookup);
                left = times(left, Some(misses), lookup);
            }
            reach.asked.push(left);
            let (mut before, mut left) = (Vec::new(), None);
            for led in &effects.led {
                before.push(left);
                let stays = led.escalates.map(|escalates| rest(escalates, lookup));
                if let Some(gone) = times(led.share, stays, lookup) {
                    let goes_on = rest(gone, lookup);
                    left = times(left, Some(goes_on), lookup);
                }
            }
            reach.before.push(before);
            reach.behind.push(left);
        }
        reach
    }

    /// The share of what asks an llm that a lever leads to somebody; all if absent.
    pub(super) fn led(&self, first: &First, lookup: &mut dyn Lookup) -> Option<Slot> {
        times(self.before[first.stream][first.place], first.led.share, lookup)
    }
}

/// The product of two factors that may be absent.
pub(super) fn times(a: Option<Slot>, b: Option<Slot>, lookup: &mut dyn Lookup) -> Option<Slot> {
    match (a, b) {
        (Some(a), Some(b)) => Some(lookup.times(a, b)),
        (a, b) => a.or(b),
    }
}

/// The caches of answers as supplies that are asked first, with their entries.
pub(super) fn caches(
    pulled: &Pulled,
    streams: &[Option<demand::Stream>],
    questions: &[Question],
    lookup: &mut dyn Lookup,
) -> Option<Vec<(SupplyInUse, Entry)>> {
    let mut found = Vec::new();
    for (stream, effects) in pulled.streams.iter().enumerate() {
        let mut left = None;
        for cache in &effects.answered {
            let share = times(left, Some(cache.hits), lookup);
            let reaching = times(left, cache.lookup.and_then(|(_, progress)| progress), lookup);
            let requests = streams[stream].as_ref()?.requests;
            let price = cache.lookup.map(|(price, _)| price);
            let supply = AnswerCache::resolve(&cache.id, price, requests, reaching);
            let entry = Entry {
                stream,
                supply: found.len(),
                number: 0,
                sheds: false,
                share,
                aside: None,
                grades: grades_of(stream, questions),
                outages: None,
            };
            found
                .push((SupplyInUse { name: cache.id.clone(), supply: Box::new(supply), state: 0..0 }, entry));
            let misses = rest(cache.hits, lookup);
            left = times(left, Some(misses), lookup);
        }
    }
    Some(found)
}
