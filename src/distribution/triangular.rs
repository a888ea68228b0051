//! A density that rises to a mode and falls again, both in a straight line.

use super::{Distribution, Inner, Written, same_unit};
use crate::document::{Plugin, Reader};

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "triangular",
    meaning: "from min to max, most likely at mode; the density has straight sides",
    example: "{ triangular = { min = \"60 s\", mode = \"180 s\", max = \"420 s\" } }",
    read,
};

/// Triangular on `[min, max]` with its peak at `mode`.
#[derive(Clone, Copy, Debug)]
pub struct Triangular {
    /// Smallest value.
    pub min: f64,
    /// Most likely value.
    pub mode: f64,
    /// Largest value.
    pub max: f64,
}

/// Reads `min`, `mode` and `max`, in this order on the line of numbers.
pub(super) fn read_three(t: &mut Reader) -> Option<([f64; 3], super::UnitOf)> {
    let min = t.required("min", Inner, "the smallest value");
    let mode = t.required("mode", Inner, "the most likely value");
    let max = t.required("max", Inner, "the largest value");
    let (min, mode, max) = (min?, mode?, max?);
    let unit = same_unit(t, &[("min", &min), ("mode", &mode), ("max", &max)])?;
    if min.value >= max.value {
        t.refuse("max", "empty-range", "`max` must be above `min`", "write the smaller value as `min`");
        return None;
    }
    if mode.value < min.value || mode.value > max.value {
        t.refuse(
            "mode",
            "mode-outside",
            "`mode` must lie between `min` and `max`",
            "the mode is the likeliest value",
        );
        return None;
    }
    Some(([min.value, mode.value, max.value], unit))
}

fn read(t: &mut Reader) -> Option<Written> {
    let ([min, mode, max], unit) = read_three(t)?;
    Some(Written::new(Triangular { min, mode, max }, unit))
}

impl Distribution for Triangular {
    fn quantile(&self, u: f64) -> f64 {
        let Self { min, mode, max } = *self;
        let below = (mode - min) / (max - min);
        if u < below {
            min + (u * (max - min) * (mode - min)).sqrt()
        } else {
            max - ((1.0 - u) * (max - min) * (max - mode)).sqrt()
        }
    }
    fn cdf(&self, x: f64) -> f64 {
        let Self { min, mode, max } = *self;
        if x <= min {
            0.0
        } else if x < mode {
            (x - min) * (x - min) / ((max - min) * (mode - min))
        } else if x < max {
            1.0 - (max - x) * (max - x) / ((max - min) * (max - mode))
        } else {
            1.0
        }
    }
    fn mean(&self) -> f64 {
        (self.min + self.mode + self.max) / 3.0
    }
    fn sd(&self) -> f64 {
        let Self { min: a, mode: c, max: b } = *self;
        ((a * a + b * b + c * c - a * b - a * c - b * c) / 18.0).sqrt()
    }
    fn support(&self) -> (f64, f64) {
        (self.min, self.max)
    }
}
