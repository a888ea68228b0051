//! The arguments of the program.

mod prices;
mod queue;
mod replay;
mod studies;
mod values;

use std::path::PathBuf;

use clap::builder::PossibleValuesParser;
use clap::{ArgAction, Parser, Subcommand, ValueEnum};

pub(super) use prices::{Fit, FitPrices, FitTraffic, Import, ListPrices, PriceDiff, Prices, ShowPrice};
pub(super) use queue::{BatchArgs, Queue, ServersArgs};
pub(super) use replay::{Replay, StepArgs};
pub(super) use studies::{Levers, StudyArgs, Tiers, Training, Vendor};

use super::capacity_args::Capacity;
use super::validate::Validate;
use crate::random::{Design, Sampling};
use crate::report::display::Lang;

/// What will it cost to serve an LLM product, month by month, and how sure are we?
///
/// tokencast simulates thousands of futures of a scenario under every strategy in it: vendor APIs, rented GPUs, owned
/// GPUs, or any mix.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
pub(super) struct Args {
    #[command(flatten)]
    pub(super) global: Global,
    #[command(subcommand)]
    pub(super) command: Command,
}

const EXAMPLES: &str = "\
Examples:
  tokencast init --template hybrid
  tokencast run scenario.toml
  tokencast check scenario.toml
  tokencast explain scenario.toml --strategy hybrid --month 2028-05
  tokencast list distributions

Exit codes: 0 ok, 1 a bug, 2 wrong usage or an invalid scenario, 3 a file cannot be read or written,
4 a budget or a gate is broken, 5 the precision was not reached, 130 interrupted.";

/// Flags of every command.
#[derive(Clone, Copy, Debug, clap::Args)]
pub(super) struct Global {
    /// Print one JSON object instead of text
    #[arg(long, global = true)]
    pub(super) json: bool,
    /// No progress, no warnings
    #[arg(long, short, global = true)]
    pub(super) quiet: bool,
    /// Language of results, charts and templates
    #[arg(long, global = true, value_enum, default_value = "en")]
    pub(super) lang: Language,
    /// When to use color; `auto` honors `NO_COLOR`
    #[arg(long, global = true, value_enum, default_value = "auto")]
    pub(super) color: When,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Language {
    /// English
    En,
    /// Japanese
    Ja,
}

impl From<Language> for Lang {
    fn from(language: Language) -> Self {
        match language {
            Language::En => Self::En,
            Language::Ja => Self::Ja,
        }
    }
}

#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum When {
    /// On a terminal
    Auto,
    /// Into pipes and files too
    Always,
    /// Never
    Never,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Simulate a scenario: print the answer, write tables and charts
    #[command(after_help = "\
Examples:
  tokencast run scenario.toml
  tokencast run scenario.toml --paths 100000 --seed 7
  tokencast run scenario.toml --set traffic.chat.growth=\"8 % /month\" --output output/fast-growth
  tokencast run scenario.toml --precision \"0.5 %\" --lang ja")]
    Run(Run),
    /// Find every mistake of a scenario at once, each with its place and a way out
    #[command(after_help = "Example:\n  tokencast check scenario.toml")]
    Check(Check),
    /// Open a month up: price × quantity, and the inputs behind each figure; or tell where a value came from
    #[command(after_help = "\
Examples:
  tokencast explain scenario.toml --strategy hybrid --month 2028-05
  tokencast explain scenario.toml --strategy api --month 2027-04 --path 17
  tokencast explain scenario.toml --origin traffic.chat.growth")]
    Explain(Explain),
    /// The health of vendors: how likely each fails, how long its cash lasts, and what that costs under each strategy
    #[command(after_help = "\
Examples:
  tokencast vendor scenario.toml
  tokencast vendor scenario.toml --vendor acme --lang ja")]
    Vendor(Vendor),
    /// Training programmes: what a cycle costs and of what, and what each cadence would cost
    #[command(after_help = "\
Examples:
  tokencast training scenario.toml
  tokencast training scenario.toml --strategy hybrid --programme quarterly-lora
  tokencast training scenario.toml --every 1,2,3,6,12 --lang ja")]
    Training(Training),
    /// What each tier of a product earns and costs, month by month, and which llm should serve which
    #[command(after_help = "\
