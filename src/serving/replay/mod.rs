//! A trace of requests replayed through replicas that batch continuously, step by step.
//!
//! Every event is simulated: arrivals, routing, admission, prompts read in chunks, each token, memory that runs out, caches,
//! replicas that come, go and fail. Steps in which nothing but writing happens are taken together, which changes no
//! result: their times are an arithmetic series. All of it is a function of the trace and the settings.

mod cache;
mod failures;
mod fleet;
mod outcome;
mod reuse;
mod router;
mod scaling;
mod search;
mod server;
mod step;
mod theory;

pub use failures::Failures;
pub use fleet::replay;
pub use outcome::{Moment, Outcome, QUANTILES, Timeline};
pub use reuse::{ReuseCurve, ReuseLog, SIZES};
pub use router::Router;
pub use scaling::Autoscaler;
pub use search::{Load, Search, largest_load};
pub use step::{Bent, Measured, StepTime};
pub use theory::Steps;

/// One replica.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Replica {
    /// How long its steps take.
    pub step: StepTime,
    /// Tokens that its memory for keys and values holds.
    pub kv_tokens: u64,
    /// Sequences in the batch at the most.
    pub max_batch: u64,
    /// Tokens of a step at the most: those written and those of prompts that are read. Endless: prompts in one piece.
    pub chunk_tokens: u64,
    /// Whether blocks of prompts are kept and found again.
    pub prefix_cache: bool,
    /// Tokens of a block of the trace.
    pub block_tokens: u64,
    /// How long a request waits for its first place in a batch before it goes away.
    pub patience_s: Option<f64>,
}

/// Latencies that a request has to meet to be counted as good; `None` is met by all.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Goal {
    /// Time to the first token.
    pub ttft_s: Option<f64>,
    /// Mean time per further token.
    pub tpot_s: Option<f64>,
}

/// What a trace is replayed through.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Settings {
    /// Each replica.
    pub replica: Replica,
    /// How many there are; with an autoscaler, at the beginning and at the least.
    pub replicas: u64,
    /// Who gets a request.
    pub router: Router,
    /// Requests that wait at a replica at the most, beyond the free places of its batch; more are shed.
    pub queue: Option<u64>,
    /// Replicas that come and go with the load.
    pub autoscaler: Option<Autoscaler>,
    /// Replicas that fail and are repaired.
    pub failures: Option<Failures>,
    /// What a good request is.
    pub goal: Goal,
    /// Seed of failures and repairs.
    pub seed: u64,
    /// Stop at this time, whoever is still on the way.
    pub until_s: Option<f64>,
}

impl Settings {
    /// One replica of which its steps and its batch alone are known: memory holds everything, prompts are read in one piece,
    /// nobody gives up and nothing fails.
    pub fn of_steps(step: StepTime, max_batch: u64) -> Self {
        let replica = Replica {
            step,
            kv_tokens: 1 << 40,
            max_batch,
            chunk_tokens: u64::MAX,
            prefix_cache: false,
            block_tokens: 512,
            patience_s: None,
        };
        Self {
            replica,
            replicas: 1,
            router: Router::default(),
            queue: None,
            autoscaler: None,
            failures: None,
            goal: Goal::default(),
            seed: 1,
            until_s: None,
        }
    }
}
