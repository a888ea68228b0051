//! Money over time: postings add up, delays are worth what the textbook says, depreciation spreads all of a price.

use tokencast::document::{Plugins, TableOf};
use tokencast::finance::{
    Charge, Component, Depreciation, Discounting, Ledger, Line, METHODS, Measure, View, instalment,
};
use tokencast::lanes::{LANES, Lanes, Slot, Values};

use super::support::{bad, builder, certain, close, good};

fn line(component: Component) -> Line {
    let (label, payee) = (String::new(), String::new());
    Line { component, label, payee, unit: "", per_unit: 1.0, inputs: Vec::new() }
}

fn lanes(value: f64) -> Lanes {
    Lanes::from_fn(|lane| value + lane as f64)
}

#[test]
fn components_add_up_to_both_totals() {
    let mut ledger = Ledger::new();
    let (mut cash, mut accrual) = (Lanes::ZERO, Lanes::ZERO);
    for round in 0..2 {
        ledger.clear(true);
        (cash, accrual) = (Lanes::ZERO, Lanes::ZERO);
        for (i, component) in Component::ALL.into_iter().enumerate() {
            assert!(!ledger.has(component), "round {round}");
            let (quantity, price) = (lanes(i as f64), lanes(0.25));
            ledger.post(&line(component), &quantity, &price);
            ledger.post(&line(component), &quantity, &Lanes::splat(1.0));
            assert!(ledger.has(component));
            for lane in 0..LANES {
                let amount = quantity[lane] * price[lane] + quantity[lane];
                assert_eq!(ledger.component(component)[lane], amount);
                cash[lane] += if component.view() == View::Accrual { 0.0 } else { amount };
                accrual[lane] += if component.view() == View::Cash { 0.0 } else { amount };
            }
        }
        assert_eq!(ledger.total(View::Cash), cash);
        assert_eq!(ledger.total(View::Accrual), accrual);
        assert_eq!(ledger.recorded().len(), 2 * Component::COUNT);
        let recorded: f64 = ledger.recorded().iter().map(|posting| posting.amount[7]).sum();
        let posted: f64 = Component::ALL.iter().map(|component| ledger.component(*component)[7]).sum();
        close(recorded, posted, 1e-14);
    }
    assert_ne!(cash, accrual);
    ledger.clear(false);
    assert_eq!(ledger.total(View::Cash), Lanes::ZERO);
    ledger.post(&line(Component::Energy), &lanes(1.0), &lanes(1.0));
    assert!(ledger.recorded().is_empty());
}

#[test]
fn money_of_servers_and_credit_moves_in_one_view_and_is_spread_in_the_other() {
    let views = |view| Component::ALL.into_iter().filter(|c| c.view() == view).collect::<Vec<_>>();
    assert_eq!(
        views(View::Cash),
        [Component::Prepaid, Component::Servers, Component::LeasePayments, Component::Resale]
    );
    assert_eq!(
        views(View::Accrual),
        [Component::CreditLost, Component::Depreciation, Component::LeaseInterest, Component::Disposal]
    );
    for (i, component) in Component::ALL.into_iter().enumerate() {
        assert_eq!(component as usize, i, "the order of tables is the order of the numbers");
    }
}

#[test]
fn a_purchase_is_paid_at_the_start_of_its_month() {
    let mut ledger = Ledger::new();
    ledger.post_upfront(&line(Component::Servers), &Lanes::splat(2.0), &Lanes::splat(100.0));
    ledger.post(&line(Component::Energy), &Lanes::splat(1.0), &Lanes::splat(7.0));
    assert_eq!(
        [
            ledger.upfront().map_or(0.0, |paid| paid[0]),
            ledger.total(View::Cash)[0],
            ledger.total(View::Accrual)[0]
        ],
        [200.0, 207.0, 7.0]
    );
    ledger.measure(Measure::Served, &Lanes::splat(3.0));
    ledger.measure(Measure::Served, &Lanes::splat(4.0));
    assert_eq!(ledger.measured(Measure::Served)[9], 7.0);
    ledger.clear(false);
    assert_eq!(
        [ledger.upfront().map_or(0.0, |paid| paid[0]), ledger.measured(Measure::Served)[0]],
        [0.0, 0.0]
    );
}

