//! From simulated values to findings: moments, quantiles, tails, and how sure each of them is.

mod ks;

pub use ks::{ks_critical, ks_statistic};
