//! Latency against load: the roofline, what was measured, or the one corrected by the other.

use super::measured::Benchmark;
use super::roofline::{Latency, Roofline};
use super::steffen::Steffen;
use crate::math::{exp, ln};

/// Tokens of a request.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Lengths {
    /// Tokens in.
    pub input: f64,
    /// Of these, the share that a prefix cache holds already.
    pub cached: f64,
    /// Tokens out.
    pub output: f64,
}

impl Lengths {
    /// Without a prefix cache.
    pub fn new(input: f64, output: f64) -> Self {
        Self { input, cached: 0.0, output }
    }

    /// The longest that a request gets, in tokens.
    pub fn context(&self) -> f64 {
        self.input + self.output
    }

    /// Tokens in that must be read.
    pub fn computed(&self) -> f64 {
        self.input * (1.0 - self.cached)
    }
}

/// What latencies follow from where nothing was measured.
#[derive(Clone, Debug)]
pub(super) enum Base {
    /// The sizes of llm and GPU are known.
    Roofline(Box<Roofline>),
    /// They are not: the first token takes a time in proportion to the tokens read, further ones always the same.
    Proportional,
}

impl Base {
    fn latency(&self, batch: f64, lengths: Lengths) -> Latency {
        match self {
            Self::Roofline(roofline) => roofline.latency(batch, lengths),
            Self::Proportional => Latency { ttft_hours: lengths.computed().max(1.0), tpot_hours: 1.0 },
        }
    }
}

/// Latency against load and lengths.
#[derive(Clone, Debug)]
pub(super) struct Model {
    base: Base,
    corrections: Vec<Correction>,
}

/// What was measured over what the base says, for one pair of lengths, over the logarithm of concurrency.
#[derive(Clone, Debug)]
struct Correction {
    lengths: Lengths,
    from: f64,
    to: f64,
    front: Front,
}

/// How to go between points.
#[derive(Clone, Debug)]
enum Front {
    /// A monotone curve through the logarithms of what was measured.
    Curves { ttft: Steffen, tpot: Steffen },
    /// The logarithm of measured over base, linear from the first point to the last.
    Ratios { first: [f64; 2], last: [f64; 2] },
}

impl Model {
    /// Latencies of a base, corrected by what was measured.
    pub(super) fn new(base: Base, measured: &[Benchmark]) -> Self {
        let corrections = measured.iter().map(|one| Correction::of(&base, one)).collect();
        Self { base, corrections }
    }

    /// Latencies with `batch` requests in flight.
    ///
    /// With several pairs of lengths measured, the logarithms of their corrections are averaged with weights of one over
    /// the squared distance between the logarithms of the lengths; at measured lengths only that pair counts.
    pub(super) fn latency(&self, batch: f64, lengths: Lengths) -> Latency {
        let base = self.base.latency(batch, lengths);
        let (mut weights, mut sums) = (0.0, [0.0; 2]);
        for correction in &self.corrections {
            let apart = correction.distance(lengths);
            let weight = 1.0 / (apart * apart).max(1e-18);
            let [ttft, tpot] = correction.logs(&self.base, batch);
            weights += weight;
            sums[0] += weight * ttft;
            sums[1] += weight * tpot;
        }
        if weights == 0.0 {
            return base;
        }
        Latency {
            ttft_hours: base.ttft_hours * exp(sums[0] / weights),
            tpot_hours: base.tpot_hours * exp(sums[1] / weights),
        }
    }
}

impl Correction {
    fn of(base: &Base, measured: &Benchmark) -> Self {
        let points = &measured.points;
        let ratios = |at: usize| {
            let point = &points[at];
            let expected = base.latency(point.concurrency, measured.lengths);
            [ln(point.ttft_hours / expected.ttft_hours), ln(point.tpot_hours / expected.tpot_hours)]
        };
        let last = points.len() - 1;
        let corrects = points.len() < 3 && matches!(base, Base::Roofline(_));
        let front = if corrects || last == 0 {
            Front::Ratios { first: ratios(0), last: ratios(last) }
        } else {
            let x: Vec<f64> = points.iter().map(|point| ln(point.concurrency)).collect();
            let ttft = points.iter().map(|point| ln(point.ttft_hours)).collect();
            let tpot = points.iter().map(|point| ln(point.tpot_hours)).collect();
            Front::Curves { ttft: Steffen::new(x.clone(), ttft), tpot: Steffen::new(x, tpot) }
        };
        let (from, to) = (points[0].concurrency, points[last].concurrency);
        Self { lengths: measured.lengths, from, to, front }
    }

    /// The logarithms of measured over base at a concurrency; beyond the points, those of the nearest.
    fn logs(&self, base: &Base, batch: f64) -> [f64; 2] {
        let batch = batch.clamp(self.from, self.to);
        match &self.front {
            Front::Curves { ttft, tpot } => {
                let (x, expected) = (ln(batch), base.latency(batch, self.lengths));
                [ttft.at(x) - ln(expected.ttft_hours), tpot.at(x) - ln(expected.tpot_hours)]
            }
            Front::Ratios { first, last } => {
                let way =
                    if self.to > self.from { ln(batch / self.from) / ln(self.to / self.from) } else { 0.0 };
                [0, 1].map(|of| first[of] + way * (last[of] - first[of]))
            }
        }
    }

    fn distance(&self, lengths: Lengths) -> f64 {
        let apart = |a: f64, b: f64| ln(a.max(1.0) / b.max(1.0));
        let input = apart(lengths.computed(), self.lengths.computed());
        let output = apart(lengths.output, self.lengths.output);
        (input * input + output * output).sqrt()
    }
}
