//! The moment from which a strategy has cost less than another, for good.

use multiversion::multiversion;

use crate::lanes::{LANES, Lanes, ZERO};

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

    /// Takes a month of both: the part of their cash that is paid at its start, and all of it.
    pub(super) fn step(&mut self, month: usize, own: [&Lanes; 2], baseline: [&Lanes; 2]) {
        let Self { ended_at, month: crossing, from, to } = self;
        step(month as f64, own[0], own[1], baseline[0], baseline[1], ended_at, crossing, from, to);
    }

    /// Months from the start of the scenario, NaN where it never happens.
    pub(super) fn months(&self) -> Lanes {
        Lanes::from_fn(|i| self.month[i] + self.from[i] / (self.from[i] - self.to[i]))
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn step(
    month: f64,
    upfront: &Lanes,
    whole: &Lanes,
    upfront_baseline: &Lanes,
    whole_baseline: &Lanes,
    ended_at: &mut Lanes,
    crossing: &mut Lanes,
    from: &mut Lanes,
    to: &mut Lanes,
) {
    for i in 0..LANES {
        let start = ended_at[i] + (upfront[i] - upfront_baseline[i]);
        let end = ended_at[i] + (whole[i] - whole_baseline[i]);
        ended_at[i] = end;
        let crosses = start > 0.0;
        // What is below when it is first seen has been so from the start of that month.
        let begins = crossing[i].is_nan() && !crosses;
        let (above, below) = if begins { (0.0, -1.0) } else { (from[i], to[i]) };
        let since = if crosses || begins { month } else { crossing[i] };
        from[i] = if crosses { start } else { above };
        to[i] = if crosses { end } else { below };
        crossing[i] = if end > 0.0 { f64::NAN } else { since };
    }
}
