//! The capacity of a replica as a table over what is uncertain: made once, looked up in the month loop.

use multiversion::multiversion;

use super::latency::Lengths;
use super::replica::{Limit, Replica};
use crate::demand::Targets;
use crate::lanes::{self, LANES, Lanes};
use crate::math::{exp, exp_lanes, ln, ln_lanes};

/// Calls per replica-hour over tokens in, tokens out, the share of tokens in that is cached, the error of the evidence, and how much
/// faster tokens are written.
///
/// The logarithm of the calls is linear in each logarithm (the share itself) between the places of the table, and goes on
/// as it ends beyond them.
#[derive(Clone, Debug)]
pub struct Surface {
    axes: [Axis; 5],
    /// Logarithms of calls per hour, the last axis fastest; filled up to a power of two, so that no place is beyond it.
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
        table.resize(table.len().next_power_of_two(), f64::NAN);
        Ok(Self { axes, table })
    }

    /// Calls per hour of one replica.
    pub fn calls_per_hour(&self, lengths: Lengths, faster: f64, error: f64) -> f64 {
        let Lengths { input, cached, output } = lengths;
        let [input, output, cached, faster, error] = [input, output, cached, faster, error].map(Lanes::splat);
        let mut out = Lanes::ZERO;
        self.fill(&input, &output, Some(&cached), Some(&faster), &error, &mut out);
        out[0]
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
        let mut logs = [Lanes::ZERO; 5];
        ln_lanes(&Lanes::from_fn(|i| input[i].max(1.0)), &mut logs[0]);
        ln_lanes(&Lanes::from_fn(|i| output[i].max(1.0)), &mut logs[1]);
        logs[2] = *cached.unwrap_or(&lanes::ZERO);
        if let Some(faster) = faster {
            ln_lanes(faster, &mut logs[3]);
        }
        ln_lanes(error, &mut logs[4]);
        let (mut below, mut ways, mut strides) = ([0; LANES], [Lanes::ZERO; 5], [0; 5]);
        let (mut wide, mut stride) = (0, 1);
        for (axis, place) in self.axes.iter().zip(&logs).rev() {
            if axis.places > 1 {
                find(*axis, stride as i32, place, &mut below, &mut ways[wide]);
                strides[wide] = stride;
                wide += 1;
            }
            stride *= axis.places;
        }
        let mut log = Lanes::ZERO;
        self.between(&strides[..wide], &ways[..wide], &below, 0, &mut log);
        exp_lanes(&log, out);
    }

    /// What stands between the corners of a cell: between its two sides along the last of some axes.
    fn between(
        &self,
        strides: &[usize],
        ways: &[Lanes],
        below: &[i32; LANES],
        offset: usize,
        out: &mut Lanes,
    ) {
        let (Some((stride, strides)), Some((way, ways))) = (strides.split_last(), ways.split_last()) else {
            return look_up(&self.table, below, offset as i32, out);
        };
        let mut above = Lanes::ZERO;
        self.between(strides, ways, below, offset, out);
        self.between(strides, ways, below, offset + stride, &mut above);
        move_toward(&above, way, out);
    }
}

/// Adds the place below on an axis, and finds the way from there to the next place: less than nothing or more than all of it
/// beyond the ends.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn find(axis: Axis, stride: i32, place: &Lanes, below: &mut [i32; LANES], way: &mut Lanes) {
    let last = (axis.places - 2) as f64;
    for i in 0..LANES {
        let steps = (place[i] - axis.first) / axis.step;
        let whole = steps.max(0.0).min(last) as i32;
        below[i] += whole * stride;
        way[i] = steps - f64::from(whole);
    }
}

/// The table at some places; it is as long as a power of two.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn look_up(table: &[f64], below: &[i32; LANES], offset: i32, out: &mut Lanes) {
    let mask = table.len() - 1;
    let table = &table[..=mask];
    for i in 0..LANES {
        out[i] = table[(below[i] + offset) as usize & mask];
    }
}

/// Moves values some way toward others.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn move_toward(to: &Lanes, way: &Lanes, from: &mut Lanes) {
    for i in 0..LANES {
        from[i] += way[i] * (to[i] - from[i]);
    }
}
