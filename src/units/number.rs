//! Numbers: sign, digits with commas every three, fraction, exponent, scale.

use std::ops::Range;

use super::mistake::Mistake;
use super::refused;

/// A number and where it stands.
#[derive(Clone, Debug)]
pub(super) struct Number {
    pub(super) value: f64,
    pub(super) range: Range<usize>,
}

/// Scales touch the number; each is a power of ten.
pub(super) const SCALES: &[(char, i64)] =
    &[('k', 3), ('M', 6), ('B', 9), ('T', 12), ('万', 4), ('億', 8), ('兆', 12)];

impl Number {
    /// Reads the number at the start of `range`. What follows it is the end, a space or `%`.
    pub(super) fn scan(text: &str, range: Range<usize>) -> Result<Self, Mistake> {
        let part = &text[range.clone()];
        let (sign, whole, fraction, exponent, scale) = split(part);
        if whole.is_empty() {
            return Err(refused::start(text, range));
        }
        let end = range.start + sign.len() + whole.len() + fraction.len() + exponent.len();
        let place = range.start..end + scale.map_or(0, |(letter, _)| letter.len_utf8());
        if !commas_are_right(whole) || fraction == "." {
            return Err(refused::number(text, range, place));
        }
        if !matches!(text[place.end..range.end].chars().next(), None | Some(' ' | '%')) {
            return Err(refused::touching(text, range, end));
        }
        let ten = scale.map_or(0, |(_, ten)| ten) + exponent_value(exponent);
        // One decimal parse of all parts rounds once: "0.1M" is exactly 100000.
        let decimal = format!("{sign}{}{fraction}e{ten}", whole.replace(',', ""));
        let value: f64 = decimal.parse().map_err(|_| refused::number(text, range, place.clone()))?;
        let zero = whole.bytes().chain(fraction.bytes()).all(|b| matches!(b, b'0' | b'.' | b','));
        if let Some(problem) = magnitude(value, zero) {
            return Err(Mistake::new(place.clone(), format!("`{}` is {problem}", &text[place])));
        }
        Ok(Self { value: value + 0.0, range: place })
    }
}

/// Why a finite decimal cannot be held: too large, or so small that it would count as zero or lose digits.
pub(super) fn magnitude(value: f64, zero: bool) -> Option<&'static str> {
    if !value.is_finite() {
        Some("too large a number")
    } else if !zero && value.abs() < f64::MIN_POSITIVE {
        Some("too small to be told from zero")
    } else {
        None
    }
}

type Parts<'a> = (&'a str, &'a str, &'a str, &'a str, Option<(char, i64)>);

/// Splits off sign, digits with commas, fraction with its point, exponent with its `e`, and scale.
fn split(part: &str) -> Parts<'_> {
    let (sign, rest) = part.split_at(usize::from(part.starts_with(['+', '-'])));
    let (whole, rest) = rest.split_at(run(rest, |b| b.is_ascii_digit() || b == b','));
    let fraction_len = rest.strip_prefix('.').map_or(0, |digits| 1 + run(digits, |b| b.is_ascii_digit()));
    let (fraction, rest) = rest.split_at(fraction_len);
    let (exponent, rest) = rest.split_at(exponent_len(rest));
    let letter = rest.chars().next();
    let scale = SCALES.iter().copied().find(|&(scale, _)| Some(scale) == letter);
    (sign, whole, fraction, exponent, scale)
}

fn run(text: &str, accept: impl Fn(u8) -> bool) -> usize {
    text.bytes().take_while(|&b| accept(b)).count()
}

fn exponent_len(rest: &str) -> usize {
    let Some(after) = rest.strip_prefix('e') else { return 0 };
    let sign = usize::from(after.starts_with(['+', '-']));
    match run(&after[sign..], |b| b.is_ascii_digit()) {
        0 => 0,
        digits => 1 + sign + digits,
    }
}

/// Exponents beyond a million overflow or underflow like a million does; the limit keeps the sum with a scale exact.
fn exponent_value(exponent: &str) -> i64 {
    const LIMIT: i64 = 1_000_000;
    let digits = exponent.trim_start_matches('e');
    if digits.is_empty() {
        return 0;
    }
    let limit = if digits.starts_with('-') { -LIMIT } else { LIMIT };
    digits.parse().unwrap_or(limit).clamp(-LIMIT, LIMIT)
}

/// Commas every three digits or none; "0,500" is half of something in much of the world, so it is not five hundred.
fn commas_are_right(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    let grouped = whole.contains(',');
    let first_is_right = !grouped || (matches!(first.len(), 1..=3) && !first.starts_with('0'));
    first_is_right && groups.all(|group| group.len() == 3)
}
