//! The shape of a week: 168 hours from Monday 00:00 in the scenario's zone.

use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::document::{At, Decode, Reader, Shape, TableOf, Text, Value, read_columns};
use crate::text::did_you_mean;

/// A named week.
#[derive(Clone, Debug)]
pub struct Week {
    /// Its name.
    pub name: &'static str,
    /// What it is like and where its figures come from.
    pub meaning: &'static str,
    weekday: [f64; 24],
    saturday: f64,
    sunday: f64,
}

/// The weeks that a scenario can name.
pub const PRESETS: &[Week] = &[
    Week { name: "flat", meaning: "every hour alike", weekday: [1.0; 24], saturday: 1.0, sunday: 1.0 },
    Week {
        name: "office",
        meaning: "Monday to Friday, nine to six, almost nothing at night and on weekends (assumed, 2026-11-22)",
        weekday: [
            0.05, 0.05, 0.05, 0.05, 0.05, 0.05, 0.10, 0.30, 0.90, 1.80, 2.20, 2.20, 1.40, 2.00, 2.20, 2.20,
            2.10, 1.80, 1.20, 0.70, 0.40, 0.20, 0.10, 0.05,
        ],
        saturday: 0.15,
        sunday: 0.10,
    },
    Week {
        name: "support",
        meaning: "seven days, busiest in the late morning and the afternoon, quieter on weekends (assumed, 2026-11-22)",
        weekday: [
            0.15, 0.10, 0.08, 0.08, 0.08, 0.12, 0.25, 0.50, 0.95, 1.75, 1.95, 1.85, 1.45, 1.70, 1.75, 1.70,
            1.65, 1.60, 1.35, 1.10, 0.95, 0.75, 0.45, 0.25,
        ],
        saturday: 0.70,
        sunday: 0.60,
    },
    Week {
        name: "consumer",
        meaning: "every day, lowest at five in the morning, highest in the evening \
                  (hour of day of ServeGen m-small, week 1, Alibaba, read 2026-11-22; seven equal days are assumed)",
        weekday: CONSUMER,
        saturday: 1.0,
        sunday: 1.0,
    },
];

const CONSUMER: [f64; 24] = [
    0.84, 0.67, 0.66, 0.66, 0.62, 0.64, 0.72, 0.81, 0.98, 1.18, 1.15, 1.10, 1.04, 1.01, 1.05, 1.04, 1.07,
    1.08, 1.07, 1.22, 1.47, 1.47, 1.34, 1.11,
];

impl Week {
    /// The 168 hours, not scaled.
    pub fn hours(&self) -> Vec<f64> {
        let day = |factor: f64| self.weekday.iter().map(move |hour| hour * factor);
        let weekdays = (0..5).flat_map(|_| day(1.0));
        weekdays.chain(day(self.saturday)).chain(day(self.sunday)).collect()
    }

    /// The week with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        PRESETS.iter().find(|week| week.name == name)
    }
}

/// Reads a week: the name of a preset, or `{ csv, column }` with its 168 hours. Only the proportions of the hours count.
pub(super) struct WeekOf;

impl Decode for WeekOf {
    type Value = Arc<[f64]>;

    fn decode(&self, at: &At<'_>) -> Option<Self::Value> {
        if let Value::Table(_) = &at.node.value {
            return at.clone().read(read_hours);
        }
        let names: Vec<_> = PRESETS.iter().map(|week| week.name).collect();
        let expected = format!("one of \"{}\"", names.join("\", \""));
        let Value::Text(name) = &at.node.value else {
            at.refuse("wrong-type", &format!("{expected}, or {{ csv, column }}"));
            return None;
        };
        let found = Week::named(name);
        if found.is_none() {
            let mistake =
                Diagnostic::error("unknown-week", at.node.span, format!("there is no week named {name:?}"))
                    .label(format!("expected {expected}"));
            at.scope.push(match did_you_mean(name, names) {
                Some(close) => mistake.help(format!("did you mean \"{close}\"?")),
                None => mistake,
            });
        }
        found.map(|week| week.hours().into())
    }

    fn shape(&self) -> Shape {
        let names = PRESETS.iter().map(|week| week.name).collect();
        Shape::Any(vec![Shape::Words(names), TableOf(read_hours).shape()])
    }
}

const HOURS: usize = 168;
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// The hours of a week from a file, as shares of the highest.
fn read_hours(t: &mut Reader) -> Option<Arc<[f64]>> {
    let csv = t.required(
        "csv",
        Text("week.csv"),
        "the file: 168 rows, one an hour, Monday 00:00 in the scenario's zone first",
    );
    let column = t.required(
        "column",
        Text("load"),
        "the column of loads; only their proportions count, not their unit",
    );
    let (csv, column) = (csv?, column?);
    let columns = read_columns(t, &csv, &[("column", &column)])?;
    let hours = &columns.values[0];
    let refuse = |t: &Reader, row: usize, message: String, help: &str| {
        let at = t.place()?;
        let mistake = Diagnostic::error("bad-row", columns.rows[row], message).help(help.to_owned());
        let named = at.key_span.unwrap_or(at.node.span);
        at.scope.push(mistake.related(named, format!("read by `{}`", at.address)));
        None
    };
    if hours.len() != HOURS {
        let message = format!("`{csv}` has {} rows, and a week has {HOURS} hours", hours.len());
        let help = "give one row for each hour, from Monday 00:00 to Sunday 23:00";
        return refuse(t, HOURS.min(hours.len() - 1), message, help);
    }
    if let Some(row) = hours.iter().position(|hour| *hour < 0.0) {
        let hour = format!("{} {:02}:00", DAYS[row / 24], row % 24);
        return refuse(t, row, format!("the load of {hour} is below 0"), "write 0 for an hour without load");
    }
    let highest = hours.iter().copied().fold(0.0, f64::max);
    if highest == 0.0 {
        let message = format!("`{csv}` has no load in any hour of `{column}`");
        t.refuse("column", "no-load", &message, "at least one hour has a load above 0");
        return None;
    }
    Some(hours.iter().map(|hour| hour / highest).collect())
}
