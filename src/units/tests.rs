// Sizes of units are fractions of integers and a decimal is read once, so these values are the nearest doubles.
#![allow(clippy::float_cmp)]

mod refused;

use super::*;

/// A deterministic source of small numbers (`SplitMix64` of Steele, Lea and Flood, 2014), so that sweeps repeat exactly.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % sides
    }
}

fn read(text: &str, kind: &Kind) -> Quantity {
    parse(text, kind).unwrap_or_else(|mistake| panic!("{text}: {mistake:?}"))
}

fn single(text: &str, kind: &Kind) -> f64 {
    read(text, kind).single().unwrap()
}

#[test]
fn every_example_is_of_its_kind() {
    for (name, kind) in KINDS {
        let quantity = read(kind.example, kind);
        assert!(quantity.single().is_some(), "{name}");
        let accepts_bare = parse_number(0.5, kind).is_ok();
        assert_eq!(accepts_bare, kind.accepts_bare_number(), "{name}");
    }
}

const VALUES: &[(&str, &Kind, f64)] = &[
    ("25 %", &SHARE, 0.25),
    ("25%", &SHARE, 0.25),
    ("0.25", &SHARE, 0.25),
    ("0 %", &SHARE, 0.0),
    ("100 %", &SHARE, 1.0),
    ("130 %", &FACTOR, 1.3),
    ("1.2", &FACTOR, 1.2),
    ("-0.3", &NUMBER, -0.3),
    ("+5", &NUMBER, 5.0),
    ("1e-3", &NUMBER, 0.001),
    ("1e+3", &NUMBER, 1000.0),
    ("2.5e3k", &NUMBER, 2.5e6),
    ("0e-999999999999", &NUMBER, 0.0),
    ("-0", &NUMBER, 0.0),
    ("1,200", &COUNT, 1200.0),
    ("1,234,567.5", &COUNT, 1_234_567.5),
    ("12M JPY", &MONEY, 12e6),
    ("0.1M JPY", &MONEY, 1e5),
    ("5万 JPY", &MONEY, 5e4),
    ("1.2億 JPY", &MONEY, 1.2e8),
    ("3兆 JPY", &MONEY, 3e12),
    ("2B USD", &MONEY, 2e9),
    ("2T USD", &MONEY, 2e12),
    ("-3M JPY", &BALANCE, -3e6),
    ("2 USD /Mtok", &MONEY_PER_TOKEN, 2e-6),
    ("0.30 USD /Mtok", &MONEY_PER_TOKEN, 3e-7),
    ("2 USD/Mtok", &MONEY_PER_TOKEN, 2e-6),
    ("2 USD / Mtok", &MONEY_PER_TOKEN, 2e-6),
    ("2 USD /ktok", &MONEY_PER_TOKEN, 2e-3),
    ("3.90 USD /GPU-hour", &MONEY_PER_GPU_TIME, 3.9),
    ("4,500 USD /GPU-year", &MONEY_PER_GPU_TIME, 375.0),
    ("1,890 JPY /kW-month", &MONEY_PER_POWER_TIME, 1.89),
    ("25 JPY /kWh", &MONEY_PER_ENERGY, 0.025),
    ("25 JPY /kW-hour", &MONEY_PER_ENERGY, 0.025),
    ("280k USD", &MONEY_PER_SERVER, 280e3),
    ("280k USD /server", &MONEY_PER_SERVER, 280e3),
    ("150 JPY /USD", &FX, 150.0),
    ("10 % /year", &SHARE_PER_TIME, 0.1 / 12.0),
    ("8 %/month", &GROWTH, 0.08),
    ("20 % /year", &GROWTH, 0.2),
    ("-0.5 % /week", &GROWTH, -0.005),
    ("6 /year", &EVENTS_PER_TIME, 0.5),
    ("6 incidents /year", &EVENTS_PER_TIME, 0.5),
    ("1.5 /server-year", &EVENTS_PER_SERVER_TIME, 0.125),
    ("-2 points", &POINTS, -0.02),
    ("1 point", &POINTS, 0.01),
    ("131k tokens", &TOKENS, 131e3),
    ("131k", &TOKENS, 131e3),
    ("40 Mtok", &TOKENS, 40e6),
    ("1M tokens /min", &TOKENS_PER_TIME, 60e6),
    ("4750 tokens /min", &TOKENS_PER_PTU_TIME, 285e3),
    ("4750 tokens /PTU-min", &TOKENS_PER_PTU_TIME, 285e3),
    ("2M /month", &REQUESTS_PER_TIME, 2e6),
    ("2M requests /month", &REQUESTS_PER_TIME, 2e6),
    ("5 /s", &REQUESTS_PER_TIME, 18e3),
    ("40 /month", &REQUESTS_PER_USER_TIME, 40.0),
    ("40 requests /user-month", &REQUESTS_PER_USER_TIME, 40.0),
    ("3k GPU-hours", &GPU_HOURS, 3e3),
    ("2 GPU-days", &GPU_HOURS, 48.0),
    ("3 months", &DURATION, 3.0),
    ("4 years", &DURATION, 48.0),
    ("8 weeks", &DURATION, 1344.0),
    ("1 day", &DURATION, 24.0),
    ("90 min", &LATENCY, 1.5),
    ("36 s", &LATENCY, 0.01),
    ("360 ms", &LATENCY, 1e-4),
    ("10.2 kW", &POWER, 10_200.0),
    ("2 MWh", &ENERGY, 2e6),
    ("80 GB", &BYTES, 80e9),
    ("2 GiB", &BYTES, 2_147_483_648.0),
    ("3350 GB /s", &BYTES_PER_TIME, 3350e9 * 3600.0),
    ("2 EFLOP", &FLOPS, 2e18),
    ("2 PFLOPS", &FLOPS_PER_TIME, 2e15 * 3600.0),
];

