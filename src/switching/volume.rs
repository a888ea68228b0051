//! A traffic has grown beyond some volume, or fallen below it.

use super::trailing::{Trailing, read_over};
use super::{Condition, Sight, Written};
use crate::distribution::{Number, NumberOf};
use crate::document::{Id, Plugin, Reader, Reference};
use crate::process::{Lookup, Path};
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "volume",
    meaning: "the mean requests of a traffic in the past months are above, or below, so many",
    example: "{ volume = { traffic = \"chat\", above = \"20M /month\", over = \"3 months\" } }",
    read,
};

#[derive(Clone, Debug)]
struct Volume {
    traffic: Reference,
    limit: Number,
    below: bool,
    over: usize,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let traffic = t.required("traffic", Id("traffic"), "whose requests");
    let kind = || NumberOf(&units::REQUESTS_PER_TIME);
    let above = t.optional("above", kind(), "requests per time that their mean exceeds");
    let below = t.optional("below", kind(), "requests per time that their mean falls short of");
    let over = read_over(t);
    let (limit, below) = match (above?, below?) {
        (Some(limit), None) => (limit, false),
        (None, Some(limit)) => (limit, true),
        (both, _) => {
            let wrong =
                if both.is_some() { "both `above` and `below`" } else { "neither `above` nor `below`" };
            let message = format!("a volume with {wrong}");
            t.refuse("below", "one-limit", &message, "give one of the two; a second rule can have the other");
            return None;
        }
    };
    Some(Box::new(Volume { traffic: traffic?, limit, below, over: over? }))
}

impl Written for Volume {
    fn resolve(&self, sight: &Sight, lookup: &mut dyn Lookup) -> Option<Box<dyn Condition>> {
        let place = sight.traffic(&self.traffic, lookup)?;
        let limit = lookup.per_month(&Path::Number(self.limit.clone()))?;
        let requests = sight.traffics[place].1?.requests;
        let (more, less) = if self.below { (limit, requests) } else { (requests, limit) };
        Some(Box::new(Trailing {
            months: self.over,
            alone: false,
            compared: Box::new(move |seen, amount, exceeded| {
                (*amount, *exceeded) = (seen.values[more], seen.values[less]);
            }),
        }))
    }
}
