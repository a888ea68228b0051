//! Generations of an llm: each lives for a while, then a successor has another price.

use super::lasting::Lasting;
use super::{Lookup, Process, Written, WrittenPath};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf, Sampler};
use crate::document::{MapOf, Origin, Plugin, Reader};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::random::{Draws, EVENTS};
use crate::units;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "succession",
    meaning: "at the end of each random life a successor's price is the old one times a factor",
    example: "{ succession = { life = \"8 to 24 months\", factor = { lognormal = { p5 = 0.5, p95 = 1.3 } } } }",
    read,
};

/// `S = initial · Π factor_j` over the successors so far; life and factor are drawn anew for each generation.
///
/// The first generation is new in the first month, whose value is `initial`. A life is at least a month, and the next
/// begins at its very end, not at the turn of the month, so that in the long run there is one successor per mean life.
#[derive(Debug)]
pub struct Succession {
    initial: Number,
    life: Number,
    factor: Number,
    notice: Option<Number>,
    quality_change: Vec<(String, Number)>,
}

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let initial = super::path::initial(t);
    let life = t.required("life", NumberOf(&units::DURATION), "time until a successor; drawn anew for each");
    let factor =
        t.required("factor", NumberOf(&units::FACTOR), "a successor's price over the old one; drawn anew");
    let notice = t.optional(
        "notice",
        NumberOf(&units::DURATION),
        "the successor comes so long before the old one is turned off; absent: a `migration` begins when its life ends, and the old one is sold until it is over",
    );
    let change = t.or(
        "quality_change",
        "{}",
        MapOf("evaluation", NumberOf(&units::POINTS)),
        "how much better each successor scores than the one before; acts where a traffic `needs_quality`",
    );
    let (initial, life, factor, notice, change) = (initial?, life?, factor?, notice?, change?);
    let quality_change = change.into_iter().map(|(evaluation, points)| (evaluation.id, points)).collect();
    let unit = initial.unit.clone();
    Some(WrittenPath::new(Succession { initial, life, factor, notice, quality_change }, unit))
}

impl Written for Succession {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        Some(Box::new(Running { initial: lookup.number(&self.initial), generations: self.generations() }))
    }

    fn successors(&self, origin: &Origin, _: &mut dyn Lookup) -> Vec<Successors> {
        vec![Successors {
            stream: origin.address.clone(),
            generations: self.generations(),
            notice: self.notice.clone(),
            quality_change: self.quality_change.clone(),
        }]
    }
}

impl Succession {
    fn generations(&self) -> Generations {
        Generations { life: Lasting::of(&self.life), factor: self.factor.distribution.sampler() }
    }
}

/// The successors that whoever buys at a price moves to.
#[derive(Clone, Debug)]
pub struct Successors {
    /// The name of the stream of their draws.
    pub stream: String,
    /// How long each lives, and what it costs.
    pub generations: Generations,
    /// How long before the old one is turned off the new one comes; absent where the old one is sold on.
    pub notice: Option<Number>,
    /// How much better each scores than the one before, by evaluation.
    pub quality_change: Vec<(String, Number)>,
}

/// What is drawn for each generation, counted from 0.
#[derive(Clone, Debug)]
pub struct Generations {
    life: Lasting,
    factor: Sampler,
}

impl Generations {
    /// How many months a generation lives on the path of a lane.
    pub fn life(&self, draws: &Draws, lane: usize, generation: f64) -> f64 {
        self.life.months(draws.score_of(lane, EVENTS + generation as u64 * WORDS))
    }

    /// The price of a generation over that of the one before.
    pub fn factor(&self, draws: &Draws, lane: usize, generation: f64) -> f64 {
        self.factor.at(draws.score_of(lane, EVENTS + generation as u64 * WORDS + 1))
    }
}

struct Running {
    initial: Slot,
    generations: Generations,
}

/// Words of a generation: its life and its factor.
const WORDS: u64 = 2;

impl Process for Running {
    fn words(&self) -> u64 {
        WORDS
    }
    fn event_words(&self) -> u64 {
        WORDS
    }
    fn state(&self) -> usize {
        3
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [price, ends, generation] = state else { return };
        let month = now.index as f64;
        if now.index == 0 {
            *price = values[self.initial];
            (*ends, *generation) = (Lanes::ZERO, Lanes::ZERO);
        }
        for i in 0..LANES {
            if ends[i] <= month {
                if now.index > 0 {
                    price[i] *= self.generations.factor(draws, i, generation[i]);
                }
                ends[i] += self.generations.life(draws, i, generation[i]);
                generation[i] += 1.0;
            }
        }
        *out = *price;
    }
}
