//! How calls differ in length.

use std::sync::Arc;

use statrs::distribution::{ContinuousCDF, Normal};
use tokencast::demand::Traffic;
use tokencast::distribution::Distribution;

/// Lengths of calls around their average.
pub(crate) struct Lengths {
    mean: f64,
    spread: Option<Arc<dyn Distribution>>,
}

/// Of a traffic that only says its average: lognormal.
const LOG_SD: f64 = 0.75;

impl Lengths {
    pub(crate) fn new(traffic: &Traffic, mean: f64) -> Self {
        Self { mean, spread: traffic.input.spread.clone() }
    }

    /// The share of calls between two lengths.
    pub(crate) fn calls(&self, above: f64, upto: f64) -> f64 {
        self.longer(above) - self.longer(upto)
    }

    /// The share of all input that such calls have.
    pub(crate) fn tokens(&self, above: f64, upto: f64) -> f64 {
        self.tokens_longer(above) - self.tokens_longer(upto)
    }

    fn longer(&self, length: f64) -> f64 {
        let times = length / self.mean;
        if length <= 0.0 || length == f64::INFINITY {
            return f64::from(length <= 0.0);
        }
        match &self.spread {
            Some(spread) => 1.0 - spread.cdf(times * spread.mean()),
            None => Normal::standard().sf(times.ln() / LOG_SD + LOG_SD / 2.0),
        }
    }

    fn tokens_longer(&self, length: f64) -> f64 {
        let times = length / self.mean;
        if length <= 0.0 || length == f64::INFINITY {
            return f64::from(length <= 0.0);
        }
        match &self.spread {
            Some(spread) => spread.mean_above(times * spread.mean()) / spread.mean(),
            None => Normal::standard().sf(times.ln() / LOG_SD - LOG_SD / 2.0),
        }
    }
}
