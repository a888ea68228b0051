//! The whole life of owned servers: written off by any method, leased, replaced, housed in racks, idle, broken, spread over zones.

use tokencast::finance::{Component, Measure};
use tokencast::lanes::LANES;
use tokencast::math;
use tokencast::serving::Zones;

use super::owned::{CHAT, MACHINES, TWO_YEARS, supply, traffic};
use super::rig::{Outcome, Rig, refused, run};
use super::support::{close, near, timeline};

const AT_ONCE: &str = "{ once = { servers = 2, ordered = \"2027-01\" } }";

fn text(purchase: &str, more: &str) -> String {
    format!("{MACHINES}{}{}", traffic(4.0), supply(purchase, more))
}

fn total(months: &[Outcome], component: Component) -> f64 {
    months.iter().map(|month| month.cost(component)).sum()
}

fn cost(months: &[Outcome], component: Component) -> Vec<f64> {
    months.iter().map(|month| month.cost(component)).collect()
}

const DEPRECIATIONS: [&str; 3] = [
    TWO_YEARS,
    "depreciation = { declining_balance = { over = \"2 years\" } }\n",
    "depreciation = { declining_balance = { over = \"3 years\", factor = 1.5, then_straight = false } }\n",
];
const FINANCINGS: [&str; 3] = [
    "",
    "financing = { lease = { rate = \"6 % /year\", term = \"18 months\" } }\n",
    "financing = { lease = { rate = \"2 % to 9 % /year\", term = \"2 years\" } }\n",
];

/// Whatever the method, the financing and the life: what is paid is what the books show, never once more.
#[test]
fn cash_and_books_come_to_the_same() {
    let purchase = "{ dated = { 2027-01 = 1, 2027-06 = 3, 2028-03 = 1 } }";
    for depreciation in DEPRECIATIONS {
        for financing in FINANCINGS {
            for refresh in ["", "refresh = \"24 months\"\n", "refresh = \"30 months\"\n"] {
                for length in [1, 13, 24, 25, 61] {
                    let more = format!(
                        "{depreciation}{financing}{refresh}resale = {{ share = \"20 %\", follows = \"rental\" }}"
                    );
                    let months = run(&text(purchase, &more), length, &[CHAT]);
                    for lane in [0, LANES - 1] {
                        let cash: f64 = months.iter().map(|month| month.cash[lane]).sum();
                        let accrual: f64 = months.iter().map(|month| month.accrual[lane]).sum();
                        close(cash, accrual, 1e-10);
                    }
                    let paid = total(&months, Component::Servers);
                    let leased = total(&months, Component::LeasePayments);
                    assert!(paid == 0.0 || leased == 0.0, "a server is bought or leased, never both");
                }
            }
        }
    }
}

/// One server of 280,000 at 6 % a year over 18 months: PMT by hand, interest on what is owed, the rest paid at the end.
#[test]
fn a_lease_is_its_instalments() {
    let purchase = "{ once = { servers = 1, ordered = \"2027-01\" } }";
    let more =
        format!("{TWO_YEARS}financing = {{ lease = {{ rate = \"6 % /year\", term = \"18 months\" }} }}");
    let months = run(&text(purchase, &more), 24, &[CHAT]);
    let i = 1.06_f64.powf(1.0 / 12.0) - 1.0;
    let pmt = 280e3 * i / (1.0 - (1.0 + i).powi(-18));
    let mut owed = 280e3;
    for (month, outcome) in months.iter().enumerate() {
        let (paid, interest) =
            (outcome.cost(Component::LeasePayments), outcome.cost(Component::LeaseInterest));
        let due = if month < 18 { pmt } else { 0.0 };
        near(paid, due, 1e-5);
        near(interest, if month < 18 { owed * i } else { 0.0 }, 1e-5);
        near(outcome.cost(Component::Servers), 0.0, 0.0);
        close(outcome.cost(Component::Depreciation), 280e3 / 24.0, 1e-12);
        owed += owed * i - due;
    }
    // A scenario that ends before the lease does pays what is still owed.
    let months = run(&text(purchase, &more), 6, &[CHAT]);
    let mut owed = 280e3;
    for _ in 0..6 {
        owed += owed * i - pmt;
    }
    close(months[5].cost(Component::LeasePayments), pmt + owed, 1e-9);
    // At the lease's own rate, its present value is the price.
    let value: f64 = cost(&months, Component::LeasePayments)
        .iter()
        .enumerate()
        .map(|(month, paid)| paid * (1.0 + i).powi(-(month as i32 + 1)))
        .sum();
    close(value, 280e3, 1e-9);
}

