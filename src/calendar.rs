//! Months, days, fiscal years and zone offsets of the Gregorian calendar.

mod timeline;

pub use timeline::{AVERAGE_MONTH_HOURS, Month, Timeline};

use std::fmt;

/// A text that is no date, month, time or offset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Malformed {
    /// What is wrong, as a sentence without its period.
    pub message: String,
    /// What belongs there, with an example.
    pub expected: &'static str,
}

const MONTH: &str = "a month, such as \"2027-04\"";
const DAY: &str = "a day, such as \"2026-11-22\"";
const MONTH_OR_DAY: &str = "a month or a day, such as \"2027-04\" or \"2026-11-22\"";
const TIME: &str = "a time of day, such as \"08:00\"";
const OFFSET: &str = "an offset from UTC, such as \"+09:00\"";

/// English names of the months, January first.
pub const MONTH_NAMES: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// The month (1 to 12) with this English name in full; upper and lower case are the same.
pub fn month_named(name: &str) -> Option<u8> {
    let place = MONTH_NAMES.iter().position(|month| month.eq_ignore_ascii_case(name))?;
    Some(place as u8 + 1)
}

/// A month of a year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearMonth {
    year: i32,
    month: u8,
}

impl YearMonth {
    /// A month (1 to 12) of a year; `None` if there is no such month.
    pub const fn new(year: i32, month: u8) -> Option<Self> {
        if month >= 1 && month <= 12 { Some(Self { year, month }) } else { None }
    }

    /// Reads `2027-04`.
    ///
    /// # Errors
    /// The text is no month.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let refuse = || malformed(text, MONTH);
        let Some([year, month]) = numbers(text, '-', [4, 2]) else { return Err(refuse()) };
        Self::new(i32::from(year), month as u8).ok_or_else(|| no_such_month(text, month, MONTH))
    }

    /// Reads `2027-04`, or the month of `2026-11-22`.
    ///
    /// # Errors
    /// The text is neither a month nor a day.
    pub fn parse_month_or_day(text: &str) -> Result<Self, Malformed> {
        let read = if text.matches('-').count() == 2 {
            Date::parse(text).map(Date::year_month)
        } else {
            Self::parse(text)
        };
        read.map_err(|mistake| Malformed { expected: MONTH_OR_DAY, ..mistake })
    }

    /// The year.
    pub const fn year(self) -> i32 {
        self.year
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The month that many months later, or earlier if negative.
    #[must_use]
    pub const fn plus_months(self, months: i32) -> Self {
        let index = self.index() + months as i64;
        Self { year: index.div_euclid(12) as i32, month: index.rem_euclid(12) as u8 + 1 }
    }

    /// Months from this one to a later one; negative if `later` is earlier.
    pub const fn months_until(self, later: Self) -> i32 {
        (later.index() - self.index()) as i32
    }

    const fn index(self) -> i64 {
        self.year as i64 * 12 + self.month as i64 - 1
    }

    /// Its days: 28 to 31.
    pub const fn days(self) -> u8 {
        match self.month {
            2 if is_leap_year(self.year) => 29,
            2 => 28,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        }
    }

    /// Its hours: 672 to 744. Zones are fixed offsets, so every day has 24.
    pub fn hours(self) -> f64 {
        f64::from(self.days()) * 24.0
    }

    /// Its first day.
    pub const fn first_day(self) -> Date {
        Date { month: self, day: 1 }
    }

    /// The fiscal year it belongs to, where fiscal years start in the month `starts` (1 to 12).
    pub const fn fiscal_year(self, starts: u8) -> FiscalYear {
        let year = if self.month < starts { self.year - 1 } else { self.year };
        FiscalYear { year, starts }
    }
}

/// As `2027-04`.
impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year, self.month)
    }
}

/// Years divisible by 4, but of the centuries only those divisible by 400.
const fn is_leap_year(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

/// A fiscal year, named after the calendar year in which it starts, as in Japan: with a start in April, FY2027 runs
/// from April 2027 to March 2028. (A United States company would often call it FY2028.)
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiscalYear {
    year: i32,
    starts: u8,
}

impl FiscalYear {
    /// The calendar year in which it starts, which is its name.
    pub const fn year(self) -> i32 {
        self.year
    }

    /// Its first month.
    pub const fn first_month(self) -> YearMonth {
        YearMonth { year: self.year, month: self.starts }
    }

    /// Its last month.
    pub const fn last_month(self) -> YearMonth {
        self.first_month().plus_months(11)
    }
}

/// As `FY2027`.
impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FY{:04}", self.year)
    }
}

/// A day.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    month: YearMonth,
    day: u8,
}

