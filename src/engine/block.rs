//! Blocks of 1,024 paths: the unit in which sums are formed, so that no thread count or batch width changes a rounding.

use super::batch::{Batch, Sink};
use super::break_even::BreakEven;
use crate::calendar::Month;
use crate::finance::{Component, Ledger, Measure, View};
use crate::lanes::{LANES, Lanes, Values};
use crate::model::Model;
use crate::random::{Design, REPLICATES};
use crate::stats::OrderedF32;

/// Columns of fans: each strategy's months, months to date, and fiscal years.
pub(super) fn columns(model: &Model) -> usize {
    model.strategies.len() * (2 * model.timeline.length + model.timeline.years())
}

/// Paths of a block.
pub(super) const BLOCK: usize = 1024;

/// Sums are formed of every eighth path: vector arithmetic that is the same for any batch width.
const STRIDE: usize = 8;
type Partial = [f64; STRIDE];
/// A batch of blocks of paths begins with the first replicate.
const _: () = assert!(BLOCK.is_multiple_of(REPLICATES));

/// Sums of one strategy and month.
#[derive(Clone)]
pub(super) struct MonthSums {
    components: [Partial; Component::COUNT],
    posted: u32,
    measures: [Partial; Measure::COUNT],
    cash: [f64; REPLICATES],
}

impl MonthSums {
    const ZERO: Self = Self {
        components: [[0.0; STRIDE]; Component::COUNT],
        posted: 0,
        measures: [[0.0; STRIDE]; Measure::COUNT],
        cash: [0.0; REPLICATES],
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

    /// The month's cash, by replicate.
    pub(super) fn cash(&self) -> &[f64; REPLICATES] {
        &self.cash
    }
}

/// What one strategy's paths came to.
#[derive(Clone)]
struct Running {
    month_cash: Lanes,
    month_upfront: Lanes,
    cumulative: Lanes,
    year: Lanes,
    npv: Lanes,
    break_even: BreakEven,
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
    discount: Option<crate::lanes::Slot>,
    /// Paths of the block.
    pub(super) paths: usize,
    /// Paths of the batch that is being taken: where they begin in the block, and how many count.
    begin: usize,
    width: usize,
    /// `sums[strategy · months + month]`
    pub(super) sums: Vec<MonthSums>,
    /// `fans[(2 · strategy + cumulative) · months + month][path]`, then `[strategy · years + year]` behind all months.
    pub(super) fans: Vec<[OrderedF32; BLOCK]>,
    running: Vec<Running>,
    /// By strategy, then path.
    pub(super) nominal: Vec<[f64; BLOCK]>,
    pub(super) npv: Vec<[f64; BLOCK]>,
    pub(super) break_even: Vec<[f32; BLOCK]>,
}

impl Block {
    pub(super) fn new(model: &Model, design: Design) -> Self {
        let (strategies, months) = (model.strategies.len(), model.timeline.length);
        let running = Running {
            month_cash: [0.0; LANES],
            month_upfront: [0.0; LANES],
            cumulative: [0.0; LANES],
            year: [0.0; LANES],
            npv: [0.0; LANES],
            break_even: BreakEven::new(),
        };
        let tally = Tally {
            months,
            years: (0..months).map(|month| model.timeline.year_index(month)).collect(),
            baseline: model.baseline,
            discount: model.discount,
            paths: 0,
            begin: 0,
            width: 0,
            sums: vec![MonthSums::ZERO; strategies * months],
            fans: vec![[OrderedF32::default(); BLOCK]; columns(model)],
            running: vec![running; strategies],
            nominal: vec![[0.0; BLOCK]; strategies],
            npv: vec![[0.0; BLOCK]; strategies],
            break_even: vec![[f32::NAN; BLOCK]; strategies],
        };
        Self { batch: Batch::new(model, design), tally }
    }

