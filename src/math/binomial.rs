//! The binomial distribution.
use super::pow;

/// The least count at which a binomial distribution of `trials` (whole, up to 1,000) with the given chance reaches a share
/// `u`. Zero without trials or chance, `trials` for a chance or a share of 1 and more, NaN for a NaN.
///
/// It adds up probabilities from the nearer end, where the first is at least 2^-1000 and so never lost to underflow.
pub fn binomial_quantile(trials: f64, chance: f64, u: f64) -> f64 {
    if trials.is_nan() || chance.is_nan() || u.is_nan() {
        f64::NAN
    } else if trials <= 0.0 || chance <= 0.0 || u <= 0.0 {
        0.0
    } else if chance >= 1.0 || u >= 1.0 {
        trials
    } else if chance <= 0.5 {
        count(trials, chance, |share| share >= u)
    } else {
        // P(X <= k) >= u is P(n - X <= n - k - 1) <= 1 - u.
        trials - count(trials, 1.0 - chance, |share| share > 1.0 - u)
    }
}

/// The least count whose share is enough.
fn count(trials: f64, chance: f64, enough: impl Fn(f64) -> bool) -> f64 {
    let odds = chance / (1.0 - chance);
    let mut count = 0.0;
    let mut probability = whole_power(1.0 - chance, trials);
    let mut share = probability;
    // What adds nothing is behind the last count that a double can tell from certainty.
    while !enough(share) && count < trials && share + probability > share {
        probability *= (trials - count) / (count + 1.0) * odds;
        count += 1.0;
        share += probability;
    }
    count
}

/// `x^n` for whole n: few multiplications where n is small, which is mostly so.
fn whole_power(x: f64, n: f64) -> f64 {
    if n > 64.0 {
        return pow(x, n);
    }
    let (mut power, mut square, mut rest) = (1.0, x, n as u32);
    while rest > 0 {
        if rest & 1 == 1 {
            power *= square;
        }
        square *= square;
        rest >>= 1;
    }
    power
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::math::incomplete_beta;

    /// The share at a count from the identity with the beta distribution, which the sum does not use.
    #[test]
    fn it_is_the_least_count_that_reaches_the_share() {
        let share = |count: f64, n: f64, p: f64| {
            if count >= n { 1.0 } else { incomplete_beta(n - count, count + 1.0, 1.0 - p) }
        };
        for n in [1.0, 2.0, 7.0, 40.0, 333.0, 1000.0] {
            for p in [1e-6, 0.007, 0.2, 0.5, 0.500001, 0.8, 0.999] {
                for i in 1..200 {
                    let u = f64::from(i) / 200.0;
                    let count = binomial_quantile(n, p, u);
                    assert!((0.0..=n).contains(&count) && count.fract() == 0.0, "{n}, {p}, {u}: {count}");
                    assert!(share(count, n, p) >= u - 1e-11, "{n}, {p}, {u}: {count}");
                    assert!(count == 0.0 || share(count - 1.0, n, p) < u + 1e-11, "{n}, {p}, {u}: {count}");
                }
            }
        }
    }

    /// Two coins: 1/4, 1/2, 1/4; three of four sides: 1/16, 7/16 and 1 at 0, 1 and 2.
    #[test]
    #[allow(clippy::float_cmp, reason = "counts are exact")]
    fn closed_form() {
        let coins = [0.25, 0.2500001, 0.75, 0.7500001].map(|u| binomial_quantile(2.0, 0.5, u));
        assert_eq!(coins, [0.0, 1.0, 1.0, 2.0]);
        let sides = [0.0625, 0.062501, 0.4375, 0.437501].map(|u| binomial_quantile(2.0, 0.75, u));
        assert_eq!(sides, [0.0, 1.0, 1.0, 2.0]);
    }

    #[test]
    #[allow(clippy::float_cmp, reason = "edges are exact")]
    fn edges() {
        let none = [(0.0, 0.5, 0.5), (9.0, 0.0, 0.5), (9.0, -1.0, 0.5), (9.0, 0.5, 0.0)];
        assert!(none.iter().all(|(n, p, u)| binomial_quantile(*n, *p, *u) == 0.0));
        let all = [(9.0, 1.0, 0.5), (9.0, 2.0, 0.5), (9.0, 0.5, 1.0)];
        assert!(all.iter().all(|(n, p, u)| binomial_quantile(*n, *p, *u) == 9.0));
        // Half a thousand coins and eight standard deviations, not all of them.
        let most = binomial_quantile(1000.0, 0.5, 1.0 - f64::EPSILON);
        assert!((600.0..700.0).contains(&most), "{most}");
        assert!(
            binomial_quantile(f64::NAN, 0.5, 0.5).is_nan() && binomial_quantile(3.0, 0.5, f64::NAN).is_nan()
        );
    }
}
