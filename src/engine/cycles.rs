//! The cycles of training programmes, opened up: what one costs, and what the strategy costs with them.

use super::batch::{Batch, Sink};
use super::block::requests_of;
use super::recorded::{Account, Opened};
use crate::calendar::Month;
use crate::finance::{Ledger, View};
use crate::lanes::{Lanes, Slot, Values};
use crate::model::{Model, Trained};
use crate::random::Design;

/// What the programmes of a strategy came to.
#[derive(Clone, Debug)]
pub struct Cycles {
    /// By programme, in the order of the strategy.
    pub programmes: Vec<ProgrammeCycles>,
    /// Cash of the strategy over all months, by path.
    pub cash: Vec<f64>,
    /// Mean share of requests that nobody served.
    pub unserved: f64,
}

/// The cycles of one programme.
#[derive(Clone, Debug)]
pub struct ProgrammeCycles {
    /// Its id.
    pub id: String,
    /// Mean number of cycles over all months.
    pub cycles: f64,
    /// What a cycle costs on average, and means of all values over the months in which one begins.
    pub each: Opened,
    /// Cost over all months, by path.
    pub cost: Vec<f64>,
    /// Where the GPU-hours of a cycle go: shipped runs, other recipes, failed runs, restarts; absent where nothing is computed.
    pub hours: Option<[f64; 4]>,
}

/// Simulates some paths and adds up what is paid for the programmes of a strategy; `None` if it was stopped.
pub fn cycles(
    model: &Model,
    design: Design,
    strategy: usize,
    paths: u64,
    go_on: &dyn Fn() -> bool,
) -> Option<Cycles> {
    let trained = &model.strategies[strategy].trained;
    let begun = |one: &Trained| Collected::new(one, model.program.len());
    let mut collector = Collector {
        strategy,
        trained,
        slots: model.program.slots(),
        requests: requests_of(&model.strategies[strategy], model).collect(),
        width: 0,
        collected: trained.iter().map(begun).collect(),
        cash: Vec::new(),
        offered: 0.0,
        left: 0.0,
    };
    Batch::new(model, design).run_all(model, 0..paths, &mut collector, Collector::begin, go_on)?;
    let unserved = if collector.offered > 0.0 { collector.left / collector.offered } else { 0.0 };
    let programmes = collector.collected.into_iter().map(|one| one.finish(paths)).collect();
    Some(Cycles { programmes, cash: collector.cash, unserved })
}

/// What is added up of one programme.
struct Collected {
    id: String,
    cycles: f64,
    accounts: Vec<Account>,
    values: Vec<f64>,
    cost: Vec<f64>,
    hours: Option<[f64; 4]>,
}

impl Collected {
    fn new(trained: &Trained, values: usize) -> Self {
        Self {
            id: trained.id.clone(),
            cycles: 0.0,
            accounts: Vec::new(),
            values: vec![0.0; values],
            cost: Vec::new(),
            hours: trained.run_gpu_hours.map(|_| [0.0; 4]),
        }
    }

    fn finish(mut self, paths: u64) -> ProgrammeCycles {
        let cycles = self.cycles.max(f64::MIN_POSITIVE);
        for account in &mut self.accounts {
            account.quantity /= cycles;
            account.amount /= cycles;
        }
        self.values.iter_mut().for_each(|value| *value /= cycles);
        let each = Opened {
            accounts: self.accounts,
            values: self.values,
            paths,
            fired: Vec::new(),
            events: Vec::new(),
        };
        let hours = self.hours.map(|hours| hours.map(|part| part / cycles));
        ProgrammeCycles { id: self.id, cycles: self.cycles / paths as f64, each, cost: self.cost, hours }
    }

    /// Takes the cycles that begin in a month.
    fn begin(&mut self, trained: &Trained, month: usize, width: usize, slots: &[Slot], values: &Values) {
        let due = trained.due.as_ref().map(|due| if due[month] { 1.0 } else { 0.0 });
        let begun: Lanes = match (due, trained.begun) {
            (Some(due), _) => Lanes::splat(due),
            (None, Some(slot)) => values[slot],
            (None, None) => Lanes::ZERO,
        };
        if begun[..width].iter().all(|begun| *begun == 0.0) {
            return;
        }
        self.cycles += begun[..width].iter().sum::<f64>();
        for (slot, sum) in slots.iter().zip(&mut self.values) {
            *sum += (0..width).map(|i| begun[i] * values[*slot][i]).sum::<f64>();
        }
        let (Some(hours), Some(run), Some(cycle)) =
            (&mut self.hours, trained.run_gpu_hours, trained.cycle_gpu_hours)
        else {
            return;
        };
        for i in (0..width).filter(|i| begun[*i] > 0.0) {
            let (run, cycle) = (values[run][i], values[cycle][i]);
            let wasted = trained.wasted.map_or(0.0, |wasted| values[wasted][i]);
            let tried = run * values[trained.runs][i];
            let restarts = cycle * wasted;
            for (sum, part) in hours.iter_mut().zip([run, tried - run, cycle - restarts - tried, restarts]) {
                *sum += part;
            }
        }
    }
}

struct Collector<'a> {
    strategy: usize,
    trained: &'a [Trained],
    slots: &'a [Slot],
    requests: Vec<Slot>,
    width: usize,
    collected: Vec<Collected>,
    cash: Vec<f64>,
    offered: f64,
    left: f64,
}

impl Collector<'_> {
    /// A batch of so many paths begins.
    fn begin(&mut self, width: usize) {
        self.width = width;
        let more = |list: &mut Vec<f64>| list.extend(std::iter::repeat_n(0.0, width));
        more(&mut self.cash);
        self.collected.iter_mut().for_each(|one| more(&mut one.cost));
    }
}

impl Sink for Collector<'_> {
    fn records(&self, strategy: usize, _: usize) -> bool {
        strategy == self.strategy
    }

    fn take(&mut self, strategy: usize, now: &Month, ledger: &Ledger, values: &Values, left: &[Lanes]) {
        if strategy != self.strategy {
            return;
        }
        let (width, first) = (self.width, self.cash.len() - self.width);
        let cash = ledger.total(View::Cash);
        self.cash[first..].iter_mut().zip(&cash).for_each(|(sum, cash)| *sum += cash);
        self.offered += self.requests.iter().flat_map(|slot| &values[*slot][..width]).sum::<f64>();
        self.left += left.iter().flat_map(|left| &left[..width]).sum::<f64>();
        for (one, trained) in self.collected.iter_mut().zip(self.trained) {
            one.begin(trained, now.index, width, self.slots, values);
        }
        for posting in ledger.recorded() {
            let line = &posting.line;
            let Some(one) = self.collected.iter_mut().find(|one| one.id == line.payee) else { continue };
            one.cost[first..].iter_mut().zip(&posting.amount).for_each(|(sum, amount)| *sum += amount);
            let quantity: f64 = posting.quantity[..width].iter().sum();
            let amount: f64 = posting.amount[..width].iter().sum();
            let known = one
                .accounts
                .iter_mut()
                .find(|a| a.line.component == line.component && a.line.label == line.label);
            match known {
                Some(account) => {
                    account.quantity += quantity;
                    account.amount += amount;
                }
                None => one.accounts.push(Account { line: line.clone(), quantity, amount }),
            }
        }
    }
}
