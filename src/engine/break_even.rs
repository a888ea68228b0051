//! The moment from which a strategy has cost less than another, for good.

use multiversion::multiversion;

use crate::lanes::{LANES, Lanes};

/// Follows cumulative cash of one strategy less that of the baseline, path by path.
///
/// Within a month both grow in a straight line, after what is paid at its start. The moment is the last crossing: where the
/// difference turns to zero or below and stays there until the end of the scenario (a first crossing that reverts is none).
#[derive(Clone)]
pub(super) struct BreakEven {
    ended_at: Lanes,
    months: Lanes,
}

impl BreakEven {
    pub(super) fn new() -> Self {
        Self { ended_at: [0.0; LANES], months: [f64::NAN; LANES] }
    }

    /// Takes a month of both: the part of their cash that is paid at its start, and all of it.
    pub(super) fn step(&mut self, month: usize, own: [&Lanes; 2], baseline: [&Lanes; 2]) {
        step(month as f64, own, baseline, &mut self.ended_at, &mut self.months);
    }

    /// Months from the start of the scenario, NaN where it never happens.
    pub(super) fn months(&self) -> &Lanes {
        &self.months
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn step(
    month: f64,
    [upfront, whole]: [&Lanes; 2],
    baseline: [&Lanes; 2],
    ended_at: &mut Lanes,
    months: &mut Lanes,
) {
    for i in 0..LANES {
        let start = ended_at[i] + (upfront[i] - baseline[0][i]);
        let end = ended_at[i] + (whole[i] - baseline[1][i]);
        let crossed = month + start / (start - end);
        let before = if months[i].is_nan() { month } else { months[i] };
        let below = if start > 0.0 { crossed } else { before };
        ended_at[i] = end;
        months[i] = if end > 0.0 { f64::NAN } else { below };
    }
}
