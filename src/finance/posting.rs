//! What is posted to a ledger: for what, for whom, to whom.

use super::component::Component;
use crate::lanes::{Lanes, Slot};

/// What a posting is: fixed when the model is built, so that posting costs a multiplication and an addition.
#[derive(Clone, Debug)]
pub struct Line {
    /// Where the money goes.
    pub component: Component,
    /// What is paid for: `input tokens`.
    pub label: String,
    /// Who is paid, or for what purpose: `openai/terra`, `tokyo-h200`.
    pub payee: String,
    /// The unit of the quantity: `Mtok`, `GPU-hours`.
    pub unit: &'static str,
    /// Base units in one of that unit.
    pub per_unit: f64,
    /// The inputs behind quantity and price.
    pub inputs: Vec<Slot>,
}

/// Physical amounts that are kept beside the money.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub enum Measure {
    /// Requests that arrived.
    Offered,
    /// Requests that were served.
    Served,
    /// Requests that nobody served.
    Shed,
    /// GPU-hours paid for or owned.
    GpuHours,
    /// GPU-hours that did work.
    BusyGpuHours,
    /// Money that traffic earned, in the scenario's currency.
    Revenue,
    /// Money that requests would have earned, had somebody served them.
    RevenueLost,
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Offered,
        Self::Served,
        Self::Shed,
        Self::GpuHours,
        Self::BusyGpuHours,
        Self::Revenue,
        Self::RevenueLost,
    ];
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();
    /// Those that every run tells: requests and GPU-hours.
    pub const PHYSICAL: [Self; 5] =
        [Self::Offered, Self::Served, Self::Shed, Self::GpuHours, Self::BusyGpuHours];
}

/// For whom something is posted: kept with what is recorded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cause {
    /// For all that a strategy does.
    #[default]
    Shared,
    /// For a supply, by its place in the strategy: for all whom it serves.
    Supply(usize),
    /// For the requests of a stream, by its place in the model.
    Stream(usize),
}

/// Requests that a supply served, recorded by entry.
#[derive(Clone, Debug)]
pub struct ServedRequests {
    /// The supply, by its place in the strategy.
    pub supply: usize,
    /// The entry as the supply counts it.
    pub entry: usize,
    /// The stream, by its place in the model.
    pub stream: usize,
    /// How many.
    pub requests: Lanes,
}

/// A posting that was recorded for `explain`.
#[derive(Clone, Debug)]
pub struct Posting {
    /// For whom it is.
    pub cause: Cause,
    /// What it is.
    pub line: Line,
    /// Quantity in base units, by lane.
    pub quantity: Lanes,
    /// Amount in the scenario's currency, by lane.
    pub amount: Lanes,
}

/// What is bought from a vendor: contracts with the vendor count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bought {
    /// The vendor, by its place among the vendors of the scenario.
    pub vendor: usize,
    /// Whether the quantity is tokens.
    pub tokens: bool,
    /// The share of it that comes back for outages, where the vendor has agreed to that.
    pub credit: Option<Slot>,
}
