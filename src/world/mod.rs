//! The world: everything uncertain that all strategies meet alike, drawn month by month.

mod builder;
mod program;

pub use builder::{Builder, Input};
pub use program::{Program, World};
