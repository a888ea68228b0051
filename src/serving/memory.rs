//! What fits into the memory of a replica.

use super::{Attention, Gpu, Setup, Size};

/// The memory of one replica.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Memory {
    /// Bytes of weights on each GPU.
    pub weights: f64,
    /// Bytes of each GPU that keys and values may take; below 0 where the weights do not fit.
    pub room: f64,
    /// Over how many GPUs the keys and values of a request are spread.
    pub spread: f64,
}

impl Setup {
    /// Over how many GPUs the keys and values of a request are spread: over as many as there are heads to keep. One
    /// compressed vector for all heads is the same on every GPU, unless attention is spread by request.
    pub fn kv_spread(&self, attention: &Attention) -> f64 {
        if self.attention_data_parallel {
            return self.gpus;
        }
        match attention {
            Attention::Gqa { kv_heads, .. } => self.gpus.min(*kv_heads),
            Attention::Mla { .. } => 1.0,
        }
    }

    /// Bytes of all weights.
    pub fn weight_bytes(&self, size: &Size) -> f64 {
        let routed = size.expert_parameters();
        let shared = self.weights.dense_weight_bytes(size.experts.is_some());
        (size.parameters - routed) * shared + routed * self.weights.weight_bytes()
    }
}

impl Memory {
    /// Of an llm of this size on these GPUs.
    pub fn of(size: &Size, gpu: &Gpu, setup: &Setup) -> Self {
        let weights = setup.weight_bytes(size) / setup.gpus;
        let room = gpu.memory * setup.memory_share - setup.memory_reserve - weights;
        Self { weights, room, spread: setup.kv_spread(&size.attention) }
    }

    /// Tokens of which keys and values fit, in requests of `context` tokens.
    pub fn tokens(&self, size: &Size, setup: &Setup, context: f64) -> f64 {
        self.batch(size, setup, context) * context
    }

    /// Requests that fit with every one of them grown to `context` tokens.
    pub fn batch(&self, size: &Size, setup: &Setup, context: f64) -> f64 {
        self.room.max(0.0) * self.spread / (size.kept(context) * setup.kv_cache.kv_bytes())
    }
}
