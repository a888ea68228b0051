//! The Weibull distribution: lifetimes whose risk of ending rises or falls with age.

use super::{Distribution, Inner, QuantityOf, Written};
use crate::document::{Plugin, Reader};
use crate::math;
use crate::units;

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "weibull",
    meaning: "a lifetime; the risk of its end falls with age below shape 1 and rises above it",
    example: "{ weibull = { shape = 1.5, scale = \"180 s\" } }",
    read,
};

/// `P(X > x) = exp(-(x/scale)^shape)`.
#[derive(Clone, Copy, Debug)]
pub struct Weibull {
    /// Shape: 1 is exponential.
    pub shape: f64,
    /// Scale: the value that 63.2 % lie below.
    pub scale: f64,
}

fn read(t: &mut Reader) -> Option<Written> {
    let shape = t.required("shape", QuantityOf(&units::FACTOR), "above 1 the risk rises with age");
    let scale = t.required("scale", Inner, "the value that 63.2 % of cases lie below");
    let (shape, scale) = (shape?, scale?);
    let found = Weibull { shape: shape.value, scale: scale.value };
    if !(found.shape > 0.0 && found.scale > 0.0 && found.sd().is_finite()) {
        let help = "both are above 0, and a shape far below 0.1 has no finite mean";
        t.refuse("shape", "impossible", "no Weibull distribution has this shape and scale", help);
        return None;
    }
    Some(Written::new(found, scale.unit))
}

impl Distribution for Weibull {
    fn quantile(&self, u: f64) -> f64 {
        self.scale * math::pow(-math::ln_1p(-u), 1.0 / self.shape)
    }
    fn cdf(&self, x: f64) -> f64 {
        if x <= 0.0 {
            0.0
        } else if x == f64::INFINITY {
            1.0
        } else {
            -math::exp_m1(-math::pow(x / self.scale, self.shape))
        }
    }
    fn mean(&self) -> f64 {
        self.scale * math::exp(math::ln_gamma(1.0 + 1.0 / self.shape))
    }
    fn sd(&self) -> f64 {
        // Γ(1 + 2/k) − Γ(1 + 1/k)², over the square of the mean: the difference of logarithms keeps its digits.
        let (first, second) =
            (math::ln_gamma(1.0 + 1.0 / self.shape), math::ln_gamma(1.0 + 2.0 / self.shape));
        self.mean() * math::exp_m1(second - 2.0 * first).sqrt()
    }
    fn support(&self) -> (f64, f64) {
        (0.0, f64::INFINITY)
    }
}
