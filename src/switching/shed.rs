//! The strategy leaves too much unserved.

use super::trailing::{Trailing, read_over};
use super::{Condition, Sight, Written};
use crate::distribution::{Number, NumberOf};
use crate::document::{Id, Plugin, Reader, Reference};
use crate::lanes;
use crate::process::Lookup;
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "shed",
    meaning: "the strategy left more than a share of a traffic unserved in the past months; months of a move do not count",
    example: "{ shed = { traffic = \"chat\", above = \"5 %\", over = \"2 months\" } }",
    read,
};

#[derive(Clone, Debug)]
struct Shed {
    traffic: Reference,
    above: Number,
    over: usize,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let traffic = t.required("traffic", Id("traffic"), "whose requests");
    let above = t.required("above", NumberOf(&units::SHARE), "the share of its requests that is exceeded");
    let over = read_over(t);
    Some(Box::new(Shed { traffic: traffic?, above: above?, over: over? }))
}

impl Written for Shed {
    fn resolve(&self, sight: &Sight, lookup: &mut dyn Lookup) -> Option<Box<dyn Condition>> {
        let place = sight.traffic(&self.traffic, lookup)?;
        let above = lookup.number(&self.above);
        let requests = sight.traffics[place].1?.requests;
        Some(Box::new(Trailing {
            months: self.over,
            alone: true,
            compared: Box::new(move |seen, amount, exceeded| {
                *amount = seen.left[place];
                lanes::multiply(exceeded, &seen.values[requests], &seen.values[above]);
            }),
        }))
    }
}
