//! Present values.

use crate::calendar::Month;
use crate::distribution::{Number, NumberOf};
use crate::document::{At, Decode, Reader, Shape, Value};
use crate::lanes::{self, Lanes, Slot, Values};
use crate::process::{Lookup, Process};
use crate::random::Draws;
use crate::units;

/// When the first month's money counts as paid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FirstFlow {
    /// Now: the first month is not discounted.
    Now,
    /// At the end of the first month.
    MonthEnd,
}

/// The discount rate and its convention.
#[derive(Clone, Debug)]
pub struct Discounting {
    /// Rate per time; it compounds.
    pub rate: Number,
    /// Convention.
    pub first_flow: FirstFlow,
}

impl Discounting {
    /// Reads `[finance]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let rate = t.required(
            "discount_rate",
            NumberOf(&units::GROWTH),
            "what a year's delay is worth; without it there is no NPV",
        );
        let first_flow = t.or(
            "first_flow",
            "month_end",
            FirstFlowWord,
            "is month 1 discounted: \"month_end\" yes, \"now\" no",
        );
        Some(Self { rate: rate?, first_flow: first_flow? })
    }

    /// The discount factor of each month: `(1 + rate)^-(t + 1)` per month, or `^-t` with the first flow now.
    pub fn resolve(&self, lookup: &mut dyn Lookup) -> Slot {
        let growth = lookup.monthly_factor(&self.rate);
        let factor = lookup.inverse(growth);
        lookup.monthly("discount factor", &[factor], Box::new(Factor { factor, first_flow: self.first_flow }))
    }
}

struct FirstFlowWord;

impl Decode for FirstFlowWord {
    type Value = FirstFlow;

    fn decode(&self, at: &At<'_>) -> Option<FirstFlow> {
        match &at.node.value {
            Value::Text(word) if word == "now" => Some(FirstFlow::Now),
            Value::Text(word) if word == "month_end" => Some(FirstFlow::MonthEnd),
            _ => {
                at.refuse("unknown-word", "\"now\" or \"month_end\"");
                None
            }
        }
    }

    fn shape(&self) -> Shape {
        Shape::Words(vec!["month_end", "now"])
    }
}

struct Factor {
    /// What a month takes off.
    factor: Slot,
    first_flow: FirstFlow,
}

impl Process for Factor {
    fn state(&self) -> usize {
        1
    }
    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state[0] = Lanes::splat(1.0);
    }
    fn step(&self, now: &Month, values: &Values, _: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        if now.index > 0 || self.first_flow == FirstFlow::MonthEnd {
            lanes::scale(&mut state[0], &values[self.factor]);
        }
        *out = state[0];
    }
}
