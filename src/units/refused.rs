//! Forms that are refused, each with what is wrong and a way out.

use std::ops::Range;

use super::atom;
use super::currency::Currency;
use super::expression::is_well_formed;
use super::mistake::Mistake;
use super::number::{Number, SCALES};
use super::unit::{Written, spelled_otherwise, trimmed};
use crate::text::did_you_mean;

/// Longer than any quantity; a limit bounds the work and the message.
const MOST_BYTES: usize = 160;

/// Symbols of money with the code that is meant most often.
const SYMBOLS: &[(char, &str)] =
    &[('$', "USD"), ('¥', "JPY"), ('￥', "JPY"), ('€', "EUR"), ('£', "GBP"), ('₩', "KRW"), ('₹', "INR")];

/// Characters that stand nowhere in a quantity, and texts that are no quantity for their length.
pub(super) fn text(text: &str) -> Option<Mistake> {
    if text.len() > MOST_BYTES {
        return Some(Mistake::new(0..text.len(), format!("a quantity has at most {MOST_BYTES} characters")));
    }
    if text.trim().is_empty() {
        return Some(Mistake::new(0..text.len(), "the quantity is empty"));
    }
    if is_date(text) {
        return Some(Mistake::new(0..text.len(), "this is a date, not a quantity"));
    }
    text.char_indices().find_map(|(at, c)| character(text, at, c))
}

/// Whether a text looks like `2027-04` or `2026-11-22`, which would pass for a badly written interval.
fn is_date(text: &str) -> bool {
    let lengths: Vec<usize> = text.split('-').map(str::len).collect();
    let digits = text.bytes().all(|b| b.is_ascii_digit() || b == b'-');
    digits && matches!(lengths[..], [4, 2] | [4, 2, 2])
}

fn character(text: &str, at: usize, c: char) -> Option<Mistake> {
    let range = at..at + c.len_utf8();
    if c.is_control() {
        let message = format!("a control character (U+{:04X}) stands in the quantity", u32::from(c));
        return Some(Mistake::new(range.clone(), message).replace(text, range, " "));
    }
    if c != ' ' && c.is_whitespace() {
        let message = format!("an unusual space (U+{:04X}) stands in the quantity", u32::from(c));
        return Some(Mistake::new(range.clone(), message).replace(text, range, " "));
    }
    if let Some(&(_, code)) = SYMBOLS.iter().find(|(symbol, _)| *symbol == c) {
        return Some(symbol(text, range, c, code));
    }
    match c {
        '±' => Some(Mistake::new(range, "`±` does not say how sure it is").help(
            "an interval of 90 % is \"A to B\"; a mean and its standard deviation are { normal = { mean = …, sd = … } }",
        )),
        '∞' => Some(Mistake::new(range, "a quantity is a finite number")),
        '−' => Some(Mistake::new(range.clone(), "the minus sign is `-`").replace(text, range, "-")),
        '０'..='９' | '．' | '，' | '％' | '／' => {
            let narrow: String = text.chars().map(narrow).collect();
            Some(Mistake::new(range, format!("`{c}` is a wide character")).write(narrow))
        }
        _ => None,
    }
}

/// The ASCII form of a full-width character; U+FF01..U+FF5E mirror U+0021..U+007E.
fn narrow(c: char) -> char {
    match u32::from(c) {
        code @ 0xFF01..=0xFF5E => char::from_u32(code - 0xFEE0).unwrap_or(c),
        _ => c,
    }
}

fn symbol(text: &str, range: Range<usize>, c: char, code: &str) -> Mistake {
    let mistake = Mistake::new(range, format!("`{c}` is not the code of a currency"));
    let right = with_code(&text.replace(c, " "), code);
    if is_well_formed(&right) {
        mistake.write(right)
    } else {
        mistake.help("write the ISO 4217 code after the number, such as \"5 USD\"")
    }
}

/// A text with a currency before its slash or at its end, unless it names one.
fn with_code(text: &str, code: &str) -> String {
    let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
    if !words.iter().any(|word| Currency::parse(word).is_some()) {
        let slash = words.iter().position(|word| word.starts_with('/')).unwrap_or(words.len());
        words.insert(slash, code);
    }
    words.join(" ")
}

