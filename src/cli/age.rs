//! How old the prices of a scenario are.

use std::time::{SystemTime, UNIX_EPOCH};

use super::terminal::Terminal;
use crate::calendar::{Date, YearMonth};
use crate::model::Model;

/// Prices older than this many days deserve a second look: vendors reprice within months.
const OLD_DAYS: i64 = 180;

/// Oldest and newest day of the prices that a model uses, as they are written.
pub(super) fn price_dates(model: &Model) -> Option<(String, String)> {
    let mut days: Vec<&str> = model
        .inputs
        .iter()
        .filter_map(|input| input.origin.as_ref())
        .filter(|origin| is_price(&origin.address))
        .filter_map(|origin| origin.provenance.as_of.as_deref())
        .filter(|day| first_day(day).is_some())
        .collect();
    // ISO dates are in order when their texts are.
    days.sort_unstable();
    Some(((*days.first()?).to_owned(), (*days.last()?).to_owned()))
}

/// A figure of a rate card or of GPUs for rent; `over_time` is an opinion about later, not a price of its day.
fn is_price(address: &str) -> bool {
    address.starts_with("vendor.") && !address.contains(".over_time")
}

fn first_day(text: &str) -> Option<Date> {
    Date::parse(text).ok().or_else(|| YearMonth::parse(text).ok().map(YearMonth::first_day))
}

/// Tells people how old the prices are, and warns once if they are old: when the scenario starts, or today.
///
/// What a script sees must not change from day to day, so that today counts on a terminal only.
pub(super) fn tell(model: &Model, terminal: &mut Terminal) -> std::io::Result<()> {
    let Some((oldest, newest)) = price_dates(model) else { return Ok(()) };
    let Some(day) = first_day(&oldest) else { return Ok(()) };
    let dated = if oldest == newest { oldest } else { format!("{oldest} to {newest}") };
    let today = today().filter(|_| Terminal::is_watched()).map(|today| day.days_until(today));
    let at_start = day.days_until(model.timeline.start.first_day());
    if let Some(days) = today.filter(|_| !terminal.json) {
        terminal.print(&format!("prices of {dated}; the oldest is {days} days old\n"))?;
    }
    let message = match today.filter(|days| *days > OLD_DAYS) {
        Some(days) => format!("prices of {dated} are {days} days old"),
        None if at_start > OLD_DAYS => {
            format!("prices of {dated} are {at_start} days old when the scenario starts")
        }
        None => return Ok(()),
    };
    if !terminal.quiet {
        terminal.complain(
            "warning",
            &message,
            Some("`tokencast prices import CATALOG --out prices.toml` makes rate cards of a newer catalog, `prices diff` shows what changed"),
        );
    }
    Ok(())
}

#[allow(clippy::disallowed_methods, reason = "how old a price is depends on today")]
fn today() -> Option<Date> {
    let since_1970 = SystemTime::now().duration_since(UNIX_EPOCH).ok()?;
    let mut days = since_1970.as_secs() / 86_400;
    let mut month = YearMonth::new(1970, 1)?;
    while days >= u64::from(month.days()) {
        days -= u64::from(month.days());
        month = month.plus_months(1);
    }
    Date::new(month, days as u8 + 1)
}
