//! Price catalogs: what others publish about prices, as rate cards, as a list, and as history; logs of requests as traffic.
//!
//! Pure: bytes in; entries, problems and the text of parts out.

mod backtest;
mod benchmarks;
mod card;
mod changelog;
mod decimal;
mod described;
mod entry;
mod field;
mod fit;
mod fitted;
mod genai;
mod json;
mod language;
mod litellm;
mod sheet;
mod tiers;
mod tracks;
mod traffic;
mod traffic_part;
mod vendors;

pub use backtest::{Coverage, LEVELS, backtest};
pub use benchmarks::{
    BenchmarkLines, Counts, Group, Key, Known, Measured, Problem as RowProblem, Pruned, Results,
    Row as ResultRow, Seen, gather, measured_part, read_benchmarks,
};
pub use card::{Origin, Part, part};
pub use changelog::{Log, Row};
pub use decimal::{Decimal, NoPrice};
pub use described::{ASKED, Beside, GPUS, LLMS, built_in, described};
pub use entry::{Catalog, Entry, Instead, Problem, Rates, Tier, Why, Window};
pub use field::Service;
pub use fit::{Moves, Rate, Size, fit};
pub use fitted::{Fitted, fitted, fitted_part};
pub use json::Place;
pub use language::Language;
pub use sheet::{Change, Difference, OneText, Quote, difference, quotes};
pub use tracks::{Track, Tracks, tracks};
pub use traffic::{CACHES, FittedLengths, FittedTraffic, RateColumns, TrafficLog};
pub use traffic_part::{CLOSE, PartNames, traffic_part, week_csv};
pub use vendors::{FIRST_PARTY, is_wanted, vendor_of};

use crate::calendar::Date;

/// Why entries at a price of zero are left out.
const WORDS_OF_ZERO: &str = "at a price of zero, which is free or unknown";

/// What of a catalog is wanted.
#[derive(Clone, Debug)]
pub struct Options {
    /// The day the catalog was true, and whose prices are wanted.
    pub as_of: Date,
    /// Vendors by id, by a catalog's name, or `first-party`; all if empty.
    pub vendors: Vec<String>,
    /// Entries at a price of zero too.
    pub free: bool,
}

/// A catalog that cannot be read at all.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// What is wrong, as a sentence without its period.
    pub message: String,
    /// A way out.
    pub help: &'static str,
}

/// Reads a change log: a CSV with the columns date, event, model, provider, `in_usd_mtok`, `out_usd_mtok`.
///
/// # Errors
/// The bytes are no such CSV.
pub fn read_log(bytes: &[u8]) -> Result<Log, Unreadable> {
    changelog::read(bytes)
}

/// Reads `LiteLLM`'s price map, the data of genai-prices, or the prices of a day from a change log, told apart by their shapes.
///
/// # Errors
/// The bytes are neither, or nothing could be read.
pub fn read(bytes: &[u8], options: &Options) -> Result<Catalog, Unreadable> {
    const HELP: &str = "it reads LiteLLM's model_prices_and_context_window.json and genai-prices' data.json";
    let refuse = |message: String, help| Err(Unreadable { message, help });
    if changelog::is_such(bytes) {
        return Ok(changelog::catalog(changelog::read(bytes)?, options));
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.strip_prefix('\u{feff}').unwrap_or(text),
        Err(error) => {
            return refuse(format!("it is not UTF-8 text: byte {} is none", error.valid_up_to()), HELP);
        }
    };
    let (root, broken) = json::parse(text);
    let broken = broken.map(|broken| (json::place(text, broken.at), broken.message));
    let mut catalog = Catalog { as_of: Some(options.as_of), ..Catalog::default() };
    match root {
        Some(root) if litellm::is_such(&root) => litellm::read(text, &root, options, &mut catalog),
        Some(root) if genai::is_such(&root) => genai::read(text, &root, options, &mut catalog),
        _ => {
            return match broken {
                Some((place, message)) => refuse(format!("it is not JSON: {message} ({place})"), HELP),
                None => refuse("it is JSON, but no price catalog".into(), HELP),
            };
        }
    }
    catalog.broken = broken;
    Ok(catalog)
}
