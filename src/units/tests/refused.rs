//! Forms that are refused, with their messages.

use super::{read, *};

/// Text, kind, the bytes at fault, the message, and the correction if there is one.
type Refused = (&'static str, &'static Kind, &'static str, &'static str, Option<&'static str>);

const COMMAS: &str = "commas stand every three digits, and the decimal sign is a point";
const TO: &str = "an interval is written with `to`";
const SPACE: &str = "a space stands before the unit";
const SUM: &str = "a quantity holds no arithmetic";
const CURRENCY: &str = "money needs its currency";
const LETTER_M: &str = "`m` can be a million, a month or a minute";
const DOLLAR: &str = "`$` is not the code of a currency";

const REFUSED: &[Refused] = &[
    // Currencies
    ("$5", &MONEY, "$", DOLLAR, Some("5 USD")),
    ("$5M to $10M", &MONEY, "$", DOLLAR, Some("5M to 10M USD")),
    ("$5 USD", &MONEY, "$", DOLLAR, Some("5 USD")),
    ("US$5", &MONEY, "$", DOLLAR, None),
    ("5 € /Mtok", &MONEY_PER_TOKEN, "€", "`€` is not the code of a currency", Some("5 EUR /Mtok")),
    ("¥500 /month", &MONEY_PER_TIME, "¥", "`¥` is not the code of a currency", Some("500 JPY /month")),
    ("5 usd", &MONEY, "usd", "codes of currencies are in upper case", Some("5 USD")),
    ("USD 5", &MONEY, "USD", "the currency stands behind the number", Some("5 USD")),
    ("USD", &MONEY, "USD", "a quantity starts with a number", None),
    ("0.5 /Mtok", &MONEY_PER_TOKEN, "/Mtok", CURRENCY, Some("0.5 USD /Mtok")),
    ("5", &MONEY, "5", CURRENCY, Some("5 USD")),
    ("15k to 20k /month", &MONEY_PER_TIME, "/month", CURRENCY, Some("15k to 20k USD /month")),
    ("5万円", &MONEY, "万円", SPACE, Some("5万 JPY")),
    ("1 USD to 2 EUR", &MONEY, "1 USD to 2 EUR", "the ends have different currencies, USD and EUR", None),
    ("5 USD-USD", &MONEY, "USD", "money times money is no unit", None),
    // Numbers
    ("1,5 USD", &MONEY, "1,5", COMMAS, Some("1.5 USD")),
    ("0,500 USD", &MONEY, "0,500", COMMAS, Some("0.500 USD")),
    ("12,34,567 USD", &MONEY, "12,34,567", COMMAS, Some("1234567 USD")),
    ("1.200,5 USD", &MONEY, "1.200,5", COMMAS, Some("1,200.5 USD")),
    ("3 500 USD", &MONEY, "3 500", "no space stands inside a number", Some("3500 USD")),
    ("1 000 000", &COUNT, "1 000", "no space stands inside a number", Some("1000000")),
    ("1_000", &COUNT, "1_000", "digits are grouped by commas, not by `_`", Some("1000")),
    (".5", &NUMBER, ".5", "a digit stands before the point", Some("0.5")),
    ("-.5", &NUMBER, "-.5", "a digit stands before the point", Some("-0.5")),
    ("5. %", &SHARE, "5.", "a digit stands after the point", Some("5.0 %")),
    ("1.2.3", &NUMBER, "1.2.3", "a number has one point", None),
    ("5E3", &COUNT, "E", "the exponent is written with `e`", Some("5e3")),
    ("−5", &NUMBER, "−", "the minus sign is `-`", Some("-5")),
    ("５０％", &SHARE, "５", "`５` is a wide character", Some("50%")),
    ("nan", &NUMBER, "nan", "a quantity is a finite number", None),
    ("-inf", &NUMBER, "-inf", "a quantity is a finite number", None),
    ("∞", &NUMBER, "∞", "a quantity is a finite number", None),
    ("1e-400", &NUMBER, "1e-400", "`1e-400` is too small to be told from zero", None),
    ("1e400", &NUMBER, "1e400", "`1e400` is too large a number", None),
    ("1e308k", &NUMBER, "1e308k", "`1e308k` is too large a number", None),
    ("1e-305 ms", &LATENCY, "1e-305 ms", "`1e-305 ms` is too small to be told from zero", None),
    ("1e300 EFLOP", &FLOPS, "1e300 EFLOP", "`1e300 EFLOP` is too large a number", None),
    ("about 5", &COUNT, "about", "a quantity starts with a number", None),
    ("", &COUNT, "", "the quantity is empty", None),
    ("  ", &COUNT, "  ", "the quantity is empty", None),
    ("5\u{a0}USD", &MONEY, "\u{a0}", "an unusual space (U+00A0) stands in the quantity", Some("5 USD")),
    ("5\tUSD", &MONEY, "\t", "a control character (U+0009) stands in the quantity", Some("5 USD")),
    ("2027-04", &DURATION, "2027-04", "this is a date, not a quantity", None),
    ("2026-11-22", &COUNT, "2026-11-22", "this is a date, not a quantity", None),
    // Intervals and arithmetic
    ("10 ± 2 %", &SHARE, "±", "`±` does not say how sure it is", None),
    ("2-5", &FACTOR, "-", TO, Some("2 to 5")),
    ("2 - 5 USD", &MONEY, "-", TO, Some("2 to 5 USD")),
    ("2–5 %", &SHARE, "–", TO, Some("2 to 5 %")),
    ("2..5", &FACTOR, "..", TO, Some("2 to 5")),
    ("2 %〜5 %", &SHARE, "〜", TO, Some("2 % to 5 %")),
    ("5 to 6 to 7", &COUNT, "to", "an interval has two ends", None),
    ("5 to", &COUNT, "", "an interval has a number on both sides of `to`", None),
    ("10 to 5 USD", &MONEY, "10 to 5 USD", "the interval runs backwards", Some("5 to 10 USD")),
    ("2 h to 30 min", &DURATION, "2 h to 30 min", "the interval runs backwards", Some("30 min to 2 h")),
    ("1 % to 1 %", &SHARE, "1 % to 1 %", "both ends are the same", Some("1 %")),
    ("1 USD to 2", &MONEY, "USD", "in an interval the unit stands at the end", Some("1 to 2 USD")),
    (
        "1 % /month to 4 %",
        &GROWTH,
        "% /month",
        "in an interval the unit stands at the end",
        Some("1 % to 4 % /month"),
    ),
    (
        "1 % /month to 4 % /year",
        &GROWTH,
        "1 % /month to 4 % /year",
        "the ends compound over different times",
        None,
    ),
    (
        "3 weeks to 2 months",
        &DURATION,
        "3 weeks to 2 months",
        "one end is in clock time and one in calendar time, and months differ in length",
        None,
    ),
    ("0 % to 8 %", &SHARE, "0 %", "an interval cannot start at 0, which its shape never reaches", None),
    (
        "90 % to 100 %",
        &SHARE,
        "100 %",
        "an interval cannot end at 100 %, which its shape never reaches",
        None,
    ),
    ("0 to 5 USD", &MONEY, "0", "an interval cannot start at 0, which its shape never reaches", None),
    ("2*3", &NUMBER, "*", SUM, None),
    ("3/4", &NUMBER, "/", SUM, None),
    ("(2)", &NUMBER, "(2)", SUM, None),
    ("5 USD + 3 USD", &MONEY, "+", SUM, None),
    // Scales
    ("5m USD", &MONEY, "m", LETTER_M, None),
    ("5 m", &DURATION, "m", LETTER_M, None),
    ("5K USD", &MONEY, "K", "`K` is no scale", Some("5k USD")),
    ("5 M USD", &MONEY, "M", "a scale touches the number", Some("5M USD")),
    ("5 million USD", &MONEY, "million", "a scale touches the number", Some("5M USD")),
    // Units
    ("5USD", &MONEY, "USD", SPACE, Some("5 USD")),
    ("5kUSD", &MONEY, "kUSD", SPACE, Some("5k USD")),
    ("5kW", &POWER, "kW", SPACE, Some("5 kW")),
    ("5M/month", &REQUESTS_PER_TIME, "M", SPACE, Some("5M /month")),
    ("5/month", &REQUESTS_PER_TIME, "/", SPACE, Some("5 /month")),
    ("0x10", &COUNT, "x10", "`x10` is neither a scale (k, M, B, T, 万, 億, 兆) nor a unit", None),
    ("5 tokns", &TOKENS, "tokns", "there is no unit `tokns`", Some("5 tokens")),
    ("5 USD /mtok", &MONEY_PER_TOKEN, "mtok", "there is no unit `mtok`", Some("5 USD /Mtok")),
    ("5 blorps", &COUNT, "blorps", "there is no unit `blorps`", None),
    ("5 hrs", &LATENCY, "hrs", "there is no unit `hrs`", Some("5 h")),
    ("80 Gb", &BYTES, "Gb", "there is no unit `Gb`", None),
    (
        "5 USD /GPU /hour",
        &MONEY_PER_GPU_TIME,
        "USD /GPU /hour",
        "a unit has one slash",
        Some("5 USD /GPU-hour"),
    ),
    ("5 USD per Mtok", &MONEY_PER_TOKEN, "per", "\"per\" is written `/`", Some("5 USD /Mtok")),
    (
        "5 USD /1M tokens",
        &MONEY_PER_TOKEN,
        "1M tokens",
        "no number stands below the slash",
        Some("5 USD /Mtok"),
    ),
    ("3k GPU hours", &GPU_HOURS, "GPU hours", "no space stands inside a unit", Some("3k GPU-hours")),
    ("5 USD /", &MONEY, "/", "nothing stands below the slash", None),
    ("5 GPU-", &GPUS, "", "a word is missing beside `-`", None),
    ("5 s-s-s-s", &DURATION, "s-s-s-s", "no unit has so many factors", None),
    ("5 %-month", &SHARE, "%", "`%` stands alone", None),
    ("5 USD trailing", &MONEY, "USD trailing", "no space stands inside a unit", None),
    // Dimensions
    (
        "5 USD /request",
        &MONEY_PER_TOKEN,
        "USD /request",
        "this is money per request, not money per token",
        None,
    ),
    ("5 USD", &MONEY_PER_TIME, "USD", "this is money, not money per time", None),
    ("5 USD /GPU", &MONEY_PER_GPU_TIME, "USD /GPU", "this is money per GPU, not money per GPU-time", None),
    (
        "5 USD /kWh",
        &MONEY_PER_POWER_TIME,
        "USD /kWh",
        "this is money per watt-hour, not money per watt-month",
        None,
    ),
    ("5 kWh", &POWER, "kWh", "this is watt-hours, not watts", None),
    ("1 month", &LATENCY, "month", "this is months, not hours", None),
    ("5", &MONEY_PER_TOKEN, "5", "`5` has no unit", Some("5 USD /Mtok")),
    ("0.02 /month", &GROWTH, "/month", "a share per time is written with `%`", Some("2 % /month")),
    ("2 /month", &GROWTH, "/month", "a share per time is written with `%`", Some("2 % /month")),
    ("1 to 2 /month", &GROWTH, "/month", "a share per time is written with `%`", Some("1 to 2 % /month")),
    ("-2%", &POINTS, "%", "this is a share, not points", Some("-2 points")),
    ("-2 % to 0 %", &POINTS, "%", "this is a share, not points", Some("-2 points to 0 points")),
    ("2 points", &SHARE, "points", "this is points, not a share", Some("2 %")),
    // Limits
    ("-5 USD", &MONEY, "-5 USD", "`-5 USD` is below zero", None),
    ("140 %", &SHARE, "140 %", "`140 %` is above 100 %", None),
    ("15", &SHARE, "15", "`15` is above 100 %", Some("15 %")),
    ("20 to 40", &SHARE, "20", "`20` is above 100 %", Some("20 to 40 %")),
    ("1.4", &SHARE, "1.4", "`1.4` is above 100 %", None),
    ("150", &SHARE, "150", "`150` is above 100 %", None),
    ("-100 % /year", &GROWTH, "-100 % /year", "`-100 % /year` is a fall to nothing or below", None),
];

#[test]
fn refused_forms_say_what_is_wrong_and_how_to_mend_it() {
    for &(text, kind, at, message, correction) in REFUSED {
        let mistake = parse(text, kind).expect_err(text);
        assert_eq!(mistake.message, message, "{text}");
        assert_eq!(&text[mistake.range.clone()], at, "{text}");
        assert_eq!(mistake.correction.as_deref(), correction, "{text}");
        assert_eq!(mistake.expected, kind.expected(), "{text}");
        if let Some(correction) = correction {
            assert_eq!(mistake.help, Some(format!("write \"{correction}\"")), "{text}");
            read(correction, kind);
        }
    }
}

#[test]
fn some_mistakes_have_a_way_out_that_is_no_correction() {
    let help = |text, kind| parse(text, kind).unwrap_err().help.unwrap();
    let border = help("0 to 5 USD /month", &MONEY_PER_TIME);
    assert_eq!(
        border,
        "name a distribution: { uniform = { min = \"0 USD /month\", max = \"5 USD /month\" } }"
    );
    let border = help("0 USD to 5 USD /month", &MONEY_PER_TIME);
    assert_eq!(
        border,
        "name a distribution: { uniform = { min = \"0 USD /month\", max = \"5 USD /month\" } }"
    );
    assert_eq!(help("5m USD", &MONEY), "write `M`, `months` or `min`");
    assert_eq!(help("US$5", &MONEY), "write the ISO 4217 code after the number, such as \"5 USD\"");
    assert_eq!(help("2*3", &COUNT), "write the result");
    // A mended spelling is worth showing even where the dimensions are wrong, too.
    assert_eq!(help("5 usd /request", &MONEY_PER_TOKEN), "write \"5 USD /request\"");
}
