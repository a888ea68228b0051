//! What vendors sell, and at what price.

mod announced;
mod cache;
mod card;
mod finances;
mod limits;
mod long_context;
mod provisioned;
mod resolve;
mod sla;
mod tier;
mod vendor;
mod windows;

pub use announced::{Rates, Retirement};
pub use cache::{CacheRates, Write, hours_of};
pub use card::RateCard;
pub use finances::{Books, Finances};
pub use limits::{Limited, Limits};
pub use long_context::{Band, ByLength, ContextTier};
pub use provisioned::{Buy, Offer};
pub use resolve::{Asked, Card, Stored};
pub use sla::Sla;
pub use tier::{Factors, Tier};
pub use vendor::{GpuOffer, GpuRates, Vendor};
pub use windows::{Hours, Window, ZoneOf};
