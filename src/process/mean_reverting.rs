//! A price that is pulled back to a level: an Ornstein–Uhlenbeck process of its logarithm.

use super::{Lookup, Process, Reads, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::{Number, NumberHere, NumberOf};
use crate::document::{Plugin, Reader};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::random::Draws;
use crate::units;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "mean_reverting",
    meaning: "its logarithm is pulled back to that of a level: half of a gap is gone after the half life (rents, power)",
    example: "{ mean_reverting = { initial = 1, mean = \"0.7 to 1.1\", half_life = \"12 months\", annual_volatility = \"30 %\" } }",
    read,
};

/// `x = ln S` moves by `dx = k (ln mean − x) dt + σ dW`, `k = ln 2 / half_life`, stepped exactly, month by month.
///
/// In the long run `S` is lognormal with median `mean` and log variance `σ²/(2k)`.
#[derive(Debug)]
pub struct MeanReverting {
    initial: Number,
    mean: Number,
    half_life: Number,
    annual_volatility: Number,
}

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let initial = super::path::initial(t);
    let mean = t.required("mean", NumberHere, "the level it returns to (its long-run median)");
    let half_life =
        t.required("half_life", NumberOf(&units::DURATION), "time after which half of a gap is gone");
    let annual_volatility = t.required(
        "annual_volatility",
        NumberOf(&units::FACTOR),
        "standard deviation of a year's log change, were there no pull",
    );
    let (initial, mean, half_life, annual_volatility) = (initial?, mean?, half_life?, annual_volatility?);
    super::path::like_initial(t, &initial, "mean", &mean)?;
    let unit = initial.unit.clone();
    Some(WrittenPath::new(MeanReverting { initial, mean, half_life, annual_volatility }, unit))
}

impl Written for MeanReverting {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let (initial, mean) = (lookup.number(&self.initial), lookup.number(&self.mean));
        let half_life = lookup.in_months(&self.half_life);
        let annual = lookup.number(&self.annual_volatility);
        let log_mean =
            lookup.derive("log of the mean", &[mean], Box::new(move |v, out| math::ln_lanes(&v[mean], out)));
        // exp(-k/12) and the exact standard deviation of a month, sqrt((1 - exp(-2k/12)) / 2k) · σ.
        let decay = lookup.derive(
            "monthly decay",
            &[half_life],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    out[i] = math::exp(-std::f64::consts::LN_2 / v[half_life][i]);
                }
            }),
        );
        let sd = lookup.derive(
            "monthly sd",
            &[half_life, annual, decay],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    let pull_per_year = 12.0 * std::f64::consts::LN_2 / v[half_life][i];
                    let kept = v[decay][i];
                    out[i] = v[annual][i] * ((1.0 - kept * kept) / (2.0 * pull_per_year)).sqrt();
                }
            }),
        );
        Some(Box::new(Running { initial, log_mean, decay, sd }))
    }
}

struct Running {
    initial: Slot,
    log_mean: Slot,
    decay: Slot,
    sd: Slot,
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
    fn start(&self, values: &Values, state: &mut [Lanes]) {
        math::ln_lanes(&values[self.initial], &mut state[0]);
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        if now.index == 0 {
            *out = values[self.initial];
            return;
        }
        let (log_mean, decay, sd) = (&values[self.log_mean], &values[self.decay], &values[self.sd]);
        let mut scores = [0.0; LANES];
        draws.score(now.index as u64, &mut scores);
        let x = &mut state[0];
        for i in 0..LANES {
            x[i] = log_mean[i] + (x[i] - log_mean[i]) * decay[i] + sd[i] * scores[i];
        }
        math::exp_lanes(x, out);
    }
}
