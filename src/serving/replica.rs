//! One replica: its latency against load, and how much of it meets the targets.

use super::latency::{Base, Lengths, Model};
use super::measured::MeasuredPoint;
use super::roofline::{Latency, Roofline};
use super::{Capacity, Constants, Deployment, Gpu, Llm, Memory, Size};
use crate::demand::Targets;
use crate::diagnostic::Diagnostic;
use crate::math::{exp, floor, ln};

/// One replica with known evidence.
#[derive(Clone, Debug)]
pub struct Replica {
    model: Model,
    /// The llm's size and the memory left for requests, where both are known.
    room: Option<(Size, Memory)>,
    deployment: Deployment,
    /// The highest concurrency measured, where nothing may be carried beyond it.
    measured: Option<f64>,
}

/// What stops a replica from taking more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Limit {
    /// Keys and values of more requests do not fit.
    Memory,
    /// The engine takes no more at a time.
    MaxBatch,
    /// Nothing was measured beyond.
    Measured,
    /// The target for the time to the first token.
    Ttft,
    /// The target for the time per further token.
    Tpot,
    /// With more at a time fewer are finished.
    Throughput,
    /// Even alone a request is slower than a target.
    Missed,
}

impl Limit {
    /// In English and Japanese.
    pub fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Memory => ("memory for keys and values", "KVキャッシュのメモリ"),
            Self::MaxBatch => ("the engine's largest batch", "エンジンの最大バッチ"),
            Self::Measured => ("the highest concurrency measured", "測定された最大の同時数"),
            Self::Ttft => ("the target for the first token", "最初のトークンの目標時間"),
            Self::Tpot => ("the target per token", "トークンあたりの目標時間"),
            Self::Throughput => ("throughput, which falls beyond", "これ以上は処理量が減る"),
            Self::Missed => ("a target that even one request misses", "1件でも目標を満たせない"),
        }
    }

    /// In one word, for machines.
    pub fn code(self) -> &'static str {
        match self {
            Self::Memory => "memory",
            Self::MaxBatch => "max_batch",
            Self::Measured => "measured",
            Self::Ttft => "ttft",
            Self::Tpot => "tpot",
            Self::Throughput => "throughput",
            Self::Missed => "missed",
        }
    }
}

/// The most that a replica takes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bound {
    /// Requests in flight, and their latencies if the evidence is right.
    pub point: MeasuredPoint,
    /// Requests finished per hour, by Little's law, with the error in.
    pub calls_per_hour: f64,
    /// What stops it from taking more.
    pub by: Limit,
}

/// Latency against load for requests of some lengths.
#[derive(Clone, Debug)]
pub struct Curve {
    lengths: Lengths,
    /// By rising concurrency; latencies never fall.
    points: Vec<MeasuredPoint>,
    /// What ends the curve.
    end: Limit,
}

/// Steps of a curve: from one request on, each so many times the one before.
const STEP: f64 = 1.3;

impl Replica {
    /// Of a deployment of this llm on this GPU, as far as these are described.
    ///
    /// # Errors
    /// Evidence that needs sizes and does not find them; weights that do not fit; measurements of other formats only.
    pub fn new(deployment: &Deployment, llm: &Llm, gpu: Option<&Gpu>) -> Result<Self, Box<Diagnostic>> {
        Self::with(deployment, llm, gpu, Constants::default())
    }

