//! From simulated values to findings: moments, quantiles, tails, dependence, and how sure each of them is.

mod correlation;
mod counted;
mod interval;
mod ks;
mod moments;
mod ordered;
mod paths;
mod quantile;
mod sketch;

pub use correlation::{correlation, rank_correlation};
pub use counted::counted_tail;
pub use interval::{Estimate, Interval, wilson_interval};
pub use ks::{ks_critical, ks_statistic};
pub use moments::Moments;
pub use ordered::OrderedF32;
pub use paths::Paths;
pub use quantile::{Number, cvar, quantile, quantile_interval, quantiles, rank_interval};
pub use sketch::Sketch;

#[cfg(test)]
mod tests;
