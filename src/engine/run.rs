//! A whole run: waves of blocks, folded in the order of paths.

use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::batch::Batch;
use super::block::{BLOCK, PIECE, Tally, columns};
use super::fan::{self, Spread};
use super::happened::Happened;
use super::observer::{Observer, Progress};
use super::outcome::{Fans, Outcomes, PathTotals, StrategyOutcome};
use super::scored::evaluations;
use crate::finance::{Component, Measure};
use crate::lanes::LANES;
use crate::model::{Model, Strategy};
use crate::random::{Design, PARTS, part_size};
use crate::stats::{Estimate, Paths};

/// How a model is run.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Paths to simulate; with a precision, the first number that is checked.
    pub paths: u64,
    /// What draws depend on.
    pub design: Design,
    /// The largest standard error of a mean or of a difference to the baseline, as a share of the mean, that is good enough.
    /// The number of paths doubles until it is reached, up to [`MOST_DOUBLED`].
    pub precision: Option<f64>,
    /// Whether the distribution of each month is kept, not only that of totals; memory and time for charts.
    pub fans: bool,
    /// Paths of a batch, 1 to [`LANES`]; changes no result.
    pub batch: usize,
}

impl Default for Settings {
    fn default() -> Self {
        Self { paths: 10_000, design: Design::default(), precision: None, fans: true, batch: LANES }
    }
}

/// Paths beyond which a precision is not pursued.
pub const MOST_DOUBLED: u64 = 1 << 22;

/// The run was stopped from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Interrupted;

/// Blocks for each thread that are simulated before their results are folded. One leaves threads waiting for each other, more
/// take memory whose first touch costs more than what is saved when a column's counts are fetched once for many values. It
/// changes no result, since blocks are folded in the order of paths.
const WAVE: u64 = 2;

/// Simulates a model; uses the threads of the pool that it is called in.
///
/// # Errors
/// The observer asked to stop.
pub fn simulate(
    model: &Model,
    settings: &Settings,
    observer: &dyn Observer,
) -> Result<Outcomes, Interrupted> {
    let mut simulation = Simulation::new(model, settings);
    let mut paths = settings.paths;
    loop {
        simulation.advance(paths, observer)?;
        let precise = settings.precision.map(|wanted| simulation.relative_error() <= wanted);
        if precise != Some(false) || paths * 2 > MOST_DOUBLED {
            return Ok(simulation.finish(precise));
        }
        paths *= 2;
    }
}

/// A run in progress.
struct Simulation<'a> {
    model: &'a Model,
    settings: Settings,
    done: u64,
    /// Paths of a part.
    part: u64,
    /// The lanes that a thread works with.
    batches: Vec<Mutex<Option<Batch>>>,
    /// By block of a wave.
    tallies: Vec<Option<Tally>>,
    fans: fan::Fans,
    sums: Vec<Sums>,
    totals: Vec<PathTotals>,
    /// Sums of requests over all paths so far: those nobody served, `[(strategy · streams + stream) · months + month]`, and all by
    /// stream and month.
    shed: Vec<f64>,
    offered: Vec<f64>,
    /// `fired[strategy][rule · months + month]`
    fired: Vec<Vec<u64>>,
    events: Happened,
}

/// Sums over all paths so far, of one strategy and month.
#[derive(Clone)]
struct Sums {
    components: [f64; Component::COUNT],
    posted: [bool; Component::COUNT],
    measures: [f64; Measure::COUNT],
    /// By part of the run.
    cash: [f64; PARTS],
    margin: [f64; PARTS],
}

impl Sums {
    const NOTHING: Self = Self {
        components: [0.0; Component::COUNT],
        posted: [false; Component::COUNT],
        measures: [0.0; Measure::COUNT],
        cash: [0.0; PARTS],
        margin: [0.0; PARTS],
    };
}

