//! The moment from which a strategy has cost less than another, for good.

use multiversion::multiversion;

use crate::lanes::{self, LANES, Lanes, ZERO};

/// Follows cumulative cash of one strategy less that of the baseline, path by path.
///
/// Within a month both grow in a straight line, after what is paid at its start. The moment is the last crossing: where the
/// difference turns to zero or below and stays there until the end of the scenario (a first crossing that reverts is none).
#[derive(Clone)]
pub(super) struct BreakEven {
    ended_at: Lanes,
    /// The month of the last crossing, NaN where there is none or another one back.
    month: Lanes,
    /// The difference before and after it: the moment is worked out when all months are known, since a division takes longer than
    /// all else that is done in a month.
    from: Lanes,
    to: Lanes,
}

impl BreakEven {
    pub(super) fn new() -> Self {
        Self { ended_at: ZERO, month: Lanes::splat(f64::NAN), from: ZERO, to: ZERO }
    }

    /// Takes a month of both: the part of their cash that is paid at its start, and all of it. Few paths cross in a month, and these
    /// alone are gone through.
    pub(super) fn step(&mut self, month: usize, own: [&Lanes; 2], baseline: [&Lanes; 2]) {
        let mut crosses = [month == 0; LANES];
        let start = advance(own[0], own[1], baseline[0], baseline[1], &mut self.ended_at, &mut crosses);
        for lane in lanes::which(&crosses) {
            let end = self.ended_at[lane];
            // What is below when it is first seen has been so from the start of that month.
            let (from, to) = if start[lane] > 0.0 { (start[lane], end) } else { (0.0, -1.0) };
            (self.from[lane], self.to[lane]) = (from, to);
            self.month[lane] = if end > 0.0 { f64::NAN } else { month as f64 };
        }
    }

    /// Months from the start of the scenario, NaN where it never happens.
    pub(super) fn months(&self) -> Lanes {
        Lanes::from_fn(|i| self.month[i] + self.from[i] / (self.from[i] - self.to[i]))
    }
}

/// Takes the difference to the end of a month, and marks where it is on another side of zero than a month ago, or was for a moment; tells
/// what it is after the payments at the start of the month.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn advance(
    upfront: &Lanes,
    whole: &Lanes,
    upfront_baseline: &Lanes,
    whole_baseline: &Lanes,
    ended_at: &mut Lanes,
    crosses: &mut [bool; LANES],
) -> Lanes {
    let mut start = Lanes::ZERO;
    for i in 0..LANES {
        let before = ended_at[i];
        start[i] = before + (upfront[i] - upfront_baseline[i]);
        let end = before + (whole[i] - whole_baseline[i]);
        ended_at[i] = end;
        let was_above = before > 0.0;
        crosses[i] |= if end > 0.0 { !was_above } else { was_above || start[i] > 0.0 };
    }
    start
}

#[cfg(test)]
mod tests {
    use super::*;

    /// By going through all months of a path once more, with every crossing: the last one counts unless another goes back.
    fn by_hand(months: &[[f64; 4]]) -> f64 {
        let (mut ended_at, mut found) = (0.0, None);
        for (month, [upfront, whole, upfront_baseline, whole_baseline]) in months.iter().enumerate() {
            let (start, end) = (ended_at + (upfront - upfront_baseline), ended_at + (whole - whole_baseline));
            found = match (start > 0.0, end > 0.0) {
                (_, true) => None,
                (true, false) => Some(month as f64 + start / (start - end)),
                (false, false) => found.or(Some(month as f64)),
            };
            ended_at = end;
        }
        found.unwrap_or(f64::NAN)
    }

    /// Costs in whole numbers, so that differences are often zero.
    fn cost(lane: usize, month: usize, which: u64) -> f64 {
        let word = crate::random::philox([lane as u32, 0, month as u32, 0], which)[0];
        f64::from(word % 5) - if which == 0 { 2.0 } else { 0.0 }
    }

    #[test]
    fn lanes_that_cross_are_all_that_need_looking_at() {
        let mut even = BreakEven::new();
        let mut paths = vec![Vec::new(); LANES];
        for month in 0..40 {
            let of = |which| Lanes::from_fn(|lane| cost(lane, month, which));
            // Some pay nothing at the start of a month.
            let upfront = if month % 3 == 0 { of(0) } else { ZERO };
            let (whole, whole_baseline) = (of(1), of(2));
            even.step(month, [&upfront, &whole], [&ZERO, &whole_baseline]);
            for (lane, path) in paths.iter_mut().enumerate() {
                path.push([upfront[lane], whole[lane], 0.0, whole_baseline[lane]]);
            }
            let expected: Vec<f64> = paths.iter().map(|path| by_hand(path)).collect();
            for (found, expected) in even.months().iter().zip(&expected) {
                assert!((found - expected).abs() < 1e-12 || (found.is_nan() && expected.is_nan()), "{month}");
            }
            assert!(
                month < 5 || (1..LANES).contains(&expected.iter().filter(|moment| moment.is_nan()).count())
            );
        }
    }
}
