//! Numbers, money, months and names as people read them, in English and Japanese.
//!
//! Everything here rounds for the eye. Files for machines carry full precision.

/// The language of a report.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

impl Lang {
    /// The text of this language.
    pub const fn pick(self, en: &'static str, ja: &'static str) -> &'static str {
        match self {
            Self::En => en,
            Self::Ja => ja,
        }
    }
}

/// What stands for a number that does not exist.
const NO_NUMBER: &str = "–";

/// Money in short form with three significant digits: `$1.98M`, `−$12.3k`, `¥2,700万`. A number that is not finite
/// is a dash.
pub fn money(amount: f64, currency: &str, lang: Lang) -> String {
    if !amount.is_finite() {
        return NO_NUMBER.to_owned();
    }
    let (digits, exponent) = significant(amount);
    let scale = scale_of(exponent, currency, lang);
    let plain = minor_digits(currency) == 0 && exponent >= 0 && scale.exponent == 0;
    let number = if amount == 0.0 {
        "0".to_owned()
    } else if !(-6..=17).contains(&exponent) {
        let signed = format!("{exponent}").replace('-', "−");
        format!("{}.{}e{signed}", &digits[..1], &digits[1..])
    } else if plain && amount - amount.round() == 0.0 {
        group(&format!("{}", amount.abs()))
    } else {
        let number = point_after(&digits, exponent - scale.exponent + 1);
        if lang == Lang::Ja { trim_zeros(number) } else { number }
    };
    let sign = if amount < 0.0 { "−" } else { "" };
    format!("{sign}{}{number}{}", symbol(currency), scale.suffix)
}

/// A range of money, `$1.20M–$3.31M`; with a word in between when a minus sign would meet the dash.
pub fn money_range(low: f64, high: f64, currency: &str, lang: Lang) -> String {
    let between = match lang {
        Lang::Ja => "〜",
        Lang::En if low < 0.0 || high < 0.0 => " to ",
        Lang::En => "–",
    };
    format!("{}{between}{}", money(low, currency, lang), money(high, currency, lang))
}

/// Money in full with thousands separators and the digits of ISO 4217: `$1,234,567.89`, `−¥1,235`.
pub fn exact(amount: f64, currency: &str) -> String {
    if !amount.is_finite() {
        return NO_NUMBER.to_owned();
    }
    let text = format!("{:.*}", minor_digits(currency), amount.abs());
    let sign = if amount < 0.0 && text.bytes().any(|b| (b'1'..=b'9').contains(&b)) { "−" } else { "" };
    format!("{sign}{}{}", symbol(currency), group(&text))
}

/// Digits after the point of a currency, after ISO 4217 (list one): 0 for the yen, 3 for the Kuwaiti dinar, mostly 2.
pub fn minor_digits(currency: &str) -> usize {
    match currency {
        "BIF" | "CLP" | "DJF" | "GNF" | "ISK" | "JPY" | "KMF" | "KRW" | "PYG" | "RWF" | "UGX" | "UYI"
        | "VND" | "VUV" | "XAF" | "XOF" | "XPF" => 0,
        "BHD" | "IQD" | "JOD" | "KWD" | "LYD" | "OMR" | "TND" => 3,
        "CLF" | "UYW" => 4,
        _ => 2,
    }
}

/// Labels of a money axis: one unit and one count of decimals for all of them.
#[derive(Clone, Debug)]
pub struct MoneyAxis {
    scale: Scale,
    decimals: usize,
    currency: String,
}

impl MoneyAxis {
    /// The unit comes from the largest tick, the decimals from the finest.
    pub fn new(ticks: &[f64], currency: &str, lang: Lang) -> Self {
        let largest = ticks.iter().filter(|t| t.is_finite()).fold(0.0, |a: f64, t| a.max(t.abs()));
        let scale = scale_of(significant(largest).1, currency, lang);
        let unit = ten_to(scale.exponent);
        let shown_exactly = |decimals: usize| {
            let step = ten_to(-(decimals as i32));
            ticks.iter().filter(|t| t.is_finite()).all(|t| {
                let steps = t / unit / step;
                (steps - steps.round()).abs() <= 1e-6 * steps.abs().max(1.0)
            })
        };
        let decimals = (0..6).find(|d| shown_exactly(*d)).unwrap_or(6);
        Self { scale, decimals, currency: currency.to_owned() }
    }

