//! Incidents: a random number each month, each with a random cost.

use crate::calendar::Month;
use crate::distribution::{Number, NumberOf, Sampler};
use crate::document::{Origin, Reader};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::{Lookup, Path, PathOf, Process, Reads};
use crate::random::Draws;
use crate::units;

/// Frequency and severity.
#[derive(Clone, Debug)]
pub struct Incidents {
    /// Incidents per time.
    pub frequency: Path,
    /// Cost of one, drawn anew for each.
    pub cost: Number,
    /// Name and place.
    pub origin: Origin,
}

impl Incidents {
    /// Reads `incidents = { frequency, cost }`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let frequency = t.required("frequency", PathOf(&units::EVENTS_PER_TIME), "incidents per time");
        let cost = t.required(
            "cost",
            NumberOf(&units::MONEY_PER_INCIDENT),
            "cost of one incident, drawn anew for each",
        );
        Some(Self { frequency: frequency?, cost: cost?, origin: t.place()?.origin() })
    }

    /// The month's number of incidents, and their cost in the currency it was written in.
    pub fn resolve(&self, lookup: &mut dyn Lookup) -> Option<(Slot, Slot)> {
        let frequency = lookup.per_month(&self.frequency)?;
        let address = &self.origin.address;
        let count = lookup.monthly(&format!("{address}.count"), &[frequency], Box::new(Count { frequency }));
        let sampler = self.cost.distribution.sampler();
        let severity = Severity { count, sampler };
        let cost = lookup.monthly(&format!("{address}.cost"), &[count], Box::new(severity));
        Some((count, lookup.converted(cost, &self.cost)?))
    }
}

/// Poisson by inversion.
struct Count {
    frequency: Slot,
}

impl Process for Count {
    fn words(&self) -> u64 {
        1
    }
    fn reads(&self) -> Reads {
        Reads::Monthly
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        let mut u = Lanes::ZERO;
        draws.uniform(now.index as u64, &mut u);
        for i in 0..LANES {
            let mean = values[self.frequency][i];
            // 1 − λ < exp(−λ): most lanes need no exponential to know that nothing happens.
            out[i] = if u[i] <= 1.0 - mean { 0.0 } else { math::poisson_quantile(mean, u[i]) };
        }
    }
}

/// Severities that are drawn one by one in a month; more incidents than this share their average, so the mean is exact.
const DRAWN: u64 = 8;

struct Severity {
    count: Slot,
    sampler: Sampler,
}

impl Process for Severity {
    fn words(&self) -> u64 {
        DRAWN
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        let counts = &values[self.count];
        let begin = now.index as u64 * DRAWN;
        // The first severity of all lanes together, the rare others one by one: each is a draw of its own word.
        let mut scores = Lanes::ZERO;
        draws.score(begin, &mut scores);
        self.sampler.fill(&scores, out);
        for lane in 0..LANES {
            let count = counts[lane];
            let drawn = (count as u64).min(DRAWN);
            let mut sum = out[lane];
            for i in 1..drawn {
                sum += self.sampler.at(draws.score_of(lane, begin + i));
            }
            out[lane] = if drawn == 0 { 0.0 } else { sum * count / drawn as f64 };
        }
    }
}
