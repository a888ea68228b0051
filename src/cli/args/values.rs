//! Values of arguments that have a unit.

use crate::calendar::AVERAGE_MONTH_HOURS;
use crate::units::{self, Kind, Period};

/// Seconds, from a text such as "250 ms" or "3 days".
pub(super) fn seconds(text: &str) -> Result<f64, String> {
    let (hours, clock) = single(text, &units::DURATION)?;
    Ok(3600.0 * if clock { hours } else { hours * AVERAGE_MONTH_HOURS })
}

/// Requests per second, from a text such as "12 /s" or "2M /month".
pub(super) fn rate(text: &str) -> Result<f64, String> {
    let (per_time, clock) = single(text, &units::REQUESTS_PER_TIME)?;
    Ok(if clock { per_time / 3600.0 } else { per_time / AVERAGE_MONTH_HOURS / 3600.0 })
}

/// A share from 0 to 1, from a text such as "20 %" or 0.2.
pub(super) fn share(text: &str) -> Result<f64, String> {
    let (number, unit) = match text.trim().strip_suffix('%') {
        Some(percent) => (percent, 100.0),
        None => (text, 1.0),
    };
    let share = number.trim().parse::<f64>().ok().map(|number| number / unit);
    share
        .filter(|share| (0.0..=1.0).contains(share))
        .ok_or_else(|| "a share such as \"20%\" or 0.2 is expected".into())
}

/// A number that is at least 0.
pub(super) fn amount(text: &str) -> Result<f64, String> {
    let number = text.replace(['_', ','], "").parse::<f64>().ok();
    number
        .filter(|number| (0.0..1e15).contains(number))
        .ok_or_else(|| "a number of at least 0 is expected".into())
}

/// A number of things, from one on.
pub(super) fn count(text: &str) -> Result<u64, String> {
    let number = text.replace(['_', ','], "").parse::<u64>().ok();
    number
        .filter(|number| (1..=1_000_000_000_000).contains(number))
        .ok_or_else(|| "a whole number from 1 on is expected".into())
}

/// Hours from UTC to a zone.
pub(super) fn hours_ahead(text: &str) -> Result<f64, String> {
    let hours = text.parse::<f64>().ok().filter(|hours| (-14.0..=14.0).contains(hours));
    hours.ok_or_else(|| "a number of hours from -14 to 14 is expected".into())
}

/// On a command line nobody wants to quote a space: `20ms` is `20 ms`.
fn spaced(text: &str) -> String {
    let unit = text.find(|letter: char| letter.is_alphabetic() || letter == '/');
    match unit {
        Some(at) if !text.contains(' ') && at > 0 => format!("{} {}", &text[..at], &text[at..]),
        _ => text.to_owned(),
    }
}

/// The value of a quantity in its base unit, and whether its time is clock time (else calendar months).
fn single(text: &str, kind: &'static Kind) -> Result<(f64, bool), String> {
    let found = units::parse(&spaced(text), kind).map_err(|mistake| match mistake.help {
        Some(help) => format!("{}; expected {}; {help}", mistake.message, mistake.expected),
        None => format!("{}; expected {}", mistake.message, mistake.expected),
    })?;
    let clock = found.unit.period.is_none_or(Period::is_clock);
    let value =
        found.single().ok_or_else(|| format!("one figure is expected, such as \"{}\"", kind.example))?;
    Ok((value, clock))
}