#[test]
fn values_are_in_base_units() {
    for &(text, kind, value) in VALUES {
        assert_eq!(single(text, kind), value, "{text}");
    }
}

#[test]
fn intervals_take_what_is_missing_from_their_end() {
    let table: &[(&str, &Kind, f64, f64)] = &[
        ("20 % to 40 %", &SHARE, 0.2, 0.4),
        ("20 to 40 %", &SHARE, 0.2, 0.4),
        ("15k to 200k USD", &MONEY, 15e3, 200e3),
        ("1 % to 4 % /month", &GROWTH, 0.01, 0.04),
        ("1 to 4 % /month", &GROWTH, 0.01, 0.04),
        ("-0.5 % to 2 % /month", &GROWTH, -0.005, 0.02),
        ("0 % to 20 % /year", &GROWTH, 0.0, 0.2),
        ("30 min to 2 h", &DURATION, 0.5, 2.0),
        ("180k to 300k USD /FTE-year", &MONEY_PER_FTE_TIME, 15e3, 25e3),
        ("1 USD /month to 24 USD /year", &MONEY_PER_TIME, 1.0, 2.0),
        ("2 tokens to 5 tokens /h", &TOKENS_PER_TIME, 2.0, 5.0),
        ("40 to 90 /month", &REQUESTS_PER_USER_TIME, 40.0, 90.0),
        ("-2 to 0 points", &POINTS, -0.02, 0.0),
        ("150 to 1,500 JPY /item", &MONEY_PER_ITEM, 150.0, 1500.0),
        ("0.9 to 1.1", &FACTOR, 0.9, 1.1),
        ("2 to 4", &REPLICAS, 2.0, 4.0),
    ];
    for &(text, kind, low, high) in table {
        assert_eq!(read(text, kind).amount, Amount::Interval { low, high }, "{text}");
    }
}

#[test]
fn units_keep_what_the_value_does_not_say() {
    let unit = |text, kind| read(text, kind).unit;
    let price = unit("15 to 20 USD /Mtok", &MONEY_PER_TOKEN);
    assert_eq!((price.text.as_str(), price.currency), ("USD /Mtok", Currency::parse("USD")));
    assert_eq!(price.scale(), 1e-6);
    let rate = unit("150 JPY /USD", &FX);
    assert_eq!((rate.currency, rate.quoted), (Currency::parse("JPY"), Currency::parse("USD")));
    let period = |text, kind| unit(text, kind).period.unwrap();
    assert_eq!(period("20 % /year", &GROWTH), Period::Calendar { months: 12.0 });
    assert_eq!(period("2 % /week", &GROWTH), Period::Clock { hours: 168.0 });
    assert_eq!(period("2M /month", &REQUESTS_PER_TIME), Period::Calendar { months: 1.0 });
    assert_eq!(period("5 USD /GPU-hour", &MONEY_PER_GPU_TIME), Period::Clock { hours: 1.0 });
    assert_eq!(period("3 days", &DURATION), Period::Clock { hours: 24.0 });
    assert_eq!(unit("5 /day", &REQUESTS_PER_TIME).dims, Dims::REQUEST.per(Dims::HOUR));
    assert_eq!(unit("5 /year", &REQUESTS_PER_TIME).dims, Dims::REQUEST.per(Dims::MONTH));
}

