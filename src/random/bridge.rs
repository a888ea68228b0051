//! Independent months from coordinates in the order of their weight.
use super::halving::{Halving, halvings};
use crate::lanes::{LANES, Lanes};

/// Turns independent scores into other independent scores, so that the first ones decide where a random walk ends, the
/// next where it is half-way, and so on: a Brownian bridge (R. E. Caflisch and B. Moskowitz, 1995). Points that are spread
/// evenly are so in their first coordinates most of all, which thereby carry most of what a diffusion does.
#[derive(Clone, Debug)]
pub(super) struct Bridge {
    /// In the order of coordinates: the place that one decides, its neighbors that are decided before, and their weights.
    steps: Vec<Step>,
    /// The walk, `walk[t]` after `t` months.
    walk: Vec<Lanes>,
}

#[derive(Clone, Copy, Debug)]
struct Step {
    at: usize,
    left: usize,
    right: usize,
    weight_left: f64,
    weight_right: f64,
    sd: f64,
}

impl Bridge {
    /// Over so many months.
    pub(super) fn new(months: usize) -> Self {
        let end = Step {
            at: months,
            left: 0,
            right: 0,
            weight_left: 1.0,
            weight_right: 0.0,
            sd: (months as f64).sqrt(),
        };
        let between = |Halving { at, left, right }| {
            let (before, after, width) = ((at - left) as f64, (right - at) as f64, (right - left) as f64);
            Step {
                at,
                left,
                right,
                weight_left: after / width,
                weight_right: before / width,
                sd: (before * after / width).sqrt(),
            }
        };
        let steps = std::iter::once(end).chain(halvings(months).into_iter().map(between)).collect();
        Self { steps, walk: vec![Lanes::ZERO; months + 1] }
    }

    /// The months' scores in place of those of the coordinates.
    pub(super) fn transform(&mut self, scores: &mut [Lanes]) {
        for (step, score) in self.steps.iter().zip(scores.iter()) {
            let (left, right) = (self.walk[step.left], self.walk[step.right]);
            let out = &mut self.walk[step.at];
            for i in 0..LANES {
                out[i] = step.weight_left * left[i] + step.weight_right * right[i] + step.sd * score[i];
            }
        }
        for (pair, score) in self.walk.windows(2).zip(scores.iter_mut()) {
            for i in 0..LANES {
                score[i] = pair[1][i] - pair[0][i];
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Columns of the transformation are orthonormal: independent standard scores stay so.
    #[test]
    fn a_bridge_is_a_rotation() {
        for months in [1, 2, 3, 7, 12, 36, 60, 120] {
            let mut bridge = Bridge::new(months);
            let column = |bridge: &mut Bridge, place: usize| {
                let mut scores = vec![Lanes::ZERO; months];
                scores[place] = Lanes::splat(1.0);
                bridge.transform(&mut scores);
                scores.iter().map(|score| score[0]).collect::<Vec<_>>()
            };
            let columns: Vec<_> = (0..months).map(|place| column(&mut bridge, place)).collect();
            for (i, a) in columns.iter().enumerate() {
                for (j, b) in columns.iter().enumerate() {
                    let product: f64 = a.iter().zip(b).map(|(a, b)| a * b).sum();
                    assert!((product - f64::from(i == j)).abs() < 1e-12, "{months} months: {i}, {j}");
                }
            }
            // The first coordinate moves all months alike.
            assert!(columns[0].iter().all(|x| (x - columns[0][0]).abs() < 1e-12));
        }
    }
}
