//! The hours of a week, sorted by load: all that costs need to know of a week's shape.

use multiversion::multiversion;

use crate::lanes::{self, ENDLESS, LANES, Lanes};
use crate::math;

/// Levels between no load and the highest.
pub(super) const LEVELS: usize = 512;

/// As many places as it takes for any index of ten bits to be one: looking up needs no check.
const PLACES: usize = 2 * LEVELS;

/// A value for each level, and zero behind the last.
type Levels = [f64; PLACES + 1];

/// How load relative to its mean is distributed over the hours of a month.
///
/// Load takes 512 + 1 equally spaced values, so that a question about it is one look-up instead of a search. An hour
/// between two values is split between them so that its load is kept exactly; the mean is 1.
#[derive(Clone, Debug)]
pub struct LoadCurve {
    /// Distance between two levels.
    step: f64,
    /// The lowest load of any hour, relative to the mean.
    lowest: f64,
    /// Levels in one mean load.
    levels_per_unit: f64,
    /// Share of hours whose level is this index or higher.
    at_or_above: Box<Levels>,
    /// Mean of the load above each level, `E[(w − level)⁺]`, and how much that changes until the next level.
    excess: Box<[[f64; 2]; PLACES]>,
}

impl LoadCurve {
    /// The curve of a profile of hours, each of which varies around its place by a lognormal factor of mean 1.
    ///
    /// `hourly_noise` is the standard deviation of the factor's logarithm. The profile need not have mean 1.
    pub fn new(profile: &[f64], hourly_noise: f64) -> Self {
        let mean = profile.iter().sum::<f64>() / profile.len() as f64;
        let factors = noise_factors(hourly_noise);
        let hours: Vec<f64> =
            profile.iter().flat_map(|hour| factors.iter().map(move |factor| hour / mean * factor)).collect();
        let highest = hours.iter().copied().fold(0.0, f64::max);
        let step = highest / LEVELS as f64;
        let count = hours.len() as f64;
        let mut hours_at = vec![0.0; LEVELS + 1];
        for hour in hours {
            let place = hour / step;
            let below = (place as usize).min(LEVELS - 1);
            let upper = place - below as f64;
            hours_at[below] += 1.0 - upper;
            hours_at[below + 1] += upper;
        }
        let lowest = hours_at.iter().position(|hours| *hours > 0.0).unwrap_or(0) as f64 * step;
        let mut at_or_above = Box::new([0.0; PLACES + 1]);
        let mut excess = Box::new([[0.0; 2]; PLACES]);
        let mut so_far = 0.0;
        for level in (0..=LEVELS).rev() {
            so_far += hours_at[level];
            at_or_above[level] = so_far / count;
            let rise = step * at_or_above[level + 1];
            excess[level] = [excess[level + 1][0] + rise, -rise];
        }
        Self { step, lowest, levels_per_unit: LEVELS as f64 / highest, at_or_above, excess }
    }

    /// The same hours, of whose load another share is too much for a capacity at each of its levels.
    pub(super) fn with_excess(&self, excess: &[f64]) -> Self {
        let mut other = self.clone();
        for (level, value) in excess.iter().enumerate() {
            let next = excess.get(level + 1).unwrap_or(value);
            other.excess[level] = [*value, next - value];
        }
        other
    }

    /// The highest load, relative to the mean.
    pub fn peak(&self) -> f64 {
        self.step * LEVELS as f64
    }

    /// Whether all hours have the same load.
    pub fn is_flat(&self) -> bool {
        self.lowest >= self.peak()
    }