Examples:
  tokencast tiers scenario.toml
  tokencast tiers scenario.toml --strategy small-for-free --no-mixes
  tokencast tiers scenario.toml --set product.chat.tier.plus.churn=\"6 % /month\" --lang ja")]
    Tiers(Tiers),
    /// What one replica of an llm on GPUs serves, at which latency and cost; import benchmarks
    #[command(after_help = "\
Examples:
  tokencast capacity llama-3.1-70b on h100 --gpus 4 --weights fp8 --input 1000 --output 300 --tpot \"40 ms\"
  tokencast capacity gpt-oss-120b on h200 --weights fp4 --input 4000 --output 500 --price \"4.50 USD /GPU-hour\"
  tokencast capacity scenario.toml
  tokencast capacity import results.json --llm llama-3.1-70b --gpu h100 --gpus 4 --weights fp8 --out measured.toml")]
    Capacity(Box<Capacity>),
    /// Which GPUs serve which sizes of request at least cost, against the best single kind
    #[command(after_help = "\
Examples:
  tokencast fleet scenario.toml
  tokencast fleet scenario.toml --traffic chat --llm llama-70b --month 2028-04 --utilization 0.8")]
    Fleet(Fleet),
    /// What each lever of a strategy saves: alone, in the order in which they act, and all together
    #[command(after_help = "\
Examples:
  tokencast levers scenario.toml
  tokencast levers scenario.toml --strategy api --lang ja")]
    Levers(Levers),
    /// What exists: distributions, processes, supplies, levers, contracts, charts ...
    #[command(after_help = "Examples:\n  tokencast list\n  tokencast list distributions")]
    List(List),
    /// Prices: import catalogs of others, list what is built in, compare two dates
    #[command(
        subcommand,
        after_help = "\
Examples:
  tokencast prices import model_prices_and_context_window.json --as-of 2026-03-01 --provider openai --out prices.toml
  tokencast prices list --vendor anthropic
  tokencast prices show openai/gpt-5
  tokencast prices diff changes.csv@2025-03-01 changes.csv@2026-03-01 --vendor first-party"
    )]
    Prices(Prices),
    /// Fit the numbers of a scenario to history: how prices jump, what traffic is like
    #[command(
        subcommand,
        after_help = "\
Examples:
  tokencast fit prices changes.csv --out jumps.toml
  tokencast fit prices changes.csv --backtest 2025-03-01
  tokencast fit traffic requests.csv --out chat.toml --id chat"
    )]
    Fit(Fit),
    /// Replay a trace, or synthetic arrivals, through replicas that batch continuously; find the largest load
    #[command(after_help = "\
Examples:
  tokencast replay requests.csv --llm llama-3.1-70b --gpu h100 --gpus 4 --weights fp8 --compare
  tokencast replay requests.csv scenario.toml --deployment llama-70b-h200 --ttft \"2 s\" --tpot \"60 ms\"
  tokencast replay conversation.jsonl.gz --base-step \"20 ms\" --per-prompt-token \"0.1 ms\" --kv-tokens 320000 \\
    --max-batch 128 --replicas 4 --router prefix-affine
  tokencast replay synthetic scenario.toml --deployment llama-70b-h200 --traffic chat --rate \"2 /s\" --cv 2 \\
    --find-load --measured llama-replayed.toml")]
    Replay(Box<Replay>),
    /// Queues in closed form: servers and staffing, and a replica whose batch slows itself down
    #[command(
        subcommand,
        after_help = "\
Examples:
  tokencast queue servers --load 90 --servers 100
  tokencast queue servers --rate \"12 /s\" --service \"4 s\" --waits 1% --within \"2 s\"
  tokencast queue batch --base \"8 ms\" --per-token \"0.05 ms\" --per-context-token \"0.0004 ms\" --input-tokens 700 \\
    --output-tokens 200 --batch 64 --queue 500 --rate \"2 /s\""
    )]
    Queue(Queue),
    /// Write a commented scenario to start from
    #[command(after_help = "\
Examples:
  tokencast init
  tokencast init plans/desk --template hybrid --lang ja")]
    Init(Init),
    /// Print the completions of a shell
    #[command(after_help = "\
