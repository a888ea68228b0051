//! Self-hosting: llms, GPUs, deployments and their capacity, servers and sites, fleets.

mod constants;
mod deployment;
mod evidence;
mod fleet;
mod gpu;
mod latency;
mod llm;
mod measured;
mod memory;
mod precision;
pub mod queueing;
pub mod replay;
mod replica;
mod roofline;
mod server;
mod setup;
mod steffen;
mod steps;
mod surface;

pub use constants::Constants;
pub use deployment::{CallTokens, Deployment};
pub use evidence::{Capacity, CapacityOf, EVIDENCE};
pub use fleet::{Autoscaler, Fleet, Zones, carried};
pub use gpu::Gpu;
pub use latency::Lengths;
pub use llm::{ATTENTIONS, Attention, Experts, Heads, Llm, Size};
pub use measured::{Benchmark, MeasuredPoint};
pub use memory::Memory;
pub use precision::Precision;
pub use replica::{Bound, Curve, Limit, Replica};
pub use roofline::{Latency, Roofline};
pub use server::{Server, Site};
pub use setup::{Setup, Speculation};
pub use steffen::Steffen;
pub use surface::{Asked, Surface};
