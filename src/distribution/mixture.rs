//! One of several distributions, chosen by chance.

use std::sync::Arc;

use super::number::Part;
use super::quantity::agreed;
use super::stretch::{Stretch, stretches};
use super::{Distribution, Number, QuantityOf, Written};
use crate::document::{ListOf, Plugin, Reader, TableOf};
use crate::units;

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "mixture",
    meaning: "one of several numbers, each as likely as its weight says: usually nothing, sometimes a lot",
    example: "{ mixture = [{ weight = 0.9, of = \"0 USD\" }, { weight = 0.1, of = \"2k to 20k USD\" }] }",
    read,
};

/// Parts with their shares.
#[derive(Clone, Debug)]
pub struct Mixture {
    parts: Vec<(f64, Arc<dyn Distribution>)>,
    stretches: Vec<Stretch>,
}

fn read(t: &mut Reader) -> Option<Written> {
    let parts = t.value(ListOf(TableOf(read_part)))?;
    let unit = agreed(t, parts.iter().map(|(_, of)| (&of.unit, of.origin.span)))?;
    let found = Mixture::new(parts.into_iter().map(|(weight, of)| (weight, of.distribution)).collect());
    if found.is_none() {
        t.refuse("mixture", "no-weight", "no part has a weight above 0", "give each part a weight");
    }
    Some(Written::new(found?, unit))
}

fn read_part(t: &mut Reader) -> Option<(f64, Number)> {
    let weight = t.required("weight", QuantityOf(&units::FACTOR), "how likely it is, beside the others");
    let of = t.required("of", Part, "any number of this key's kind");
    Some((weight?.value, of?))
}

impl Mixture {
    /// From weights, which need not sum to 1, and parts; `None` if no weight is above 0.
    pub fn new(mut parts: Vec<(f64, Arc<dyn Distribution>)>) -> Option<Self> {
        parts.retain(|(weight, _)| *weight > 0.0);
        let total: f64 = parts.iter().map(|(weight, _)| weight).sum();
        let (last, others) = parts.split_last_mut()?;
        // The last share is what is left, so that the shares sum to exactly 1 in this order.
        let mut sum = 0.0;
        for (share, _) in others {
            *share /= total;
            sum += *share;
        }
        last.0 = 1.0 - sum;
        let mut mixture = Self { parts, stretches: Vec::new() };
        mixture.stretches = stretches(&mixture);
        total.is_finite().then_some(mixture)
    }

    fn sum(&self, of: impl Fn(&dyn Distribution) -> f64) -> f64 {
        self.parts.iter().map(|(share, part)| share * of(part.as_ref())).sum()
    }
}

impl Distribution for Mixture {
    /// By bisection between the quantiles of the parts, within the smooth stretch or on the step where the share falls.
    fn quantile(&self, u: f64) -> f64 {
        let stretch = Stretch::of(&self.stretches, u);
        let quantiles = self.parts.iter().map(|(_, part)| part.quantile(u));
        let (least, most) =
            quantiles.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), q| (a.min(q), b.max(q)));
        let (mut low, mut high) = (stretch.low.max(least), stretch.high.min(most));
        // Two hundred halvings reach neighboring floats from anywhere but next to zero.
        for _ in 0..200 {
            let middle = low + 0.5 * (high - low);
            if middle <= low || middle >= high {
                break;
            }
            if self.cdf(middle) < u {
                low = middle;
            } else {
                high = middle;
            }
        }
        high.clamp(stretch.low, stretch.high)
    }
    fn cdf(&self, x: f64) -> f64 {
        self.sum(|part| part.cdf(x)).min(1.0)
    }
    fn below(&self, x: f64) -> f64 {
        self.sum(|part| part.below(x)).min(1.0)
    }
    fn breaks(&self) -> Vec<f64> {
        let mut breaks: Vec<f64> = self.parts.iter().flat_map(|(_, part)| part.breaks()).collect();
        breaks.sort_by(f64::total_cmp);
        breaks.dedup();
        breaks
    }
    fn mean(&self) -> f64 {
        self.sum(|part| part.mean())
    }
    fn mean_above(&self, x: f64) -> f64 {
        self.sum(|part| part.mean_above(x))
    }
    fn sd(&self) -> f64 {
        let mean = self.mean();
        self.sum(|part| {
            let (sd, off) = (part.sd(), part.mean() - mean);
            sd * sd + off * off
        })
        .sqrt()
    }
    fn support(&self) -> (f64, f64) {
        let supports = self.parts.iter().map(|(_, part)| part.support());
        supports.fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), (low, high)| (a.min(low), b.max(high)))
    }
}
