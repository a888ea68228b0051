//! A price that is pulled back to a level: an Ornstein–Uhlenbeck process of its logarithm.

use multiversion::multiversion;

use super::pull::{Pulled, Slots, per_year};
use super::{Lookup, Process, Reads, Written, WrittenPath};
use crate::calendar::Month;
use crate::document::{Plugin, Reader};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::random::Draws;

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
pub struct MeanReverting(Pulled);

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let pulled = Pulled::read(
        t,
        "the level it returns to (its long-run median)",
        "standard deviation of a year's log change, were there no pull",
    )?;
    let unit = pulled.unit();
    Some(WrittenPath::new(MeanReverting(pulled), unit))
}

impl Written for MeanReverting {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let Slots { initial, mean, half_life, annual_volatility: annual, decay } = self.0.resolve(lookup);
        let log_mean =
            lookup.derive("log of the mean", &[mean], Box::new(move |v, out| math::ln_lanes(&v[mean], out)));
        // The exact standard deviation of a month, sqrt((1 - exp(-2k/12)) / 2k) · σ.
        let sd = lookup.derive(
            "monthly sd",
            &[half_life, annual, decay],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    let (pull, kept) = (per_year(v[half_life][i]), v[decay][i]);
                    out[i] = v[annual][i] * ((1.0 - kept * kept) / (2.0 * pull)).sqrt();
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
        let mut scores = Lanes::ZERO;
        draws.score(now.index as u64, &mut scores);
        let (log_mean, decay, sd) = (&values[self.log_mean], &values[self.decay], &values[self.sd]);
        revert(&scores, log_mean, decay, sd, &mut state[0], out);
    }
}

/// Takes the logarithm of a value one month further.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn revert(scores: &Lanes, log_mean: &Lanes, decay: &Lanes, sd: &Lanes, log: &mut Lanes, out: &mut Lanes) {
    for i in 0..LANES {
        log[i] = log_mean[i] + (log[i] - log_mean[i]) * decay[i] + sd[i] * scores[i];
        out[i] = math::exp_within(log[i]);
    }
}
