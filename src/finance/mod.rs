//! Money over time: the ledger and its components, discounting, depreciation.

mod charge;
mod component;
mod depreciation;
mod discount;
mod ledger;

pub use charge::Charge;
pub use component::{Component, View};
pub use depreciation::StraightLine;
pub use discount::{Discounting, FirstFlow};
pub use ledger::{Bought, Ledger, Line, Measure, Posting, Purchases};
