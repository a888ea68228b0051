//! Blocks of 1,024 paths: the unit in which sums are formed, so that no thread count or batch width changes a rounding.

use super::batch::{Batch, Sink};
use super::break_even::BreakEven;
use super::gate::Gates;
use crate::calendar::Month;
use crate::finance::{Component, Ledger, Measure, View};
use crate::lanes::{self, LANES, Lanes, Values};
use crate::model::Model;
use crate::random::{Design, REPLICATES};
use crate::stats::OrderedF32;

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
    /// `fans[(2 · strategy + cumulative) · months + month][path]`, then `[strategy · years + year]` behind all months;
    /// empty where nobody asked for fans.
    pub(super) fans: Vec<[OrderedF32; BLOCK]>,
    running: Vec<Running>,
    /// By strategy, then path.
    pub(super) nominal: Vec<[f64; BLOCK]>,
    pub(super) npv: Vec<[f64; BLOCK]>,
    pub(super) break_even: Vec<[f32; BLOCK]>,
    /// `shed[strategy · streams + stream]`: requests that nobody served.
    shed: Vec<Partial>,
    /// Requests that arrived in each stream.
    offered: Vec<Partial>,
    /// The slot of each stream's requests.
    requests: Vec<crate::lanes::Slot>,
    pub(super) gates: Gates,
    /// `fired[strategy][rule · months + month]`: paths in which a rule came true when the month began.
    pub(super) fired: Vec<Vec<u64>>,
}

impl Block {
    pub(super) fn new(model: &Model, design: Design, fans: bool) -> Self {
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
            fans: vec![[OrderedF32::default(); BLOCK]; columns(model, fans)],
            running: vec![running; strategies],
            nominal: vec![[0.0; BLOCK]; strategies],
            npv: vec![[0.0; BLOCK]; strategies],
            break_even: vec![[f32::NAN; BLOCK]; strategies],
            shed: vec![[0.0; STRIDE]; strategies * model.streams.len()],
            offered: vec![[0.0; STRIDE]; model.streams.len()],
            requests: model.streams.iter().map(|stream| stream.work.requests).collect(),
            gates: Gates::new(model),
            fired: model.strategies.iter().map(|strategy| vec![0; strategy.rules().len() * months]).collect(),
        };
        Self { batch: Batch::new(model, design), tally }
    }

    /// Simulates `paths` paths from `first_path` on, in batches of `width`.
    pub(super) fn run(&mut self, model: &Model, first_path: u64, paths: usize, width: usize) {
        self.tally.paths = paths;
        self.tally.sums.fill(MonthSums::ZERO);
        self.tally.shed.fill([0.0; STRIDE]);
        self.tally.offered.fill([0.0; STRIDE]);
        self.tally.fired.iter_mut().for_each(|counts| counts.fill(0));
        for begin in (0..paths).step_by(width) {
            self.tally.begin_batch(begin, width.min(paths - begin));
            self.batch.run(model, first_path + begin as u64, &mut self.tally);
            self.tally.end_batch();
        }
    }
}

impl Tally {
    /// Requests that nobody served, `[strategy · streams + stream]`.
    pub(super) fn shed(&self) -> impl Iterator<Item = f64> + '_ {
        self.shed.iter().map(|replicates| replicates.iter().sum())
    }

    /// Requests that arrived in each stream.
    pub(super) fn offered(&self) -> impl Iterator<Item = f64> + '_ {
        self.offered.iter().map(|replicates| replicates.iter().sum())
    }

    fn begin_batch(&mut self, begin: usize, width: usize) {
        (self.begin, self.width) = (begin, width);
        self.gates.begin();
        for running in &mut self.running {
            running.cumulative = [0.0; LANES];
            running.year = [0.0; LANES];
            running.npv = [0.0; LANES];
            running.break_even = BreakEven::new();
        }
    }

    fn end_batch(&mut self) {
        self.gates.end(self.begin, self.width);
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
        if let Some(fan) = self.fans.get_mut(column) {
            let keys = OrderedF32::of_lanes(values);
            fan[self.begin..self.begin + self.width].copy_from_slice(&keys[..self.width]);
        }
    }
}

/// Adds the lanes that count to the partial sums of their paths.
fn add(partial: &mut Partial, values: &Lanes, begin: usize, width: usize) {
    if begin.is_multiple_of(STRIDE) && width == LANES {
        lanes::add_to_eight(partial, values);
        return;
    }
    for (i, value) in values[..width].iter().enumerate() {
        partial[(begin + i) % STRIDE] += value;
    }
}

impl Sink for Tally {
    fn take(&mut self, strategy: usize, now: &Month, ledger: &Ledger, values: &Values, left: &[Lanes]) {
        let (begin, width) = (self.begin, self.width);
        let sums = &mut self.sums[strategy * self.months + now.index];
        for component in Component::ALL {
            if ledger.has(component) {
                sums.posted |= 1 << component as usize;
                add(&mut sums.components[component as usize], ledger.component(component), begin, width);
            }
        }
        for measure in Measure::ALL.into_iter().filter(|measure| ledger.has_measured(*measure)) {
            add(&mut sums.measures[measure as usize], ledger.measured(measure), begin, width);
        }
        for (sum, left) in self.shed[strategy * left.len()..].iter_mut().zip(left) {
            add(sum, left, begin, width);
        }
        self.gates.take(strategy, now, ledger, values, left);
        let cash = ledger.total(View::Cash);
        if begin.is_multiple_of(REPLICATES) && width == LANES {
            lanes::add_to_sixteen(&mut sums.cash, &cash);
        } else {
            cash[..width]
                .iter()
                .enumerate()
                .for_each(|(i, cash)| sums.cash[(begin + i) % REPLICATES] += cash);
        }
        let running = &mut self.running[strategy];
        lanes::add(&mut running.cumulative, &cash);
        lanes::add(&mut running.year, &cash);
        if let Some(discount) = self.discount {
            lanes::add_product(&mut running.npv, &cash, &values[discount]);
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

    fn fired(&mut self, strategy: usize, rule: usize, now: &Month, lanes: &[bool; LANES]) {
        let paths = lanes[..self.width].iter().filter(|fired| **fired).count();
        self.fired[strategy][rule * self.months + now.index] += paths as u64;
    }

    fn end_month(&mut self, now: &Month, values: &Values) {
        for (sum, requests) in self.offered.iter_mut().zip(&self.requests) {
            add(sum, &values[*requests], self.begin, self.width);
        }
        let (before, rest) = self.running.split_at_mut(self.baseline);
        let Some((baseline, after)) = rest.split_first_mut() else { return };
        for running in before.iter_mut().chain(after) {
            lanes::subtract(&mut running.month_upfront, &baseline.month_upfront);
            lanes::subtract(&mut running.month_cash, &baseline.month_cash);
            running.break_even.step(now.index, &running.month_upfront, &running.month_cash);
        }
    }
}
