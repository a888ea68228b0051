//! `[training.<id>.<kind>]`: what a cycle of a programme takes.

use super::cadence::Cadence;
use super::compute::{COMPUTE, Compute, Restarts, Sizes, Young};
use super::data::{Data, Evaluation, MIN_SUCCESS, read_data, read_evaluation};
use super::method::{HALF, Method, QUARTER, USABLE, fewest_gpus};
use crate::calendar::YearMonth;
use crate::distribution::{Number, NumberOf};
use crate::document::{
    Either, Id, ListOf, MapOf, MonthOf, Origin, Plugin, Plugins, Reader, Reference, TableOf, Title, TitleOf,
    Value, Whole, WordOf,
};
use crate::lanes::{LANES, Slot};
use crate::process::{Lookup, Path, PathOf};
use crate::units;

/// A programme of training runs.
#[derive(Clone, Debug)]
pub struct Programme {
    /// How it trains.
    pub method: Method,
    /// What is trained, in the words of the language: `lora`, `full`.
    pub kind: &'static str,
    /// What people call it.
    pub title: Option<Title>,
    /// The llm that is trained.
    pub llm: Reference,
    /// The llm that it learns from.
    pub teacher: Option<Reference>,
    /// Traffics for which its scores change; all if absent.
    pub on: Option<Vec<Reference>>,
    /// The month of the first cycle; the scenario's first if absent.
    pub from: Option<YearMonth>,
    /// When a cycle is due.
    pub cadence: Cadence,
    /// Where the runs happen: `vendor/gpu`, or a supply whose idle GPUs they use. Absent if nothing is computed.
    pub gpus: Option<Reference>,
    /// Where they are rented once the vendor of those is gone: `vendor/gpu`.
    pub next_gpus: Option<Reference>,
    /// GPUs that a run uses at once; the fewest that hold it if absent.
    pub gpus_at_once: Option<f64>,
    /// Bytes of a frozen weight.
    pub frozen_bytes: f64,
    /// The compute of one run.
    pub compute: Option<Compute>,
    /// Recipes tried for one that ships.
    pub runs: Number,
    /// Share of runs that fail and are repeated.
    pub failed_runs: Number,
    /// What interruptions waste.
    pub restarts: Option<Restarts>,
    /// Change of a score over time, by evaluation.
    pub drift: Vec<(Reference, Path)>,
    /// Standard deviation of that change over a year, by evaluation.
    pub volatility: Vec<(Reference, Number)>,
    /// What a cycle adds to a score, by evaluation.
    pub gain: Vec<(Reference, Number)>,
    /// The new llm beside the old one.
    pub canary: Option<Canary>,
    /// Work of people in a cycle.
    pub people: Option<Number>,
    /// Work before the first cycle.
    pub one_off: Option<Number>,
    /// Data of a cycle.
    pub data: Option<Data>,
    /// Evaluation of a cycle.
    pub evaluation: Option<Evaluation>,
    /// Name and place.
    pub origin: Origin,
}

/// A share of the traffic is served twice for a while: by the new llm and by the old one.
#[derive(Clone, Debug)]
pub struct Canary {
    /// Share of the traffic.
    pub share: Number,
    /// How long.
    pub lasts: Number,
}

macro_rules! kind {
    ($method:ident, $meaning:literal, $example:literal) => {
        Plugin {
            name: Method::$method.word(),
            meaning: $meaning,
            example: $example,
            read: |t| read(t, Method::$method),
        }
    };
}

