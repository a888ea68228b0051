//! Weeks that differ and meet on one fleet: the hours of their sum, as far as they are different.

use std::sync::Arc;

use super::load_curve::noise_factors;
use crate::math;

/// Weeks that can meet on one fleet.
pub const MOST_WEEKS: usize = 4;

/// A load of each week, relative to its mean.
pub type Loads = [f64; MOST_WEEKS];

/// The hours of several weeks together. Hours in which every week has the same load are one class; what is busy for one may
/// be quiet for another, so the sum is flatter than its parts. Noise of an hour moves all weeks alike, the busier way.
#[derive(Clone, Debug)]
pub struct Mix {
    classes: Vec<(Loads, f64)>,
    weeks: usize,
}

impl Mix {
    /// The classes of hours of these weeks, each with the log sd of an hour around its profile.
    pub fn new(weeks: &[(Arc<[f64]>, f64)]) -> Self {
        let means: Vec<f64> =
            weeks.iter().map(|(week, _)| week.iter().sum::<f64>() / week.len() as f64).collect();
        let factors: Vec<Vec<f64>> = weeks.iter().map(|(_, noise)| noise_factors(*noise)).collect();
        let hours = weeks.first().map_or(0, |(week, _)| week.len());
        let noises = factors.iter().map(Vec::len).max().unwrap_or(1);
        let mut classes: Vec<(Loads, f64)> = Vec::new();
        for hour in 0..hours {
            for noise in 0..noises {
                let mut loads = [0.0; MOST_WEEKS];
                for (place, (week, _)) in weeks.iter().enumerate() {
                    let factor = factors[place].get(noise).copied().unwrap_or(1.0);
                    loads[place] = week[hour] / means[place] * factor;
                }
                classes.push((loads, 1.0 / (hours * noises) as f64));
            }
        }
        classes.sort_by(|(a, _), (b, _)| {
            a.iter()
                .zip(b)
                .map(|(a, b)| a.total_cmp(b))
                .find(|o| o.is_ne())
                .unwrap_or(std::cmp::Ordering::Equal)
        });
        classes.dedup_by(|next, kept| {
            let same = next.0.iter().zip(&kept.0).all(|(a, b)| (a - b).abs() <= 0.0);
            if same {
                kept.1 += next.1;
            }
            same
        });
        Self { classes, weeks: weeks.len() }
    }

    /// How many weeks.
    pub fn weeks(&self) -> usize {
        self.weeks
    }

    /// The mean load that a capacity carries of weeks with these means.
    pub fn carried(&self, means: &[f64], capacity: f64) -> f64 {
        self.classes.iter().map(|(loads, share)| share * total(loads, means).min(capacity)).sum()
    }

    /// The highest load of weeks with these means.
    pub fn peak(&self, means: &[f64]) -> f64 {
        self.classes.iter().map(|(loads, _)| total(loads, means)).fold(0.0, f64::max)
    }

    /// The share of the hours in which weeks with these means have a load above a level.
    pub fn hours_above(&self, means: &[f64], level: f64) -> f64 {
        let above = self.classes.iter().filter(|(loads, _)| total(loads, means) > level * (1.0 + 1e-12));
        above.map(|(_, share)| share).sum()
    }

    /// The mean over all hours of something that counts only in hours with a load up to `most`, given that load and the load of
    /// the same hour with other means.
    pub fn mean_up_to<const K: usize>(
        &self,
        means: &[f64],
        most: f64,
        others: &[f64],
        of: impl Fn(f64, f64) -> [f64; K],
    ) -> [f64; K] {
        let mut sums = [0.0; K];
        for (loads, share) in &self.classes {
            let load = total(loads, means);
            if load <= most * (1.0 + 1e-12) {
                for (sum, value) in sums.iter_mut().zip(of(load, total(loads, others))) {
                    *sum += share * value;
                }
            }
        }
        sums
    }

    /// The mean over the hours of something that depends on the whole units that carry the load.
    pub fn mean_of_units<const K: usize>(&self, means: &[f64], of: impl Fn(f64) -> [f64; K]) -> [f64; K] {
        let mut sums = [0.0; K];
        for (loads, share) in &self.classes {
            let found = of(math::ceil(total(loads, means) * (1.0 - 1e-12)));
            for (sum, value) in sums.iter_mut().zip(found) {
                *sum += share * value;
            }
        }
        sums
    }
}

/// The load of an hour of weeks with these means.
pub fn total(loads: &Loads, means: &[f64]) -> f64 {
    loads.iter().zip(means).map(|(load, mean)| load * mean).sum()
}
