//! The course of a move that a vendor forces: to a successor, or away from what is turned off.

use super::moves::{moved, overlap, still_new};
use crate::calendar::Month;
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::process::{Generations, Process};
use crate::random::Draws;

/// What forces it.
#[derive(Clone, Debug)]
pub(super) enum Cause {
    /// A successor comes when a life ends, or a notice before.
    Succession(Generations),
    /// It is turned off at a time, in months from the start; a notice before, this is known.
    Retirement(Slot),
}

/// What a move takes, in months.
#[derive(Clone, Copy, Debug)]
pub(super) struct Terms {
    /// From the first word of it until traffic begins to move.
    pub(super) work: Slot,
    /// In which traffic moves.
    pub(super) dual_run: Slot,
    /// Known so long before; without it the old one stays until the move is over.
    pub(super) notice: Option<Slot>,
    /// Factor on prices while the old one is gone and the move is not over.
    pub(super) emergency: Option<Slot>,
    /// Until the first dip in quality is gone.
    pub(super) recovers_in: Option<Slot>,
}

/// What is told of it each month.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// How many moves begin.
    Begun,
    /// What is paid over what the newest one costs, and dearer in an emergency.
    Price,
    /// Factor on prices while the old one is gone and the move is not over.
    Emergency,
    /// How many successors on the traffic is.
    Generation,
    /// How much of the first dip in quality is there, from 0 to 1.
    Dip,
    /// The share of the month in which a move is under way and the old one still there.
    Leaving,
    /// The same once the old one is gone.
    Late,
}

/// A course that tells one thing. It reads the draws of the succession, so that all who ask see the same one.
pub(super) struct Course {
    pub(super) cause: Cause,
    pub(super) terms: Terms,
    pub(super) told: Told,
}

/// Where one path stands; times in months from the start.
#[derive(Clone, Copy)]
struct At {
    /// When the present generation ends, how many there were, and the price of the newest over the first.
    ends: f64,
    generations: f64,
    asked: f64,
    /// Price and generation before the move, and after.
    from: [f64; 2],
    to: [f64; 2],
    /// When the move began, and when the old one is gone.
    began: f64,
    off: f64,
}

/// Lanes of state.
const STATE: usize = 9;

impl At {
    const START: Self = Self {
        ends: 0.0,
        generations: 0.0,
        asked: 1.0,
        from: [1.0, 0.0],
        to: [1.0, 0.0],
        began: f64::INFINITY,
        off: f64::INFINITY,
    };

    fn load(state: &[Lanes], lane: usize) -> Self {
        let s = |i: usize| state[i][lane];
        let (from, to) = ([s(3), s(4)], [s(5), s(6)]);
        Self { ends: s(0), generations: s(1), asked: s(2), from, to, began: s(7), off: s(8) }
    }

    fn store(self, state: &mut [Lanes], lane: usize) {
        let Self { ends, generations, asked, from, to, began, off } = self;
        let all = [ends, generations, asked, from[0], from[1], to[0], to[1], began, off];
        for (state, value) in state.iter_mut().zip(all) {
            state[lane] = value;
        }
    }
}

/// The times of one path.
#[derive(Clone, Copy)]
struct Times {
    takes: f64,
    ramp: f64,
    notice: Option<f64>,
}

impl Times {
    fn done(&self, at: &At) -> f64 {
        at.began + self.takes + self.ramp
    }

    /// How far traffic has moved at a moment.
    fn progress(&self, at: &At, time: f64) -> f64 {
        let since = time - (at.began + self.takes);
        if since < 0.0 || at.began.is_infinite() {
            return 0.0;
        }
        if self.ramp > 0.0 { (since / self.ramp).min(1.0) } else { 1.0 }
    }

    /// A move to a price and a generation; one that is under way is given up for it.
    fn begin(&self, at: &mut At, time: f64, to: [f64; 2], off: f64) {
        let progress = self.progress(at, time);
        for (from, to) in at.from.iter_mut().zip(at.to) {
            *from += progress * (to - *from);
        }
        (at.to, at.began, at.off) = (to, time, off);
    }
}

impl Course {
    fn times(&self, values: &Values, lane: usize) -> Times {
        let months = |slot: Slot| values[slot][lane].max(0.0);
        let Terms { work, dual_run, notice, .. } = self.terms;
        Times { takes: months(work), ramp: months(dual_run), notice: notice.map(months) }
    }

    /// Begins what begins in the month; says how many moves that are.
    fn advance(
        &self,
        month: f64,
        times: &Times,
        values: &Values,
        draws: &Draws,
        lane: usize,
        at: &mut At,
    ) -> f64 {
        match &self.cause {
            Cause::Succession(generations) => succeed(generations, month, times, draws, lane, at),
            Cause::Retirement(off) => {
                let off = values[*off][lane];
                let begins = (off - times.notice.unwrap_or(0.0)).max(0.0);
                if at.began.is_finite() || begins >= month + 1.0 {
                    return 0.0;
                }
                (at.began, at.off) = (begins, off);
                1.0
            }
        }
    }

    fn tell(&self, month: f64, times: &Times, values: &Values, lane: usize, at: &At, begun: f64) -> f64 {
        let done = times.done(at);
        let moved = if at.began.is_finite() { moved(month, at.began + times.takes, done) } else { 0.0 };
        // Where nobody gives notice the old one stays.
        let off = times.notice.map_or(f64::INFINITY, |_| at.off.max(at.began));
        let late = overlap(month, off, done);
        let emergency = self.terms.emergency.map_or(1.0, |factor| 1.0 + late * (values[factor][lane] - 1.0));
        match self.told {
            Told::Begun => begun,
            Told::Price if at.asked > 0.0 => {
                (at.from[0] + moved * (at.to[0] - at.from[0])) / at.asked * emergency
            }
            Told::Price => 1.0,
            Told::Emergency => emergency,
            Told::Generation => at.from[1] + moved * (at.to[1] - at.from[1]),
            Told::Dip => {
                let recovers = self.terms.recovers_in.map(|time| values[time][lane]);
                moved * still_new(month + 0.5 - done, recovers)
            }
            Told::Leaving => overlap(month, at.began, done.min(off)),
            Told::Late => late,
        }
    }
}

/// Lets successors come, and moves to them begin.
fn succeed(all: &Generations, month: f64, times: &Times, draws: &Draws, lane: usize, at: &mut At) -> f64 {
    if at.generations == 0.0 {
        (at.ends, at.generations) = (all.life(draws, lane, 0.0), 1.0);
    }
    let mut begun = 0.0;
    if at.ends <= month {
        let ended = at.ends;
        at.asked *= all.factor(draws, lane, at.generations);
        at.ends += all.life(draws, lane, at.generations);
        at.generations += 1.0;
        if at.to[1] < at.generations - 1.0 {
            times.begin(at, month, [at.asked, at.generations - 1.0], ended);
            begun += 1.0;
        }
    }
    let announced = times.notice.is_some_and(|notice| at.ends - notice <= month);
    if announced && at.to[1] < at.generations {
        let price = at.asked * all.factor(draws, lane, at.generations);
        times.begin(at, month, [price, at.generations], at.ends);
        begun += 1.0;
    }
    begun
}

impl Process for Course {
    fn state(&self) -> usize {
        STATE
    }

    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let month = now.index as f64;
        for lane in 0..LANES {
            let mut at = if now.index == 0 { At::START } else { At::load(state, lane) };
            let times = self.times(values, lane);
            let begun = self.advance(month, &times, values, draws, lane, &mut at);
            out[lane] = self.tell(month, &times, values, lane, &at, begun);
            at.store(state, lane);
        }
    }
}