Examples:
  tokencast completions bash > ~/.local/share/bash-completion/completions/tokencast
  tokencast completions fish > ~/.config/fish/completions/tokencast.fish")]
    Completions(Completions),
    /// Published results beside those of this program: source, expected, got, tolerance
    #[command(after_help = "Examples:\n  tokencast validate\n  tokencast validate T16")]
    Validate(Validate),
    /// Print the JSON Schema of scenario files, for editors
    #[command(
        after_help = "Examples:\n  tokencast schema > scenario.schema.json\n  then begin a scenario with: #:schema ./scenario.schema.json"
    )]
    Schema,
    /// Print the manual page
    #[command(after_help = "Examples:\n  tokencast man > tokencast.1\n  tokencast man run > tokencast-run.1")]
    Man(Man),
}

/// The scenario and what is changed in it.
#[derive(Debug, clap::Args)]
pub(super) struct Input {
    /// The scenario file
    pub(super) scenario: PathBuf,
    /// Replace one value; may be repeated
    #[arg(long, value_name = "ADDRESS=VALUE", action = ArgAction::Append)]
    pub(super) set: Vec<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct DesignArgs {
    /// Seed of all draws [default: what the scenario says, else 1]
    #[arg(long)]
    seed: Option<u64>,
    /// How paths spread over the futures [default: what the scenario says, else sobol]
    #[arg(long, value_name = "WORD", value_parser = PossibleValuesParser::new(Sampling::ALL.map(|(word, _)| word)))]
    sampling: Option<String>,
}

impl DesignArgs {
    /// What the command line says, else the scenario.
    pub(super) fn over(&self, written: Design) -> Design {
        let word = self.sampling.as_deref();
        let sampling = Sampling::ALL.into_iter().find(|(known, _)| Some(*known) == word);
        Design {
            seed: self.seed.unwrap_or(written.seed),
            sampling: sampling.map_or(written.sampling, |(_, sampling)| sampling),
        }
    }
}

#[derive(Debug, clap::Args)]
pub(super) struct Run {
    #[command(flatten)]
    pub(super) input: Input,
    /// Simulated futures [default: what the scenario says, else 10,000]
    #[arg(long, short = 'n', value_parser = paths)]
    pub(super) paths: Option<u64>,
    #[command(flatten)]
    pub(super) design: DesignArgs,
    /// Threads; they change no result [default: one per core]
    #[arg(long, value_parser = threads)]
    pub(super) threads: Option<usize>,
    /// Simulate until the standard error is below this share of the mean, such as "0.5%"
    #[arg(long, value_parser = precision)]
    pub(super) precision: Option<f64>,
    /// Folder for the files of this run [default: output/<scenario>]
    #[arg(long, short, value_name = "DIR")]
    pub(super) output: Option<PathBuf>,
    /// Also write every drawn input of the first 10,000 futures
    #[arg(long)]
    pub(super) draws: bool,
    /// Replace the folder even if it holds other things
    #[arg(long)]
    pub(super) force: bool,
}

#[derive(Debug, clap::Args)]
pub(super) struct Check {
    #[command(flatten)]
    pub(super) input: Input,
}

#[derive(Debug, clap::Args)]
pub(super) struct Explain {
    #[command(flatten)]
    pub(super) input: Input,
    /// The strategy, by its id
    #[arg(long, required_unless_present = "origin")]
    pub(super) strategy: Option<String>,
    /// The month, such as 2028-05
    #[arg(long, required_unless_present = "origin")]
    pub(super) month: Option<String>,
    /// In place of a month: where the value at an address, or each value below it, came from and what it replaced
    #[arg(long, value_name = "ADDRESS", conflicts_with_all = ["strategy", "month", "path", "paths", "seed", "sampling"])]
    pub(super) origin: Option<String>,
    /// Open one future up, counted from 1, instead of the mean of all
    #[arg(long, value_name = "N", conflicts_with = "paths", value_parser = path)]
    pub(super) path: Option<u64>,
    /// Futures to take the mean of [default: what the scenario says, else 10,000]
    #[arg(long, short = 'n', value_parser = paths)]
    pub(super) paths: Option<u64>,
    #[command(flatten)]
    pub(super) design: DesignArgs,
}

#[derive(Debug, clap::Args)]
pub(super) struct Fleet {
    #[command(flatten)]
    pub(super) input: Input,
    /// The traffic, by its id; needed where there are several
    #[arg(long, value_name = "ID")]
    pub(super) traffic: Option<String>,
    /// The llm that serves it, by its id; needed where several are deployed
    #[arg(long, value_name = "ID")]
    pub(super) llm: Option<String>,
    /// The month that counts [default: the first]
    #[arg(long, value_name = "YYYY-MM")]
    pub(super) month: Option<String>,
    /// Share of a replica's capacity to plan for in the busiest hour
    #[arg(long, value_name = "SHARE", default_value_t = 0.7)]
    pub(super) utilization: f64,
}

#[derive(Debug, clap::Args)]
pub(super) struct List {
    /// What to list; all lists if absent
    #[arg(value_enum)]
    pub(super) what: Option<Catalog>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Init {
    /// The folder that `scenario.toml` is written into
    #[arg(default_value = ".")]
    pub(super) folder: PathBuf,
    /// The question to start from
    #[arg(long, value_enum, default_value = "api-only")]
    pub(super) template: Template,
    /// Replace a `scenario.toml` that is there
    #[arg(long)]
    pub(super) force: bool,
}

/// The scenarios to start from.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(super) enum Template {
    /// What will tokens from a vendor cost?
    ApiOnly,
    /// An API, or an open llm on rented GPUs?
    SelfHost,
    /// How much to own, and how much to leave to an API?
    Hybrid,
    /// When does a server of one's own pay off?
    OnPrem,
    /// What if the vendor's price jumps, and what does a second vendor help?
    VendorRisk,
    /// Prices in dollars, a budget in yen, data that stays in Japan
    Japan,
}

#[derive(Debug, clap::Args)]
pub(super) struct Completions {
    /// The shell
    #[arg(value_enum)]
    pub(super) shell: clap_complete::Shell,
}

#[derive(Debug, clap::Args)]
pub(super) struct Man {
    /// The page of one command, such as `prices import`; of the whole program if absent
    pub(super) command: Vec<String>,
}

/// The lists that there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Catalog {
    /// Shapes of uncertain numbers
    Distributions,
    /// Ways in which a number moves over time
    Processes,
    /// Where tokens are served on GPUs
    Supplies,
    /// Ways of buying servers
    Purchases,
    /// How books spread the price of servers
    Depreciations,
    /// Evidence of what a replica can serve
    Capacity,
    /// GPUs with their data sheets
    Gpus,
    /// Llms with open weights
    Llms,
    /// Tokenizers, and the tokens of a thousand characters by language
    Tokenizers,
    /// What changes the work or the price
    Levers,
    /// What is agreed with vendors beyond their list prices
    Contracts,
    /// What a rule waits for before it switches strategies
    Conditions,
    /// What can go wrong with vendors
    Hazards,
    /// Kinds of training programmes
    Training,
    /// Named shapes of a week
    Weeks,
    /// Parts of the cost
    Components,
    /// Charts of a run
    Charts,
    /// Measures of result files
    Measures,
}

