//! The capacity of a replica as a table over what is uncertain: made once, looked up in the month loop.

use super::latency::Lengths;
use super::replica::{Limit, Replica};
use crate::demand::Targets;
use crate::lanes::{LANES, Lanes};
use crate::math::{exp, exp_lanes, ln, ln_lanes};

/// Calls per replica-hour over tokens in, tokens out, the share of tokens in that is cached, the error of the evidence, and how much
/// faster tokens are written.
///
/// The logarithm of the calls is linear in each logarithm (the share itself) between the places of the table, and goes on
/// as it ends beyond them.
#[derive(Clone, Debug)]
pub struct Surface {
    axes: [Axis; 5],
    /// Logarithms of calls per hour, the last axis fastest.
    table: Vec<f64>,
}

/// What a table of capacity is made for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Asked {
    /// Latencies that are kept.
    pub targets: Targets,
    /// About how long calls are.
    pub mean: Lengths,
    /// Whether a prefix cache holds a part of them.
    pub cached: bool,
    /// How many times as fast as the evidence says tokens are written, from the slowest to the fastest.
    pub faster: [f64; 2],
}

/// Equally spaced places.
#[derive(Clone, Copy, Debug)]
struct Axis {
    first: f64,
    step: f64,
    places: usize,
}

/// Lengths range over the mean times and over this much, in steps of the square root of two.
const LENGTH_STEPS: usize = 6;
const LN_SQRT_2: f64 = std::f64::consts::LN_2 / 2.0;
/// Errors range over this factor each way: beyond three standard deviations of the weakest evidence.
const ERROR_STEPS: usize = 8;
const ERROR_STEP: f64 = 0.15;
const CACHED_STEP: f64 = 0.1;
const FASTER_STEP: f64 = 0.15;

impl Axis {
    fn around(middle: f64, step: f64, steps: usize) -> Self {
        Self { first: middle - step * steps as f64, step, places: 2 * steps + 1 }
    }

    fn single(place: f64) -> Self {
        Self { first: place, step: 1.0, places: 1 }
    }

    /// From one place to another, in equal steps no longer than this.
    fn between(first: f64, last: f64, step: f64) -> Self {
        let steps = crate::math::ceil((last - first) / step - 1e-9).max(0.0);
        if steps == 0.0 {
            return Self::single(first);
        }
        Self { first, step: (last - first) / steps, places: steps as usize + 1 }
    }

    fn all(self) -> impl Iterator<Item = f64> {
        (0..self.places).map(move |i| self.first + self.step * i as f64)
    }

    /// The place below, and the way from there to the next.
    fn find(self, place: f64) -> (usize, f64) {
        if self.places == 1 {
            return (0, 0.0);
        }
        let way = (place - self.first) / self.step;
        let below = (way.max(0.0) as usize).min(self.places - 2);
        (below, way - below as f64)
    }
}

impl Surface {
    /// For lengths around these means; a cached share is looked at only where there can be one, an error only where
    /// it is not surely 1.
    ///
    /// # Errors
    /// Requests of mean length miss a target even one at a time, written as fast as they ever are; the value is the bound there.
    pub fn new(replica: &Replica, asked: Asked, certain: Option<f64>) -> Result<Self, super::Bound> {
        let Asked { targets, mean, cached, faster: [slowest, fastest] } = asked;
        let at_mean = replica.curve_with(mean, fastest).within(targets, 1.0);
        if at_mean.by == Limit::Missed {
            return Err(at_mean);
        }
        let shares =
            if cached { Axis { first: 0.0, step: CACHED_STEP, places: 11 } } else { Axis::single(0.0) };
        let errors =
            certain.map_or(Axis::around(0.0, ERROR_STEP, ERROR_STEPS), |error| Axis::single(ln(error)));
        let axes = [
            Axis::around(ln(mean.input.max(1.0)), LN_SQRT_2, LENGTH_STEPS),
            Axis::around(ln(mean.output.max(1.0)), LN_SQRT_2, LENGTH_STEPS),
            shares,
            Axis::between(ln(slowest), ln(fastest), FASTER_STEP),
            errors,
        ];
        let mut table = Vec::with_capacity(axes.iter().map(|axis| axis.places).product());
        for input in axes[0].all() {
            for output in axes[1].all() {
                for cached in axes[2].all() {
                    let lengths = Lengths { input: exp(input), cached, output: exp(output) };
                    for faster in axes[3].all() {
                        let curve = replica.curve_with(lengths, exp(faster));
                        let calls = |error| ln(curve.within(targets, exp(error)).calls_per_hour);
                        table.extend(axes[4].all().map(calls));
                    }
                }
            }
        }
        Ok(Self { axes, table })
    }

    /// Calls per hour of one replica.
    pub fn calls_per_hour(&self, lengths: Lengths, faster: f64, error: f64) -> f64 {
        let (input, output) = (ln(lengths.input.max(1.0)), ln(lengths.output.max(1.0)));
        exp(self.log_at([input, output, lengths.cached, ln(faster), ln(error)]))
    }

    /// Calls per hour of one replica, lane by lane.
    pub fn fill(
        &self,
        input: &Lanes,
        output: &Lanes,
        cached: Option<&Lanes>,
        faster: Option<&Lanes>,
        error: &Lanes,
        out: &mut Lanes,
    ) {
        let (mut tokens_in, mut tokens_out, mut errors, mut logs) =
            ([0.0; LANES], [0.0; LANES], [0.0; LANES], [0.0; LANES]);
        ln_lanes(&input.map(|tokens| tokens.max(1.0)), &mut tokens_in);
        ln_lanes(&output.map(|tokens| tokens.max(1.0)), &mut tokens_out);
        ln_lanes(error, &mut errors);
        let mut speeds = [0.0; LANES];
        if let Some(faster) = faster {
            ln_lanes(faster, &mut speeds);
        }
        for i in 0..LANES {
            let share = cached.map_or(0.0, |cached| cached[i]);
            logs[i] = self.log_at([tokens_in[i], tokens_out[i], share, speeds[i], errors[i]]);
        }
        exp_lanes(&logs, out);
    }

    fn log_at(&self, place: [f64; 5]) -> f64 {
        let mut corners = [(0usize, 1.0); 32];
        let mut count = 1;
        for (axis, place) in self.axes.iter().zip(place).filter(|(axis, _)| axis.places > 1) {
            let (below, way) = axis.find(place);
            let here = count;
            for k in 0..here {
                let (at, weight) = corners[k];
                let at = at * axis.places + below;
                corners[k] = (at, weight * (1.0 - way));
                corners[count] = (at + 1, weight * way);
                count += 1;
            }
        }
        corners[..count].iter().map(|(at, weight)| self.table[*at] * weight).sum()
    }
}
