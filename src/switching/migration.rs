//! `[migration.<id>]`: what moving the work costs and takes, to another strategy, to a successor or away from what is turned off.

use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf};
use crate::document::{MapOf, Origin, Reader, Reference, TableOf};
use crate::finance::{Component, Line};
use crate::lanes::Slot;
use crate::process::{Lookup, Path, PathOf};
use crate::units;

/// A migration as it is written.
#[derive(Clone, Debug)]
pub struct Migration {
    one_off: Option<Number>,
    running: Option<Path>,
    takes: Number,
    dual_run: Number,
    emergency_factor: Option<Number>,
    lost_requests: Option<Number>,
    quality_change: Vec<(String, Number)>,
    recovers_in: Option<Number>,
    /// Name and place.
    pub origin: Origin,
}

impl Migration {
    /// Reads `[migration.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let one_off = t.optional("one_off", NumberOf(&units::MONEY), "cost of the work, paid when it begins");
        let running = t.optional(
            "running",
            PathOf(&units::MONEY_PER_TIME),
            "what else it costs per time, from the decision until all traffic has moved: people, evaluations, two stacks",
        );
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
            "factor on what the new strategy's supplies bill during dual_run; where a vendor forces the move, on prices from when the old llm is off until it is over",
        );
        let lost = t.optional(
            "lost_requests",
            NumberOf(&units::SHARE),
            "share of requests lost from the decision until all traffic has moved",
        );
        let change = t.or(
            "quality_change",
            "{}",
            MapOf("evaluation", NumberOf(&units::POINTS)),
            "how much better llms that are new to a traffic score right after the move; acts where it `needs_quality`",
        );
        let recovers = t.optional(
            "recovers_in",
            NumberOf(&units::DURATION),
            "time until that has gone, evenly; absent: it stays until the next move",
        );
        let (one_off, running, emergency_factor, lost_requests) = (one_off?, running?, emergency?, lost?);
        let (takes, dual_run, change, recovers_in) = (takes?, dual_run?, change?, recovers?);
        let none = [&takes, &dual_run].iter().all(|time| time.known() == Some(0.0));
        for key in ["emergency_factor", "running"].into_iter().filter(|key| none && t.has(key)) {
            let at = t.place()?;
            let message = format!("`{key}` of `{}` changes nothing", at.address);
            at.scope.push(
                Diagnostic::warning("no-effect", at.node.span, message)
                    .label("it acts while a move is under way, and this one takes no time"),
            );
        }
        let quality_change = change.into_iter().map(|(evaluation, points)| (evaluation.id, points)).collect();
        let origin = t.place()?.origin();
        Some(Self {
            one_off,
            running,
            takes,
            dual_run,
            emergency_factor,
            lost_requests,
            quality_change,
            recovers_in,
            origin,
        })
    }

    /// Whether requests are lost on the way, so that their price must be known.
    pub fn loses(&self) -> bool {
        self.lost_requests.is_some()
    }

    /// Becomes runnable.
    pub fn resolve(&self, id: &Reference, lookup: &mut dyn Lookup) -> Migrating {
        let one_off = self.one_off.as_ref().map(|cost| lookup.number(cost));
        let line = |label: &str, unit, price: Slot| Line {
            component: Component::Migration,
            label: label.into(),
            payee: id.id.clone(),
            unit,
            per_unit: 1.0,
            inputs: vec![price],
        };
        let running = self.running.as_ref().and_then(|path| lookup.per_month(path));
        Migrating {
            one_off: one_off.map(|price| (line("work of the move", "times", price), price)),
            running: running.map(|price| (line("while the move is under way", "months", price), price)),
            takes: lookup.in_months(&self.takes),
            dual_run: lookup.in_months(&self.dual_run),
            emergency_factor: self.emergency_factor.as_ref().map(|factor| lookup.number(factor)),
            lost_requests: self.lost_requests.as_ref().map(|share| lookup.number(share)),
            quality_change: self
                .quality_change
                .iter()
                .map(|(evaluation, points)| (evaluation.clone(), lookup.number(points)))
                .collect(),
            recovers_in: self.recovers_in.as_ref().map(|time| lookup.in_months(time)),
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
    /// What it costs in a month that lies between the decision and the end of the move, and how that is posted.
    pub running: Option<(Line, Slot)>,
    /// Months from the decision until traffic begins to move.
    pub takes: Slot,
    /// Months in which traffic moves.
    pub dual_run: Slot,
    /// Factor on what the new supplies bill meanwhile.
    pub emergency_factor: Option<Slot>,
    /// Share of requests that is lost from the decision until all has moved.
    pub lost_requests: Option<Slot>,
    /// How scores change at first, by evaluation.
    pub quality_change: Vec<(String, Slot)>,
    /// Months until that has gone.
    pub recovers_in: Option<Slot>,
}
