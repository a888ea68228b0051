//! The Poisson distribution.
use super::{exp, incomplete_gamma, normal_quantile};

/// The least count at which a Poisson distribution of the given mean reaches a share `u`. Zero for a mean that is not
/// positive, infinite for u >= 1, NaN for a NaN. Above a mean of 1e8, where a count more or less is nothing, it is the
/// expansion of Cornish and Fisher.
pub fn poisson_quantile(mean: f64, u: f64) -> f64 {
    if mean.is_nan() || u.is_nan() {
        f64::NAN
    } else if mean <= 0.0 || u <= 0.0 {
        0.0
    } else if u >= 1.0 {
        f64::INFINITY
    } else if mean <= 50.0 {
        from_zero(mean, u)
    } else {
        from_expansion(mean, u)
    }
}

/// Adds up probabilities.
fn from_zero(mean: f64, u: f64) -> f64 {
    let mut count = 0.0;
    let mut probability = exp(-mean);
    let mut share = probability;
    while share < u && probability > 0.0 {
        count += 1.0;
        probability *= mean / count;
        share += probability;
    }
    count
}

/// Starts from the Cornish-Fisher expansion, which misses by a count or two, and walks to the exact one.
fn from_expansion(mean: f64, u: f64) -> f64 {
    let z = normal_quantile(u);
    let mut count = (mean + z * mean.sqrt() + (z * z - 1.0) / 6.0).ceil().max(0.0);
    if mean > 1e8 {
        return count;
    }
    let reaches = |count: f64| 1.0 - incomplete_gamma(count + 1.0, mean) >= u;
    while !reaches(count) {
        count += 1.0;
    }
    while count > 0.0 && reaches(count - 1.0) {
        count -= 1.0;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The share at a count from the identity with the gamma distribution, which the sum does not use.
    #[test]
    fn it_is_the_least_count_that_reaches_the_share() {
        let share = |count: f64, mean: f64| 1.0 - incomplete_gamma(count + 1.0, mean);
        for mean in [0.01, 0.7, 3.0, 20.0, 49.9, 50.1, 300.0, 20_000.0] {
            for i in 1..200 {
                let u = f64::from(i) / 200.0;
                let count = poisson_quantile(mean, u);
                assert!(share(count, mean) >= u - 1e-12, "{mean}, {u}: {count}");
                assert!(count == 0.0 || share(count - 1.0, mean) < u + 1e-12, "{mean}, {u}: {count}");
            }
        }
    }

    /// Shares of Poisson(1): 1/e at 0, 2/e at 1, 5/(2e) at 2.
    #[test]
    #[allow(clippy::float_cmp, reason = "counts are exact")]
    fn closed_form() {
        let counts = [0.3678, 0.3679, 0.7357, 0.7358, 0.9196, 0.9197].map(|u| poisson_quantile(1.0, u));
        assert_eq!(counts, [0.0, 1.0, 1.0, 2.0, 2.0, 3.0]);
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "edges are exact")]
    fn edges() {
        assert_eq!(
            [poisson_quantile(0.0, 0.9), poisson_quantile(-1.0, 0.9), poisson_quantile(9.0, 0.0)],
            [0.0; 3]
        );
        assert_eq!(poisson_quantile(100.0, 1.0), f64::INFINITY);
        assert!(poisson_quantile(40.0, 1.0 - f64::EPSILON) < 120.0);
        assert!((poisson_quantile(1e10, 0.5) - 1e10).abs() <= 1.0);
        assert!(poisson_quantile(f64::NAN, 0.5).is_nan());
    }
}
