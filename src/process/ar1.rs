//! Month-to-month noise that remembers a little.

use multiversion::multiversion;

use super::{Lookup, Process, Reads, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf, UnitOf};
use crate::document::{Plugin, Reader};
use crate::lanes::{LANES, Lanes, Slot, Values, ZERO};
use crate::math;
use crate::random::Draws;
use crate::units;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "ar1",
    meaning: "a factor around 1 with this standard deviation of its logarithm; a share of each deviation lasts to the next month",
    example: "{ ar1 = { sd = \"5 %\", persistence = 0.4 } }",
    read,
};

/// `exp(a − sd²/2)` with `a(t) = persistence · a(t−1) + sd · √(1 − persistence²) · Z`, stationary from the first month:
/// the factor has mean 1 in every month.
#[derive(Debug)]
pub struct Ar1 {
    sd: Number,
    persistence: Number,
}

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let sd =
        t.required("sd", NumberOf(&units::FACTOR), "standard deviation of the logarithm, in the long run");
    let persistence = t.required(
        "persistence",
        NumberOf(&units::SHARE),
        "share of a deviation that lasts to the next month",
    );
    let (sd, persistence) = (sd?, persistence?);
    Some(WrittenPath::new(Ar1 { sd, persistence }, UnitOf::default()))
}

impl Written for Ar1 {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let (sd, persistence) = (lookup.number(&self.sd), lookup.number(&self.persistence));
        let innovation = lookup.derive(
            "innovation",
            &[sd, persistence],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    let kept = v[persistence][i];
                    out[i] = v[sd][i] * (1.0 - kept * kept).sqrt();
                }
            }),
        );
        Some(Box::new(Running { sd, persistence, innovation }))
    }
}

struct Running {
    sd: Slot,
    persistence: Slot,
    innovation: Slot,
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
    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state[0] = Lanes::ZERO;
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let mut scores = Lanes::ZERO;
        draws.score(now.index as u64, &mut scores);
        let sd = &values[self.sd];
        let (kept, new) = match now.index {
            0 => (&ZERO, sd),
            _ => (&values[self.persistence], &values[self.innovation]),
        };
        deviate(&scores, sd, kept, new, &mut state[0], out);
    }
}

/// Takes a deviation one month further: from its standard deviation in the long run, the share that is kept, and the standard
/// deviation of what is new.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn deviate(scores: &Lanes, sd: &Lanes, kept: &Lanes, new: &Lanes, deviation: &mut Lanes, out: &mut Lanes) {
    for i in 0..LANES {
        let now = kept[i] * deviation[i] + new[i] * scores[i];
        deviation[i] = now;
        out[i] = math::exp_within(now - 0.5 * sd[i] * sd[i]);
    }
}
