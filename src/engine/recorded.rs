//! A month opened up: the postings of one strategy, over many paths or in one.

use super::batch::{Batch, Sink};
use crate::calendar::Month;
use crate::finance::{Ledger, Line};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::model::Model;
use crate::random::Design;

/// One posting, summed over paths.
#[derive(Clone, Debug)]
pub struct Account {
    /// What it is.
    pub line: Line,
    /// Mean quantity, in base units.
    pub quantity: f64,
    /// Mean amount, in the scenario's currency.
    pub amount: f64,
}

/// A month of a strategy, opened up.
#[derive(Clone, Debug)]
pub struct Opened {
    /// Its postings, in the order they were made.
    pub accounts: Vec<Account>,
    /// Mean of every value of the world in that month, by slot.
    pub values: Vec<f64>,
    /// Paths behind the means.
    pub paths: u64,
    /// Rules of the strategy that came true until that month: the rule by its place, the month, and in how many paths.
    pub fired: Vec<(usize, usize, u64)>,
    /// Events of the model that happened to the strategy until that month: how often before it, and in it; means.
    pub events: Vec<(usize, [f64; 2])>,
}

/// Simulates some paths again and keeps the postings of one strategy and month; means over the paths.
pub fn open_month(
    model: &Model,
    design: Design,
    strategy: usize,
    month: usize,
    paths: std::ops::Range<u64>,
) -> Opened {
    let mut opener = Opener {
        strategy,
        month,
        slots: model.program.slots(),
        width: 0,
        opened: Opened {
            accounts: Vec::new(),
            values: vec![0.0; model.program.len()],
            paths: paths.end - paths.start,
            fired: Vec::new(),
            events: Vec::new(),
        },
    };
    let begin = |opener: &mut Opener, width| opener.width = width;
    let whole = Batch::new(model, design).run_all(model, paths, &mut opener, begin, || true);
    debug_assert!(whole.is_some(), "nobody stops it");
    let mut opened = opener.opened;
    let n = opened.paths as f64;
    for account in &mut opened.accounts {
        account.quantity /= n;
        account.amount /= n;
    }
    for (_, counts) in &mut opened.events {
        *counts = counts.map(|count| count / n);
    }
    opened.events.sort_unstable_by_key(|(event, _)| *event);
    opened.fired.sort_unstable_by_key(|(rule, month, _)| (*month, *rule));
    opened.values.iter_mut().for_each(|value| *value /= n);
    opened
}

struct Opener<'a> {
    slots: &'a [Slot],
    strategy: usize,
    month: usize,
    width: usize,
    opened: Opened,
}

impl Opener<'_> {
    /// Takes note of what happened before the month, or in it.
    fn note(&mut self, when: usize, ledger: &Ledger) {
        for (event, count) in ledger.noted() {
            let count: f64 = count[..self.width].iter().sum();
            let events = &mut self.opened.events;
            let place = events.iter().position(|(known, _)| known == event).unwrap_or_else(|| {
                events.push((*event, [0.0; 2]));
                events.len() - 1
            });
            events[place].1[when] += count;
        }
    }
}

impl Sink for Opener<'_> {
    fn records(&self, strategy: usize, month: usize) -> bool {
        strategy == self.strategy && month == self.month
    }

    fn fired(&mut self, strategy: usize, rule: usize, now: &Month, lanes: &[bool; LANES]) {
        let paths = lanes[..self.width].iter().filter(|fired| **fired).count() as u64;
        if strategy != self.strategy || now.index > self.month || paths == 0 {
            return;
        }
        let fired = &mut self.opened.fired;
        match fired.iter_mut().find(|(one, month, _)| (*one, *month) == (rule, now.index)) {
            Some((.., count)) => *count += paths,
            None => fired.push((rule, now.index, paths)),
        }
    }

    fn take(&mut self, strategy: usize, now: &Month, ledger: &Ledger, values: &Values, _: &[Lanes]) {
        if strategy == self.strategy && now.index <= self.month {
            self.note(usize::from(now.index == self.month), ledger);
        }
        if !self.records(strategy, now.index) {
            return;
        }
        for posting in ledger.recorded() {
            let quantity: f64 = posting.quantity[..self.width].iter().sum();
            let amount: f64 = posting.amount[..self.width].iter().sum();
            let line = &posting.line;
            let same = |a: &&mut Account| {
                a.line.component == line.component && a.line.label == line.label && a.line.payee == line.payee
            };
            match self.opened.accounts.iter_mut().find(same) {
                Some(account) => {
                    account.quantity += quantity;
                    account.amount += amount;
                }
                None => self.opened.accounts.push(Account { line: line.clone(), quantity, amount }),
            }
        }
        for (slot, sum) in self.slots.iter().zip(&mut self.opened.values) {
            *sum += values[*slot][..self.width].iter().sum::<f64>();
        }
    }
}

/// The drawn numbers of the first paths: `[path][slot]` for the slots asked for, as they stand in the first month.
pub fn drawn_inputs(model: &Model, design: Design, slots: &[Slot], paths: u64) -> Vec<Vec<f64>> {
    let mut world = model.program.world(design);
    let mut rows = Vec::new();
    let mut first = 0;
    while first < paths {
        model.program.start(first, &mut world);
        let width = (paths - first).min(LANES as u64) as usize;
        rows.extend((0..width).map(|lane| slots.iter().map(|slot| world.value(*slot)[lane]).collect()));
        first += LANES as u64;
    }
    rows
}
