use super::*;

#[test]
fn money_has_three_significant_digits() {
    let cases = [
        (1.98e6, "USD", "$1.98M"),
        (350e3, "USD", "$350k"),
        (0.0, "USD", "$0"),
        (-0.0, "USD", "$0"),
        (-12.3e3, "USD", "−$12.3k"),
        (999.4, "USD", "$999"),
        (999.6, "USD", "$1.00k"),
        (999_950.0, "USD", "$1.00M"),
        (12.345, "EUR", "€12.3"),
        (0.001234, "USD", "$0.00123"),
        (12.3e6, "JPY", "¥12.3M"),
        (1.2e9, "JPY", "¥1.20B"),
        (5.0, "JPY", "¥5"),
        (1.53, "JPY", "¥1.53"),
        (4.5e12, "USD", "$4.50T"),
        (1.2e6, "CHF", "CHF\u{a0}1.20M"),
        (2.5e15, "USD", "$2,500T"),
        (1.5e-8, "USD", "$1.50e−8"),
        (2e20, "USD", "$2.00e20"),
    ];
    for (amount, currency, wanted) in cases {
        assert_eq!(money(amount, currency, Lang::En), wanted, "{amount} {currency}");
    }
    for amount in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
        assert_eq!(money(amount, "USD", Lang::En), "–");
    }
}

#[test]
fn yen_in_japanese_count_in_ten_thousands() {
    let cases = [
        (27e6, "¥2,700万"),
        (1.2e8, "¥1.2億"),
        (1.234e8, "¥1.23億"),
        (99_996_000.0, "¥1億"),
        (123e4, "¥123万"),
        (12_345.0, "¥1.23万"),
        (9_870.0, "¥9,870"),
        (350.0, "¥350"),
        (-3e6, "−¥300万"),
        (1.5e12, "¥1.5兆"),
        (1230e8, "¥1,230億"),
        (0.0, "¥0"),
    ];
    for (amount, wanted) in cases {
        assert_eq!(money(amount, "JPY", Lang::Ja), wanted, "{amount}");
    }
    assert_eq!(money(1.98e6, "USD", Lang::Ja), "$1.98M");
}

#[test]
fn short_money_reads_back_within_half_a_unit_of_the_third_digit() {
    let mut amount = 1.7e-5;
    while amount < 1e17 {
        let text = money(amount, "USD", Lang::En);
        let (number, unit) = text
            .trim_start_matches('$')
            .split_at(text.trim_start_matches('$').trim_end_matches(['k', 'M', 'B', 'T']).len());
        let scale = match unit {
            "k" => 1e3,
            "M" => 1e6,
            "B" => 1e9,
            "T" => 1e12,
            _ => 1.0,
        };
        let back: f64 = number.replace(',', "").replace('−', "-").parse::<f64>().unwrap() * scale;
        assert!((back / amount - 1.0).abs() <= 0.005, "{amount} as {text}");
        amount *= 1.37;
    }
}

#[test]
fn ranges_keep_minus_and_dash_apart() {
    assert_eq!(money_range(1.2e6, 3.31e6, "USD", Lang::En), "$1.20M–$3.31M");
    assert_eq!(money_range(-1e6, 2e6, "USD", Lang::En), "−$1.00M to $2.00M");
    assert_eq!(money_range(8e7, 2.1e8, "JPY", Lang::Ja), "¥8,000万〜¥2.1億");
}

#[test]
fn exact_money_follows_iso_4217() {
    assert_eq!(exact(1_234_567.891, "USD"), "$1,234,567.89");
    assert_eq!(exact(-1_234.6, "JPY"), "−¥1,235");
    assert_eq!(exact(1.0, "KWD"), "KWD\u{a0}1.000");
    assert_eq!(exact(-0.001, "USD"), "$0.00");
    assert_eq!(exact(999.0, "EUR"), "€999.00");
    assert_eq!(exact(f64::NAN, "EUR"), "–");
}

