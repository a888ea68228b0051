//! What a plug-in may ask while it is resolved: places of values, never values.

use super::{Path, Process};
use crate::calendar::Timeline;
use crate::diagnostic::Diagnostic;
use crate::distribution::Number;
use crate::document::Reference;
use crate::lanes::{self, Lanes, Slot, Values};

/// A formula over values that are known earlier.
pub type Formula = Box<dyn Fn(&Values, &mut Lanes) + Send + Sync>;

/// What hazards do in a month to something that is sold or run; nothing where a value is absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hit {
    /// The share of the month in which no outage hits it.
    pub up: Option<Slot>,
    /// The share of the month before it is turned off for good.
    pub open: Option<Slot>,
    /// Factor on its price.
    pub price: Option<Slot>,
    /// Factor on its rate limits.
    pub limits: Option<Slot>,
    /// The share of the month's fees that its vendor gives back for outages.
    pub credit: Option<Slot>,
    /// Factor on the price of GPU-hours on demand while GPUs are short.
    pub scarcity: Option<Slot>,
    /// The share that is to be had of what is asked for beyond what one has.
    pub new_capacity: Option<Slot>,
    /// Factor on the time from an order of servers to their delivery.
    pub lead_time: Option<Slot>,
}

impl Hit {
    /// Two hazards at once.
    #[must_use]
    pub fn and(self, other: Self, lookup: &mut dyn Lookup) -> Self {
        let mut product = |a: Option<Slot>, b: Option<Slot>| match (a, b) {
            (Some(a), Some(b)) => Some(lookup.times(a, b)),
            (a, b) => a.or(b),
        };
        Self {
            up: product(self.up, other.up),
            open: product(self.open, other.open),
            price: product(self.price, other.price),
            limits: product(self.limits, other.limits),
            scarcity: product(self.scarcity, other.scarcity),
            new_capacity: product(self.new_capacity, other.new_capacity),
            lead_time: product(self.lead_time, other.lead_time),
            // Worked out from all outages of what is sold; nothing else changes it.
            credit: self.credit.or(other.credit),
        }
    }
}

/// Turns what a scenario says into places in the world. The same number asked for twice has one place and one draw.
pub trait Lookup {
    /// The months of the scenario.
    fn timeline(&self) -> &Timeline;
    /// A number in base units: money in the scenario's currency, time in the unit it was written in.
    fn number(&mut self, number: &Number) -> Slot;
    /// A path in base units: money in the scenario's currency, time in the unit it was written in.
    fn path(&mut self, path: &Path) -> Option<Slot>;
    /// A number or path per time, as an amount per month: what is written per clock time counts the month's real hours.
    fn per_month(&mut self, path: &Path) -> Option<Slot>;
    /// A number or path per time, as an amount per hour: what is written per month is spread over the month's real hours.
    fn per_hour(&mut self, path: &Path) -> Option<Slot>;
    /// A share per time that compounds, as the factor of one month.
    fn monthly_factor(&mut self, rate: &Number) -> Slot;
    /// A duration in months (a clock duration counts months of 730.5 hours).
    fn in_months(&mut self, duration: &Number) -> Slot;
    /// A path that several prices follow.
    fn index(&mut self, id: &Reference) -> Option<Slot>;
    /// How that path is written.
    fn index_path(&self, _id: &Reference) -> Option<Path> {
        None
    }
    /// A value that another process computes from the draws of a stream that has one already.
    fn echo(&mut self, name: &str, inputs: &[Slot], process: Box<dyn Process>) -> Slot {
        self.monthly(name, inputs, process)
    }
    /// The hours of the month.
    fn hours(&mut self) -> Slot;
    /// A value derived from others: once per path if they all are, else every month.
    fn derive(&mut self, name: &str, inputs: &[Slot], formula: Formula) -> Slot;
    /// `1 / a`: what would divide by `a` again and again multiplies, which takes a quarter of the time.
    fn inverse(&mut self, a: Slot) -> Slot {
        self.derive("inverse", &[a], Box::new(move |values, out| *out = lanes::inverse(&values[a])))
    }
    /// A value that a process computes each month; the name is that of its draws, if it has any.
    fn monthly(&mut self, name: &str, inputs: &[Slot], process: Box<dyn Process>) -> Slot;
    /// A value that was computed in the currency of `like`, in the scenario's currency.
    fn converted(&mut self, slot: Slot, like: &Number) -> Option<Slot>;
    /// A known number.
    fn constant(&mut self, value: f64) -> Slot;
    /// What hazards do to a vendor, to `vendor/llm`, to `vendor/gpu` or to a supply.
    fn hit(&self, _name: &str) -> Hit {
        Hit::default()
    }
    /// The shares of the month in which each outage leaves it up; the same outage is the same value for all that it hits.
    fn outages(&self, _name: &str) -> Vec<Slot> {
        Vec::new()
    }
    /// Whether a value is known to be zero in all futures.
    fn is_zero(&self, slot: Slot) -> bool;
    /// The product of two values.
    fn times(&mut self, a: Slot, b: Slot) -> Slot {
        self.derive("product", &[a, b], product_of(a, b))
    }
    /// The sum of two values.
    fn plus(&mut self, a: Slot, b: Slot) -> Slot {
        self.derive("sum", &[a, b], sum_of(a, b))
    }
    /// Takes note of a mistake that only resolving could show.
    fn refuse(&mut self, mistake: Diagnostic);
}

/// `a · b`
pub fn product_of(a: Slot, b: Slot) -> Formula {
    Box::new(move |values, out| lanes::multiply(out, &values[a], &values[b]))
}

/// `a + b`
pub fn sum_of(a: Slot, b: Slot) -> Formula {
    Box::new(move |values, out| {
        for (o, (x, y)) in out.iter_mut().zip(values[a].iter().zip(&values[b])) {
            *o = x + y;
        }
    })
}