#[test]
fn servers_are_replaced_at_the_end_of_their_life() {
    let moving = MACHINES.replace(
        "price = \"280k USD /server\"",
        "price = { schedule = { 2027-04 = \"280k USD /server\", 2028-01 = \"200k USD /server\" } }",
    );
    let more = format!("{TWO_YEARS}refresh = \"12 months\"\nresale = {{ share = \"20 %\" }}");
    let purchase = "{ dated = { 2027-01 = 1, 2027-06 = 1 } }";
    let months = run(&format!("{moving}{}{}", traffic(4.0), supply(purchase, &more)), 30, &[CHAT]);
    let servers = cost(&months, Component::Servers);
    // Delivered in April and August 2027, replaced a year and two years later, cheaper.
    for (month, paid) in servers.iter().enumerate() {
        let expected = match month {
            0 | 4 => 280e3,
            12 | 16 | 24 | 28 => 200e3,
            _ => 0.0,
        };
        assert_eq!(*paid, expected, "month {month}");
    }
    // After half of its two years a server fetches 60 % of its price, and its books say half.
    close(months[12].cost(Component::Resale), -0.6 * 280e3, 1e-12);
    close(months[12].cost(Component::Disposal), (0.5 - 0.6) * 280e3, 1e-12);
    close(months[24].cost(Component::Resale), -0.6 * 200e3, 1e-12);
    for (month, outcome) in months.iter().enumerate() {
        let in_books = |from: usize, price: f64| {
            if (from..from + 12).contains(&month) { price / 24.0 } else { 0.0 }
        };
        let expected = in_books(0, 280e3)
            + in_books(4, 280e3)
            + [12, 16, 24, 28].iter().map(|from| in_books(*from, 200e3)).sum::<f64>();
        close(outcome.cost(Component::Depreciation), expected, 1e-12);
        let count = if month < 4 { 1.0 } else { 2.0 };
        close(outcome.measure(Measure::GpuHours), count * 8.0 * timeline(30).month(month).hours, 1e-12);
    }
}

#[test]
fn racks_are_billed_whole() {
    let site = MACHINES.replace(
        "colocation = \"100 USD /kW-month\"",
        "rack = \"1,500 USD /rack-month\"\n    servers_per_rack = 2",
    );
    for (servers, racks) in [(1, 1.0), (2, 1.0), (3, 2.0)] {
        let purchase = format!("{{ once = {{ servers = {servers}, ordered = \"2027-01\" }} }}");
        let month =
            run(&format!("{site}{}{}", traffic(1.0), supply(&purchase, TWO_YEARS)), 1, &[CHAT]).remove(0);
        let demand = f64::from(servers) * 12.0 * 10.0;
        close(month.cost(Component::Colocation), racks * 1500.0 + demand + 500.0, 1e-12);
    }
}

/// Power without work and power at work, by the hours of each.
#[test]
fn idle_servers_draw_power() {
    for replicas in [0.5, 2.0, 5.0] {
        let text = format!(
            "{MACHINES}{}{}",
            traffic(replicas),
            supply(AT_ONCE, &format!("{TWO_YEARS}idle = \"30 %\"\nfleet = {{ utilization_target = 1 }}"))
        );
        let month = run(&text, 1, &[CHAT]).remove(0);
        // Four replicas to a server; a month of 720 hours.
        let busy = replicas / 4.0;
        let kwh = 10.0 * 1.4 * 720.0 * (2.0 * 0.30 + busy * (0.65 - 0.30));
        close(month.cost(Component::Energy), kwh * 0.15, 1e-9);
    }
}

fn failing(faults: &str, repair: &str) -> String {
    MACHINES.replace(
        "lead_time = \"2 months\"",
        &format!("lead_time = \"2 months\"\n    faults = \"{faults}\"\n    repair = {repair}"),
    )
}

