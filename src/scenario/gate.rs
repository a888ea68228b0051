//! `[gate.<id>]`: what a measure beyond a budget must reach or must not exceed; a broken one ends with exit code 4.

use super::limits::{Limit, Limits};
use crate::calendar::YearMonth;
use crate::diagnostic::Diagnostic;
use crate::document::{At, Decode, Id, MonthOf, Origin, Reader, Reference, Shape, Value};
use crate::finance::{GAUGES, Gauge};
use crate::text::did_you_mean;

/// A gate as it is written.
#[derive(Clone, Debug)]
pub struct Gate {
    /// What it measures.
    pub measure: &'static Gauge,
    /// The traffic that counts; all if absent.
    pub traffic: Option<Reference>,
    /// The first month that counts; the scenario's first if absent.
    pub from: Option<YearMonth>,
    /// The last month that counts; the scenario's last if absent.
    pub until: Option<YearMonth>,
    /// Statistics that must not lie below these.
    pub at_least: Vec<Limit>,
    /// Statistics that must not lie above these.
    pub at_most: Vec<Limit>,
    /// Name and place.
    pub origin: Origin,
}

impl Gate {
    /// Reads `[gate.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let measure = t.required("measure", Measured, "what is measured; `list measures` names all");
        let traffic = t.optional("traffic", Id("traffic"), "the traffic that counts; all if absent");
        let from = t.optional("from", MonthOf, "the first month that counts; the scenario's first if absent");
        let until = t.optional("until", MonthOf, "the last month that counts; the scenario's last if absent");
        let kind = measure.map(|gauge| gauge.kind);
        let at_least = t.or(
            "at_least",
            "{}",
            Limits(kind),
            "limits by statistic that must be reached: { p5 = \"99 %\" }",
        );
        let at_most = t.or("at_most", "{}", Limits(kind), "limits by statistic that must not be exceeded");
        let (measure, traffic) = (measure?, traffic?);
        if traffic.is_some() && !measure.by_traffic {
            let message = format!("`{}` belongs to all traffic together", measure.name);
            t.refuse("traffic", "not-by-traffic", &message, "take `traffic` out");
            return None;
        }
        let (at_least, at_most) = (at_least?, at_most?);
        if at_least.is_empty() && at_most.is_empty() {
            t.refuse("measure", "no-limit", "a gate without a limit", "give it `at_least` or `at_most`");
            return None;
        }
        Some(Self {
            measure,
            traffic,
            from: from?,
            until: until?,
            at_least,
            at_most,
            origin: t.place()?.origin(),
        })
    }
}

/// The name of a measure.
struct Measured;

impl Decode for Measured {
    type Value = &'static Gauge;

    fn decode(&self, at: &At<'_>) -> Option<&'static Gauge> {
        let Value::Text(name) = &at.node.value else {
            at.refuse("wrong-type", "the name of a measure");
            return None;
        };
        let found = Gauge::named(name);
        if found.is_none() {
            let names: Vec<&str> = GAUGES.iter().map(|gauge| gauge.name).collect();
            let close =
                did_you_mean(name, names.iter().copied()).map(|close| format!("did you mean `{close}`?"));
            let message = format!("`{name}` is not a measure of gates");
            at.scope.push(
                Diagnostic::error("unknown-measure", at.node.span, message)
                    .label(format!("expected one of {}", names.join(", ")))
                    .help_if(close),
            );
        }
        found
    }

    fn shape(&self) -> Shape {
        Shape::Words(GAUGES.iter().map(|gauge| gauge.name).collect())
    }
}
