//! Fleets of replicas: how many are needed, and what they can carry of a week's load.

use crate::demand::LoadCurve;
use crate::distribution::{Number, NumberOf, WholeOf};
use crate::document::Reader;
use crate::units;

/// How a fleet is run; part of a supply.
#[derive(Clone, Debug)]
pub struct Fleet {
    /// Share of a replica's capacity that is planned for.
    pub utilization_target: Number,
    /// Replicas that always run.
    pub min_replicas: f64,
    /// Replicas that never can be exceeded.
    pub max_replicas: Option<f64>,
    /// Replicas beyond the need, for failures.
    pub spare_replicas: f64,
}

impl Fleet {
    /// Reads `[supply.<id>.<kind>.fleet]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let target = t.or(
            "utilization_target",
            "70 %",
            NumberOf(&units::SHARE),
            "share of a replica's capacity to plan for",
        );
        let min = t.or("min_replicas", "1", WholeOf(&units::REPLICAS), "replicas that always run");
        let max = t.optional("max_replicas", WholeOf(&units::REPLICAS), "replicas that are never exceeded");
        let spare = t.or("spare_replicas", "0", WholeOf(&units::REPLICAS), "replicas beyond the need");
        let (target, min, max) = (target?, min?, max?);
        if target.known() == Some(0.0) {
            let help = "100 % plans for every replica at its limit";
            t.refuse("utilization_target", "not-positive", "at a utilization of 0 nothing is served", help);
            return None;
        }
        if max.is_some_and(|max| max < min) {
            t.refuse("max_replicas", "empty-range", "`max_replicas` is below `min_replicas`", "raise it");
            return None;
        }
        Some(Self {
            utilization_target: target,
            min_replicas: min,
            max_replicas: max,
            spare_replicas: spare?,
        })
    }
}

/// The mean load that a capacity carries of a load with this mean: what exceeds the capacity in an hour is not carried.
///
/// `mean · (1 − E[(w − capacity/mean)⁺])` for a load `mean · w`.
#[allow(clippy::inline_always, reason = "it has to be compiled for the vector instructions of its caller")]
#[inline(always)]
pub fn carried(curve: &LoadCurve, mean: f64, capacity: f64) -> f64 {
    // A load too small to divide by is carried whole by any capacity, and is nothing.
    mean * (1.0 - curve.excess(capacity / mean.max(f64::MIN_POSITIVE)))
}
