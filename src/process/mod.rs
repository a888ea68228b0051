//! Uncertain paths: one value per month. One file per kind, one line per kind in [`KINDS`].

mod ar1;
mod bootstrap;
mod exponential;
mod follows;
mod geometric_brownian;
mod jumps;
mod lasting;
mod linear;
mod logistic;
mod lookup;
mod mean_reverting;
mod path;
mod product;
mod pull;
mod regimes;
mod schedule;
mod square_root;
mod succession;

use std::fmt::Debug;

pub use ar1::Ar1;
pub use bootstrap::Bootstrap;
pub use exponential::Exponential;
pub use geometric_brownian::GeometricBrownian;
pub use jumps::Jumps;
pub use linear::Linear;
pub use logistic::Logistic;
pub use lookup::{Formula, Hit, Lookup, product_of, sum_of};
pub use mean_reverting::MeanReverting;
pub use path::{Path, PathHere, PathOf, WrittenPath, names_process};
pub use product::Product;
pub use regimes::Regimes;
pub use schedule::Schedule;
pub use square_root::SquareRoot;
pub use succession::{Generations, Succession, Successors};

use crate::calendar::Month;
use crate::document::{Origin, Plugin};
use crate::lanes::{Lanes, Values};
use crate::random::{Draws, Order};

/// A path as it stands in a scenario: it knows its parameters, but not yet where their draws live.
pub trait Written: Debug + Send + Sync {
    /// Asks for its parameters and becomes runnable; `None` if a mistake was noted.
    fn resolve(&self, lookup: &mut dyn Lookup) -> Option<Box<dyn Process>>;
    /// The successors inside it, where each moves its buyers; `origin` is where it is written.
    fn successors(&self, _origin: &Origin, _lookup: &mut dyn Lookup) -> Vec<Successors> {
        Vec::new()
    }
}

/// Months whose rare events are drawn together: eight draws take as long as one, and a month has few.
const AHEAD: usize = 12;

/// How a process reads its stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reads {
    /// Where something happens: words of few paths, here and there, or none.
    Anywhere,
    /// Each month the word `now.index`, for all paths, which can therefore be spread evenly; perhaps others behind those.
    Monthly,
    /// Each month the score `now.index` and nothing else, which moves the path; such paths can be correlated.
    Diffusion,
    /// Each month the counts of `now.index`, and words of the events that they count.
    Counts,
}

impl Reads {
    /// What the coordinates of its months decide, one after the other.
    pub fn order(self) -> Order {
        match self {
            Self::Anywhere | Self::Monthly => Order::Months,
            Self::Diffusion => Order::Diffusion,
            Self::Counts => Order::Counts,
        }
    }
}

/// A path that runs: a plain loop over lanes, once per month.
///
/// Each month uses the same number of words of its stream, so that plain, stratified and quasi-random points feed the same
/// code, and a draw depends on seed, name, path and month only.
pub trait Process: Send + Sync {
    /// Words of its stream that one month uses.
    fn words(&self) -> u64 {
        0
    }
    /// Words of one event of its own time, such as a jump; those of event `e` begin at `EVENTS + e · event_words`. The first
    /// events, which move all months behind them, are spread evenly.
    fn event_words(&self) -> u64 {
        0
    }
    /// How it reads the words of months.
    fn reads(&self) -> Reads {
        Reads::Anywhere
    }
    /// Lanes of state that the engine keeps for it.
    fn state(&self) -> usize {
        0
    }
    /// Sets the state before the first month.
    fn start(&self, _values: &Values, _state: &mut [Lanes]) {}
    /// Writes this month's value.
    fn step(&self, now: &Month, values: &Values, draws: &mut Draws, state: &mut [Lanes], out: &mut Lanes);
}

/// Every kind of path that a scenario can name.
pub const KINDS: &[Plugin<WrittenPath>] = &[
    schedule::PLUGIN,
    exponential::PLUGIN,
    linear::PLUGIN,
    logistic::PLUGIN,
    geometric_brownian::PLUGIN,
    mean_reverting::PLUGIN,
    square_root::PLUGIN,
    jumps::PLUGIN,
    succession::PLUGIN,
    regimes::PLUGIN,
    ar1::PLUGIN,
    bootstrap::PLUGIN,
    follows::PLUGIN,
    product::PLUGIN,
];