    /// Simulates `paths` paths from `first_path` on, in batches of `width`.
    pub(super) fn run(&mut self, model: &Model, first_path: u64, paths: usize, width: usize) {
        self.tally.paths = paths;
        self.tally.sums.fill(MonthSums::ZERO);
        for begin in (0..paths).step_by(width) {
            self.tally.begin_batch(begin, width.min(paths - begin));
            self.batch.run(model, first_path + begin as u64, &mut self.tally);
            self.tally.end_batch();
        }
    }
}

impl Tally {
    fn begin_batch(&mut self, begin: usize, width: usize) {
        (self.begin, self.width) = (begin, width);
        for running in &mut self.running {
            running.cumulative = [0.0; LANES];
            running.year = [0.0; LANES];
            running.npv = [0.0; LANES];
            running.break_even = BreakEven::new();
        }
    }

    fn end_batch(&mut self) {
        let range = self.begin..self.begin + self.width;
        for (place, running) in self.running.iter().enumerate() {
            self.nominal[place][range.clone()].copy_from_slice(&running.cumulative[..self.width]);
            self.npv[place][range.clone()].copy_from_slice(&running.npv[..self.width]);
            for (out, months) in
                self.break_even[place][range.clone()].iter_mut().zip(running.break_even.months())
            {
                *out = *months as f32;
            }
        }
    }

    fn write_fan(&mut self, column: usize, values: &Lanes) {
        let out = &mut self.fans[column][self.begin..self.begin + self.width];
        for (out, value) in out.iter_mut().zip(values) {
            *out = OrderedF32::from(*value as f32);
        }
    }
}

/// Adds the lanes that count to the partial sums of their paths.
fn add<const N: usize>(partial: &mut [f64; N], values: &Lanes, begin: usize, width: usize) {
    if begin.is_multiple_of(N) && width.is_multiple_of(N) {
        for row in values[..width].chunks_exact(N) {
            for i in 0..N {
                partial[i] += row[i];
            }
        }
    } else {
        for (i, value) in values[..width].iter().enumerate() {
            partial[(begin + i) % N] += value;
        }
    }
}

impl Sink for Tally {
    fn take(&mut self, strategy: usize, now: &Month, ledger: &Ledger, values: &Values) {
        let (begin, width) = (self.begin, self.width);
        let sums = &mut self.sums[strategy * self.months + now.index];
        for component in Component::ALL {
            if ledger.has(component) {
                sums.posted |= 1 << component as usize;
                add(&mut sums.components[component as usize], ledger.component(component), begin, width);
            }
        }
        for measure in Measure::ALL {
            add(&mut sums.measures[measure as usize], ledger.measured(measure), begin, width);
        }
        let cash = ledger.total(View::Cash);
        add(&mut sums.cash, &cash, begin, width);
        let running = &mut self.running[strategy];
        for i in 0..LANES {
            running.cumulative[i] += cash[i];
            running.year[i] += cash[i];
        }
        if let Some(discount) = self.discount {
            let discount = &values[discount];
            for i in 0..LANES {
                running.npv[i] += cash[i] * discount[i];
            }
        }
        running.month_cash = cash;
        running.month_upfront = *ledger.upfront();
        let cumulative = running.cumulative;
        let (year, strategies) = (self.years[now.index], self.running.len());
        if self.years.get(now.index + 1) != Some(&year) {
            let of_year = std::mem::replace(&mut self.running[strategy].year, [0.0; LANES]);
            let years = self.years[self.months - 1] + 1;
            self.write_fan(2 * strategies * self.months + strategy * years + year, &of_year);
        }
        self.write_fan(2 * strategy * self.months + now.index, &cash);
        self.write_fan((2 * strategy + 1) * self.months + now.index, &cumulative);
    }

    fn end_month(&mut self, now: &Month, _: &Values) {
        let (cash, upfront) =
            (self.running[self.baseline].month_cash, self.running[self.baseline].month_upfront);
        for (place, running) in self.running.iter_mut().enumerate() {
            if place == self.baseline {
                continue;
            }
            let lump: Lanes = std::array::from_fn(|i| running.month_upfront[i] - upfront[i]);
            let whole: Lanes = std::array::from_fn(|i| running.month_cash[i] - cash[i]);
            running.break_even.step(now.index, &lump, &whole);
        }
    }
}
