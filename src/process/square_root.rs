//! A value that is pulled back to a level and never negative: the square-root process of Cox, Ingersoll and Ross.

use super::pull::{Pulled, Slots, per_year};
use super::{Lookup, Process, Reads, Written, WrittenPath};
use crate::calendar::Month;
use crate::document::{Plugin, Reader};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::random::Draws;

pub(super) const PLUGIN: Plugin<WrittenPath> = Plugin {
    name: "square_root",
    meaning: "pulled back to a level and never below zero; it moves the less, the smaller it is (intensities of default, rates)",
    example: "{ square_root = { initial = 1, mean = \"0.8 to 1.2\", half_life = \"12 months\", annual_volatility = \"40 %\" } }",
    read,
};

/// `dX = k (mean − X) dt + v √(mean · X) dW`, `k = ln 2 / half_life` (J. C. Cox, J. E. Ingersoll and S. A. Ross, Econometrica 53,
/// 1985, with `σ = v √mean`, so that `v` has no unit).
///
/// A month is one step of the quadratic-exponential scheme (L. Andersen, Journal of Computational Finance 11, 2008): a square of a
/// normal score, or near zero an exponential beside an atom at zero, with the exact mean and variance of the noncentral
/// chi-square law that it stands for. Both are linear in the value before, so mean and variance are exact at all times; what is
/// left is the shape of one month's law (`tests/laws/intensities.rs` bounds it). In the long run `X` has a gamma distribution with mean `mean`
/// and variance `v² mean² / 2k`.
#[derive(Debug)]
pub struct SquareRoot(Pulled);

fn read(t: &mut Reader) -> Option<WrittenPath> {
    let pulled = Pulled::read(
        t,
        "the level it returns to (its long-run mean)",
        "standard deviation of a year's change as a share of `mean`, where it stands there and were there no pull",
    )?;
    let unit = pulled.unit();
    Some(WrittenPath::new(SquareRoot(pulled), unit))
}

impl Written for SquareRoot {
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>> {
        let Slots { initial, mean, half_life, annual_volatility: annual, decay } = self.0.resolve(lookup);
        // σ² (1 − e^(−k/12)) / k: the variance of a month is this times what is kept of the value, and half of what is not of the mean.
        let spread = lookup.derive(
            "monthly spread",
            &[half_life, annual, mean, decay],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    let pull = per_year(v[half_life][i]);
                    out[i] = v[annual][i] * v[annual][i] * v[mean][i] * (1.0 - v[decay][i]) / pull;
                }
            }),
        );
        Some(Box::new(Running { initial, mean, decay, spread }))
    }
}

struct Running {
    initial: Slot,
    mean: Slot,
    decay: Slot,
    spread: Slot,
}

/// Above this ratio of variance to squared mean a square of a normal score cannot have both; Andersen's choice.
const SWITCH: f64 = 1.5;

/// The value at a normal score, of a law with this mean and variance.
#[inline]
fn at(mean: f64, variance: f64, score: f64) -> f64 {
    if mean <= 0.0 || variance <= 0.0 {
        return mean.max(0.0);
    }
    let ratio = variance / (mean * mean);
    if ratio <= SWITCH {
        let twice = 2.0 / ratio;
        let squared = twice - 1.0 + (twice * (twice - 1.0)).sqrt();
        let root = squared.sqrt() + score;
        return mean / (1.0 + squared) * root * root;
    }
    let at_zero = (ratio - 1.0) / (ratio + 1.0);
    // The chance of more than this score, so that no digits are lost in the tail.
    let above = math::normal_cdf(-score);
    if above >= 1.0 - at_zero { 0.0 } else { mean / (1.0 - at_zero) * math::ln((1.0 - at_zero) / above) }
}

