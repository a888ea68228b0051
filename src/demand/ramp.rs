//! How the load of an hour follows the load before it: what an autoscaler that sees only the past has to bridge.

use std::sync::Arc;

use super::load_curve::{NOISES, noise_factors, noise_scores};
use super::mix::{Loads, MOST_WEEKS};
use crate::math;

/// How much of an hour's noise is that of the hour before it: residuals of ten minutes have 0.8 of the ten minutes before in a
/// service of Alibaba's (`ServeGen`, m-small, week 1), which comes to about 0.55 an hour (computed 2026-11-22).
const PERSISTENCE: f64 = 0.55;

/// Cells of the table of loads before and now, in each direction.
const CELLS: usize = 24;

/// Hours in which load is above that of some hours before, with how often that is so; loads relative to the mean.
///
/// The week is taken in its order in time, so an evening's rise is a rise, and each hour's noise follows that of the hour
/// before. Pairs of loads are gathered in cells whose means are kept, so the mean rise is exact.
#[derive(Clone, Debug)]
pub struct Ramp {
    /// The hours.
    pub rises: Vec<Rise>,
}

/// A rise of load.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rise {
    /// Load before.
    pub before: f64,
    /// Load now.
    pub now: f64,
    /// Share of all hours.
    pub share: f64,
}

impl Ramp {
    /// The rises of a week over so many hours; `hourly_noise` is the log sd of an hour around its profile.
    pub fn new(profile: &[f64], hourly_noise: f64, over: usize) -> Self {
        let hours = profile.len();
        let mean = profile.iter().sum::<f64>() / hours as f64;
        let factors = noise_factors(hourly_noise);
        if let [_] = factors.as_slice() {
            return Self { rises: without_noise(profile, mean, over) };
        }
        let together = together(math::pow(PERSISTENCE, over as f64));
        let highest =
            profile.iter().copied().fold(0.0, f64::max) / mean * factors.last().copied().unwrap_or(1.0);
        let cell = |load: f64| ((load / highest * CELLS as f64) as usize).min(CELLS - 1);
        let mut cells = vec![[0.0; 3]; CELLS * CELLS];
        for hour in 0..hours {
            let (load, earlier) =
                (profile[hour] / mean, profile[(hour + hours - over % hours) % hours] / mean);
            for (i, factor) in factors.iter().enumerate() {
                for (j, factor_before) in factors.iter().enumerate() {
                    let (now, before) = (load * factor, earlier * factor_before);
                    if now > before {
                        let share = together[i][j] / hours as f64;
                        let found = &mut cells[cell(before) * CELLS + cell(now)];
                        for (sum, value) in found.iter_mut().zip([share, share * before, share * now]) {
                            *sum += value;
                        }
                    }
                }
            }
        }
        let rises = cells.into_iter().filter(|[share, ..]| *share > 0.0);
        let rise = |[share, before, now]: [f64; 3]| Rise { before: before / share, now: now / share, share };
        Self { rises: rises.map(rise).collect() }
    }
}

/// Pairs of hours of several weeks that meet on one fleet, with how often each comes. Which of them rise depends on the mean load
/// of each week.
#[derive(Clone, Debug)]
pub struct MixedRamp {
    /// Loads before, loads now, and the share of all hours.
    pub pairs: Vec<(Loads, Loads, f64)>,
}

/// Noises of an hour that are told apart where weeks meet.
const COARSE: usize = 4;

