//! tokencast: what will it cost to serve an LLM product, month by month, and how sure are we?
pub mod lanes;
pub mod report;
