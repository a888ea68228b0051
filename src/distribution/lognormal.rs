//! A positive quantity whose logarithm is normal.

use super::normal::{Given, read_two, refuse_not_two, through};
use super::{Distribution, QuantityOf, Sampler, Written};
use crate::document::{Plugin, Reader};
use crate::math;
use crate::units;

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "lognormal",
    meaning: "positive and skewed to the right, by two of mean, sd, median and percentiles, or by median and sigma",
    example: "{ lognormal = { p5 = \"40 USD\", p95 = \"900 USD\" } }",
    read,
};

/// `exp(mu + sigma·Z)`.
#[derive(Clone, Copy, Debug)]
pub struct LogNormal {
    /// Mean of the logarithm.
    pub mu: f64,
    /// Standard deviation of the logarithm.
    pub sigma: f64,
}

fn read(t: &mut Reader) -> Option<Written> {
    let sigma =
        t.optional("sigma", QuantityOf(&units::FACTOR), "standard deviation of the logarithm, with `median`");
    let (given, unit) = read_two(t, &["median"])?;
    let sigma = sigma?.map(|point| point.value);
    if let Some(wrong) = given.iter().find(|g| g.value <= 0.0) {
        t.refuse(
            wrong.key,
            "not-positive",
            "a lognormal quantity is above 0",
            "use `normal` for a quantity of either sign",
        );
        return None;
    }
    let found = match (given.as_slice(), sigma) {
        ([only], Some(sigma)) if only.key == "median" || only.key == "p50" => {
            Some(LogNormal { mu: math::ln(only.value), sigma })
        }
        ([a, b], None) => LogNormal::from_two(a, b),
        _ => {
            refuse_not_two(t, &given);
            return None;
        }
    };
    match found {
        Some(found) if found.sigma > 0.0 => Some(Written::new(found, unit)),
        _ => {
            let key = given.last().map_or("sigma", |g| g.key);
            t.refuse(
                key,
                "impossible",
                "no lognormal distribution has these two figures",
                "a higher percentile needs a higher value; give mean with sd, or two percentiles",
            );
            None
        }
    }
}

impl LogNormal {
    /// The lognormal distribution with this 5th and 95th percentile, both above 0.
    pub fn from_p5_p95(p5: f64, p95: f64) -> Self {
        let (low, high) = (math::ln(p5), math::ln(p95));
        Self { mu: 0.5 * (low + high), sigma: (high - low) / (2.0 * math::normal_quantile(0.95)) }
    }

    fn from_two(a: &Given, b: &Given) -> Option<Self> {
        let point =
            |g: &Given| g.probability.or((g.key == "median").then_some(0.5)).map(|p| (p, math::ln(g.value)));
        match (point(a), point(b)) {
            (Some(first), Some(second)) => through(first, second).map(|(mu, sigma)| Self { mu, sigma }),
            _ if a.key == "mean" && b.key == "sd" => {
                let ratio = b.value / a.value;
                let variance = math::ln_1p(ratio * ratio);
                Some(Self { mu: math::ln(a.value) - 0.5 * variance, sigma: variance.sqrt() })
            }
            (None, Some((p, log_value))) if a.key == "mean" => {
                Self::from_mean_and(math::ln(a.value), p, log_value)
            }
            _ => None,
        }
    }

    /// `mu + sigma²/2 = ln mean` and `mu + z·sigma = ln x` give a quadratic in sigma; the smaller root is meant.
    fn from_mean_and(log_mean: f64, p: f64, log_value: f64) -> Option<Self> {
        let z = math::normal_quantile(p);
        let root = z * z - 2.0 * (log_value - log_mean);
        if root < 0.0 {
            return None;
        }
        let candidates = [z - root.sqrt(), z + root.sqrt()];
        let sigma = candidates.into_iter().find(|sigma| *sigma > 0.0)?;
        Some(Self { mu: log_mean - 0.5 * sigma * sigma, sigma })
    }
}

impl Distribution for LogNormal {
    fn quantile(&self, u: f64) -> f64 {
        math::exp(self.mu + self.sigma * math::normal_quantile(u))
    }
    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { math::normal_cdf((math::ln(x) - self.mu) / self.sigma) }
    }
    fn mean(&self) -> f64 {
        math::exp(self.mu + 0.5 * self.sigma * self.sigma)
    }
    fn sd(&self) -> f64 {
        self.mean() * math::exp_m1(self.sigma * self.sigma).sqrt()
    }
    fn mean_above(&self, x: f64) -> f64 {
        if x <= 0.0 {
            return self.mean();
        }
        self.mean() * math::normal_cdf(self.sigma - (math::ln(x) - self.mu) / self.sigma)
    }
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
    fn sampler(&self) -> Sampler {
        Sampler::LogNormal { mu: self.mu, sigma: self.sigma }
    }
}
