//! `[migration.<id>]`: what moving the work from one strategy to another costs and takes.

use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf};
use crate::document::{MapOf, Origin, Reader, Reference, TableOf};
use crate::finance::{Component, Line};
use crate::lanes::Slot;
use crate::process::Lookup;
use crate::units;

/// A migration as it is written.
#[derive(Clone, Debug)]
pub struct Migration {
    one_off: Option<Number>,
    takes: Number,
    dual_run: Number,
    emergency_factor: Option<Number>,
    lost_requests: Option<Number>,
    /// Name and place.
    pub origin: Origin,
}

impl Migration {
    /// Reads `[migration.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let one_off = t.optional("one_off", NumberOf(&units::MONEY), "cost of the work, paid when it begins");
        let takes = t.or(
            "takes",
            "0 months",
            NumberOf(&units::DURATION),
            "time from the decision until traffic begins to move; the old strategy serves all of it",
        );
        let dual_run = t.or(
            "dual_run",
            "0 months",
            NumberOf(&units::DURATION),
            "time in which traffic moves evenly, and both strategies are paid for",
        );
        let emergency = t.optional(
            "emergency_factor",
            NumberOf(&units::FACTOR),
            "factor on what the new strategy's supplies bill during dual_run",
        );
        let lost = t.optional(
            "lost_requests",
            NumberOf(&units::SHARE),
            "share of requests lost from the decision until all traffic has moved",
        );
        let change = MapOf("evaluation", NumberOf(&units::POINTS));
        let change = t.optional("quality_change", change, "how the new llm scores at first; not yet acting");
        let recovers =
            t.optional("recovers_in", NumberOf(&units::DURATION), "time until that has gone; not yet acting");
        let (one_off, emergency_factor, lost_requests) = (one_off?, emergency?, lost?);
        let (takes, dual_run, _, _) = (takes?, dual_run?, change?, recovers?);
        let no_ramp = dual_run.known() == Some(0.0);
        let idle = [
            ("quality_change", true, "costs do not depend on quality"),
            ("recovers_in", true, "costs do not depend on quality"),
            ("emergency_factor", no_ramp, "it acts during `dual_run`, which there is none of"),
        ];
        for (key, _, why) in idle.into_iter().filter(|(key, idle, _)| *idle && t.has(key)) {
            let at = t.place()?;
            let message = format!("`{key}` of `{}` changes nothing", at.address);
            at.scope.push(Diagnostic::warning("no-effect", at.node.span, message).label(why));
        }
        let origin = t.place()?.origin();
        Some(Self { one_off, takes, dual_run, emergency_factor, lost_requests, origin })
    }

    /// Whether requests are lost on the way, so that their price must be known.
    pub fn loses(&self) -> bool {
        self.lost_requests.is_some()
    }

    /// Becomes runnable.
    pub fn resolve(&self, id: &Reference, lookup: &mut dyn Lookup) -> Migrating {
        let one_off = self.one_off.as_ref().map(|cost| lookup.number(cost));
        let line = |price: Slot| Line {
            component: Component::Migration,
            label: "work of the move".into(),
            payee: id.id.clone(),
            unit: "times",
            per_unit: 1.0,
            inputs: vec![price],
        };
        Migrating {
            one_off: one_off.map(|price| (line(price), price)),
            takes: lookup.in_months(&self.takes),
            dual_run: lookup.in_months(&self.dual_run),
            emergency_factor: self.emergency_factor.as_ref().map(|factor| lookup.number(factor)),
            lost_requests: self.lost_requests.as_ref().map(|share| lookup.number(share)),
        }
    }
}

/// Reads `[migration]`.
pub fn read_all(t: &mut Reader) -> Option<Vec<(Reference, Migration)>> {
    t.or(
        "migration",
        "{}",
        MapOf("migration", TableOf(Migration::read)),
        "what moving to another strategy costs",
    )
}

/// A migration that runs.
#[derive(Clone, Debug)]
pub struct Migrating {
    /// The cost of the work, and how it is posted.
    pub one_off: Option<(Line, Slot)>,
    /// Months from the decision until traffic begins to move.
    pub takes: Slot,
    /// Months in which traffic moves.
    pub dual_run: Slot,
    /// Factor on what the new supplies bill meanwhile.
    pub emergency_factor: Option<Slot>,
    /// Share of requests that is lost from the decision until all has moved.
    pub lost_requests: Option<Slot>,
}
