//! One batch of paths through all months and strategies.

use super::failover::Turned;
use super::switched::{Switched, SwitchedMonth};
use crate::calendar::Month;
use crate::demand::Earns;
use crate::finance::{Cause, Ledger, Measure};
use crate::lanes::{self, LANES, Lanes, Values};
use crate::model::{Aside, Entry, Model, Strategy, Stream};
use crate::random::Design;
use crate::world::World;

/// Takes what each strategy's month cost.
pub(super) trait Sink {
    /// Takes a ledger; the values are those of the month, and `left` are the requests of each stream that nobody served. The months of
    /// a strategy come in order, and each month of the baseline before that of any other strategy.
    fn take(&mut self, strategy: usize, now: &Month, ledger: &Ledger, values: &Values, left: &[Lanes]);
    /// Says where a rule of a strategy came true when a month began.
    fn fired(&mut self, _strategy: usize, _rule: usize, _now: &Month, _lanes: &[bool; LANES]) {}
    /// All strategies have been taken in a month, and perhaps in the months after it.
    fn end_month(&mut self, _now: &Month, _values: &Values) {}
    /// Whether postings should be kept one by one.
    fn records(&self, _strategy: usize, _month: usize) -> bool {
        false
    }
}

/// Months that the world is ahead of strategies. Each strategy is simulated through all of them before the next one, so that its state and
/// what it does stay near the processor; what the world keeps of more months would not (W takes 9 % less time than month by month).
pub(super) const TOGETHER: usize = 12;

/// The lanes of one batch, allocated once.
pub(super) struct Batch {
    world: World,
    runners: Vec<Runner>,
    months: Vec<Month>,
    /// The strategies in the order in which they are simulated.
    order: Vec<usize>,
    ledger: Ledger,
    remaining: Vec<Lanes>,
    turned: Turned,
}

/// What a strategy keeps from month to month.
enum Runner {
    /// It serves from the first month to the last.
    Plain(Vec<Lanes>),
    /// It may give way to others.
    Switching(Box<Switched>),
}

impl Batch {
    pub(super) fn new(model: &Model, design: Design) -> Self {
        let runner = |strategy: &Strategy| match &strategy.switching {
            None => Runner::Plain(vec![Lanes::ZERO; strategy.state]),
            Some(switching) => Runner::Switching(Box::new(Switched::new(model, switching))),
        };
        Self {
            world: model.program.world_of(design, TOGETHER.min(model.timeline.length)),
            months: model.timeline.months().collect(),
            order: order(model),
            runners: model.strategies.iter().map(runner).collect(),
            ledger: Ledger::new().noting(model.events.len()),
            remaining: vec![Lanes::ZERO; model.streams.len()],
            turned: Turned::new(model),
        }
    }

    /// Simulates some paths, batch after batch; `begin` says how many of each count. `None` if stopped from outside.
    pub(super) fn run_all<S: Sink>(
        &mut self,
        model: &Model,
        paths: std::ops::Range<u64>,
        sink: &mut S,
        begin: impl Fn(&mut S, usize),
        go_on: impl Fn() -> bool,
    ) -> Option<()> {
        for first in paths.clone().step_by(LANES) {
            if !go_on() {
                return None;
            }
            begin(sink, (paths.end - first).min(LANES as u64) as usize);
            self.run(model, first, sink);
        }
        Some(())
    }

    /// Simulates the paths from `first_path` on, as many as there are lanes.
    pub(super) fn run(&mut self, model: &Model, first_path: u64, sink: &mut impl Sink) {
        let Self { world, runners, months, order, ledger, remaining, turned } = self;
        model.program.start(first_path, world);
        for (strategy, runner) in model.strategies.iter().zip(runners.iter_mut()) {
            match (runner, &strategy.switching) {
                (Runner::Switching(switched), Some(switching)) => {
                    switched.start(model, switching, &world.values());
                }
                (Runner::Plain(state), _) => start(strategy, &world.values(), state),
                (Runner::Switching(_), None) => {}
            }
        }
        for months in months.chunks(TOGETHER) {
            model.program.step_all(months, world);
            for &place in order.iter() {
                let (strategy, runner) = (&model.strategies[place], &mut runners[place]);
                for now in months {
                    let values = world.values_in(now.index);
                    ledger.clear(sink.records(place, now.index));
                    match (&mut *runner, &strategy.switching) {
                        (Runner::Plain(state), _) => {
                            run_month(model, strategy, now, &values, state, (remaining, turned), ledger);
                        }
                        (Runner::Switching(switched), Some(switching)) => {
                            let month = SwitchedMonth { model, switching, now, values: &values };
                            let fired = |rule, lanes: &_| sink.fired(place, rule, now, lanes);
                            switched.run_month(&month, (remaining, turned), ledger, fired);
                        }
                        (Runner::Switching(_), None) => {}
                    }
                    sink.take(place, now, ledger, &values, remaining);
                }
            }
            for now in months {
                sink.end_month(now, &world.values_in(now.index));
            }
        }
    }
}

