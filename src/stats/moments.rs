//! Mean and variance of a sample that comes in pieces.
use super::{Estimate, Number};

/// Count, mean and sum of squared deviations. Rounding depends on the order of additions and merges, so that equal
/// results need an equal order: fold fixed blocks by index.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Moments {
    count: u64,
    mean: f64,
    /// Sum of squared deviations from the mean.
    squares: f64,
}

impl Moments {
    /// Of a block of values, in two passes: the most accurate and the fastest way.
    pub fn of<T: Number>(values: &[T]) -> Self {
        if values.is_empty() {
            return Self::default();
        }
        let mean = values.iter().map(|x| x.value()).sum::<f64>() / values.len() as f64;
        let squares = values.iter().map(|x| (x.value() - mean) * (x.value() - mean)).sum();
        Self { count: values.len() as u64, mean, squares }
    }

    /// Adds a value (B. P. Welford, Technometrics 4, 1962).
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        let deviation = value - self.mean;
        self.mean += deviation / self.count as f64;
        self.squares += deviation * (value - self.mean);
    }

    /// Adds all values of another sample (T. F. Chan, G. H. Golub and R. J. `LeVeque`, The American Statistician 37, 1983).
    pub fn merge(&mut self, other: &Self) {
        if self.count == 0 || other.count == 0 {
            *self = if self.count == 0 { *other } else { *self };
            return;
        }
        let share = other.count as f64 / (self.count + other.count) as f64;
        let distance = other.mean - self.mean;
        self.squares += other.squares + distance * distance * self.count as f64 * share;
        self.mean += distance * share;
        self.count += other.count;
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Mean; 0 without values.
    pub fn mean(&self) -> f64 {
        self.mean
    }

    /// Standard deviation, with n - 1; 0 for less than two values.
    pub fn standard_deviation(&self) -> f64 {
        if self.count < 2 { 0.0 } else { (self.squares / (self.count - 1) as f64).sqrt() }
    }

    /// The mean with its standard error, which is infinite for less than two values.
    pub fn estimate(&self) -> Estimate {
        let root = (self.count as f64).sqrt();
        let standard_error = if self.count < 2 { f64::INFINITY } else { self.standard_deviation() / root };
        Estimate::new(self.mean, standard_error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Far from zero, where sums of squares would cancel; the deviations from 1e9 are -1.5, -0.5, 0.5, 1.5.
    const VALUES: [f64; 4] = [999_999_998.5, 999_999_999.5, 1_000_000_000.5, 1_000_000_001.5];

    #[test]
    fn closed_form() {
        let moments = Moments::of(&VALUES);
        assert_eq!(moments.count(), 4);
        assert!((moments.mean() - 1e9).abs() < 1e-6);
        assert!((moments.standard_deviation() - (5.0_f64 / 3.0).sqrt()).abs() < 1e-9);
        assert!((moments.estimate().standard_error - (5.0_f64 / 12.0).sqrt()).abs() < 1e-9);
    }

    #[test]
    fn all_ways_agree() {
        let values: Vec<f64> = (0..1000).map(|i| f64::from(i * i % 997) + 1e6).collect();
        let whole = Moments::of(&values);
        let mut added = Moments::default();
        for &x in &values {
            added.add(x);
        }
        let mut merged = Moments::default();
        for block in values.chunks(64) {
            merged.merge(&Moments::of(block));
        }
        for other in [added, merged] {
            assert_eq!(other.count(), 1000);
            assert!((other.mean() / whole.mean() - 1.0).abs() < 1e-14);
            assert!((other.standard_deviation() / whole.standard_deviation() - 1.0).abs() < 1e-11);
        }
    }

    #[test]
    fn nothing_is_neutral() {
        let (whole, mut left, mut right) = (Moments::of(&VALUES), Moments::of(&VALUES), Moments::default());
        left.merge(&Moments::default());
        right.merge(&whole);
        assert_eq!([left, right], [whole, whole]);
        assert_eq!(Moments::of::<f32>(&[]), Moments::default());
        let one = Moments::of(&[3.0_f32]).estimate();
        assert_eq!(one, Estimate::new(3.0, f64::INFINITY));
    }
}
