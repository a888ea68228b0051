//! GPU-hours of a run: given, or worked out from tokens; and what restarts add.

use super::method::Method;
use crate::distribution::{Number, NumberOf};
use crate::document::{Plugin, Reader};
use crate::lanes::{LANES, Slot};
use crate::process::{Lookup, Path, PathOf};
use crate::units;

/// The compute of one run.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a scenario has a handful, and none is moved in a loop")]
pub enum Compute {
    /// As stated.
    GpuHours(Number),
    /// From tokens.
    FromTokens(Tokens),
}

/// What a run reads, and how well it uses its GPUs.
#[derive(Clone, Debug)]
pub struct Tokens {
    /// Tokens of the data.
    pub tokens: Number,
    /// How often they are read.
    pub epochs: Number,
    /// Operations per active weight and token; that of the method if absent.
    pub flop_per_weight: Option<Number>,
    /// Share of the GPUs' dense speed that is used.
    pub mfu: Number,
}

/// The kinds of evidence for the compute of a run.
pub const COMPUTE: &[Plugin<Compute>] = &[
    Plugin {
        name: "gpu_hours",
        meaning: "GPU-hours of one run, as measured or published",
        example: "{ gpu_hours = \"90 GPU-hours\" }",
        read: |t| t.value(NumberOf(&units::GPU_HOURS)).map(Compute::GpuHours),
    },
    Plugin {
        name: "from_tokens",
        meaning: "operations per weight and token over what the GPUs do; llm and GPU say their size and speed",
        example: "{ from_tokens = { tokens = \"40M to 120M tokens\", epochs = 3, mfu = \"20 % to 35 %\" } }",
        read: read_tokens,
    },
];

fn read_tokens(t: &mut Reader) -> Option<Compute> {
    let tokens = t.required("tokens", NumberOf(&units::TOKENS), "tokens of the data");
    let epochs = t.or("epochs", "1", NumberOf(&units::FACTOR), "how often they are read");
    let flop = t.optional(
        "flop_per_weight",
        NumberOf(&units::FACTOR),
        "operations per active weight and token; full 6, lora 4, preference 8, evaluation 2 if absent",
    );
    let mfu =
        t.required("mfu", NumberOf(&units::SHARE), "share of the GPUs' dense 16-bit speed that is used");
    let (tokens, epochs, flop_per_weight, mfu) = (tokens?, epochs?, flop?, mfu?);
    if mfu.known() == Some(0.0) {
        t.refuse(
            "mfu",
            "not-positive",
            "at an MFU of 0 nothing is trained",
            "fine-tuning reaches 20 % to 40 %",
        );
        return None;
    }
    Some(Compute::FromTokens(Tokens { tokens, epochs, flop_per_weight, mfu }))
}

/// What a run from tokens needs to know of others.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Sizes {
    /// Active weights of the llm.
    pub active: f64,
    /// Active weights of the teacher; 0 without one.
    pub teacher: f64,
    /// Dense 16-bit operations per hour of one GPU.
    pub speed: f64,
}

impl Sizes {
    /// GPU-hours of so many tokens: `tokens · (k · N + 2 · N_teacher) / (speed · MFU)`.
    pub fn gpu_hours(self, tokens: f64, flop_per_weight: f64, mfu: f64) -> f64 {
        let each = flop_per_weight * self.active + Method::TEACHER_FLOP_PER_WEIGHT * self.teacher;
        tokens * each / (self.speed * mfu)
    }
}

impl Tokens {
    /// GPU-hours of one run: those of its tokens, read in every epoch.
    pub fn gpu_hours(&self, method: Method, sizes: Sizes, lookup: &mut dyn Lookup) -> Slot {
        let (tokens, epochs) = (lookup.number(&self.tokens), lookup.number(&self.epochs));
        let flop = match &self.flop_per_weight {
            Some(flop) => lookup.number(flop),
            None => lookup.constant(method.flop_per_weight()),
        };
        let mfu = lookup.number(&self.mfu);
        lookup.derive(
            "GPU-hours of a run",
            &[tokens, epochs, flop, mfu],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    let mfu = v[mfu][i].max(f64::MIN_POSITIVE);
                    out[i] = sizes.gpu_hours(v[tokens][i] * v[epochs][i], v[flop][i], mfu);
                }
            }),
        )
    }

    /// About how many GPU-hours: the same with mean inputs.
    pub fn mean_gpu_hours(&self, method: Method, sizes: Sizes) -> f64 {
        let mean = |number: &Number| number.distribution.mean();
        let flop = self.flop_per_weight.as_ref().map_or(method.flop_per_weight(), mean);
        sizes.gpu_hours(mean(&self.tokens) * mean(&self.epochs), flop, mean(&self.mfu))
    }
}

/// What interruptions of the machines waste of a run.
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "a scenario has a handful, and none is moved in a loop")]
pub enum Restarts {
    /// A share of the run's time, as measured.
    Share(Number),
    /// From failures of GPUs, with checkpoints at the best interval.
    Young(Young),
}

/// Failures, checkpoints and recovery.
#[derive(Clone, Debug)]
pub struct Young {
    /// Interruptions per GPU and time.
    pub interruptions: Path,
    /// Time that writing a checkpoint takes.
    pub checkpoint: Number,
    /// Time until the run goes on.
    pub recovery: Number,
}

impl Young {
    pub(super) fn read(t: &mut Reader) -> Option<Restarts> {
        let rate = t.required(
            "interruptions",
            PathOf(&units::EVENTS_PER_GPU_TIME),
            "how often a GPU, or what it depends on, stops the run",
        );
        let checkpoint = t.required("checkpoint", NumberOf(&units::LATENCY), "time that a checkpoint takes");
        let recovery = t.required("recovery", NumberOf(&units::LATENCY), "time until the run goes on");
        Some(Restarts::Young(Self { interruptions: rate?, checkpoint: checkpoint?, recovery: recovery? }))
    }

    /// The share of the time that is wasted on so many GPUs.
    pub fn wasted(&self, gpus: f64, lookup: &mut dyn Lookup) -> Option<Slot> {
        let rate = lookup.per_hour(&self.interruptions)?;
        let (checkpoint, recovery) = (lookup.number(&self.checkpoint), lookup.number(&self.recovery));
        Some(lookup.derive(
            "share of a run wasted by restarts",
            &[rate, checkpoint, recovery],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    out[i] = young_waste(1.0 / (v[rate][i] * gpus), v[checkpoint][i], v[recovery][i]);
                }
            }),
        ))
    }
}

/// The share of a run's time that is wasted if it is interrupted every `between` hours on average, a checkpoint takes
/// `checkpoint` hours and recovery `recovery`, with checkpoints at Young's interval `τ = √(2 δ M)`:
/// `δ/τ + τ/2M + R/M`, at most 95 %.
///
/// Young 1974, Communications of the ACM 17(9), 530–531.
pub fn young_waste(between: f64, checkpoint: f64, recovery: f64) -> f64 {
    if !between.is_finite() {
        return 0.0;
    }
    let interval = (2.0 * checkpoint * between).sqrt();
    let writing = if interval > 0.0 { checkpoint / interval } else { 0.0 };
    (writing + interval / (2.0 * between) + recovery / between).min(MOST_WASTED)
}

/// A run that is interrupted more often than this makes no progress.
const MOST_WASTED: f64 = 0.95;
