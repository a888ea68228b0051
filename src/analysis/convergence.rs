//! How a mean settled as paths were added.

use crate::random::Sampling;
use crate::stats::{Interval, Paths};

/// What was known after so many paths.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settled {
    /// The first so many paths.
    pub paths: u64,
    /// Their mean.
    pub mean: f64,
    /// 95 % confidence interval of the mean.
    pub interval: Interval,
}

/// Below so many paths an error is no more than a guess.
const LEAST: usize = 128;

/// The mean of all paths, of the first half of them, of the first quarter ..., the fewest first. The first paths of a long
/// run are the paths of a short one.
pub fn convergence(costs: &[f64], sampling: Sampling) -> Vec<Settled> {
    let halves = std::iter::successors(Some(costs.len()), |count| Some(count / 2));
    let mut settled: Vec<_> = halves
        .take_while(|count| *count >= LEAST.min(costs.len()) && *count > 0)
        .map(|count| {
            let mean = Paths::new(&costs[..count], sampling).mean();
            Settled { paths: count as u64, mean: mean.value, interval: mean.interval(0.95) }
        })
        .collect();
    settled.reverse();
    settled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn halves_of_a_run() {
        let costs: Vec<f64> = (0..1000).map(|path| f64::from(path % 10)).collect();
        let settled = convergence(&costs, Sampling::Plain);
        assert_eq!(settled.iter().map(|s| s.paths).collect::<Vec<_>>(), [250, 500, 1000]);
        assert!(settled.iter().all(|s| (s.mean - 4.5).abs() < 1e-12));
        let widths: Vec<f64> = settled.iter().map(|s| s.interval.high - s.interval.low).collect();
        assert!((widths[0] / widths[2] - 2.0).abs() < 0.01);
        assert_eq!(convergence(&costs[..20], Sampling::Plain).len(), 1);
        assert!(convergence(&[], Sampling::Plain).is_empty());
    }
}
