//! What rented and owned replicas have in common: the load of their entries, and how a fleet of some size carries it.

use std::sync::Arc;

use multiversion::multiversion;

use super::definitions::find;
use super::mixed::{Shape, Weeks};
use super::work::Work;
use super::{Definitions, Entry};
use crate::calendar::Month;
use crate::demand::{LoadCurve, Patience};
use crate::diagnostic::Diagnostic;
use crate::lanes::{ENDLESS, LANES, Lanes, Slot, Values, ZERO};
use crate::math::{larger, smaller};
use crate::pricing::Tier;
use crate::process::Lookup;
use crate::serving::{CallTokens, Capacity, Deployment, Lengths, carried};

/// The entries of a strategy that one fleet serves.
pub(super) struct Hosting {
    pub(super) entries: Vec<Hosted>,
    pub(super) curve: Arc<LoadCurve>,
    /// How the load of all of them is spread over the hours.
    pub(super) shape: Shape,
    /// The weeks of its streams.
    pub(super) weeks: Weeks,
    /// The values behind the fleet's size.
    pub(super) inputs: Vec<Slot>,
}

/// One entry on a fleet.
pub(super) struct Hosted {
    /// Replica-hours at full capacity that one request takes.
    pub(super) hours_per_request: Slot,
    /// One over that.
    pub(super) requests_per_hour: Slot,
    pub(super) waits: Option<Slot>,
    /// How far the fleet may grow for this entry, in replicas.
    pub(super) up_to: f64,
    /// The hours of load, where what does not fit waits.
    pub(super) patient: Option<Arc<LoadCurve>>,
    /// How long these wait, in hours.
    pub(super) patience_hours: f64,
    /// The place of its week, of those that meet on the fleet.
    pub(super) week: usize,
}

impl Hosting {
    pub(super) fn resolve(
        entries: &[Entry],
        deployment: &Deployment,
        regions: &[String],
        all: &Definitions,
        lookup: &mut dyn Lookup,
    ) -> Option<Self> {
        let llm = find("llm", &all.llms, &deployment.llm, lookup)?;
        let gpu = all.gpu(&deployment.gpu);
        let mut inputs = Vec::new();
        let (mut hosted, mut weeks) = (Vec::new(), Weeks::default());
        for entry in entries {
            check_place(entry, regions, lookup)?;
            let work = Work::resolve(entry, llm.tokenizer.as_ref(), all, lookup)?;
            refuse_drafts(entry, deployment, lookup)?;
            let tokens = CallTokens {
                input: work.input,
                cached: work.cache_read,
                output: work.generated,
                faster: entry.effects.decoding,
                mean: Lengths::new(work.mean_input, work.mean_output),
            };
            let mut calls_per_hour = deployment.calls_per_hour(llm, gpu, work.targets, tokens, lookup)?;
            if let Some(factor) = entry.effects.throughput {
                calls_per_hour = lookup.times(calls_per_hour, factor);
            }
            let calls = work.calls;
            let hours_per_request = lookup.derive(
                "replica-hours per request",
                &[calls, calls_per_hour],
                Box::new(move |v, out| {
                    for i in 0..LANES {
                        out[i] = v[calls][i] / v[calls_per_hour][i];
                    }
                }),
            );
            inputs.extend([entry.stream.requests, hours_per_request]);
            let up_to = entry.up_to_replicas.unwrap_or(f64::INFINITY);
            let patient = entry.patience.map(|patience| {
                Arc::new(patience.curve(&entry.traffic.week, entry.traffic.hourly_noise).curve)
            });
            hosted.push(Hosted {
                hours_per_request,
                requests_per_hour: lookup.inverse(hours_per_request),
                waits: work.waits,
                up_to,
                patient,
                patience_hours: entry.patience.map_or(0.0, Patience::longest_hours),
                week: weeks.place(entry, lookup)?,
            });
        }
        let curve = entries.first()?.stream.curve.clone();
        let shape = weeks.shape(&curve);
        if let (Shape::Mixed(_), Some(waiting)) = (&shape, entries.iter().find(|e| e.patience.is_some())) {
            lookup.refuse(
                two_weeks(waiting).label("what waits for a later hour knows the hours of one week only"),
            );
            return None;
        }
        Some(Self { entries: hosted, curve, shape, weeks, inputs })
    }
}

