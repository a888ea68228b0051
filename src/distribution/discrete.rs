//! A handful of possible values.

use super::quantity::{Point, agreed};
use super::{Inner, QuantityOf, Steps, Written};
use crate::document::{ListOf, Plugin, Reader, TableOf};
use crate::units;

pub(super) const PLUGIN: Plugin<Written> = Plugin {
    name: "discrete",
    meaning: "one of some values, each as likely as its weight says; weights need not sum to 1",
    example: "{ discrete = [{ value = \"0 USD\", weight = 3 }, { value = \"500 USD\", weight = 1 }] }",
    read,
};

fn read(t: &mut Reader) -> Option<Written> {
    let cases = t.value(ListOf(TableOf(read_case)))?;
    let unit = agreed(t, cases.iter().map(|(value, _)| (&value.unit, value.span)))?;
    let found = Steps::new(cases.iter().map(|(value, weight)| (value.value, weight.value)).collect());
    if found.is_none() {
        t.refuse("discrete", "no-weight", "no value has a weight above 0", "give each value a weight");
    }
    Some(Written::new(found?, unit))
}

fn read_case(t: &mut Reader) -> Option<(Point, Point)> {
    let value = t.required("value", Inner, "a value");
    let weight = t.required("weight", QuantityOf(&units::FACTOR), "how likely it is, beside the others");
    Some((value?, weight?))
}
