//! When a strategy gives way to another, and what the move takes. One file per kind of condition, one line per kind in
//! [`KINDS`].
//!
//! A condition judges on its own state alone, before a month begins, and is shown a month only when it is over: that is
//! how rules see nothing but the past of their own path.

mod course;
mod date;
mod forced;
mod migration;
mod monthly_cost;
mod moves;
mod phase;
mod price_ratio;
mod rule;
mod shed;
mod trailing;
mod volume;

use std::fmt::Debug;

pub use forced::{Around, Asked, Forced, ForcedMove, no_emergency};
pub use migration::{Migrating, Migration, read_all};
pub use moves::{Moves, Part, still_new};
pub use rule::Rule;

use crate::calendar::Month;
use crate::demand::Stream;
use crate::document::{Plugin, Reference};
use crate::hazard;
use crate::lanes::{LANES, Lanes, Values};
use crate::process::Lookup;
use crate::supply::{Definitions, unknown};

/// A condition as it stands in a scenario.
pub trait Written: Debug + Send + Sync {
    /// Becomes runnable.
    fn resolve(&self, sight: &Sight, lookup: &mut dyn Lookup) -> Option<Box<dyn Condition>>;
}

/// What conditions may name.
#[derive(Clone, Copy)]
pub struct Sight<'a> {
    /// Traffics and their streams, in the order of the file; a stream is absent where its traffic is wrong.
    pub traffics: &'a [(&'a str, Option<&'a Stream>)],
    /// Vendors and what they sell.
    pub definitions: &'a Definitions,
    /// What can go wrong with vendors.
    pub hazards: &'a hazard::World,
}

impl Sight<'_> {
    /// The place of a traffic.
    fn traffic(&self, wanted: &Reference, lookup: &mut dyn Lookup) -> Option<usize> {
        let place = self.traffics.iter().position(|(id, _)| *id == wanted.id);
        if place.is_none() {
            let known: Vec<&str> = self.traffics.iter().map(|(id, _)| *id).collect();
            lookup.refuse(unknown("traffic", wanted, &known));
        }
        place
    }
}

/// A month that is over, as its path saw it.
pub struct Seen<'a> {
    /// The values of the month.
    pub values: &'a Values<'a>,
    /// Cash of the strategy in the month, in the scenario's currency.
    pub cash: &'a Lanes,
    /// Requests of each stream that nobody served.
    pub left: &'a [Lanes],
    /// 1 where the strategy that has the rule served alone all month, else 0.
    pub alone: &'a Lanes,
}

/// A condition that runs.
pub trait Condition: Send + Sync {
    /// Lanes of state that the engine keeps for it; they are zero when a path begins.
    fn state(&self) -> usize;
    /// Whether it holds when a month begins, as far as the months before tell.
    fn holds(&self, now: &Month, state: &[Lanes]) -> [bool; LANES];
    /// Takes note of a month that is over.
    fn note(&self, now: &Month, seen: &Seen, state: &mut [Lanes]);
}

/// Every kind of condition that a rule can name.
pub const KINDS: &[Plugin<Box<dyn Written>>] = &[
    phase::STRESSED_VENDORS,
    phase::ACQUIRED_VENDORS,
    phase::CLOSING_VENDORS,
    date::PLUGIN,
    price_ratio::PLUGIN,
    volume::PLUGIN,
    monthly_cost::PLUGIN,
    shed::PLUGIN,
];