/// Drafts make nothing faster that does not tell output from input, and nothing twice.
fn refuse_drafts(entry: &Entry, deployment: &Deployment, lookup: &mut dyn Lookup) -> Option<()> {
    if entry.effects.decoding.is_none() {
        return Some(());
    }
    if matches!(deployment.capacity, Capacity::Stated { .. }) {
        let message = format!("the capacity of `{}` does not tell output from input", entry.by.id);
        lookup.refuse(
            Diagnostic::error("output-not-known", entry.by.span, message)
                .label("speculative decoding makes only output faster")
                .related(deployment.origin.span, "the deployment states tokens of both together")
                .help("give the deployment measured points, or leave the lever out"),
        );
        return None;
    }
    if deployment.setup.speculation.is_some() {
        let message = format!("`{}` runs with speculative decoding already", entry.by.id);
        lookup.refuse(
            Diagnostic::error("counted-twice", entry.by.span, message)
                .label("the lever's effect would count twice")
                .related(deployment.origin.span, "the deployment says `speculative_decoding`")
                .help("keep it there, where its cost follows from the batch, or in the lever"),
        );
        return None;
    }
    Some(())
}

/// Whether an entry may be served in these regions, and in no special tier.
pub(super) fn check_place(entry: &Entry, regions: &[String], lookup: &mut dyn Lookup) -> Option<()> {
    let (by, traffic) = (entry.by, entry.traffic);
    let allowed = traffic.stays_in.as_ref().filter(|allowed| regions.iter().all(|r| !allowed.contains(r)));
    if let Some(allowed) = allowed {
        let stands = if regions.is_empty() { "an unnamed region".into() } else { regions.join(", ") };
        lookup.refuse(
            Diagnostic::error(
                "not-allowed-here",
                by.span,
                format!("`{}` may not serve this traffic: it stands in {stands}", by.id),
            )
            .label("residency: `stays_in` of the traffic is a gate")
            .related(traffic.origin.span, "the traffic")
            .help(format!("serve it in {}", allowed.join(" or "))),
        );
        return None;
    }
    if entry.tier != Tier::Standard {
        let (code, message) = match entry.tier {
            Tier::Batch => ("no-batch", format!("`{}` has no batch tier", by.id)),
            tier => ("no-tier", format!("`{}` has no {} tier", by.id, tier.word())),
        };
        lookup.refuse(
            Diagnostic::error(code, by.span, message)
                .help("leave `tier` out; work that can wait goes into the troughs by itself"),
        );
        return None;
    }
    Some(())
}

/// Entries that share a capacity have the same hours of load.
pub(super) fn same_week(entry: &Entry, first: &Entry, lookup: &mut dyn Lookup) -> Option<()> {
    let traffic = entry.traffic;
    let same = traffic.week == first.traffic.week
        && (traffic.hourly_noise - first.traffic.hourly_noise).abs() < 1e-12;
    if !same {
        lookup.refuse(
            two_weeks(entry)
                .label("streams that share a capacity must have the same `week` and `hourly_noise`"),
        );
        return None;
    }
    Some(())
}

/// The mistake of weeks that differ where one is expected.
pub(super) fn two_weeks(entry: &Entry) -> Diagnostic {
    let message = format!("`{}` serves traffics whose weeks differ", entry.by.id);
    Diagnostic::error("two-weeks", entry.by.span, message)
        .help("give the streams the same week, or a capacity each")
}

/// The load of a fleet in a month, in replicas at full capacity; four lanes of state.
pub(super) struct Load<'a>(pub(super) &'a mut [Lanes]);

