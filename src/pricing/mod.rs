//! What vendors sell, and at what price.

mod card;
mod vendor;

pub use card::{Card, RateCard};
pub use vendor::{GpuOffer, GpuRates, Vendor};
