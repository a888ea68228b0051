//! How an llm is run on its GPUs.

use super::Precision;
use crate::distribution::QuantityOf;
use crate::document::{Flag, Reader, TableOf, Text, Whole, WordOf};
use crate::math::pow;
use crate::units;

/// Formats, engine, memory, and what the engine is told.
#[derive(Clone, Debug)]
pub struct Setup {
    /// GPUs of one replica.
    pub gpus: f64,
    /// Format of the weights.
    pub weights: Precision,
    /// Format of keys and values.
    pub kv_cache: Precision,
    /// The serving engine.
    pub engine: Option<String>,
    /// Share of the memory that the engine may use.
    pub memory_share: f64,
    /// Bytes of each GPU that neither weights nor keys and values get.
    pub memory_reserve: f64,
    /// Most requests in flight that the engine takes.
    pub max_batch: f64,
    /// Tokens of a prompt that are read in one step, if prompts are read in pieces.
    pub prefill_chunk: Option<f64>,
    /// A small llm that guesses ahead.
    pub speculation: Option<Speculation>,
    /// Whether requests, not heads, are spread over the GPUs in attention.
    pub attention_data_parallel: bool,
}

/// Speculative decoding: tokens are guessed and checked together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Speculation {
    /// Tokens guessed in each step.
    pub draft_tokens: f64,
    /// Chance that a guess is right.
    pub acceptance: f64,
    /// Time of one guess as a share of a step.
    pub draft_cost: f64,
}

impl Speculation {
    fn read(t: &mut Reader) -> Option<Self> {
        let draft_tokens = t.required("draft_tokens", Whole(1, 64), "tokens guessed in each step");
        let acceptance =
            t.required("acceptance", QuantityOf(&units::SHARE), "chance that a guessed token is right");
        let draft_cost = t.required(
            "draft_cost",
            QuantityOf(&units::SHARE),
            "time of one guess as a share of a step; 0 for heads that guess for free",
        );
        Some(Self {
            draft_tokens: draft_tokens? as f64,
            acceptance: acceptance?.value,
            draft_cost: draft_cost?.value,
        })
    }

    /// Tokens that a step gives on average: `(1 − αᵏ⁺¹) / (1 − α)`.
    pub fn tokens_a_step(&self) -> f64 {
        let (share, all) = (self.acceptance, self.draft_tokens + 1.0);
        if share >= 1.0 { all } else { (1.0 - pow(share, all)) / (1.0 - share) }
    }
}

impl Setup {
    /// Reads what a deployment says beside its llm, its GPU and its evidence. The second value tells whether `weights` was said.
    pub(super) fn read(t: &mut Reader) -> Option<(Self, bool)> {
        let gpus = t.required("gpus", Whole(1, 1024), "GPUs of one replica");
        let weights = t.optional("weights", WordOf(&Precision::WORDS), "format of the weights");
        let kv_cache = t.or("kv_cache", "bf16", WordOf(&Precision::WORDS), "format of keys and values");
        let engine = t.optional("engine", Text("vllm"), "the serving engine");
        let share =
            t.or("memory_share", "90 %", QuantityOf(&units::SHARE), "share of the memory the engine may use");
        let reserve = t.or(
            "memory_reserve",
            "3.5 GB",
            QuantityOf(&units::BYTES),
            "memory of each GPU that activations and communication take",
        );
        let max_batch = t.or("max_batch", "1024", Whole(1, 1_000_000), "most requests in flight");
        let chunk = t.optional(
            "prefill_chunk",
            QuantityOf(&units::TOKENS),
            "tokens of a prompt read in one step; whole prompts if absent",
        );
        let speculation =
            t.optional("speculative_decoding", TableOf(Speculation::read), "tokens are guessed and checked");
        let spread = t.or(
            "attention_data_parallel",
            "false",
            Flag,
            "attention is spread over the GPUs by request, not by head",
        );
        let (weights, chunk) = (weights?, chunk?.map(|point| point.value));
        if chunk.is_some_and(|chunk| chunk < 1.0) {
            t.refuse("prefill_chunk", "not-positive", "a piece has a token at least", "2048 is usual");
            return None;
        }
        let setup = Self {
            gpus: gpus? as f64,
            weights: weights.unwrap_or(Precision::Bf16),
            kv_cache: kv_cache?,
            engine: engine?,
            memory_share: share?.value,
            memory_reserve: reserve?.value,
            max_batch: max_batch? as f64,
            prefill_chunk: chunk,
            speculation: speculation?,
            attention_data_parallel: spread?,
        };
        Some((setup, weights.is_some()))
    }
}
