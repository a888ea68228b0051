//! Pure functions from outcomes to findings: what a run says, with its error.

mod break_even;
mod budget;
mod compare;
mod convergence;
mod findings;
mod fleet;
mod gate;
mod happenings;
mod levers;
mod quality;
mod reserve;
mod sizes;
mod stress;
mod summary;
mod switches;
mod vendors;

pub use break_even::{BreakEven, break_even, month_of};
pub use budget::{Verdict, verdicts};
pub use compare::{Difference, cheapest_shares, difference};
pub use convergence::{Settled, convergence};
pub use findings::{Findings, Margin, StrategyFindings, YearCost, findings};
pub use fleet::{Bucket, Kind, Plan, Question};
pub use gate::{Passage, passages};
pub use happenings::Happening;
pub use levers::{Saved, Step, Waterfall, waterfall};
pub use quality::{Quality, ScoreSpread};
pub use reserve::{Reserve, best_reserve};
pub use sizes::{Sized, Sought, deployed, sizes};
pub use stress::{StressFindings, Stressed, stressed};
pub use summary::{Summary, summarize};
pub use switches::Switched;
pub use vendors::{CASH_PERCENTILES, Outcome, Share, VendorFindings, vendors};
