//! One batch of paths through all months and strategies.

use crate::calendar::Month;
use crate::finance::{Ledger, Measure};
use crate::lanes::{self, LANES, Lanes, Values};
use crate::model::{Model, Strategy};
use crate::random::Design;
use crate::world::World;

/// Takes what each strategy's month cost.
pub(super) trait Sink {
    /// Takes a ledger; the values are those of the month, and `left` are the requests of each stream that nobody served.
    fn take(&mut self, strategy: usize, now: &Month, ledger: &Ledger, values: &Values, left: &[Lanes]);
    /// All strategies of a month have been taken.
    fn end_month(&mut self, _now: &Month, _values: &Values) {}
    /// Whether postings should be kept one by one.
    fn records(&self, _strategy: usize, _month: usize) -> bool {
        false
    }
}

/// The lanes of one batch, allocated once.
pub(super) struct Batch {
    world: World,
    states: Vec<Vec<Lanes>>,
    ledger: Ledger,
    remaining: Vec<Lanes>,
    /// Of a stream, what was turned away and is not offered again.
    away: Vec<Lanes>,
}

impl Batch {
    pub(super) fn new(model: &Model, design: Design) -> Self {
        Self {
            world: model.program.world(design),
            states: model.strategies.iter().map(|strategy| vec![[0.0; LANES]; strategy.state]).collect(),
            ledger: Ledger::new(),
            remaining: vec![[0.0; LANES]; model.streams.len()],
            away: vec![[0.0; LANES]; model.streams.len()],
        }
    }

    /// Simulates the paths from `first_path` on, as many as there are lanes.
    pub(super) fn run(&mut self, model: &Model, first_path: u64, sink: &mut impl Sink) {
        let Self { world, states, ledger, remaining, away } = self;
        model.program.start(first_path, world);
        for (strategy, state) in model.strategies.iter().zip(states.iter_mut()) {
            for user in &strategy.supplies {
                user.supply.start(&world.values(), user.own(state));
            }
            for user in &strategy.contracts {
                user.contract.start(&world.values(), user.own(state));
            }
        }
        for now in model.timeline.months() {
            model.program.step(&now, world);
            let values = world.values();
            for (place, (strategy, state)) in model.strategies.iter().zip(states.iter_mut()).enumerate() {
                ledger.clear(sink.records(place, now.index));
                ledger.watch(&strategy.vendors);
                serve(model, strategy, &now, &values, state, (remaining, away), ledger);
                for charge in &strategy.charges {
                    charge.post(now.index, &values, ledger);
                }
                for user in &strategy.contracts {
                    user.contract.settle(&now, &values, user.own(state), ledger);
                }
                sink.take(place, &now, ledger, &values, remaining);
            }
            sink.end_month(&now, &values);
        }
    }
}

/// Asks the supplies of a strategy in order; what nobody takes is shed.
fn serve(
    model: &Model,
    strategy: &Strategy,
    now: &Month,
    values: &Values,
    state: &mut [Lanes],
    (remaining, away): (&mut [Lanes], &mut [Lanes]),
    ledger: &mut Ledger,
) {
    if strategy.sheds {
        away.fill([0.0; LANES]);
    }
    for (stream, left) in model.streams.iter().zip(remaining.iter_mut()) {
        *left = values[stream.work.requests];
        ledger.measure(Measure::Offered, left);
    }
    for user in &strategy.supplies {
        user.supply.open(now, values, user.own(state), ledger);
    }
    let mut served = [0.0; LANES];
    for entry in &strategy.entries {
        let user = &strategy.supplies[entry.supply];
        let left = &mut remaining[entry.stream];
        let mut offered = *left;
        if let Some(share) = entry.share {
            let (all, share) = (&values[model.streams[entry.stream].work.requests], &values[share]);
            for i in 0..LANES {
                offered[i] = offered[i].min(all[i] * share[i]);
            }
        }
        user.supply.accept(entry.number, now, values, &offered, user.own(state), &mut served, ledger);
        lanes::subtract(left, &served);
        if entry.sheds {
            for i in 0..LANES {
                let shed = offered[i] - served[i];
                left[i] -= shed;
                away[entry.stream][i] += shed;
            }
        }
        ledger.measure(Measure::Served, &served);
    }
    if strategy.sheds {
        for (left, away) in remaining.iter_mut().zip(away) {
            for i in 0..LANES {
                left[i] += away[i];
            }
        }
    }
    for (stream, left) in model.streams.iter().zip(remaining.iter()) {
        if left.iter().any(|requests| *requests > 0.0) {
            ledger.measure(Measure::Shed, left);
            if let Some((line, price)) = &stream.shed {
                ledger.post(line, left, &values[*price]);
            }
        }
    }
    for user in &strategy.supplies {
        user.supply.close(now, values, user.own(state), ledger);
    }
}
