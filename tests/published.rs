//! Published results and closed forms, reproduced by the whole engine through its public interface.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test stops at the first surprise")]

#[allow(dead_code, reason = "each test file uses a part of it")]
mod common;

#[path = "published/bills.rs"]
mod bills;
#[path = "published/break_even.rs"]
mod break_even;
#[path = "published/fleets.rs"]
mod fleets;
#[path = "published/hazards.rs"]
mod hazards;
#[path = "published/machines.rs"]
mod machines;
#[path = "published/validation.rs"]
mod validation;

/// Two numbers agree up to an absolute error.
#[track_caller]
fn assert_near(found: f64, expected: f64, error: f64) {
    assert!((found - expected).abs() <= error, "found {found}, expected {expected} ± {error}");
}
