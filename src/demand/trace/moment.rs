//! Dates with a time of day.

use crate::calendar::Date;

/// Seconds since 1970-01-01 00:00 of a text such as `2023-11-16 18:15:46.6805900`, `2023-11-16T18:15:46Z` or
/// `…+09:00`; without a zone it counts as it stands.
pub(super) fn seconds_since_1970(text: &str) -> Option<f64> {
    let (day, rest) = text.split_at_checked(10)?;
    let days = Date::parse("1970-01-01").ok()?.days_until(Date::parse(day).ok()?);
    let clock = rest.strip_prefix(['T', ' '])?;
    let (clock, zone_s) = zone(clock)?;
    let mut parts = clock.splitn(3, ':');
    let (hours, minutes) = (whole(parts.next()?, 23)?, whole(parts.next()?, 59)?);
    let seconds: f64 = match parts.next() {
        Some(text) => text.parse().ok().filter(|seconds| (0.0..61.0).contains(seconds))?,
        None => 0.0,
    };
    Some(days as f64 * 86400.0 + f64::from(hours * 3600 + minutes * 60) + seconds - zone_s)
}

fn whole(text: &str, most: u32) -> Option<u32> {
    text.parse().ok().filter(|number| *number <= most)
}

/// The time without its zone, and the zone's seconds ahead of UTC.
fn zone(clock: &str) -> Option<(&str, f64)> {
    if let Some(clock) = clock.strip_suffix(['Z', 'z']) {
        return Some((clock, 0.0));
    }
    let Some(at) = clock.rfind(['+', '-']) else { return Some((clock, 0.0)) };
    let (clock, zone) = clock.split_at(at);
    let digits: String = zone[1..].chars().filter(|letter| *letter != ':').collect();
    let number: u32 = digits.parse().ok().filter(|_| digits.len() == 2 || digits.len() == 4)?;
    let minutes = if digits.len() == 2 { number * 60 } else { number / 100 * 60 + number % 100 };
    let ahead = f64::from(minutes) * 60.0;
    Some((clock, if zone.starts_with('-') { -ahead } else { ahead }))
}
