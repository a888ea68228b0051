//! Money over time: postings add up, delays are worth what the textbook says, depreciation spreads all of a price.

use tokencast::document::TableOf;
use tokencast::finance::{Charge, Component, Discounting, Ledger, Line, Measure, StraightLine, View};
use tokencast::lanes::{LANES, Lanes, Slot, Values};

use super::support::{bad, builder, certain, close, good};

fn line(component: Component) -> Line {
    let (label, payee) = (String::new(), String::new());
    Line { component, label, payee, unit: "", per_unit: 1.0, inputs: Vec::new() }
}

fn lanes(value: f64) -> Lanes {
    std::array::from_fn(|lane| value + lane as f64)
}

#[test]
fn components_add_up_to_both_totals() {
    let mut ledger = Ledger::new();
    let (mut cash, mut accrual) = ([0.0; LANES], [0.0; LANES]);
    for round in 0..2 {
        ledger.clear(true);
        (cash, accrual) = ([0.0; LANES], [0.0; LANES]);
        for (i, component) in Component::ALL.into_iter().enumerate() {
            assert!(!ledger.has(component), "round {round}");
            let (quantity, price) = (lanes(i as f64), lanes(0.25));
            ledger.post(&line(component), &quantity, &price);
            ledger.post(&line(component), &quantity, &[1.0; LANES]);
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
    assert_eq!(ledger.total(View::Cash), [0.0; LANES]);
    ledger.post(&line(Component::Energy), &lanes(1.0), &lanes(1.0));
    assert!(ledger.recorded().is_empty());
}

#[test]
fn money_of_servers_and_credit_moves_in_one_view_and_is_spread_in_the_other() {
    let views = |view| Component::ALL.into_iter().filter(|c| c.view() == view).collect::<Vec<_>>();
    assert_eq!(views(View::Cash), [Component::Prepaid, Component::Servers, Component::Resale]);
    assert_eq!(views(View::Accrual), [Component::CreditLost, Component::Depreciation, Component::Disposal]);
    for (i, component) in Component::ALL.into_iter().enumerate() {
        assert_eq!(component as usize, i, "the order of tables is the order of the numbers");
    }
}

#[test]
fn a_purchase_is_paid_at_the_start_of_its_month() {
    let mut ledger = Ledger::new();
    ledger.post_upfront(&line(Component::Servers), &[2.0; LANES], &[100.0; LANES]);
    ledger.post(&line(Component::Energy), &[1.0; LANES], &[7.0; LANES]);
    assert_eq!(
        [ledger.upfront()[0], ledger.total(View::Cash)[0], ledger.total(View::Accrual)[0]],
        [200.0, 207.0, 7.0]
    );
    ledger.measure(Measure::Served, &[3.0; LANES]);
    ledger.measure(Measure::Served, &[4.0; LANES]);
    assert_eq!(ledger.measured(Measure::Served)[9], 7.0);
    ledger.clear(false);
    assert_eq!([ledger.upfront()[0], ledger.measured(Measure::Served)[0]], [0.0, 0.0]);
}

#[test]
fn a_charge_is_posted_when_it_is_due() {
    let values = [[3.0; LANES], [5.0; LANES]];
    let (quantity, price) = (Slot(0), Slot(1));
    let posted = |due: Option<Vec<bool>>, month: usize| {
        let mut ledger = Ledger::new();
        Charge { line: line(Component::Levers), quantity, price, from: None, due }.post(
            month,
            &Values(&values),
            &mut ledger,
        );
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
        let line = StraightLine { months };
        let mut left = 1.0;
        for age in 0..months {
            left -= line.share(age);
            assert!((line.book_share(age) - left).abs() < 1e-12, "{months} months, age {age}");
        }
        assert_eq!([line.share(months), line.book_share(months - 1), line.book_share(months + 9)], [0.0; 3]);
    }
}
