//! Estimates from the paths of a run, with errors that are true to how the paths were spread.
use super::{Estimate, Moments, cvar, quantile, quantiles};
use crate::random::{Sampling, part_size};

/// A number of each path, in the order of paths.
///
/// Errors of plain paths follow from their independence. Paths that are spread evenly depend on each other, so there the
/// error is the spread of the eight to sixteen parts of the run over the root of their number, with one degree of freedom less.
/// Together the parts are more even than each: the true error is at most about what is told, often half of it.
#[derive(Clone, Copy, Debug)]
pub struct Paths<'a> {
    values: &'a [f64],
    sampling: Sampling,
}

/// Parts smaller than this have no tails; then the error of independent paths is told, which is hardly ever too small.
const LEAST: usize = 64;

impl<'a> Paths<'a> {
    /// The values of the paths, which were spread in this way.
    pub fn new(values: &'a [f64], sampling: Sampling) -> Self {
        Self { values, sampling }
    }

    /// The mean.
    pub fn mean(&self) -> Estimate {
        let mean = Moments::of(self.values).estimate();
        self.parted(mean.value, |values| Moments::of(values).mean()).unwrap_or(mean)
    }

    /// The quantile at a probability.
    pub fn quantile(&self, probability: f64) -> Estimate {
        let value = quantiles(&mut self.values.to_vec(), &[probability])[0];
        self.parted(value, |values| quantiles(values, &[probability])[0])
            .unwrap_or_else(|| quantile(&mut self.values.to_vec(), probability))
    }

    /// The mean of the worst (highest) share `1 - p`.
    pub fn cvar(&self, p: f64) -> Estimate {
        let whole = cvar(&mut self.values.to_vec(), p);
        self.parted(whole.value, |values| cvar(values, p).value).unwrap_or(whole)
    }

    /// An estimate whose error is that of the same statistic over the parts.
    fn parted(&self, value: f64, statistic: impl Fn(&mut [f64]) -> f64) -> Option<Estimate> {
        let size = part_size(self.values.len() as u64) as usize;
        if self.sampling == Sampling::Plain || size < LEAST {
            return None;
        }
        let mut part = Vec::with_capacity(size);
        let statistics: Vec<f64> = self
            .values
            .chunks_exact(size)
            .map(|values| {
                part.clear();
                part.extend(values);
                statistic(&mut part)
            })
            .collect();
        Some(Estimate::of_parts(value, &statistics, size as f64 / self.values.len() as f64))
    }
}

impl Estimate {
    /// A value whose error shows in what the parts of a run came to, each of this share of it.
    pub fn of_parts(value: f64, statistics: &[f64], share: f64) -> Self {
        Self {
            value,
            standard_error: Moments::of(statistics).standard_deviation() * share.sqrt(),
            degrees_of_freedom: (statistics.len() - 1) as f64,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_those_of_the_parts() {
        // Part r holds r and nothing else: the means are 0 to 15, their standard deviation sqrt(68/3).
        let values: Vec<f64> = (0..16 * 128).map(|path| f64::from(path / 128)).collect();
        for (estimate, value) in [
            (Paths::new(&values, Sampling::Sobol).mean(), 7.5),
            (Paths::new(&values, Sampling::Sobol).quantile(0.5), 7.5),
            (Paths::new(&values, Sampling::Sobol).cvar(0.95), 15.0),
        ] {
            assert!((estimate.value - value).abs() < 1e-12, "{}", estimate.value);
            assert!((estimate.standard_error - (68.0_f64 / 3.0).sqrt() / 4.0).abs() < 1e-12);
            assert!((estimate.degrees_of_freedom - 15.0).abs() < 1e-12);
        }
    }

    /// Ten whole parts of 128 and a rest that is not one: parts 0 to 9 have the variance 55/6.
    #[test]
    fn a_rest_counts_for_the_value_alone() {
        let values: Vec<f64> = (0..1350).map(|path| f64::from(path / 128)).collect();
        let mean = Paths::new(&values, Sampling::Sobol).mean();
        assert!((mean.standard_error - (55.0_f64 / 6.0 * 128.0 / 1350.0).sqrt()).abs() < 1e-12);
        assert!((mean.degrees_of_freedom - 9.0).abs() < 1e-12);
    }

    #[test]
    fn plain_and_few_paths_are_independent() {
        let values: Vec<f64> = (0..2000).map(|path| f64::from(path * path % 997)).collect();
        let plain = Moments::of(&values).estimate();
        assert_eq!(Paths::new(&values, Sampling::Plain).mean(), plain);
        let few = &values[..500];
        assert_eq!(Paths::new(few, Sampling::Sobol).quantile(0.9), quantile(&mut few.to_vec(), 0.9));
    }
}
