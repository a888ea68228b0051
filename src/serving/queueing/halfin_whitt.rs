//! Square-root staffing: how many servers beyond the load, when there are many.

use crate::math;

/// The share of arrivals that wait with `A + β·√A` servers, `A` large: `[1 + β·Φ(β)/φ(β)]⁻¹` (S. Halfin, W. Whitt, 1981).
pub fn delay_probability(safety: f64) -> f64 {
    1.0 / (1.0 + safety * math::normal_cdf(safety) / math::normal_pdf(safety))
}

/// The safety factor β with which this share of arrivals waits, by halving. `None` unless the share lies between 0 and 1
/// and is no smaller than about 1e-15.
pub fn safety_factor(waits: f64) -> Option<f64> {
    let (mut low, mut high) = (0.0, 8.0);
    if !(waits < 1.0 && waits > delay_probability(high)) {
        return None;
    }
    for _ in 0..60 {
        let middle = f64::midpoint(low, high);
        if delay_probability(middle) > waits { low = middle } else { high = middle }
    }
    Some(f64::midpoint(low, high))
}

/// `A + β·√A`: servers, not rounded, with which about this share of arrivals waits.
pub fn servers(load: f64, waits: f64) -> Option<f64> {
    Some(load + safety_factor(waits)? * load.sqrt())
}