impl<'a> Simulation<'a> {
    fn new(model: &'a Model, settings: &Settings) -> Self {
        let (strategies, months) = (model.strategies.len(), model.timeline.length);
        Self {
            model,
            settings: *settings,
            done: 0,
            part: part_size(settings.paths),
            batches: (0..rayon::current_num_threads()).map(|_| Mutex::default()).collect(),
            tallies: Vec::new(),
            fans: fan::Fans::new(columns(model, settings.fans), settings.paths),
            sums: vec![Sums::NOTHING; strategies * months],
            totals: (0..strategies)
                .map(|_| PathTotals::of(model.gates.len(), evaluations(model).len(), settings.paths as usize))
                .collect(),
            shed: vec![0.0; strategies * model.streams.len() * months],
            offered: vec![0.0; super::block::requests(model).count() * months],
            fired: model.strategies.iter().map(|strategy| vec![0; strategy.rules().len() * months]).collect(),
            events: Happened::new(model),
        }
    }

    /// Simulates until there are `paths` paths. A block that was cut short by an earlier target is simulated again whole, so
    /// that the way to a number of paths does not matter.
    fn advance(&mut self, paths: u64, observer: &dyn Observer) -> Result<(), Interrupted> {
        if !self.done.is_multiple_of(BLOCK as u64) {
            let (batches, tallies) = (std::mem::take(&mut self.batches), std::mem::take(&mut self.tallies));
            *self = Self { batches, tallies, ..Self::new(self.model, &self.settings) };
        }
        while self.part < part_size(paths) {
            self.join_parts();
        }
        while self.done < paths {
            if !observer.go_on() {
                return Err(Interrupted);
            }
            let left = paths - self.done;
            let blocks = left.div_ceil(BLOCK as u64).min(WAVE * rayon::current_num_threads() as u64) as usize;
            self.simulate_wave(blocks, left);
            self.fold(blocks);
            observer.progress(Progress { done: self.done, paths });
        }
        Ok(())
    }

    /// Simulates so many blocks, of paths of which so many are left.
    fn simulate_wave(&mut self, blocks: usize, left: u64) {
        if self.tallies.len() < blocks {
            self.tallies.resize_with(blocks, || None);
        }
        let (model, first, width) = (self.model, self.done, self.settings.batch.clamp(1, LANES));
        let Settings { design, fans, .. } = self.settings;
        let (piece, batches) = (self.piece() as usize, &self.batches);
        self.tallies[..blocks].par_iter_mut().enumerate().for_each(|(i, tally)| {
            let begin = (i * BLOCK) as u64;
            let thread = rayon::current_thread_index().unwrap_or(0) % batches.len();
            // Nobody else takes it. Both are made by the thread that uses them: the first touch of memory takes as long as many paths.
            let mut batch = batches[thread].lock().unwrap_or_else(PoisonError::into_inner);
            let batch = batch.get_or_insert_with(|| Batch::new(model, design));
            let tally = tally.get_or_insert_with(|| Tally::new(model, fans));
            let paths = (left - begin).min(BLOCK as u64) as usize;
            tally.simulate(model, batch, first + begin, (paths, piece), width);
        });
    }

    /// Paths whose month is summed up by itself.
    fn piece(&self) -> u64 {
        self.part.min(PIECE)
    }

    /// Makes one part of each two.
    fn join_parts(&mut self) {
        self.part *= 2;
        for sums in self.sums.iter_mut().flat_map(|sums| [&mut sums.cash, &mut sums.margin]) {
            *sums = std::array::from_fn(|part| {
                sums.get(2 * part..2 * part + 2).map_or(0.0, |pair| pair.iter().sum())
            });
        }
    }

    fn fold(&mut self, blocks: usize) {
        let (done, part, piece) = (self.done, self.part, self.piece());
        let mut tallies: Vec<&mut Tally> = self.tallies[..blocks].iter_mut().flatten().collect();
        self.fans.extend(done, tallies.iter_mut().map(|tally| (&mut tally.sheet, tally.paths)));
        let tallies: Vec<&Tally> = tallies.into_iter().map(|tally| &*tally).collect();
        let (model, months) = (self.model, self.model.timeline.length);
        // Every strategy by itself: the first touch of the memory that totals take is then shared by all threads.
        let strategies = self.sums.par_chunks_mut(months).zip(&mut self.totals).enumerate();
        strategies.for_each(|(place, (sums, totals))| {
            let mut first = done;
            for tally in &tallies {
                fold_months(sums, tally, place, (first, part, piece));
                fold_paths(totals, tally, place, model);
                first += tally.paths as u64;
            }
        });
        for tally in tallies {
            self.shed.iter_mut().zip(tally.shed()).for_each(|(sum, block)| *sum += block);
            self.offered.iter_mut().zip(tally.offered()).for_each(|(sum, block)| *sum += block);
            for (sums, counts) in self.fired.iter_mut().zip(&tally.fired) {
                sums.iter_mut().zip(counts).for_each(|(sum, count)| *sum += count);
            }
            self.events.fold(&tally.events);
            self.done += tally.paths as u64;
        }
    }

