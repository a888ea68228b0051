//! A share whose logit is normal: the shape of an interval of a share, `"45 % to 65 %"`.

use super::{Distribution, Sampler};
use crate::math;

/// `1 / (1 + exp(-(mu + sigma·Z)))`.
#[derive(Clone, Copy, Debug)]
pub struct LogitNormal {
    /// Mean of the logit.
    pub mu: f64,
    /// Standard deviation of the logit.
    pub sigma: f64,
}

impl LogitNormal {
    /// The distribution with this 5th and 95th percentile, both inside (0, 1).
    pub fn from_p5_p95(p5: f64, p95: f64) -> Self {
        let (low, high) = (logit(p5), logit(p95));
        Self { mu: 0.5 * (low + high), sigma: (high - low) / (2.0 * math::normal_quantile(0.95)) }
    }
}

fn logit(p: f64) -> f64 {
    math::ln(p / (1.0 - p))
}

impl Distribution for LogitNormal {
    fn quantile(&self, u: f64) -> f64 {
        self.sampler().at(math::normal_quantile(u))
    }
    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else if x >= 1.0 {
            1.0
        } else {
            math::normal_cdf((logit(x) - self.mu) / self.sigma)
        }
    }
    fn support(&self) -> (f64, f64) {
        (0.0, 1.0)
    }
    fn sampler(&self) -> Sampler {
        Sampler::LogitNormal { mu: self.mu, sigma: self.sigma }
    }
}