    /// The label of a tick; zero is plain.
    pub fn label(&self, tick: f64) -> String {
        if tick == 0.0 || !tick.is_finite() {
            return format!("{}{}", symbol(&self.currency), if tick == 0.0 { "0" } else { NO_NUMBER });
        }
        let number = group(&format!("{:.*}", self.decimals, tick.abs() / ten_to(self.scale.exponent)));
        let sign = if tick < 0.0 { "−" } else { "" };
        format!("{sign}{}{number}{}", symbol(&self.currency), self.scale.suffix)
    }
}

/// A share of one as whole percent; what is neither none nor all never reads as 0 % or 100 %.
pub fn percent(share: f64) -> String {
    match share {
        s if !s.is_finite() => NO_NUMBER.to_owned(),
        s if s > 0.0 && s < 0.005 => "<1%".to_owned(),
        s if (0.995..1.0).contains(&s) => ">99%".to_owned(),
        s => format!("{:.0}%", s * 100.0).replace("-0%", "0%").replace('-', "−"),
    }
}

/// A share with three significant digits, so that a small one can be told from none: `0.0123%`, `<0.001%`.
pub fn fine_percent(share: f64) -> String {
    if !share.is_finite() {
        return NO_NUMBER.to_owned();
    }
    if share > 0.0 && share < 1e-5 {
        return "<0.001%".to_owned();
    }
    format!("{}%", crate::units::format_number(100.0 * share, 3))
}

/// Seconds with three significant digits in the unit that suits them: `0.83 µs`, `41.2 ms`, `3.4 s`, `2.1 min`, `5 h`.
pub fn seconds(time: f64) -> String {
    let units = [(1e-6, "µs"), (1e-3, "ms"), (1.0, "s"), (60.0, "min"), (3600.0, "h"), (86400.0, "days")];
    let from = [0.0, 1e-3, 1.0, 120.0, 7200.0, 172_800.0];
    if !time.is_finite() {
        return NO_NUMBER.to_owned();
    }
    let place =
        if time.abs() < 1e-9 { 2 } else { from.iter().rposition(|least| time.abs() >= *least).unwrap_or(0) };
    let (one, name) = units[place];
    let time = if time.abs() < 1e-9 { 0.0 } else { time };
    format!("{} {name}", crate::units::format_number(time / one, 3))
}

/// The calendar month `offset` months after that one (1 = January), as `2027-04`.
pub fn month_after(year: i32, month: u32, offset: usize) -> String {
    let months = i64::from(year) * 12 + i64::from(month) - 1 + offset as i64;
    format!("{:04}-{:02}", months.div_euclid(12), months.rem_euclid(12) + 1)
}

/// Round numbers within a range, about `count` of them, in steps of 1, 2, 2.5 or 5 times a power of ten. Never more
/// than three times `count`, and none if the range is empty or not finite.
pub fn ticks(low: f64, high: f64, count: usize) -> Vec<f64> {
    let rough = (high - low) / count.max(1) as f64;
    if !rough.is_finite() || rough <= 0.0 || rough < 1e-12 * low.abs().max(high.abs()) {
        return if high - low == 0.0 { vec![low] } else { Vec::new() };
    }
    let exponent = significant(rough).1 - 1;
    let mantissa = [10, 20, 25, 50, 100]
        .into_iter()
        .find(|m| f64::from(*m) * ten_to(exponent) >= rough * (1.0 - 1e-9))
        .unwrap_or(100);
    let step = f64::from(mantissa) * ten_to(exponent);
    let (first, last) = ((low / step - 1e-9).ceil() as i64, (high / step + 1e-9).floor() as i64);
    // Ticks are read from decimal text so that 0.3 is 0.3 and not 0.30000000000000004.
    let tick = |k: i64| format!("{}e{exponent}", k * i64::from(mantissa)).parse().unwrap_or(0.0);
    (first..=last).take(3 * count.max(1)).map(tick).collect()
}

