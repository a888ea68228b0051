//! Month-to-month noise that remembers a little.

use super::{Lookup, Process, Reads, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf, UnitOf};
use crate::document::{Plugin, Reader};
use crate::lanes::{LANES, Lanes, Slot, Values};
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
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let (sd, kept, innovation) = (&values[self.sd], &values[self.persistence], &values[self.innovation]);
        let mut scores = [0.0; LANES];
        draws.score(now.index as u64, &mut scores);
        let a = &mut state[0];
        let mut power = [0.0; LANES];
        for i in 0..LANES {
            a[i] =
                if now.index == 0 { sd[i] * scores[i] } else { kept[i] * a[i] + innovation[i] * scores[i] };
            power[i] = a[i] - 0.5 * sd[i] * sd[i];
        }
        math::exp_lanes(&power, out);
    }
}
