//! A sticky price: it stays, and now and then it jumps.

use super::{AHEAD, Lookup, Process, Reads, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf, Sampler};
use crate::document::{Plugin, Reader};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::Path;
use crate::random::{Draws, EVENTS, Place};
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
        1 + AHEAD
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [jumps, prices @ ..] = state else { return };
        let ahead = now.index % AHEAD;
        if ahead == 0 {
            if now.index == 0 {
                (*jumps, prices[0]) = (Lanes::ZERO, values[self.initial]);
            } else {
                prices[0] = prices[AHEAD - 1];
            }
            self.look_ahead(now.index, &values[self.frequency], draws, jumps, prices);
        }
        *out = prices[ahead];
    }
}

impl Running {
    /// Makes the prices of the next months out of the one of before. The factors are drawn only where there is a jump.
    fn look_ahead(
        &self,
        first: usize,
        frequency: &Lanes,
        draws: &mut Draws,
        jumps: &mut Lanes,
        prices: &mut [Lanes],
    ) {
        let marks = self.jumping(first, frequency, draws);
        let (mut rows, mut month, mut left) = (marks.as_flattened().iter().enumerate(), 0, 0);
        let places = std::iter::from_fn(|| {
            while left == 0 {
                let (row, marked) = rows.next()?;
                (month, left) = (row / MOST, *marked);
            }
            let lane = lanes::next_of(&mut left)?;
            let index = EVENTS + jumps[lane] as u64;
            jumps[lane] += 1.0;
            Some(Place { lane, index, with: month })
        });
        let mut done = 0;
        draws.words_of(places, |places, words| {
            let scores = math::normal_scores(&words.map(|[word]| word));
            for (place, factor) in places.iter().zip(self.factor.at_places(&scores)) {
                stay(prices, &mut done, place.with);
                prices[place.with][place.lane] *= factor;
            }
        });
        stay(prices, &mut done, AHEAD - 1);
    }

    /// By month from the first on: the lanes that jump, those that jump twice, and so on.
    fn jumping(&self, first: usize, frequency: &Lanes, draws: &mut Draws) -> [[u64; MOST]; AHEAD] {
        let (mut marks, mut counts, mut some) = ([[0; MOST]; AHEAD], Lanes::ZERO, [false; LANES]);
        let months = self.exposure.len() - 1;
        // Before the first month the price is what it is.
        for month in first.max(1)..months.min(first + AHEAD) {
            draws.counts(month, frequency, &self.exposure, &mut counts);
            for (jump, marks) in marks[month - first].iter_mut().enumerate() {
                lanes::mark_above(&counts, jump as f64, &mut some);
                *marks = lanes::bits(&some);
                if *marks == 0 {
                    break;
                }
            }
        }
        marks
    }
}

/// Prices stay what they are from the month that is done to another.
fn stay(prices: &mut [Lanes], done: &mut usize, month: usize) {
    while *done < month {
        prices[*done + 1] = prices[*done];
        *done += 1;
    }
}