/// The one gate for names and texts from outside: no control characters, no marks that turn the direction of text or
/// are invisible, no line breaks, at most `most` characters.
pub fn clean(text: &str, most: usize) -> String {
    let mut out = String::new();
    // No title is longer than this; it bounds the work on a hostile name.
    for c in text.chars().take(4096).filter(|c| c.is_whitespace() || !is_hidden(*c)) {
        if !c.is_whitespace() {
            out.push(c);
        } else if !out.is_empty() && !out.ends_with(' ') {
            out.push(' ');
        }
    }
    let out = out.trim_end();
    if out.chars().count() <= most {
        return out.to_owned();
    }
    let short: String = out.chars().take(most.saturating_sub(1)).collect();
    format!("{}…", short.trim_end())
}

/// Control characters, soft hyphens, joiners, direction marks, interlinear and tag characters, private use and
/// noncharacters: nothing that a name needs, and some of it breaks XML.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{e0000}'..)
        || u32::from(c) & 0xfffe == 0xfffe
}

/// A power of ten with its name: `M` is 6.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Scale {
    exponent: i32,
    suffix: &'static str,
}

/// The largest named power of ten that is not above the number.
fn scale_of(exponent: i32, currency: &str, lang: Lang) -> Scale {
    let names: &[(i32, &str)] = if lang == Lang::Ja && currency == "JPY" {
        &[(12, "兆"), (8, "億"), (4, "万")]
    } else {
        &[(12, "T"), (9, "B"), (6, "M"), (3, "k")]
    };
    let named = names.iter().find(|n| (n.0..=17).contains(&exponent));
    named.map_or(Scale { exponent: 0, suffix: "" }, |n| Scale { exponent: n.0, suffix: n.1 })
}

fn symbol(currency: &str) -> String {
    match currency {
        "USD" => "$".to_owned(),
        "EUR" => "€".to_owned(),
        "GBP" => "£".to_owned(),
        "JPY" => "¥".to_owned(),
        other => format!("{}\u{a0}", clean(other, 4)),
    }
}

/// Three significant digits of the absolute value and its decimal exponent, rounded from the exact binary value.
fn significant(amount: f64) -> (String, i32) {
    let text = format!("{:.2e}", amount.abs());
    let (digits, exponent) = text.split_once('e').unwrap_or(("0.00", "0"));
    (digits.replace('.', ""), exponent.parse().unwrap_or(0))
}

/// A power of ten, correctly rounded.
fn ten_to(exponent: i32) -> f64 {
    format!("1e{exponent}").parse().unwrap_or(1.0)
}

/// The digits with a decimal point after the given number of them.
fn point_after(digits: &str, place: i32) -> String {
    let count = digits.len() as i32;
    if place <= 0 {
        return format!("0.{}{digits}", "0".repeat(place.unsigned_abs() as usize));
    }
    if place >= count {
        return group(&format!("{digits}{}", "0".repeat((place - count) as usize)));
    }
    let (whole, part) = digits.split_at(place as usize);
    format!("{whole}.{part}")
}

fn trim_zeros(number: String) -> String {
    if number.contains('.') { number.trim_end_matches('0').trim_end_matches('.').to_owned() } else { number }
}

/// Thousands separators in a plain decimal number without sign.
fn group(number: &str) -> String {
    let (whole, part) = number.split_at(number.find('.').unwrap_or(number.len()));
    let mut out = String::new();
    for (i, c) in whole.chars().enumerate() {
        if i > 0 && (whole.len() - i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(c);
    }
    out + part
}

#[cfg(test)]
mod tests;
