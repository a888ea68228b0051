//! The world: everything uncertain that all strategies meet alike, drawn month by month.

mod builder;
mod correlation;
mod nearest;
mod plan;
mod program;

pub use builder::{Builder, Input};
pub use correlation::Correlation;
pub use program::{Program, World};
