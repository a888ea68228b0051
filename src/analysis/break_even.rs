//! When a strategy has cost less than the baseline, for good.

use crate::stats::{Interval, wilson_interval};

/// The distribution of the break-even moment; paths that never get there count as never, not as missing.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakEven {
    /// Months until a share of all paths has broken even; `None` where that share never does.
    pub p5: Option<f64>,
    /// The median over all paths, those that never break even included.
    pub p50: Option<f64>,
    /// The 95th percentile.
    pub p95: Option<f64>,
    /// Share of paths that do not break even within the scenario.
    pub never: f64,
    /// 95 % confidence interval of that share.
    pub never_interval: Interval,
    /// Share of paths that have broken even by the end of each month.
    pub by_month: Vec<f64>,
}

/// The month in which a moment falls that is counted in months from the start, of a scenario with so many.
pub fn month_of(moment: f64, months: usize) -> usize {
    // A crossing at the very end of a month belongs to that month, not to the next.
    let month = if moment > 0.0 { moment.ceil() as usize - 1 } else { 0 };
    month.min(months.saturating_sub(1))
}

/// Summarizes break-even moments, in months from the start; NaN is never.
pub fn break_even(moments: &[f32], months: usize) -> BreakEven {
    let mut reached: Vec<f32> = moments.iter().copied().filter(|moment| !moment.is_nan()).collect();
    reached.sort_unstable_by(f32::total_cmp);
    let n = moments.len();
    let never = (n - reached.len()) as u64;
    // The share p of all paths has broken even at the ceil(p·n)-th moment, if there are so many.
    let at = |p: f64| {
        let rank = ((p * n as f64).ceil() as usize).max(1);
        reached.get(rank - 1).map(|moment| f64::from(*moment))
    };
    let by = |month: usize| reached.partition_point(|moment| f64::from(*moment) <= (month + 1) as f64);
    BreakEven {
        p5: at(0.05),
        p50: at(0.50),
        p95: at(0.95),
        never: never as f64 / n as f64,
        never_interval: wilson_interval(never, n as u64, 0.95),
        by_month: (0..months).map(|month| by(month) as f64 / n as f64).collect(),
    }
}
