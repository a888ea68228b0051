//! Blocks of 1,024 paths: the unit in which sums are formed, so that no thread count or batch width changes a rounding.

use super::batch::{Batch, Sink, TOGETHER};
use super::break_even::BreakEven;
use super::fan::Sheet;
use super::gate::Gates;
use super::happened::Happened;
use super::scored::Scored;
use super::sums::{Added, Begun, MonthSums, NOTHING_BEGUN, Sum, add_month};
use crate::calendar::Month;
use crate::finance::{Ledger, Measure};
use crate::lanes::{LANES, Lanes, Slot, Values, ZERO};
use crate::model::{Model, Strategy};
use crate::random::PARTS;

/// Columns of fans: each strategy's months, months to date, and fiscal years; none where nobody asked for fans.
pub(super) fn columns(model: &Model, fans: bool) -> usize {
    let each = 2 * model.timeline.length + model.timeline.years();
    if fans { model.strategies.len() * each } else { 0 }
}

/// Paths of a block.
pub(super) const BLOCK: usize = 1024;

/// Consecutive paths whose month is summed up by itself, unless the parts of the run are smaller still.
pub(super) const PIECE: u64 = (BLOCK / PARTS) as u64;
const _: () = assert!(PIECE as usize == LANES, "a batch is a piece");

/// What one strategy's paths came to.
#[derive(Clone)]
struct Running {
    month_cash: Lanes,
    month_upfront: Upfront,
    cumulative: Lanes,
    year: Lanes,
    npv: Lanes,
    break_even: BreakEven,
}

impl Running {
    /// Adds the month's cash, of which some is paid at the start of the month; gives its sum over the paths.
    fn add(&mut self, upfront: Option<&Lanes>, discount: &Lanes, yearly: bool) -> f64 {
        self.month_upfront.take(upfront);
        let year = yearly.then_some(&mut self.year);
        add_month(&self.month_cash, discount, &mut self.cumulative, year, &mut self.npv)
    }
}

/// What of a month's cash is paid at its start. Most months have none, and are not copied.
#[derive(Clone)]
struct Upfront {
    paid: Lanes,
    any: bool,
}

impl Upfront {
    const NONE: Self = Self { paid: Lanes::ZERO, any: false };

    fn take(&mut self, upfront: Option<&Lanes>) {
        if upfront.is_some() || self.any {
            *self = Self { paid: *upfront.unwrap_or(&ZERO), any: upfront.is_some() };
        }
    }
}

/// What the baseline costs in a month.
#[derive(Clone)]
struct Compared {
    upfront: Upfront,
    cash: Lanes,
}

/// The results of a block; allocated once and used again.
pub(super) struct Tally {
    months: usize,
    /// The fiscal year of each month, from 0.
    years: Vec<usize>,
    baseline: usize,
    discount: Option<Slot>,
    /// Paths of the block.
    pub(super) paths: usize,
    /// Paths of a piece.
    piece: usize,
    /// Paths of the batch that is being taken: where they begin in the block, and how many count.
    begin: usize,
    width: usize,
    /// `sums[strategy · months + month]`.
    sums: Vec<MonthSums>,
    /// What narrow batches have begun of them; nothing unless there are such.
    begun: Vec<Begun>,
    /// Columns `(2 · strategy + cumulative) · months + month`, then `strategy · years + year` behind all months; none where
    /// nobody asked for fans.
    pub(super) sheet: Sheet,
    running: Vec<Running>,
    /// Months of the baseline that others have yet to be compared with.
    compared: Vec<Compared>,
    /// By strategy, then path.
    pub(super) nominal: Vec<[f64; BLOCK]>,
    pub(super) npv: Vec<[f64; BLOCK]>,
    pub(super) break_even: Vec<[f32; BLOCK]>,
    /// `shed[(strategy · streams + stream) · months + month]`: requests that nobody served.
    shed: Vec<Sum>,
    /// `offered[place · months + month]`: requests that arrived in each stream, and in the streams of strategies that have their own.
    offered: Vec<Sum>,
    /// The slots of these requests.
    requests: Vec<Slot>,
    pub(super) gates: Gates,
    /// `fired[strategy][rule · months + month]`: paths in which a rule came true when the month began.
    pub(super) fired: Vec<Vec<u64>>,
    pub(super) events: Happened,
    pub(super) scores: Scored,
}

