//! The beta distribution, stretched over `[min, max]`.

use super::{Distribution, Inner, QuantityOf, Written, same_unit};
use crate::document::{Plugin, Reader};
use crate::math;
use crate::units;

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "beta",
    meaning: "between min and max (0 and 1 unless said), by mean and sd or by alpha and beta",
    example: "{ beta = { mean = \"12 %\", sd = \"5 %\" } }",
    read,
};

/// Beta with shapes `alpha` and `beta` on `[min, max]`.
#[derive(Clone, Copy, Debug)]
pub struct Beta {
    /// First shape.
    pub alpha: f64,
    /// Second shape.
    pub beta: f64,
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
}

fn read(t: &mut Reader) -> Option<Written> {
    let mean = t.optional("mean", Inner, "the mean");
    let sd = t.optional("sd", Inner, "the standard deviation");
    let alpha = t.optional("alpha", QuantityOf(&units::FACTOR), "first shape, instead of mean and sd");
    let beta = t.optional("beta", QuantityOf(&units::FACTOR), "second shape");
    let min = t.optional("min", Inner, "the smallest value; 0 unless said");
    let max = t.optional("max", Inner, "the largest value; 1 unless said");
    let (mean, sd, alpha, beta, min, max) = (mean?, sd?, alpha?, beta?, min?, max?);
    let given = [("mean", &mean), ("sd", &sd), ("min", &min), ("max", &max)];
    let given: Vec<_> = given.iter().filter_map(|(key, m)| m.as_ref().map(|m| (*key, m))).collect();
    let unit = same_unit(t, &given)?;
    if given.is_empty() && t.place()?.kind.is_some_and(|kind| !kind.accepts_bare_number()) {
        let help = "give `min` and `max` with their unit";
        t.refuse("alpha", "no-unit", "`beta` from 0 to 1 has no unit, and this key needs one", help);
        return None;
    }
    let (low, high) = (min.map_or(0.0, |m| m.value), max.map_or(1.0, |m| m.value));
    if low >= high {
        t.refuse("max", "empty-range", "`max` must be above `min`", "write the smaller value as `min`");
        return None;
    }
    match (mean, sd, alpha, beta) {
        (Some(mean), Some(sd), None, None) => {
            let found = Beta::from_mean_sd(mean.value, sd.value, low, high);
            if found.is_none() {
                let help = "the mean must lie inside, and sd² below (mean − min)(max − mean)";
                t.refuse("sd", "impossible-moments", "no beta distribution has this mean and sd", help);
            }
            found.map(|beta| Written::new(beta, unit))
        }
        (None, None, Some(alpha), Some(beta)) => {
            if alpha.value == 0.0 || beta.value == 0.0 {
                t.refuse(
                    "alpha",
                    "impossible",
                    "no beta distribution has a shape of 0",
                    "shapes are above 0",
                );
                return None;
            }
            Some(Written::new(Beta { alpha: alpha.value, beta: beta.value, min: low, max: high }, unit))
        }
        _ => {
            t.refuse(
                "mean",
                "two-of",
                "`beta` wants `mean` and `sd`, or `alpha` and `beta`",
                "keep one of the pairs",
            );
            None
        }
    }
}

impl Beta {
    /// The beta distribution on `[min, max]` with these moments, if there is one.
    pub fn from_mean_sd(mean: f64, sd: f64, min: f64, max: f64) -> Option<Self> {
        let m = (mean - min) / (max - min);
        let s = sd / (max - min);
        let concentration = m * (1.0 - m) / (s * s) - 1.0;
        (m > 0.0 && m < 1.0 && s > 0.0 && concentration > 0.0).then_some(Self {
            alpha: m * concentration,
            beta: (1.0 - m) * concentration,
            min,
            max,
        })
    }
}

impl Distribution for Beta {
    fn quantile(&self, u: f64) -> f64 {
        self.min + (self.max - self.min) * math::beta_quantile(self.alpha, self.beta, u)
    }
    fn cdf(&self, x: f64) -> f64 {
        let y = ((x - self.min) / (self.max - self.min)).clamp(0.0, 1.0);
        math::incomplete_beta(self.alpha, self.beta, y)
    }
    fn mean(&self) -> f64 {
        self.min + (self.max - self.min) * self.alpha / (self.alpha + self.beta)
    }
    fn sd(&self) -> f64 {
        let sum = self.alpha + self.beta;
        (self.max - self.min) * (self.alpha * self.beta / (sum * sum * (sum + 1.0))).sqrt()
    }
    fn support(&self) -> (f64, f64) {
        (self.min, self.max)
    }
}
