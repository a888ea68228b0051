//! Exact quantiles and tail means by selection, in a time proportional to the size of the sample.
use std::cmp::Ordering;

use super::interval::score;
use super::{Estimate, Interval};
use crate::math::incomplete_beta;

/// What samples are made of.
pub trait Number: Copy {
    /// The number in double precision.
    fn value(self) -> f64;
    /// A total order: NaN above everything.
    fn order(&self, other: &Self) -> Ordering;
}

impl Number for f32 {
    #[inline]
    fn value(self) -> f64 {
        f64::from(self)
    }
    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        self.total_cmp(other)
    }
}

impl Number for f64 {
    #[inline]
    fn value(self) -> f64 {
        self
    }
    #[inline]
    fn order(&self, other: &Self) -> Ordering {
        self.total_cmp(other)
    }
}

/// The quantiles of a sample at some probabilities from 0 to 1, in their order; NaN without values. Reorders the sample.
///
/// Interpolates linearly between order statistics: the quantile at `p` lies at the place `(n - 1) p` among the sorted
/// values counted from 0 (type 7 of R. J. Hyndman and Y. Fan, The American Statistician 50, 1996; what spreadsheets do).
pub fn quantiles<T: Number>(values: &mut [T], probabilities: &[f64]) -> Vec<f64> {
    if values.is_empty() {
        return vec![f64::NAN; probabilities.len()];
    }
    let places: Vec<Place> = probabilities.iter().map(|&p| Place::of(values.len() as u64, p)).collect();
    let mut ranks: Vec<usize> =
        places.iter().flat_map(|place| [place.rank, place.next].map(|r| r as usize)).collect();
    ranks.sort_unstable();
    ranks.dedup();
    select(values, 0, &ranks);
    places.iter().map(|place| place.interpolate(|rank| values[rank as usize].value())).collect()
}

/// The quantile at one probability with its standard error: the width of the 95 % [`quantile_interval`] over that of
/// one standard error. Reorders the sample.
pub fn quantile<T: Number>(values: &mut [T], probability: f64) -> Estimate {
    let interval = quantile_interval(values, probability, 0.95);
    let standard_error = known((interval.high - interval.low) / (2.0 * score(0.95)));
    Estimate::new(quantiles(values, &[probability])[0], standard_error)
}

/// An interval that covers the true quantile at least with the probability `level`, whatever the distribution: two
/// order statistics, by [`rank_interval`]. Reorders the sample.
pub fn quantile_interval<T: Number>(values: &mut [T], probability: f64, level: f64) -> Interval {
    let (low, high) = rank_interval(values.len() as u64, probability, level);
    let mut ranks: Vec<usize> = [low, high].into_iter().flatten().map(|rank| rank as usize).collect();
    ranks.sort_unstable(); // at a level near 0 they may meet or cross
    ranks.dedup();
    select(values, 0, &ranks);
    let at = |rank: u64| values[rank as usize].value();
    Interval { low: low.map_or(f64::NEG_INFINITY, at), high: high.map_or(f64::INFINITY, at) }
}

/// The ranks (from 0) of the order statistics that enclose the quantile at `probability` of the distribution behind
/// `count` values at least with the probability `level`; none where the sample is too small to have one.
///
/// The number of values below the quantile is binomial, which bounds each side by `(1 - level) / 2` exactly
/// (H. A. David and H. N. Nagaraja, Order Statistics, 2003, section 7.1).
pub fn rank_interval(count: u64, probability: f64, level: f64) -> (Option<u64>, Option<u64>) {
    let low = values_below(count, probability, level);
    let high = values_below(count, 1.0 - probability, level); // the same from above
    (low.checked_sub(1), (high > 0).then(|| count - high))
}

/// The greatest r for which less than r of the values lie below the quantile with a probability of at most
/// `(1 - level) / 2`.
fn values_below(count: u64, probability: f64, level: f64) -> u64 {
    let n = count as f64;
    // P(binomial < r) = I(1 - p; n - r + 1, r), DLMF 8.17.5.
    let fits =
        |r: u64| incomplete_beta(n - r as f64 + 1.0, r as f64, 1.0 - probability) <= 0.5 * (1.0 - level);
    let deviation = (n * probability * (1.0 - probability)).sqrt();
    let mut r = (n * probability - score(level) * deviation).clamp(0.0, n) as u64;
    while r > 0 && !fits(r) {
        r -= 1;
    }
    while r < count && fits(r + 1) {
        r += 1;
    }
    r
}

/// The mean of the worst (highest) share `1 - p` of a sample, with its standard error: the conditional value at risk,
/// or expected shortfall, of costs. NaN without values. Reorders the sample.
///
/// Worst are `n (1 - p)` values; where that is not whole, the last one counts by the fraction that is missing, as if
/// every value stood for n equal ones (R. T. Rockafellar and S. Uryasev, Journal of Banking and Finance 26, 2002). The
/// standard error is that of B. J. Manistre and G. H. Hancock, North American Actuarial Journal 9, 2005; infinite for
/// less than two values in the tail.
pub fn cvar<T: Number>(values: &mut [T], p: f64) -> Estimate {
    let n = values.len();
    if n == 0 {
        return Estimate::new(f64::NAN, f64::INFINITY);
    }
    let size = (n as f64 * (1.0 - p)).clamp(0.0, n as f64);
    let boundary = n - 1 - (size as usize).min(n - 1);
    let (_, &mut last, worst) = values.select_nth_unstable_by(boundary, Number::order);
    let last = last.value();
    if size < 1.0 {
        return Estimate::new(last, f64::INFINITY);
    }
    // In a known order, since selection promises none and rounding would show it.
    worst.sort_unstable_by(Number::order);
    let fraction = size - worst.len() as f64;
    let mean = |of: &dyn Fn(f64) -> f64| {
        let whole: f64 = worst.iter().map(|x| of(x.value())).sum();
        (if fraction > 0.0 { whole + fraction * of(last) } else { whole }) / size
    };
    let value = mean(&|x| x);
    let variance = mean(&|x| (x - value) * (x - value));
    let standard_error = ((variance + p * (value - last) * (value - last)) / size).sqrt();
    Estimate::new(value, if size < 2.0 { f64::INFINITY } else { known(standard_error) })
}

/// A standard error, infinite where infinite values leave none.
fn known(standard_error: f64) -> f64 {
    if standard_error.is_nan() { f64::INFINITY } else { standard_error }
}

/// A place between two neighboring ranks.
pub(super) struct Place {
    pub(super) rank: u64,
    pub(super) next: u64,
    fraction: f64,
}

impl Place {
    /// The place of the quantile at `probability` among `count` sorted values.
    pub(super) fn of(count: u64, probability: f64) -> Self {
        let last = count - 1;
        let place = (last as f64 * probability).clamp(0.0, last as f64);
        let rank = place as u64;
        Self { rank, next: (rank + 1).min(last), fraction: place - rank as f64 }
    }

    pub(super) fn interpolate(&self, at: impl Fn(u64) -> f64) -> f64 {
        let low = at(self.rank);
        if self.fraction > 0.0 { low + (at(self.next) - low) * self.fraction } else { low }
    }
}

/// Brings the values of the given ranks (rising) to their sorted places; `offset` values lie below the slice.
fn select<T: Number>(values: &mut [T], offset: usize, ranks: &[usize]) {
    let middle = ranks.len() / 2;
    let Some(&rank) = ranks.get(middle) else { return };
    let (below, _, above) = values.select_nth_unstable_by(rank - offset, Number::order);
    select(below, offset, &ranks[..middle]);
    select(above, rank + 1, &ranks[middle + 1..]);
}