/// No number where one belongs.
pub(super) fn start(text: &str, range: Range<usize>) -> Mistake {
    let part = &text[range.clone()];
    let word = part.split([' ', '/']).next().unwrap_or_default().to_ascii_lowercase();
    let unsigned = part.trim_start_matches(['+', '-']);
    let place = range.start..range.start + part.find(' ').unwrap_or(part.len());
    if matches!(word.trim_start_matches(['+', '-']), "nan" | "inf" | "infinity") {
        return Mistake::new(place, "a quantity is a finite number");
    }
    if unsigned.starts_with('.') && unsigned[1..].starts_with(|c: char| c.is_ascii_digit()) {
        let point = range.start + part.len() - unsigned.len();
        return Mistake::new(place, "a digit stands before the point").replace(text, point..point, "0");
    }
    if part.is_empty() {
        return Mistake::new(range, "an interval has a number on both sides of `to`");
    }
    if part.starts_with('(') {
        return arithmetic(place);
    }
    let behind = text[place.end..range.end].trim_start();
    if Currency::parse(&text[place.clone()]).is_some() && behind.starts_with(|c: char| c.is_ascii_digit()) {
        let right =
            with_code(&format!("{}{}", &text[..place.start], &text[place.end..]), &text[place.clone()]);
        return Mistake::new(place, "the currency stands behind the number").write(right);
    }
    Mistake::new(place, "a quantity starts with a number")
}

/// A number with misplaced commas or without digits after its point.
pub(super) fn number(text: &str, range: Range<usize>, place: Range<usize>) -> Mistake {
    let number = &text[place.clone()];
    if number.ends_with('.') {
        if text[place.end..range.end].starts_with('.') {
            return interval(text, place.end - 1..place.end + 1, range.end);
        }
        return Mistake::new(place.clone(), "a digit stands after the point").replace(
            text,
            place.end..place.end,
            "0",
        );
    }
    let message = "commas stand every three digits, and the decimal sign is a point";
    let mistake = Mistake::new(place.clone(), message);
    if number.matches(',').count() == 1 && !number.contains('.') {
        mistake.replace(text, place, &number.replace(',', "."))
    } else {
        mistake.replace(text, place, &number.replace(',', ""))
    }
}

/// Something other than a space or `%` touches the number, which ends at `at` without its scale.
pub(super) fn touching(text: &str, range: Range<usize>, at: usize) -> Mistake {
    let rest = &text[at..range.end];
    let next = rest.chars().next().unwrap_or(' ');
    let here = at..at + next.len_utf8();
    if let Some(mistake) = joined(text, here.clone(), range.end) {
        return mistake;
    }
    let word_end = at + rest.find([' ', '/']).unwrap_or(rest.len());
    match next {
        ',' => {
            let right: String = text[range.start..at].replace('.', ",") + &rest.replacen(',', ".", 1);
            Mistake::new(
                range.start..word_end,
                "commas stand every three digits, and the decimal sign is a point",
            )
            .replace(text, range, &right)
        }
        '.' => Mistake::new(range.start..word_end, "a number has one point"),
        '_' => Mistake::new(range.start..word_end, "digits are grouped by commas, not by `_`").replace(
            text,
            range.start..word_end,
            &text[range.start..word_end].replace('_', ""),
        ),
        'E' => Mistake::new(here.clone(), "the exponent is written with `e`").replace(text, here, "e"),
        '/' => Mistake::new(here, "a space stands before the unit").replace(text, at..at, " "),
        _ => word(text, at..word_end),
    }
}

/// A word that touches the number: a unit without its space, a scale of another spelling, or nothing known.
fn word(text: &str, place: Range<usize>) -> Mistake {
    let word = &text[place.clone()];
    let unit = |word: &str| {
        is_unit(word).then(|| word.to_owned()).or_else(|| spelled_otherwise(word).map(str::to_owned))
    };
    if word == "m" {
        return letter_m(place);
    }
    if let Some(right) = other_scale(word) {
        return Mistake::new(place.clone(), format!("`{word}` is no scale")).replace(text, place, right);
    }
    let space = "a space stands before the unit";
    if let Some(right) = unit(word) {
        return Mistake::new(place.clone(), space).replace(text, place, &format!(" {right}"));
    }
    let mut letters = word.chars();
    let first = letters.next().unwrap_or(' ');
    if SCALES.iter().any(|&(scale, _)| scale == first) {
        let rest = letters.as_str();
        if rest.is_empty() {
            return Mistake::new(place.clone(), space).replace(text, place.end..place.end, " ");
        }
        if let Some(right) = unit(rest) {
            return Mistake::new(place.clone(), space).replace(text, place, &format!("{first} {right}"));
        }
    }
    let mistake = Mistake::new(
        place.clone(),
        format!("`{word}` is neither a scale (k, M, B, T, 万, 億, 兆) nor a unit"),
    );
    match did_you_mean(word, atom::words()) {
        Some(right) => mistake.replace(text, place, &format!(" {right}")),
        None => mistake,
    }
}

fn is_unit(text: &str) -> bool {
    !text.is_empty() && Written::parse(text, 0..text.len()).is_ok()
}

