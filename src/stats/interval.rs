//! What is claimed with a stated confidence.
use crate::math::{beta_quantile, normal_quantile};

/// A number estimated from a sample, and the standard deviation of that estimate over samples.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The estimate, in the unit of the sample.
    pub value: f64,
    /// Its standard error, same unit; infinite where the sample is too small to tell.
    pub standard_error: f64,
    /// How well that is known itself: infinite where it follows from many values, fewer where the parts of a run tell it.
    pub degrees_of_freedom: f64,
}

impl Estimate {
    /// An estimate from many values.
    pub fn new(value: f64, standard_error: f64) -> Self {
        Self { value, standard_error, degrees_of_freedom: f64::INFINITY }
    }

    /// The interval of an estimate with normal errors, such as a mean; `level` is its coverage, 0.95 say. By Student's t
    /// where the parts of a run tell the error.
    pub fn interval(&self, level: f64) -> Interval {
        let reach = if self.degrees_of_freedom.is_finite() {
            t_score(level, self.degrees_of_freedom)
        } else {
            score(level)
        };
        let margin = reach * self.standard_error;
        Interval { low: self.value - margin, high: self.value + margin }
    }
}

/// A range that covers the true number with the probability asked for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Interval {
    /// Lower end; minus infinity where the sample is too small to bound the number from below.
    pub low: f64,
    /// Upper end; infinity where the sample is too small to bound the number from above.
    pub high: f64,
}

/// The interval of a probability of which `successes` in `trials` are known; sensible even at none and all, unlike the
/// normal one (E. B. Wilson, JASA 22, 1927). From 0 to 1 without trials.
pub fn wilson_interval(successes: u64, trials: u64, level: f64) -> Interval {
    if trials == 0 {
        return Interval { low: 0.0, high: 1.0 };
    }
    let n = trials as f64;
    let share = successes as f64 / n;
    let z2 = score(level) * score(level);
    let center = (share + z2 / (2.0 * n)) / (1.0 + z2 / n);
    let margin = (z2 * (share * (1.0 - share) / n + z2 / (4.0 * n * n))).sqrt() / (1.0 + z2 / n);
    Interval { low: (center - margin).max(0.0), high: (center + margin).min(1.0) }
}

/// How many standard errors a central interval reaches to each side.
pub(super) fn score(level: f64) -> f64 {
    normal_quantile(0.5 + 0.5 * level)
}

/// The same for Student's t: `t² = ν (1 − x) / x`, where `x` is beta distributed with ν/2 and 1/2 (DLMF 8.17).
fn t_score(level: f64, degrees: f64) -> f64 {
    let x = beta_quantile(0.5 * degrees, 0.5, 1.0 - level);
    (degrees * (1.0 - x) / x).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2.131 and 2.947 standard errors at 95 % and 99 % with 15 degrees of freedom (any table of t).
    #[test]
    fn few_parts_reach_further() {
        let estimate = Estimate { value: 0.0, standard_error: 1.0, degrees_of_freedom: 15.0 };
        assert!((estimate.interval(0.95).high - 2.13145).abs() < 1e-5);
        assert!((estimate.interval(0.99).high - 2.94671).abs() < 1e-5);
    }

    #[test]
    fn normal_intervals_reach_1_96_standard_errors() {
        let interval = Estimate::new(10.0, 2.0).interval(0.95);
        assert!((interval.low - 6.080072).abs() < 1e-6 && (interval.high - 13.919928).abs() < 1e-6);
    }

    /// 81 of 263 at 95 %: 0.2553 to 0.3662 (R. G. Newcombe, Statistics in Medicine 17, 1998, table I).
    #[test]
    fn wilson_meets_the_table() {
        for (successes, trials, low, high) in [
            (81, 263, 0.2553, 0.3662),
            (15, 148, 0.0624, 0.1605),
            (0, 20, 0.0, 0.1611),
            (1, 29, 0.0061, 0.1718),
        ] {
            let interval = wilson_interval(successes, trials, 0.95);
            assert!((interval.low - low).abs() < 5e-5 && (interval.high - high).abs() < 5e-5, "{interval:?}");
        }
    }

    #[test]
    fn wilson_stays_within_zero_and_one() {
        assert_eq!(wilson_interval(0, 0, 0.95), Interval { low: 0.0, high: 1.0 });
        let all = wilson_interval(50, 50, 0.99);
        assert!(all.low > 0.85 && all.high > 0.9999 && all.high <= 1.0);
    }
}
