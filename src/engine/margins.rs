//! What each group of customers earns and costs: revenue, cost and margin by stream, month and path.

use super::batch::{Batch, Sink};
use crate::calendar::Month;
use crate::demand::Earns;
use crate::finance::{Cause, Ledger, Posting, View};
use crate::lanes::{LANES, Lanes, Values};
use crate::model::{Model, Strategy};
use crate::random::Design;

/// The margins of a strategy.
#[derive(Clone, Debug)]
pub struct Margins {
    /// By group, in the order asked for.
    pub groups: Vec<GroupMargins>,
    /// What is spent for all groups together, mean by month.
    pub shared: Vec<f64>,
    /// Revenue less cash of the strategy over all months, by path.
    pub whole: Vec<f64>,
    /// By month: share of paths in which that is negative.
    pub whole_below: Vec<f64>,
}

/// The margins of one group of streams.
#[derive(Clone, Debug)]
pub struct GroupMargins {
    /// By month.
    pub months: Vec<MonthMargin>,
    /// Revenue less own cost over all months, by path.
    pub margin: Vec<f64>,
}

/// A month of a group: means over paths.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct MonthMargin {
    /// Users, where the group has some.
    pub users: f64,
    /// Requests served.
    pub served: f64,
    /// What it earns.
    pub revenue: f64,
    /// What serving it costs, by itself and as its part of what it shares with others.
    pub cost: f64,
    /// Share of paths in which it earns less than that.
    pub below: f64,
}

/// Simulates some paths and says what each group of streams earns and costs in each strategy; `None` if it was stopped.
///
/// What is bought for a request belongs to its stream; what a supply costs as a whole is divided by the work that it does for
/// each (replica-hours on GPUs and throughput units, else requests). Everything else is shared and stays apart: people, training,
/// levers, contracts. A strategy that gives way to others is not divided: all its cost is shared.
pub fn margins(
    model: &Model,
    design: Design,
    groups: &[Vec<usize>],
    paths: u64,
    go_on: &dyn Fn() -> bool,
) -> Option<Vec<Margins>> {
    let months = model.timeline.length;
    let group = || GroupMargins { months: vec![MonthMargin::default(); months], margin: Vec::new() };
    let of_strategy = |_: &Strategy| Margins {
        groups: groups.iter().map(|_| group()).collect(),
        shared: vec![0.0; months],
        whole: Vec::new(),
        whole_below: vec![0.0; months],
    };
    let found = model.strategies.iter().map(of_strategy).collect();
    let mut collector = Collector { model, groups, width: 0, found };
    Batch::new(model, design).run_all(model, 0..paths, &mut collector, Collector::begin, go_on)?;
    let mut found = collector.found;
    let n = paths as f64;
    for one in &mut found {
        one.shared.iter_mut().chain(&mut one.whole_below).for_each(|sum| *sum /= n);
        for month in one.groups.iter_mut().flat_map(|group| &mut group.months) {
            for sum in
                [&mut month.users, &mut month.served, &mut month.revenue, &mut month.cost, &mut month.below]
            {
                *sum /= n;
            }
        }
    }
    Some(found)
}

struct Collector<'a> {
    model: &'a Model,
    groups: &'a [Vec<usize>],
    width: usize,
    found: Vec<Margins>,
}

impl Collector<'_> {
    /// A batch of so many paths begins.
    fn begin(&mut self, width: usize) {
        self.width = width;
        let more = |list: &mut Vec<f64>| list.extend(std::iter::repeat_n(0.0, width));
        for one in &mut self.found {
            more(&mut one.whole);
            one.groups.iter_mut().for_each(|group| more(&mut group.margin));
        }
    }
}

/// What of a month's postings moves money, by stream; and what is shared.
fn divide(strategy: &Strategy, streams: usize, ledger: &Ledger, values: &Values) -> (Vec<Lanes>, Lanes) {
    let (mut own, mut shared) = (vec![Lanes::ZERO; streams], Lanes::ZERO);
    let counts = |posting: &&Posting| posting.line.component.view() != View::Accrual;
    let mut of_supplies = vec![Lanes::ZERO; strategy.supplies.len()];
    for posting in ledger.recorded().iter().filter(counts) {
        let sum = match posting.cause {
            Cause::Shared => &mut shared,
            Cause::Stream(place) => &mut own[place],
            Cause::Supply(place) => &mut of_supplies[place],
        };
        crate::lanes::add(sum, &posting.amount);
    }
    for (place, amount) in of_supplies.iter().enumerate().filter(|(_, sum)| sum.iter().any(|one| *one != 0.0))
    {
        let served = ledger.recorded_served().iter().filter(|served| served.supply == place);
        let works: Vec<(usize, Lanes)> = served
            .map(|served| {
                let takes = strategy.supplies[place].supply.takes(served.entry).map(|slot| &values[slot]);
                let work = |i: usize| served.requests[i] * takes.map_or(1.0, |takes| takes[i]);
                (served.stream, Lanes::from_fn(work))
            })
            .collect();
        for i in 0..LANES {
            let all: f64 = works.iter().map(|(_, work)| work[i]).sum();
            if all > 0.0 {
                for (stream, work) in &works {
                    own[*stream][i] += amount[i] * work[i] / all;
                }
            } else {
                shared[i] += amount[i];
            }
        }
    }
    (own, shared)
}

impl Sink for Collector<'_> {
    fn records(&self, _: usize, _: usize) -> bool {
        true
    }

    fn take(&mut self, strategy: usize, now: &Month, ledger: &Ledger, values: &Values, left: &[Lanes]) {
        let (width, found) = (self.width, &mut self.found[strategy]);
        let first = found.whole.len() - width;
        let strategy = &self.model.strategies[strategy];
        let streams = strategy.streams(self.model);
        let (own, shared) = divide(strategy, streams.len(), ledger, values);
        let mut whole = Lanes::from_fn(|i| -shared[i]);
        found.shared[now.index] += shared[..width].iter().sum::<f64>();
        for (group, places) in found.groups.iter_mut().zip(self.groups) {
            let month = &mut group.months[now.index];
            // Streams of the same users count them once.
            let users = places.iter().find_map(|place| streams[*place].users);
            for i in 0..width {
                let (mut revenue, mut cost) = (0.0, 0.0);
                for place in places {
                    let requests = values[streams[*place].work.requests][i];
                    let served = requests - left[*place][i];
                    revenue += match streams[*place].earns {
                        None => 0.0,
                        Some(Earns::InAll(earned)) => values[earned][i],
                        Some(Earns::PerRequest(price)) => served * values[price][i],
                    };
                    cost += own[*place][i];
                    month.served += served;
                }
                month.users += users.map_or(0.0, |users| values[users][i]);
                month.revenue += revenue;
                month.cost += cost;
                month.below += f64::from(u8::from(revenue < cost));
                group.margin[first + i] += revenue - cost;
                whole[i] += revenue - cost;
            }
        }
        for (sum, margin) in found.whole[first..].iter_mut().zip(&whole) {
            *sum += margin;
            found.whole_below[now.index] += f64::from(u8::from(*margin < 0.0));
        }
    }
}
