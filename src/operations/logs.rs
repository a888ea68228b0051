//! Logs: bytes that are written each month, and how many of them are kept.

use crate::calendar::{AVERAGE_MONTH_HOURS, Month};
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::Reader;
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::process::{Path, PathOf, Process};
use crate::random::Draws;
use crate::units;

/// Bytes of text behind a token: about four characters of English in UTF-8. Assumed, 2026-11-22.
pub const BYTES_PER_TOKEN: f64 = 4.0;

/// What is logged, and for how long it is kept.
#[derive(Clone, Debug)]
pub struct Logs {
    /// Share of requests that is logged, with input and output.
    pub logged: Number,
    /// Months for which they are kept.
    pub retention_months: f64,
    /// Price of keeping a byte for a time.
    pub storage: Path,
    /// Bytes of a token.
    pub bytes_per_token: Number,
}

impl Logs {
    #[allow(clippy::option_option, reason = "absent and wrong are different")]
    pub(super) fn read(t: &mut Reader) -> Option<Option<Self>> {
        let logged =
            t.optional("logged", NumberOf(&units::SHARE), "share of requests logged with all tokens");
        let retention = t.optional("retention", QuantityOf(&units::DURATION), "how long logs are kept");
        let storage = t.optional("storage", PathOf(&units::MONEY_PER_BYTE_TIME), "price of keeping them");
        let bytes = t.or("bytes_per_token", "4", NumberOf(&units::FACTOR), "bytes of a logged token");
        let (logged, retention, storage, bytes_per_token) = (logged?, retention?, storage?, bytes?);
        match (logged, retention, storage) {
            (None, None, None) => Some(None),
            (Some(logged), Some(retention), Some(storage)) => {
                let clock = retention.unit.period.is_some_and(crate::units::Period::is_clock);
                let months = retention.value / if clock { AVERAGE_MONTH_HOURS } else { 1.0 };
                Some(Some(Self { logged, retention_months: months, storage, bytes_per_token }))
            }
            (logged, retention, _) => {
                let lacking = match (logged, retention) {
                    (None, _) => "logged",
                    (_, None) => "retention",
                    _ => "storage",
                };
                let message = format!("logs need `{lacking}` as well");
                t.refuse(
                    lacking,
                    "missing-key",
                    &message,
                    "say `logged`, `retention` and `storage` together",
                );
                None
            }
        }
    }
}

/// Bytes that are stored, mean of the month: what was logged within the retention, that of this month half of the time.
///
/// Before the first month nothing was logged.
pub struct Stored {
    /// Bytes logged in a month.
    pub logged: Slot,
    /// Months for which they are kept.
    pub months: f64,
    /// Months of the scenario.
    pub length: usize,
}

impl Process for Stored {
    fn state(&self) -> usize {
        self.length
    }

    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state.fill(Lanes::ZERO);
    }

    fn step(&self, now: &Month, values: &Values, _: &mut Draws, state: &mut [Lanes], out: &mut Lanes) {
        state[now.index] = values[self.logged];
        *out = Lanes::ZERO;
        for age in 0..=now.index {
            let kept = kept(age as f64, self.months);
            if kept <= 0.0 {
                break;
            }
            (0..LANES).for_each(|i| out[i] += kept * state[now.index - age][i]);
        }
    }
}

/// The share of a month's logs that is there, mean of the month that begins `age` months after theirs, if they are kept for so
/// many months: logs come evenly over their month.
pub(super) fn kept(age: f64, months: f64) -> f64 {
    // A byte logged at x is there from x to x + months: its share of [age, age + 1], averaged over x in [0, 1].
    let left = months - age;
    if age == 0.0 {
        let whole = months.clamp(0.0, 1.0);
        whole - whole * whole / 2.0
    } else if left >= 1.0 {
        1.0
    } else if left >= 0.0 {
        1.0 - (1.0 - left) * (1.0 - left) / 2.0
    } else if left > -1.0 {
        (1.0 + left) * (1.0 + left) / 2.0
    } else {
        0.0
    }
}

#[cfg(test)]
mod tests {
    use super::kept;

    /// What is logged evenly and kept for so many months is a stock of that many months' logs once the first have expired.
    #[test]
    fn the_stock_is_the_flow_times_the_retention() {
        for months in [0.25, 0.5, 1.0, 1.5, 3.0, 12.0] {
            let stock: f64 = (0..20).map(|age| kept(f64::from(age), months)).sum();
            assert!((stock - months).abs() < 1e-12, "{months}: {stock}");
        }
    }
}