    /// The same with other constants of the roofline.
    ///
    /// # Errors
    /// As for [`Replica::new`].
    pub fn with(
        deployment: &Deployment,
        llm: &Llm,
        gpu: Option<&Gpu>,
        constants: Constants,
    ) -> Result<Self, Box<Diagnostic>> {
        let measured = matches!(deployment.capacity, Capacity::Measured(_));
        let sizes = match deployment.sizes(llm, gpu) {
            Ok(sizes) => Some(sizes),
            Err(_) if measured => None,
            Err(lacking) => return Err(lacking),
        };
        let setup = &deployment.setup;
        let room = sizes.map(|(size, gpu)| (size.clone(), Memory::of(size, gpu, setup)));
        if let Some((size, memory)) = &room
            && memory.room <= 0.0
            && !measured
        {
            return Err(deployment.does_not_fit(size, memory));
        }
        let base = match sizes {
            Some((size, gpu)) => Roofline::new(size, gpu, setup, constants)
                .map(|roofline| Base::Roofline(Box::new(roofline)))
                .ok_or_else(|| deployment.no_link())?,
            None => Base::Proportional,
        };
        let same_format =
            |one: &&super::Benchmark| one.weights.is_none_or(|weights| weights == setup.weights);
        let benchmarks: Vec<_> =
            deployment.capacity.benchmarks().iter().filter(same_format).cloned().collect();
        if measured && benchmarks.is_empty() {
            return Err(deployment.other_formats());
        }
        let highest = benchmarks.iter().filter_map(|one| one.points.last()).map(|point| point.concurrency);
        let highest = highest.fold(0.0, f64::max);
        Ok(Self {
            model: Model::new(base, &benchmarks),
            room: room.filter(|(_, memory)| memory.room > 0.0),
            deployment: deployment.clone(),
            measured: measured.then_some(highest),
        })
    }

    /// The roofline, if sizes are known.
    pub(super) fn roofline(&self) -> Option<&Roofline> {
        self.model.roofline()
    }

    /// Whether measurements correct the roofline.
    pub(super) fn is_corrected(&self) -> bool {
        self.model.is_corrected()
    }

    /// Requests that the engine takes at the most, whatever fits: none beyond what was measured where nothing may be carried.
    pub fn most_at_once(&self) -> f64 {
        self.measured
            .map_or(self.deployment.setup.max_batch, |most| most.min(self.deployment.setup.max_batch))
    }

    /// Latencies with so many requests of these lengths in flight.
    pub fn latency(&self, batch: f64, lengths: Lengths) -> Latency {
        self.model.latency(batch, lengths, 1.0)
    }

    /// The most requests of these lengths in flight, and what forbids more. Each may grow to its end.
    pub fn most(&self, lengths: Lengths) -> (f64, Limit) {
        let setup = &self.deployment.setup;
        let mut most = (setup.max_batch, Limit::MaxBatch);
        if let Some((size, memory)) = &self.room {
            // What was measured in flight did fit, whatever the sizes say.
            let proven = self.deployment.capacity.benchmarks().iter().filter_map(|one| {
                Some(one.points.last()?.concurrency * one.lengths.context() / lengths.context())
            });
            let fits = proven.fold(memory.batch(size, setup, lengths.context()), f64::max);
            if fits < most.0 {
                most = (floor(fits).max(1.0), Limit::Memory);
            }
        }
        match self.measured {
            Some(highest) if highest <= most.0 => (highest, Limit::Measured),
            _ => most,
        }
    }

    /// Tokens of which keys and values fit, if sizes are known.
    pub fn kv_tokens(&self, lengths: Lengths) -> Option<f64> {
        let (size, memory) = self.room.as_ref()?;
        Some(memory.tokens(size, &self.deployment.setup, lengths.context()))
    }

    /// The memory of the replica, if sizes are known.
    pub fn memory(&self) -> Option<&Memory> {
        self.room.as_ref().map(|(_, memory)| memory)
    }

    /// Latency against load.
    pub fn curve(&self, lengths: Lengths) -> Curve {
        self.curve_with(lengths, 1.0)
    }

