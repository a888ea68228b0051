//! Runs a model: in batches of lanes the world goes ahead by a year, strategy after strategy follows; reduced in blocks of paths.

mod batch;
mod block;
mod break_even;
mod cycles;
mod failover;
mod fan;
mod fates;
mod gate;
mod happened;
mod margins;
mod observer;
mod outcome;
mod recorded;
mod run;
mod scored;
mod sums;
mod switched;

pub use cycles::{Cycles, ProgrammeCycles, cycles};
pub use fates::{Fate, Fates, fates};
pub use happened::EventCount;
pub use margins::{GroupMargins, Margins, MonthMargin, margins};
pub use observer::{Observer, Progress};
pub use outcome::{Fans, Outcomes, PERCENTILES, PathTotals, StrategyOutcome, place_of};
pub use recorded::{Account, Opened, drawn_inputs, open_month};
pub use run::{Interrupted, MOST_DOUBLED, Settings, simulate};
pub use scored::evaluations;
