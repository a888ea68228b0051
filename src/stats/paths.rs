//! Estimates from the paths of a run, with errors that are true to how the paths were spread.
use super::{Estimate, Moments, cvar, quantile, quantiles};
use crate::random::{REPLICATES, Sampling};

/// A number of each path, in the order of paths.
///
/// Errors of plain paths follow from their independence. Paths that are spread evenly depend on each other, so there the
/// error is the spread of sixteen replicates over the root of their number, with fifteen degrees of freedom.
#[derive(Clone, Copy, Debug)]
pub struct Paths<'a> {
    values: &'a [f64],
    sampling: Sampling,
}

/// Replicates smaller than this have no tails; then the error of independent paths is told, which is hardly ever too small.
const LEAST: usize = 64;

impl<'a> Paths<'a> {
    /// The values of the paths, which were spread in this way.
    pub fn new(values: &'a [f64], sampling: Sampling) -> Self {
        Self { values, sampling }
    }

    /// The mean.
    pub fn mean(&self) -> Estimate {
        let mean = Moments::of(self.values).estimate();
        self.replicated(mean.value, |values| Moments::of(values).mean()).unwrap_or(mean)
    }

    /// The quantile at a probability.
    pub fn quantile(&self, probability: f64) -> Estimate {
        let value = quantiles(&mut self.values.to_vec(), &[probability])[0];
        self.replicated(value, |values| quantiles(values, &[probability])[0])
            .unwrap_or_else(|| quantile(&mut self.values.to_vec(), probability))
    }

    /// The mean of the worst (highest) share `1 - p`.
    pub fn cvar(&self, p: f64) -> Estimate {
        let whole = cvar(&mut self.values.to_vec(), p);
        self.replicated(whole.value, |values| cvar(values, p).value).unwrap_or(whole)
    }

    /// An estimate whose error is that of the same statistic over replicates.
    fn replicated(&self, value: f64, statistic: impl Fn(&mut [f64]) -> f64) -> Option<Estimate> {
        if self.sampling == Sampling::Plain || self.values.len() < LEAST * REPLICATES {
            return None;
        }
        let mut replicate = Vec::with_capacity(self.values.len() / REPLICATES + 1);
        let statistics = std::array::from_fn(|place| {
            replicate.clear();
            replicate.extend(self.values.iter().skip(place).step_by(REPLICATES));
            statistic(&mut replicate)
        });
        Some(Estimate::of_replicates(value, &statistics))
    }
}

impl Estimate {
    /// A value whose error shows in what its replicates came to.
    pub fn of_replicates(value: f64, statistics: &[f64; REPLICATES]) -> Self {
        let standard_error = Moments::of(statistics).estimate().standard_error;
        Self { value, standard_error, degrees_of_freedom: (REPLICATES - 1) as f64 }
    }
}

/// How many of the paths belong to a replicate.
pub fn replicate_size(replicate: usize, paths: u64) -> u64 {
    paths / REPLICATES as u64 + u64::from((replicate as u64) < paths % REPLICATES as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn replicates_are_every_sixteenth_path() {
        // Replicate r holds r and nothing else: the means are 0 to 15, their standard deviation sqrt(68/3).
        let values: Vec<f64> = (0..16 * 100).map(|path| f64::from(path % 16)).collect();
        for (estimate, value) in [
            (Paths::new(&values, Sampling::Sobol).mean(), 7.5),
            (Paths::new(&values, Sampling::Sobol).quantile(0.5), 7.5),
            (Paths::new(&values, Sampling::Sobol).cvar(0.95), 15.0),
        ] {
            assert!((estimate.value - value).abs() < 1e-12);
            assert!((estimate.standard_error - (68.0_f64 / 3.0).sqrt() / 4.0).abs() < 1e-12);
            assert!((estimate.degrees_of_freedom - 15.0).abs() < 1e-12);
        }
        let sizes: u64 = (0..REPLICATES).map(|replicate| replicate_size(replicate, 1003)).sum();
        assert_eq!(sizes, 1003);
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
