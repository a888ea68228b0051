//! Units as written, and numbers printed back in them.

use std::ops::Range;

use super::atom::{self, Atom};
use super::currency::Currency;
use super::dims::Dims;
use super::mistake::Mistake;
use crate::text::did_you_mean;

/// A span of time that stands in a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Period {
    /// Clock time: `s`, `h`, `day`, `week`.
    Clock {
        /// Its length in hours.
        hours: f64,
    },
    /// Calendar time: `month`, `year`.
    Calendar {
        /// Its length in months.
        months: f64,
    },
}

impl Period {
    /// Whether it is clock time.
    pub const fn is_clock(self) -> bool {
        matches!(self, Self::Clock { .. })
    }

    /// Whether both are clock time or both calendar time, so that one can be converted into the other.
    pub const fn same_basis(self, other: Self) -> bool {
        self.is_clock() == other.is_clock()
    }
}

/// The unit of a quantity.
#[derive(Clone, Debug, PartialEq)]
pub struct Unit {
    /// As written: `USD /Mtok`; empty for a bare number.
    pub text: String,
    /// As written, with what the key implied; clock and calendar time are told apart.
    pub dims: Dims,
    /// The currency of money.
    pub currency: Option<Currency>,
    /// The second currency of an exchange rate, below the slash.
    pub quoted: Option<Currency>,
    /// The time below the slash, or of a duration.
    pub period: Option<Period>,
    /// A number of this unit is `number * up / down` base units.
    pub(super) up: f64,
    /// See `up`.
    pub(super) down: f64,
}

impl Unit {
    /// The base units in one of this unit: 1e-6 for `/Mtok`, 1/3600 for `s`.
    pub fn scale(&self) -> f64 {
        self.up / self.down
    }

    /// A number of this unit in base units.
    pub fn to_base(&self, number: f64) -> f64 {
        number * self.up / self.down
    }

    /// A value in base units as a number of this unit.
    pub fn from_base(&self, value: f64) -> f64 {
        value * self.down / self.up
    }

    /// A value in base units, printed in this unit with at most `digits` significant digits (1 to 17): "1,234.5 USD".
    ///
    /// What is printed can be read again; with 17 digits it gives the value back but for the last bit or two.
    pub fn format(&self, value: f64, digits: usize) -> String {
        let number = format_number(self.from_base(value), digits);
        match self.text.as_str() {
            "" => number,
            text => format!("{number} {text}"),
        }
    }
}

/// A number with commas every three digits, or with an exponent where it is very large or small.
pub fn format_number(number: f64, digits: usize) -> String {
    let scientific = format!("{number:.*e}", digits.clamp(1, 17) - 1);
    let rounded: f64 = scientific.parse().unwrap_or(number);
    if rounded != 0.0 && !(1e-4..1e15).contains(&rounded.abs()) {
        return format!("{rounded:e}");
    }
    let plain = format!("{}", rounded + 0.0);
    let whole_end = plain.find('.').unwrap_or(plain.len());
    let whole_start = usize::from(plain.starts_with('-'));
    let mut text = plain[..whole_start].to_owned();
    for (i, digit) in plain[whole_start..whole_end].char_indices() {
        // Four digits read well without a comma; a comma helps from five on.
        if i > 0 && (whole_end - whole_start - i).is_multiple_of(3) && whole_end - whole_start > 4 {
            text.push(',');
        }
        text.push(digit);
    }
    text + &plain[whole_end..]
}

/// One side of the slash.
#[derive(Clone, Copy, Debug)]
pub(super) struct Product {
    pub(super) dims: Dims,
    pub(super) up: f64,
    pub(super) down: f64,
    pub(super) currency: Option<Currency>,
    pub(super) period: Option<Period>,
}

impl Product {
    const ONE: Self = Self { dims: Dims::NONE, up: 1.0, down: 1.0, currency: None, period: None };

    /// More factors than any real unit has; a limit keeps sizes finite.
    const MOST_ATOMS: usize = 3;

    fn parse(text: &str, range: Range<usize>) -> Result<Self, Mistake> {
        let mut product = Self::ONE;
        let mut start = range.start;
        for (i, word) in text[range.clone()].split('-').enumerate() {
            let place = start..start + word.len();
            start = place.end + 1;
            if i == Self::MOST_ATOMS {
                return Err(Mistake::new(range, "no unit has so many factors"));
            }
            if word == "%" && place != range {
                return Err(Mistake::new(place, "`%` stands alone"));
            }
            let atom = Atom::parse(word).ok_or_else(|| unknown(text, place.clone()))?;
            if atom.currency.is_some() && product.currency.is_some() {
                return Err(Mistake::new(place, "money times money is no unit"));
            }
            product.dims = product.dims.times(atom.dims);
            product.up *= atom.up;
            product.down *= atom.down;
            product.currency = product.currency.or(atom.currency);
            product.period = product.period.or(atom.period);
        }
        Ok(product)
    }
}

/// A unit as it stands in the text: what is above the slash and what is below; either may be missing.
#[derive(Clone, Debug)]
pub(super) struct Written {
    pub(super) above: Option<Product>,
    pub(super) below: Option<Product>,
    pub(super) range: Range<usize>,
}

