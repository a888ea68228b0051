//! The arguments of the commands that look at a scenario from one side: `vendor`, `training`, `levers`, `tiers`.

use std::path::PathBuf;

use super::{DesignArgs, Input, paths};

/// What all of them take.
#[derive(Debug, clap::Args)]
pub(in crate::cli) struct StudyArgs {
    #[command(flatten)]
    pub(in crate::cli) input: Input,
    /// Simulated futures [default: what the scenario says, in `training` and `tiers` at most 2,000]
    #[arg(long, short = 'n', value_parser = paths)]
    pub(in crate::cli) paths: Option<u64>,
    #[command(flatten)]
    pub(in crate::cli) design: DesignArgs,
    /// Folder for tables and charts [default: output/<scenario>-vendors, -training, -levers, -tiers]
    #[arg(long, short, value_name = "DIR")]
    pub(in crate::cli) output: Option<PathBuf>,
    /// Replace the folder even if it holds other things
    #[arg(long)]
    pub(in crate::cli) force: bool,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Vendor {
    #[command(flatten)]
    pub(in crate::cli) study: StudyArgs,
    /// Only this vendor, by its id
    #[arg(long = "vendor", value_name = "ID")]
    pub(in crate::cli) only: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Training {
    #[command(flatten)]
    pub(in crate::cli) study: StudyArgs,
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
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Levers {
    #[command(flatten)]
    pub(in crate::cli) study: StudyArgs,
    /// The strategy, by its id [default: the chosen one, else the one that pulls the most levers]
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) strategy: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(in crate::cli) struct Tiers {
    #[command(flatten)]
    pub(in crate::cli) study: StudyArgs,
    /// Only this strategy, by its id
    #[arg(long, value_name = "ID")]
    pub(in crate::cli) strategy: Option<String>,
    /// Do not try who else could serve each tier
    #[arg(long)]
    pub(in crate::cli) no_mixes: bool,
}
