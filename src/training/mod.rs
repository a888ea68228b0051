//! Training programmes: what a cycle costs and when it is due.

mod cadence;
mod compute;
mod course;
mod data;
mod method;
mod programme;

pub use cadence::Cadence;
pub use compute::{COMPUTE, Compute, Restarts, Sizes, Tokens, Young, young_waste};
pub use course::{Course, Told, Watched};
pub use data::{Data, Evaluation, Judged};
pub use method::{Method, fewest_gpus};
pub use programme::{Canary, Fit, KINDS, Programme, programmes};
