//! tokencast: what will it cost to serve an LLM product, month by month, and how sure are we?
//!
//! ```text
//! scenario files ──load──▶ Scenario ──resolve──▶ Model ──simulate──▶ Outcomes ──findings──▶ Findings ──report──▶ bytes
//! ```
//!
//! ```
//! use tokencast::{analysis, engine, model, scenario};
//!
//! struct Text(&'static str);
//! impl scenario::Files for Text {
//!     fn read(&self, _path: &str) -> Result<String, scenario::Unreadable> {
//!         Ok(self.0.to_owned())
//!     }
//! }
//!
//! let files = Text(r#"
//!     title    = "A thousand questions a day"
//!     currency = "USD"
//!     start    = "2027-01"
//!     months   = 12
//!
//!     [traffic.questions]
//!     requests      = "20k to 40k /month"
//!     input_tokens  = "800 to 1200 tokens"
//!     output_tokens = 300
//!
//!     [vendor.acme.llm.large]
//!     rates = { input = "2 USD /Mtok", output = "12 USD /Mtok" }
//!
//!     [strategy.api]
//!     serve = [{ traffic = "questions", by = "acme/large" }]
//! "#);
//! let loaded = scenario::load(&files, "questions.toml", &[]);
//! let model = model::resolve(&loaded.scenario.unwrap()).0.unwrap();
//! let outcomes = engine::simulate(&model, &engine::Settings::default(), &()).unwrap();
//! let findings = analysis::findings(&model, outcomes);
//! let cost = findings.strategies[0].cost;
//! // 12 months · 30k requests · (1000 tokens · 2 USD + 300 tokens · 12 USD) per million, about 2,000 USD.
//! assert!((cost.mean.value - 2_000.0).abs() < 100.0);
//! ```
pub mod analysis;
pub mod calendar;
pub mod catalog;
pub mod cli;
pub mod contract;
pub mod demand;
pub mod diagnostic;
pub mod distribution;
pub mod document;
pub mod engine;
pub mod finance;
pub mod hazard;
pub mod lanes;
pub mod lever;
pub mod math;
pub mod memory;
pub mod model;
pub mod operations;
pub mod pricing;
pub mod process;
pub mod random;
pub mod report;
pub mod scenario;
pub mod serving;
pub mod stats;
pub mod supply;
pub mod switching;
pub mod text;
pub mod training;
pub mod units;
pub mod validation;
pub mod world;
