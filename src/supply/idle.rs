//! A fleet that goes to zero: its last replica runs only while requests come.
//!
//! Requests arrive at random at the rate of their hour, so gaps are exponential. A gap longer than the fleet waits ends its
//! run; the next request orders a replica, which is paid from then on and serves after its cold start.

use super::mixed::{Shape, of_lane};
use crate::lanes::{Lanes, Slot, Values};
use crate::math;

/// When the last replica goes.
pub(super) struct GoesToZero {
    /// The hours of its load.
    pub(super) shape: Shape,
    /// Hours without a request.
    pub(super) after: Slot,
    /// Hours until one that was ordered serves.
    pub(super) cold_start: Slot,
}

/// What becomes of a replica that only few requests ask for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Kept {
    /// The share of the time in which it starts, and is paid.
    pub(super) starting: f64,
    /// The share of the time in which it serves.
    pub(super) up: f64,
    /// The share of requests that find none, or one that is only starting.
    pub(super) missed: f64,
}

impl Kept {
    /// With so many requests an hour, a replica that waits so long for the next one, and takes so long to start.
    ///
    /// A cycle is a gap until somebody asks (1/λ), a cold start c, and a run until a gap exceeds T, `(e^λT − 1) / λ` on average.
    pub(super) fn of(per_hour: f64, after: f64, cold_start: f64) -> Self {
        if per_hour <= 0.0 {
            return Self { starting: 0.0, up: 0.0, missed: 0.0 };
        }
        // Beyond this it never goes, as far as a double can tell.
        let run = math::exp_m1((per_hour * after).min(600.0));
        let starting = per_hour * cold_start;
        let cycle = 1.0 + starting + run;
        Self { starting: starting / cycle, up: run / cycle, missed: (1.0 + starting) / cycle }
    }
}

/// What hours with at most one replica come to, as means over all hours of the month.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Saved {
    /// Replicas that are not there, though the load of the hour counts one.
    pub(super) down: f64,
    /// Of these, replicas that start.
    pub(super) starting: f64,
    /// Load that finds no replica.
    pub(super) missed: f64,
}

impl GoesToZero {
    /// What it saves and misses in a lane; `mean` load in all, `means` and `requests` in a mean hour by week.
    pub(super) fn saved(
        &self,
        values: &Values,
        lane: usize,
        (mean, target): (f64, f64),
        (means, requests): (&[Lanes], &[Lanes]),
    ) -> Saved {
        let (after, cold) = (values[self.after][lane], values[self.cold_start][lane]);
        let of = |load: f64, per_hour: f64| {
            let kept = Kept::of(per_hour, after, cold);
            // Where nothing is asked for no replica is counted to begin with.
            let one = f64::from(u8::from(load > 0.0));
            [one * (1.0 - kept.up), kept.starting, load * kept.missed]
        };
        let [down, starting, missed] = match &self.shape {
            Shape::One(curve) => {
                let per_hour = requests[0][lane];
                let most = target / mean.max(f64::MIN_POSITIVE);
                curve.mean_up_to(most, |level| of(level * mean, level * per_hour))
            }
            Shape::Mixed(mix) => mix.mean_up_to(&of_lane(means, lane), target, &of_lane(requests, lane), of),
        };
        Saved { down, starting, missed }
    }
}

#[cfg(test)]
mod tests {
    use super::Kept;
    use crate::math;

    /// Against a list of a million arrivals. Each share is a mean over at least 5,000 cycles: its standard error is below
    /// 1.5 % of it, so a false alarm at 6 % is below one in 10,000.
    #[test]
    fn a_replica_runs_while_requests_come() {
        for (per_hour, after, cold) in
            [(1.0, 0.25, 0.1), (6.0, 0.25, 0.05), (0.2, 1.0, 0.5), (20.0, 0.2, 0.1)]
        {
            let (mut now, mut until, mut ready) = (0.0_f64, f64::NEG_INFINITY, f64::NEG_INFINITY);
            let (mut paid, mut up, mut missed) = (0.0, 0.0, 0.0);
            let (mut state, arrivals) = (1_u64, 1_000_000);
            for _ in 0..arrivals {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let uniform = ((state >> 11) as f64 + 0.5) / (1_u64 << 53) as f64;
                now -= math::ln(uniform) / per_hour;
                if now > until {
                    // It was down: somebody orders one.
                    missed += 1.0;
                    ready = now + cold;
                    until = ready + after;
                    paid += cold + after;
                    up += after;
                } else if now < ready {
                    missed += 1.0;
                } else {
                    paid += now + after - until;
                    up += now + after - until;
                    until = now + after;
                }
            }
            let kept = Kept::of(per_hour, after, cold);
            for (found, known) in [
                (paid / now, kept.starting + kept.up),
                (up / now, kept.up),
                (missed / f64::from(arrivals), kept.missed),
            ] {
                assert!((found - known).abs() < 0.06 * known, "{per_hour} {after} {cold}: {found} {known}");
            }
        }
    }

    #[test]
    fn many_requests_keep_it_and_none_lets_it_go() {
        assert_eq!(Kept::of(0.0, 1.0, 0.1), Kept { starting: 0.0, up: 0.0, missed: 0.0 });
        let busy = Kept::of(1e6, 0.25, 0.1);
        assert!(busy.up > 1.0 - 1e-12 && busy.missed < 1e-12);
        let at_once = Kept::of(3.0, 0.0, 0.0);
        assert_eq!((at_once.up, at_once.missed), (0.0, 1.0));
    }
}
