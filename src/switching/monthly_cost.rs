//! The strategy costs more than some amount.

use super::trailing::{Trailing, read_over};
use super::{Condition, Sight, Written};
use crate::distribution::{Number, NumberOf};
use crate::document::{Plugin, Reader};
use crate::process::{Lookup, Path};
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "monthly_cost",
    meaning: "the strategy's mean cash cost in the past months is above an amount; months of a move do not count",
    example: "{ monthly_cost = { above = \"40k USD /month\", over = \"3 months\" } }",
    read,
};

#[derive(Clone, Debug)]
struct MonthlyCost {
    above: Number,
    over: usize,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let above = t.required("above", NumberOf(&units::MONEY_PER_TIME), "the cost per time that is exceeded");
    let over = read_over(t);
    Some(Box::new(MonthlyCost { above: above?, over: over? }))
}

impl Written for MonthlyCost {
    fn resolve(&self, _: &Sight, lookup: &mut dyn Lookup) -> Option<Box<dyn Condition>> {
        let limit = lookup.per_month(&Path::Number(self.above.clone()))?;
        Some(Box::new(Trailing {
            months: self.over,
            alone: true,
            compared: Box::new(move |seen, amount, exceeded| {
                (*amount, *exceeded) = (*seen.cash, seen.values[limit]);
            }),
        }))
    }
}
