//! The course of a vendor's health: healthy, stressed, and then well again, acquired, or wound down.

use super::chance::Ageing;
use super::drawn::Duration;
use crate::calendar::Month;
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::Process;
use crate::random::Draws;

/// Nothing is wrong.
pub const HEALTHY: f64 = 0.0;
/// In distress: dearer, tighter, more often down.
pub const STRESSED: f64 = 1.0;
/// Bought by another: it goes on, at new prices, for good.
pub const ACQUIRED: f64 = 2.0;
/// Said to close: it serves until its notice has run out, and never again.
pub const WOUND_DOWN: f64 = 3.0;

/// How distress ends, by cumulative share.
#[derive(Clone, Debug)]
pub(super) struct Ends(pub(super) Vec<(f64, f64)>);

impl Ends {
    fn phase(&self, share: f64) -> f64 {
        let place = self.0.partition_point(|(upto, _)| *upto < share);
        self.0[place.min(self.0.len() - 1)].1
    }
}

/// Changes of phase that one month can hold; more wait for the next.
const TURNS: u64 = 4;

/// A course in continuous time; the value is the phase at the end of the month. The first distress begins when its age
/// says so, from one draw of the path, which can be correlated (the Gaussian copula of times of default of D. X. Li, Journal of
/// Fixed Income 9, 2000); after a recovery the age begins anew.
pub(super) struct Timed {
    /// Exponential with mean 1.
    pub(super) exposure: Slot,
    pub(super) ageing: Ageing,
    /// The month in which the first distress begins, whatever its chance.
    pub(super) forced: Option<usize>,
    pub(super) lasts: Duration,
    pub(super) ends: Ends,
}

impl Process for Timed {
    fn words(&self) -> u64 {
        2 * TURNS
    }
    fn state(&self) -> usize {
        2
    }
    fn start(&self, values: &Values, state: &mut [Lanes]) {
        let [phase, next] = state else { return };
        *phase = Lanes::splat(HEALTHY);
        let (exposure, scale) = (&values[self.exposure], &values[self.ageing.scale]);
        for i in 0..LANES {
            let drawn = self.ageing.months(scale[i], exposure[i]);
            next[i] = self.forced.map_or(drawn, |month| month as f64);
        }
    }
    #[allow(clippy::float_cmp, reason = "phases are whole numbers")]
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [phase, next] = state else { return };
        let end = (now.index + 1) as f64;
        for i in 0..LANES {
            let mut turn = 0;
            while next[i] < end && turn < TURNS {
                let word = 2 * (now.index as u64 * TURNS + turn);
                if phase[i] == HEALTHY {
                    phase[i] = STRESSED;
                    next[i] += self.lasts.months(draws.score_of(i, word));
                } else {
                    phase[i] = self.ends.phase(draws.uniform_of(i, word));
                    let exposure = -math::ln(draws.uniform_of(i, word + 1));
                    let well = self.ageing.months(values[self.ageing.scale][i], exposure);
                    next[i] = if phase[i] == HEALTHY { next[i] + well } else { f64::INFINITY };
                }
                turn += 1;
            }
        }
        *out = *phase;
    }
}

/// A course under an intensity that moves: distress begins when what it adds up to while the vendor is well exceeds an exponential
/// exposure (D. Lando, Review of Derivatives Research 2, 1998). The intensity of a month is that of its path in it and holds through the
/// month; after a recovery another exposure is drawn.
pub(super) struct ByIntensity {
    /// Exponential with mean 1.
    pub(super) exposure: Slot,
    /// Distresses a month.
    pub(super) intensity: Slot,
    /// The month in which the first distress begins, whatever the intensity.
    pub(super) forced: Option<usize>,
    pub(super) lasts: Duration,
    pub(super) ends: Ends,
}

impl Process for ByIntensity {
    fn words(&self) -> u64 {
        2 * TURNS
    }
    fn state(&self) -> usize {
        3
    }
    fn start(&self, values: &Values, state: &mut [Lanes]) {
        let [phase, next, left] = state else { return };
        (*phase, *next) = (Lanes::splat(HEALTHY), Lanes::splat(f64::INFINITY));
        *left = if self.forced.is_some() { Lanes::splat(f64::INFINITY) } else { values[self.exposure] };
    }
    #[allow(clippy::float_cmp, reason = "phases are whole numbers")]
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let [phase, next, left] = state else { return };
        let (begin, end) = (now.index as f64, (now.index + 1) as f64);
        if self.forced == Some(now.index) {
            *left = Lanes::ZERO;
        }
        for i in 0..LANES {
            let (mut at, intensity) = (begin, values[self.intensity][i].max(0.0));
            for turn in 0..TURNS {
                let word = 2 * (now.index as u64 * TURNS + turn);
                if phase[i] == HEALTHY {
                    let adds_up = intensity * (end - at);
                    if left[i] > 0.0 && left[i] >= adds_up {
                        left[i] -= adds_up;
                        break;
                    }
                    at += if left[i] > 0.0 { left[i] / intensity } else { 0.0 };
                    phase[i] = STRESSED;
                    next[i] = at + self.lasts.months(draws.score_of(i, word));
                } else if next[i] < end {
                    (at, next[i]) = (next[i], f64::INFINITY);
                    phase[i] = self.ends.phase(draws.uniform_of(i, word));
                    left[i] = -math::ln(draws.uniform_of(i, word + 1));
                } else {
                    break;
                }
            }
        }
        *out = *phase;
    }
}

/// A course that a vendor's cash decides: stressed while the runway is short, ended when it is too short to go on.
///
/// Cash is looked at once a month, at its end, so that dips within a month are not seen. Cash that moves like a Brownian motion
/// survives as if it were 0.58 standard deviations of a month's change larger (M. Broadie, P. Glasserman and S. Kou,
/// Mathematical Finance 7, 1997); `tests/laws/intensities.rs` measures it.
pub(super) struct ByRunway {
    /// In months; infinite while nothing is burnt.
    pub(super) runway: Slot,
    pub(super) stressed_below: Slot,
    pub(super) closes_below: Slot,
    /// The month in which its money is gone, whatever the books say, and not before.
    pub(super) forced: Option<usize>,
    /// Acquired or wound down.
    pub(super) ends: Ends,
}

impl Process for ByRunway {
    fn words(&self) -> u64 {
        1
    }
    fn state(&self) -> usize {
        1
    }
    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state[0] = Lanes::splat(HEALTHY);
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let phase = &mut state[0];
        let [runway, stressed, closes] =
            [self.runway, self.stressed_below, self.closes_below].map(|s| &values[s]);
        for i in 0..LANES {
            if phase[i] >= ACQUIRED {
                continue;
            }
            let too_short = match self.forced {
                Some(month) if now.index <= month => now.index == month,
                _ => runway[i] <= 0.0 || runway[i] < closes[i],
            };
            phase[i] = if too_short {
                self.ends.phase(draws.uniform_of(i, now.index as u64))
            } else if runway[i] < stressed[i] {
                STRESSED
            } else {
                HEALTHY
            };
        }
        *out = *phase;
    }
}