/// The kinds of training that a scenario can name.
pub const KINDS: &[Plugin<Programme>] = &[
    kind!(
        Lora,
        "low-rank adapters on frozen weights",
        "{ lora = { llm = \"swallow-70b\", cadence = { every = \"3 months\" }, gpus = \"cloud/h200\", compute = { gpu_hours = \"40 to 120 GPU-hours\" } } }"
    ),
    kind!(
        Full,
        "all weights are trained",
        "{ full = { llm = \"llama-8b\", cadence = { every = \"6 months\" }, gpus = \"cloud/h100\", compute = { gpu_hours = \"200 to 400 GPU-hours\" } } }"
    ),
    kind!(
        Distillation,
        "a small llm learns from a large teacher, whose forward passes are counted",
        "{ distillation = { llm = \"llama-8b\", teacher = \"llama-70b\", cadence = { retirement_of = \"acme/large\" }, gpus = \"cloud/h100\", compute = { from_tokens = { tokens = \"2B tokens\", mfu = \"35 %\" } } } }"
    ),
    kind!(
        Preference,
        "from pairs of answers of which one is better (DPO, RLHF), beside a frozen copy",
        "{ preference = { llm = \"llama-70b\", cadence = { every = \"12 months\" }, gpus = \"cloud/h100\", compute = { gpu_hours = \"3k to 12k GPU-hours\" } } }"
    ),
    kind!(
        ContinuedPretraining,
        "all weights read more raw text",
        "{ continued_pretraining = { llm = \"llama-8b\", cadence = { every = \"12 months\" }, gpus = \"cloud/h100\", compute = { from_tokens = { tokens = \"10B tokens\", mfu = \"40 %\" } } } }"
    ),
    kind!(
        Evaluation,
        "nothing is trained: cases are run and judged, and a red team attacks",
        "{ evaluation = { llm = \"llama-8b\", cadence = { every = \"1 month\" }, evaluation = { red_team = \"5k USD\" } } }"
    ),
];

/// Reads `[training.<id>]` with its kind as key.
pub fn programmes() -> Plugins<Programme> {
    Plugins(KINDS, "training")
}

const FROZEN: WordOf<f64> = WordOf(&[("bf16", HALF), ("int4", QUARTER)]);

fn read(t: &mut Reader, method: Method) -> Option<Programme> {
    let title = t.optional("title", TitleOf, "what people call it");
    let llm = t.required("llm", Id("llm"), "the llm that is trained");
    let teacher = match method {
        Method::Distillation => t.required("teacher", Id("llm"), "the llm that it learns from").map(Some),
        _ => Some(None),
    };
    let on = t.optional(
        "on",
        ListOf(Id("traffic")),
        "traffics for which `drift` and `gain` change scores; all if absent",
    );
    let from = t.optional("from", MonthOf, "month of the first cycle; the scenario's first if absent");
    let cadence = t.required("cadence", TableOf(Cadence::read), "when a cycle is due; whichever comes first");
    let machines = Machines::read(t, method);
    let runs = t.or("runs", "1", NumberOf(&units::FACTOR), "recipes tried for one that ships");
    let failed =
        t.or("failed_runs", "0", NumberOf(&units::SHARE), "share of runs that fail and are repeated");
    let restarts = t.optional(
        "restart_waste",
        Either(|value| matches!(value, Value::Table(table) if table.get("checkpoint").is_some()), TableOf(Young::read), ShareWasted),
        "what interruptions waste of a run: a share, or `{ interruptions checkpoint recovery }` with checkpoints at Young's interval",
    );
    let scores = Scores::read(t);
    let canary = t.optional("canary", TableOf(read_canary), "a share of the traffic served by new and old");
    let people = t.optional("people", NumberOf(&units::MONEY), "work of people in a cycle");
    let one_off = t.optional("one_off", NumberOf(&units::MONEY), "work before the first cycle");
    let data = t.optional("data", TableOf(read_data), "training data of a cycle");
    let evaluation = t.optional("evaluation", TableOf(read_evaluation), "evaluation of a cycle");
    let (machines, scores) = (machines?, scores?);
    Some(Programme {
        method,
        kind: method.word(),
        title: title?,
        llm: llm?,
        teacher: teacher?,
        on: on?,
        from: from?,
        cadence: cadence?,
        gpus: machines.gpus,
        next_gpus: machines.next,
        gpus_at_once: machines.at_once,
        frozen_bytes: machines.frozen_bytes,
        compute: machines.compute,
        runs: runs?,
        failed_runs: failed?,
        restarts: restarts?,
        drift: scores.drift,
        volatility: scores.volatility,
        gain: scores.gain,
        canary: canary?,
        people: people?,
        one_off: one_off?,
        data: data?,
        evaluation: evaluation?,
        origin: t.place()?.origin(),
    })
}

