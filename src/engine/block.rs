//! Blocks of 1,024 paths: the unit in which sums are formed, so that no thread count or batch width changes a rounding.

use multiversion::multiversion;

use super::batch::{Batch, Sink};
use super::break_even::BreakEven;
use super::fan::Sheet;
use super::gate::Gates;
use super::happened::Happened;
use super::scored::Scored;
use crate::calendar::Month;
use crate::finance::{Component, Ledger, Measure, View};
use crate::lanes::{self, LANES, Lanes, Slot, Values, ZERO};
use crate::model::Model;
use crate::random::{Design, PARTS};

/// Columns of fans: each strategy's months, months to date, and fiscal years; none where nobody asked for fans.
pub(super) fn columns(model: &Model, fans: bool) -> usize {
    let each = 2 * model.timeline.length + model.timeline.years();
    if fans { model.strategies.len() * each } else { 0 }
}

/// Paths of a block.
pub(super) const BLOCK: usize = 1024;

/// Sums are formed of every eighth path: vector arithmetic that is the same for any batch width.
const STRIDE: usize = 8;
type Partial = [f64; STRIDE];
/// Consecutive paths whose month is summed up by itself, unless the parts of the run are smaller still.
pub(super) const PIECE: u64 = (BLOCK / PARTS) as u64;

/// Sums of the pieces of a block, each formed of every eighth path.
#[derive(Clone)]
struct Pieces {
    sums: [f64; PARTS],
    /// Of the piece that batches have begun and not filled.
    open: Partial,
}

impl Pieces {
    const ZERO: Self = Self { sums: [0.0; PARTS], open: [0.0; STRIDE] };

    /// Adds some paths of the block from `begin` on, in pieces of so many.
    fn add(&mut self, mut begin: usize, mut values: &[f64], piece: usize) {
        while !values.is_empty() {
            let (inside, rest) = values.split_at(values.len().min(piece - begin % piece));
            add(&mut self.open, inside, begin);
            if (begin + inside.len()).is_multiple_of(piece) {
                self.close(begin / piece);
            }
            (begin, values) = (begin + inside.len(), rest);
        }
    }

    fn close(&mut self, place: usize) {
        self.sums[place] += self.open.iter().sum::<f64>();
        self.open = [0.0; STRIDE];
    }
}

/// Sums of one strategy and month.
#[derive(Clone)]
pub(super) struct MonthSums {
    components: [Partial; Component::COUNT],
    posted: u64,
    measures: [Partial; Measure::COUNT],
    cash: Pieces,
    margin: Pieces,
}

impl MonthSums {
    const ZERO: Self = Self {
        components: [[0.0; STRIDE]; Component::COUNT],
        posted: 0,
        measures: [[0.0; STRIDE]; Measure::COUNT],
        cash: Pieces::ZERO,
        margin: Pieces::ZERO,
    };

    pub(super) fn component(&self, component: usize) -> f64 {
        self.components[component].iter().sum()
    }

    pub(super) fn posted(&self, component: usize) -> bool {
        self.posted & (1 << component) != 0
    }

    pub(super) fn measure(&self, measure: usize) -> f64 {
        self.measures[measure].iter().sum()
    }

    /// The last piece is not full.
    fn close(&mut self, place: usize) {
        self.cash.close(place);
        self.margin.close(place);
    }

    /// The month's cash, by piece.
    pub(super) fn cash(&self) -> &[f64; PARTS] {
        &self.cash.sums
    }

    /// What the month's revenue exceeds its cash by, by piece; zero where nothing earns.
    pub(super) fn margin(&self) -> &[f64; PARTS] {
        &self.margin.sums
    }
}

/// What one strategy's paths came to.
#[derive(Clone)]
struct Running {
    month_cash: Lanes,
    month_upfront: Lanes,
    /// Whether there is any of that.
    paid_upfront: bool,
    cumulative: Lanes,
    year: Lanes,
    npv: Lanes,
    break_even: BreakEven,
}

impl Running {
    /// Adds the month's cash, of which some is paid at the start of the month.
    fn add(&mut self, upfront: Option<&Lanes>, discount: &Lanes) {
        add_month(&self.month_cash, discount, &mut self.cumulative, &mut self.year, &mut self.npv);
        if upfront.is_some() || self.paid_upfront {
            self.month_upfront = *upfront.unwrap_or(&ZERO);
            self.paid_upfront = upfront.is_some();
        }
    }
}

