//! Hit rates that a log told: by lifetime, and for prompts by the size of the cache as well.

use crate::calendar::AVERAGE_MONTH_HOURS;
use crate::demand::Reuse;
use crate::distribution::{Point, QuantityOf};
use crate::document::{ListOf, Reader, TableOf};
use crate::pricing::hours_of;
use crate::units;

/// What a log says of prefix caches.
#[derive(Clone, Debug)]
pub(super) struct Prefixes {
    pub(super) reuse: Reuse,
    /// Calls per hour in the log; only where it tells sizes apart.
    pub(super) calls_per_hour: Option<f64>,
}

/// Reads `measured` of a prefix cache.
pub(super) fn read_prefixes(t: &mut Reader) -> Option<Prefixes> {
    let calls = t.optional(
        "calls",
        QuantityOf(&units::REQUESTS_PER_TIME),
        "calls per time in the log; needed beside `holds`, since with more calls as much more has to fit",
    );
    let holds = t.optional(
        "holds",
        ListOf(QuantityOf(&units::TOKENS)),
        "sizes of a cache in tokens, rising; one for each share of a row",
    );
    let rows = t.required("found", ListOf(TableOf(read_row)), "a row for each lifetime, rising");
    let (calls, holds, rows) = (calls?.map(|calls| per_hour(&calls)), holds?, rows?);
    if holds.is_some() != calls.is_some() {
        let message = "`holds` and `calls` belong together";
        let help = "how much fits matters by how much is asked in between: give both, or neither";
        t.refuse(if holds.is_some() { "holds" } else { "calls" }, "one-form", message, help);
        return None;
    }
    let holds = holds.map_or(vec![1.0], |holds| holds.iter().map(|size| size.value).collect());
    let (lasts, found) = rows.into_iter().unzip();
    let reuse = curve(t, "found", (lasts, holds, found))?;
    Some(Prefixes { reuse, calls_per_hour: calls })
}

fn read_row(t: &mut Reader) -> Option<(f64, Vec<f64>)> {
    let lasts =
        t.required("lasts", QuantityOf(&units::DURATION), "how long after its last use a prefix stays");
    let shares = t.required(
        "shares",
        ListOf(QuantityOf(&units::SHARE)),
        "share of the cacheable input found, for each size of `holds`; one without sizes",
    );
    Some((hours_of(&lasts?), shares?.iter().map(|share| share.value).collect()))
}

/// Reads a row of `measured` of a cache of answers.
pub(super) fn read_answers(t: &mut Reader) -> Option<(f64, f64)> {
    let lasts =
        t.required("lasts", QuantityOf(&units::DURATION), "how long after its last use an answer stays");
    let share = t.required("share", QuantityOf(&units::SHARE), "share of the requests that are found");
    Some((hours_of(&lasts?), share?.value))
}

/// A table whose shares never fall.
pub(super) fn curve(
    t: &mut Reader,
    key: &str,
    (lasts, holds, found): (Vec<f64>, Vec<f64>, Vec<Vec<f64>>),
) -> Option<Reuse> {
    if found.iter().any(|row| row.len() != holds.len()) {
        let message = format!("a row has another number of shares than there are sizes, {}", holds.len());
        t.refuse(key, "not-a-table", &message, "give one share for each size in each row");
        return None;
    }
    let reuse = Reuse::new(lasts, holds, found);
    if reuse.is_none() {
        let message = "lifetimes and sizes must rise, and no share may fall as they do";
        t.refuse(
            key,
            "points-not-rising",
            message,
            "what lasts longer, or holds more, finds no less: sort the rows",
        );
    }
    reuse
}

fn per_hour(rate: &Point) -> f64 {
    match rate.unit.period {
        Some(units::Period::Calendar { .. }) => rate.value / AVERAGE_MONTH_HOURS,
        _ => rate.value,
    }
}
