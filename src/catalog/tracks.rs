//! Histories of prices: of llms under one name, and of tiers whose llms succeed one another.

use std::collections::BTreeMap;

use super::changelog::{Log, Row};
use super::vendors::is_wanted;
use crate::calendar::Date;
use crate::math;

/// Days of a year on average, in the Gregorian calendar.
pub(super) const DAYS_A_YEAR: f64 = 365.2425;
/// A price that moves by this factor at once is a mistake of the catalog, or its correction: cuts of 87 % have not been seen,
/// decimal points that slipped have (gpt-4 3 to 30 in 2023-11, gemini-1.5-pro 3.5 to 0.35 and back in 2024).
const SLIP: f64 = 8.0;
/// Days within which a price that comes back to the old one is taken for a mistake.
const COMES_BACK: i64 = 120;
/// Names first seen within so many days of each other can be two names of one llm.
const SAME_TIME: i64 = 180;

/// A price over time.
#[derive(Clone, Debug)]
pub struct Track {
    /// The vendor.
    pub vendor: String,
    /// The llm's first name, or the tier.
    pub name: String,
    /// First seen.
    pub starts: Date,
    /// Switched off, or seen last.
    pub ends: Date,
    /// Day and natural logarithm of new over old price; 0 for a successor at the old price.
    pub moves: Vec<(Date, f64)>,
}

impl Track {
    /// Years that it was watched.
    pub fn years(&self) -> f64 {
        self.starts.days_until(self.ends).max(0) as f64 / DAYS_A_YEAR
    }
}

/// All tracks of a change log.
#[derive(Clone, Debug, Default)]
pub struct Tracks {
    /// Named llms; several names that always had one price are one.
    pub named: Vec<Track>,
    /// Tiers.
    pub tiers: Vec<Track>,
    /// Changes that were taken for mistakes of the catalog.
    pub mistakes: usize,
    /// Names that say nothing new: second names of an llm, and those that move to the latest one.
    pub second_names: usize,
}

/// The prices of one name: days on which they changed, and the blend of three parts input and one part output from then on.
pub(super) struct Series {
    pub(super) vendor: String,
    pub(super) llm: String,
    pub(super) ends: Date,
    pub(super) steps: Vec<(Date, f64)>,
}

impl Series {
    /// The price on a day; `None` before its first.
    pub(super) fn at(&self, day: Date) -> Option<f64> {
        self.steps.iter().take_while(|(from, _)| *from <= day).last().map(|(_, price)| *price)
    }

    pub(super) fn starts(&self) -> Date {
        self.steps.first().map_or(self.ends, |(day, _)| *day)
    }

    fn moves(&self) -> Vec<(Date, f64)> {
        let pairs = self.steps.windows(2);
        pairs.map(|pair| (pair[1].0, math::ln(pair[1].1 / pair[0].1))).collect()
    }
}

/// The tracks of a change log as it was known on a day.
pub fn tracks(log: &Log, vendors: &[String], until: Option<Date>) -> Tracks {
    let Some(last) = log.last_day(until) else { return Tracks::default() };
    let mut rows: BTreeMap<(&str, &str), Vec<&Row>> = BTreeMap::new();
    for row in log.rows.iter().filter(|row| row.day <= last && is_wanted(&row.vendor, vendors)) {
        rows.entry((&row.vendor, &row.llm)).or_default().push(row);
    }
    let mut found = Tracks::default();
    let mut all: Vec<Series> = rows
        .into_iter()
        .filter_map(|((vendor, llm), rows)| series(vendor, llm, &rows, last, &mut found))
        .collect();
    found.tiers = super::tiers::tiers(&all, last);
    // A name such as `mistral-large-latest` moves to the next llm: its price is that of a tier.
    let named = all.len();
    all.retain(|series| !series.llm.ends_with("latest"));
    found.second_names += named - all.len();
    all.sort_by(|a, b| (&a.vendor, a.starts(), &a.llm).cmp(&(&b.vendor, b.starts(), &b.llm)));
    let mut kept: Vec<Series> = Vec::new();
    for series in all {
        match kept.iter_mut().find(|first| is_second_name(first, &series)) {
            Some(first) => {
                first.ends = first.ends.max(series.ends);
                found.second_names += 1;
            }
            None => kept.push(series),
        }
    }
    let track = |series: Series| Track {
        starts: series.starts(),
        moves: series.moves(),
        vendor: series.vendor,
        name: series.llm,
        ends: series.ends,
    };
    found.named = kept.into_iter().map(track).collect();
    found
}

/// Three parts input, one part output.
fn blend(row: &Row) -> f64 {
    (3.0 * row.input.to_f64() + row.output.to_f64()) / 4.0
}

/// The prices of one name without the catalog's mistakes. A price of zero ends it: free is another product.
fn series(vendor: &str, llm: &str, rows: &[&Row], last: Date, found: &mut Tracks) -> Option<Series> {
    let mut steps: Vec<(Date, f64)> = Vec::new();
    let mut ends =
        rows.iter().filter_map(|row| row.retires).next_back().filter(|day| *day < last).unwrap_or(last);
    for (place, row) in rows.iter().enumerate() {
        let (price, last_row) = (blend(row), rows[place.saturating_sub(1)]);
        if row.removed || price <= 0.0 {
            ends = ends.min(row.day);
            break;
        }
        let Some((_, before)) = steps.last().copied() else {
            steps.push((row.day, price));
            continue;
        };
        if (price / before - 1.0).abs() < 1e-9 || row.day > ends {
            continue;
        }
        if slipped(last_row, row) {
            // The price was never what it seemed before.
            found.mistakes += 1;
            for (_, old) in &mut steps {
                *old *= price / before;
            }
        } else if let [.., (_, older), (since, _)] = steps.as_slice()
            && (price / older - 1.0).abs() < 1e-9
            && since.days_until(row.day) <= COMES_BACK
        {
            found.mistakes += 2;
            steps.pop();
        } else {
            steps.push((row.day, price));
        }
    }
    let first = steps.first()?.0;
    (ends > first).then(|| Series { vendor: vendor.to_owned(), llm: llm.to_owned(), ends, steps })
}

/// Whether the price of input or of output moved farther than prices do.
fn slipped(old: &Row, new: &Row) -> bool {
    let far = |old: f64, new: f64| old > 0.0 && new > 0.0 && !(1.0 / SLIP..SLIP).contains(&(new / old));
    far(old.input.to_f64(), new.input.to_f64()) || far(old.output.to_f64(), new.output.to_f64())
}

/// Whether a name had the other's price since it was first seen, soon after the other.
fn is_second_name(first: &Series, second: &Series) -> bool {
    let from = second.starts();
    let later = |series: &Series| -> Vec<(Date, f64)> {
        series.steps.iter().copied().filter(|(day, _)| *day > from).collect()
    };
    first.vendor == second.vendor
        && first.starts().days_until(from) <= SAME_TIME
        && first.at(from).is_some_and(|price| (price / second.steps[0].1 - 1.0).abs() < 1e-9)
        && later(first) == later(second)
}
