//! Geometric Brownian motion: changes are proportional and forget the past.

use multiversion::multiversion;

use super::{Lookup, Process, Reads, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf};
use crate::document::{Plugin, Reader};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::random::Draws;
use crate::units;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "geometric_brownian",
    meaning: "a random walk of the logarithm; its mean grows by the drift (exchange rates)",
    example: "{ geometric_brownian = { initial = 1, drift = \"0 % /year\", annual_volatility = \"9.8 %\" } }",
    read,
};

/// `S(t+1) = S(t) · (1 + drift) · exp(σZ − σ²/2)`, σ for one month; `E[S(t)] = initial · (1 + drift)^t`.
#[derive(Debug)]
pub struct GeometricBrownian {
    initial: Number,
    drift: Number,
    annual_volatility: Number,
}

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let initial = super::path::initial(t);
    let drift = t.required("drift", NumberOf(&units::GROWTH), "growth of the mean");
    let annual_volatility = t.required(
        "annual_volatility",
        NumberOf(&units::FACTOR),
        "standard deviation of a year's log change",
    );
    let (initial, drift, annual_volatility) = (initial?, drift?, annual_volatility?);
    let unit = initial.unit.clone();
    Some(WrittenPath::new(GeometricBrownian { initial, drift, annual_volatility }, unit))
}

impl Written for GeometricBrownian {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        Some(Box::new(Running {
            initial: lookup.number(&self.initial),
            factor: lookup.monthly_factor(&self.drift),
            annual_volatility: lookup.number(&self.annual_volatility),
        }))
    }
}

struct Running {
    initial: Slot,
    factor: Slot,
    annual_volatility: Slot,
}

impl Process for Running {
    fn words(&self) -> u64 {
        1
    }
    fn reads(&self) -> Reads {
        Reads::Diffusion
    }
    fn state(&self) -> usize {
        1
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        if now.index == 0 {
            *out = values[self.initial];
            state[0] = *out;
            return;
        }
        let mut scores = Lanes::ZERO;
        draws.score(now.index as u64, &mut scores);
        change(&scores, &values[self.factor], &values[self.annual_volatility], &mut state[0], out);
    }
}

/// Takes a value one month further.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn change(scores: &Lanes, factor: &Lanes, annual: &Lanes, value: &mut Lanes, out: &mut Lanes) {
    for i in 0..LANES {
        let sigma = annual[i] * MONTH_SQRT;
        let changed = math::exp_within(sigma * scores[i] - 0.5 * sigma * sigma) * (value[i] * factor[i]);
        value[i] = changed;
        out[i] = changed;
    }
}

/// √(1/12): a year's volatility becomes a month's.
pub(super) const MONTH_SQRT: f64 = 0.288_675_134_594_812_9;
