//! Spells: they begin at random moments while there is none, last for a while, and have values that are drawn when they begin.

use super::drawn::Duration;
use crate::calendar::Month;
use crate::distribution::Sampler;
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::Process;
use crate::random::Draws;

/// Which spell a month lies in: 0 in none, else the number of the month in which it began, counted from 1. A spell holds for
/// whole months, from the one in which it begins, one at the least.
pub(super) struct Spells {
    /// Spells per month, while there is none.
    pub(super) frequency: Slot,
    pub(super) lasts: Duration,
    /// A month in which one begins for sure, unless one is running.
    pub(super) forced: Option<usize>,
}

impl Process for Spells {
    fn words(&self) -> u64 {
        2
    }
    fn state(&self) -> usize {
        2
    }
    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state.fill(Lanes::ZERO);
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [spell, ends] = state else { return };
        let (month, word) = (now.index as f64, 2 * now.index as u64);
        let (frequency, forced) = (&values[self.frequency], self.forced == Some(now.index));
        for i in 0..LANES {
            if ends[i] > month {
                continue;
            }
            spell[i] = 0.0;
            let u = draws.uniform_of(i, word);
            // 1 − λ < exp(−λ): most lanes need no exponential to know that nothing happens.
            if forced || u > 1.0 - frequency[i] && u > math::exp(-frequency[i]) {
                spell[i] = month + 1.0;
                ends[i] = month + self.lasts.months(draws.score_of(i, word + 1)).max(1.0);
            }
        }
        *out = *spell;
    }
}

/// A value that is drawn when a spell begins, and 1 while there is none.
pub(super) struct DuringSpells {
    pub(super) spell: Slot,
    pub(super) drawn: Sampler,
}

impl Process for DuringSpells {
    fn words(&self) -> u64 {
        1
    }
    fn state(&self) -> usize {
        2
    }
    fn start(&self, _: &Values, state: &mut [Lanes]) {
        let [before, value] = state else { return };
        (*before, *value) = (Lanes::ZERO, Lanes::splat(1.0));
    }
    #[allow(clippy::float_cmp, reason = "spells are whole numbers")]
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [before, value] = state else { return };
        let spell = &values[self.spell];
        for i in 0..LANES {
            if spell[i] != before[i] {
                before[i] = spell[i];
                value[i] =
                    if spell[i] > 0.0 { self.drawn.at(draws.score_of(i, now.index as u64)) } else { 1.0 };
            }
        }
        *out = *value;
    }
}
