//! The gamma distribution: positive, skewed to the right with a lighter tail than a lognormal one (waiting times, sums).

use super::{Distribution, Inner, QuantityOf, Written, same_unit};
use crate::document::{Plugin, Reader};
use crate::math;
use crate::units;

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "gamma",
    meaning: "positive and skewed, with a lighter tail than lognormal; by shape and scale or by mean and sd",
    example: "{ gamma = { mean = \"15k USD\", sd = \"6k USD\" } }",
    read,
};

/// Density proportional to `x^(shape-1) · exp(-x/scale)`.
#[derive(Clone, Copy, Debug)]
pub struct Gamma {
    /// Shape.
    pub shape: f64,
    /// Scale.
    pub scale: f64,
}

/// Beyond this a gamma distribution is normal for all purposes, and its quantile takes long to compute.
const MOST_SHAPE: f64 = 1e6;

fn read(t: &mut Reader) -> Option<Written> {
    let shape = t.optional("shape", QuantityOf(&units::FACTOR), "the shape: (mean/sd)²");
    let scale = t.optional("scale", Inner, "the scale: sd²/mean");
    let mean = t.optional("mean", Inner, "the mean, instead of shape and scale");
    let sd = t.optional("sd", Inner, "the standard deviation, with `mean`");
    let (shape, scale, mean, sd) = (shape?, scale?, mean?, sd?);
    let given = [("scale", &scale), ("mean", &mean), ("sd", &sd)];
    let given: Vec<_> = given.iter().filter_map(|(key, point)| point.as_ref().map(|p| (*key, p))).collect();
    let unit = same_unit(t, &given)?;
    let (key, found) = match (shape, scale, mean, sd) {
        (Some(shape), Some(scale), None, None) => ("shape", Gamma { shape: shape.value, scale: scale.value }),
        (None, None, Some(mean), Some(sd)) => ("sd", Gamma::from_mean_sd(mean.value, sd.value)),
        _ => {
            let help = "keep one of the pairs";
            t.refuse("mean", "two-of", "`gamma` wants `shape` and `scale`, or `mean` and `sd`", help);
            return None;
        }
    };
    if !(found.shape > 0.0 && found.scale > 0.0 && found.shape <= MOST_SHAPE && found.mean().is_finite()) {
        let help = "all figures are above 0, and the mean is at most 1000 times the sd: beyond, use `normal`";
        t.refuse(key, "impossible", "no gamma distribution has these two figures", help);
        return None;
    }
    Some(Written::new(found, unit))
}

impl Gamma {
    /// The gamma distribution with these moments, both above 0.
    pub fn from_mean_sd(mean: f64, sd: f64) -> Self {
        let ratio = mean / sd;
        Self { shape: ratio * ratio, scale: sd * sd / mean }
    }
}

impl Distribution for Gamma {
    fn quantile(&self, u: f64) -> f64 {
        self.scale * math::gamma_quantile(self.shape, u)
    }
    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 { 0.0 } else { math::incomplete_gamma(self.shape, x / self.scale) }
    }
    fn mean(&self) -> f64 {
        self.shape * self.scale
    }
    fn sd(&self) -> f64 {
        self.shape.sqrt() * self.scale
    }
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}