    /// The largest standard error of a mean or of a difference to the baseline, as a share of the mean.
    fn relative_error(&self) -> f64 {
        let baseline = self.totals[self.model.baseline].compared();
        let mut worst = 0.0_f64;
        for totals in &self.totals {
            let compared = totals.compared();
            let sampling = self.settings.design.sampling;
            let estimate = Paths::new(compared, sampling).mean();
            let differences: Vec<f64> = compared.iter().zip(baseline).map(|(a, b)| a - b).collect();
            let error = estimate.standard_error.max(Paths::new(&differences, sampling).mean().standard_error);
            if error > 0.0 {
                worst = worst.max(error / estimate.value.abs());
            }
        }
        worst
    }

    fn finish(self, precise: Option<bool>) -> Outcomes {
        let months = self.model.timeline.length;
        let (years, count) = (self.model.timeline.years(), self.model.strategies.len());
        let (monthly, to_date) = (0, 1);
        let spreads = self.fans.spreads();
        let percentiles = |of: &[Spread]| of.iter().map(|spread| spread.percentiles).collect();
        let tails = |of: &[Spread]| of.iter().map(|spread| spread.cvar95).collect();
        let n = self.done as f64;
        let strategies = self
            .totals
            .into_iter()
            .enumerate()
            .map(|(place, totals)| {
                let sums = &self.sums[place * months..(place + 1) * months];
                let months_of = |which: usize| (2 * place + which) * months..(2 * place + which + 1) * months;
                let years_of = 2 * count * months + place * years..2 * count * months + (place + 1) * years;
                let fans = |spreads: &[Spread]| Fans {
                    monthly: percentiles(&spreads[months_of(monthly)]),
                    cumulative: percentiles(&spreads[months_of(to_date)]),
                    monthly_cvar95: tails(&spreads[months_of(monthly)]),
                    yearly: percentiles(&spreads[years_of.clone()]),
                    yearly_cvar95: tails(&spreads[years_of]),
                };
                let requests = Requests::of(self.model, place, &self.offered, &self.shed);
                StrategyOutcome {
                    offered: requests.offered().map(|sum| sum / n).collect(),
                    served: requests.served().map(|sum| sum / n).collect(),
                    totals,
                    components: sums.iter().map(|s| s.components.map(|sum| sum / n)).collect(),
                    posted: std::array::from_fn(|c| sums.iter().any(|s| s.posted[c])),
                    measures: requests.measures(sums).map(|sums| sums.map(|sum| sum / n)).collect(),
                    monthly_error: sums.iter().map(|s| standard_error(&s.cash, self.done)).collect(),
                    margin_error: margin_error(sums, self.done),
                    fired: self.fired[place].chunks(months).map(<[u64]>::to_vec).collect(),
                    events: self.events.of(place, n),
                    fans: self.settings.fans.then(|| fans(&spreads)),
                }
            })
            .collect();
        Outcomes { paths: self.done, design: self.settings.design, months, precise, strategies }
    }
}

/// Requests of one strategy, summed over all paths.
struct Requests<'a> {
    months: usize,
    /// `[stream · months + month]`: all, and those that nobody served.
    offered: &'a [f64],
    shed: &'a [f64],
    /// Whether those that were served are measured: paths move between strategies.
    measured: bool,
}

