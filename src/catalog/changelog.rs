//! Change logs of list prices: a CSV with a row for each first sighting and each change.

use std::collections::{BTreeMap, BTreeSet};

use super::decimal::{Decimal, NoPrice};
use super::entry::{Catalog, Entry, Problem, Rates, Why, id_of};
use super::json::Place;
use super::vendors::{is_wanted, vendor_of, without_vendor};
use super::{Options, Unreadable, WORDS_OF_ZERO};
use crate::calendar::Date;

/// What a row says of an llm from its day on.
#[derive(Clone, Debug)]
pub struct Row {
    /// The day.
    pub day: Date,
    /// The vendor.
    pub vendor: String,
    /// The llm, without the vendor.
    pub llm: String,
    /// USD per million tokens of input.
    pub input: Decimal,
    /// USD per million tokens of output.
    pub output: Decimal,
    /// USD per million tokens read from a cache.
    pub cache_read: Option<Decimal>,
    /// Whether it is gone from this day on.
    pub removed: bool,
    /// The day it is switched off.
    pub retires: Option<Date>,
    /// The line.
    pub line: usize,
}

/// A change log.
#[derive(Clone, Debug, Default)]
pub struct Log {
    /// Rows in the order of their days.
    pub rows: Vec<Row>,
    /// Days on which somebody looked.
    pub days: Vec<Date>,
    /// Rows that were refused.
    pub problems: Vec<Problem>,
    /// Rows that were left out, by reason.
    pub skipped: BTreeMap<String, usize>,
}

impl Log {
    /// The last day that it knows of, or `until` if that is earlier: no row means that nothing changed.
    pub fn last_day(&self, until: Option<Date>) -> Option<Date> {
        let last = *self.days.last()?;
        Some(until.map_or(last, |until| until.min(last)))
    }
}

/// Columns that a change log needs.
const NEEDED: [&str; 6] = ["date", "event", "model", "provider", "in_usd_mtok", "out_usd_mtok"];

/// Whether bytes begin like a change log.
pub(super) fn is_such(bytes: &[u8]) -> bool {
    let first = bytes.split(|b| *b == b'\n').next().unwrap_or(bytes);
    let header = String::from_utf8_lossy(first);
    let columns: Vec<&str> = header.trim_start_matches('\u{feff}').trim().split(',').collect();
    NEEDED.iter().filter(|name| columns.contains(*name)).count() >= 3
}

/// Reads a change log. Rows without text-token prices are counted, rows with wrong ones refused.
///
/// # Errors
/// The bytes are no such CSV.
pub(super) fn read(bytes: &[u8]) -> Result<Log, Unreadable> {
    let help = "a change log has the columns date, event, model, provider, in_usd_mtok, out_usd_mtok";
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes);
    let broken = |error: csv::Error| Unreadable { message: format!("it is no CSV: {error}"), help };
    let headers = reader.headers().map_err(broken)?.clone();
    let column = |name: &str| headers.iter().position(|h| h.trim_start_matches('\u{feff}') == name);
    if let Some(missing) = NEEDED.iter().find(|name| column(name).is_none()) {
        return Err(Unreadable { message: format!("it has no column `{missing}`"), help });
    }
    let mut log = Log::default();
    let mut raw = Vec::new();
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(0, |at| at.line() as usize);
        raw.push((line, record));
    }
    let get = |record: &csv::StringRecord, name: &str| {
        column(name).and_then(|at| record.get(at)).unwrap_or("").trim().to_owned()
    };
    // Early rows do not name the vendor of an llm that later rows do.
    let known: BTreeMap<String, String> = raw
        .iter()
        .map(|(_, record)| (get(record, "model"), get(record, "provider")))
        .filter(|(_, provider)| !provider.is_empty())
        .collect();
    let mut days = BTreeSet::new();
    for (line, record) in &raw {
        let cell = |name: &str| get(record, name);
        let model = cell("model");
        let provider =
            Some(cell("provider")).filter(|name| !name.is_empty()).or_else(|| known.get(&model).cloned());
        days.extend(Date::parse(&cell("date")).ok());
        match row(*line, &cell, &model, provider.as_deref()) {
            Ok(row) => log.rows.push(row),
            Err(Left::Out(reason)) => *log.skipped.entry(reason.to_owned()).or_insert(0) += 1,
            Err(Left::Wrong(why, message)) => {
                let place = Place { line: *line, column: 1 };
                log.problems.push(Problem { why, entry: model, place, message });
            }
        }
    }
    log.rows.sort_by_key(|row| row.day);
    log.days = days.into_iter().collect();
    Ok(log)
}

