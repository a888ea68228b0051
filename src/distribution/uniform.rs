//! Every value between two ends is as likely as any other.

use super::{Distribution, Inner, Written, same_unit};
use crate::document::{Plugin, Reader};

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "uniform",
    meaning: "every value from min to max is equally likely",
    example: "{ uniform = { min = \"2 USD\", max = \"5 USD\" } }",
    read,
};

/// Uniform on `[min, max]`.
#[derive(Clone, Copy, Debug)]
pub struct Uniform {
    /// Smallest value.
    pub min: f64,
    /// Largest value.
    pub max: f64,
}

fn read(t: &mut Reader) -> Option<Written> {
    let min = t.required("min", Inner, "the smallest value");
    let max = t.required("max", Inner, "the largest value");
    let (min, max) = (min?, max?);
    let unit = same_unit(t, &[("min", &min), ("max", &max)])?;
    if min.value >= max.value {
        t.refuse("max", "empty-range", "`max` must be above `min`", "write the smaller value as `min`");
        return None;
    }
    Some(Written::new(Uniform { min: min.value, max: max.value }, unit))
}

impl Distribution for Uniform {
    fn quantile(&self, u: f64) -> f64 {
        self.min + u * (self.max - self.min)
    }
    fn cdf(&self, x: f64) -> f64 {
        ((x - self.min) / (self.max - self.min)).clamp(0.0, 1.0)
    }
    fn mean(&self) -> f64 {
        0.5 * (self.min + self.max)
    }
    fn sd(&self) -> f64 {
        (self.max - self.min) / 12.0_f64.sqrt()
    }
    fn support(&self) -> (f64, f64) {
        (self.min, self.max)
    }
}
