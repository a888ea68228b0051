//! The arguments of `tokencast capacity`.

use std::fmt::Write;
use std::path::PathBuf;

use clap::{ArgAction, Subcommand};

use super::capacity::quoted;
use super::exit::{Exit, Stop};
use crate::demand::Targets;
use crate::report::capacity::GpuPrice;
use crate::units::{self, Kind, Period, Quantity};

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(super) struct Capacity {
    #[command(subcommand)]
    pub(super) command: Option<CapacityCommand>,
    #[command(flatten)]
    pub(super) asked: Asked,
}

#[derive(Debug, Subcommand)]
pub(super) enum CapacityCommand {
    /// Turn benchmark results into a part with a measured table
    #[command(after_help = "\
Reads: vLLM's benchmark JSON (one run or lines of runs), guidellm and aiperf JSON, CSVs of InferenceX and
aiconfigurator, MLPerf results, and any CSV with the columns
  model, gpu, gpus, precision, input_tokens, output_tokens, concurrency, ttft_ms, tpot_ms

Examples:
  tokencast capacity import results.json --llm llama-3.1-70b --gpu h100 --gpus 4 --weights fp8 --out measured.toml
  tokencast capacity import sweep.csv --out measured.toml --strict
then: tokencast capacity measured.toml, or write in a scenario: use = [\"measured.toml\"]")]
    Import(ImportBenchmarks),
}

/// What is asked of which llm on which GPUs.
#[derive(Debug, clap::Args)]
pub(super) struct Asked {
    /// An llm (`tokencast list llms`), or a scenario or part in a file: LLM on GPU, or FILE.toml
    #[arg(required = true, value_name = "LLM|FILE")]
    pub(super) target: Option<String>,
    /// `on` and a GPU (`tokencast list gpus`)
    #[arg(value_name = "on GPU", num_args = 0..)]
    on: Vec<String>,
    /// The GPU, in place of `on GPU`
    #[arg(long)]
    gpu: Option<String>,
    #[command(flatten)]
    pub(super) hardware: Hardware,
    /// Tokens in of a request
    #[arg(long, value_parser = tokens)]
    pub(super) input: Option<f64>,
    /// Tokens out of a request
    #[arg(long, value_parser = tokens)]
    pub(super) output: Option<f64>,
    /// Share of the tokens in that a prefix cache holds, such as "40%"
    #[arg(long, value_parser = share)]
    pub(super) cached: Option<f64>,
    /// Target for the time to the first token, such as "2 s"
    #[arg(long)]
    ttft: Option<String>,
    /// Target for the time per further token, such as "50 ms"
    #[arg(long)]
    tpot: Option<String>,
    /// What a GPU costs, such as "3.90 USD /GPU-hour"
    #[arg(long)]
    price: Option<String>,
    /// Of a file: only this deployment
    #[arg(long, value_name = "ID")]
    pub(super) deployment: Option<String>,
    /// Folder for the chart [default: output/capacity-<name>]
    #[arg(long, value_name = "DIR")]
    pub(super) charts: Option<PathBuf>,
    /// Replace the folder even if it holds other things
    #[arg(long)]
    pub(super) force: bool,
}

/// How an llm is run on a GPU, where no file says it.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Hardware {
    /// GPUs of one replica [default: 1]
    #[arg(long)]
    gpus: Option<u32>,
    /// Format of the weights: bf16, fp8, int8, int4, fp4 [default: bf16]
    #[arg(long, value_name = "FORMAT")]
    weights: Option<String>,
    /// Format of keys and values [default: bf16]
    #[arg(long, value_name = "FORMAT")]
    kv_cache: Option<String>,
    /// The serving engine: vllm, sglang, trtllm
    #[arg(long)]
    engine: Option<String>,
    /// Any other key of a deployment, such as `prefill_chunk=2048`; may be repeated
    #[arg(long = "with", value_name = "KEY=VALUE", action = ArgAction::Append)]
    more: Vec<String>,
    /// A part with llms and GPUs of one's own; may be repeated
    #[arg(long = "use", value_name = "FILE", action = ArgAction::Append)]
    pub(super) parts: Vec<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub(super) struct ImportBenchmarks {
    /// The results: JSON, lines of JSON or CSV; may be a .gz
    pub(super) file: PathBuf,
    /// The part to write [default: standard output]
    #[arg(long, short, visible_alias = "output", value_name = "FILE")]
    pub(super) out: Option<PathBuf>,
    /// The llm, where the file does not say it
    #[arg(long)]
    pub(super) llm: Option<String>,
    /// The GPU, where the file does not say it
    #[arg(long)]
    pub(super) gpu: Option<String>,
    /// GPUs of one replica, where the file does not say it
    #[arg(long)]
    pub(super) gpus: Option<u32>,
    /// Format of the weights, where the file does not say it
    #[arg(long, value_name = "FORMAT")]
    pub(super) weights: Option<String>,
    /// Tokens in of each request, where the file does not say it
    #[arg(long, value_parser = tokens)]
    pub(super) input: Option<f64>,
    /// Tokens out of each request, where the file does not say it
    #[arg(long, value_parser = tokens)]
    pub(super) output_tokens: Option<f64>,
    /// The day of the measurement, for its source [default: the day in the name of the file]
    #[arg(long, value_name = "DAY")]
    pub(super) as_of: Option<String>,
    /// Refuse the whole file, with exit code 2, if a row of it cannot be used
    #[arg(long)]
    pub(super) strict: bool,
    /// Replace a file that is there
    #[arg(long)]
    pub(super) force: bool,
}

