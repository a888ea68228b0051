//! How long a step of decoding and the reading of a prompt take, from the sizes of llm and GPU.
//!
//! A step reads the weights and what is kept of every request, and multiplies; the slower of the two decides. Each layer
//! adds a fixed time. Prompts of newcomers are read in between, so that every token of the others waits for its share.

use super::constants::{Constants, EXPERT_LAUNCHES, UNPACKING};
use super::{Gpu, Lengths, Setup, Size};
use crate::math::pow;

/// Latencies of a replica, in hours.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Latency {
    /// Time to the first token.
    pub ttft_hours: f64,
    /// Time per further token.
    pub tpot_hours: f64,
}

/// An llm on GPUs.
#[derive(Clone, Debug)]
pub struct Roofline {
    size: Size,
    setup: Setup,
    constants: Constants,
    /// GPUs of the replica.
    gpus: f64,
    /// Bytes per hour that decoding reads from one GPU's memory.
    bandwidth: f64,
    /// Operations per hour of one GPU, in the format of the weights and in 16 bits.
    speed: f64,
    speed_16: f64,
    native: bool,
    /// Bytes per hour between GPUs; infinite for one.
    link: f64,
    engine: f64,
}

impl Roofline {
    /// An llm of this size on `gpus` GPUs. `None` if they are several and how fast they talk is not said.
    pub fn new(size: &Size, gpu: &Gpu, setup: &Setup, constants: Constants) -> Option<Self> {
        let gpus = setup.gpus;
        let link = if gpus > 1.0 { gpu.link? } else { f64::INFINITY };
        let (speed, native) = gpu.speed(setup.weights);
        let loss = pow(gpus, -constants.tensor_parallel_loss);
        Some(Self {
            size: size.clone(),
            setup: setup.clone(),
            gpus,
            bandwidth: gpu.bandwidth * constants.bandwidth_share * loss,
            speed,
            speed_16: gpu.bf16,
            native,
            link,
            engine: constants.engine(setup.engine.as_deref()),
            constants,
        })
    }

    /// The share of experts that a step with so many tokens reads: each token takes `active` of `total` at random.
    pub fn experts_read(size: &Size, tokens: f64) -> f64 {
        size.experts.map_or(0.0, |experts| 1.0 - pow(1.0 - experts.active / experts.total, tokens))
    }

    /// Bytes of weights that a step with so many tokens takes as long as.
    fn weights_read(&self, tokens: f64) -> f64 {
        let (size, weights) = (&self.size, self.setup.weights);
        let unpacking = if self.native { 1.0 } else { UNPACKING };
        let Some(_) = size.experts else { return size.parameters * weights.weight_bytes() * unpacking };
        let routed = size.expert_parameters();
        let shared = (size.parameters - routed) * weights.dense_weight_bytes(true);
        shared + routed * Self::experts_read(size, tokens) * weights.weight_bytes() * unpacking
    }

    /// Time to send so many tokens' activations between the GPUs: two sums a layer, 16 bits a value, in a ring.
    fn sending(&self, tokens: f64) -> f64 {
        let bytes = self.size.layers * 2.0 * tokens * self.size.hidden * 2.0;
        bytes * 2.0 * (self.gpus - 1.0) / self.gpus / self.link
    }

    /// A step of decoding `batch` requests of so many tokens each, `tokens` of them at once.
    fn step(&self, batch: f64, context: f64, tokens: f64) -> f64 {
        let (size, constants) = (&self.size, &self.constants);
        let all = batch * tokens;
        let kept = batch * size.kept(context) * self.setup.kv_cache.kv_bytes();
        let spread = self.setup.kv_spread(&size.attention);
        let reading = (self.weights_read(all) / self.gpus + kept / spread) / self.bandwidth;
        let computing =
            2.0 * size.active_parameters * all / (self.gpus * self.speed * constants.decode_share);
        // The slower decides; where both are close they delay one another.
        let busy = pow(reading * reading * reading + computing * computing * computing, 1.0 / 3.0);
        let launches = if size.experts.is_some() { 1.0 + EXPERT_LAUNCHES } else { 1.0 };
        let talking = if self.gpus > 1.0 { constants.reduce_seconds } else { 0.0 };
        let fixed = size.layers * (constants.layer_seconds * launches + talking) / 3600.0;
        (busy + fixed + self.sending(all)) * self.engine
    }

    /// A step in which `batch` requests of so many tokens each are written on, in hours, and how many tokens it gives each.
    fn decoding(&self, batch: f64, context: f64) -> (f64, f64) {
        let Some(guess) = &self.setup.speculation else { return (self.step(batch, context, 1.0), 1.0) };
        let guessing = 1.0 + guess.draft_tokens * guess.draft_cost;
        (self.step(batch, context, guess.draft_tokens + 1.0) * guessing, guess.tokens_a_step())
    }

    /// Writing one token of each of `batch` requests of so many tokens each, while nobody's prompt is read.
    pub fn decode_hours(&self, batch: f64, context: f64) -> f64 {
        let (step, tokens) = self.decoding(batch, context);
        step / tokens
    }

    /// Reading `tokens` of a prompt behind `before` tokens that are kept already.
    pub fn prefill_hours(&self, tokens: f64, before: f64) -> f64 {
        let size = &self.size;
        let weights = 2.0 * size.active_parameters * tokens / self.speed;
        let attention = size.attention_flops(tokens, before) / self.speed_16;
        (weights + attention) / (self.gpus * self.constants.prefill_share) + self.sending(tokens)
    }

    /// Latencies with `batch` requests in flight. The first token waits for prompts that came before (as in a queue with
    /// one server and equal prompts), for the own prompt and for a step.
    pub fn latency(&self, batch: f64, lengths: Lengths) -> Latency {
        self.latency_with(batch, lengths, 1.0)
    }

    /// The same where a step writes so many times as many tokens in its time. Prompts of newcomers, of which there are as many for
    /// each answer as before, take as long as before.
    pub fn latency_with(&self, batch: f64, lengths: Lengths, faster: f64) -> Latency {
        let new = lengths.input * (1.0 - lengths.cached);
        let (step, tokens_a_step) = self.decoding(batch, lengths.input + lengths.output / 2.0);
        let prefill = self.prefill_hours(new, lengths.input - new);
        let steps = self.setup.prefill_chunk.map_or(1.0, |chunk| crate::math::ceil(new / chunk).max(1.0));
        let tpot_hours =
            step / (tokens_a_step * faster) + (batch - 1.0).max(0.0) * prefill / lengths.output.max(1.0);
        let own = prefill + steps * step;
        let call = own + (lengths.output - 1.0).max(0.0) * tpot_hours;
        let busy = (batch * prefill / call).min(0.95);
        let ttft_hours = own + prefill * busy / (2.0 * (1.0 - busy));
        Latency { ttft_hours, tpot_hours }
    }
}