/// What runs where.
struct Machines {
    gpus: Option<Reference>,
    next: Option<Reference>,
    at_once: Option<f64>,
    frozen_bytes: f64,
    compute: Option<Compute>,
}

impl Machines {
    fn read(t: &mut Reader, method: Method) -> Option<Self> {
        const GPUS: Id = Id("GPU of a vendor as vendor/gpu, or a supply");
        const WHERE: &str = "where it runs: on demand by the hour, or on the idle GPUs of an owned supply";
        let computes = method != Method::Evaluation;
        let compute = Plugins(COMPUTE, "compute");
        let (gpus, compute) = if computes {
            (
                t.required("gpus", GPUS, WHERE).map(Some),
                t.required("compute", compute, "compute of one run").map(Some),
            )
        } else {
            (t.optional("gpus", GPUS, WHERE), t.optional("compute", compute, "compute of one run"))
        };
        let next = t.optional(
            "next_gpus",
            Id("GPU of a vendor, as vendor/gpu"),
            "where it runs once the vendor of `gpus` is gone; nothing is trained then if absent",
        );
        let at_once = t.optional(
            "gpus_at_once",
            Whole(1, 1_000_000),
            "GPUs that a run uses at once: whether it fits and how long it takes; the fewest that hold it if absent",
        );
        let frozen = match method {
            Method::Lora => {
                t.or("frozen_weights", "bf16", FROZEN, "format of the frozen weights; \"int4\" is QLoRA")
            }
            _ => Some(HALF),
        };
        let (gpus, next, compute) = (gpus?, next?, compute?);
        if gpus.is_none() && compute.is_some() {
            t.refuse("gpus", "missing-key", "`compute` needs `gpus`", "say where it runs");
            return None;
        }
        let at_once = at_once?.map(|gpus| gpus as f64);
        Some(Self { gpus, next, at_once, frozen_bytes: frozen?, compute })
    }
}

/// Scores that change, by evaluation.
struct Scores {
    drift: Vec<(Reference, Path)>,
    volatility: Vec<(Reference, Number)>,
    gain: Vec<(Reference, Number)>,
}

impl Scores {
    fn read(t: &mut Reader) -> Option<Self> {
        let drift = t.or(
            "drift",
            "{}",
            MapOf("evaluation", PathOf(&units::POINTS_PER_TIME)),
            "how a score changes by itself",
        );
        let volatility = t.or(
            "annual_volatility",
            "{}",
            MapOf("evaluation", NumberOf(&units::POINTS)),
            "standard deviation of that change over a year",
        );
        let gain = t.or(
            "gain",
            "{}",
            MapOf("evaluation", NumberOf(&units::POINTS)),
            "what a cycle adds to a score when it is done",
        );
        Some(Self { drift: drift?, volatility: volatility?, gain: gain? })
    }
}

/// A share of the time.
struct ShareWasted;

impl crate::document::Decode for ShareWasted {
    type Value = Restarts;

    fn decode(&self, at: &crate::document::At<'_>) -> Option<Restarts> {
        NumberOf(&units::SHARE).decode(at).map(Restarts::Share)
    }

    fn shape(&self) -> crate::document::Shape {
        NumberOf(&units::SHARE).shape()
    }
}

fn read_canary(t: &mut Reader) -> Option<Canary> {
    let share = t.required("share", NumberOf(&units::SHARE), "share of the traffic");
    let lasts = t.required("lasts", NumberOf(&units::DURATION), "how long");
    Some(Canary { share: share?, lasts: lasts? })
}