impl Process for Running {
    fn words(&self) -> u64 {
        1
    }
    fn reads(&self) -> Reads {
        Reads::Diffusion
    }
    fn state(&self) -> usize {
        1
    }
    fn start(&self, values: &Values, state: &mut [Lanes]) {
        for (now, initial) in state[0].iter_mut().zip(&values[self.initial]) {
            *now = initial.max(0.0);
        }
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        let x = &mut state[0];
        if now.index > 0 {
            let (level, decay, spread) = (&values[self.mean], &values[self.decay], &values[self.spread]);
            let mut scores = Lanes::ZERO;
            draws.score(now.index as u64, &mut scores);
            for i in 0..LANES {
                let mean = level[i] + (x[i] - level[i]) * decay[i];
                let variance = spread[i] * (x[i] * decay[i] + 0.5 * level[i] * (1.0 - decay[i]));
                x[i] = at(mean, variance, scores[i]);
            }
        }
        *out = *x;
    }
}

#[cfg(test)]
mod tests {
    use super::at;
    use crate::math::{exp, incomplete_gamma, normal_cdf, normal_quantile};

    /// Mean and variance by the midpoint rule over the score's quantile, on both sides of the switch.
    #[test]
    fn a_step_has_the_mean_and_variance_that_it_is_given() {
        const POINTS: usize = 400_000;
        for (mean, variance) in [(0.05, 1e-6), (0.05, 1e-4), (1.0, 0.5), (1.0, 1.49), (1.0, 1.51), (0.2, 0.4)]
        {
            let all =
                (0..POINTS).map(|i| at(mean, variance, normal_quantile((i as f64 + 0.5) / POINTS as f64)));
            let (sum, squares) = all.fold((0.0, 0.0), |(sum, squares), x| (sum + x, squares + x * x));
            let found = sum / POINTS as f64;
            let spread = squares / POINTS as f64 - found * found;
            assert!((found / mean - 1.0).abs() < 1e-4, "{mean} {variance}: {found}");
            assert!((spread / variance - 1.0).abs() < 2e-3, "{mean} {variance}: {spread}");
        }
        assert_eq!(
            [at(0.0, 0.0, 1.0), at(3.0, 0.0, 1.0)].map(f64::to_bits),
            [0.0, 3.0_f64].map(f64::to_bits)
        );
    }

    /// One month against the noncentral chi-square law (a Poisson mixture of gamma laws): the largest distance of the two
    /// distribution functions, where the value is at its level, and where it has come near zero, at which the scheme has an atom
    /// and the law has not.
    #[test]
    fn a_step_is_close_to_the_noncentral_chi_square() {
        // k = 0.5, level 0.06, σ = 0.1 a year; and twice that volatility.
        for (sigma, x, most) in
            [(0.1_f64, 0.06, 0.002), (0.1, 0.01, 0.01), (0.2, 0.06, 0.004), (0.2, 0.002, 0.2)]
        {
            let (k, level) = (0.5_f64, 0.06);
            let decay = exp(-k / 12.0);
            let mean = level + (x - level) * decay;
            let variance = sigma * sigma / k * (1.0 - decay) * (x * decay + 0.5 * level * (1.0 - decay));
            let scale = sigma * sigma * (1.0 - decay) / (4.0 * k);
            let (freedom, half) = (4.0 * k * level / (sigma * sigma), 0.5 * x * decay / scale);
            let below = |value: f64| -> f64 {
                let (mut weight, mut sum) = (exp(-half), 0.0);
                for n in 0..2000 {
                    sum += weight * incomplete_gamma(0.5 * freedom + f64::from(n), 0.5 * value / scale);
                    weight *= half / f64::from(n + 1);
                }
                sum
            };
            let distance = (1..400).map(|i| {
                let score = -4.0 + 8.0 * f64::from(i) / 400.0;
                (below(at(mean, variance, score)) - normal_cdf(score)).abs()
            });
            let distance = distance.fold(0.0, f64::max);
            assert!(distance < most, "{sigma} {x}: {distance}");
        }
    }
}
