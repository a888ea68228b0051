//! The arguments of `replay`.

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, ArgGroup};

use super::super::capacity_args::Hardware;
use super::values::{amount, count, rate, seconds, share};
use crate::serving::replay::Router;

/// What is replayed, through what, and what is looked for.
#[derive(Debug, clap::Args)]
#[command(group(ArgGroup::new("deployed").args(["deployment", "llm"]).multiple(true)))]
pub(in crate::cli) struct Replay {
    /// The trace: Azure's CSV, Mooncake's JSON lines, any CSV with time, tokens in and out; may be a .gz; or `synthetic`
    pub(in crate::cli) trace: PathBuf,
    /// A scenario with the deployment
    #[arg(requires = "deployment", conflicts_with = "llm")]
    pub(in crate::cli) scenario: Option<PathBuf>,
    /// The deployment of the scenario: its measurements, or the sizes of its llm and GPU, become times of steps
    #[arg(long, value_name = "ID", requires = "scenario")]
    pub(in crate::cli) deployment: Option<String>,
    /// The traffic of the scenario: lengths of synthetic requests, and targets
    #[arg(long, value_name = "ID", requires = "scenario")]
    pub(in crate::cli) traffic: Option<String>,
    /// Replace one value of the scenario; may be repeated
    #[arg(long, value_name = "ADDRESS=VALUE", action = ArgAction::Append)]
    pub(in crate::cli) set: Vec<String>,
    #[command(flatten)]
    pub(in crate::cli) run: RunOn,
    #[command(flatten)]
    pub(in crate::cli) step: StepArgs,
    #[command(flatten)]
    pub(in crate::cli) fleet: FleetArgs,
    #[command(flatten)]
    pub(in crate::cli) load: LoadArgs,
    /// Target of the time to the first token, such as "2 s"
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) ttft: Option<f64>,
    /// Target of the mean time per further token, such as "50 ms"
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) tpot: Option<f64>,
    /// Look for the largest load at which this share of all requests meets the targets
    #[arg(long, value_name = "SHARE", value_parser = share, num_args = 0..=1, default_missing_value = "90%")]
    pub(in crate::cli) find_load: Option<f64>,
    /// With --find-load: write latencies by load as a part with a deployment, whose capacity is this table
    #[arg(long, value_name = "FILE", requires_all = ["find_load", "deployed"])]
    pub(in crate::cli) measured: Option<PathBuf>,
    /// Replay rising loads up to what a full batch can serve, beside what the queue says in closed form
    #[arg(long)]
    pub(in crate::cli) compare: bool,
    /// Folder for tables and charts [default: output/<trace>-replay]
    #[arg(long, short, value_name = "DIR")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Replace files and folders that are there
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// In place of a scenario: an llm on GPUs.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "In place of a scenario")]
#[group(skip)]
pub(in crate::cli) struct RunOn {
    /// The llm (`tokencast list llms`)
    #[arg(long, requires = "gpu")]
    pub(in crate::cli) llm: Option<String>,
    /// The GPU it runs on (`tokencast list gpus`)
    #[arg(long, requires = "llm")]
    pub(in crate::cli) gpu: Option<String>,
    #[command(flatten)]
    pub(in crate::cli) hardware: Hardware,
}

/// A replica: times of its steps, memory, batch.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "A replica")]
pub(in crate::cli) struct StepArgs {
    /// A step of an empty batch [default: from the deployment]
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) base_step: Option<f64>,
    /// Added per sequence that writes [default: from the deployment, or 0]
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) per_sequence: Option<f64>,
    /// Added per token of context that is read [default: from the deployment, or 0]
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) per_context_token: Option<f64>,
    /// Added per token of a prompt that is read [default: from the deployment]
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) per_prompt_token: Option<f64>,
    /// Tokens that the memory for keys and values holds [default: what fits beside the weights, at least what the benchmark held]
    #[arg(long, value_name = "TOKENS", value_parser = count)]
    pub(in crate::cli) kv_tokens: Option<u64>,
    /// Sequences in the batch at the most [default: `max_batch` of the deployment; of a measured one the highest concurrency]
    #[arg(long, value_name = "SEQUENCES", value_parser = count)]
    pub(in crate::cli) max_batch: Option<u64>,
    /// Tokens of a step at the most, those of prompts included; [default: `prefill_chunk` of the deployment, or prompts in one piece]
    #[arg(long, value_name = "TOKENS", value_parser = count)]
    pub(in crate::cli) chunk_tokens: Option<u64>,
    /// Forget prompts: no prefix cache
    #[arg(long)]
    pub(in crate::cli) no_prefix_cache: bool,
    /// Tokens of a block whose hash the trace has
    #[arg(long, value_name = "TOKENS", value_parser = count, default_value = "512")]
    pub(in crate::cli) block_tokens: u64,
}