#[test]
fn an_axis_has_one_unit_and_one_count_of_decimals() {
    let labels = |ticks: &[f64], currency, lang| {
        let axis = MoneyAxis::new(ticks, currency, lang);
        ticks.iter().map(|t| axis.label(*t)).collect::<Vec<_>>()
    };
    assert_eq!(labels(&[0.0, 5e5, 1e6, 1.5e6], "USD", Lang::En), ["$0", "$0.5M", "$1.0M", "$1.5M"]);
    assert_eq!(labels(&[-2e3, 0.0, 2e3], "USD", Lang::En), ["−$2k", "$0", "$2k"]);
    assert_eq!(labels(&[0.0, 2.5e7, 5e7], "JPY", Lang::Ja), ["¥0", "¥2,500万", "¥5,000万"]);
    assert_eq!(labels(&[0.0, 5e7, 1e8], "JPY", Lang::Ja), ["¥0", "¥0.5億", "¥1.0億"]);
    assert_eq!(labels(&[f64::NAN], "USD", Lang::En), ["$–"]);
}

#[test]
fn shares_never_claim_certainty_that_is_not_there() {
    let cases = [
        (0.0, "0%"),
        (0.001, "<1%"),
        (0.712, "71%"),
        (0.996, ">99%"),
        (1.0, "100%"),
        (f64::NAN, "–"),
        (-0.05, "−5%"),
    ];
    for (share, wanted) in cases {
        assert_eq!(percent(share), wanted);
    }
}

#[test]
fn months_carry_into_years() {
    assert_eq!(month_after(2027, 4, 0), "2027-04");
    assert_eq!(month_after(2027, 4, 8), "2027-12");
    assert_eq!(month_after(2027, 4, 9), "2028-01");
    assert_eq!(month_after(2027, 12, 13), "2029-01");
}

#[test]
fn ticks_are_round_and_inside_the_range() {
    assert_eq!(ticks(0.0, 3.3e6, 5), [0.0, 1e6, 2e6, 3e6]);
    assert_eq!(ticks(0.0, 1.0, 10), [0.0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1.0]);
    assert_eq!(ticks(-120.0, 260.0, 4), [-100.0, 0.0, 100.0, 200.0]);
    assert_eq!(ticks(0.0, 9.0, 4), [0.0, 2.5, 5.0, 7.5]);
    assert_eq!(ticks(7.0, 7.0, 4), [7.0]);
    let mut span = 1e-200;
    while span < 1e200 {
        let t = ticks(-0.3 * span, span, 6);
        assert!((3..=7).contains(&t.len()), "{span}: {t:?}");
        assert!(t.iter().all(|v| (-0.3 * span * 1.000_001..=span * 1.000_001).contains(v)));
        span *= 7.3;
    }
}

#[test]
fn ticks_end_for_every_range() {
    let odd = [
        0.0,
        -0.0,
        1.0,
        f64::NAN,
        f64::INFINITY,
        f64::NEG_INFINITY,
        f64::MAX,
        f64::MIN,
        5e-324,
        1.0 + f64::EPSILON,
        1e308,
    ];
    for low in odd {
        for high in odd {
            for count in [0, 1, 5, 1000] {
                assert!(ticks(low, high, count).len() <= 3 * count.max(1), "{low} {high} {count}");
            }
        }
    }
}

#[test]
fn clean_text_is_one_visible_line_of_bounded_length() {
    assert_eq!(clean("  Self-\u{0}hosted\r\n\t GPUs ", 80), "Self-hosted GPUs");
    assert_eq!(clean("\u{202e}abc\u{2069}\u{200b}\u{feff}\u{e0041}\u{fffe}\u{fe0f}", 80), "abc");
    assert_eq!(clean("日本語　名前", 80), "日本語 名前");
    assert_eq!(clean(&"x".repeat(300), 10), "xxxxxxxxx…");
    assert_eq!(clean("exactly 10", 10), "exactly 10");
    assert_eq!(clean("", 10), "");
    assert_eq!(clean("<b>&amp;", 80), "<b>&amp;", "markup is the writer's to escape");
}

#[test]
fn times_and_small_shares() {
    let times = [0.0, 1e-12, 8.3e-7, 0.0412, 3.4, 126.0, 18_000.0, 259_200.0, f64::NAN];
    let written = ["0 s", "0 s", "0.83 µs", "41.2 ms", "3.4 s", "2.1 min", "5 h", "3 days", "–"];
    assert_eq!(times.map(seconds), written);
    let shares = [0.0, 1e-9, 0.000123, 0.2171, 1.0, f64::INFINITY];
    assert_eq!(shares.map(fine_percent), ["0%", "<0.001%", "0.0123%", "21.7%", "100%", "–"]);
}
