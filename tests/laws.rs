//! The laws of the model's layers, proved through the public interface alone: closed forms, brute force, conservation.
//!
//! Statistical tests have fixed seeds. Each says how often a right implementation would fail it for another seed.
#![allow(
    clippy::disallowed_methods,
    clippy::float_cmp,
    clippy::needless_for_each,
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test stops at the first surprise; the platform's exp and ln are an oracle; equal bits are what is meant"
)]

#[path = "laws/api.rs"]
mod api;
#[path = "laws/arrivals.rs"]
mod arrivals;
#[path = "laws/cards.rs"]
mod cards;
#[path = "laws/commitments.rs"]
mod commitments;
#[path = "laws/contracts.rs"]
mod contracts;
#[path = "laws/correlations.rs"]
mod correlations;
#[path = "laws/demand.rs"]
mod demand;
#[path = "laws/departures.rs"]
mod departures;
#[path = "laws/distributions.rs"]
mod distributions;
#[path = "laws/documents.rs"]
mod documents;
#[path = "laws/elastic.rs"]
mod elastic;
#[path = "laws/failover.rs"]
mod failover;
#[path = "laws/families.rs"]
mod families;
#[path = "laws/finance.rs"]
mod finance;
#[path = "laws/forced.rs"]
mod forced;
#[path = "laws/gates.rs"]
mod gates;
#[path = "laws/gateways.rs"]
mod gateways;
#[path = "laws/hazards.rs"]
mod hazards;
#[path = "laws/hired.rs"]
mod hired;
#[path = "laws/intensities.rs"]
mod intensities;
#[path = "laws/languages.rs"]
mod languages;
#[path = "laws/lever_capacity.rs"]
mod lever_capacity;
#[path = "laws/lever_kinds.rs"]
mod lever_kinds;
#[path = "laws/levers.rs"]
mod levers;
#[path = "laws/machines.rs"]
mod machines;
#[path = "laws/moved.rs"]
mod moved;
#[path = "laws/owned.rs"]
mod owned;
#[path = "laws/phases.rs"]
mod phases;
#[path = "laws/plans.rs"]
mod plans;
#[path = "laws/processes.rs"]
mod processes;
#[path = "laws/products.rs"]
mod products;
#[path = "laws/rates.rs"]
mod rates;
#[path = "laws/rented.rs"]
mod rented;
#[path = "laws/replay.rs"]
mod replay;
#[path = "laws/reuse.rs"]
mod reuse;
#[path = "laws/rig.rs"]
mod rig;
#[path = "laws/scores.rs"]
mod scores;
#[path = "laws/serving.rs"]
mod serving;
#[path = "laws/spreads.rs"]
mod spreads;
#[path = "laws/support.rs"]
mod support;
#[path = "laws/switching.rs"]
mod switching;
#[path = "laws/throughput.rs"]
mod throughput;
#[path = "laws/training.rs"]
mod training;
#[path = "laws/waiting.rs"]
mod waiting;
#[path = "laws/whole.rs"]
mod whole;
#[path = "laws/worlds.rs"]
mod worlds;
