//! The ways of training: what a token costs in compute, and what a weight costs in memory.

/// A way of training.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// All weights are trained.
    Full,
    /// Low-rank adapters on frozen weights.
    Lora,
    /// A smaller llm learns from what a larger one says.
    Distillation,
    /// Pairs of answers, the better one named, against a frozen copy of the llm.
    Preference,
    /// More raw text for all weights.
    ContinuedPretraining,
    /// Nothing is trained: cases are run and judged.
    Evaluation,
}

impl Method {
    /// Its word in the language.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Lora => "lora",
            Self::Distillation => "distillation",
            Self::Preference => "preference",
            Self::ContinuedPretraining => "continued_pretraining",
            Self::Evaluation => "evaluation",
        }
    }

    /// Floating-point operations per active weight and token, without attention over the sequence.
    ///
    /// 2 forward, 4 backward (Kaplan et al. 2020, arXiv 2001.08361). `LoRA` needs no gradients of the frozen weights: 4. Preference
    /// tuning (DPO, Rafailov et al. 2023, arXiv 2305.18290) runs a frozen reference forward as well: 6 + 2. Computed, 2026-11-29.
    pub const fn flop_per_weight(self) -> f64 {
        match self {
            Self::Full | Self::ContinuedPretraining | Self::Distillation => 6.0,
            Self::Lora => 4.0,
            Self::Preference => 8.0,
            Self::Evaluation => 2.0,
        }
    }

    /// Floating-point operations per active weight of the teacher and token: its forward pass.
    pub const TEACHER_FLOP_PER_WEIGHT: f64 = 2.0;

    /// Bytes of memory that a run needs for each weight of the llm, frozen ones at this many bytes.
    ///
    /// Mixed-precision Adam: 2 weights, 2 gradients, 4 master weights, 4 + 4 moments (Rajbhandari et al. 2020, arXiv 1910.02054).
    /// Preference tuning keeps a frozen reference in 16 bits beside it. Activations are recomputed and fit into the reserve.
    pub fn bytes_per_weight(self, frozen: f64) -> f64 {
        match self {
            Self::Full | Self::ContinuedPretraining | Self::Distillation => ADAM,
            Self::Preference => ADAM + HALF,
            Self::Lora => frozen + ADAPTERS * ADAM,
            Self::Evaluation => frozen,
        }
    }
}

/// Bytes of a trained weight.
const ADAM: f64 = 16.0;
/// Bytes of a weight in 16 bits.
pub(super) const HALF: f64 = 2.0;
/// Bytes of a frozen weight in 4 bits with its share of the scales: 16 bits for 64 weights, themselves in 8 bits
/// (`QLoRA`, Dettmers et al. 2023, arXiv 2305.14314: 0.127 bits a weight).
pub(super) const QUARTER: f64 = (4.0 + 0.127) / 8.0;
/// Weights of adapters per frozen weight: rank 16 to 64 on all projections is 0.3 % to 1.2 %. Assumed, 2026-11-29.
const ADAPTERS: f64 = 0.005;
/// Share of a GPU's memory that weights, gradients and moments may fill; the rest is for activations. Assumed, 2026-11-29.
pub(super) const USABLE: f64 = 0.9;

/// The fewest GPUs, as a power of two as jobs are usually cut, whose memory holds so many bytes.
pub fn fewest_gpus(bytes: f64, memory: f64) -> f64 {
    let mut gpus = 1.0;
    while gpus * memory * USABLE < bytes && gpus < 1e6 {
        gpus *= 2.0;
    }
    gpus
}