/// How a job lies on its GPUs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fit {
    /// Bytes that it needs.
    pub bytes: f64,
    /// GPUs that it uses at once.
    pub gpus: f64,
    /// The fewest GPUs that hold it.
    pub fewest: f64,
}

impl Fit {
    /// Whether it fits.
    pub fn fits(&self, memory: f64) -> bool {
        self.gpus * memory * USABLE >= self.bytes
    }

    /// Bytes of `memory` that may be filled.
    pub fn usable(memory: f64) -> f64 {
        memory * USABLE
    }
}

impl Programme {
    /// How it lies on GPUs of so much memory, with this llm and teacher (weights, all of them).
    pub fn fit(&self, weights: f64, teacher: f64, memory: f64) -> Fit {
        let bytes = weights * self.method.bytes_per_weight(self.frozen_bytes) + teacher * HALF;
        let fewest = fewest_gpus(bytes, memory);
        Fit { bytes, gpus: self.gpus_at_once.unwrap_or(fewest), fewest }
    }

    /// GPU-hours of one run that is not disturbed; absent where nothing is computed or a size is missing.
    pub fn run_gpu_hours(&self, sizes: Option<Sizes>, lookup: &mut dyn Lookup) -> Option<Slot> {
        match self.compute.as_ref()? {
            Compute::GpuHours(hours) => Some(lookup.number(hours)),
            Compute::FromTokens(tokens) => Some(tokens.gpu_hours(self.method, sizes?, lookup)),
        }
    }

    /// About how many GPU-hours that is.
    pub fn mean_run_gpu_hours(&self, sizes: Option<Sizes>) -> Option<f64> {
        match self.compute.as_ref()? {
            Compute::GpuHours(hours) => Some(hours.distribution.mean()),
            Compute::FromTokens(tokens) => Some(tokens.mean_gpu_hours(self.method, sizes?)),
        }
    }

    /// GPU-hours of a cycle, from those of a run: `hours · runs / (1 − failed) / (1 − wasted)`.
    pub fn cycle_gpu_hours(&self, hours: Slot, wasted: Option<Slot>, lookup: &mut dyn Lookup) -> Slot {
        let (runs, failed) = (lookup.number(&self.runs), lookup.number(&self.failed_runs));
        let mut inputs = vec![hours, runs, failed];
        inputs.extend(wasted);
        lookup.derive(
            "GPU-hours of a cycle",
            &inputs,
            Box::new(move |v, out| {
                for i in 0..LANES {
                    let ideal = v[hours][i] * v[runs][i] / (1.0 - v[failed][i]).max(MIN_SUCCESS);
                    let lost = wasted.map_or(0.0, |wasted| v[wasted][i]);
                    out[i] = ideal / (1.0 - lost).max(MIN_SUCCESS);
                }
            }),
        )
    }

    /// Months between the start of the scenario and the first cycle; negative before it.
    pub fn starts(&self, lookup: &dyn Lookup) -> i64 {
        let start = lookup.timeline().start;
        self.from.map_or(0, |from| -i64::from(from.months_until(start)))
    }

    /// In which months of the scenario a cycle begins, where the calendar alone decides.
    pub fn due(&self, lookup: &dyn Lookup) -> Option<Vec<bool>> {
        let every = self.cadence.every_months.filter(|_| self.cadence.is_calendar())? as i64;
        let starts = self.starts(lookup);
        let age = |month: usize| month as i64 - starts;
        Some((0..lookup.timeline().length).map(|month| age(month) >= 0 && age(month) % every == 0).collect())
    }

    /// The share of a month that a canary serves twice: `share · lasts`.
    pub fn canary_months(&self, lookup: &mut dyn Lookup) -> Option<Slot> {
        let canary = self.canary.as_ref()?;
        let (share, lasts) = (lookup.number(&canary.share), lookup.in_months(&canary.lasts));
        Some(lookup.times(share, lasts))
    }
}
