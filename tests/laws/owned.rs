//! Owned servers: bought, delivered, powered, written off and sold, month by month.

use tokencast::calendar::Timeline;
use tokencast::demand::Week;
use tokencast::finance::{Component, Measure};
use tokencast::lanes::LANES;

use super::rig::{Outcome, Rig, Serve, refused, run, serve};
use super::support::{close, near, timeline};

pub(super) const MACHINES: &str = "
    [llm.open]
    [deployment.pair]
    llm = \"open\"
    gpu = \"h200\"
    gpus = 2
    capacity = { stated = { tokens = \"1000 tokens /s\" } }
    capacity_error = 1
    [server.box]
    gpu = \"h200\"
    gpus = 8
    price = \"280k USD /server\"
    power = \"10 kW\"
    provisioned_power = \"12 kW\"
    lead_time = \"2 months\"
    [site.colo]
    region = \"jp\"
    electricity = \"0.15 USD /kWh\"
    pue = 1.4
    colocation = \"100 USD /kW-month\"
    demand_charge = \"120 USD /kW-year\"
    network = \"500 USD /month\"
    [vendor.acme.llm.terra]
    rates = { input = \"3 USD /Mtok\", output = \"15 USD /Mtok\" }
    [index.rental]
    exponential = { rate = \"-2 % /month\" }
";

/// A flat traffic whose load is so many replicas at their limit in a month of 720 hours.
pub(super) fn traffic(replicas: f64) -> String {
    let requests = replicas * 9000.0 * 720.0;
    format!(
        "[traffic.chat]\nrequests = \"{requests:.6} /month\"\ninput_tokens = 300\noutput_tokens = 100\nhourly_noise = 0\n"
    )
}

pub(super) fn supply(purchase: &str, more: &str) -> String {
    format!(
        "[supply.own.owned]\ndeployment = \"pair\"\nserver = \"box\"\nsite = \"colo\"\npurchase = {purchase}\nload = 0.65\n{more}\n"
    )
}

pub(super) const TWO_YEARS: &str = "depreciation = { straight_line = { over = \"24 months\" } }\n";
const ONCE: &str = "{ once = { servers = 2, ordered = \"2027-05\" } }";
pub(super) const CHAT: Serve =
    Serve { traffic: "chat", by: "own", up_to: None, batch: false, region: None, patience: None };

fn months(length: usize, purchase: &str, more: &str) -> Vec<Outcome> {
    let text = format!("{MACHINES}{}{}", traffic(4.0), supply(purchase, &format!("{TWO_YEARS}{more}")));
    run(&text, length, &[CHAT])
}

fn costs(months: &[Outcome], component: Component) -> Vec<f64> {
    months.iter().map(|month| month.cost(component)).collect()
}

/// Servers standing in each month.
fn standing(months: &[Outcome], line: &Timeline) -> Vec<f64> {
    let servers =
        |(i, month): (usize, &Outcome)| month.measure(Measure::GpuHours) / 8.0 / line.month(i).hours;
    months.iter().enumerate().map(servers).collect()
}

#[test]
fn a_server_is_paid_when_it_arrives_and_costs_from_then_on() {
    let more =
        "maintenance = \"12 % /year\"\nsoftware = \"4500 USD /GPU-year\"\nstorage = \"100 USD /month\"";
    let months = months(6, ONCE, more);
    // Ordered in May, the second month, two months on the way.
    assert_eq!(costs(&months, Component::Servers), [0.0, 0.0, 0.0, 560e3, 0.0, 0.0]);
    for (i, month) in months.iter().enumerate() {
        let servers = if i < 3 { 0.0 } else { 2.0 };
        let hours = timeline(6).month(i).hours;
        near(month.cost(Component::Energy), servers * 10.0 * 0.65 * 1.4 * hours * 0.15, 1e-9);
        // The contract counts provisioned power; the demand charge is 10 USD a month. Network and storage run from the start.
        near(month.cost(Component::Colocation), servers * 12.0 * 110.0 + 600.0, 1e-9);
        near(month.cost(Component::Maintenance), servers * 280e3 * 0.01, 1e-9);
        near(month.cost(Component::Software), servers * 8.0 * 375.0, 1e-9);
        near(month.cost(Component::Depreciation), servers * 280e3 / 24.0, 1e-9);
        assert_eq!(month.upfront[5], month.cost(Component::Servers));
        close(month.measure(Measure::GpuHours) + 1.0, servers * 8.0 * hours + 1.0, 1e-12);
    }
}

#[test]
fn without_provisioned_power_the_power_at_full_load_is_contracted() {
    let text = format!(
        "{MACHINES}{}{}",
        traffic(1.0),
        supply("{ once = { servers = 1, ordered = \"2027-01\" } }", TWO_YEARS)
    );
    let month = run(&text.replace("provisioned_power = \"12 kW\"", ""), 1, &[CHAT]).remove(0);
    close(month.cost(Component::Colocation), 10.0 * 110.0 + 500.0, 1e-12);
}

#[test]
fn lead_times_are_whole_months_and_old_orders_have_arrived() {
    let arrival = |ordered: &str, lead: &str| {
        let purchase = format!("{{ once = {{ servers = 1, ordered = \"{ordered}\" }} }}");
        let text =
            format!("{MACHINES}{}{}", traffic(1.0), supply(&purchase, TWO_YEARS)).replace("2 months", lead);
        let paid = costs(&run(&text, 8, &[CHAT]), Component::Servers);
        paid.iter().position(|amount| *amount > 0.0)
    };
    assert_eq!(arrival("2027-05", "0 months"), Some(1));
    assert_eq!(arrival("2027-05", "3 months"), Some(4));
    // Ten weeks are 2.3 months, and a server serves whole months.
    assert_eq!(arrival("2027-05", "10 weeks"), Some(4));
    assert_eq!(arrival("2027-02", "3 months"), Some(1));
    assert_eq!(arrival("2026-01", "3 months"), Some(0));
    assert_eq!(arrival("2027-05", "10 months"), None);
    assert_eq!(arrival("2028-05", "1 month"), None);
}

const DATED: &str =
    "{ dated = { 2027-01 = 1, 2027-06 = 3, 2027-07 = \"2 servers\", 2028-03 = 1, source = \"plan\" } }";

#[test]
fn what_is_paid_is_what_is_written_off() {
    let resales =
        ["", "resale = { share = \"20 %\" }", "resale = { share = \"20 %\", follows = \"rental\" }"];
    for length in [1, 4, 20, 40] {
        for resale in resales {
            let moving = MACHINES.replace(
                "price = \"280k USD /server\"",
                "price = { exponential = { initial = \"280k USD /server\", rate = \"-15 % /year\" } }",
            );
            let text = format!("{moving}{}{}", traffic(4.0), supply(DATED, &format!("{TWO_YEARS}{resale}")));
            let months = run(&text, length, &[CHAT]);
            let sum = |pick: fn(&Outcome) -> f64| months.iter().map(pick).sum::<f64>();
            close(sum(|month| month.cash[3]), sum(|month| month.accrual[3]), 1e-12);
            assert!(costs(&months, Component::Depreciation).iter().all(|amount| *amount >= 0.0));
            let resold = sum(|month| month.cost(Component::Resale));
            if resale.is_empty() {
                assert_eq!(resold, 0.0);
            } else {
                assert!(resold < 0.0);
            }
            assert!(months[..length - 1].iter().all(|month| month.cost(Component::Resale) == 0.0));
        }
    }
}

/// One server of 280,000 bought in the first month: after a year half is written off, and it fetches the way from all of its
/// price to a fifth, 60 %, times an index that fell by 2 % eleven times.
#[test]
fn a_server_fetches_a_share_that_falls_with_its_books() {
    let purchase = "{ once = { servers = 1, ordered = \"2027-02\" } }";
    let end = |length: usize, resale: &str| months(length, purchase, resale).remove(length - 1);
    let fixed = end(12, "resale = { share = \"20 %\" }");
    close(fixed.cost(Component::Resale), -0.6 * 280e3, 1e-12);
    close(fixed.cost(Component::Disposal), 140e3 - 0.6 * 280e3, 1e-12);
    let moving = end(12, "resale = { share = \"20 %\", follows = \"rental\" }");
    close(moving.cost(Component::Resale), -0.6 * 280e3 * 0.98_f64.powi(11), 1e-12);
    let old = end(40, "resale = { share = \"20 %\" }");
    close(old.cost(Component::Resale), -0.2 * 280e3, 1e-12);
    close(old.cost(Component::Disposal), -0.2 * 280e3, 1e-12);
    close(end(12, "").cost(Component::Disposal), 140e3, 1e-12);
}

#[test]
fn depreciation_ends() {
    let months = months(40, DATED, "");
    let depreciation = costs(&months, Component::Depreciation);
    // Deliveries: 1 at the start, 3 in August 2027 (month 4), 2 in September, 1 in May 2028 (month 13).
    for (i, found) in depreciation.iter().enumerate() {
        let in_books = |delivered: usize| f64::from(u8::from(delivered <= i && i < delivered + 24));
        let servers = in_books(0) + 3.0 * in_books(4) + 2.0 * in_books(5) + in_books(13);
        near(*found, servers * 280e3 / 24.0, 1e-6);
    }
    assert_eq!(standing(&months, &timeline(40))[39], 7.0);
    assert_eq!(depreciation[39], 0.0);
}

#[test]
fn servers_serve_what_fits_and_pass_on_the_rest() {
    // Two servers are eight replicas; at 70 % they carry 5.6, and the load is 8 in a month of 720 hours.
    let text = format!("{MACHINES}{}{}", traffic(8.0), supply(ONCE, TWO_YEARS));
    let rig = Rig::new(&text, 5, &[CHAT, serve("chat", "acme/terra")]).unwrap();
    assert!(!rig.unlimited(0) && rig.unlimited(1));
    for (i, month) in rig.run().iter().enumerate() {
        let capacity = if i < 3 { 0.0 } else { 5.6 * 9000.0 * timeline(5).month(i).hours };
        near(month.served[0][0], capacity, 1e-6);
        close(month.served[0][0] + month.served[1][0], month.offered[0][0], 1e-15);
        close(month.cost(Component::ApiTokens), month.served[1][0] * (300.0 * 3e-6 + 100.0 * 15e-6), 1e-12);
        near(month.measure(Measure::BusyGpuHours), month.served[0][0] / 9000.0 * 2.0, 1e-6);
    }
    let spare = format!(
        "{MACHINES}{}{}",
        traffic(8.0),
        supply(ONCE, &format!("{TWO_YEARS}fleet = {{ spare_replicas = 1 }}"))
    );
    let month = run(&spare, 5, &[CHAT]).remove(4);
    close(month.served[0][0], 7.0 * 0.7 * 9000.0 * 744.0, 1e-12);
    let most = format!(
        "{MACHINES}{}{}",
        traffic(8.0),
        supply(ONCE, &format!("{TWO_YEARS}fleet = {{ max_replicas = 3 }}"))
    );
    close(run(&most, 5, &[CHAT]).remove(4).served[0][0], 3.0 * 0.7 * 9000.0 * 744.0, 1e-12);
    // A replica does not stand on half of its GPUs.
    let threes = text.replace("gpus = 2", "gpus = 3");
    close(run(&threes, 5, &[CHAT]).remove(4).served[0][0], 5.0 * 0.7 * 9000.0 * 744.0, 1e-12);
}

/// Two weeks on the same servers, hour by hour: what fits, the rest, and the need that the busiest hour of both has.
#[test]
fn weeks_that_differ_share_servers() {
    let weeks = ["office", "consumer"].map(|name| {
        let hours = Week::named(name).unwrap().hours();
        let mean = hours.iter().sum::<f64>() / 168.0;
        hours.iter().map(|hour| hour / mean).collect::<Vec<f64>>()
    });
    let of = |id: &str, replicas: f64, week: &str| {
        let written = traffic(replicas).replace("traffic.chat", &format!("traffic.{id}"));
        format!("{written}week = \"{week}\"\n")
    };
    let streams = format!("{}{}", of("chat", 4.0, "office"), of("more", 7.0, "consumer"));
    let load = |hour: usize| 4.0 * weeks[0][hour] + 7.0 * weeks[1][hour];
    let mean = |of: &dyn Fn(usize) -> f64| (0..168).map(of).sum::<f64>() / 168.0;
    let lines = [CHAT, serve("more", "own")];
    // Three servers are twelve replicas at 70 %. With faults that hardly ever happen, the same by the longer way.
    let capacity = 12.0 * 0.7;
    let (first, both) =
        (mean(&|hour| (4.0 * weeks[0][hour]).min(capacity)), mean(&|hour| load(hour).min(capacity)));
    for faults in ["", "faults = \"1e-9 /server-year\"\nrepair = \"1 day\"\n"] {
        let machines = MACHINES.replace("lead_time", &format!("{faults}lead_time"));
        let bought = supply("{ once = { servers = 3, ordered = \"2026-01\" } }", TWO_YEARS);
        let small = run(&format!("{machines}{streams}{bought}"), 1, &lines).remove(0);
        close(small.served[0][0], first * 9000.0 * 720.0, 1e-6);
        close(small.served[1][0], (both - first) * 9000.0 * 720.0, 1e-6);
    }
    // What is ordered follows the busiest hour of both, not the busiest hours of each.
    let need = (0..168).map(load).fold(0.0, f64::max);
    let apart: f64 = [4.0, 7.0]
        .iter()
        .zip(&weeks)
        .map(|(mean, week)| mean * week.iter().copied().fold(0.0, f64::max))
        .sum();
    let servers = |load: f64| ((load / 0.7 - 1e-9).ceil() / 4.0).ceil();
    assert!(servers(need) < servers(apart), "{need} {apart}");
    let purchase =
        "{ trailing_need = { first = 1, ordered = \"2026-01\", margin = 0, over = \"1 months\" } }";
    let machines = MACHINES.replace("2 months", "0 months");
    let found = run(&format!("{machines}{streams}{}", supply(purchase, TWO_YEARS)), 2, &lines);
    close(standing(&found, &timeline(2))[1], servers(need), 1e-9);
}

/// Servers in each month when the mean need of the past months, with a margin, is ordered: by hand.
fn by_hand(need: &[f64], first: (usize, f64), (margin, over, lead): (f64, usize, usize)) -> Vec<f64> {
    let (mut standing, mut ordered) = (Vec::new(), vec![0.0; need.len() + lead]);
    for month in 0..need.len() {
        if month == first.0 {
            ordered[month + lead] += first.1;
        }
        if month >= over && month >= first.0 {
            let mean = need[month - over..month].iter().sum::<f64>() / over as f64;
            let have: f64 = ordered.iter().sum();
            ordered[month + lead] += ((mean * (1.0 + margin) - 1e-9).ceil() - have).max(0.0);
        }
        standing.push(ordered[..=month].iter().sum());
    }
    standing
}

#[test]
fn orders_follow_the_need_of_the_past() {
    let length = 30;
    let growing =
        traffic(1.0).replace(" /month\"", " /month\"\ngrowth = \"12 % /month\"\nseason = { dec = 1.8 }");
    // What is needed at 70 % in whole replicas, four to a server.
    let need: Vec<f64> = (0..length)
        .map(|month| {
            let now = timeline(length).month(month);
            let season = if now.label.month() == 12 { 1.8 } else { 1.0 };
            let load = 1.12_f64.powi(month as i32) * season * 720.0 / now.hours;
            (load / 0.7 - 1e-9).ceil() / 4.0
        })
        .collect();
    for (margin, over, ordered, first) in
        [(0.15, 3, (2027, 4), 1), (0.0, 1, (2027, 4), 1), (0.5, 6, (2027, 10), 2), (0.1, 2, (2028, 1), 2)]
    {
        let purchase = format!(
            "{{ trailing_need = {{ first = {first}, ordered = \"{}-{:02}\", margin = {margin}, over = \"{over} months\" }} }}",
            ordered.0, ordered.1
        );
        let text = format!("{MACHINES}{growing}{}", supply(&purchase, TWO_YEARS));
        let found = standing(&run(&text, length, &[CHAT]), &timeline(length));
        let first_month = (12 * (ordered.0 - 2027) + ordered.1 - 4) as usize;
        let expected = by_hand(&need, (first_month, f64::from(first)), (margin, over, 2));
        for (month, (found, expected)) in found.iter().zip(&expected).enumerate() {
            assert!((found - expected).abs() < 1e-9, "{purchase}, month {month}: {found} and {expected}");
        }
        assert!(expected[length - 1] > expected[length / 2], "the need grows");
    }
}

#[test]
fn every_path_has_its_own_servers() {
    let growing = traffic(2.0)
        .replace(" /month\"", " /month\"\ngrowth = \"0 % to 10 % /month\"")
        .replace("0 %", "0.1 %");
    let purchase =
        "{ trailing_need = { first = 1, ordered = \"2027-04\", margin = 0.1, over = \"2 months\" } }";
    let uncertain = MACHINES.replace("lead_time = \"2 months\"", "lead_time = \"1 month to 6 months\"");
    let text = format!(
        "{uncertain}{growing}{}",
        supply(purchase, &format!("{TWO_YEARS}resale = {{ share = \"5 % to 30 %\" }}"))
    );
    let rig = Rig::new(&text, 24, &[CHAT, serve("chat", "acme/terra")]).unwrap();
    let first = rig.run_from(64);
    // The same lanes in another batch, after other paths.
    let again = rig.run_from(64);
    let mut differ = 0;
    for (a, b) in first.iter().zip(&again) {
        assert_eq!(a.cash.map(f64::to_bits), b.cash.map(f64::to_bits));
        differ += usize::from(a.costs(Component::Energy).iter().any(|x| *x != a.cost(Component::Energy)));
    }
    assert!(differ > 6, "paths have different servers");
    for lane in 0..LANES {
        let sum = |pick: fn(&Outcome) -> &tokencast::lanes::Lanes| {
            first.iter().map(|month| pick(month)[lane]).sum::<f64>()
        };
        close(sum(|month| &month.cash), sum(|month| &month.accrual), 1e-12);
        for month in &first {
            assert!((0.0..=month.offered[0][lane]).contains(&month.served[0][lane]));
        }
    }
}

#[test]
fn what_cannot_be_owned_is_refused() {
    let text = |purchase: &str| format!("{MACHINES}{}{}", traffic(1.0), supply(purchase, TWO_YEARS));
    assert_eq!(refused(&text(ONCE).replace("\"colo\"", "\"cola\""), &[CHAT]), ["unknown-id"]);
    assert_eq!(
        refused(&text(ONCE).replace("gpu = \"h200\"\n    gpus = 8", "gpu = \"h100\"\n    gpus = 8"), &[CHAT]),
        ["other-gpu"]
    );
    let abroad = text(ONCE).replace("[traffic.chat]", "[traffic.chat]\nstays_in = [\"us\"]");
    assert_eq!(refused(&abroad, &[CHAT]), ["not-allowed-here"]);
    let nowhere =
        text(ONCE).replace("load = 0.65", "load = 0.65\nresale = { share = 0.1, follows = \"rentals\" }");
    assert_eq!(refused(&nowhere, &[CHAT]), ["unknown-id"]);
}

#[test]
fn purchases_that_make_no_sense_are_refused() {
    use super::support::{bad, good};
    use tokencast::document::Plugins;
    use tokencast::supply::PURCHASES;
    let read = Plugins(PURCHASES, "purchase");
    for purchase in PURCHASES {
        good(&read, purchase.example);
    }
    for (text, code) in [
        ("{ once = { servers = 1.5, ordered = \"2027-01\" } }", "not-whole"),
        ("{ dated = { 2027-01 = 1.5 } }", "not-whole"),
        ("{ dated = { 2027-1 = 1 } }", "bad-date"),
        ("{ trailing_need = { first = 0.5, ordered = \"2027-01\" } }", "not-whole"),
        ("{ trailing_need = { first = 1, ordered = \"2027-01\", over = \"30 days\" } }", "not-whole-months"),
        (
            "{ trailing_need = { first = 1, ordered = \"2027-01\", over = \"1.5 months\" } }",
            "not-whole-months",
        ),
        ("{ once = { servers = 1 } }", "missing-key"),
    ] {
        assert_eq!(bad(&read, text), [code], "{text}");
    }
}