fn other_scale(word: &str) -> Option<&'static str> {
    match word {
        "K" | "千" => Some("k"),
        "mn" | "mio" | "mil" | "mln" | "MM" | "million" => Some("M"),
        "b" | "bn" | "Bn" | "bln" | "G" | "billion" => Some("B"),
        "t" | "tn" | "trillion" => Some("T"),
        _ => None,
    }
}

/// `m` could be a million, a month or a minute.
fn letter_m(place: Range<usize>) -> Mistake {
    Mistake::new(place, "`m` can be a million, a month or a minute").help("write `M`, `months` or `min`")
}

/// What stands after the number and its space, where it is no unit at first sight.
pub(super) fn unit(text: &str, number: &Number, place: &Range<usize>) -> Option<Mistake> {
    let unit = &text[place.clone()];
    if unit.starts_with(|c: char| c.is_ascii_digit()) {
        let end = place.start + unit.find(' ').unwrap_or(unit.len());
        let mistake = Mistake::new(number.range.start..end, "no space stands inside a number");
        return Some(mistake.replace(text, number.range.end..place.start, ""));
    }
    let word = &unit[..unit.find([' ', '/']).unwrap_or(unit.len())];
    let word_place = place.start..place.start + word.len();
    if word == "m" {
        return Some(letter_m(word_place));
    }
    let is_scale = word.chars().count() == 1 && SCALES.iter().any(|&(scale, _)| word.starts_with(scale));
    if is_scale || other_scale(word).is_some() {
        let right = other_scale(word).unwrap_or(word);
        let mistake = Mistake::new(word_place.clone(), "a scale touches the number");
        return Some(mistake.replace(text, number.range.end..word_place.end, right));
    }
    let signs = unit.char_indices().map(|(at, c)| place.start + at..place.start + at + c.len_utf8());
    let second = signs.filter(|sign| sign.start == place.start || &text[sign.clone()] != "/");
    second.into_iter().find_map(|sign| joined(text, sign, place.end)).or_else(|| words(text, place))
}

/// Several words or a number in a unit: "USD per Mtok", "GPU hours", "USD /1M tokens".
fn words(text: &str, place: &Range<usize>) -> Option<Mistake> {
    let unit = &text[place.clone()];
    if let Some(at) = unit.find("per ").filter(|&at| at == 0 || unit[..at].ends_with(' ')) {
        let at = place.start + at;
        return Some(Mistake::new(at..at + 3, "\"per\" is written `/`").replace(text, at..at + 4, "/"));
    }
    let below = unit.find('/').map(|slash| trimmed(text, place.start + slash + 1..place.end));
    if let Some(below) = below.filter(|below| text[below.clone()].starts_with(|c: char| c.is_ascii_digit())) {
        let mistake = Mistake::new(below.clone(), "no number stands below the slash");
        return Some(match scaled_tokens(&text[below.clone()]) {
            Some(right) => mistake.replace(text, below, right),
            None => mistake,
        });
    }
    let tight = unit.split('/').map(str::trim).collect::<Vec<_>>().join("/");
    if !tight.contains(' ') {
        return None;
    }
    let hyphened = tight.replace(' ', "-").replace('/', " /");
    Some(Mistake::new(place.clone(), "no space stands inside a unit").replace(text, place.clone(), &hyphened))
}

/// `1M tokens` below the slash, as vendors write it.
fn scaled_tokens(below: &str) -> Option<&'static str> {
    let mut words = below.split(' ');
    let scale = words.next()?;
    if !matches!(words.next()?, "token" | "tokens" | "tok") || words.next().is_some() {
        return None;
    }
    match scale {
        "1k" | "1K" | "1000" | "1,000" => Some("ktok"),
        "1M" | "1000000" | "1,000,000" => Some("Mtok"),
        "1B" => Some("Btok"),
        _ => None,
    }
}

/// Two numbers joined by something other than `to`: an interval or arithmetic. `here` is the sign between them.
fn joined(text: &str, here: Range<usize>, end: usize) -> Option<Mistake> {
    let number_follows = text[here.end..end].trim_start().starts_with(|c: char| c.is_ascii_digit());
    match &text[here.clone()] {
        "-" | "–" | "—" | "~" | "〜" | "～" | "…" if number_follows => {
            Some(interval(text, here, end))
        }
        "*" | "×" | "^" | "+" | "(" | "=" => Some(arithmetic(here)),
        "/" | "÷" if number_follows => Some(arithmetic(here)),
        _ => None,
    }
}

fn interval(text: &str, sign: Range<usize>, end: usize) -> Mistake {
    let before = text[..sign.start].trim_end().len();
    let after = end - text[sign.end..end].trim_start().len();
    Mistake::new(sign, "an interval is written with `to`").replace(text, before..after, " to ")
}

fn arithmetic(place: Range<usize>) -> Mistake {
    Mistake::new(place, "a quantity holds no arithmetic").help("write the result")
}
