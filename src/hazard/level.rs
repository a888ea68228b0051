//! What follows from a phase: factors, and how long a vendor that closes is still open.

use super::course::{ACQUIRED, STRESSED, WOUND_DOWN};
use super::drawn::Duration;
use crate::calendar::Month;
use crate::distribution::Sampler;
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::process::Process;
use crate::random::Draws;

/// A factor: 1 while healthy, drawn when distress begins, drawn again when the vendor is acquired. While a notice runs it
/// stays as it was.
pub(super) struct Level {
    pub(super) phase: Slot,
    pub(super) stressed: Option<Sampler>,
    pub(super) acquired: Option<Sampler>,
}

impl Process for Level {
    fn words(&self) -> u64 {
        1
    }
    fn state(&self) -> usize {
        2
    }
    fn start(&self, _: &Values, state: &mut [Lanes]) {
        let [before, factor] = state else { return };
        (*before, *factor) = (Lanes::ZERO, Lanes::splat(1.0));
    }
    #[allow(clippy::float_cmp, reason = "phases are whole numbers")]
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [before, factor] = state else { return };
        let phase = &values[self.phase];
        for i in 0..LANES {
            if phase[i] == before[i] {
                continue;
            }
            before[i] = phase[i];
            let drawn = |sampler: &Option<Sampler>| {
                sampler.as_ref().map_or(1.0, |sampler| sampler.at(draws.score_of(i, now.index as u64)))
            };
            if phase[i] == STRESSED {
                factor[i] = drawn(&self.stressed);
            } else if phase[i] == ACQUIRED {
                factor[i] = drawn(&self.acquired);
            } else if phase[i] != WOUND_DOWN {
                factor[i] = 1.0;
            }
        }
        *out = *factor;
    }
}

/// The share of the month in which a vendor is open: all of it until its notice has run out. The announcement falls on any
/// moment of its month with the same chance.
pub(super) struct Open {
    pub(super) phase: Slot,
    pub(super) notice: Duration,
}

impl Process for Open {
    fn words(&self) -> u64 {
        2
    }
    fn state(&self) -> usize {
        1
    }
    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state[0] = Lanes::splat(f64::INFINITY);
    }
    #[allow(clippy::float_cmp, reason = "phases are whole numbers")]
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let closes = &mut state[0];
        let (month, word) = (now.index as f64, 2 * now.index as u64);
        for i in 0..LANES {
            if values[self.phase][i] == WOUND_DOWN && closes[i] == f64::INFINITY {
                let notice = self.notice.months(draws.score_of(i, word + 1));
                closes[i] = month + draws.uniform_of(i, word) + notice;
            }
            out[i] = (closes[i] - month).clamp(0.0, 1.0);
        }
    }
}
