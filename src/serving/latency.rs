//! Latency against load: the roofline, what was measured, or the one corrected by the other.

use super::measured::{Benchmark, MeasuredPoint};
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
    fn latency(&self, batch: f64, lengths: Lengths, faster: f64) -> Latency {
        match self {
            Self::Roofline(roofline) => roofline.latency_with(batch, lengths, faster),
            Self::Proportional => {
                Latency { ttft_hours: lengths.computed().max(1.0), tpot_hours: 1.0 / faster }
            }
        }
    }
}

/// Latency against load and lengths.
#[derive(Clone, Debug)]
pub(super) struct Model {
    base: Base,
    corrections: Vec<Correction>,
}

/// What was measured over what the base says, for one pair of lengths.
#[derive(Clone, Debug)]
struct Correction {
    lengths: Lengths,
    /// By rising logarithm of concurrency: the logarithms of measured over base, of both latencies.
    knots: Vec<(f64, [f64; 2])>,
}

/// Pieces of a curve between two measured points: it bends little, and so do its ratios to the base.
const PIECES: usize = 6;

impl Model {
    /// Latencies of a base, corrected by what was measured.
    pub(super) fn new(base: Base, measured: &[Benchmark]) -> Self {
        let corrections = measured.iter().map(|one| Correction::of(&base, one)).collect();
        Self { base, corrections }
    }

    /// The roofline below, if sizes are known.
    pub(super) fn roofline(&self) -> Option<&Roofline> {
        match &self.base {
            Base::Roofline(roofline) => Some(roofline),
            Base::Proportional => None,
        }
    }

    /// Whether measurements correct it.
    pub(super) fn is_corrected(&self) -> bool {
        !self.corrections.is_empty()
    }

    /// Latencies with `batch` requests in flight, where tokens are written so many times as fast as was measured.
    ///
    /// With several pairs of lengths measured, the logarithms of their corrections are averaged with weights of one over
    /// the squared distance between the logarithms of the lengths; at measured lengths only that pair counts.
    pub(super) fn latency(&self, batch: f64, lengths: Lengths, faster: f64) -> Latency {
        let base = self.base.latency(batch, lengths, faster);
        let x = if self.corrections.is_empty() { 0.0 } else { ln(batch) };
        let (mut weights, mut sums) = (0.0, [0.0; 2]);
        for correction in &self.corrections {
            let apart = correction.distance(lengths);
            let weight = 1.0 / (apart * apart).max(1e-18);
            let [ttft, tpot] = correction.logs(x);
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
    /// Three points and more are joined by monotone curves through their logarithms; two, and one, bend or shift the
    /// roofline, if there is one.
    fn of(base: &Base, measured: &Benchmark) -> Self {
        let points = &measured.points;
        let ratio = |x: f64, ttft: f64, tpot: f64| {
            let expected = base.latency(exp(x), measured.lengths, 1.0);
            (x, [ttft - ln(expected.ttft_hours), tpot - ln(expected.tpot_hours)])
        };
        let at = |point: &MeasuredPoint| (ln(point.concurrency), ln(point.ttft_hours), ln(point.tpot_hours));
        let logs: Vec<(f64, f64, f64)> = points.iter().map(at).collect();
        let mut knots: Vec<_> = logs.iter().map(|(x, ttft, tpot)| ratio(*x, *ttft, *tpot)).collect();
        let bends = points.len() < 3 && matches!(base, Base::Roofline(_));
        if !bends && points.len() > 1 {
            let x: Vec<f64> = logs.iter().map(|log| log.0).collect();
            let ttft = Steffen::new(x.clone(), logs.iter().map(|log| log.1).collect());
            let tpot = Steffen::new(x.clone(), logs.iter().map(|log| log.2).collect());
            for pair in x.windows(2) {
                let place = |piece: usize| pair[0] + (pair[1] - pair[0]) * piece as f64 / PIECES as f64;
                let between = (1..PIECES).map(place);
                knots.extend(between.map(|x| ratio(x, ttft.at(x), tpot.at(x))));
            }
            knots.sort_by(|a, b| a.0.total_cmp(&b.0));
        }
        Self { lengths: measured.lengths, knots }
    }

    /// The logarithms of measured over base at a logarithm of concurrency; beyond the points, those of the nearest.
    fn logs(&self, x: f64) -> [f64; 2] {
        let after = self.knots.partition_point(|knot| knot.0 <= x);
        match (after.checked_sub(1).and_then(|at| self.knots.get(at)), self.knots.get(after)) {
            (Some((from, here)), Some((to, next))) => {
                let way = (x - from) / (to - from);
                [0, 1].map(|of| here[of] + way * (next[of] - here[of]))
            }
            (Some((_, end)), None) | (None, Some((_, end))) => *end,
            (None, None) => [0.0; 2],
        }
    }

    fn distance(&self, lengths: Lengths) -> f64 {
        let apart = |a: f64, b: f64| ln(a.max(1.0) / b.max(1.0));
        let input = apart(lengths.computed(), self.lengths.computed());
        let output = apart(lengths.output, self.lengths.output);
        (input * input + output * output).sqrt()
    }
}