/// What is served when servers fail is the mean over the binomial number of servers down.
#[test]
fn faults_take_servers_out() {
    // A fault a month and server, a tenth of a month to repair: each is down 1/11 of the time.
    let (share, hours) = (0.1_f64 / 1.1, 730.5 * 0.1);
    for (servers, replicas) in [(1_u32, 4.0), (2, 5.0), (3, 12.0), (5, 17.0)] {
        let purchase = format!("{{ once = {{ servers = {servers}, ordered = \"2027-01\" }} }}");
        let text = format!(
            "{}{}{}",
            failing("1 /server-month", &format!("\"{hours} h\"")),
            traffic(replicas),
            supply(&purchase, &format!("{TWO_YEARS}fleet = {{ utilization_target = 1 }}"))
        );
        let month = run(&text, 1, &[CHAT]).remove(0);
        let mut expected = 0.0;
        let mut ways = 1.0;
        for down in 0..=servers {
            let chance = ways * share.powi(down as i32) * (1.0 - share).powi((servers - down) as i32);
            expected += chance * (4.0 * f64::from(servers - down)).min(replicas);
            ways *= f64::from(servers - down) / f64::from(down + 1);
        }
        close(month.served[0][0] / month.offered[0][0], expected / replicas, 1e-9);
        near(month.measure(Measure::BusyGpuHours), expected * 2.0 * 720.0, 1e-6);
    }
}

/// Only the mean of repairs counts, however heavy their tail; an interval is an uncertain mean.
#[test]
fn repairs_are_told_by_their_mean() {
    let served = |repair: &str| {
        let text = format!(
            "{}{}{}",
            failing("1.53 /server-year", repair),
            traffic(8.0),
            supply(AT_ONCE, &format!("{TWO_YEARS}fleet = {{ utilization_target = 1 }}"))
        );
        run(&text, 1, &[CHAT]).remove(0).served[0]
    };
    // median · exp(sigma² / 2): 0.85 days and 1.92 come to 5.37 days.
    let mean = 0.85 * 24.0 * (1.92_f64 * 1.92 / 2.0).exp();
    let heavy = served("{ lognormal = { median = \"20.4 h\", sigma = 1.92 } }");
    let fixed = served(&format!("\"{mean} h\""));
    close(heavy[0], fixed[0], 1e-9);
    assert!(heavy.iter().all(|lane| *lane == heavy[0]), "how repairs differ is no doubt about their mean");
    let uncertain = served("\"2 days to 8 days\"");
    assert!(uncertain.iter().any(|lane| *lane != uncertain[0]));
}

/// Spares by the Poisson distribution over a repair, as in domain practice: 64 units at 0.09 faults a year and 30 days of repair
/// (0.473 down) need 2 for 95 % of the time and 3 for 99 %; with 90 days 4 and 5... and 256 at 0.11 a year with 30 days 5 and 6.
#[test]
fn spares_cover_the_faults_of_a_repair() {
    for (units, faults, days, spares) in
        [(64.0, 0.09, 30.0, [2.0, 3.0]), (64.0, 0.09, 90.0, [4.0, 5.0]), (256.0, 0.11, 30.0, [5.0, 6.0])]
    {
        let mean: f64 = units * faults * days / 365.0;
        for (share, expected) in [0.95, 0.99].into_iter().zip(spares) {
            assert_eq!(math::poisson_quantile(mean, share), expected, "{units} {faults} {days}");
        }
    }
    // Ten servers, each down a tenth of the time: of them two cover 95 % of the faults of eight, whose mean is 0.8.
    let most = |spares: &str| {
        let text = format!(
            "{}{}{}",
            failing("1 /server-month", "\"0.1 months\""),
            traffic(1000.0),
            supply(
                "{ once = { servers = 10, ordered = \"2027-01\" } }",
                &format!("{TWO_YEARS}{spares}\nfleet = {{ utilization_target = 1 }}")
            )
        );
        run(&text, 1, &[CHAT]).remove(0).measure(Measure::BusyGpuHours) / 16.0 / 720.0
    };
    let mut by_hand = 0.0;
    let (share, mut ways) = (0.1_f64 / 1.1, 1.0);
    for down in 0..=10_i32 {
        let chance = ways * share.powi(down) * (1.0 - share).powi(10 - down);
        by_hand += chance * f64::from(10 - down).min(8.0) / 2.0;
        ways *= f64::from(10 - down) / f64::from(down + 1);
    }
    // Five and more down, 8e-4 of the time, are taken together at their mean; replicas are whole, so half of one is lost.
    close(most("spares = \"2 servers\""), by_hand, 5e-5);
    assert_eq!(most("spares = \"2 servers\""), most("spares = { cover = \"95 %\" }"));
    assert!(most("") > most("spares = \"2 servers\""));
}

