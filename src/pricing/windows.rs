//! Prices by time of day: a factor in some hours of the week, against the week of the traffic.

use crate::calendar::{Offset, TimeOfDay};
use crate::diagnostic::{Diagnostic, Span};
use crate::distribution::{Number, NumberOf};
use crate::document::{At, Decode, Origin, Reader, Shape, Value};
use crate::process::Lookup;
use crate::units;

const DAYS: [&str; 7] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
const DAY: usize = 24 * 60;
const WEEK: usize = 7 * DAY;

/// Hours of the week: from a time until another, on some days.
#[derive(Clone, Debug)]
pub struct Hours {
    from: TimeOfDay,
    until: TimeOfDay,
    days: [bool; 7],
    zone: Option<Offset>,
    span: Span,
}

/// One of `windows`.
#[derive(Clone, Debug)]
pub struct Window {
    /// When.
    pub hours: Hours,
    /// Factor on all rates then.
    pub factor: Number,
}

impl Hours {
    /// Reads `from`, `until`, `days` and `zone`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let from = t.required("from", TimeOf, "time of day at which it begins");
        let until =
            t.required("until", TimeOf, "time of day at which it ends; before `from` means the next day");
        let days = t.or("days", "Mon to Sun", DaysOf, "days on which it begins");
        let zone = t.optional("zone", ZoneOf, "offset that these times are in; the scenario's if absent");
        let (from, until, days, zone) = (from?, until?, days?, zone?);
        if from == until {
            let help = "a whole day is from \"00:00\" until \"24:00\"";
            t.refuse("until", "empty-window", "a window that ends when it begins", help);
            return None;
        }
        let Origin { span, .. } = t.place()?.origin();
        Some(Self { from, until, days, zone, span })
    }

    /// The minutes of the week that it covers, in a zone.
    pub fn minutes(&self, local: Offset) -> Vec<bool> {
        let ahead = i32::from(self.zone.unwrap_or(local).minutes()) - i32::from(local.minutes());
        let (from, until) = (usize::from(self.from.minutes()), usize::from(self.until.minutes()));
        let covers = |minute: usize| {
            let there = (minute as i32 + ahead).rem_euclid(WEEK as i32) as usize;
            let (day, time) = (there / DAY, there % DAY);
            if from < until {
                self.days[day] && (from..until).contains(&time)
            } else {
                (self.days[day] && time >= from) || (self.days[(day + 6) % 7] && time < until)
            }
        };
        (0..WEEK).map(covers).collect()
    }

    /// The share of the week's load that falls into it.
    pub fn share(&self, week: &[f64], local: Offset) -> f64 {
        let total: f64 = week.iter().sum::<f64>() * (WEEK / week.len()) as f64;
        let covered = self.minutes(local);
        let load = covered.iter().enumerate().filter(|(_, inside)| **inside);
        load.map(|(minute, _)| week[minute * week.len() / WEEK]).sum::<f64>() / total
    }
}

impl Window {
    /// Reads one window.
    pub(super) fn read(t: &mut Reader) -> Option<Self> {
        let hours = Hours::read(t);
        let factor = t.required("factor", NumberOf(&units::FACTOR), "on all rates in these hours");
        Some(Self { hours: hours?, factor: factor? })
    }
}

/// Windows that cover the same minute: which factor holds?
pub(super) fn overlap(windows: &[Window], local: Offset, lookup: &mut dyn Lookup) -> bool {
    for (i, window) in windows.iter().enumerate() {
        let minutes = window.hours.minutes(local);
        for before in &windows[..i] {
            let both = before.hours.minutes(local).iter().zip(&minutes).position(|(a, b)| *a && *b);
            let Some(minute) = both else { continue };
            let when = format!("{} {:02}:{:02}", DAYS[minute / DAY], minute % DAY / 60, minute % 60);
            lookup.refuse(
                Diagnostic::error("windows-overlap", window.hours.span, format!("two windows cover {when}"))
                    .label("the second")
                    .related(before.hours.span, "the first")
                    .help("let each hour of the week lie in one window at most"),
            );
            return true;
        }
    }
    false
}

/// A time of day.
struct TimeOf;

impl Decode for TimeOf {
    type Value = TimeOfDay;

    fn decode(&self, at: &At<'_>) -> Option<TimeOfDay> {
        let read = match &at.node.value {
            Value::Text(text) => TimeOfDay::parse(text).ok(),
            _ => None,
        };
        if read.is_none() {
            at.refuse("bad-time", "a time of day, such as \"08:00\"");
        }
        read
    }

    fn shape(&self) -> Shape {
        Shape::Pattern("08:00", "^([01][0-9]|2[0-3]):[0-5][0-9]$|^24:00$")
    }
}

/// Reads an offset from UTC.
pub struct ZoneOf;

impl Decode for ZoneOf {
    type Value = Offset;

    fn decode(&self, at: &At<'_>) -> Option<Offset> {
        let read = match &at.node.value {
            Value::Text(text) => Offset::parse(text).ok(),
            _ => None,
        };
        if read.is_none() {
            at.refuse("bad-offset", "an offset such as \"+09:00\"");
        }
        read
    }

    fn shape(&self) -> Shape {
        Shape::Pattern("+09:00", "^[+-][0-9]{2}:[0-9]{2}$")
    }
}

/// `"Mon to Fri"`, or one day.
struct DaysOf;

impl Decode for DaysOf {
    type Value = [bool; 7];

    fn decode(&self, at: &At<'_>) -> Option<[bool; 7]> {
        let days = match &at.node.value {
            Value::Text(text) => days(text),
            _ => None,
        };
        if days.is_none() {
            at.refuse("bad-days", "days such as \"Mon to Fri\" or \"Sat\"");
        }
        days
    }

    fn shape(&self) -> Shape {
        const DAY: &str = "^(Mon|Tue|Wed|Thu|Fri|Sat|Sun)( to (Mon|Tue|Wed|Thu|Fri|Sat|Sun))?$";
        Shape::Pattern("Mon to Fri", DAY)
    }
}

fn days(text: &str) -> Option<[bool; 7]> {
    let place = |day: &str| DAYS.iter().position(|name| *name == day);
    let (first, last) = text.split_once(" to ").unwrap_or((text, text));
    let (first, last) = (place(first)?, place(last)?);
    let mut found = [false; 7];
    for day in 0..=(last + 7 - first) % 7 {
        found[(first + day) % 7] = true;
    }
    Some(found)
}
