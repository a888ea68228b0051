//! Outages: short, frequent, and over again.

use multiversion::multiversion;

use super::hits::{self, World};
use super::{Written, address, drawn};
use crate::calendar::Month;
use crate::distribution::{Number, NumberOf};
use crate::document::{Plugin, Reader, Reference};
use crate::lanes::{self, LANES, Lanes, Slot, Values, ZERO};
use crate::math;
use crate::pricing::Vendor;
use crate::process::{Hit, Lookup, Path, PathOf, Process, Reads};
use crate::random::Draws;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "outage",
    meaning: "all that it hits is down together now and then, for so long that the availability is met",
    example: "{ outage = { hits = [\"acme\"], availability = \"99.0 % to 99.7 %\", duration = { lognormal = { median = \"1 h\", sigma = 1.2 } } } }",
    read,
};

/// `[hazard.<id>.outage]`: an alternating renewal process, up for exponential times, down for drawn ones.
///
/// Outages are far shorter than a month, so only the share of each month that is down is drawn, from one word. Its mean
/// `1 − a` and its variance are those of the two-state Markov chain (D. R. Cox, Renewal Theory, 1962), and no outage at all is
/// as likely as in the process; beyond that it has the shape of a gamma distribution, or of a beta distribution where the other
/// would pass the whole month. Months are independent.
#[derive(Debug)]
struct Outage {
    hits: Vec<Reference>,
    availability: Path,
    /// Mean hours of an outage.
    mean: f64,
    /// Mean hours that an outage met at any moment still lasts, `E[D²] / 2E[D]`: as long as the mean if exponential.
    remaining: f64,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let hits = hits::read(t);
    let availability = t.required("availability", PathOf(&units::SHARE), "share of the time it is up");
    let duration = t.required(
        "duration",
        NumberOf(&units::DURATION),
        "how long outages last: a mean, of exponential ones, or how they are distributed",
    );
    let (hits, availability, duration) = (hits?, availability?, duration?);
    let (mean, remaining) = hours(&duration);
    if mean <= 0.0 || mean > LONGEST {
        let help = "what lasts longer is a retirement, or a vendor in distress";
        t.refuse(
            "duration",
            "out-of-range",
            "outages last for more than no time, and a month at the most",
            help,
        );
        return None;
    }
    Some(Box::new(Outage { hits, availability, mean, remaining }))
}

/// Hours of a month: longer outages would not be over within a month or two, as the months' independence supposes.
const LONGEST: f64 = 744.0;

/// The mean of a duration, and what remains of one that is met at any moment, in hours.
fn hours(duration: &Number) -> (f64, f64) {
    let unit = drawn::scale(duration) * crate::calendar::AVERAGE_MONTH_HOURS;
    let (mean, sd) = (duration.distribution.mean(), duration.distribution.sd());
    let remaining = match duration.known() {
        Some(mean) => mean,
        None => (sd * sd + mean * mean) / (2.0 * mean),
    };
    (mean * unit, remaining * unit)
}

impl Written for Outage {
    fn kind(&self) -> &'static str {
        PLUGIN.name
    }

    fn hits(&self) -> Vec<&Reference> {
        self.hits.iter().collect()
    }

    fn resolve(
        &self,
        id: &Reference,
        _: &[(Reference, Vendor)],
        world: &mut World,
        lookup: &mut dyn Lookup,
    ) -> Option<()> {
        let available = lookup.path(&self.availability)?;
        // An outage of several is nobody's own: the distress of one of them does not make it longer.
        let own = if let [only] = self.hits.as_slice() { only.id.split('/').next() } else { None };
        let factor = own.and_then(|vendor| world.health(vendor)).and_then(|health| health.outage_factor);
        let (mean, remaining, forced) = (self.mean, self.remaining, world.forced);
        let running = Running { available, factor, mean, remaining, forced };
        let inputs: Vec<Slot> = [available].into_iter().chain(factor).collect();
        let up = lookup.monthly(&format!("{}.up", address(id)), &inputs, Box::new(running));
        world.strike(&self.hits, Hit { up: Some(up), ..Hit::default() }, lookup);
        Some(())
    }
}

/// Standard deviations above the mean that the share of a month that is down never reaches: an exponential share exceeds them
/// in one of 60,000 months.
const FAR: f64 = 10.0;

struct Running {
    available: Slot,
    /// On the share of time that is down.
    factor: Option<Slot>,
    mean: f64,
    remaining: f64,
    /// A month with an outage, on every path.
    forced: Option<usize>,
}

/// What is known of a month of so many hours before a path's luck is: its outages begin at a rate and last so long.
struct Expected {
    hours: f64,
    /// Mean duration of an outage, and of what is left of one that is under way.
    mean: f64,
    remaining: f64,
    /// Whether the month has an outage on every path.
    sure: bool,
}

/// The share of a month that is down, lane by lane: mean and variance of the months with an outage, and where among those the
/// path's month lies.
struct Down {
    mean: Lanes,
    variance: Lanes,
    place: Lanes,
}

/// `place` is a uniform number for each lane, and becomes one of the months with an outage: below zero where there is none.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn moments(available: &Lanes, month: &Expected, all: &mut Down) {
    for i in 0..LANES {
        let (available, u) = (available[i], all.place[i]);
        let down = 1.0 - available;
        // Outages begin at this rate while it is up.
        let rate = down / (available * month.mean);
        let none = available * math::exp(-rate * month.hours);
        let some = 1.0 - none;
        let u = if month.sure { none + u * some } else { u };
        // The covariance of two moments apart by t is a(1 − a)·exp(−t / (a·remaining)).
        let decays = month.hours / (available * month.remaining);
        let variance = 2.0 * available * down * (decays + math::exp_m1_upto_40(-decays)) / (decays * decays);
        let mean = down / some;
        all.mean[i] = mean;
        all.variance[i] = (variance + down * down) / some - mean * mean;
        all.place[i] = if u <= none { -1.0 } else { (u - none) / some };
    }
}