/// More faults, longer repairs, more spares, more zones: never more served for the same servers.
#[test]
fn what_protects_service_or_breaks_it_takes_capacity() {
    let served = |machines: &str, more: &str| {
        let text = format!(
            "{machines}{}{}",
            traffic(30.0),
            supply("{ once = { servers = 7, ordered = \"2027-01\" } }", &format!("{TWO_YEARS}{more}"))
        );
        run(&text, 1, &[CHAT]).remove(0).served[0][0]
    };
    let falls =
        |list: &[f64]| assert!(list.windows(2).all(|pair| pair[1] <= pair[0] * (1.0 + 1e-12)), "{list:?}");
    let plain = served(MACHINES, "");
    let faults = ["0.1 /server-year", "1 /server-year", "10 /server-year", "100 /server-year"];
    let by_faults: Vec<f64> = faults.iter().map(|f| served(&failing(f, "\"3 days\""), "")).collect();
    falls(&by_faults);
    assert!(by_faults[0] < plain && by_faults[3] > 0.0);
    falls(&["0", "1", "2", "5"].map(|n| served(MACHINES, &format!("spares = \"{n} servers\""))));
    falls(&["10", "3", "2"].map(|n| served(MACHINES, &format!("fleet = {{ zones = {n} }}"))));
    assert!(served(MACHINES, "fleet = { zones = 10 }") < plain);
}

/// The least number of replicas that survives the loss of any zone, by trying.
#[test]
fn zones_keep_what_is_needed() {
    for zones in 2..6_i64 {
        let spread = Zones::new(zones);
        for needed in 0..40 {
            let survives = |all: i64| all - (all + zones - 1) / zones >= needed;
            let least = (0..200).find(|all| survives(*all)).unwrap();
            assert_eq!(spread.with_reserve(needed as f64), least as f64, "{needed} in {zones} zones");
            let left = spread.without_one(needed as f64);
            assert_eq!(left, (needed - (needed + zones - 1) / zones) as f64);
        }
    }
    assert_eq!(Zones::new(1).with_reserve(7.0), 7.0);
    // What is owned in two zones serves half of it; what is ordered by need is twice the need.
    let half = |zones: u32| {
        let more = format!("{TWO_YEARS}fleet = {{ utilization_target = 1, zones = {zones} }}");
        let text = format!("{MACHINES}{}{}", traffic(8.0), supply(AT_ONCE, &more));
        run(&text, 1, &[CHAT]).remove(0).served[0][0]
    };
    close(half(2), half(1) / 2.0, 1e-12);
    let ordered = |zones: u32| {
        let more = format!("{TWO_YEARS}fleet = {{ utilization_target = 1, zones = {zones} }}");
        let purchase = "{ trailing_need = { first = 1, ordered = \"2027-01\" } }";
        let text = format!("{MACHINES}{}{}", traffic(8.0), supply(purchase, &more));
        run(&text, 6, &[CHAT]).remove(5).measure(Measure::GpuHours)
    };
    close(ordered(2), 2.0 * ordered(1), 1e-12);
}

#[test]
fn machines_that_make_no_sense_are_refused() {
    let cover = format!("{TWO_YEARS}spares = {{ cover = \"99 %\" }}");
    assert_eq!(refused(&text(AT_ONCE, &cover), &[CHAT]), ["never-fails"]);
    assert!(Rig::new(&text(AT_ONCE, TWO_YEARS), 1, &[CHAT]).is_ok());
}