impl Tally {
    pub(super) fn new(model: &Model, fans: bool) -> Self {
        let (strategies, months) = (model.strategies.len(), model.timeline.length);
        let running = Running {
            month_cash: Lanes::ZERO,
            month_upfront: Upfront::NONE,
            cumulative: Lanes::ZERO,
            year: Lanes::ZERO,
            npv: Lanes::ZERO,
            break_even: BreakEven::new(),
        };
        Self {
            months,
            years: (0..months).map(|month| model.timeline.year_index(month)).collect(),
            baseline: model.baseline,
            discount: model.discount,
            paths: 0,
            piece: PIECE as usize,
            begin: 0,
            width: 0,
            sums: vec![MonthSums::ZERO; strategies * months],
            begun: Vec::new(),
            sheet: Sheet::new(columns(model, fans)),
            running: vec![running; strategies],
            compared: vec![Compared { upfront: Upfront::NONE, cash: Lanes::ZERO }; TOGETHER],
            nominal: vec![[0.0; BLOCK]; strategies],
            npv: vec![[0.0; BLOCK]; strategies],
            break_even: vec![[f32::NAN; BLOCK]; strategies],
            shed: vec![Sum::ZERO; strategies * model.streams.len() * months],
            offered: vec![Sum::ZERO; requests(model).count() * months],
            requests: requests(model).collect(),
            gates: Gates::new(model),
            fired: model.strategies.iter().map(|strategy| vec![0; strategy.rules().len() * months]).collect(),
            events: Happened::new(model),
            scores: Scored::new(model),
        }
    }

    /// Simulates `paths` paths from `first_path` on, in batches of `width`, and sums up pieces of so many.
    pub(super) fn simulate(
        &mut self,
        model: &Model,
        batch: &mut Batch,
        first_path: u64,
        (paths, piece): (usize, usize),
        width: usize,
    ) {
        (self.paths, self.piece) = (paths, piece);
        self.sums.fill(MonthSums::ZERO);
        self.shed.fill(Sum::ZERO);
        self.offered.fill(Sum::ZERO);
        self.fired.iter_mut().for_each(|counts| counts.fill(0));
        self.events.clear();
        for begin in (0..paths).step_by(width) {
            self.begin_batch(begin, width.min(paths - begin));
            batch.run(model, first_path + begin as u64, self);
            self.end_batch();
        }
        self.close();
    }

    /// Requests that nobody served, `[(strategy · streams + stream) · months + month]`.
    pub(super) fn shed(&self) -> impl Iterator<Item = f64> + '_ {
        self.shed.iter().map(Sum::total)
    }

    /// Requests that arrived, in the order of [`requests`], by month.
    pub(super) fn offered(&self) -> impl Iterator<Item = f64> + '_ {
        self.offered.iter().map(Sum::total)
    }

    fn begin_batch(&mut self, begin: usize, width: usize) {
        (self.begin, self.width) = (begin, width);
        self.sheet.hold(begin + width);
        self.gates.begin();
        self.events.begin();
        self.scores.begin();
        for running in &mut self.running {
            running.cumulative = Lanes::ZERO;
            running.year = Lanes::ZERO;
            running.npv = Lanes::ZERO;
            running.break_even = BreakEven::new();
        }
    }

    fn end_batch(&mut self) {
        self.gates.end(self.begin, self.width);
        self.scores.end(self.begin, self.width);
        let range = self.begin..self.begin + self.width;
        for (place, running) in self.running.iter().enumerate() {
            self.nominal[place][range.clone()].copy_from_slice(&running.cumulative[..self.width]);
            self.npv[place][range.clone()].copy_from_slice(&running.npv[..self.width]);
            for (out, months) in
                self.break_even[place][range.clone()].iter_mut().zip(&running.break_even.months())
            {
                *out = *months as f32;
            }
        }
    }

    /// The paths of the batch that is being taken.
    fn added(&self) -> Added {
        Added { begin: self.begin, width: self.width, piece: self.piece }
    }

    /// The sums of the months of a strategy.
    pub(super) fn months_of(&self, strategy: usize) -> &[MonthSums] {
        &self.sums[strategy * self.months..][..self.months]
    }

    /// Adds a month's components and measures to their sums; what of them is cash is the strategy's month.
    fn add_up(&mut self, strategy: usize, month: usize, discount: &Lanes, ledger: &Ledger) {
        let (added, place) = (self.added(), strategy * self.months + month);
        if !added.is_whole() && self.begun.is_empty() {
            self.begun = vec![NOTHING_BEGUN; self.sums.len()];
        }
        let (sums, running) = (&mut self.sums[place], &mut self.running[strategy]);
        if added.is_whole() {
            sums.add(ledger, &mut running.month_cash);
        } else {
            sums.add_narrow(ledger, added, &mut self.begun[place], &mut running.month_cash);
        }
        let sum = running.add(ledger.upfront(), discount, self.sheet.is_kept());
        sums.add_cash(&running.month_cash, sum, added);
        if ledger.has_measured(Measure::Revenue) {
            let revenue = ledger.measured(Measure::Revenue);
            let margin = Lanes::from_fn(|i| revenue[i] - running.month_cash[i]);
            sums.add_margin(&margin, added);
        }
    }

    /// All paths of the block have been added.
    fn close(&mut self) {
        let last = (!self.paths.is_multiple_of(self.piece)).then_some(self.paths / self.piece);
        let mut begun = self.begun.iter_mut();
        self.sums.iter_mut().for_each(|sums| sums.close(begun.next(), last));
    }
}