#[test]
fn a_charge_is_posted_when_it_is_due() {
    let values = [Lanes::splat(3.0), Lanes::splat(5.0)];
    let (quantity, price) = (Slot::staying(0, 0), Slot::staying(1, 1));
    let posted = |due: Option<Vec<bool>>, month: usize| {
        let mut ledger = Ledger::new();
        let charge = Charge { line: line(Component::Levers), quantity, price, of: None, from: None, due };
        if charge.is_due(month) {
            charge.post_now(&Values { staying: &values, moving: &[] }, &mut ledger);
        }
        ledger.component(Component::Levers)[0]
    };
    assert_eq!(posted(None, 4), 15.0);
    assert_eq!([posted(Some(vec![false, true]), 0), posted(Some(vec![false, true]), 1)], [0.0, 15.0]);
}

/// The discount factor of each month.
fn factors(text: &str, months: usize) -> Vec<f64> {
    let discounting = good(&TableOf(Discounting::read), text);
    let mut world = builder(months);
    let slot = discounting.resolve(&mut world);
    certain(world, slot, months)
}

/// Net present value of yearly flows, the first one now: −1,000,000 + Σ flow / 1.1^year = 115,565.88.
#[test]
fn the_first_flow_can_be_now() {
    let factors = factors("{ discount_rate = \"10 % /year\", first_flow = \"now\" }", 49);
    let flows = [-1_000_000.0, 300_000.0, 400_000.0, 500_000.0, 200_000.0];
    let value: f64 = flows.iter().enumerate().map(|(year, flow)| flow * factors[12 * year]).sum();
    close(value, 115_565.876_647_769_76, 1e-11);
    assert_eq!(factors[0], 1.0);
}

/// The present value of 36 payments of 1 at the ends of months at 1 % a month: (1 − 1.01^−36) / 0.01.
#[test]
fn flows_are_at_the_ends_of_months_unless_said() {
    for text in [
        "{ discount_rate = \"1 % /month\" }",
        "{ discount_rate = \"1 % /month\", first_flow = \"month_end\" }",
    ] {
        close(factors(text, 36).iter().sum(), 30.107_505_037_274_13, 1e-13);
    }
    let yearly = factors("{ discount_rate = \"10 % /year\" }", 24);
    close(yearly[11], 1.0 / 1.1, 1e-13);
    close(yearly[23], 1.0 / 1.21, 1e-13);
}

#[test]
fn discounting_is_stated_or_refused() {
    let read = TableOf(Discounting::read);
    assert_eq!(bad(&read, "{}"), ["missing-key"]);
    assert_eq!(bad(&read, "{ discount_rate = \"10 % /year\", first_flow = \"later\" }"), ["unknown-word"]);
    assert_eq!(bad(&read, "{ discount_rate = 0.1 }"), ["bad-quantity"]);
}

#[test]
fn a_straight_line_spreads_all_of_a_price() {
    for months in [1, 7, 36, 60] {
        let line = Depreciation::straight_line(months);
        let mut left = 1.0;
        for age in 0..months {
            left -= line.share(age);
            assert!((line.book_share(age) - left).abs() < 1e-12, "{months} months, age {age}");
        }
        assert_eq!([line.share(months), line.book_share(months - 1), line.book_share(months + 9)], [0.0; 3]);
    }
}

/// What a depreciation writes off in each year of its life, of a price.
fn years(depreciation: &Depreciation, price: f64) -> Vec<f64> {
    let year = |year: usize| (12 * year..12 * year + 12).map(|age| price * depreciation.share(age)).sum();
    (0..depreciation.months() / 12).map(year).collect()
}

