//! A scenario as it is written: a set of files, merged, decoded key by key, with every mistake collected.

mod correlation;
mod decode;
mod like;
mod load;
mod overrides;
mod strategy;

pub use crate::document::{Files, Unreadable};
pub use decode::{MOST_PATHS, Run, Scenario, describe};
pub use load::{Loaded, load};
pub use strategy::{Serve, Strategy};