/// The baseline first: others are compared with it month by month.
fn order(model: &Model) -> Vec<usize> {
    let others = (0..model.strategies.len()).filter(|place| *place != model.baseline);
    std::iter::once(model.baseline).chain(others).collect()
}

/// Sets the state of a strategy's supplies and contracts before the first month.
pub(super) fn start(strategy: &Strategy, values: &Values, state: &mut [Lanes]) {
    for user in &strategy.supplies {
        user.supply.start(values, user.own(state));
    }
    for user in &strategy.contracts {
        user.contract.start(values, user.own(state));
    }
    for one in &strategy.idle {
        state[one.state] = Lanes::ZERO;
    }
}

/// A month of a strategy that never gives way.
fn run_month(
    model: &Model,
    strategy: &Strategy,
    now: &Month,
    values: &Values,
    state: &mut [Lanes],
    (remaining, turned): (&mut [Lanes], &mut Turned),
    ledger: &mut Ledger,
) {
    let streams = strategy.streams(model);
    ledger.watch(&strategy.vendors);
    if strategy.sheds {
        turned.clear();
    }
    for (place, user) in strategy.supplies.iter().enumerate() {
        ledger.spend_for(Cause::Supply(place));
        user.supply.open(now, values, user.own(state), ledger);
    }
    let known = serve(model, strategy, now, values, state, (remaining, turned), ledger);
    shed(streams, values, remaining, known, ledger);
    if strategy.idle.is_empty() {
        for (place, user) in strategy.supplies.iter().enumerate() {
            ledger.spend_for(Cause::Supply(place));
            user.supply.close(now, values, user.own(state), ledger);
        }
    } else {
        close_and_train(strategy, now, values, state, ledger);
    }
    ledger.spend_for(Cause::Shared);
    for place in &strategy.due[now.index] {
        strategy.charges[*place].post_now(values, ledger);
    }
    force(strategy, values, ledger);
    for user in &strategy.contracts {
        user.contract.settle(now, values, user.own(state), ledger);
    }
}

/// Asks one entry after the other; what is known of the requests that are left then.
fn serve(
    model: &Model,
    strategy: &Strategy,
    now: &Month,
    values: &Values,
    state: &mut [Lanes],
    (remaining, turned): (&mut [Lanes], &mut Turned),
    ledger: &mut Ledger,
) -> Known {
    let streams = strategy.streams(model);
    let mut served = Lanes::ZERO;
    let mut known = Known::before(streams, values, remaining);
    for entry in &strategy.entries {
        let user = &strategy.supplies[entry.supply];
        let (left, all) = (&mut remaining[entry.stream], &values[streams[entry.stream].work.requests]);
        ledger.spend_for(Cause::Stream(entry.stream));
        if entry.share.is_none() && !entry.sheds && entry.aside.is_none() && entry.outages.is_none() {
            // Who is asked first is offered what arrives: it need not be copied.
            let untouched = known.touch(entry.stream);
            let offered = if untouched { all } else { &*left };
            user.supply.accept(entry.number, now, values, offered, user.own(state), &mut served, ledger);
            let any =
                if untouched { lanes::leave(left, all, &served) } else { lanes::take_off(left, &served) };
            known.leaves(entry.stream, any);
        } else {
            if known.touch(entry.stream) {
                *left = *all;
            }
            known.leaves(entry.stream, true);
            let mut offered = offer(entry, all, left, values);
            if let Some(aside) = &entry.aside {
                set_aside(aside, |_| None, &mut offered, left, turned.away(entry.stream), values, ledger);
                if aside.never.is_some() {
                    continue;
                }
            }
            turned.pass_by(entry, values, left, &mut offered);
            user.supply.accept(entry.number, now, values, &offered, user.own(state), &mut served, ledger);
            lanes::subtract(left, &served);
            turned.note(entry, values, [&offered, &served], left);
        }
        ledger.record_served(entry.supply, entry.number, entry.stream, &served);
        grade(entry, &served, |_| None, values, ledger);
    }
    for stream in known.untouched(streams.len()) {
        remaining[stream] = values[streams[stream].work.requests];
    }
    if strategy.sheds {
        turned.bring_back(remaining);
        known = Known::NOTHING;
    }
    known
}