impl MixedRamp {
    /// The pairs of these weeks, each with the log sd of an hour around its profile, over so many hours. Noise moves all weeks
    /// alike, as in a [`super::Mix`].
    pub fn new(weeks: &[(Arc<[f64]>, f64)], over: usize) -> Self {
        let hours = weeks.first().map_or(0, |(week, _)| week.len());
        let means: Vec<f64> =
            weeks.iter().map(|(week, _)| week.iter().sum::<f64>() / week.len() as f64).collect();
        let factors: Vec<Vec<f64>> = weeks.iter().map(|(_, noise)| coarse(&noise_factors(*noise))).collect();
        let still = factors.iter().all(|factors| factors.len() == 1);
        let together = if still {
            vec![vec![1.0]]
        } else {
            coarse_table(&together(math::pow(PERSISTENCE, over as f64)))
        };
        let loads = |hour: usize, noise: usize| -> Loads {
            let mut loads = [0.0; MOST_WEEKS];
            for (place, (week, _)) in weeks.iter().enumerate() {
                let factor = factors[place].get(noise).copied().unwrap_or(1.0);
                loads[place] = week[hour] / means[place] * factor;
            }
            loads
        };
        let mut pairs: Vec<(Loads, Loads, f64)> = Vec::new();
        for hour in 0..hours {
            let earlier = (hour + hours - over % hours) % hours;
            for (i, row) in together.iter().enumerate() {
                for (j, share) in row.iter().enumerate() {
                    let (before, now) = (loads(earlier, j), loads(hour, i));
                    // Where no week rises their sum does not.
                    if before.iter().zip(&now).any(|(before, now)| now > before) {
                        pairs.push((before, now, share / hours as f64));
                    }
                }
            }
        }
        let order = |a: &(Loads, Loads, f64), b: &(Loads, Loads, f64)| {
            let loads = |of: &(Loads, Loads, f64)| of.0.into_iter().chain(of.1).collect::<Vec<f64>>();
            let (a, b) = (loads(a), loads(b));
            a.iter()
                .zip(&b)
                .map(|(a, b)| a.total_cmp(b))
                .find(|o| o.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        };
        pairs.sort_by(order);
        pairs.dedup_by(|next, kept| {
            let same = order(next, kept).is_eq();
            if same {
                kept.2 += next.2;
            }
            same
        });
        Self { pairs }
    }
}

/// Means of neighboring noises; one stays one.
fn coarse(factors: &[f64]) -> Vec<f64> {
    let each = factors.len().div_ceil(COARSE);
    factors.chunks(each).map(|some| some.iter().sum::<f64>() / some.len() as f64).collect()
}

fn coarse_table(table: &[Vec<f64>]) -> Vec<Vec<f64>> {
    let each = NOISES / COARSE;
    let cell = |i: usize, j: usize| -> f64 {
        table[i * each..(i + 1) * each].iter().flat_map(|row| &row[j * each..(j + 1) * each]).sum()
    };
    (0..COARSE).map(|i| (0..COARSE).map(|j| cell(i, j)).collect()).collect()
}

/// The rises of the hours themselves.
fn without_noise(profile: &[f64], mean: f64, over: usize) -> Vec<Rise> {
    let hours = profile.len();
    let pair = |hour: usize| (profile[(hour + hours - over % hours) % hours] / mean, profile[hour] / mean);
    let rise = |(before, now): (f64, f64)| Rise { before, now, share: 1.0 / hours as f64 };
    (0..hours).map(pair).filter(|(before, now)| now > before).map(rise).collect()
}

/// How often each noise of an hour goes with each noise of an hour before, when scores have this correlation: a table whose
/// rows and columns are equally likely.
fn together(correlation: f64) -> Vec<Vec<f64>> {
    let scores = noise_scores();
    let sd = (1.0 - correlation * correlation).sqrt();
    let below = |edge: usize, score: f64| match edge {
        0 => 0.0,
        NOISES => 1.0,
        _ => {
            let bound = math::normal_quantile(edge as f64 / NOISES as f64);
            math::normal_cdf((bound - correlation * score) / sd)
        }
    };
    let mut table: Vec<Vec<f64>> =
        scores.iter().map(|z| (0..NOISES).map(|j| below(j + 1, *z) - below(j, *z)).collect()).collect();
    let each = 1.0 / NOISES as f64;
    // Scores stand for whole cells, so rows and columns are a little off; scaling them in turns makes them even.
    for _ in 0..60 {
        for row in &mut table {
            let sum: f64 = row.iter().sum();
            for cell in row {
                *cell *= each / sum;
            }
        }
        for j in 0..NOISES {
            let sum: f64 = table.iter().map(|row| row[j]).sum();
            for row in &mut table {
                row[j] *= each / sum;
            }
        }
    }
    table
}
