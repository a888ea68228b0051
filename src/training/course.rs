//! The course of a programme: a score drifts, a cycle begins, and when it is done the score is better.

use crate::calendar::Month;
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::Process;
use crate::random::Draws;

/// A score that a programme watches or changes.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    /// As it was measured before the first month.
    pub score: Slot,
    /// How it changes each month.
    pub drift: Option<Slot>,
    /// Standard deviation of that change over a month.
    pub volatility: Option<Slot>,
    /// What a cycle adds.
    pub gain: Option<Slot>,
    /// A cycle begins when the score reaches this.
    pub floor: Option<Slot>,
}

/// What is told of a course each month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// 1 in months in which a cycle begins.
    Begun,
    /// How far a score is from what was measured.
    Change(usize),
}

/// A course that tells one thing; all that tell of the same programme read the same draws.
///
/// Scores drift by a Brownian motion, watched all the time: between the ends of two months it has touched the floor with the
/// chance of a Brownian bridge, `exp(−2 x₀ x₁ / σ²)`, so that the first passage has the inverse Gaussian distribution exactly. A
/// cycle takes `lag` months; what it adds is there when it is done, and until then none begins but for a retirement.
#[derive(Clone, Debug)]
pub struct Course {
    /// The first month in which a cycle may begin, counted from the first of the scenario.
    pub from: i64,
    /// Months from cycle to cycle; none by the calendar if absent.
    pub every: Option<usize>,
    /// When something is turned off, in months from the start, and for how long that is known.
    pub ends: Vec<(Slot, Slot)>,
    /// Scores.
    pub watched: Vec<Watched>,
    /// Months from the beginning of a cycle until it counts; at least 1.
    pub lag: usize,
    /// What is told.
    pub told: Told,
}

/// Places in the state: the next month by the calendar, the month in which a cycle is done, and changes behind them.
const NEXT: usize = 0;
const DONE: usize = 1;
const CHANGES: usize = 2;

impl Course {
    /// Values that it reads.
    pub fn inputs(&self) -> Vec<Slot> {
        let of = |one: &Watched| {
            [Some(one.score), one.drift, one.volatility, one.gain, one.floor].into_iter().flatten()
        };
        let ends = self.ends.iter().flat_map(|(off, notice)| [*off, *notice]);
        self.watched.iter().flat_map(of).chain(ends).collect()
    }

    fn is_noisy(&self) -> bool {
        self.watched.iter().any(|one| one.volatility.is_some())
    }

    /// The first month from 0 on in which the calendar wants a cycle.
    fn first(&self) -> f64 {
        let Some(every) = self.every else { return f64::INFINITY };
        let every = every as i64;
        if self.from >= 0 { self.from as f64 } else { self.from.rem_euclid(every) as f64 }
    }

    /// Moves a score on by a month; says in which lanes it touched its floor.
    fn drift(
        &self,
        place: usize,
        now: &Month,
        values: &Values,
        draws: &mut Draws,
        change: &mut Lanes,
    ) -> [bool; LANES] {
        let one = &self.watched[place];
        let before = *change;
        let mut touching = Lanes::splat(1.0);
        if now.index > 0 {
            if let Some(drift) = one.drift {
                (0..LANES).for_each(|i| change[i] += values[drift][i]);
            }
            if let Some(volatility) = one.volatility {
                let words = 2 * (now.index * self.watched.len() + place) as u64;
                let mut scores = Lanes::ZERO;
                draws.score(words, &mut scores);
                draws.uniform(words + 1, &mut touching);
                (0..LANES).for_each(|i| change[i] += values[volatility][i] * scores[i]);
            }
        }
        for i in 0..LANES {
            change[i] = change[i].min(1.0 - values[one.score][i]);
        }
        let Some(floor) = one.floor else { return [false; LANES] };
        std::array::from_fn(|i| {
            let above = values[one.score][i] - values[floor][i];
            let (from, to) = (above + before[i], above + change[i]);
            let sd = one.volatility.map_or(0.0, |volatility| values[volatility][i]);
            from <= 0.0 || to <= 0.0 || (sd > 0.0 && touching[i] < math::exp(-2.0 * from * to / (sd * sd)))
        })
    }
}

impl Process for Course {
    fn words(&self) -> u64 {
        if self.is_noisy() { 2 * self.watched.len() as u64 } else { 0 }
    }

    fn state(&self) -> usize {
        CHANGES + self.watched.len()
    }

    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state.fill(Lanes::ZERO);
        state[NEXT] = Lanes::splat(self.first());
        state[DONE] = Lanes::splat(f64::INFINITY);
    }

    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let month = now.index as f64;
        let (times, changes) = state.split_at_mut(CHANGES);
        let mut wanted = [false; LANES];
        let mut done = [false; LANES];
        for i in 0..LANES {
            done[i] = times[DONE][i] <= month;
            if done[i] {
                times[DONE][i] = f64::INFINITY;
            }
        }
        for (place, change) in changes.iter_mut().enumerate() {
            if let Some(gain) = self.watched[place].gain {
                (0..LANES).filter(|i| done[*i]).for_each(|i| change[i] += values[gain][i]);
            }
            let touched = self.drift(place, now, values, draws, change);
            (0..LANES).for_each(|i| wanted[i] |= touched[i]);
        }
        let mut begun = Lanes::ZERO;
        if now.index as i64 >= self.from {
            for i in 0..LANES {
                let by_calendar = month >= times[NEXT][i];
                let free = times[DONE][i].is_infinite();
                let leaves = |(off, notice): &(Slot, Slot)| {
                    let known = (values[*off][i] - values[*notice][i]).max(self.from.max(0) as f64);
                    known >= month && known < month + 1.0
                };
                if (free && (wanted[i] || by_calendar)) || self.ends.iter().any(leaves) {
                    begun[i] = 1.0;
                    times[DONE][i] = month + self.lag as f64;
                    times[NEXT][i] = self.every.map_or(f64::INFINITY, |every| month + every as f64);
                }
            }
        }
        *out = match self.told {
            Told::Begun => begun,
            Told::Change(place) => changes[place],
        };
    }
}