/// Closes the supplies, and lets training use what they leave idle. What does not fit waits for the idle hours of later months.
fn close_and_train(
    strategy: &Strategy,
    now: &Month,
    values: &Values,
    state: &mut [Lanes],
    ledger: &mut Ledger,
) {
    let amounts =
        |ledger: &Ledger| [Measure::GpuHours, Measure::BusyGpuHours].map(|measure| *ledger.measured(measure));
    for (place, user) in strategy.supplies.iter().enumerate() {
        let before = amounts(ledger);
        ledger.spend_for(Cause::Supply(place));
        user.supply.close(now, values, user.own(state), ledger);
        let after = amounts(ledger);
        let mut idle: Lanes =
            Lanes::from_fn(|i| ((after[0][i] - before[0][i]) - (after[1][i] - before[1][i])).max(0.0));
        for one in strategy.idle.iter().filter(|one| one.supply == place) {
            let waiting = &mut state[one.state];
            if one.needs.due.as_ref().is_none_or(|due| due[now.index]) {
                lanes::add(waiting, &values[one.needs.hours]);
            }
            let done = Lanes::from_fn(|i| waiting[i].min(idle[i]));
            lanes::subtract(waiting, &done);
            lanes::subtract(&mut idle, &done);
            ledger.post(&one.line, &done, &values[one.free]);
            ledger.measure(Measure::BusyGpuHours, &done);
        }
    }
}

/// Posts the moves that vendors force upon a strategy.
pub(super) fn force(strategy: &Strategy, values: &Values, ledger: &mut Ledger) {
    for (event, forced) in &strategy.forced {
        let begun = &values[forced.begun];
        if lanes::any_above_zero(begun) {
            ledger.note(*event, begun);
            if let Some((line, price)) = &forced.one_off {
                ledger.post(line, begun, &values[*price]);
            }
        }
        if let Some((line, [under_way, price])) = &forced.running
            && lanes::any_above_zero(&values[*under_way])
        {
            ledger.post(line, &values[*under_way], &values[*price]);
        }
    }
}

/// Takes away from what an entry is offered what its supply may not serve, and what is lost in a move. `change` says how the
/// score behind a gate, by its event, has changed.
pub(super) fn set_aside(
    aside: &Aside,
    change: impl Fn(usize) -> Option<Lanes>,
    offered: &mut Lanes,
    left: &mut Lanes,
    away: &mut Lanes,
    values: &Values,
    ledger: &mut Ledger,
) {
    if let Some(event) = aside.never {
        note_any(event, offered, ledger);
        return;
    }
    for gate in &aside.gates {
        let (mut score, needs, mut refused) = (values[gate.score], &values[gate.needs], Lanes::ZERO);
        if let Some(change) = change(gate.event) {
            for i in 0..LANES {
                score[i] = (score[i] + change[i]).clamp(0.0, 1.0);
            }
        }
        for i in 0..LANES {
            if score[i] < needs[i] {
                refused[i] = offered[i];
                offered[i] = 0.0;
            }
        }
        note_any(gate.event, &refused, ledger);
    }
    for share in &aside.lost {
        for i in 0..LANES {
            let lost = offered[i] * values[*share][i];
            offered[i] -= lost;
            left[i] -= lost;
            away[i] += lost;
        }
    }
}

/// Counts what an entry served with the score of who answered; `change` as for [`set_aside`].
pub(super) fn grade(
    entry: &Entry,
    served: &Lanes,
    change: impl Fn(usize) -> Option<Lanes>,
    values: &Values,
    ledger: &mut Ledger,
) {
    for grade in &entry.grades {
        let mut score = values[grade.score];
        if let Some(change) = change(grade.gate) {
            for i in 0..LANES {
                score[i] = (score[i] + change[i]).clamp(0.0, 1.0);
            }
        }
        for i in 0..LANES {
            score[i] *= served[i];
        }
        ledger.note(grade.events[0], served);
        ledger.note(grade.events[1], &score);
    }
}

