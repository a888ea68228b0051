//! Caches of whole answers, found by the same words or by the same meaning.

use super::Lever;
use super::measured;
use super::terms::{self, ActsOn, Terms};
use crate::demand::{Answered, Effects};
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{ListOf, Reader, Reference, TableOf};
use crate::pricing::hours_of;
use crate::process::Lookup;
use crate::units;

/// A cache of answers, of one kind or the other.
#[derive(Clone, Debug)]
struct AnswerCache {
    kind: &'static str,
    on: Option<Vec<Reference>>,
    hits: Hits,
    lookup: Option<Number>,
    terms: Terms,
}

/// The share of the requests reaching it that it answers.
#[derive(Clone, Debug)]
enum Hits {
    Said(Box<Number>),
    /// As a log told for the time that answers stay.
    Measured(f64),
}

/// Reads a cache of answers.
pub(super) fn read(t: &mut Reader, kind: &'static str) -> Option<Box<dyn Lever>> {
    let on = terms::read_on(t);
    let hits = read_hits(t);
    let lookup = t.optional(
        "lookup",
        NumberOf(&units::MONEY_PER_REQUEST),
        "what looking up one request costs, found or not; free if absent",
    );
    let terms = Terms::read(t);
    Some(Box::new(AnswerCache { kind, on: on?, hits: hits?, lookup: lookup?, terms: terms? }))
}

fn read_hits(t: &mut Reader) -> Option<Hits> {
    let hit_rate = t.optional(
        "hit_rate",
        NumberOf(&units::SHARE),
        "share of the requests reaching it that it answers; or say `measured` and `lasts`",
    );
    let rows = t.optional(
        "measured",
        ListOf(TableOf(measured::read_answers)),
        "what caches find in a log, by lifetime; `tokencast fit traffic` writes it",
    );
    let lasts =
        t.optional("lasts", QuantityOf(&units::DURATION), "how long after its last use an answer stays");
    match (hit_rate?, rows?, lasts?) {
        (Some(rate), None, None) => Some(Hits::Said(Box::new(rate))),
        (None, Some(rows), Some(lasts)) => {
            let (known, found) = rows.into_iter().map(|(lasts, share)| (lasts, vec![share])).unzip();
            let found = measured::curve(t, "measured", (known, vec![1.0], found))?;
            Some(Hits::Measured(found.lasting(Some(hours_of(&lasts))).without_limit()))
        }
        (rate, rows, _) => {
            let (key, message) = match (rate, rows) {
                (Some(_), Some(_)) => ("measured", "`hit_rate` and `measured` say the same thing twice"),
                (Some(_), None) => ("lasts", "`lasts` changes nothing: the hit rate is said"),
                (None, Some(_)) => ("measured", "how long answers stay decides how many are found"),
                (None, None) => ("hit_rate", "nothing says how much is found in the cache"),
            };
            let help = "give `hit_rate`, or `measured` with `lasts = \"1 day\"`";
            t.refuse(key, "hit-rate-or-measured", message, help);
            None
        }
    }
}

impl Lever for AnswerCache {
    fn kind(&self) -> &'static str {
        self.kind
    }

    fn acts_on(&self) -> ActsOn<'_> {
        ActsOn::Traffics(self.on.as_deref())
    }

    fn terms(&self) -> &Terms {
        &self.terms
    }

    fn apply(&self, id: &str, effects: &mut Effects, lookup: &mut dyn Lookup) {
        let hits = match &self.hits {
            Hits::Said(rate) => lookup.number(rate),
            Hits::Measured(share) => lookup.constant(*share),
        };
        let hits = self.terms.ramped(hits, lookup);
        let price = self.lookup.as_ref().map(|price| lookup.number(price));
        let lookup = price.map(|price| (price, self.terms.rollout.progress(lookup)));
        effects.answered.push(Answered { id: id.to_owned(), hits, lookup });
    }
}
