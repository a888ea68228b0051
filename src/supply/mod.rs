//! Where tokens are served. One file per kind, one line per kind in [`KINDS`].

mod answers;
mod api;
mod around;
mod bill;
mod cheapest;
mod conversion;
mod definitions;
mod disrupted;
mod elastic;
mod escalating;
mod financing;
mod hosting;
mod idle;
mod mixed;
mod owned;
mod provisioned;
mod purchase;
mod quality;
mod rented;
mod repairs;
mod reservation;
mod running_costs;
mod work;

use std::fmt::Debug;

pub use answers::AnswerCache;
pub use api::Api;
pub use definitions::{Definitions, find, ids, unknown};
pub use disrupted::disrupted;
pub use escalating::escalating;
pub use owned::Owned;
pub use purchase::{PURCHASES, Purchase};
pub use quality::{Score, Scores, no_score, no_score_of};
pub use rented::{Rented, of_supply};
pub use work::{Entry, Work};

use crate::calendar::Month;
use crate::document::{Plugin, Reference};
use crate::finance::{Bought, Ledger};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::process::Lookup;

/// A supply as it stands in a scenario.
pub trait Written: Debug + Send + Sync {
    /// Becomes runnable for the entries of a strategy that it serves, in their order.
    fn resolve(
        &self,
        id: &str,
        entries: &[Entry],
        all: &Definitions,
        lookup: &mut dyn Lookup,
    ) -> Option<Box<dyn Supply>>;
    /// What serves in it: a deployment, or a vendor's llm as `vendor/llm`.
    fn serves(&self) -> &Reference;
    /// What it buys of a vendor, as `vendor/llm` or `vendor/gpu`; nothing where all is owned.
    fn buys(&self) -> Option<&Reference>;
    /// Where it buys from one of several vendors: what of each, as [`Written::buys`] first, with a value that is 1 where a path has chosen
    /// it, else 0, by the prices that all strategies see.
    fn chosen(&self, _id: &str, _all: &Definitions, _lookup: &mut dyn Lookup) -> Vec<(&Reference, Slot)> {
        Vec::new()
    }
    /// The regions in which it may process.
    fn regions(&self, all: &Definitions) -> Vec<String>;
    /// Replicas reserved for one year and for three, where these are amounts that another could be written for.
    fn reserved(&self) -> Option<[u64; 2]> {
        None
    }
    /// Whether its GPUs are there, used or not, so that others can use what it leaves idle.
    fn is_owned(&self) -> bool {
        false
    }
}

/// Something that serves tokens and costs money. It is opened, asked and closed once a month.
pub trait Supply: Send + Sync {
    /// Lanes of state that the engine keeps for it.
    fn state(&self) -> usize {
        0
    }
    /// Sets the state before the first month.
    fn start(&self, _values: &Values, _state: &mut [Lanes]) {}
    /// Begins a month: deliveries and orders.
    fn open(&self, _now: &Month, _values: &Values, _state: &mut [Lanes], _ledger: &mut Ledger) {}
    /// Is offered the requests of an entry, and says how many it serves.
    fn accept(
        &self,
        entry: usize,
        now: &Month,
        values: &Values,
        offered: &Lanes,
        state: &mut [Lanes],
        served: &mut Lanes,
        ledger: &mut Ledger,
    );
    /// Whether it never refuses a request of an entry.
    fn unlimited(&self, entry: usize) -> bool;
    /// How much of a capacity that its entries share a request of one of them takes, where they share one.
    fn takes(&self, _entry: usize) -> Option<Slot> {
        None
    }
    /// From whom it buys.
    fn bought(&self) -> Vec<Bought> {
        Vec::new()
    }
    /// The outages that hit it: the shares of the month in which each leaves it up.
    fn outages(&self) -> &[Slot] {
        &[]
    }
    /// Whether something of it is paid for a term that its strategy, once it stood, may not outlast.
    fn binds(&self) -> bool {
        false
    }
    /// Ends a month in which strategies that have it stand for a share: posts what is owed for the rest of the month.
    fn owe(
        &self,
        _now: &Month,
        _values: &Values,
        _stands: &Lanes,
        _state: &mut [Lanes],
        _ledger: &mut Ledger,
    ) {
    }
    /// Whether it is still there, and costs, when a strategy that has begun to need it is left: what is owned.
    fn stays(&self) -> bool {
        false
    }
    /// Its strategy is not needed from the start, but perhaps later: nothing begins before [`Supply::enter`].
    fn wait(&self, _state: &mut [Lanes]) {}
    /// Work on its strategy begins in some lanes, before the month is opened.
    fn enter(&self, _now: &Month, _values: &Values, _lanes: &[bool; LANES], _state: &mut [Lanes]) {}
    /// Ends a month: posts what depends on everything it served.
    fn close(&self, _now: &Month, _values: &Values, _state: &mut [Lanes], _ledger: &mut Ledger) {}
}

/// Every kind of supply that a scenario can name; a vendor's llm needs no entry, it is named as `vendor/llm`.
pub const KINDS: &[Plugin<Box<dyn Written>>] = &[rented::PLUGIN, owned::PLUGIN, provisioned::PLUGIN];
