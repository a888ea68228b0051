//! Vendors path by path: how each fares, and what the strategies cost on the same path.

use rayon::prelude::*;

use super::batch::{Batch, Sink};
use super::block::{BLOCK, requests_of};
use super::observer::{Observer, Progress};
use super::run::Interrupted;
use crate::calendar::Month;
use crate::finance::{Ledger, Measure, View};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::model::Model;
use crate::random::Design;

/// How a vendor fares on every path.
#[derive(Clone, Debug, Default)]
pub struct Fate {
    /// Its id.
    pub id: String,
    /// Paths in each phase at the end of each month: healthy, stressed, acquired, wound down.
    pub phases: Vec<[u64; 4]>,
    /// `[month][path]`: cash at the end of the month in the currency of the vendor's books; empty without books.
    pub cash: Vec<Vec<f32>>,
    /// The worst phase of each path: 0 where it was always healthy, 1 stressed at some time, 2 acquired, 3 wound down.
    pub worst: Vec<u8>,
}

/// What a run of the vendors' fates gives.
#[derive(Clone, Debug, Default)]
pub struct Fates {
    /// Paths.
    pub paths: u64,
    /// Each vendor that something can happen to, by id.
    pub vendors: Vec<Fate>,
    /// `[strategy][path]`: cash over all months, nominal.
    pub costs: Vec<Vec<f64>>,
    /// `[strategy][path]`: share of requests that nobody served.
    pub unserved: Vec<Vec<f64>>,
}

/// Simulates the vendors of a model and its strategies on the same paths.
///
/// # Errors
/// The observer asked to stop.
pub fn fates(
    model: &Model,
    design: Design,
    paths: u64,
    observer: &dyn Observer,
) -> Result<Fates, Interrupted> {
    const WAVE: u64 = 16 * BLOCK as u64;
    let mut all = Fates { paths, ..Fates::default() };
    let mut done = 0;
    while done < paths {
        if !observer.go_on() {
            return Err(Interrupted);
        }
        let end = (done + WAVE).min(paths);
        let blocks: Vec<u64> = (done..end).step_by(BLOCK).collect();
        let one = |first: &u64| block(model, design, *first, (end - first).min(BLOCK as u64));
        let found: Vec<Fates> = blocks.par_iter().map(one).collect();
        for block in found {
            all.extend(block);
        }
        done = end;
        observer.progress(Progress { done, paths });
    }
    Ok(all)
}

fn block(model: &Model, design: Design, first: u64, paths: u64) -> Fates {
    let mut batch = Batch::new(model, design);
    let mut witness = Witness::new(model);
    let mut done = 0;
    while done < paths {
        witness.begin((paths - done).min(LANES as u64) as usize);
        batch.run(model, first + done, &mut witness);
        witness.end();
        done += LANES as u64;
    }
    witness.found
}

impl Fates {
    /// Adds the paths of the next block.
    fn extend(&mut self, block: Self) {
        if self.vendors.is_empty() && self.costs.is_empty() {
            *self = Self { paths: self.paths, ..block };
            return;
        }
        for (all, more) in self.vendors.iter_mut().zip(block.vendors) {
            for (sum, month) in all.phases.iter_mut().zip(more.phases) {
                sum.iter_mut().zip(month).for_each(|(sum, count)| *sum += count);
            }
            all.cash.iter_mut().zip(more.cash).for_each(|(all, more)| all.extend(more));
            all.worst.extend(more.worst);
        }
        self.costs.iter_mut().zip(block.costs).for_each(|(all, more)| all.extend(more));
        self.unserved.iter_mut().zip(block.unserved).for_each(|(all, more)| all.extend(more));
    }
}

/// Takes note of one block.
struct Witness {
    /// Phase and cash of each vendor.
    slots: Vec<(Slot, Option<Slot>)>,
    /// Of the streams of each strategy.
    requests: Vec<Vec<Slot>>,
    width: usize,
    costs: Vec<Lanes>,
    offered: Vec<Lanes>,
    shed: Vec<Lanes>,
    worst: Vec<Lanes>,
    found: Fates,
}

impl Witness {
    fn new(model: &Model) -> Self {
        let months = model.timeline.length;
        let (mut slots, mut vendors) = (Vec::new(), Vec::new());
        for (id, health) in model.hazards.vendors() {
            let cash = health.books.map(|books| books.cash);
            slots.push((health.phase, cash));
            vendors.push(Fate {
                id: id.to_owned(),
                phases: vec![[0; 4]; months],
                cash: vec![Vec::new(); if cash.is_some() { months } else { 0 }],
                worst: Vec::new(),
            });
        }
        let strategies = model.strategies.len();
        let none = vec![Vec::new(); strategies];
        Self {
            worst: vec![Lanes::ZERO; slots.len()],
            slots,
            requests: model.strategies.iter().map(|one| requests_of(one, model).collect()).collect(),
            width: 0,
            costs: vec![Lanes::ZERO; strategies],
            offered: vec![Lanes::ZERO; strategies],
            shed: vec![Lanes::ZERO; strategies],
            found: Fates { paths: 0, vendors, costs: none.clone(), unserved: none },
        }
    }

    fn begin(&mut self, width: usize) {
        self.width = width;
        for lanes in [&mut self.costs, &mut self.offered, &mut self.shed, &mut self.worst] {
            lanes.fill(Lanes::ZERO);
        }
    }

    fn end(&mut self) {
        for (fate, worst) in self.found.vendors.iter_mut().zip(&self.worst) {
            fate.worst.extend(worst[..self.width].iter().map(|phase| *phase as u8));
        }
        for (all, cost) in self.found.costs.iter_mut().zip(&self.costs) {
            all.extend(&cost[..self.width]);
        }
        for (all, (shed, offered)) in self.found.unserved.iter_mut().zip(self.shed.iter().zip(&self.offered))
        {
            let share = |i: usize| if offered[i] > 0.0 { shed[i] / offered[i] } else { 0.0 };
            all.extend((0..self.width).map(share));
        }
    }
}

impl Sink for Witness {
    fn take(&mut self, strategy: usize, _: &Month, ledger: &Ledger, values: &Values, _: &[Lanes]) {
        crate::lanes::add(&mut self.costs[strategy], &ledger.total(View::Cash));
        for requests in &self.requests[strategy] {
            crate::lanes::add(&mut self.offered[strategy], &values[*requests]);
        }
        crate::lanes::add(&mut self.shed[strategy], ledger.measured(Measure::Shed));
    }

    fn end_month(&mut self, now: &Month, values: &Values) {
        for (place, (phase, cash)) in self.slots.iter().enumerate() {
            let fate = &mut self.found.vendors[place];
            for (i, phase) in values[*phase][..self.width].iter().enumerate() {
                fate.phases[now.index][*phase as usize] += 1;
                self.worst[place][i] = self.worst[place][i].max(*phase);
            }
            if let Some(cash) = cash {
                fate.cash[now.index].extend(values[*cash][..self.width].iter().map(|cash| *cash as f32));
            }
        }
    }
}
