//! The arguments of `prices` and `fit`.

use std::path::PathBuf;

use clap::Subcommand;

/// The commands about prices.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Prices {
    /// Turn the price map of `LiteLLM`, genai-prices' data or a change log into rate cards: a part to `use`
    #[command(after_help = "\
Examples:
  tokencast prices import model_prices_and_context_window.json --as-of 2026-03-01 --out prices.toml
  tokencast prices import data.json --as-of 2026-03-30 --provider first-party --out prices.toml
then write in a scenario: use = [\"prices.toml\"], and serve by \"openai/gpt-5\"")]
    Import(Import),
    /// List the rate cards of a source
    #[command(
        after_help = "Examples:\n  tokencast prices list\n  tokencast prices list prices.toml --vendor openai"
    )]
    List(ListPrices),
    /// Show one rate card, with its source and date
    #[command(after_help = "Example:\n  tokencast prices show anthropic/claude-opus-4-6")]
    Show(ShowPrice),
    /// Compare two sources: what was added, removed, changed; where they disagree about the same day
    #[command(after_help = "\
Examples:
  tokencast prices diff old.json@2024-12-16 new.json@2026-03-01 --vendor openai
  tokencast prices diff builtin data.json@2026-03-30")]
    Diff(PriceDiff),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Import {
    /// The catalog: the price map of `LiteLLM`, genai-prices' data, or a change log as CSV; may be a .gz
    pub(in crate::cli) file: PathBuf,
    /// The part to write [default: standard output]
    #[arg(long, short, visible_alias = "output", value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// The day its prices were true [default: the day in the name of the file]
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) as_of: Option<String>,
    /// Only these vendors, by id; `first-party` are those that serve llms of their own
    #[arg(long, visible_alias = "vendor", value_name = "VENDOR", value_delimiter = ',')]
    pub(in crate::cli) provider: Vec<String>,
    /// Also write llms at a price of zero, which may be free or unknown
    #[arg(long)]
    pub(in crate::cli) free: bool,
    /// Replace a file that is there
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

/// A file of prices may be a catalog, a change log, a part or a scenario.
const SOURCE: &str =
    "FILE or FILE@DAY (a part, a scenario, a catalog, a change log), `builtin`, or `builtin:prices/…`";

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ListPrices {
    #[arg(default_value = "builtin", help = SOURCE)]
    pub(in crate::cli) source: String,
    /// Only these vendors, by id
    #[arg(long, value_delimiter = ',')]
    pub(in crate::cli) vendor: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct ShowPrice {
    /// The llm, as vendor/llm
    #[arg(value_name = "VENDOR/LLM")]
    pub(in crate::cli) llm: String,
    #[arg(default_value = "builtin", help = SOURCE)]
    pub(in crate::cli) source: String,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct PriceDiff {
    #[arg(value_name = "A", help = SOURCE)]
    pub(in crate::cli) old: String,
    #[arg(value_name = "B", help = SOURCE)]
    pub(in crate::cli) new: String,
    /// Only these vendors, by id
    #[arg(long, value_delimiter = ',')]
    pub(in crate::cli) vendor: Vec<String>,
}

/// What can be fitted.
#[derive(Debug, Subcommand)]
pub(in crate::cli) enum Fit {
    /// How often and how far list prices jump, per vendor, from a change log
    #[command(after_help = "\
Examples:
  tokencast fit prices changes.csv --vendor first-party --out jumps.toml
  tokencast fit prices changes.csv --backtest 2025-03-01
then write in a scenario: use = [\"jumps.toml\"], and for an llm: over_time = { follows = \"openai-prices\" }")]
    Prices(FitPrices),
    /// Rates, week, burstiness, lengths and repeated prompts of a log of requests: a traffic part
    #[command(after_help = "\
Examples:
  tokencast fit traffic requests.csv --id chat --out chat.toml
  tokencast fit traffic conversation.jsonl.gz --out traffic.toml
  tokencast fit traffic rates.csv --series m-large --begins 2027-04-05 --input-tokens 900 --output-tokens 250 --out t.toml
then write in a scenario: use = [\"chat.toml\"]")]
    Traffic(FitTraffic),
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct FitTraffic {
    /// The log: Azure's CSV, Mooncake's JSON lines, any CSV with time, tokens in and out, or `t_s,req_per_s`; may be a .gz
    pub(in crate::cli) log: PathBuf,
    /// The part to write, and beside it the week of a log that covers one [default: standard output]
    #[arg(long, short, visible_alias = "output", value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Id of the traffic [default: traffic]
    #[arg(long)]
    pub(in crate::cli) id: Option<String>,
    /// The day that a log without dates begins, at midnight
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) begins: Option<String>,
    /// Hours that the scenario's zone is ahead of the times of the log, such as 9 for Japan and times in UTC
    #[arg(long, value_name = "HOURS", default_value = "0", allow_negative_numbers = true, value_parser = super::values::hours_ahead)]
    pub(in crate::cli) utc_offset: f64,
    /// Of a log of several series, this one
    #[arg(long, value_name = "NAME")]
    pub(in crate::cli) series: Option<String>,
    /// Mean tokens in, for a log of rates
    #[arg(long, value_name = "TOKENS", value_parser = super::values::amount, requires = "output_tokens")]
    pub(in crate::cli) input_tokens: Option<f64>,
    /// Mean tokens out, for a log of rates
    #[arg(long, value_name = "TOKENS", value_parser = super::values::amount, requires = "input_tokens")]
    pub(in crate::cli) output_tokens: Option<f64>,
    /// Replace files that are there
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct FitPrices {
    /// The change log: a CSV with the columns date, event, model, provider, `in_usd_mtok`, `out_usd_mtok`
    pub(in crate::cli) log: PathBuf,
    /// Only these vendors, by id; `first-party` are those that serve llms of their own [default: first-party]
    #[arg(long, value_delimiter = ',')]
    pub(in crate::cli) vendor: Vec<String>,
    /// Use what was known on this day only
    #[arg(long, value_name = "DAY")]
    pub(in crate::cli) until: Option<String>,
    /// The part to write [default: standard output]
    #[arg(long, short, visible_alias = "output", value_name = "FILE")]
    pub(in crate::cli) out: Option<PathBuf>,
    /// Replace a file that is there
    #[arg(long)]
    pub(in crate::cli) force: bool,
    /// Fit before this day and count how often intervals hold what came after it
    #[arg(long, value_name = "DAY", conflicts_with_all = ["out", "until"])]
    pub(in crate::cli) backtest: Option<String>,
}