impl Load<'_> {
    /// Lanes of state.
    pub(super) const STATE: usize = 4;

    pub(super) fn clear(&mut self) {
        self.0[..Self::STATE].fill(Lanes::ZERO);
    }

    /// Mean load offered that must be served in its hour.
    pub(super) fn offered(&self) -> &Lanes {
        &self.0[0]
    }

    /// Of that, what is carried.
    pub(super) fn carried(&self) -> &Lanes {
        &self.0[1]
    }

    /// Mean load carried that can wait.
    pub(super) fn waiting(&self) -> &Lanes {
        &self.0[2]
    }

    /// The largest number of replicas that some entry allowed.
    pub(super) fn most(&self) -> &Lanes {
        &self.0[3]
    }
}

impl Hosted {
    /// One without limits of its own, of which nothing waits for a later hour.
    pub(super) fn at_once(hours_per_request: Slot, waits: Option<Slot>, lookup: &mut dyn Lookup) -> Self {
        Self {
            hours_per_request,
            requests_per_hour: lookup.inverse(hours_per_request),
            waits,
            up_to: f64::INFINITY,
            patient: None,
            patience_hours: 0.0,
            week: 0,
        }
    }

    /// Mean load of a lane in replicas at full capacity: all of what is offered, and what of it can wait.
    pub(super) fn load(&self, now: &Month, values: &Values, offered: &Lanes, lane: usize) -> (f64, f64) {
        let waits = self.waits.map_or(0.0, |share| values[share][lane]);
        load(offered[lane], values[self.hours_per_request][lane], 1.0 / now.hours, waits)
    }

    /// Carries what fits into a capacity of `most` replicas, but no more than `up_to`, used up to `target`; says how many requests
    /// are served.
    pub(super) fn accept(
        &self,
        curve: &LoadCurve,
        now: &Month,
        values: &Values,
        offered: &Lanes,
        (up_to, most): (f64, Option<&Lanes>),
        target: &Lanes,
        load: &mut Load,
        served: &mut Lanes,
    ) {
        let [load, carried, waiting, largest, ..] = &mut *load.0 else { return };
        let (hours, per_hour) = (&values[self.hours_per_request], 1.0 / now.hours);
        let waits = self.waits.map_or(&ZERO, |share| &values[share]);
        let up_to = up_to.min(self.up_to);
        if most.is_none() && up_to.is_infinite() {
            carry_all(offered, hours, per_hour, waits, load, carried, waiting, largest, served);
            return;
        }
        // What exceeds an hour may be carried by later ones.
        let curve = self.patient.as_deref().unwrap_or(curve);
        let carry = if curve.is_flat() { carry_evenly } else { carry_by_hour };
        let by = Fits { per_hour, hours: now.hours, up_to, curve };
        let requests = &values[self.requests_per_hour];
        let most = most.unwrap_or(&ENDLESS);
        carry(&by, offered, hours, requests, waits, most, target, load, carried, waiting, largest, served);
    }
}

/// Mean load in replicas at full capacity: all of what is offered, and what of it can wait.
#[allow(clippy::inline_always, reason = "it has to be compiled for the vector instructions of its caller")]
#[inline(always)]
fn load(offered: f64, hours_per_request: f64, per_hour: f64, waits: f64) -> (f64, f64) {
    let all = offered * hours_per_request * per_hour;
    (all, all * waits)
}

/// Adds everything to the load: all that is offered is served.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn carry_all(
    offered: &Lanes,
    hours_per_request: &Lanes,
    per_hour: f64,
    waits: &Lanes,
    load_offered: &mut Lanes,
    load_carried: &mut Lanes,
    load_waiting: &mut Lanes,
    largest: &mut Lanes,
    served: &mut Lanes,
) {
    for i in 0..LANES {
        let (all, waiting) = load(offered[i], hours_per_request[i], per_hour, waits[i]);
        load_offered[i] += all - waiting;
        load_carried[i] += all - waiting;
        load_waiting[i] += waiting;
        largest[i] = f64::INFINITY;
        served[i] = offered[i];
    }
}

/// What an entry is carried by.
struct Fits<'a> {
    /// Hours of the month, and one over that.
    hours: f64,
    per_hour: f64,
    /// Replicas that it may grow to.
    up_to: f64,
    curve: &'a LoadCurve,
}

