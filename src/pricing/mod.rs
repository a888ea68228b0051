//! What vendors sell, and at what price.

mod card;
mod finances;
mod vendor;

pub use card::{Card, RateCard};
pub use finances::{Books, Finances};
pub use vendor::{GpuOffer, GpuRates, Vendor};