fn whole(text: &str) -> Option<u64> {
    text.replace(['_', ','], "").parse().ok()
}

fn paths(text: &str) -> Result<u64, String> {
    // The limit of a scenario's own `run.paths`: totals of all paths stay within a few GB.
    let most = 50_000_000;
    whole(text)
        .filter(|n| (2..=most).contains(n))
        .ok_or_else(|| "a whole number from 2 to 50,000,000 is expected".into())
}

fn path(text: &str) -> Result<u64, String> {
    whole(text)
        .filter(|n| (1..=50_000_000).contains(n))
        .ok_or_else(|| "a whole number from 1 to 50,000,000 is expected".into())
}

fn threads(text: &str) -> Result<usize, String> {
    let valid = whole(text).filter(|n| (1..=1024).contains(n));
    valid.map(|n| n as usize).ok_or_else(|| "a whole number from 1 to 1024 is expected".into())
}

fn precision(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.trim().strip_suffix('%') {
        Some(percent) => (percent, 100.0),
        None => (text, 1.0),
    };
    let share = number.trim().parse::<f64>().ok().map(|number| number / unit);
    share
        .filter(|share| *share > 0.0 && *share < 1.0)
        .ok_or_else(|| "a share such as \"0.5%\" or 0.005 is expected".into())
}
