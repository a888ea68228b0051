//! The arguments of `training` and `tiers`.

use std::path::PathBuf;

use super::{DesignArgs, Input, paths};

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Training {
    #[command(flatten)]
    pub(in crate::cli) input: Input,
    /// Only this strategy, by its id
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) strategy: Option<String>,
    /// Only this programme, by its id
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) programme: Option<String>,
    /// Cadences to try, in months
    #[arg(long, value_name = "MONTHS", value_delimiter = ',', default_value = "1,2,3,4,6,9,12,18,24",
        value_parser = clap::value_parser!(u16).range(1..=120))]
    pub(in crate::cli) every: Vec<u16>,
    /// Simulated futures [default: what the scenario says, at most 2,000]
    #[arg(long, short = 'n', value_parser = paths)]
    pub(in crate::cli) paths: Option<u64>,
    #[command(flatten)]
    pub(in crate::cli) design: DesignArgs,
    /// Folder for tables and charts [default: output/<scenario>-training]
    #[arg(long, short, value_name = "DIR")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Replace the folder even if it holds other things
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Tiers {
    #[command(flatten)]
    pub(in crate::cli) input: Input,
    /// Only this strategy, by its id
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) strategy: Option<String>,
    /// Do not try who else could serve each tier
    #[arg(long)]
    pub(in crate::cli) no_mixes: bool,
    /// Simulated futures [default: what the scenario says, at most 2,000]
    #[arg(long, short = 'n', value_parser = paths)]
    pub(in crate::cli) paths: Option<u64>,
    #[command(flatten)]
    pub(in crate::cli) design: DesignArgs,
    /// Folder for tables and charts [default: output/<scenario>-tiers]
    #[arg(long, short, value_name = "DIR")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Replace the folder even if it holds other things
    #[arg(long)]
    pub(in crate::cli) force: bool,
}