enum Left {
    /// On purpose.
    Out(&'static str),
    /// By mistake of the file.
    Wrong(Why, String),
}

fn row(line: usize, cell: &dyn Fn(&str) -> String, model: &str, provider: Option<&str>) -> Result<Row, Left> {
    const TEXT: [&str; 4] = ["", "chat", "completion", "responses"];
    let date = |name: &str| {
        let text = cell(name);
        if text.is_empty() {
            return Ok(None);
        }
        let wrong = || Left::Wrong(Why::Malformed, format!("`{name}` is {text:?}, not a day"));
        Date::parse(&text).map(Some).map_err(|_| wrong())
    };
    let number = |name: &str| {
        let text = cell(name);
        if text.is_empty() {
            return Ok(None);
        }
        Decimal::parse(&text).map(Some).map_err(|why| match why {
            NoPrice::Negative => Left::Wrong(Why::Negative, format!("`{name}` is {text}")),
            NoPrice::NoNumber => Left::Wrong(Why::NoNumber, format!("`{name}` is {text:?}")),
        })
    };
    let day = date("date")?.ok_or_else(|| Left::Wrong(Why::Malformed, "it has no date".into()))?;
    if !TEXT.contains(&cell("mode").as_str()) {
        return Err(Left::Out("not priced by text tokens"));
    }
    let provider = provider.ok_or(Left::Out("of a vendor that no row names"))?;
    let (input, output) = (number("in_usd_mtok")?, number("out_usd_mtok")?);
    let removed = cell("event") == "remove" || cell("event") == "removed";
    let (Some(input), Some(output)) = (input, output) else {
        return Err(Left::Out("without both prices"));
    };
    Ok(Row {
        day,
        vendor: vendor_of(provider),
        llm: without_vendor(model, provider).to_owned(),
        input,
        output,
        cache_read: number("cache_read_usd_mtok")?,
        removed,
        retires: date("deprecation_date").unwrap_or(None),
        line,
    })
}

/// The prices of a day, from a change log.
pub(super) fn catalog(log: Log, options: &Options) -> Catalog {
    let mut catalog =
        Catalog { form: "a change log of list prices", as_of: Some(options.as_of), ..Catalog::default() };
    let mut last: BTreeMap<(String, String), Row> = BTreeMap::new();
    for row in log.rows.into_iter().filter(|row| row.day.days_until(options.as_of) >= 0) {
        last.insert((row.vendor.clone(), row.llm.clone()), row);
    }
    catalog.problems = log.problems;
    catalog.skipped = log.skipped;
    for row in last.into_values().filter(|row| !row.removed) {
        if !is_wanted(&row.vendor, &options.vendors) {
            catalog.skip("of another vendor");
        } else if row.input.is_zero() && row.output.is_zero() && !options.free {
            catalog.skip(WORDS_OF_ZERO);
        } else {
            let other_id = format!("{}-{}", row.vendor, row.llm);
            catalog.take(entry(row), &other_id);
        }
    }
    catalog
}

fn entry(row: Row) -> Entry {
    let rates = Rates {
        input: row.input,
        output: row.output,
        reasoning: None,
        request: None,
        cache_read: row.cache_read,
        cache_write: None,
        cache_write_hour: None,
        tiers: Vec::new(),
    };
    Entry {
        id: id_of(&row.llm),
        vendor: row.vendor,
        sku: row.llm,
        title: None,
        rates,
        services: BTreeMap::new(),
        regions: Vec::new(),
        windows: Vec::new(),
        announced: Vec::new(),
        context: None,
        retires: row.retires,
        remarks: Vec::new(),
        place: Place { line: row.line, column: 1 },
    }
}
