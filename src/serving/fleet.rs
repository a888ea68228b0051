//! Fleets of replicas: how many are needed, and what they can carry of a week's load.

use crate::demand::LoadCurve;
use crate::distribution::{Number, NumberOf, WholeOf};
use crate::document::{Reader, Whole};
use crate::math;
use crate::units::{self, Period};

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
    /// Zones that replicas are spread over.
    pub zones: Zones,
    /// What follows the load, where it takes its time; replicas are there at once if absent.
    pub autoscaler: Option<Autoscaler>,
}

/// How long it takes until more load has more replicas.
#[derive(Clone, Debug)]
pub struct Autoscaler {
    /// From a change of load until the autoscaler has seen it.
    pub lag: Option<Number>,
    /// From then until a new replica serves, paid all the while.
    pub cold_start: Option<Number>,
    /// Time without a request after which the last replica goes; it stays if absent.
    pub to_zero_after: Option<Number>,
}

/// Hours that lag and cold start may come to: a fleet that takes longer does not follow its load.
const SLOWEST: f64 = 2.0;

impl Autoscaler {
    #[allow(clippy::option_option, reason = "absent and wrong are different")]
    fn read(t: &mut Reader) -> Option<Option<Self>> {
        let lag = t.optional(
            "autoscale_lag",
            NumberOf(&units::DURATION),
            "from a change of load until the autoscaler has seen it; at once if absent",
        );
        let cold = t.optional(
            "cold_start",
            NumberOf(&units::DURATION),
            "from then until a new replica serves, paid all the while; at once if absent",
        );
        let zero = t.optional(
            "to_zero_after",
            NumberOf(&units::DURATION),
            "time without a request after which the last replica goes; with `min_replicas = 0`",
        );
        let (lag, cold_start, to_zero_after) = (lag?, cold?, zero?);
        let both = [("autoscale_lag", &lag), ("cold_start", &cold_start)];
        let said = || both.iter().filter_map(|(key, number)| Some((*key, number.as_ref()?)));
        let clock = |number: &Number| number.unit.period.is_some_and(Period::is_clock);
        let mean: f64 = said().map(|(_, number)| number.distribution.mean()).sum();
        let slow = said()
            .find(|(_, number)| !clock(number))
            .or_else(|| said().next_back().filter(|_| mean > SLOWEST));
        if let Some((key, _)) = slow {
            let help =
                "write minutes; a fleet that takes longer does not follow the load: raise `min_replicas`";
            t.refuse(key, "slow-autoscaler", "lag and cold start come to two hours at the most", help);
            return None;
        }
        Some((lag.is_some() || cold_start.is_some() || to_zero_after.is_some()).then_some(Self {
            lag,
            cold_start,
            to_zero_after,
        }))
    }
}

/// Zones that a fleet is spread over; the load must survive the loss of any one of them. One zone promises nothing.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Zones(f64);

impl Zones {
    /// A number of zones, at least one.
    pub fn new(count: i64) -> Self {
        Self(count.max(1) as f64)
    }

    /// Whether there is but one.
    pub fn is_one(self) -> bool {
        self.0 < 2.0
    }

    /// The zones that are left when one is lost.
    pub fn left(self) -> f64 {
        self.0 - 1.0
    }

    /// The least number of replicas of which `needed` are left when any zone is lost: `n + ⌈n / (z − 1)⌉`.
    pub fn with_reserve(self, needed: f64) -> f64 {
        if self.is_one() { needed } else { needed + math::ceil(needed / self.left() - 1e-9) }
    }

    /// What is left of some replicas, spread evenly, when the zone with the most is lost: `n − ⌈n / z⌉`.
    pub fn without_one(self, replicas: f64) -> f64 {
        if self.is_one() { replicas } else { replicas - math::ceil(replicas / self.0 - 1e-9) }
    }
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
        let zones = t.or(
            "zones",
            "1",
            Whole(1, 100),
            "zones that replicas are spread over: the load survives the loss of any one of them",
        );
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
            zones: Zones::new(zones?),
            autoscaler: None,
        })
    }

    /// Reads a fleet that follows its load.
    pub fn read_rented(t: &mut Reader) -> Option<Self> {
        let fleet = Self::read(t);
        let (autoscaler, fleet) = (Autoscaler::read(t)?, fleet?);
        let goes = autoscaler.as_ref().and_then(|scaler| scaler.to_zero_after.as_ref());
        if let Some(after) = goes {
            let starts = autoscaler.as_ref().is_some_and(|scaler| scaler.cold_start.is_some());
            let stays = fleet.min_replicas + fleet.spare_replicas > 0.0 || !fleet.zones.is_one();
            let clock = after.unit.period.is_some_and(Period::is_clock);
            let wrong = match (stays, starts, clock) {
                (true, ..) => Some((
                    "stays",
                    "a fleet of which replicas always run does not go to zero",
                    "write `min_replicas = 0`, without `spare_replicas` and `zones`",
                )),
                (_, false, _) => Some((
                    "no-cold-start",
                    "a fleet that goes to zero has to start again",
                    "add `cold_start = \"3 min\"`",
                )),
                (.., false) => Some((
                    "slow-autoscaler",
                    "a fleet that waits for months does not go to zero",
                    "write minutes",
                )),
                _ => None,
            };
            if let Some((code, message, help)) = wrong {
                t.refuse("to_zero_after", code, message, help);
                return None;
            }
        }
        Some(Self { autoscaler, ..fleet })
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
