//! Whether the fitted moves predict: fitted before a day, held against what came after it.

use std::collections::BTreeMap;

use super::fit::{Moves, fit};
use super::tracks::{DAYS_A_YEAR, Track};
use crate::calendar::Date;
use crate::math;
use crate::random::Key;

/// How one vendor's predictions did, or all vendors' together.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Coverage {
    /// The vendor; `all` for all together.
    pub vendor: String,
    /// Prices that were watched before and after the day.
    pub prices: usize,
    /// Years watched after it.
    pub years: f64,
    /// How many ended elsewhere than they were.
    pub moved: usize,
    /// How many were expected to.
    pub expected: f64,
    /// Shares within the central 50, 80 and 90 % by the randomized probability integral transform.
    pub within: [f64; 3],
    /// Shares within, of those alone that moved.
    pub moved_within: [f64; 3],
}

/// The levels of [`Coverage::within`].
pub const LEVELS: [f64; 3] = [0.5, 0.8, 0.9];
/// Draws of a prediction.
const DRAWS: u64 = 4096;
/// Moves of one draw at the most.
const MOST_MOVES: f64 = 12.0;
/// Price logarithms nearer than this are one: sums of the same moves in another order.
const EQUAL: f64 = 1e-9;

/// Holds the tracks after a day against the fit before it, over so many years at the most. Rows by vendor, then all together.
///
/// An unchanged price is an atom of the prediction, so that its rank is drawn evenly from the atom's (randomized PIT:
/// C. Czado et al., Biometrics 65, 2009, section 2). The draws are fixed: the same log gives the same table.
pub fn backtest(before: &[Track], after: &[Track], day: Date, most_years: f64) -> Vec<Coverage> {
    let fitted = fit(before);
    let mut vendors: Vec<(&Moves, Vec<Seen>)> = Vec::new();
    for moves in &fitted {
        let mut predictor = Predictor::of(moves);
        let own = after.iter().filter(|track| track.vendor == moves.vendor && track.starts < day);
        let seen: Vec<Seen> = own
            .enumerate()
            .filter_map(|(place, track)| seen(track, &mut predictor, day, most_years, place as u64))
            .collect();
        vendors.push((moves, seen));
    }
    let all: Vec<Seen> = vendors.iter().flat_map(|(_, seen)| seen.iter().copied()).collect();
    let mut rows: Vec<Coverage> = vendors
        .iter()
        .filter(|(_, seen)| !seen.is_empty())
        .map(|(moves, seen)| coverage(&moves.vendor, seen))
        .collect();
    if !all.is_empty() {
        rows.push(coverage("all", &all));
    }
    rows
}

/// What became of one price.
#[derive(Clone, Copy)]
struct Seen {
    years: f64,
    moved: bool,
    /// The chance of that, before.
    chance: f64,
    /// Its rank in the prediction, 0 to 1.
    rank: f64,
}

fn seen(track: &Track, predictor: &mut Predictor, day: Date, most_years: f64, place: u64) -> Option<Seen> {
    let days = day.days_until(track.ends).min((most_years * DAYS_A_YEAR).round() as i64);
    if days <= 0 {
        return None;
    }
    let inside = |(on, _): &&(Date, f64)| (1..=days).contains(&day.days_until(*on));
    let observed: f64 = track.moves.iter().filter(inside).map(|(_, log)| log).sum();
    // Words of a path behind those of all draws.
    let even = uniform(predictor.key, DRAWS + place, 0);
    let predicted = predictor.after(days);
    let count = |of: &dyn Fn(f64) -> bool| predicted.iter().filter(|log| of(**log)).count() as f64;
    let draws = DRAWS as f64;
    let (below, equal) =
        (count(&|log| log < observed - EQUAL), count(&|log| (log - observed).abs() <= EQUAL));
    Some(Seen {
        years: days as f64 / DAYS_A_YEAR,
        moved: observed.abs() > EQUAL,
        chance: 1.0 - count(&|log| log.abs() <= EQUAL) / draws,
        rank: (below + even * equal) / draws,
    })
}

/// Draws of how far a vendor's prices move, by the days that they have for it.
struct Predictor<'a> {
    moves: &'a Moves,
    key: Key,
    /// Moves a year, by draw.
    rates: Vec<f64>,
    known: BTreeMap<i64, Vec<f64>>,
}

impl<'a> Predictor<'a> {
    fn of(moves: &'a Moves) -> Self {
        let key = Key::new(1, &format!("backtest.{}", moves.vendor));
        let rates = (0..DRAWS).map(|draw| moves.rate.quantile(uniform(key, draw, 0))).collect();
        Self { moves, key, rates, known: BTreeMap::new() }
    }

    fn after(&mut self, days: i64) -> &[f64] {
        let years = days as f64 / DAYS_A_YEAR;
        let (moves, key, rates) = (self.moves, self.key, &self.rates);
        self.known.entry(days).or_insert_with(|| {
            (0..DRAWS).zip(rates).map(|(draw, rate)| one(moves, rate * years, key, draw)).collect()
        })
    }
}

/// One draw of how the logarithm of a price moves where so many moves are expected.
fn one(moves: &Moves, expected: f64, key: Key, draw: u64) -> f64 {
    let count = math::poisson_quantile(expected, uniform(key, draw, 1)).min(MOST_MOVES) as u64;
    let size = |jump: u64| {
        let (kind, share) = (uniform(key, draw, 2 + 2 * jump), uniform(key, draw, 3 + 2 * jump));
        let [level, cut, _] = moves.weights;
        if kind < level {
            0.0
        } else if kind < level + cut {
            moves.cut.quantile(share)
        } else {
            moves.rise.quantile(share)
        }
    };
    (0..count).map(size).sum()
}

fn uniform(key: Key, path: u64, word: u64) -> f64 {
    (f64::from(key.bits(path, word)) + 0.5) / 4294967296.0
}

fn coverage(vendor: &str, seen: &[Seen]) -> Coverage {
    let share = |of: &dyn Fn(&Seen) -> bool, level: f64| {
        let chosen: Vec<&Seen> = seen.iter().filter(|seen| of(seen)).collect();
        let inside = chosen.iter().filter(|seen| (seen.rank - 0.5).abs() <= level / 2.0).count();
        inside as f64 / chosen.len().max(1) as f64
    };
    Coverage {
        vendor: vendor.to_owned(),
        prices: seen.len(),
        years: seen.iter().map(|seen| seen.years).sum(),
        moved: seen.iter().filter(|seen| seen.moved).count(),
        expected: seen.iter().map(|seen| seen.chance).sum(),
        within: LEVELS.map(|level| share(&|_| true, level)),
        moved_within: LEVELS.map(|level| share(&|seen| seen.moved, level)),
    }
}