    /// Mean of the load above `level`: the part that a capacity of `level` cannot carry. Falls from 1 at 0 to 0 at the peak.
    #[allow(
        clippy::inline_always,
        reason = "it has to be compiled for the vector instructions of its caller"
    )]
    #[inline(always)]
    pub fn excess(&self, level: f64) -> f64 {
        let place = (level * self.levels_per_unit).clamp(0.0, LEVELS as f64);
        let whole = math::floor(place);
        let [here, change] = self.excess[math::index(whole) % PLACES];
        here + (place - whole) * change
    }

    /// Share of hours with a load above `level`.
    #[inline]
    pub fn hours_above(&self, level: f64) -> f64 {
        hours_above(&self.at_or_above, level * (self.levels_per_unit * HAIR))
    }

    /// Mean over the hours of `max(ceil(load · mean) − from, 0)`: units of capacity beyond `from` (0 or more), switched hour by
    /// hour.
    pub fn whole_units_beyond(&self, mean: f64, from: f64) -> f64 {
        let (mut units, mut range) = self.units().split(mean, from);
        if range.is_long() {
            return units + self.sum_over_levels(mean, range.from);
        }
        units += range.begun(&self.at_or_above);
        while range.is_open() {
            units += range.next(&self.at_or_above);
        }
        units
    }

    /// [`whole_units_beyond`](Self::whole_units_beyond) for each lane's mean load, but no more than up to so many units in all.
    pub fn whole_units_between(&self, mean: &Lanes, from: f64, upto: Option<&Lanes>) -> Lanes {
        let mut units = units_of_quietest(self.lowest, mean, from, upto.unwrap_or(&ENDLESS));
        if self.is_flat() || !differ(self.lowest, self.peak(), mean, from) {
            return units;
        }
        // Where the busiest hour takes more than the quietest, hours differ, and have to be gone through.
        units = self.all_beyond(mean, &Lanes::splat(from));
        if let Some(upto) = upto {
            let from = Lanes::from_fn(|i| math::larger(upto[i], from));
            lanes::subtract(&mut units, &self.all_beyond(mean, &from));
        }
        units
    }

    /// [`whole_units_beyond`](Self::whole_units_beyond) for each lane.
    fn all_beyond(&self, mean: &Lanes, from: &Lanes) -> Lanes {
        let (mut units, mut long) = (Lanes::ZERO, [false; LANES]);
        add_units(&self.units(), &self.at_or_above, mean, from, &mut units, &mut long);
        for lane in lanes::which(&long) {
            units[lane] = self.whole_units_beyond(mean[lane], from[lane]);
        }
        units
    }

    fn units(&self) -> Units {
        Units { lowest: self.lowest, peak: self.peak(), levels: self.levels_per_unit * HAIR }
    }

    /// The mean over the hours of something that depends on the whole units that carry a load with this mean.
    pub fn mean_of_units<const K: usize>(&self, mean: f64, of: impl Fn(f64) -> [f64; K]) -> [f64; K] {
        let (always, most) = (units_at(mean.max(0.0), self.lowest), units_at(mean.max(0.0), self.peak()));
        if most - always > LEVELS as f64 {
            let mut sums = [0.0; K];
            for level in 0..=LEVELS {
                let share = self.at_or_above[level] - self.at_or_above[level + 1];
                let found = of(units_at(mean, self.step * level as f64));
                for (sum, value) in sums.iter_mut().zip(found) {
                    *sum += share * value;
                }
            }
            return sums;
        }
        let (mut unit, mut before) = (always, of(always));
        let mut sums = before;
        while unit < most {
            let share = self.hours_above(unit / mean);
            unit += 1.0;
            let found = of(unit);
            for k in 0..K {
                sums[k] += share * (found[k] - before[k]);
            }
            before = found;
        }
        sums
    }

    /// The mean over the hours of something that depends on their load relative to the mean, counting those alone whose load is
    /// at most so much.
    pub fn mean_up_to<const K: usize>(&self, most: f64, of: impl Fn(f64) -> [f64; K]) -> [f64; K] {
        let mut sums = [0.0; K];
        for level in 0..=LEVELS {
            let load = self.step * level as f64;
            if load > most * (1.0 + 1e-12) {
                break;
            }
            let share = self.at_or_above[level] - self.at_or_above[level + 1];
            if share > 0.0 {
                for (sum, value) in sums.iter_mut().zip(of(load)) {
                    *sum += share * value;
                }
            }
        }
        sums
    }

    /// The same by going through the levels: cheaper than through the units when there are more units than levels.
    fn sum_over_levels(&self, mean: f64, from: f64) -> f64 {
        (0..=LEVELS)
            .map(|level| {
                let share = self.at_or_above[level] - self.at_or_above[level + 1];
                let units = math::ceil(mean * self.step * level as f64 * (1.0 - 1e-12));
                share * (units - from).max(0.0)
            })
            .sum()
    }
}

/// A level that rounding put a hair below a value of the grid counts as that value.
const HAIR: f64 = 1.0 + 1e-12;

/// Share of hours above a place on the grid of levels.
#[allow(clippy::inline_always, reason = "it has to be compiled for the vector instructions of its caller")]
#[inline(always)]
fn hours_above(at_or_above: &Levels, place: f64) -> f64 {
    let place = math::smaller(math::larger(place, 0.0), LEVELS as f64);
    at_or_above[math::index(math::floor(place)) % PLACES + 1]
}

/// What the units of a load with some mean depend on.
struct Units {
    lowest: f64,
    peak: f64,
    /// Levels in one mean load.
    levels: f64,
}

/// Units that some hours take and others do not, one after the other.
struct Range {
    from: f64,
    unit: f64,
    most: f64,
    /// Levels of the load that a unit carries.
    levels: f64,
}

