//! What every form of catalog says of an llm, in one form.

use std::collections::BTreeMap;

use super::decimal::Decimal;
use super::field::Service;
use super::json::Place;
use crate::calendar::Date;

/// Prices of text tokens, USD per million tokens; `request` in USD each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rates {
    /// Input.
    pub input: Decimal,
    /// Output.
    pub output: Decimal,
    /// Output spent on reasoning, where it has a price of its own.
    pub reasoning: Option<Decimal>,
    /// Per request, whatever its tokens.
    pub request: Option<Decimal>,
    /// Input read from a cache.
    pub cache_read: Option<Decimal>,
    /// Input written to a cache for the vendor's usual time.
    pub cache_write: Option<Decimal>,
    /// Input written to a cache for an hour.
    pub cache_write_hour: Option<Decimal>,
    /// Prices of whole requests with more input than a threshold, by rising threshold.
    pub tiers: Vec<Tier>,
}

/// Prices that count instead of the ordinary ones; what is absent is as ordinary.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Instead {
    /// Input.
    pub input: Option<Decimal>,
    /// Output.
    pub output: Option<Decimal>,
    /// Output spent on reasoning.
    pub reasoning: Option<Decimal>,
    /// Input read from a cache.
    pub cache_read: Option<Decimal>,
    /// Input written to a cache.
    pub cache_write: Option<Decimal>,
}

/// Prices of requests with more input tokens than a threshold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tier {
    /// The threshold, in input tokens.
    pub above: u64,
    /// The prices.
    pub prices: Instead,
}

/// A part of the day (UTC) with other prices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// Minute of the day where it begins.
    pub from: u16,
    /// Minute of the day where it ends; earlier than `from` if it runs over midnight.
    pub until: u16,
    /// The prices.
    pub rates: Rates,
}

/// An llm of a vendor.
#[derive(Clone, Debug)]
pub struct Entry {
    /// The vendor's id.
    pub vendor: String,
    /// The llm's id.
    pub id: String,
    /// The name that the catalog gives it.
    pub sku: String,
    /// What people call it.
    pub title: Option<String>,
    /// Prices on the day of the catalog.
    pub rates: Rates,
    /// Prices of faster or slower service.
    pub services: BTreeMap<Service, Instead>,
    /// Factor on all rates by region of processing.
    pub regions: Vec<(String, Decimal)>,
    /// Times of day with other prices.
    pub windows: Vec<Window>,
    /// Prices that begin after the day of the catalog.
    pub announced: Vec<(Date, Rates)>,
    /// Tokens of one request at the most.
    pub context: Option<u64>,
    /// The day it is switched off.
    pub retires: Option<Date>,
    /// What the catalog says and a rate card cannot, in words.
    pub remarks: Vec<String>,
    /// Where it stands.
    pub place: Place,
}

/// Why an entry was not imported.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// A string or something else where a number belongs.
    NoNumber,
    /// Below zero.
    Negative,
    /// Given twice, differently.
    Twice,
    /// Far above any price: per million tokens where per token belongs.
    WrongUnit,
    /// No price of input or of output.
    NoPrice,
    /// The file ends or breaks inside it.
    Broken,
    /// A name that is no name, a date that is no date.
    Malformed,
}

impl Why {
    /// In words for a count.
    pub const fn words(self) -> &'static str {
        match self {
            Self::NoNumber => "a price is not a number",
            Self::Negative => "a price is negative",
            Self::Twice => "given twice",
            Self::WrongUnit => "a price is far too high, as if it were in another unit",
            Self::NoPrice => "no price per token of input and output in a unit that is known",
            Self::Broken => "the file breaks off",
            Self::Malformed => "not an entry",
        }
    }

    /// For scripts.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoNumber => "no-number",
            Self::Negative => "negative",
            Self::Twice => "given-twice",
            Self::WrongUnit => "wrong-unit",
            Self::NoPrice => "no-price",
            Self::Broken => "broken",
            Self::Malformed => "malformed",
        }
    }
}

/// An entry that was refused.
#[derive(Clone, Debug)]
pub struct Problem {
    /// Why.
    pub why: Why,
    /// The entry as the catalog names it.
    pub entry: String,
    /// Where it stands.
    pub place: Place,
    /// What is wrong with it, in words.
    pub message: String,
}

/// A catalog as far as it could be read. Every entry is in exactly one of `entries`, `second_names`, `skipped`, `problems`.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// What it is: `LiteLLM's price map`.
    pub form: &'static str,
    /// The day it was true.
    pub as_of: Option<Date>,
    /// What was read, in the order of the file.
    pub entries: Vec<Entry>,
    /// Entries that say the same of the same llm as one before.
    pub second_names: usize,
    /// Entries that were left out on purpose, by reason.
    pub skipped: BTreeMap<String, usize>,
    /// Entries that were refused.
    pub problems: Vec<Problem>,
    /// Prices of other things than text tokens: fields with the number of entries that have them.
    pub unpriced: BTreeMap<String, usize>,
    /// Fields that nobody knows.
    pub unknown: BTreeMap<String, usize>,
    /// Where the rest of the file could not be read, and why.
    pub broken: Option<(Place, String)>,
}

impl Catalog {
    /// Counts an entry that is left out.
    pub(super) fn skip(&mut self, reason: impl Into<String>) {
        *self.skipped.entry(reason.into()).or_insert(0) += 1;
    }

    /// Entries in the file.
    pub fn seen(&self) -> usize {
        self.entries.len() + self.second_names + self.skipped.values().sum::<usize>() + self.problems.len()
    }

    /// Takes an entry; what says the same as one before under another name is counted only, and what says something
    /// else of the same llm gets an id of its own, so that nothing is lost.
    pub(super) fn take(&mut self, mut entry: Entry, other_id: &str) {
        let same = |old: &&Entry, id: &str| old.vendor == entry.vendor && old.id == id;
        if let Some(old) = self.entries.iter().find(|old| same(old, &entry.id)) {
            if old.rates == entry.rates && old.services == entry.services && old.windows == entry.windows {
                self.second_names += 1;
                return;
            }
            let other = id_of(other_id);
            if other == entry.id || self.entries.iter().any(|old| same(&old, &other)) {
                self.problems.push(Problem {
                    why: Why::Twice,
                    entry: other_id.to_owned(),
                    place: entry.place,
                    message: format!("the same llm has other prices at {}, and those count", old.place),
                });
                return;
            }
            entry.remarks.push(format!("`{}` says something else of the same llm", old.sku));
            entry.id = other;
        }
        self.entries.push(entry);
    }
}

/// Letters of an id at the most, as the language has it.
const LONGEST_ID: usize = 60;

/// A name as an id of the language: a-z, 0-9, `-` and `.`, at most sixty of them.
pub(super) fn id_of(name: &str) -> String {
    let mut id = String::new();
    for c in name.to_lowercase().chars() {
        let c = if c.is_ascii_alphanumeric() || c == '.' { c } else { '-' };
        if c != '-' || !(id.is_empty() || id.ends_with('-')) {
            id.push(c);
        }
    }
    let id = id.trim_matches(['-', '.']);
    // What tells long names apart stands at their end.
    let start = id.len().saturating_sub(LONGEST_ID);
    id[start..].trim_matches(['-', '.']).to_owned()
}