/// Adds a month's cash to date, in the year, and discounted.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn add_month(cash: &Lanes, discount: &Lanes, cumulative: &mut Lanes, year: &mut Lanes, npv: &mut Lanes) {
    for i in 0..LANES {
        cumulative[i] += cash[i];
        year[i] += cash[i];
        npv[i] += cash[i] * discount[i];
    }
}

/// A block's results, and the lanes to compute them; allocated once and used again.
pub(super) struct Block {
    batch: Batch,
    pub(super) tally: Tally,
}

/// The results of a block.
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
    /// `sums[strategy · months + month]`
    pub(super) sums: Vec<MonthSums>,
    /// Columns `(2 · strategy + cumulative) · months + month`, then `strategy · years + year` behind all months; none where
    /// nobody asked for fans.
    pub(super) sheet: Sheet,
    running: Vec<Running>,
    /// By strategy, then path.
    pub(super) nominal: Vec<[f64; BLOCK]>,
    pub(super) npv: Vec<[f64; BLOCK]>,
    pub(super) break_even: Vec<[f32; BLOCK]>,
    /// `shed[strategy · streams + stream]`: requests that nobody served.
    shed: Vec<Partial>,
    /// Requests that arrived in each stream, and in the streams of strategies that have their own.
    offered: Vec<Partial>,
    /// The slots of these requests.
    requests: Vec<Slot>,
    pub(super) gates: Gates,
    /// `fired[strategy][rule · months + month]`: paths in which a rule came true when the month began.
    pub(super) fired: Vec<Vec<u64>>,
    pub(super) events: Happened,
    pub(super) scores: Scored,
}

impl Block {
    pub(super) fn new(model: &Model, design: Design, fans: bool) -> Self {
        let (strategies, months) = (model.strategies.len(), model.timeline.length);
        let running = Running {
            month_cash: Lanes::ZERO,
            month_upfront: Lanes::ZERO,
            paid_upfront: false,
            cumulative: Lanes::ZERO,
            year: Lanes::ZERO,
            npv: Lanes::ZERO,
            break_even: BreakEven::new(),
        };
        let tally = Tally {
            months,
            years: (0..months).map(|month| model.timeline.year_index(month)).collect(),
            baseline: model.baseline,
            discount: model.discount,
            paths: 0,
            piece: PIECE as usize,
            begin: 0,
            width: 0,
            sums: vec![MonthSums::ZERO; strategies * months],
            sheet: Sheet::new(columns(model, fans)),
            running: vec![running; strategies],
            nominal: vec![[0.0; BLOCK]; strategies],
            npv: vec![[0.0; BLOCK]; strategies],
            break_even: vec![[f32::NAN; BLOCK]; strategies],
            shed: vec![[0.0; STRIDE]; strategies * model.streams.len()],
            offered: vec![[0.0; STRIDE]; requests(model).count()],
            requests: requests(model).collect(),
            gates: Gates::new(model),
            fired: model.strategies.iter().map(|strategy| vec![0; strategy.rules().len() * months]).collect(),
            events: Happened::new(model),
            scores: Scored::new(model),
        };
        Self { batch: Batch::new(model, design), tally }
    }

    /// Simulates `paths` paths from `first_path` on, in batches of `width`, and sums up pieces of so many.
    pub(super) fn run(
        &mut self,
        model: &Model,
        first_path: u64,
        (paths, piece): (usize, usize),
        width: usize,
    ) {
        (self.tally.paths, self.tally.piece) = (paths, piece);
        self.tally.sums.fill(MonthSums::ZERO);
        self.tally.shed.fill([0.0; STRIDE]);
        self.tally.offered.fill([0.0; STRIDE]);
        self.tally.fired.iter_mut().for_each(|counts| counts.fill(0));
        self.tally.events.clear();
        for begin in (0..paths).step_by(width) {
            self.tally.begin_batch(begin, width.min(paths - begin));
            self.batch.run(model, first_path + begin as u64, &mut self.tally);
            self.tally.end_batch();
        }
        if !paths.is_multiple_of(piece) {
            self.tally.sums.iter_mut().for_each(|sums| sums.close(paths / piece));
        }
    }
}