#[allow(clippy::inline_always, reason = "it has to be compiled for the vector instructions of its caller")]
impl Units {
    /// Units from `from` on that all hours take, since the quietest does, and the range of the others.
    #[inline(always)]
    fn split(&self, mean: f64, from: f64) -> (f64, Range) {
        let (always, most) = (units_at(mean, self.lowest), units_at(mean, self.peak));
        let begin = math::larger(from, always);
        let range = Range { from: begin, unit: math::ceil(begin), most, levels: self.levels / mean };
        (math::larger(always - from, 0.0), range)
    }
}

#[allow(clippy::inline_always, reason = "it has to be compiled for the vector instructions of its caller")]
impl Range {
    /// Whether there are more units than levels.
    #[inline(always)]
    fn is_long(&self) -> bool {
        self.most - self.from > LEVELS as f64
    }

    #[inline(always)]
    fn is_open(&self) -> bool {
        self.unit < self.most
    }

    /// Of the unit that the range begins in, the rest.
    #[inline(always)]
    fn begun(&self, at_or_above: &Levels) -> f64 {
        let rest = (self.unit - self.from) * hours_above(at_or_above, (self.unit - 1.0) * self.levels);
        if self.unit > self.from && self.unit <= self.most { rest } else { 0.0 }
    }

    /// The next whole unit.
    #[inline(always)]
    fn next(&mut self, at_or_above: &Levels) -> f64 {
        let share = hours_above(at_or_above, self.unit * self.levels);
        self.unit += 1.0;
        share
    }
}

/// Adds the units of all lanes, unit after unit; marks those that are too many to go through.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn add_units(
    of: &Units,
    at_or_above: &Levels,
    mean: &Lanes,
    from: &Lanes,
    units: &mut Lanes,
    long: &mut [bool; LANES],
) {
    let (mut unit, mut left, mut levels) = (Lanes::ZERO, Lanes::ZERO, Lanes::ZERO);
    let mut most = 0.0;
    for i in 0..LANES {
        let (always, range) = of.split(mean[i], from[i]);
        long[i] = range.is_long();
        units[i] = always + range.begun(at_or_above);
        left[i] = if long[i] { 0.0 } else { range.most - range.unit };
        (unit[i], levels[i]) = (range.unit, range.levels);
    }
    for i in 0..LANES {
        most = math::larger(left[i], most);
    }
    let mut step = 0.0;
    while step < most {
        for i in 0..LANES {
            let share = hours_above(at_or_above, (unit[i] + step) * levels[i]);
            units[i] += if step < left[i] { share } else { 0.0 };
        }
        step += 1.0;
    }
}

/// Whole units that carry a load of `level` times the mean; a level that rounding put a hair above counts as below.
#[allow(clippy::inline_always, reason = "it has to be compiled for the vector instructions of its caller")]
#[inline(always)]
fn units_at(mean: f64, level: f64) -> f64 {
    math::ceil(mean * level * (1.0 - 1e-12))
}

/// Units from `from` up to `upto` that the quietest hour takes.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn units_of_quietest(lowest: f64, mean: &Lanes, from: f64, upto: &Lanes) -> Lanes {
    Lanes::from_fn(|i| math::larger(math::smaller(units_at(mean[i], lowest), upto[i]) - from, 0.0))
}

/// Whether the busiest hour takes more of them than the quietest anywhere.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn differ(lowest: f64, peak: f64, mean: &Lanes, from: f64) -> bool {
    let mut any = false;
    for i in 0..LANES {
        any |= units_at(mean[i], peak) > math::larger(units_at(mean[i], lowest), from);
    }
    any
}

/// Values that an hour's noise takes.
pub(super) const NOISES: usize = 8;

/// The scores in the middle of equal shares.
pub(super) fn noise_scores() -> Vec<f64> {
    (0..NOISES).map(|i| math::normal_quantile((i as f64 + 0.5) / NOISES as f64)).collect()
}

/// Eight equally likely values of a lognormal factor of mean 1, with its log sd; rising.
pub(super) fn noise_factors(log_sd: f64) -> Vec<f64> {
    if log_sd == 0.0 {
        return vec![1.0];
    }
    let scores = noise_scores();
    // Scores in the middle of equal shares leave the tails out and are 8 % too narrow.
    let spread = (scores.iter().map(|z| z * z).sum::<f64>() / NOISES as f64).sqrt();
    let factors: Vec<f64> = scores.iter().map(|z| math::exp(log_sd * z / spread)).collect();
    let mean = factors.iter().sum::<f64>() / NOISES as f64;
    factors.into_iter().map(|factor| factor / mean).collect()
}
