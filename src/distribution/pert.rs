//! PERT: a beta distribution told by its smallest, most likely and largest value.

use super::{Beta, Distribution, Written};
use crate::document::{Plugin, Reader};

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "pert",
    meaning: "from min to max, most likely at mode; smoother and narrower than triangular",
    example: "{ pert = { min = \"900 tokens\", mode = \"1600 tokens\", max = \"2800 tokens\" } }",
    read,
};

/// PERT with the usual weight of 4 on the mode (Malcolm et al. 1959): mean = (min + 4·mode + max)/6.
#[derive(Clone, Copy, Debug)]
pub struct Pert(Beta);

impl Pert {
    /// The PERT distribution of three values.
    pub fn new(min: f64, mode: f64, max: f64) -> Self {
        let width = max - min;
        Self(Beta {
            alpha: 1.0 + 4.0 * (mode - min) / width,
            beta: 1.0 + 4.0 * (max - mode) / width,
            min,
            max,
        })
    }
}

fn read(t: &mut Reader) -> Option<Written> {
    let ([min, mode, max], unit) = super::triangular::read_three(t)?;
    Some(Written::new(Pert::new(min, mode, max), unit))
}

impl Distribution for Pert {
    fn quantile(&self, u: f64) -> f64 {
        self.0.quantile(u)
    }
    fn cdf(&self, x: f64) -> f64 {
        self.0.cdf(x)
    }
    fn mean(&self) -> f64 {
        self.0.mean()
    }
    fn sd(&self) -> f64 {
        self.0.sd()
    }
    fn support(&self) -> (f64, f64) {
        self.0.support()
    }
}
