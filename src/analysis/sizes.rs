//! A traffic as sizes of requests, and the kinds of replicas that a scenario could rent for them.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::fleet::{Bucket, Kind, Question};
use crate::demand::{Effects, Lengths as Differing, Stream, Targets, Traffic};
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::distribution::{Distribution, LogNormal};
use crate::document::Reference;
use crate::lanes::{LANES, Slot};
use crate::model::streams;
use crate::pricing::Tier;
use crate::process::Lookup;
use crate::random::Design;
use crate::scenario::Scenario;
use crate::serving::{Capacity, Deployment, Lengths, Limit, Llm, Replica};
use crate::supply::{Definitions, Entry, Work};
use crate::world::Builder;

/// What is asked.
#[derive(Clone, Copy, Debug)]
pub struct Sought<'a> {
    /// The traffic, by its place.
    pub traffic: usize,
    /// The llm that serves it.
    pub llm: &'a str,
    /// The month that counts.
    pub month: usize,
    /// Share of a replica's capacity to plan for.
    pub utilization: f64,
}

/// A question and what its parts are called.
#[derive(Clone, Debug)]
pub struct Sized {
    /// The question, for the busiest hour of the month. Sizes go through outputs first, then through inputs.
    pub question: Question,
    /// Sizes of outputs.
    pub outputs: usize,
    /// Deployment and offer of each kind.
    pub kinds: Vec<(String, String)>,
    /// GPUs of a replica of each kind.
    pub gpus: Vec<f64>,
    /// The busiest hour's load over the mean.
    pub peak: f64,
}

/// Shares of requests at which sizes are cut: tails by themselves, since they decide what a GPU must hold.
const INPUT_CUTS: [f64; 6] = [0.0, 0.25, 0.50, 0.75, 0.95, 1.0];
const OUTPUT_CUTS: [f64; 4] = [0.0, 0.50, 0.90, 1.0];
/// Log sd of lengths where only their average is known, in and out: one trace of a chat service (secondhand, 2026-11-22).
const LOG_SDS: [f64; 2] = [0.75, 0.95];
/// Paths that means are taken over, and equally likely errors of a capacity.
const PATHS: u64 = 1024;
const ERRORS: u32 = 32;

/// The sizes of a traffic and the kinds of replicas of an llm, priced at the cheapest offer on demand of each.
///
/// Everything uncertain counts with its mean over 1,024 paths. Lengths in and out are taken as independent; whether a prefix
/// cache holds a part of the input is left out.
///
/// # Errors
/// What does not fit together.
pub fn sizes(scenario: &Scenario, sought: Sought) -> Result<Sized, Diagnostics> {
    let fx: BTreeMap<_, _> = scenario.fx.iter().cloned().collect();
    let indexes: BTreeMap<_, _> =
        scenario.indexes.iter().map(|(id, path)| (id.id.clone(), path.clone())).collect();
    let mut world = Builder::new(scenario.timeline.clone(), scenario.currency, fx, indexes);
    let all = streams(scenario, &mut world);
    let traffic = &scenario.traffics[sought.traffic].1;
    let stream = all[sought.traffic].clone();
    let llm = scenario.definitions.llms.iter().find(|(id, _)| id.id == sought.llm);
    let found = stream.as_ref().zip(llm).and_then(|(stream, (by, llm))| {
        let work = work(scenario, (traffic, stream), by, llm.tokenizer.as_ref(), &mut world)?;
        let offers = offers(scenario, traffic, (by, llm), &mut world)?;
        Some((stream, work, offers))
    });
    let (program, _, mistakes) = world.finish();
    let Some((stream, work, offers)) = found.filter(|_| !mistakes.has_errors()) else { return Err(mistakes) };
    let month = sought.month;
    let mean = |slot: Slot| mean(&program, scenario, month, slot);
    let calls = mean(stream.requests) * mean(work.calls);
    let hours = scenario.timeline.month(month).hours;
    let peak = stream.curve.peak();
    let (buckets, outputs) = buckets(traffic, [mean(work.input), mean(work.generated)], calls / hours * peak);
    let mut kinds = Vec::new();
    let (mut names, mut gpus) = (Vec::new(), Vec::new());
    for (id, evidence, priced) in offers {
        let gpus_of_one = evidence.deployment.gpus;
        let priced = priced.into_iter().map(|(offer, slot)| (offer, mean(slot)));
        let Some((offer, price)) = priced.min_by(|a, b| a.1.total_cmp(&b.1)) else { continue };
        kinds.push(Kind {
            cost: price * gpus_of_one,
            per_hour: buckets.iter().map(|bucket| evidence.calls_per_hour(traffic.targets, bucket)).collect(),
        });
        names.push((id, offer));
        gpus.push(gpus_of_one);
    }
    let question = Question { buckets, kinds, utilization: sought.utilization };
    Ok(Sized { question, outputs, kinds: names, gpus, peak })
}

/// The llms that a scenario has deployments of.
pub fn deployed(scenario: &Scenario) -> Vec<&str> {
    let mut llms: Vec<&str> =
        scenario.definitions.deployments.iter().map(|(_, deployment)| deployment.llm.id.as_str()).collect();
    llms.sort_unstable();
    llms.dedup();
    llms
}

fn work(
    scenario: &Scenario,
    (traffic, stream): (&Traffic, &Stream),
    by: &Reference,
    tokenizer: Option<&Reference>,
    lookup: &mut dyn Lookup,
) -> Option<Work> {
    let entry = Entry {
        traffic,
        stream,
        effects: Effects::default(),
        by,
        up_to_replicas: None,
        tier: Tier::Standard,
        patience: None,
        billed_in_vain: None,
        waited: None,
        region: None,
    };
    Work::resolve(&entry, tokenizer, &scenario.definitions, lookup)
}

