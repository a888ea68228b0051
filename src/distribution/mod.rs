//! Uncertain numbers: one draw per path. One file per family, one line per family in [`FAMILIES`].

mod beta;
mod constant;
mod discrete;
mod empirical;
mod gamma;
mod logit_normal;
mod lognormal;
mod mixture;
mod normal;
mod number;
mod pert;
mod quantity;
mod sampler;
mod scaled;
mod steps;
mod stretch;
mod student_t;
mod triangular;
mod truncated;
mod uniform;
mod weibull;

use std::fmt::Debug;
use std::sync::Arc;

pub use beta::Beta;
pub use constant::Constant;
pub use gamma::Gamma;
pub use logit_normal::LogitNormal;
pub use lognormal::LogNormal;
pub use mixture::Mixture;
pub use normal::Normal;
pub use number::{MeanOf, Number, NumberHere, NumberOf, names_distribution};
pub use pert::Pert;
pub use quantity::{Inner, Point, QuantityOf, UnitOf, WholeOf, same_unit};
pub use sampler::Sampler;
pub use scaled::Scaled;
pub use steps::Steps;
pub use student_t::StudentT;
pub use triangular::Triangular;
pub use truncated::Truncated;
pub use uniform::Uniform;
pub use weibull::Weibull;

use stretch::Stretch;

use crate::document::Plugin;
use crate::math;

/// A probability distribution on the real line.
///
/// Everything samples by [`quantile`](Self::quantile), so that plain, stratified and quasi-random points feed the same code.
pub trait Distribution: Debug + Send + Sync {
    /// The value that a share `u` of the distribution lies below; `u` in (0, 1).
    fn quantile(&self, u: f64) -> f64;
    /// The share of the distribution at or below `x`.
    fn cdf(&self, x: f64) -> f64;
    /// The share of the distribution below `x`, without `x` itself.
    fn below(&self, x: f64) -> f64 {
        self.cdf(x)
    }
    /// The values at which the distribution function steps or bends, in increasing order; between them it is smooth.
    fn breaks(&self) -> Vec<f64> {
        let (low, high) = self.support();
        let mut ends = vec![low, high];
        ends.retain(|end| end.is_finite());
        ends.dedup();
        ends
    }
    /// The mean.
    fn mean(&self) -> f64 {
        expectation(self, |x| x)
    }
    /// The standard deviation.
    fn sd(&self) -> f64 {
        let mean = self.mean();
        expectation(self, |x| (x - mean) * (x - mean)).sqrt()
    }
    /// `E[X; X > x]`: the part of the mean that comes from values above `x`.
    fn mean_above(&self, x: f64) -> f64 {
        expectation_above(self, x)
    }
    /// The smallest and the largest value possible.
    fn support(&self) -> (f64, f64);
    /// The fast way from a standard normal score to a value.
    fn sampler(&self) -> Sampler {
        Sampler::of(self)
    }
}

/// A distribution read from a scenario, and the unit its numbers were given in.
#[derive(Clone, Debug)]
pub struct Written {
    /// The distribution, in base units.
    pub distribution: Arc<dyn Distribution>,
    /// Currency and period.
    pub unit: UnitOf,
}

impl Written {
    /// A distribution in a unit.
    pub fn new(distribution: impl Distribution + 'static, unit: UnitOf) -> Self {
        Self { distribution: Arc::new(distribution), unit }
    }
}

/// Every family that a scenario can name.
pub const FAMILIES: &[Plugin<Written>] = &[
    uniform::PLUGIN,
    triangular::PLUGIN,
    pert::PLUGIN,
    normal::PLUGIN,
    lognormal::PLUGIN,
    beta::PLUGIN,
    gamma::PLUGIN,
    weibull::PLUGIN,
    student_t::PLUGIN,
    discrete::PLUGIN,
    mixture::PLUGIN,
    truncated::PLUGIN,
    empirical::PLUGIN,
];

/// `E[X; X > x]` by the same rule, on what of each piece lies above.
fn expectation_above<D: Distribution + ?Sized>(distribution: &D, x: f64) -> f64 {
    const STEPS: i32 = 320;
    const REACH: f64 = 8.0;
    let step = 2.0 * REACH / f64::from(STEPS);
    let cut = distribution.cdf(x);
    let mut sum = 0.0;
    for piece in stretch::stretches(distribution) {
        let from = piece.from.max(cut);
        if from >= piece.upto {
            continue;
        }
        let mean = if piece.is_step() {
            piece.low
        } else {
            let at = |i: i32| {
                let score = -REACH + step * f64::from(i);
                let share = from + math::normal_cdf(score) * (piece.upto - from);
                distribution.quantile(share.clamp(1e-15, 1.0 - 1e-15)) * math::normal_pdf(score) * step
            };
            (0..=STEPS).map(at).sum()
        };
        sum += (piece.upto - from) * mean;
    }
    sum
}

/// `E[f(X)]` by the trapezoidal rule over the normal score, which converges faster than any power of the step for smooth
/// integrands that die out at both ends (Trefethen & Weideman, SIAM Review 56, 2014); piece by piece where there are steps.
fn expectation<D: Distribution + ?Sized>(distribution: &D, f: impl Fn(f64) -> f64) -> f64 {
    const STEPS: i32 = 1600;
    const REACH: f64 = 8.0;
    let step = 2.0 * REACH / f64::from(STEPS);
    let smooth = |piece: &Stretch| -> f64 {
        let at = |i: i32| {
            let score = -REACH + step * f64::from(i);
            let u = math::normal_cdf(score).clamp(1e-15, 1.0 - 1e-15);
            f(distribution.quantile(piece.share(u))) * math::normal_pdf(score) * step
        };
        (0..=STEPS).map(at).sum()
    };
    let pieces = stretch::stretches(distribution);
    pieces.iter().map(|p| (p.upto - p.from) * if p.is_step() { f(p.low) } else { smooth(p) }).sum()
}