#[test]
fn the_first_fitting_kind_is_taken() {
    let revenue = [&MONEY_PER_REQUEST, &MONEY_PER_USER_TIME, &MONEY_PER_SEAT_TIME, &MONEY_PER_TIME];
    let place = |text| parse_one_of(text, &revenue).map(|(place, _)| place);
    assert_eq!(place("1 JPY /request"), Ok(0));
    assert_eq!(place("8 USD /user-month"), Ok(1));
    assert_eq!(place("3k EUR /seat-month"), Ok(2));
    assert_eq!(place("20k USD /month"), Ok(3));
    let mistake = place("8 USD /Mtok").unwrap_err();
    assert_eq!(mistake.message, "money per token does not fit here");
    assert!(
        mistake
            .expected
            .starts_with("a price per request, such as \"0.01 USD /request\"; or a price per user")
    );
    assert_eq!(place("8").unwrap_err().message, "`8` has no unit");
    assert_eq!(place("8 usd /user-month").unwrap_err().correction.unwrap(), "8 USD /user-month");
    assert_eq!(
        place("-8 USD /request").unwrap_err().message,
        "`-8 USD` is below zero".replace("USD", "USD /request")
    );
}

#[test]
fn bare_numbers_are_for_numbers_shares_and_counts() {
    assert_eq!(parse_number(0.25, &SHARE).unwrap().single(), Some(0.25));
    assert_eq!(parse_number(-1e-9, &NUMBER).unwrap().single(), Some(-1e-9));
    assert_eq!(parse_number(4.0, &REPLICAS).unwrap().single(), Some(4.0));
    assert_eq!(parse_number(1e22, &TOKENS).unwrap().single(), Some(1e22));
    let refused = |number, kind| {
        let mistake = parse_number(number, kind).unwrap_err();
        (mistake.message, mistake.expected, mistake.correction.unwrap_or_default())
    };
    let (message, expected, correction) = refused(0.5, &MONEY_PER_TOKEN);
    assert_eq!(message, "`0.5` has no unit");
    assert_eq!(expected, "a price per token, such as \"2 USD /Mtok\"");
    assert_eq!(correction, "0.5 USD /Mtok");
    assert_eq!(refused(15.0, &SHARE).0, "`15` is above 100 %");
    assert_eq!(refused(15.0, &SHARE).2, "15 %");
    assert_eq!(refused(f64::NAN, &NUMBER).0, "a quantity is a finite number");
    assert_eq!(refused(f64::NEG_INFINITY, &NUMBER).0, "a quantity is a finite number");
    assert_eq!(refused(-1.0, &COUNT).0, "`-1` is below zero");
}

#[test]
fn every_bare_number_reads_as_itself() {
    let mut dice = Dice(1);
    for _ in 0..10_000 {
        let number = f64::from_bits(dice.roll(u64::MAX));
        if number.is_normal() {
            assert_eq!(parse_number(number, &NUMBER).unwrap().single(), Some(number));
        }
    }
}

#[test]
fn what_is_printed_reads_back() {
    let mut dice = Dice(2);
    for (name, kind) in KINDS {
        let unit = read(kind.example, kind).unit;
        for _ in 0..200 {
            let value = unit.to_base(dice.roll(1_000_000_000) as f64 / 1e9);
            let again = single(&unit.format(value, 17), kind);
            // Up and down conversion round four times at most, half a unit in the last place each.
            assert!((again - value).abs() <= 4.0 * f64::EPSILON * value.abs(), "{name}: {value} {again}");
        }
    }
}

#[test]
fn printed_numbers_are_short() {
    let show = |text, kind, digits| read(text, kind).format(digits);
    assert_eq!(show("1234567.891 USD", &MONEY, 6), "1,234,570 USD");
    assert_eq!(show("12M JPY", &MONEY, 15), "12,000,000 JPY");
    assert_eq!(show("1500 EUR", &MONEY, 15), "1500 EUR");
    assert_eq!(show("0.07 USD /Mtok", &MONEY_PER_TOKEN, 15), "0.07 USD /Mtok");
    assert_eq!(show("7 %", &SHARE, 15), "7 %");
    assert_eq!(show("-0.25", &NUMBER, 15), "-0.25");
    assert_eq!(show("-12345", &NUMBER, 15), "-12,345");
    assert_eq!(show("1e-9", &NUMBER, 15), "1e-9");
    assert_eq!(show("2e24 FLOP", &FLOPS, 15), "2e24 FLOP");
    assert_eq!(show("0", &NUMBER, 15), "0");
    assert_eq!(show("30 min to 2 h", &DURATION, 15), "0.5 to 2 h");
    assert_eq!(show("2M /month", &REQUESTS_PER_TIME, 15), "2,000,000 /month");
}

