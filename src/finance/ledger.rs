//! The ledger of one strategy and month: every amount is a quantity times a price, posted to a component.

use super::component::{Component, View};
use crate::lanes::{LANES, Lanes, Slot};

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
}

impl Measure {
    /// All of them.
    pub const ALL: [Self; 5] = [Self::Offered, Self::Served, Self::Shed, Self::GpuHours, Self::BusyGpuHours];
    /// How many there are.
    pub const COUNT: usize = Self::ALL.len();
}

/// A posting that was recorded for `explain`.
#[derive(Clone, Debug)]
pub struct Posting {
    /// What it is.
    pub line: Line,
    /// Quantity in base units, by lane.
    pub quantity: Lanes,
    /// Amount in the scenario's currency, by lane.
    pub amount: Lanes,
}

/// The postings of one strategy in one month, added up by component.
pub struct Ledger {
    components: Box<[Lanes; Component::COUNT]>,
    posted: u32,
    measures: Box<[Lanes; Measure::COUNT]>,
    upfront: Lanes,
    record: Option<Vec<Posting>>,
}

impl Default for Ledger {
    fn default() -> Self {
        Self::new()
    }
}

impl Ledger {
    /// An empty ledger.
    pub fn new() -> Self {
        Self {
            components: Box::new([[0.0; LANES]; Component::COUNT]),
            posted: 0,
            measures: Box::new([[0.0; LANES]; Measure::COUNT]),
            upfront: [0.0; LANES],
            record: None,
        }
    }

    /// Empties it for the next month or strategy; with `record`, each posting will be kept as well.
    pub fn clear(&mut self, record: bool) {
        for component in Component::ALL {
            if self.has(component) {
                self.components[component as usize] = [0.0; LANES];
            }
        }
        self.posted = 0;
        *self.measures = [[0.0; LANES]; Measure::COUNT];
        self.upfront = [0.0; LANES];
        self.record = record.then(Vec::new);
    }

    /// Posts `quantity · price`, paid over the month.
    pub fn post(&mut self, line: &Line, quantity: &Lanes, price: &Lanes) {
        self.posted |= 1 << line.component as usize;
        let total = &mut self.components[line.component as usize];
        for i in 0..LANES {
            total[i] += quantity[i] * price[i];
        }
        if let Some(record) = &mut self.record {
            let amount = std::array::from_fn(|i| quantity[i] * price[i]);
            record.push(Posting { line: line.clone(), quantity: *quantity, amount });
        }
    }

    /// Posts `quantity · price`, paid at the start of the month: a purchase. The moment of break-even depends on it.
    pub fn post_upfront(&mut self, line: &Line, quantity: &Lanes, price: &Lanes) {
        self.post(line, quantity, price);
        for i in 0..LANES {
            self.upfront[i] += quantity[i] * price[i];
        }
    }

    /// Adds to a physical amount.
    pub fn measure(&mut self, measure: Measure, amount: &Lanes) {
        let total = &mut self.measures[measure as usize];
        for i in 0..LANES {
            total[i] += amount[i];
        }
    }

    /// Whether anything was posted to a component.
    pub fn has(&self, component: Component) -> bool {
        self.posted & (1 << component as usize) != 0
    }

    /// A component's amount.
    pub fn component(&self, component: Component) -> &Lanes {
        &self.components[component as usize]
    }

    /// A physical amount.
    pub fn measured(&self, measure: Measure) -> &Lanes {
        &self.measures[measure as usize]
    }

    /// What of the month's cash is paid at its start.
    pub fn upfront(&self) -> &Lanes {
        &self.upfront
    }

    /// The sum of the components of a view.
    pub fn total(&self, view: View) -> Lanes {
        let mut total = [0.0; LANES];
        for component in Component::ALL {
            let counts = component.view() == View::Both || component.view() == view;
            if counts && self.has(component) {
                let amount = self.component(component);
                for i in 0..LANES {
                    total[i] += amount[i];
                }
            }
        }
        total
    }

    /// The postings kept so far; empty unless recording.
    pub fn recorded(&self) -> &[Posting] {
        self.record.as_deref().unwrap_or_default()
    }
}
