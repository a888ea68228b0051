//! Money over time: the ledger and its components, discounting, depreciation.

mod charge;
mod component;
mod depreciation;
mod discount;
mod gauge;
mod ledger;

pub use charge::Charge;
pub use component::{Component, View};
pub use depreciation::StraightLine;
pub use discount::{Discounting, FirstFlow};
pub use gauge::{Amount, GAUGES, Gauge, Nothing};
pub use ledger::{Bought, Ledger, Line, Measure, Posting, Presence, Purchases};