fn note_any(event: usize, count: &Lanes, ledger: &mut Ledger) {
    if lanes::any_above_zero(count) {
        ledger.note(event, count);
    }
}

/// The requests of the month arrive.
pub(super) fn arrive(streams: &[Stream], values: &Values, remaining: &mut [Lanes]) {
    for (stream, left) in streams.iter().zip(remaining.iter_mut()) {
        *left = values[stream.work.requests];
    }
}

/// What an entry is offered of all requests of its stream, of which some are left.
pub(super) fn offer(entry: &Entry, all: &Lanes, left: &Lanes, values: &Values) -> Lanes {
    let mut offered = *left;
    if let Some(share) = entry.share {
        let share = &values[share];
        for i in 0..LANES {
            offered[i] = offered[i].min(all[i] * share[i]);
        }
    }
    offered
}

/// What is known of the requests that are left of a stream: bits for the first sixty-four.
#[derive(Clone, Copy)]
pub(super) struct Known {
    /// As many are left as arrived, and nobody has written down how many.
    untouched: u64,
    /// None are left.
    spent: u64,
}

impl Known {
    pub(super) const NOTHING: Self = Self { untouched: 0, spent: 0 };

    /// Before anybody is asked.
    fn before(streams: &[Stream], values: &Values, remaining: &mut [Lanes]) -> Self {
        arrive(streams.get(64..).unwrap_or_default(), values, remaining.get_mut(64..).unwrap_or_default());
        Self { untouched: u64::MAX, spent: 0 }
    }

    fn bit(stream: usize) -> u64 {
        1_u64.checked_shl(stream as u32).unwrap_or(0)
    }

    /// Somebody is asked for a stream; whether nobody was before.
    fn touch(&mut self, stream: usize) -> bool {
        let untouched = self.untouched & Self::bit(stream) != 0;
        self.untouched &= !Self::bit(stream);
        untouched
    }

    /// Some are left of a stream, or none.
    fn leaves(&mut self, stream: usize, any: bool) {
        self.spent = if any { self.spent & !Self::bit(stream) } else { self.spent | Self::bit(stream) };
    }

    /// The streams for which nobody was asked.
    fn untouched(self, streams: usize) -> impl Iterator<Item = usize> {
        (0..streams).filter(move |stream| self.untouched & Self::bit(*stream) != 0)
    }

    fn is_spent(self, stream: usize) -> bool {
        self.spent & Self::bit(stream) != 0
    }
}

/// What nobody takes is shed, and priced; what was served earns.
pub(super) fn shed(
    streams: &[Stream],
    values: &Values,
    remaining: &[Lanes],
    known: Known,
    ledger: &mut Ledger,
) {
    for (place, (stream, left)) in streams.iter().zip(remaining).enumerate() {
        ledger.spend_for(Cause::Stream(place));
        if !known.is_spent(place) && lanes::any_above_zero(left) {
            ledger.measure(Measure::Shed, left);
            if let Some((line, price)) = &stream.shed {
                ledger.post(line, left, &values[*price]);
            }
        }
        match stream.earns {
            None => {}
            Some(Earns::InAll(earned)) => ledger.measure(Measure::Revenue, &values[earned]),
            Some(Earns::PerRequest(price)) => {
                earn(&values[stream.work.requests], left, &values[price], ledger);
            }
        }
    }
}

/// Requests that were served earn their price, the others would have.
fn earn(requests: &Lanes, left: &Lanes, price: &Lanes, ledger: &mut Ledger) {
    let (mut earned, mut lost) = (Lanes::ZERO, Lanes::ZERO);
    for i in 0..LANES {
        lost[i] = left[i] * price[i];
        earned[i] = (requests[i] - left[i]) * price[i];
    }
    ledger.measure(Measure::Revenue, &earned);
    ledger.measure(Measure::RevenueLost, &lost);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn streams_are_known_while_there_are_bits_for_them() {
        let mut known = Known { untouched: u64::MAX, spent: 0 };
        for (stream, has_bit) in [(0, true), (63, true), (64, false), (200, false)] {
            assert_eq!([known.touch(stream), known.touch(stream)], [has_bit, false]);
            known.leaves(stream, false);
            assert_eq!(known.is_spent(stream), has_bit);
        }
        assert_eq!(known.untouched(100).collect::<Vec<_>>(), (1..63).collect::<Vec<_>>());
        known.leaves(63, true);
        assert!(known.is_spent(0) && !known.is_spent(63));
    }
}