/// Replicas together.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "The fleet")]
pub(in crate::cli) struct FleetArgs {
    /// Replicas; with --autoscale, at the least
    #[arg(long, value_parser = count, default_value = "1")]
    pub(in crate::cli) replicas: u64,
    /// Who gets a request
    #[arg(long, default_value = "least-loaded", value_parser = PossibleValuesParser::new(Router::ALL.map(|(word, _)| word)))]
    pub(in crate::cli) router: String,
    /// Requests that wait at a replica at the most; more are shed [default: no limit]
    #[arg(long, value_name = "REQUESTS", value_parser = amount)]
    pub(in crate::cli) queue: Option<f64>,
    /// How long a request waits for a batch before it goes away [default: for ever]
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) patience: Option<f64>,
    /// Replicas at the most, started and stopped with the load
    #[arg(long, value_name = "REPLICAS", value_parser = count)]
    pub(in crate::cli) autoscale: Option<u64>,
    /// Requests on the way per replica that the autoscaler aims at [default: 70 % of --max-batch]
    #[arg(long, value_name = "REQUESTS", value_parser = amount, requires = "autoscale")]
    pub(in crate::cli) per_replica: Option<f64>,
    /// Time between two looks of the autoscaler
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "30 s")]
    pub(in crate::cli) scale_every: f64,
    /// From the decision to a replica that serves: 2 to 7 minutes if it has the weights, 15 to 35 if not (llm-d, 2026-11-22)
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "4 min")]
    pub(in crate::cli) cold_start: f64,
    /// How long fewer replicas have to be enough before one stops
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "5 min")]
    pub(in crate::cli) hold: f64,
    /// Mean time between two failures of a replica [default: none fails]
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) fails_every: Option<f64>,
    /// Median time to repair (a trace of 400 GPU servers, read 2026-11-22)
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "0.85 days")]
    pub(in crate::cli) repair_median: f64,
    /// Mean time to repair (from the same)
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "5.4 days")]
    pub(in crate::cli) repair_mean: f64,
}

/// What comes.
#[derive(Debug, clap::Args)]
#[command(next_help_heading = "The load")]
pub(in crate::cli) struct LoadArgs {
    /// Replay a trace so many times faster
    #[arg(long, value_name = "FACTOR", value_parser = amount, default_value = "1")]
    pub(in crate::cli) speed: f64,
    /// Synthetic arrivals, such as "5 /s"
    #[arg(long, value_parser = rate)]
    pub(in crate::cli) rate: Option<f64>,
    /// Burstiness of synthetic arrivals: standard deviation over mean of the times between them
    #[arg(long, value_parser = amount, default_value = "1")]
    pub(in crate::cli) cv: f64,
    /// Requests: of synthetic arrivals all, of a trace at the most [default: 100,000; of a trace all]
    #[arg(long, value_parser = count)]
    pub(in crate::cli) requests: Option<u64>,
    /// Mean tokens in of synthetic requests
    #[arg(long, value_name = "TOKENS", value_parser = amount)]
    pub(in crate::cli) input_tokens: Option<f64>,
    /// Their standard deviation over mean (lognormal)
    #[arg(long, value_name = "CV", value_parser = amount, default_value = "1")]
    pub(in crate::cli) input_cv: f64,
    /// Mean tokens out of synthetic requests
    #[arg(long, value_name = "TOKENS", value_parser = amount)]
    pub(in crate::cli) output_tokens: Option<f64>,
    /// Their standard deviation over mean (lognormal)
    #[arg(long, value_name = "CV", value_parser = amount, default_value = "1")]
    pub(in crate::cli) output_cv: f64,
    /// Seed of synthetic arrivals, failures and repairs
    #[arg(long, default_value = "1")]
    pub(in crate::cli) seed: u64,
    /// Stop at this time, whoever is still on the way
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) until: Option<f64>,
}
