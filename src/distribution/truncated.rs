//! A distribution cut to a range: one that a scenario names, or the one that a key allows.

use std::sync::Arc;

use super::number::Part;
use super::quantity::agreed;
use super::{Distribution, Inner, Written};
use crate::document::{Plugin, Reader};

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "truncated",
    meaning: "any number, cut to what lies between min and max; one of the two may be left out",
    example: "{ truncated = { of = { normal = { mean = 1, sd = 0.4 } }, min = 0.5, max = 2 } }",
    read,
};

/// The part of a distribution between two bounds, scaled up to a whole.
#[derive(Clone, Debug)]
pub struct Truncated {
    of: Arc<dyn Distribution>,
    min: f64,
    max: f64,
    below: f64,
    kept: f64,
}

/// Less than this is not a range of the distribution but a mistake, and too little to compute with.
const LEAST_KEPT: f64 = 1e-6;

fn read(t: &mut Reader) -> Option<Written> {
    let of = t.required("of", Part, "any number of this key's kind");
    let min = t.optional("min", Inner, "what lies below is cut away");
    let max = t.optional("max", Inner, "what lies above is cut away");
    let (of, min, max) = (of?, min?, max?);
    let bounds = min.iter().chain(&max).map(|point| (&point.unit, point.span));
    let unit = agreed(t, std::iter::once((&of.unit, of.origin.span)).chain(bounds))?;
    if min.is_none() && max.is_none() {
        t.refuse("of", "no-bounds", "`truncated` has neither `min` nor `max`", "give one of them, or both");
        return None;
    }
    let (low, high) = (min.map_or(f64::NEG_INFINITY, |p| p.value), max.map_or(f64::INFINITY, |p| p.value));
    if low >= high {
        t.refuse("max", "empty-range", "`max` must be above `min`", "write the smaller value as `min`");
        return None;
    }
    let found = Truncated::new(of.distribution, low, high).filter(|found| found.kept >= LEAST_KEPT);
    if found.is_none() {
        let help = "choose bounds around its median";
        t.refuse("of", "empty-range", "less than a millionth of this number lies between the bounds", help);
    }
    Some(Written::new(found?, unit))
}

impl Truncated {
    /// Cuts to `[min, max]`; `None` if nothing would remain.
    pub fn new(of: Arc<dyn Distribution>, min: f64, max: f64) -> Option<Self> {
        let below = of.below(min);
        let kept = of.cdf(max) - below;
        (kept > 0.0).then_some(Self { of, min, max, below, kept })
    }

    /// The share of the uncut distribution that lies outside.
    pub fn cut(&self) -> f64 {
        1.0 - self.kept
    }
}

impl Distribution for Truncated {
    fn quantile(&self, u: f64) -> f64 {
        let inside = (self.below + u * self.kept).clamp(1e-15, 1.0 - 1e-15);
        self.of.quantile(inside).clamp(self.min, self.max)
    }
    fn cdf(&self, x: f64) -> f64 {
        if x < self.min { 0.0 } else { ((self.of.cdf(x) - self.below) / self.kept).clamp(0.0, 1.0) }
    }
    fn below(&self, x: f64) -> f64 {
        if x > self.max { 1.0 } else { ((self.of.below(x) - self.below) / self.kept).clamp(0.0, 1.0) }
    }
    fn breaks(&self) -> Vec<f64> {
        let (low, high) = self.support();
        let inside = self.of.breaks().into_iter().filter(|x| *x > low && *x < high);
        let ends = |end: f64| end.is_finite().then_some(end);
        ends(low).into_iter().chain(inside).chain(ends(high)).collect()
    }
    fn support(&self) -> (f64, f64) {
        let (low, high) = self.of.support();
        (low.max(self.min), high.min(self.max))
    }
}
