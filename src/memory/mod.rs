//! Memory for large lists, in large pages: what the program's allocator is (`main.rs`), and what the benches measure with.
//!
//! A run writes 10 to 100 MB, list after list, each page once. In pages of 4 KiB their first touch, and the look for where each page lies, take
//! a third of a run where memory is virtual twice over, as on rented machines. Measured on 2 cores of such a one (Intel Xeon, 2026-11-30, in
//! turn, 100,000 paths of W): simulation takes 0.92 to 0.96 of the time, with all fans 0.70 to 0.88, a whole `run` of a shipped scenario
//! 0.75 to 0.85; a million paths take 136 MB (151 before).
//!
//! Lists of 32 KiB and more lie in regions that the kernel is asked to back with pages of 2 MiB, which it does or does not; they are kept for
//! lists to come. All else comes from the system's allocator. Elsewhere than on Linux that is all there is.
#[cfg(target_os = "linux")]
mod large_pages;

#[cfg(not(target_os = "linux"))]
pub use std::alloc::System as LargePages;

#[cfg(target_os = "linux")]
pub use large_pages::LargePages;
