//! What changes the work, the capacity or the price. One file per kind, one line per kind in [`KINDS`].

mod prefix_cache;
mod rollout;

use std::fmt::Debug;

pub use prefix_cache::PrefixCache;
pub use rollout::Rollout;

use crate::demand::Effects;
use crate::document::{Plugin, Reference};
use crate::finance::Charge;
use crate::process::Lookup;

/// A lever as it stands in a scenario.
pub trait Lever: Debug + Send + Sync {
    /// The traffics it acts on; all if absent.
    fn on(&self) -> Option<&[Reference]>;
    /// Adds its effect to those on one stream; `Err` says which lever did so before.
    ///
    /// # Errors
    /// The effect would count twice.
    fn apply(&self, effects: &mut Effects, lookup: &mut dyn Lookup) -> Result<(), &'static str>;
    /// What it costs.
    fn charges(&self, id: &str, lookup: &mut dyn Lookup) -> Option<Vec<Charge>>;
}

/// Every kind of lever that a scenario can name.
pub const KINDS: &[Plugin<Box<dyn Lever>>] = &[prefix_cache::PLUGIN];
