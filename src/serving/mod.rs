//! Self-hosting: llms, deployments and their capacity, servers and sites, fleets.

mod capacity;
mod deployment;
mod fleet;
mod server;

pub use capacity::{Bound, Capacity, EVIDENCE, MeasuredPoint};
pub use deployment::{Deployment, Llm};
pub use fleet::{Carried, Fleet, carried};
pub use server::{Server, Site};