impl<'a> Requests<'a> {
    fn of(model: &Model, place: usize, offered: &'a [f64], shed: &'a [f64]) -> Self {
        let (months, streams) = (model.timeline.length, model.streams.len());
        let own = |strategy: &Strategy| strategy.own_streams.is_some();
        let strategy = &model.strategies[place];
        let before = model.strategies[..place].iter().filter(|one| own(one)).count();
        let set = if own(strategy) { 1 + before } else { 0 };
        let of = |sums: &'a [f64], set: usize| &sums[set * streams * months..][..streams * months];
        let measured = strategy.switching.is_some();
        Self { months, offered: of(offered, set), shed: of(shed, place), measured }
    }

    /// By stream.
    fn offered(&self) -> impl Iterator<Item = f64> + '_ {
        self.offered.chunks(self.months).map(|months| months.iter().sum())
    }

    /// By stream, those that were served.
    fn served(&self) -> impl Iterator<Item = f64> + '_ {
        let shed = self.shed.chunks(self.months).map(|months| months.iter().sum::<f64>());
        self.offered().zip(shed).map(|(all, shed)| all - shed)
    }

    /// The measures of each month: to what ledgers have measured, what arrived, and what was served of it.
    fn measures(&self, sums: &'a [Sums]) -> impl Iterator<Item = [f64; Measure::COUNT]> + '_ {
        sums.iter().enumerate().map(|(month, sums)| {
            let mut measures = sums.measures;
            let of_month = || (month..self.offered.len()).step_by(self.months);
            measures[Measure::Offered as usize] = of_month().map(|place| self.offered[place]).sum();
            if !self.measured {
                let served = of_month().map(|place| self.offered[place] - self.shed[place]);
                measures[Measure::Served as usize] = served.sum();
            }
            measures
        })
    }
}

/// Standard error of the mean margin over all months.
fn margin_error(months: &[Sums], paths: u64) -> f64 {
    let whole = std::array::from_fn(|part| months.iter().map(|month| month.margin[part]).sum());
    standard_error(&whole, paths)
}

/// Adds the sums of a block to those of a strategy; its first path is given, and how many paths a part and a piece have.
fn fold_months(sums: &mut [Sums], tally: &Tally, place: usize, (first, part, piece): (u64, u64, u64)) {
    let pieces = (tally.paths as u64).div_ceil(piece) as usize;
    for (sums, month) in sums.iter_mut().zip(tally.months_of(place)) {
        for c in 0..Component::COUNT {
            sums.components[c] += month.component(c);
            sums.posted[c] |= month.posted(c);
        }
        for m in 0..Measure::COUNT {
            sums.measures[m] += month.measure(m);
        }
        for (place, (cash, margin)) in month.cash().iter().zip(month.margin()).take(pieces).enumerate() {
            let index = ((first + place as u64 * piece) / part) as usize;
            sums.cash[index] += cash;
            sums.margin[index] += margin;
        }
    }
}

/// Adds the totals of the paths of a block to those of a strategy.
fn fold_paths(totals: &mut PathTotals, tally: &Tally, place: usize, model: &Model) {
    let values = &tally.gates.values[place * totals.gates.len()..];
    for (gate, values) in totals.gates.iter_mut().zip(values) {
        gate.extend_from_slice(&values[..tally.paths]);
    }
    let values = &tally.scores.values[place * totals.scores.len()..];
    for (scores, values) in totals.scores.iter_mut().zip(values) {
        scores.extend_from_slice(&values[..tally.paths]);
    }
    totals.nominal.extend_from_slice(&tally.nominal[place][..tally.paths]);
    if model.discount.is_some() {
        totals.npv.extend_from_slice(&tally.npv[place][..tally.paths]);
    }
    if place != model.baseline {
        totals.break_even.extend_from_slice(&tally.break_even[place][..tally.paths]);
    }
}

/// Of the mean of paths whose parts have these sums.
fn standard_error(sums: &[f64; PARTS], paths: u64) -> f64 {
    if paths < 2 * PARTS as u64 {
        return f64::INFINITY;
    }
    let size = part_size(paths) as f64;
    let whole = (paths as f64 / size) as usize;
    let means: Vec<f64> = sums[..whole].iter().map(|sum| sum / size).collect();
    Estimate::of_parts(0.0, &means, size / paths as f64).standard_error
}
