//! Prices of cached input: reading, writing with a lifetime, storage, and the shortest prompt that is cached.

use crate::calendar::AVERAGE_MONTH_HOURS;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf, Point, QuantityOf};
use crate::document::{ListOf, Reader, Reference, TableOf};
use crate::process::Lookup;
use crate::units::{self, Period};

/// `cache` of a rate card.
#[derive(Clone, Debug)]
pub struct CacheRates {
    /// Input read from the cache.
    pub read: Number,
    /// Tokens of the part that repeats below which nothing is cached.
    pub minimum: Option<f64>,
    /// Price of what lies in the cache, per token and time.
    pub storage: Option<Number>,
    /// Prices of writing by lifetime; at the ordinary input rate if there are none.
    pub writes: Vec<Write>,
}

/// What is written to the cache, and how long it can be read.
#[derive(Clone, Debug)]
pub struct Write {
    /// Hours that it lasts.
    pub hours: f64,
    /// Price of a token written.
    pub rate: Number,
}

/// Hours of a duration; a month has 730.5.
pub fn hours_of(duration: &Point) -> f64 {
    match duration.unit.period {
        Some(Period::Calendar { .. }) => duration.value * AVERAGE_MONTH_HOURS,
        _ => duration.value,
    }
}

/// Reads `cache`.
pub(super) fn read(t: &mut Reader) -> Option<CacheRates> {
    let read = t.required("read", NumberOf(&units::MONEY_PER_TOKEN), "per token read from the cache");
    let minimum = t.optional(
        "minimum",
        QuantityOf(&units::TOKENS),
        "a request whose repeating part is shorter is not cached",
    );
    let storage = t.optional(
        "storage",
        NumberOf(&units::MONEY_PER_TOKEN_TIME),
        "per token and time, for as long as what is written lasts",
    );
    let writes = t.or(
        "writes",
        "[]",
        ListOf(TableOf(read_write)),
        "prices of writing to it by lifetime; the input rate if absent. Without a word from the lever the first is bought",
    );
    let (read, storage, writes) = (read?, storage?, writes?);
    if storage.is_some() && writes.is_empty() {
        let help = "add `writes = [{ lasts = \"1 h\", rate = … }]`; the rate may be that of input";
        t.refuse("storage", "no-lifetime", "stored input has a price, and no lifetime to pay it for", help);
        return None;
    }
    Some(CacheRates { read, minimum: minimum?.map(|point| point.value), storage, writes })
}

fn read_write(t: &mut Reader) -> Option<Write> {
    let lasts = t.required("lasts", QuantityOf(&units::DURATION), "how long what is written can be read");
    let rate = t.required("rate", NumberOf(&units::MONEY_PER_TOKEN), "per token written");
    Some(Write { hours: hours_of(&lasts?), rate: rate? })
}

impl CacheRates {
    #[allow(clippy::option_option, reason = "nothing to buy and a mistake are different")]
    /// What is bought so that it lasts for so many hours: the shortest lifetime that is long enough, or the first.
    pub(super) fn write(
        &self,
        lasts: Option<f64>,
        used_at: &Reference,
        lookup: &mut dyn Lookup,
    ) -> Option<Option<&Write>> {
        let Some(hours) = lasts else { return Some(self.writes.first()) };
        if self.writes.is_empty() {
            return Some(None);
        }
        let enough = self.writes.iter().filter(|write| write.hours >= hours);
        let best = enough.min_by(|a, b| a.hours.total_cmp(&b.hours));
        if best.is_none() {
            let longest = self.writes.iter().map(|write| write.hours).fold(0.0, f64::max);
            let in_words = |hours: f64| {
                let minutes = units::format_number(hours * 60.0, 4);
                if hours < 1.0 {
                    format!("{minutes} min")
                } else {
                    format!("{} h", units::format_number(hours, 4))
                }
            };
            let (longest, hours) = (in_words(longest), in_words(hours));
            let message = format!("`{}` keeps nothing in its cache for {hours}", used_at.id);
            lookup.refuse(
                Diagnostic::error("no-such-lifetime", used_at.span, message)
                    .label(format!("the longest lifetime that it sells is {longest}"))
                    .related(self.read.origin.span, "its cache")
                    .help("let the lever's cache last shorter, or take another llm"),
            );
            return None;
        }
        Some(best)
    }
}