impl Asked {
    /// The llm and the GPU that are named.
    pub(super) fn words(&self) -> Result<(&str, &str), Stop> {
        let llm = self.target.as_deref().unwrap_or_default();
        let on = match self.on.as_slice() {
            [] => None,
            [on, gpu] if on == "on" => Some(gpu.as_str()),
            words => {
                let message = format!("`{}` is not understood", words.join(" "));
                return Err(Stop::new(Exit::Invalid, message).help("write: tokencast capacity LLM on GPU"));
            }
        };
        let gpu = on.or(self.gpu.as_deref()).ok_or_else(|| {
            Stop::new(Exit::Invalid, format!("`{llm}` runs on a GPU, which is not said")).help(
                "write: tokencast capacity LLM on GPU; `tokencast list gpus` shows those built in; a scenario ends in .toml",
            )
        })?;
        Ok((llm, gpu))
    }

    /// A file says by itself what a deployment is.
    pub(super) fn only_for_files(&self) -> Result<(), Stop> {
        let words = [("on GPU", !self.on.is_empty()), ("--gpu", self.gpu.is_some())];
        let said = words.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag);
        match said.or(self.hardware.said()) {
            Some(flag) => Err(Stop::new(
                Exit::Invalid,
                format!("`{flag}` belongs to an llm by its name; a file says that itself"),
            )),
            None => Ok(()),
        }
    }

    /// The targets of the command line, else those that stand in the scenario.
    pub(super) fn targets_over(&self, written: Targets) -> Result<Targets, Stop> {
        let hours = |flag: &str, text: &Option<String>| {
            text.as_ref().map(|text| certain(flag, text, &units::LATENCY).map(|(value, _)| value)).transpose()
        };
        let (ttft, tpot) = (hours("--ttft", &self.ttft)?, hours("--tpot", &self.tpot)?);
        Ok(Targets { ttft_hours: ttft.or(written.ttft_hours), tpot_hours: tpot.or(written.tpot_hours) })
    }

    /// The price of a GPU.
    pub(super) fn gpu_price(&self) -> Result<Option<GpuPrice>, Stop> {
        let Some(text) = &self.price else { return Ok(None) };
        let (amount, quantity) = certain("--price", text, &units::MONEY_PER_GPU_TIME)?;
        match (quantity.unit.period, quantity.unit.currency) {
            (Some(Period::Clock { .. }), Some(currency)) => {
                Ok(Some(GpuPrice { amount, currency: currency.code() }))
            }
            _ => Err(Stop::new(Exit::Invalid, "--price: a price per hour is expected")
                .help("such as \"3.90 USD /GPU-hour\"")),
        }
    }
}

impl Hardware {
    /// What is said of it first, if anything is.
    pub(in crate::cli) fn said(&self) -> Option<&'static str> {
        let given = [
            ("--gpus", self.gpus.is_some()),
            ("--weights", self.weights.is_some()),
            ("--kv-cache", self.kv_cache.is_some()),
            ("--engine", self.engine.is_some()),
            ("--with", !self.more.is_empty()),
            ("--use", !self.parts.is_empty()),
        ];
        given.into_iter().find(|(_, given)| *given).map(|(flag, _)| flag)
    }

    /// A part with the deployment.
    pub(super) fn as_part(&self, llm: &str, gpu: &str) -> Result<String, Stop> {
        let mut text = format!("[deployment.asked]\nllm = {}\ngpu = {}\n", quoted(llm), quoted(gpu));
        let _ = writeln!(text, "gpus = {}", self.gpus.unwrap_or(1));
        let _ = writeln!(text, "weights = {}", quoted(self.weights.as_deref().unwrap_or("bf16")));
        let words = [("kv_cache", &self.kv_cache), ("engine", &self.engine)];
        for (key, word) in words {
            if let Some(word) = word {
                let _ = writeln!(text, "{key} = {}", quoted(word));
            }
        }
        for more in &self.more {
            let Some((key, value)) = more.split_once('=') else {
                let message = format!("--with {more}: KEY=VALUE is expected");
                return Err(Stop::new(Exit::Invalid, message).help("such as --with prefill_chunk=2048"));
            };
            let (key, value) = (key.trim(), value.trim());
            // As with `--set`: a TOML value if it reads as one, else a string.
            let plain = value.starts_with(['{', '[', '"'])
                || value.parse::<f64>().is_ok()
                || ["true", "false"].contains(&value);
            let _ = writeln!(text, "{key} = {}", if plain { value.to_owned() } else { quoted(value) });
        }
        if !self.more.iter().any(|more| {
            more.trim_start().starts_with("capacity=") || more.trim_start().starts_with("capacity ")
        }) {
            text.push_str("capacity = \"roofline\"\n");
        }
        Ok(text)
    }
}

/// A certain quantity of the command line, in base units.
fn certain(flag: &str, text: &str, kind: &Kind) -> Result<(f64, Quantity), Stop> {
    let refuse = || Stop::new(Exit::Invalid, format!("{flag} {text}: {} is expected", kind.expected()));
    let quantity = units::parse(text, kind).map_err(|_| refuse())?;
    let value = quantity.single().filter(|value| *value > 0.0).ok_or_else(refuse)?;
    Ok((value, quantity))
}

fn tokens(text: &str) -> Result<f64, String> {
    let number = units::parse(text, &units::TOKENS).ok().and_then(|quantity| quantity.single());
    number
        .filter(|n| (1.0..=1e8).contains(n))
        .ok_or_else(|| "a number of tokens from 1 on is expected".into())
}

fn share(text: &str) -> Result<f64, String> {
    let number = units::parse(text, &units::SHARE).ok().and_then(|quantity| quantity.single());
    number
        .filter(|share| (0.0..1.0).contains(share))
        .ok_or_else(|| "a share such as \"40 %\" is expected".into())
}