impl Tally {
    /// Requests that nobody served, `[strategy · streams + stream]`.
    pub(super) fn shed(&self) -> impl Iterator<Item = f64> + '_ {
        self.shed.iter().map(|partial| partial.iter().sum())
    }

    /// Requests that arrived, in the order of [`requests`].
    pub(super) fn offered(&self) -> impl Iterator<Item = f64> + '_ {
        self.offered.iter().map(|partial| partial.iter().sum())
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

    /// Whether a batch fills whole rows of partial sums and sheets.
    fn is_whole(&self) -> bool {
        self.begin.is_multiple_of(LANES) && self.width == LANES
    }

    /// Adds a month's components and measures to their sums; what of them is cash is the strategy's month.
    fn add_up(&mut self, strategy: usize, place: usize, ledger: &Ledger) {
        let whole = self.is_whole();
        let (sums, cash) = (&mut self.sums[place], &mut self.running[strategy].month_cash);
        let (components, posted) = ledger.components();
        sums.posted |= posted;
        if whole {
            *cash = Lanes::ZERO;
            sum_components(components, posted, &mut sums.components, cash);
        } else {
            *cash = ledger.total(View::Cash);
            for component in Component::ALL.into_iter().filter(|component| ledger.has(*component)) {
                let partial = &mut sums.components[component as usize];
                add(partial, &ledger.component(component)[..self.width], self.begin);
            }
        }
        sums.cash.add(self.begin, &cash[..self.width], self.piece);
        for measure in Measure::ALL.into_iter().filter(|measure| ledger.has_measured(*measure)) {
            add(&mut sums.measures[measure as usize], &ledger.measured(measure)[..self.width], self.begin);
        }
        if ledger.has_measured(Measure::Revenue) {
            let revenue = ledger.measured(Measure::Revenue);
            let margin: Lanes = Lanes::from_fn(|i| revenue[i] - cash[i]);
            sums.margin.add(self.begin, &margin[..self.width], self.piece);
        }
    }
}

/// The requests of all streams of the model, then those of each strategy that has its own streams.
pub(super) fn requests(model: &Model) -> impl Iterator<Item = Slot> + '_ {
    let own = model.strategies.iter().filter_map(|strategy| strategy.own_streams.as_deref());
    [&model.streams[..]].into_iter().chain(own).flatten().map(|stream| stream.work.requests)
}

/// Components that count as cash, a bit for each.
const CASH: u64 = View::Cash.components();

/// Adds the components that are posted to the partial sums of their places, and those that are cash to a total.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn sum_components(
    components: &[Lanes; Component::COUNT],
    posted: u64,
    sums: &mut [Partial; Component::COUNT],
    cash: &mut Lanes,
) {
    for c in 0..Component::COUNT {
        if posted & (1 << c) == 0 {
            continue;
        }
        let mut partial = sums[c];
        let counts = CASH & (1 << c) != 0;
        for (row, cash) in components[c].as_chunks::<STRIDE>().0.iter().zip(cash.as_chunks_mut::<STRIDE>().0)
        {
            for i in 0..STRIDE {
                partial[i] += row[i];
                if counts {
                    cash[i] += row[i];
                }
            }
        }
        sums[c] = partial;
    }
}

/// Adds values to the partial sums of their paths, of which `begin` is the first.
fn add(partial: &mut Partial, values: &[f64], begin: usize) {
    if let Ok(all) = values.try_into()
        && begin.is_multiple_of(STRIDE)
    {
        return lanes::add_to_eight(partial, all);
    }
    for (path, value) in (begin..).zip(values) {
        partial[path % STRIDE] += value;
    }
}

impl Sink for Tally {
    fn take(&mut self, strategy: usize, now: &Month, ledger: &Ledger, values: &Values, left: &[Lanes]) {
        let (begin, width) = (self.begin, self.width);
        self.add_up(strategy, strategy * self.months + now.index, ledger);
        for (sum, left) in self.shed[strategy * left.len()..].iter_mut().zip(left) {
            add(sum, &left[..width], begin);
        }
        self.gates.take(strategy, now, ledger, values, left);
        self.events.take(strategy, now.index, ledger.noted(), width);
        self.scores.take(strategy, ledger.noted());
        let (month, year, strategies) = (now.index, self.years[now.index], self.running.len());
        let running = &mut self.running[strategy];
        running.add(ledger.upfront(), self.discount.map_or(&ZERO, |slot| &values[slot]));
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
        for (sum, requests) in self.offered.iter_mut().zip(&self.requests) {
            add(sum, &values[*requests][..self.width], self.begin);
        }
        let (before, rest) = self.running.split_at_mut(self.baseline);
        let Some((baseline, after)) = rest.split_first_mut() else { return };
        let baseline = [&baseline.month_upfront, &baseline.month_cash];
        for running in before.iter_mut().chain(after) {
            let own = [&running.month_upfront, &running.month_cash];
            running.break_even.step(now.index, own, baseline);
        }
    }
}