    /// Latency against load where tokens are written so many times as fast as the evidence says, whatever the load.
    pub fn curve_with(&self, lengths: Lengths, faster: f64) -> Curve {
        let (most, end) = self.most(lengths);
        let measured = self.deployment.capacity.benchmarks().iter().flat_map(|one| &one.points);
        let mut batches: Vec<f64> = measured.map(|point| point.concurrency).filter(|b| *b < most).collect();
        let mut batch = 1.0;
        while batch < most {
            batches.push(batch);
            batch *= STEP;
        }
        batches.push(most);
        batches.sort_by(f64::total_cmp);
        batches.dedup_by(|a, b| *a - *b < 1e-9 * *b);
        let mut points: Vec<MeasuredPoint> = Vec::with_capacity(batches.len());
        for concurrency in batches {
            let Latency { mut ttft_hours, mut tpot_hours } = self.model.latency(concurrency, lengths, faster);
            if let Some(before) = points.last() {
                // Corrections may bend the roofline; latency still never falls as load rises.
                ttft_hours = ttft_hours.max(before.ttft_hours);
                tpot_hours = tpot_hours.max(before.tpot_hours);
            }
            points.push(MeasuredPoint { concurrency, ttft_hours, tpot_hours });
        }
        Curve { lengths, points, end }
    }
}

impl Curve {
    /// Its points, by rising concurrency.
    pub fn points(&self) -> &[MeasuredPoint] {
        &self.points
    }

    /// What ends it.
    pub fn end(&self) -> Limit {
        self.end
    }

    /// Requests finished per hour at a point, latencies times an error: `B / (TTFT + (out − 1) · TPOT)` (Little's law).
    pub fn calls_per_hour(&self, point: &MeasuredPoint, error: f64) -> f64 {
        let decode = (self.lengths.output - 1.0).max(0.0) * point.tpot_hours;
        point.concurrency / ((point.ttft_hours + decode) * error)
    }

    /// The most requests in flight within the targets where latencies are off by a factor.
    ///
    /// Where even one request alone misses a target the replica takes one at a time.
    pub fn within(&self, targets: Targets, error: f64) -> Bound {
        let over = |latency: f64, most: Option<f64>| most.is_some_and(|most| latency * error > most);
        let bad = |p: &MeasuredPoint| {
            over(p.ttft_hours, targets.ttft_hours) || over(p.tpot_hours, targets.tpot_hours)
        };
        let bound = |point: MeasuredPoint, by: Limit| Bound {
            point,
            calls_per_hour: self.calls_per_hour(&point, error),
            by,
        };
        let mut best = match self.points.iter().position(bad) {
            Some(0) => return bound(self.points[0], Limit::Missed),
            Some(first_bad) => {
                let (point, by) =
                    between(&self.points[first_bad - 1], &self.points[first_bad], targets, error);
                bound(point, by)
            }
            None => bound(self.points[self.points.len() - 1], self.end),
        };
        let last = best.point.concurrency;
        for point in self.points.iter().take_while(|point| point.concurrency < last) {
            let calls = self.calls_per_hour(point, error);
            if calls > best.calls_per_hour * (1.0 + 1e-12) {
                best = Bound { point: *point, calls_per_hour: calls, by: Limit::Throughput };
            }
        }
        best
    }
}

/// Between two points latencies are a power of concurrency; a target is met up to this place.
fn between(
    here: &MeasuredPoint,
    next: &MeasuredPoint,
    targets: Targets,
    error: f64,
) -> (MeasuredPoint, Limit) {
    let way = |now: f64, then: f64, most: Option<f64>| {
        most.map_or(1.0, |most| {
            if then > now { (ln(most / (error * now)) / ln(then / now)).clamp(0.0, 1.0) } else { 1.0 }
        })
    };
    let ttft = way(here.ttft_hours, next.ttft_hours, targets.ttft_hours);
    let tpot = way(here.tpot_hours, next.tpot_hours, targets.tpot_hours);
    let share = ttft.min(tpot);
    let along = |a: f64, b: f64| a * exp(share * ln(b / a));
    let point = MeasuredPoint {
        concurrency: along(here.concurrency, next.concurrency),
        ttft_hours: along(here.ttft_hours, next.ttft_hours),
        tpot_hours: along(here.tpot_hours, next.tpot_hours),
    };
    (point, if ttft < tpot { Limit::Ttft } else { Limit::Tpot })
}
