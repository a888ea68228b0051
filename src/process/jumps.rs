//! A sticky price: it stays, and now and then it jumps.

use multiversion::multiversion;

use super::{Lookup, Process, Reads, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf, Sampler};
use crate::document::{Plugin, Reader};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::Path;
use crate::random::{Draws, EVENTS};
use crate::units::{self, Period};

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "jumps",
    meaning: "stays where it is, and at rare moments is multiplied by a factor drawn anew (list prices)",
    example: "{ jumps = { frequency = \"0.1 /year\", factor = { lognormal = { p5 = 0.5, p95 = 1.6 } } } }",
    read,
};

/// `S(t) = S(t−1) · Π factor_j` over the jumps of a month, whose number is Poisson.
///
/// A month holds at most five jumps; at one jump a month the chance of more is 6e-4, at one a year 4e-10.
#[derive(Debug)]
pub struct Jumps {
    initial: Number,
    frequency: Number,
    factor: Number,
}

/// Jumps that one month can hold.
const MOST: usize = 5;

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let initial = super::path::initial(t);
    let frequency = t.required("frequency", NumberOf(&units::EVENTS_PER_TIME), "jumps per time");
    let factor =
        t.required("factor", NumberOf(&units::FACTOR), "what a jump multiplies by; drawn anew at each jump");
    let (initial, frequency, factor) = (initial?, frequency?, factor?);
    let unit = initial.unit.clone();
    Some(WrittenPath::new(Jumps { initial, frequency, factor }, unit))
}

impl Written for Jumps {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let initial = lookup.number(&self.initial);
        // What is written per clock time counts the real hours of months.
        let clock = self.frequency.unit.period.is_some_and(Period::is_clock);
        let exposed = |month: Month| match (month.index, clock) {
            // Before the first month the price is what it is.
            (0, _) => 0.0,
            (_, true) => month.hours,
            (_, false) => 1.0,
        };
        let mut exposure = vec![0.0];
        for month in lookup.timeline().months() {
            exposure.push(exposure[month.index] + exposed(month));
        }
        let frequency = lookup.path(&Path::from(self.frequency.clone()))?;
        Some(Box::new(Running { initial, frequency, exposure, factor: self.factor.distribution.sampler() }))
    }
}

struct Running {
    initial: Slot,
    /// Jumps per exposure, the same in all months.
    frequency: Slot,
    /// In months or hours, before each month and after the last.
    exposure: Vec<f64>,
    factor: Sampler,
}

impl Process for Running {
    fn words(&self) -> u64 {
        1
    }
    fn reads(&self) -> Reads {
        Reads::Counts
    }
    fn event_words(&self) -> u64 {
        1
    }
    fn state(&self) -> usize {
        2
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        if now.index == 0 {
            *out = values[self.initial];
            state[0] = *out;
            state[1] = Lanes::ZERO;
            return;
        }
        // The factors are drawn only where there is a jump.
        let mut counts = Lanes::ZERO;
        draws.counts(now.index, &values[self.frequency], &self.exposure, &mut counts);
        let [price, jumps] = state else { return };
        *out = *price;
        let (mut some, mut jump) = ([false; LANES], 0);
        while jump < MOST && lanes::any_above(&counts, jump as f64) {
            lanes::mark_above(&counts, jump as f64, &mut some);
            let places = lanes::which(&some).map(|lane| (lane, EVENTS + jumps[lane] as u64 + jump as u64));
            draws.words_of(places, |places, words| {
                let scores = math::normal_scores(&words.map(|[word]| word));
                for ((lane, _), factor) in places.iter().zip(self.factor.at_places(&scores)) {
                    out[*lane] *= factor;
                }
            });
            jump += 1;
        }
        add_and_keep(&counts, out, jumps, price);
    }
}

/// Counts the jumps of the month, and keeps its price.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn add_and_keep(counts: &Lanes, out: &Lanes, jumps: &mut Lanes, price: &mut Lanes) {
    for i in 0..LANES {
        jumps[i] += counts[i].min(MOST as f64);
        price[i] = out[i];
    }
}
