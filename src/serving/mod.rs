//! Self-hosting: llms, deployments and their capacity, servers and sites, fleets.

mod capacity;
mod deployment;
mod fleet;
pub mod queueing;
pub mod replay;
mod server;

pub use capacity::{Capacity, EVIDENCE, MeasuredPoint};
pub use deployment::{Deployment, Llm};
pub use fleet::{Fleet, Zones, carried};
pub use server::{Server, Site};
