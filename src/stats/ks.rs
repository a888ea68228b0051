//! The test of Kolmogorov and Smirnov: does a sample come from a distribution?
use crate::math::exp;

/// The greatest distance between the distribution function of a sample and `cdf`, from 0 to 1. Sorts the sample.
pub fn ks_statistic(sample: &mut [f64], cdf: impl Fn(f64) -> f64) -> f64 {
    sample.sort_unstable_by(f64::total_cmp);
    let n = sample.len() as f64;
    let mut distance = 0.0_f64;
    for (i, &x) in sample.iter().enumerate() {
        let share = cdf(x);
        distance = distance.max((i as f64 + 1.0) / n - share).max(share - i as f64 / n);
    }
    distance
}

/// The [`ks_statistic`] that a sample of `count` values from the right (continuous) distribution passes with the
/// probability `false_alarm`. Kolmogorov's limit with the correction for finite samples of M. A. Stephens (Journal of
/// the Royal Statistical Society B 32, 1970), good from five values on.
pub fn ks_critical(count: usize, false_alarm: f64) -> f64 {
    let (mut low, mut high) = (0.2, 20.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if kolmogorov_tail(middle) > false_alarm {
            low = middle;
        } else {
            high = middle;
        }
    }
    let root = (count as f64).sqrt();
    high / (root + 0.12 + 0.11 / root)
}

/// `2 sum (-1)^(j-1) e^(-2 j^2 x^2)`: probability that the limit of `sqrt(n) * distance` passes `x`.
fn kolmogorov_tail(x: f64) -> f64 {
    let mut tail = 0.0;
    let mut sign = 2.0;
    for j in 1..30 {
        let j = f64::from(j);
        tail += sign * exp(-2.0 * j * j * x * x);
        sign = -sign;
    }
    tail
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::{Key, PathRng};

    /// Asymptotic critical values 1.2238, 1.3581, 1.6276 and 1.9495 (N. Smirnov, Annals of Mathematical Statistics 19,
    /// 1948), and the exact value 0.4093 for ten values at 5 % (L. H. Miller, JASA 51, 1956).
    #[test]
    fn critical_values_meet_the_tables() {
        for (false_alarm, value) in [(0.1, 1.2238), (0.05, 1.3581), (0.01, 1.6276), (0.001, 1.9495)] {
            assert!((ks_critical(100_000_000, false_alarm) * 1e4 - value).abs() < 1e-4);
        }
        assert!((ks_critical(10, 0.05) - 0.4093).abs() < 2e-3);
    }

    #[test]
    fn the_statistic_of_known_samples() {
        // Steps at 0.2 and 0.6: the greatest distance is 1/2 - 0.2 just above 0.2, or 1 - 0.6 just above 0.6.
        assert!((ks_statistic(&mut [0.6, 0.2], |x| x) - 0.4).abs() < 1e-15);
        let mut grid: Vec<f64> = (0..1000).map(|i| (f64::from(i) + 0.5) / 1000.0).collect();
        assert!((ks_statistic(&mut grid, |x| x) - 0.0005).abs() < 1e-15);
    }

    /// Of 2,000 samples from the right distribution 5 % fail: 100 with a standard deviation of 9.7, and five of these
    /// are passed once in 1.7 million choices of the seed.
    #[test]
    fn the_false_alarm_rate_is_kept() {
        use rand::Rng;
        let mut rng = PathRng::new(Key::new(5, "ks"), 0);
        let critical = ks_critical(50, 0.05);
        let failures = (0..2000)
            .filter(|_| {
                let mut sample: Vec<f64> =
                    (0..50).map(|_| f64::from(rng.next_u32()) / 4294967296.0).collect();
                ks_statistic(&mut sample, |x| x) > critical
            })
            .count();
        assert!((51..149).contains(&failures), "{failures}");
    }

    #[test]
    fn a_wrong_distribution_fails() {
        let mut sample: Vec<f64> = (0..1000).map(|i| f64::from(i) / 1000.0).collect();
        assert!(ks_statistic(&mut sample, |x| x * x) > ks_critical(1000, 1e-9));
    }
}