/// Japan's 200 % method, with the rate, the revised rate and the guaranteed rate of each life as the ministry's table prints
/// them (耐用年数省令 別表第十; the 10-year row also in the worked example of the National Tax Agency's page 2106).
#[test]
fn the_declining_balance_is_that_of_japans_tables() {
    for (life, rate, revised, guaranteed) in [
        (3, 0.667, 1.0, 0.11089),
        (4, 0.500, 1.0, 0.12499),
        (5, 0.400, 0.500, 0.10800),
        (6, 0.333, 0.334, 0.09911),
        (8, 0.250, 0.334, 0.07909),
        (10, 0.200, 0.250, 0.06552),
    ] {
        let price = 1_000_000.0;
        // The tables: the rate of what is left, until that is less than the guaranteed share of the price; from then on the
        // revised rate of what was left at that moment.
        let (mut left, mut base, mut printed) = (price, None, Vec::new());
        for _ in 0..life {
            let falls: f64 = left * rate;
            let amount = match base {
                None if falls >= price * guaranteed => falls,
                _ => *base.get_or_insert(left) * revised,
            };
            let amount = amount.min(left);
            left -= amount;
            printed.push(amount);
        }
        let found = years(&Depreciation::declining(life, 2.0, true), price);
        for (found, printed) in found.iter().zip(&printed) {
            // Rates are printed with three digits.
            close(*found, *printed, 5e-3);
        }
    }
    // The agency's example: a machine of a million yen over ten years.
    let example = [
        200_000.0, 160_000.0, 128_000.0, 102_400.0, 81_920.0, 65_536.0, 65_536.0, 65_536.0, 65_536.0,
        65_536.0,
    ];
    for (found, printed) in years(&Depreciation::declining(10, 2.0, true), 1e6).iter().zip(example) {
        close(*found, printed, 1e-12);
    }
}

#[test]
fn every_method_spreads_what_leaves_the_books() {
    let read = Plugins(METHODS, "depreciation");
    for method in METHODS {
        good(&read, method.example);
    }
    for text in [
        "{ straight_line = { over = \"3 years\" } }",
        "{ declining_balance = { over = \"5 years\" } }",
        "{ declining_balance = { over = \"5 years\", factor = 1.5 } }",
        "{ declining_balance = { over = \"5 years\", then_straight = false } }",
        "{ declining_balance = { over = \"1 year\", factor = 2 } }",
    ] {
        let method = good(&read, text);
        let mut left = 1.0;
        for age in 0..method.months() + 3 {
            assert!(method.share(age) >= 0.0, "{text}");
            left -= method.share(age);
            assert!((method.book_share(age) - left).abs() < 1e-12, "{text}, age {age}");
        }
        if text.contains("then_straight") {
            // Without the change to a straight line, 0.6^5 of the price is left.
            close(left, 0.07776, 1e-12);
        } else {
            assert!(left.abs() < 1e-12, "{text}");
        }
    }
    for (text, code) in [
        ("{ declining_balance = { over = \"30 months\" } }", "not-whole-years"),
        ("{ declining_balance = { over = \"5 years\", factor = 0.5 } }", "below-one"),
        ("{ straight_line = { over = \"1.5 months\" } }", "not-whole-months"),
        ("{ straight_line = { over = \"1000 days\" } }", "not-whole-months"),
        ("{ sum_of_digits = { over = \"5 years\" } }", "unknown-kind"),
    ] {
        assert_eq!(bad(&read, text), [code], "{text}");
    }
}

/// Payment of a loan of 300,000 over 60 months at 0.5 % a month: 5,799.84 (any table of annuities).
#[test]
fn instalments_pay_back_what_was_borrowed() {
    close(300_000.0 * instalment(0.005, 60), 5_799.84, 1e-6);
    close(instalment(0.0, 48), 1.0 / 48.0, 1e-12);
    for (interest, months) in [(1e-9, 12), (0.01, 1), (0.004, 36), (0.02, 120)] {
        let mut owed = 1.0;
        for _ in 0..months {
            owed += owed * interest - instalment(interest, months);
        }
        assert!(owed.abs() < 1e-9, "{interest} over {months} months leaves {owed}");
    }
}