/// Standard deviations over means.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn variations(mean: &Lanes, variance: &Lanes) -> Lanes {
    Lanes::from_fn(|i| variance[i].sqrt() / mean[i])
}

/// The shares of months without an outage, and of those that are gamma distributed: the mean times a ratio. Marks all others.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn usual_shares(available: &Lanes, of: &Down, ratios: &Lanes, others: &mut [bool; LANES]) -> Lanes {
    let mut shares = ZERO;
    for i in 0..LANES {
        let (mean, variance) = (of.mean[i], of.variance[i]);
        let varies = variance > 1e-12 * (mean * (1.0 - mean));
        let is_gamma = varies && mean > 0.0 && mean + FAR * variance.sqrt() < 1.0;
        let none = of.place[i] < 0.0;
        let share = mean * math::smaller(ratios[i], 1.0 / mean);
        shares[i] = if none { 0.0 } else { share };
        others[i] = !(available[i] > 0.0 && available[i] < 1.0 && (none || is_gamma));
    }
    shares
}

impl Down {
    /// The share of a lane's month that is not a usual one, by its quantile.
    fn other_share(&self, available: f64, i: usize) -> f64 {
        let (down, mean, variance, u) = (1.0 - available, self.mean[i], self.variance[i], self.place[i]);
        if down <= 0.0 || available <= 0.0 {
            return down.clamp(0.0, 1.0);
        }
        let most = mean * (1.0 - mean);
        if most <= 0.0 || variance <= 1e-12 * most {
            return mean.min(1.0);
        }
        let size = most / variance.min(most * (1.0 - 1e-9)) - 1.0;
        math::beta_quantile(mean * size, (1.0 - mean) * size, u)
    }
}

impl Running {
    /// The shares of a month that are down, where it is available for these shares and each lane has its uniform number.
    fn down(&self, available: &Lanes, hours: f64, u: &Lanes, sure: bool) -> Lanes {
        let month = Expected { hours, mean: self.mean, remaining: self.remaining, sure };
        let mut all = Down { mean: ZERO, variance: ZERO, place: *u };
        moments(available, &month, &mut all);
        let (mut scores, mut ratios, mut others) = (ZERO, ZERO, [false; LANES]);
        math::normal_quantile_lanes(&all.place, &mut scores);
        math::gamma_ratio_lanes(&variations(&all.mean, &all.variance), &scores, &mut ratios);
        let mut shares = usual_shares(available, &all, &ratios, &mut others);
        for lane in lanes::which(&others) {
            shares[lane] = all.other_share(available[lane], lane);
        }
        shares
    }
}

impl Process for Running {
    fn words(&self) -> u64 {
        1
    }
    fn reads(&self) -> Reads {
        Reads::Monthly
    }
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, _: &mut [Lanes], out: &mut Lanes) {
        let mut u = Lanes::ZERO;
        draws.uniform(now.index as u64, &mut u);
        let mut available = values[self.available];
        for i in 0..LANES {
            let worse = self.factor.map_or(1.0, |factor| values[factor][i]);
            available[i] = (1.0 - worse * (1.0 - available[i].clamp(0.0, 1.0))).max(0.0);
        }
        let down = self.down(&available, now.hours, &u, self.forced == Some(now.index));
        for i in 0..LANES {
            out[i] = 1.0 - down[i];
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Running;
    use crate::lanes::{LANES, Lanes, Slot};

    /// Mean and variance over a month of the two-state chain, by the midpoint rule over the quantile.
    #[test]
    fn the_share_down_has_the_mean_and_variance_of_the_chain() {
        const POINTS: usize = 20_000;
        for (available, mean, hours) in
            [(0.997, 1.0, 720.0), (0.99, 6.0, 744.0), (0.9, 40.0, 672.0), (0.5, 0.5, 730.0)]
        {
            let running =
                Running { available: Slot::staying(0, 0), factor: None, mean, remaining: mean, forced: None };
            let place = |lane: usize| (lane as f64 + 0.5) / POINTS as f64;
            let down = |first: usize| {
                running.down(&Lanes::splat(available), hours, &Lanes::from_fn(|i| place(first + i)), false)
            };
            let all: Vec<f64> = (0..POINTS).step_by(LANES).flat_map(down).take(POINTS).collect();
            let n = POINTS as f64;
            let found = all.iter().sum::<f64>() / n;
            let spread = all.iter().map(|x| (x - found) * (x - found)).sum::<f64>() / n;
            // Rates of the chain: up to down, down to up.
            let (fails, repaired) = ((1.0 - available) / (available * mean), 1.0 / mean);
            let both: f64 = (fails + repaired) * hours;
            let expected =
                2.0 * available * (1.0 - available) * (both - 1.0 + crate::math::exp(-both)) / (both * both);
            assert!(
                (found - (1.0 - available)).abs() < 2e-4 * (1.0 - available),
                "{available} {mean}: {found}"
            );
            assert!(
                (spread / expected - 1.0).abs() < 5e-3,
                "{available} {mean}: {spread}, expected {expected}"
            );
            assert!(all.iter().all(|share| (0.0..=1.0).contains(share)));
        }
    }
}