#[test]
fn units_of_one_dimension_agree() {
    let same: &[(&str, &str, &Kind)] = &[
        ("1 year", "12 months", &DURATION),
        ("1 week", "7 days", &DURATION),
        ("1 day", "24 h", &DURATION),
        ("1 hour", "60 min", &DURATION),
        ("1 min", "60 s", &DURATION),
        ("1 s", "1000 ms", &DURATION),
        ("1 Ttok", "1000 Btok", &TOKENS),
        ("1 Btok", "1000 Mtok", &TOKENS),
        ("1 Mtok", "1000 ktok", &TOKENS),
        ("1 ktok", "1k tok", &TOKENS),
        ("1 MW", "1000 kW", &POWER),
        ("1 kW", "1000 W", &POWER),
        ("1 MWh", "1000 kW-hour", &ENERGY),
        ("1 TB", "1M MB", &BYTES),
        ("1 GB", "1M kB", &BYTES),
        ("1 kB", "1000 bytes", &BYTES),
        ("1 EFLOP", "1M TFLOP", &FLOPS),
        ("1 PFLOPS", "1000 TFLOP /s", &FLOPS_PER_TIME),
        ("1 USD /Mtok", "1000 USD /Btok", &MONEY_PER_TOKEN),
        ("1k USD", "1000 USD", &MONEY),
        ("1億 JPY", "10000万 JPY", &MONEY),
        ("1兆 JPY", "1T JPY", &MONEY),
    ];
    for &(a, b, kind) in same {
        assert_eq!(single(a, kind), single(b, kind), "{a} and {b}");
    }
}

#[test]
fn dimensions_have_words() {
    assert_eq!(Dims::MONEY.per(Dims::GPU).per(Dims::HOUR).to_string(), "money per GPU-hour");
    assert_eq!(Dims::GPU.times(Dims::HOUR).to_string(), "GPU-hours");
    assert_eq!(Dims::NONE.to_string(), "a number");
    assert_eq!(Dims::NONE.per(Dims::MONTH).to_string(), "a number per month");
    assert_eq!(Dims::SHARE.per(Dims::MONTH).to_string(), "a share per month");
}

/// Random texts from the pieces of the grammar and from any character: none may panic, every range lies on whole
/// characters, and every correction of a mistake reads as a quantity.
#[test]
fn no_text_panics() {
    const PIECES: &[&str] = &[
        "1",
        "0",
        ",",
        ".",
        "e",
        "-",
        "+",
        " ",
        "to",
        " to ",
        "%",
        "/",
        "k",
        "M",
        "万",
        "USD",
        "usd",
        "Mtok",
        "GPU",
        "hour",
        "month",
        "W",
        "$",
        "±",
        "–",
        "5 %",
        "nan",
        "per ",
        "円",
        "\u{0}",
        "\u{3000}",
        "１",
        "m",
        "B",
        "-year",
        "1M tokens",
    ];
    let mut dice = Dice(3);
    for _ in 0..60_000 {
        let mut text = String::new();
        for _ in 0..dice.roll(8) {
            if dice.roll(12) == 0 {
                text.extend(char::from_u32(dice.roll(0x11_0000) as u32));
            } else {
                text.push_str(PIECES[dice.roll(PIECES.len() as u64) as usize]);
            }
        }
        let (_, kind) = KINDS[dice.roll(KINDS.len() as u64) as usize];
        if let Err(mistake) = parse(&text, kind) {
            assert!(text.get(mistake.range.clone()).is_some(), "{text:?} {mistake:?}");
            assert!(
                mistake.correction.iter().all(|right| expression::is_well_formed(right)),
                "{text:?} {mistake:?}"
            );
        }
        let _ = parse_one_of(&text, &[&MONEY_PER_TIME, kind]);
    }
    let long = "9".repeat(1_000_000);
    assert_eq!(parse(&long, &COUNT).unwrap_err().message, "a quantity has at most 160 characters");
}
