//! Adoption: slow, then fast, then saturated.

use super::path::like_initial;
use super::{Lookup, Process, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::{Number, NumberHere, NumberOf};
use crate::document::{Plugin, Reader};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::random::Draws;
use crate::units;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "logistic",
    meaning: "an S-curve from an initial value to a ceiling, told by the time until half the ceiling (adoption)",
    example: "{ logistic = { initial = 1, ceiling = \"4 to 8\", half_way = \"9 months\" } }",
    read,
};

/// `S(t) = C / (1 + A·exp(−kt))` with `A = C/S(0) − 1`; `S(h) = C/2` asks for `k = ln(A)/h` (Verhulst 1838).
///
/// The curve rises through half its ceiling after a time `h > 0` only if it begins below it, so `initial < ceiling/2` is
/// the condition: at exactly half, `A` is 1 and nothing moves, and above half the way that `h` times is already gone.
/// Medians must fulfil it. A path whose own draws do not stays at its initial value: `k` is at least 0.
#[derive(Debug)]
pub struct Logistic {
    initial: Number,
    ceiling: Number,
    half_way: Number,
}

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let initial = super::path::initial(t);
    let ceiling = t.required("ceiling", NumberHere, "the value that is approached and never passed");
    let half_way =
        t.required("half_way", NumberOf(&units::DURATION), "time from the start until half the ceiling");
    let (initial, ceiling, half_way) = (initial?, ceiling?, half_way?);
    like_initial(t, &initial, "ceiling", &ceiling)?;
    for (key, number) in [("initial", &initial), ("ceiling", &ceiling), ("half_way", &half_way)] {
        if number.distribution.cdf(0.0) > 0.0 {
            let message = format!("`{key}` of an S-curve must be above 0");
            t.refuse(key, "not-positive", &message, "a curve that begins at 0 never leaves it");
            return None;
        }
    }
    let median = |number: &Number| number.distribution.quantile(0.5);
    if median(&initial) >= 0.5 * median(&ceiling) {
        let help = "raise `ceiling` above twice `initial`, or use `linear` for the rest of the way";
        t.refuse("ceiling", "past-half-way", "the curve begins at half its ceiling or above", help);
        return None;
    }
    let unit = initial.unit.clone();
    Some(WrittenPath::new(Logistic { initial, ceiling, half_way }, unit))
}

impl Written for Logistic {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let (initial, ceiling) = (lookup.number(&self.initial), lookup.number(&self.ceiling));
        let half_way = lookup.in_months(&self.half_way);
        let odds = lookup.derive(
            "ceiling over initial, less one",
            &[initial, ceiling],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    out[i] = v[ceiling][i] / v[initial][i] - 1.0;
                }
            }),
        );
        let decay = lookup.derive(
            "monthly decay",
            &[odds, half_way],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    out[i] = math::exp(-math::ln(v[odds][i].max(1.0)) / v[half_way][i]);
                }
            }),
        );
        Some(Box::new(Running { ceiling, odds, decay }))
    }
}

struct Running {
    ceiling: Slot,
    odds: Slot,
    decay: Slot,
}

impl Process for Running {
    fn state(&self) -> usize {
        1
    }
    fn start(&self, values: &Values, state: &mut [Lanes]) {
        state[0] = values[self.odds];
    }
    fn step(&self, _: &Month, values: &Values, _: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let (ceiling, decay, odds) = (&values[self.ceiling], &values[self.decay], &mut state[0]);
        for i in 0..LANES {
            out[i] = ceiling[i] / (1.0 + odds[i]);
            odds[i] *= decay[i];
        }
    }
}