impl Date {
    /// A day of a month, from 1; `None` if the month has no such day.
    pub const fn new(month: YearMonth, day: u8) -> Option<Self> {
        if day >= 1 && day <= month.days() { Some(Self { month, day }) } else { None }
    }

    /// Reads `2026-11-22`.
    ///
    /// # Errors
    /// The text is no day, or the month has no such day.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let Some([year, month, day]) = numbers(text, '-', [4, 2, 2]) else {
            return Err(malformed(text, DAY));
        };
        let month =
            YearMonth::new(i32::from(year), month as u8).ok_or_else(|| no_such_month(text, month, DAY))?;
        let message = || format!("{month} has {} days, so there is no `{text}`", month.days());
        Self::new(month, day as u8).ok_or_else(|| Malformed { message: message(), expected: DAY })
    }

    /// Its month.
    pub const fn year_month(self) -> YearMonth {
        self.month
    }

    /// The day of the month, from 1.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// Days from this one to a later one; negative if `later` is earlier.
    pub const fn days_until(self, later: Self) -> i64 {
        later.number() - self.number()
    }

    /// Days since 0000-03-01: years counted from March put the leap day at their end.
    /// Source: H. Hinnant, "chrono-Compatible Low-Level Date Algorithms", `days_from_civil`.
    const fn number(self) -> i64 {
        let from_march = self.month.plus_months(-2);
        let year = from_march.year as i64;
        let days_before_month = (153 * (from_march.month as i64 - 1) + 2) / 5;
        let leap_days = year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
        year * 365 + leap_days + days_before_month + self.day as i64 - 1
    }
}

/// As `2026-11-22`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{:02}", self.month, self.day)
    }
}

/// A time of day, or the end of the day, `24:00`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TimeOfDay {
    minutes: u16,
}

impl TimeOfDay {
    /// Reads `08:00`.
    ///
    /// # Errors
    /// The text is no time between `00:00` and `24:00`.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let minutes = clock_minutes(text).filter(|&minutes| minutes <= 24 * 60);
        minutes.map(|minutes| Self { minutes }).ok_or_else(|| malformed(text, TIME))
    }

    /// Minutes since midnight, 0 to 1440.
    pub const fn minutes(self) -> u16 {
        self.minutes
    }
}

/// As `08:00`.
impl fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}", self.minutes / 60, self.minutes % 60)
    }
}

/// A fixed offset of local time from UTC.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Offset {
    minutes: i16,
}

impl Offset {
    /// The largest offset in use: Kiribati's +14:00 (IANA time zone database, Pacific/Kiritimati).
    const MOST_MINUTES: u16 = 14 * 60;

    /// Reads `+09:00`.
    ///
    /// # Errors
    /// The text is no offset of at most 14 hours.
    pub fn parse(text: &str) -> Result<Self, Malformed> {
        let refuse = || malformed(text, OFFSET);
        let sign = match text.bytes().next() {
            Some(b'+') => 1,
            Some(b'-') => -1,
            _ => return Err(refuse()),
        };
        let minutes =
            clock_minutes(&text[1..]).filter(|&minutes| minutes <= Self::MOST_MINUTES).ok_or_else(refuse)?;
        Ok(Self { minutes: sign * minutes as i16 })
    }

    /// Minutes that local time is ahead of UTC.
    pub const fn minutes(self) -> i16 {
        self.minutes
    }
}

/// As `+09:00`.
impl fmt::Display for Offset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minutes < 0 { '-' } else { '+' };
        let minutes = self.minutes.unsigned_abs();
        write!(f, "{sign}{:02}:{:02}", minutes / 60, minutes % 60)
    }
}

fn clock_minutes(text: &str) -> Option<u16> {
    let [hours, minutes] = numbers(text, ':', [2, 2])?;
    (minutes < 60).then(|| hours * 60 + minutes)
}

/// The numbers of a text such as `2026-11-22`, if each has exactly as many digits as it should.
fn numbers<const N: usize>(text: &str, separator: char, widths: [usize; N]) -> Option<[u16; N]> {
    let mut values = [0; N];
    let mut parts = text.split(separator);
    for (value, width) in values.iter_mut().zip(widths) {
        let part =
            parts.next().filter(|part| part.len() == width && part.bytes().all(|b| b.is_ascii_digit()))?;
        *value = part.parse().ok()?;
    }
    parts.next().is_none().then_some(values)
}

fn malformed(text: &str, expected: &'static str) -> Malformed {
    let noun = expected.split(',').next().unwrap_or(expected);
    Malformed { message: format!("`{text}` is not {noun}"), expected }
}

