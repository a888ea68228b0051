//! A scenario as it is written: a set of files, merged, decoded key by key, with every mistake collected.

mod catalog;
mod correlation;
mod decode;
mod gate;
mod like;
mod limits;
mod load;
mod misplaced;
mod overrides;
mod read;
mod schema;
mod strategy;
mod stress;
mod trail;
mod unused;
mod uses;

pub use crate::document::{Files, Unreadable};
pub use catalog::{PARTS, Part};
pub use decode::{MOST_PATHS, Questions, Run, Scenario, describe};
pub use gate::Gate;
pub use limits::{Budget, Limit, Statistic};
pub use load::{Loaded, Stressed, load};
pub use schema::schema;
pub use strategy::{Serve, Strategy};
pub use stress::Stress;
pub use trail::{Trail, Written};
