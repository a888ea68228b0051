//! The arguments of `queue`.

use clap::Subcommand;

use super::values::{amount, count, rate, seconds, share};

/// The kinds of queues.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Queue {
    /// Servers that do not slow one another down: whole machines, the concurrency a vendor allows, people
    #[command(after_help = "\
Examples:
  tokencast queue servers --load 90 --servers 100
  tokencast queue servers --rate \"12 /s\" --service \"4 s\" --waits 1% --within \"2 s\" --arrival-cv 2")]
    Servers(ServersArgs),
    /// A replica that serves a batch, in which everybody slows everybody else down
    #[command(after_help = "\
Examples:
  tokencast queue batch --base \"8 ms\" --per-token \"0.05 ms\" --per-context-token \"0.0004 ms\" --input-tokens 700 \\
    --output-tokens 200 --batch 64 --queue 500 --rate \"2 /s\"
  tokencast queue batch --base \"8 ms\" --per-token \"0.05 ms\" --input-tokens 700 --output-tokens 200 --batch 64 \\
    --ttft \"500 ms\" --tpot \"20 ms\"")]
    Batch(BatchArgs),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ServersArgs {
    /// Mean number of busy servers, in erlangs; or say --rate and --service
    #[arg(long, value_name = "ERLANGS", value_parser = amount, conflicts_with = "rate", required_unless_present = "rate")]
    pub(in crate::cli) load: Option<f64>,
    /// Arrivals, such as "12 /s"
    #[arg(long, value_parser = rate, requires = "service")]
    pub(in crate::cli) rate: Option<f64>,
    /// Mean time in service, such as "4 s"; without it times are in multiples of it
    #[arg(long, value_parser = seconds)]
    pub(in crate::cli) service: Option<f64>,
    /// Servers [default: as many as --waits needs]
    #[arg(long, value_parser = count)]
    pub(in crate::cli) servers: Option<u64>,
    /// The share of arrivals that may wait longer than --within
    #[arg(long, value_name = "SHARE", value_parser = share, default_value = "20%")]
    pub(in crate::cli) waits: f64,
    /// How long an arrival may wait, such as "2 s" [default: not at all]
    #[arg(long, value_name = "TIME", value_parser = seconds, requires = "service")]
    pub(in crate::cli) within: Option<f64>,
    /// Burstiness: standard deviation over mean of the times between arrivals; 1 is a Poisson stream
    #[arg(long, value_name = "CV", value_parser = amount, default_value = "1")]
    pub(in crate::cli) arrival_cv: f64,
    /// Standard deviation over mean of the times in service
    #[arg(long, value_name = "CV", value_parser = amount, default_value = "1")]
    pub(in crate::cli) service_cv: f64,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct BatchArgs {
    /// A step of an empty batch, such as "8 ms"
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) base: f64,
    /// Time per token that a step computes, such as "0.05 ms"
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) per_token: f64,
    /// Time per token of context that a step reads
    #[arg(long, value_name = "TIME", value_parser = seconds, default_value = "0 ms")]
    pub(in crate::cli) per_context_token: f64,
    /// Tokens in of a request
    #[arg(long, value_name = "TOKENS", value_parser = amount)]
    pub(in crate::cli) input_tokens: f64,
    /// Tokens out of a request
    #[arg(long, value_name = "TOKENS", value_parser = amount)]
    pub(in crate::cli) output_tokens: f64,
    /// Requests in the batch at the most
    #[arg(long, value_parser = count)]
    pub(in crate::cli) batch: u64,
    /// Requests that wait at the most
    #[arg(long, value_parser = amount, default_value = "1000")]
    pub(in crate::cli) queue: f64,
    /// Arrivals, such as "2 /s" [default: the highest rate within --ttft and --tpot]
    #[arg(long, value_parser = rate, required_unless_present_any = ["ttft", "tpot"])]
    pub(in crate::cli) rate: Option<f64>,
    /// Target of the mean time to the first token
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) ttft: Option<f64>,
    /// Target of the mean time per token after it
    #[arg(long, value_name = "TIME", value_parser = seconds)]
    pub(in crate::cli) tpot: Option<f64>,
}
