//! A scenario as it is written: a set of files, merged, decoded key by key, with every mistake collected.

mod decode;
mod files;
mod like;
mod load;
mod overrides;
mod strategy;

pub use decode::{MOST_PATHS, Run, Scenario, describe};
pub use files::{Files, Unreadable};
pub use load::{Loaded, load};
pub use strategy::{Serve, Strategy};