fn no_such_month(text: &str, month: u16, expected: &'static str) -> Malformed {
    Malformed { message: format!("a year has no month {month}, so there is no `{text}`"), expected }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn month(text: &str) -> YearMonth {
        YearMonth::parse(text).unwrap()
    }

    fn date(text: &str) -> Date {
        Date::parse(text).unwrap()
    }

    #[test]
    fn what_is_printed_reads_back() {
        for text in ["2027-04", "0001-01", "9999-12"] {
            assert_eq!(month(text).to_string(), text);
        }
        for text in ["2026-11-22", "2028-02-29"] {
            assert_eq!(date(text).to_string(), text);
        }
        for text in ["00:00", "08:30", "24:00"] {
            assert_eq!(TimeOfDay::parse(text).unwrap().to_string(), text);
        }
        for text in ["+09:00", "-03:30", "+00:00", "+14:00"] {
            assert_eq!(Offset::parse(text).unwrap().to_string(), text);
        }
    }

    #[test]
    fn wrong_texts_say_what_is_wrong() {
        let month = |text| YearMonth::parse(text).unwrap_err().message;
        assert_eq!(month("2027-13"), "a year has no month 13, so there is no `2027-13`");
        assert_eq!(month("2027-00"), "a year has no month 0, so there is no `2027-00`");
        for text in
            ["", "2027", "2027-4", "27-04", "2027-04-01", "2027/04", "+027-04", "２０２７-04", "2027-04 "]
        {
            assert_eq!(month(text), format!("`{text}` is not a month"));
        }
        let day = |text| Date::parse(text).unwrap_err().message;
        assert_eq!(day("2027-02-29"), "2027-02 has 28 days, so there is no `2027-02-29`");
        assert_eq!(day("2027-02-00"), "2027-02 has 28 days, so there is no `2027-02-00`");
        assert_eq!(day("2027-04"), "`2027-04` is not a day");
        for text in ["24:01", "8:00", "08:60", "08", "-1:00", "08:00:00"] {
            assert!(TimeOfDay::parse(text).is_err(), "{text}");
        }
        for text in ["", "09:00", "+9:00", "+14:01", "+09", "Z", "＋09:00", "+09:00 "] {
            assert!(Offset::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_month_can_be_read_from_a_day() {
        assert_eq!(YearMonth::parse_month_or_day("2026-11-22"), YearMonth::parse("2026-11"));
        assert_eq!(YearMonth::parse_month_or_day("2026-11"), YearMonth::parse("2026-11"));
        assert_eq!(YearMonth::parse_month_or_day("2026-11-31").unwrap_err().expected, MONTH_OR_DAY);
    }

    #[test]
    fn months_add_up() {
        let start = month("2027-04");
        assert_eq!(start.plus_months(9), month("2028-01"));
        assert_eq!(start.plus_months(-4), month("2026-12"));
        for months in -500..500 {
            assert_eq!(start.months_until(start.plus_months(months)), months);
            assert_eq!(start.plus_months(months) < start, months < 0);
        }
    }

    #[test]
    fn four_hundred_years_have_146097_days() {
        let start = month("2000-01");
        let days: u32 = (0..4800).map(|i| u32::from(start.plus_months(i).days())).sum();
        assert_eq!(days, 146_097);
        assert_eq!([month("2100-02").days(), month("2000-02").days()], [28, 29]);
        assert_eq!(month("2028-02").hours().to_bits(), 696_f64.to_bits());
    }

    #[test]
    fn days_between_agree_with_month_lengths() {
        let mut start = month("1999-12");
        for _ in 0..1300 {
            let next = start.plus_months(1);
            assert_eq!(start.first_day().days_until(next.first_day()), i64::from(start.days()), "{start}");
            start = next;
        }
        // Known answer: the Unix epoch is 719468 days after 0000-03-01 (Hinnant).
        assert_eq!(date("1970-01-01").number(), 719_468);
        assert_eq!(date("2026-11-22").days_until(date("2027-04-01")), 130);
    }

    #[test]
    fn fiscal_years_are_named_after_their_start() {
        let april = month_named("April").unwrap();
        assert_eq!(month("2027-04").fiscal_year(april).to_string(), "FY2027");
        assert_eq!(month("2028-03").fiscal_year(april).to_string(), "FY2027");
        assert_eq!(month("2027-03").fiscal_year(april).to_string(), "FY2026");
        assert_eq!(month("2027-12").fiscal_year(1).to_string(), "FY2027");
        for starts in 1..=12 {
            let mut at = month("2027-01");
            for _ in 0..30 {
                let year = at.fiscal_year(starts);
                assert!(year.first_month() <= at && at <= year.last_month());
                assert_eq!(year.first_month().month(), starts);
                at = at.plus_months(1);
            }
        }
    }

    #[test]
    fn months_have_english_names() {
        assert_eq!(month_named("january"), Some(1));
        assert_eq!(month_named("December"), Some(12));
        assert_eq!(month_named("Apr"), None);
    }
}