impl Written {
    /// Reads the unit that stands at `range` of `text`; the range starts and ends without spaces and is not empty.
    pub(super) fn parse(text: &str, range: Range<usize>) -> Result<Self, Mistake> {
        let unit = &text[range.clone()];
        let Some(slash) = unit.find('/').map(|at| range.start + at) else {
            return Ok(Self { above: Some(Product::parse(text, range.clone())?), below: None, range });
        };
        if text[slash + 1..range.end].contains('/') {
            let joined = join_slashes(unit);
            return Err(Mistake::new(range.clone(), "a unit has one slash").replace(text, range, &joined));
        }
        let above = trimmed(text, range.start..slash);
        let below = trimmed(text, slash + 1..range.end);
        if below.is_empty() {
            return Err(Mistake::new(slash..slash + 1, "nothing stands below the slash"));
        }
        let above = if above.is_empty() { None } else { Some(Product::parse(text, above)?) };
        Ok(Self { above, below: Some(Product::parse(text, below)?), range })
    }

    /// The same with the missing part below the slash taken from the unit at the end of an interval.
    pub(super) fn or_below(&self, end: &Self) -> Self {
        Self { below: self.below.or(end.below), ..self.clone() }
    }

    /// The unit, where `dims` is what the key made of its dimensions. Where the value compounds, time is no divisor.
    pub(super) fn unit(&self, text: &str, dims: Dims, compounding: bool) -> Unit {
        let (above, below) = (self.above.unwrap_or(Product::ONE), self.below.unwrap_or(Product::ONE));
        let (up, down) =
            if compounding { (above.up, above.down) } else { (above.up * below.down, above.down * below.up) };
        Unit {
            text: text[self.range.clone()].to_owned(),
            dims,
            currency: above.currency,
            quoted: below.currency,
            period: below.period.or(above.period),
            up,
            down,
        }
    }

    /// Its dimensions. A currency below the slash counts as the second currency of an exchange rate.
    pub(super) fn dims(&self) -> Dims {
        let above = self.above.unwrap_or(Product::ONE).dims;
        match self.below {
            Some(below) if below.currency.is_some() => {
                above.per(below.dims.per(Dims::MONEY).times(Dims::QUOTED))
            }
            Some(below) => above.per(below.dims),
            None => above,
        }
    }
}

/// `range` without spaces at its ends.
pub(super) fn trimmed(text: &str, range: Range<usize>) -> Range<usize> {
    let part = &text[range.clone()];
    let start = range.start + (part.len() - part.trim_start_matches(' ').len());
    let end = range.end - (part.len() - part.trim_end_matches(' ').len());
    start..end.max(start)
}

/// `USD /GPU /hour` as `USD /GPU-hour`.
fn join_slashes(unit: &str) -> String {
    let mut parts = unit.split('/').map(str::trim);
    let above = parts.next().unwrap_or_default();
    let below: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    format!("{above} /{}", below.join("-")).trim_start().to_owned()
}

/// A word that is no unit, with the word that was probably meant.
fn unknown(text: &str, range: Range<usize>) -> Mistake {
    let word = &text[range.clone()];
    if word.is_empty() {
        return Mistake::new(range, "a word is missing beside `-`");
    }
    if let Some(currency) = Currency::parse(&word.to_ascii_uppercase()) {
        let mistake = Mistake::new(range.clone(), "codes of currencies are in upper case");
        return mistake.replace(text, range, currency.code());
    }
    let mistake = Mistake::new(range.clone(), format!("there is no unit `{word}`"));
    if matches!(word, "kb" | "Mb" | "Gb" | "Tb" | "kbps" | "Mbps" | "Gbps" | "Tbps") {
        return mistake.help("data is measured in bytes: 8 Gb are 1 GB");
    }
    let near = did_you_mean(word, atom::words()).filter(|right| same_scale(word, right));
    match spelled_otherwise(word).or(near) {
        Some(right) => mistake.replace(text, range, right),
        None => mistake,
    }
}

/// Whether a word that may begin with a scale (`Mtokn`) is near to one of the same scale: `tokens` would be off by a
/// million, and `TiB` is near to `GiB`.
fn same_scale(word: &str, right: &str) -> bool {
    let first = |word: &str| word.chars().next().map(|c| c.to_ascii_lowercase());
    let scales = ['k', 'm', 'g', 'b', 't', 'p', 'e'];
    first(word) == first(right) || !first(word).is_some_and(|c| scales.contains(&c))
}

/// Units that people write in other ways.
pub(super) fn spelled_otherwise(word: &str) -> Option<&'static str> {
    const OTHERWISE: &[(&[&str], &str)] = &[
        (&["sec", "secs", "second", "seconds"], "s"),
        (&["mins", "minute", "minutes"], "min"),
        (&["hr", "hrs", "H"], "h"),
        (&["d", "D"], "days"),
        (&["w", "wk", "wks"], "weeks"),
        (&["mo", "mos", "mth"], "months"),
        (&["y", "yr", "yrs", "a"], "years"),
        (&["pp", "pt", "pts", "percentage-points"], "points"),
        (&["percent", "pct", "％"], "%"),
        (&["dollar", "dollars", "ドル"], "USD"),
        (&["yen", "円"], "JPY"),
        (&["euro", "euros"], "EUR"),
        (&["req", "reqs", "calls"], "requests"),
        (&["chars", "char", "chr", "letters", "文字", "字"], "characters"),
        (&["語", "単語", "ワード"], "words"),
        (&["ktoken", "ktokens", "ktoks"], "ktok"),
        (&["Mtoken", "Mtokens", "Mtoks", "MTokens"], "Mtok"),
        (&["Btoken", "Btokens", "Btoks"], "Btok"),
    ];
    let known = OTHERWISE.iter().find(|(names, _)| names.contains(&word)).map(|&(_, right)| right);
    known.or_else(|| Currency::parse(&word.to_ascii_uppercase()).map(Currency::code))
}