/// A deployment, and where its GPUs are for rent at what price.
type Offered<'a> = (String, Evidence<'a>, Vec<(String, Slot)>);

fn offers<'a>(
    scenario: &'a Scenario,
    traffic: &Traffic,
    (id, llm): (&Reference, &Llm),
    lookup: &mut dyn Lookup,
) -> Option<Vec<Offered<'a>>> {
    let mut found = Vec::new();
    let allowed = |regions: &[String]| {
        traffic.stays_in.as_ref().is_none_or(|allowed| regions.iter().any(|region| allowed.contains(region)))
    };
    let all = &scenario.definitions;
    for (name, deployment) in all.deployments.iter().filter(|(_, one)| one.llm.id == id.id) {
        let mut priced = Vec::new();
        for (vendor, sold) in &all.vendors {
            let gpu = &deployment.gpu.id;
            if let Some(offer) = sold.gpu(gpu).filter(|offer| allowed(&offer.regions)) {
                priced.push((format!("{}/{gpu}", vendor.id), offer.resolve(lookup)?.on_demand));
            }
        }
        match Evidence::of(deployment, llm, all) {
            Ok(evidence) => found.push((name.id.clone(), evidence, priced)),
            Err(mistake) => {
                lookup.refuse(*mistake);
                return None;
            }
        }
    }
    Some(found)
}

/// The mean of a value in a month.
fn mean(program: &crate::world::Program, scenario: &Scenario, month: usize, slot: Slot) -> f64 {
    let mut world = program.world(Design::plain(scenario.run.design.seed));
    let mut sum = 0.0;
    for batch in 0..PATHS / LANES as u64 {
        program.start(batch * LANES as u64, &mut world);
        for now in scenario.timeline.months().take(month + 1) {
            program.step(&now, &mut world);
        }
        sum += world.value(slot).iter().sum::<f64>();
    }
    sum / PATHS as f64
}

/// Sizes in and out, with their calls per hour; and how many sizes there are out.
fn buckets(traffic: &Traffic, means: [f64; 2], per_hour: f64) -> (Vec<Bucket>, usize) {
    let inputs = parts(&traffic.input, LOG_SDS[0], &INPUT_CUTS);
    let outputs = parts(&traffic.output, LOG_SDS[1], &OUTPUT_CUTS);
    let each = |(share, input): &(f64, f64)| {
        let (share, input) = (*share, *input);
        outputs
            .iter()
            .map(move |(of, output)| Bucket {
                input_tokens: input * means[0],
                output_tokens: output * means[1],
                per_hour: share * of * per_hour,
            })
            .collect::<Vec<_>>()
    };
    (inputs.iter().flat_map(each).collect(), outputs.len())
}

/// The share of requests between cuts, and their mean length over that of all.
fn parts(lengths: &Differing, log_sd: f64, cuts: &[f64]) -> Vec<(f64, f64)> {
    let differ: Arc<dyn Distribution> = lengths
        .spread
        .clone()
        .unwrap_or_else(|| Arc::new(LogNormal { mu: -0.5 * log_sd * log_sd, sigma: log_sd }));
    let mean = differ.mean();
    let above = |cut: f64| {
        if cut <= 0.0 {
            return (1.0, mean);
        }
        if cut >= 1.0 {
            return (0.0, 0.0);
        }
        let edge = differ.quantile(cut);
        (1.0 - differ.cdf(edge), differ.mean_above(edge))
    };
    let edges: Vec<(f64, f64)> = cuts.iter().map(|cut| above(*cut)).collect();
    edges
        .windows(2)
        .filter(|pair| pair[0].0 - pair[1].0 > 1e-9)
        .map(|pair| {
            let share = pair[0].0 - pair[1].0;
            (share, (pair[0].1 - pair[1].1) / share / mean)
        })
        .collect()
}

/// One kind of replica, as the evidence for it says.
struct Evidence<'a> {
    deployment: &'a Deployment,
    /// What the llm takes in and puts out at most, in tokens.
    context: Option<f64>,
    /// Absent where the capacity is simply stated.
    replica: Option<Replica>,
}

impl<'a> Evidence<'a> {
    fn of(deployment: &'a Deployment, llm: &Llm, all: &Definitions) -> Result<Self, Box<Diagnostic>> {
        let replica = match deployment.capacity {
            Capacity::Stated { .. } => None,
            _ => Some(Replica::new(deployment, llm, all.gpu(&deployment.gpu))?),
        };
        Ok(Self { deployment, context: llm.context, replica })
    }

    /// Calls of a size that one replica serves per hour, on average over what is not known of its latency; none where one call
    /// alone misses the targets, or is longer than the llm takes.
    fn calls_per_hour(&self, targets: Targets, bucket: &Bucket) -> Option<f64> {
        let lengths = Lengths::new(bucket.input_tokens, bucket.output_tokens);
        if self.context.is_some_and(|most| most < lengths.context()) {
            return None;
        }
        let curve = self.replica.as_ref().map(|replica| replica.curve(lengths));
        if curve.as_ref().is_some_and(|curve| curve.within(targets, 1.0).by == Limit::Missed) {
            return None;
        }
        let error = &self.deployment.capacity_error.distribution;
        let at = |error: f64| match (&self.deployment.capacity, &curve) {
            (_, Some(curve)) => curve.within(targets, error).calls_per_hour,
            (Capacity::Stated { tokens_per_hour }, _) => tokens_per_hour / (lengths.context() * error),
            _ => 0.0,
        };
        let errors = (0..ERRORS).map(|k| error.quantile((f64::from(k) + 0.5) / f64::from(ERRORS)));
        let mean = errors.map(at).sum::<f64>() / f64::from(ERRORS);
        (mean > 0.0).then_some(mean)
    }
}
