//! Money over time: the ledger and its components, discounting, depreciation, leases.

mod charge;
mod component;
mod depreciation;
mod discount;
mod gauge;
mod lease;
mod ledger;
mod posting;

pub use charge::{Basis, Charge};
pub use component::{Component, View};
pub use depreciation::{Depreciation, METHODS, whole_months};
pub use discount::{Discounting, FirstFlow};
pub use gauge::{Amount, GAUGES, Gauge, Nothing, TOTAL_MARGIN};
pub use lease::{FinancingOf, Lease, instalment};
pub use ledger::{Ledger, Presence, Purchases};
pub use posting::{Bought, Cause, Line, Measure, Posting, ServedRequests};
