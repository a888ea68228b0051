//! Provisioned throughput: units of capacity that a vendor sells by the hour, the month or the year.

use crate::distribution::{Number, NumberOf, Point, QuantityOf};
use crate::document::{Reader, TableOf, WordOf};
use crate::process::{Path, PathOf};
use crate::units;

/// `provisioned` of a rate card.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Input-equivalent tokens that a unit carries in a time.
    pub tokens_per_unit: Number,
    /// What a token out takes of that.
    pub output_weight: Number,
    /// What a token read from the cache takes.
    pub cached_weight: Number,
    /// The fewest units that can be bought.
    pub minimum: Point,
    /// Units are bought in multiples of this.
    pub step: Point,
    on_demand: Option<Path>,
    reserved_1m: Option<Path>,
    reserved_1y: Option<Path>,
}

/// How units are bought.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Buy {
    /// By the hour.
    OnDemand,
    /// By the month.
    ReservedMonth,
    /// By the year.
    ReservedYear,
}

impl Buy {
    /// Reads the name of a rate.
    pub const WORDS: WordOf<Self> = WordOf(&[
        ("on_demand", Self::OnDemand),
        ("reserved_1m", Self::ReservedMonth),
        ("reserved_1y", Self::ReservedYear),
    ]);

    /// For how many months it binds; nothing for what is bought by the hour.
    pub const fn months(self) -> Option<f64> {
        match self {
            Self::OnDemand => None,
            Self::ReservedMonth => Some(1.0),
            Self::ReservedYear => Some(12.0),
        }
    }

    /// Its name.
    pub const fn word(self) -> &'static str {
        match self {
            Self::OnDemand => "on_demand",
            Self::ReservedMonth => "reserved_1m",
            Self::ReservedYear => "reserved_1y",
        }
    }
}

impl Offer {
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let tokens = t.required(
            "tokens_per_unit",
            NumberOf(&units::TOKENS_PER_PTU_TIME),
            "input tokens that one unit carries in a time",
        );
        let output = t.required(
            "output_weight",
            NumberOf(&units::FACTOR),
            "a token out takes as much as this many tokens in",
        );
        let cached = t.or(
            "cached_weight",
            "1",
            NumberOf(&units::FACTOR),
            "a token read from the cache takes as much as this many others; 0 where it is free",
        );
        let minimum = t.required("minimum", QuantityOf(&units::PTUS), "the fewest units that can be bought");
        let step = t.required("step", QuantityOf(&units::PTUS), "units are bought in multiples of this");
        let rates = t.required("rates", TableOf(read_rates), "prices of a unit");
        let (on_demand, reserved_1m, reserved_1y) = rates?;
        Some(Self {
            tokens_per_unit: tokens?,
            output_weight: output?,
            cached_weight: cached?,
            minimum: minimum?,
            step: step?,
            on_demand,
            reserved_1m,
            reserved_1y,
        })
    }

    /// The price of a unit that is bought like this.
    pub const fn rate(&self, buy: Buy) -> Option<&Path> {
        match buy {
            Buy::OnDemand => self.on_demand.as_ref(),
            Buy::ReservedMonth => self.reserved_1m.as_ref(),
            Buy::ReservedYear => self.reserved_1y.as_ref(),
        }
    }

    /// Why so many units cannot be bought; none at all always can.
    pub fn refuses(&self, units: f64) -> Option<String> {
        let (minimum, step) = (self.minimum.value, self.step.value);
        let steps = units / step.max(f64::MIN_POSITIVE);
        if units > 0.0 && units < minimum {
            Some(format!("the fewest that are sold are {}", self.minimum.unit.format(minimum)))
        } else if step > 0.0 && (steps - steps.round()).abs() > 1e-9 {
            Some(format!("they are sold in steps of {}", self.step.unit.format(step)))
        } else {
            None
        }
    }
}

type Rates = (Option<Path>, Option<Path>, Option<Path>);

fn read_rates(t: &mut Reader) -> Option<Rates> {
    let price = || PathOf(&units::MONEY_PER_PTU_TIME);
    let on_demand = t.optional("on_demand", price(), "by the hour");
    let month = t.optional("reserved_1m", price(), "for a month");
    let year = t.optional("reserved_1y", price(), "for a year");
    Some((on_demand?, month?, year?))
}