/// The requests of all streams of the model, then those of each strategy that has its own streams.
pub(super) fn requests(model: &Model) -> impl Iterator<Item = Slot> + '_ {
    let own = model.strategies.iter().filter_map(|strategy| strategy.own_streams.as_deref());
    [&model.streams[..]].into_iter().chain(own).flatten().map(|stream| stream.work.requests)
}

/// The requests of the streams of a strategy.
pub(super) fn requests_of<'a>(strategy: &'a Strategy, model: &'a Model) -> impl Iterator<Item = Slot> + 'a {
    strategy.streams(model).iter().map(|stream| stream.work.requests)
}

impl Sink for Tally {
    fn take(&mut self, strategy: usize, now: &Month, ledger: &Ledger, values: &Values, left: &[Lanes]) {
        let (begin, width) = (self.begin, self.width);
        let discount = self.discount.map_or(&ZERO, |slot| &values[slot]);
        self.add_up(strategy, now.index, discount, ledger);
        if ledger.has_measured(Measure::Shed) || !self.added().is_whole() {
            for (stream, left_of) in left.iter().enumerate() {
                let place = strategy * left.len() + stream;
                self.shed[place * self.months + now.index].add(&left_of[..width], begin);
            }
        }
        self.gates.take(strategy, now, ledger, values, left);
        self.events.take(strategy, now.index, ledger.noted(), width);
        self.scores.take(strategy, ledger.noted());
        let (month, year, strategies) = (now.index, self.years[now.index], self.running.len());
        let running = &mut self.running[strategy];
        let compared = &mut self.compared[month % TOGETHER];
        if strategy == self.baseline {
            compared.upfront.take(ledger.upfront());
            compared.cash = running.month_cash;
        } else {
            let own = [&running.month_upfront.paid, &running.month_cash];
            running.break_even.step(month, own, [&compared.upfront.paid, &compared.cash]);
        }
        self.sheet.write(2 * strategy * self.months + month, &running.month_cash, begin, width);
        self.sheet.write((2 * strategy + 1) * self.months + month, &running.cumulative, begin, width);
        if self.years.get(month + 1) != Some(&year) {
            let column = 2 * strategies * self.months + strategy * (self.years[self.months - 1] + 1) + year;
            self.sheet.write(column, &running.year, begin, width);
            running.year = Lanes::ZERO;
        }
    }

    fn fired(&mut self, strategy: usize, rule: usize, now: &Month, lanes: &[bool; LANES]) {
        let paths = lanes[..self.width].iter().filter(|fired| **fired).count();
        self.fired[strategy][rule * self.months + now.index] += paths as u64;
    }

    fn end_month(&mut self, now: &Month, values: &Values) {
        for (place, requests) in self.requests.iter().enumerate() {
            let sum = &mut self.offered[place * self.months + now.index];
            sum.add(&values[*requests][..self.width], self.begin);
        }
    }
}