/// Adds to the load what fits, and says how many of the offered requests that is, where all hours have the same load.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn carry_evenly(
    by: &Fits,
    offered: &Lanes,
    hours_per_request: &Lanes,
    requests_per_hour: &Lanes,
    waits: &Lanes,
    most: &Lanes,
    target: &Lanes,
    load_offered: &mut Lanes,
    load_carried: &mut Lanes,
    load_waiting: &mut Lanes,
    largest: &mut Lanes,
    served: &mut Lanes,
) {
    carry_as(
        by,
        offered,
        hours_per_request,
        requests_per_hour,
        waits,
        most,
        target,
        load_offered,
        load_carried,
        load_waiting,
        largest,
        served,
        smaller,
    );
}

/// The same, hour by hour.
// Not for AVX-512, whose gathers of eight cost more than twice those of four.
#[multiversion(targets("x86_64+avx+avx2"))]
fn carry_by_hour(
    by: &Fits,
    offered: &Lanes,
    hours_per_request: &Lanes,
    requests_per_hour: &Lanes,
    waits: &Lanes,
    most: &Lanes,
    target: &Lanes,
    load_offered: &mut Lanes,
    load_carried: &mut Lanes,
    load_waiting: &mut Lanes,
    largest: &mut Lanes,
    served: &mut Lanes,
) {
    carry_as(
        by,
        offered,
        hours_per_request,
        requests_per_hour,
        waits,
        most,
        target,
        load_offered,
        load_carried,
        load_waiting,
        largest,
        served,
        |mean, capacity| carried(by.curve, mean, capacity),
    );
}

/// [`carry`] in every lane.
#[allow(clippy::inline_always, reason = "it has to be compiled for the vector instructions of its caller")]
#[allow(clippy::too_many_arguments, reason = "one more than a loop over lanes: what a capacity carries")]
#[inline(always)]
fn carry_as(
    by: &Fits,
    offered: &Lanes,
    hours_per_request: &Lanes,
    requests_per_hour: &Lanes,
    waits: &Lanes,
    most: &Lanes,
    target: &Lanes,
    load_offered: &mut Lanes,
    load_carried: &mut Lanes,
    load_waiting: &mut Lanes,
    largest: &mut Lanes,
    served: &mut Lanes,
    carried: impl Fn(f64, f64) -> f64,
) {
    for i in 0..LANES {
        let asked = load(offered[i], hours_per_request[i], by.per_hour, waits[i]);
        let replicas = smaller(most[i], by.up_to);
        largest[i] = larger(largest[i], replicas);
        let before = [load_offered[i], load_carried[i], load_waiting[i]];
        let (after, fits) = carry(asked, replicas * target[i], before, &carried);
        [load_offered[i], load_carried[i], load_waiting[i]] = after;
        served[i] = requests(fits, asked.0, offered[i], by.hours * requests_per_hour[i]);
    }
}

/// The load after an entry has asked for so much (all of it, and what of it can wait), and how much of that fits; `carried` says what
/// a capacity carries of a mean load.
#[allow(clippy::inline_always, reason = "it has to be compiled for the vector instructions of its caller")]
#[inline(always)]
pub(super) fn carry(
    (all, waiting): (f64, f64),
    capacity: f64,
    [offered, before, waited]: [f64; 3],
    carried: impl Fn(f64, f64) -> f64,
) -> ([f64; 3], f64) {
    let at_once = all - waiting;
    let room = larger(capacity - before - waited, 0.0);
    let with = carried(offered + at_once, capacity);
    let more = smaller(smaller(larger(with - before, 0.0), at_once), room);
    let more_waiting = smaller(waiting, room - more);
    ([offered + at_once, before + more, waited + more_waiting], more + more_waiting)
}

/// The requests that a load is, of all that were offered; `each` is how many a load of one is.
#[allow(clippy::inline_always, reason = "it has to be compiled for the vector instructions of its caller")]
#[inline(always)]
fn requests(fits: f64, all: f64, offered: f64, each: f64) -> f64 {
    // Rounding must not leave a trace of a request for the next supply.
    if fits < all * (1.0 - 1e-9) { fits * each } else { offered }
}
