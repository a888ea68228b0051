//! Where each path stands between strategies: which serves, which is moved to, and how far the move is.

use multiversion::multiversion;

use crate::lanes::{self, LANES, Lanes};

/// A move under way, in months from the start of the scenario.
#[derive(Clone, Copy, Debug)]
struct Move {
    to: usize,
    /// The rule that began it.
    rule: usize,
    /// When it was decided.
    began: f64,
    /// When traffic begins to move.
    starts: f64,
    /// When all of it has.
    ends: f64,
}

impl Move {
    const NONE: Self = Self { to: 0, rule: 0, began: 0.0, starts: 0.0, ends: 0.0 };

    /// Share of the traffic that has moved, on average over a month.
    fn moved(&self, month: f64) -> f64 {
        moved(month, self.starts, self.ends)
    }
}

/// Share of the traffic that has moved, on average over a month, if it moves evenly between two times: the ramp is
/// integrated, so that weeks count.
pub(super) fn moved(month: f64, starts: f64, ends: f64) -> f64 {
    let until = |time: f64| {
        let ramp = ends - starts;
        let inside = (time - starts).clamp(0.0, ramp);
        let behind = (time - ends).max(0.0);
        if ramp > 0.0 { inside * inside / (2.0 * ramp) + behind } else { behind }
    };
    (until(month + 1.0) - until(month)).clamp(0.0, 1.0)
}

/// How much of a first dip in quality is there some months after a move, if it goes evenly in `recovers` months: from 1 to 0.
/// Without that time it stays.
pub fn still_new(since: f64, recovers: Option<f64>) -> f64 {
    match recovers {
        None => 1.0,
        Some(recovers) if recovers > 0.0 => (1.0 - since.max(0.0) / recovers).max(0.0),
        Some(_) => 0.0,
    }
}

/// The share of a month that lies between two times.
pub(super) fn overlap(month: f64, from: f64, until: f64) -> f64 {
    (until.min(month + 1.0) - from.max(month)).clamp(0.0, 1.0)
}

/// The part that one strategy plays in a month, by lane.
#[derive(Clone, Debug)]
pub struct Part {
    /// Share of the month in which it stands: what it costs whatever it serves is paid for that long.
    pub stands: Lanes,
    /// Share of the month's requests that it is offered; over all strategies these shares sum to 1.
    pub weight: Lanes,
    /// Share of the month in which traffic moves to it.
    pub arriving: Lanes,
}

impl Part {
    /// Whether it plays a part in some lane.
    pub fn any(&self) -> bool {
        lanes::any_above_zero(&self.stands)
    }

    /// Share of the requests that arrive while it stands, of which it is offered its weight.
    pub fn intensity(&self) -> Lanes {
        intensity(&self.weight, &self.stands)
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn intensity(weight: &Lanes, stands: &Lanes) -> Lanes {
    Lanes::from_fn(|i| if stands[i] > 0.0 { weight[i] / stands[i] } else { 0.0 })
}

/// Where the paths of a batch stand; strategies are counted from 0, the one that they begin with.
#[derive(Clone, Debug)]
pub struct Moves {
    /// As narrow numbers, which are compared many at a time.
    at: [u32; LANES],
    latest: [Move; LANES],
    /// The lanes whose move is under way, a bit each: few are, and all others need no look.
    under_way: u64,
}

impl Default for Moves {
    fn default() -> Self {
        Self::new()
    }
}

impl Moves {
    /// All paths begin with the first strategy.
    pub fn new() -> Self {
        Self { at: [0; LANES], latest: [Move::NONE; LANES], under_way: 0 }
    }

    fn of(&self, lane: usize) -> Option<&Move> {
        (self.under_way >> lane & 1 == 1).then_some(&self.latest[lane])
    }

    /// The lanes whose move is under way.
    pub fn under_way(&self) -> impl Iterator<Item = usize> + use<> {
        lanes::each(self.under_way)
    }

    /// Marks the paths that are with a strategy, with no move under way.
    pub fn resting(&self, strategy: usize) -> [bool; LANES] {
        let mut resting = [false; LANES];
        for (resting, at) in resting.iter_mut().zip(&self.at) {
            *resting = *at == strategy as u32;
        }
        self.under_way().for_each(|lane| resting[lane] = false);
        resting
    }

    /// Begins a move at the start of a month; says when it is over, in months from the start.
    pub fn begin(
        &mut self,
        lane: usize,
        month: usize,
        (rule, to): (usize, usize),
        takes: f64,
        ramp: f64,
    ) -> f64 {
        let began = month as f64;
        let starts = began + takes.max(0.0);
        let ends = starts + ramp.max(0.0);
        self.latest[lane] = Move { to, rule, began, starts, ends };
        self.under_way |= 1 << lane;
        ends
    }

    /// The rule whose move is under way.
    pub fn rule(&self, lane: usize) -> Option<usize> {
        self.of(lane).map(|one| one.rule)
    }

    /// The share of a month in which a move is under way, from its decision on.
    pub fn unsettled(&self, lane: usize, month: usize) -> f64 {
        self.of(lane).map_or(0.0, |one| overlap(month as f64, one.began, one.ends))
    }

    /// The part of a strategy in a month.
    pub fn part(&self, strategy: usize, month: usize) -> Part {
        let mut part = Part { stands: Lanes::ZERO, weight: Lanes::ZERO, arriving: Lanes::ZERO };
        for lane in 0..LANES {
            part.stands[lane] = if self.at[lane] == strategy as u32 { 1.0 } else { 0.0 };
        }
        part.weight = part.stands;
        let month = month as f64;
        for lane in self.under_way() {
            let one = &self.latest[lane];
            if self.at[lane] == strategy as u32 {
                part.stands[lane] = overlap(month, 0.0, one.ends);
                part.weight[lane] = 1.0 - one.moved(month);
            } else if one.to == strategy {
                part.stands[lane] = overlap(month, one.starts, f64::INFINITY);
                part.weight[lane] = one.moved(month);
                part.arriving[lane] = overlap(month, one.starts, one.ends);
            }
        }
        part
    }

    /// Ends a month: moves that are done leave the path with their strategy.
    pub fn settle(&mut self, month: usize) {
        let end = month as f64 + 1.0;
        for lane in self.under_way() {
            if self.latest[lane].ends <= end {
                self.at[lane] = self.latest[lane].to as u32;
                self.under_way &= !(1 << lane);
            }
        }
    }
}
