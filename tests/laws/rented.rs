//! Rented fleets, hour by hour.

use tokencast::demand::{LoadCurve, Week};
use tokencast::finance::{Component, Measure};
use tokencast::lanes::LANES;

use super::rig::{Outcome, Rig, Serve, refused, run, serve};
use super::support::{close, levels, whole};

/// Hours of April 2027, the first month.
pub(super) const HOURS: f64 = 720.0;
/// A replica at its limit takes 9,000 calls of 400 tokens in an hour.
pub(super) const CALLS_PER_HOUR: f64 = 9000.0;

pub(super) const MACHINES: &str = "
    [llm.open]
    [deployment.pair]
    llm = \"open\"
    gpu = \"h200\"
    gpus = 2
    capacity = { stated = { tokens = \"1000 tokens /s\" } }
    capacity_error = 1
    [vendor.cloud.gpu.h200]
    regions = { jp = 1, us = 1 }
    rates = { on_demand = \"4 USD /GPU-hour\", reserved_1y = \"3 USD /GPU-hour\" }
    factors = { reserved_3y = 0.5 }
    [vendor.cloud.gpu.h100]
    rates = { on_demand = \"3 USD /GPU-hour\" }
    [vendor.acme.llm.terra]
    rates = { input = \"3 USD /Mtok\", output = \"15 USD /Mtok\" }
";

/// A traffic whose load is `replicas` at their limit, on average over the first month.
pub(super) fn traffic(id: &str, replicas: f64, more: &str) -> String {
    let requests = replicas * CALLS_PER_HOUR * HOURS;
    format!(
        "[traffic.{id}]\nrequests = \"{requests:.6} /month\"\ninput_tokens = 300\noutput_tokens = 100\n{more}\n"
    )
}

pub(super) fn supply(more: &str) -> String {
    format!("[supply.tokyo.rented]\ndeployment = \"pair\"\ngpus = \"cloud/h200\"\n{more}\n")
}

pub(super) const CHAT: Serve =
    Serve { traffic: "chat", by: "tokyo", up_to: None, batch: false, region: None, patience: None };
pub(super) const FLAT: &str = "hourly_noise = 0";
pub(super) const OFFICE: &str = "week = \"office\"\nhourly_noise = 0";

pub(super) fn month(traffic: &str, fleet: &str, lines: &[Serve]) -> Outcome {
    run(&format!("{MACHINES}{traffic}{}", supply(fleet)), 1, lines).remove(0)
}

/// Replica-hours of the month that were paid for: every replica has two GPUs.
fn replica_hours(outcome: &Outcome) -> f64 {
    outcome.measure(Measure::GpuHours) / 2.0
}

#[test]
fn a_flat_load_needs_whole_replicas() {
    for (replicas, needed) in [(0.2, 1.0), (0.7, 1.0), (0.71, 2.0), (3.2, 5.0), (3.5, 5.0), (70.0, 100.0)] {
        let outcome = month(&traffic("chat", replicas, FLAT), "", &[CHAT]);
        close(replica_hours(&outcome), needed * HOURS, 1e-12);
        close(outcome.cost(Component::GpuRental), needed * HOURS * 2.0 * 4.0, 1e-12);
        close(outcome.measure(Measure::BusyGpuHours), replicas * HOURS * 2.0, 1e-9);
        assert_eq!(outcome.served[0], outcome.offered[0]);
    }
}

/// On-demand replica-hours of a month by definition, over loads and the shares of hours that have them.
fn on_demand(loads: &[(f64, f64)], need: f64, (min, spare, reserved): (f64, f64, f64)) -> f64 {
    let beyond = |load: f64| (whole(load * need).max(min) + spare - reserved).max(0.0);
    loads.iter().map(|(load, share)| share * beyond(*load)).sum::<f64>() * HOURS
}

#[test]
fn replicas_follow_the_load_hour_by_hour() {
    let hours = Week::named("office").unwrap().hours();
    let mean = hours.iter().sum::<f64>() / 168.0;
    let week: Vec<(f64, f64)> = hours.iter().map(|hour| (hour / mean, 1.0 / 168.0)).collect();
    let curve = levels(&LoadCurve::new(&hours, 0.0));
    for replicas in [0.3, 2.0, 5.5, 31.0, 260.0] {
        for (min, spare, one, three) in
            [(1.0, 0.0, 0.0, 0.0), (2.0, 1.0, 2.0, 0.0), (1.0, 2.0, 0.0, 5.0), (0.0, 0.0, 3.0, 4.0)]
        {
            let fleet = format!(
                "reserved_1y = {one}\nreserved_3y = {three}\nfleet = {{ min_replicas = {min}, spare_replicas = {spare} }}"
            );
            let outcome = month(&traffic("chat", replicas, OFFICE), &fleet, &[CHAT]);
            let rented = |loads: &[(f64, f64)]| on_demand(loads, replicas / 0.7, (min, spare, one + three));
            let cost = |hours: f64| 2.0 * (4.0 * hours + HOURS * (3.0 * one + 2.0 * three));
            close(outcome.cost(Component::GpuRental), cost(rented(&curve)), 1e-9);
            close(replica_hours(&outcome), rented(&curve) + (one + three) * HOURS, 1e-9);
            // The 168 hours themselves: those near a whole number of replicas fall on either side of it.
            close(outcome.cost(Component::GpuRental), cost(rented(&week)), 0.05);
        }
    }
}

#[test]
fn reserved_replicas_are_paid_when_idle() {
    let idle = traffic("chat", 0.0, OFFICE);
    let outcome = month(&idle, "reserved_1y = 3\nreserved_3y = 1\nfleet = { min_replicas = 0 }", &[CHAT]);
    close(outcome.cost(Component::GpuRental), HOURS * 2.0 * (3.0 * 3.0 + 1.0 * 2.0), 1e-13);
    assert_eq!(outcome.measure(Measure::BusyGpuHours), 0.0);
    let scaled_to_zero = month(&idle, "fleet = { min_replicas = 0 }", &[CHAT]);
    assert_eq!(scaled_to_zero.cost(Component::GpuRental), 0.0);
    close(
        month(&idle, "fleet = { min_replicas = 2 }", &[CHAT]).cost(Component::GpuRental),
        HOURS * 2.0 * 8.0,
        1e-13,
    );
}

#[test]
fn more_demand_never_costs_less() {
    let waits = "can_wait = { share = 0.3, up_to = \"1 day\" }\n";
    for week in ["flat", "office", "consumer"] {
        for (fleet, up_to) in [
            ("", None),
            ("reserved_1y = 2", Some(6.0)),
            ("fleet = { spare_replicas = 1, max_replicas = 9 }", None),
        ] {
            let (mut before, mut busy) = (0.0, 0.0);
            for i in 0..120 {
                let load = traffic("chat", 0.13 * f64::from(i), &format!("{waits}week = \"{week}\""));
                let outcome = month(&load, fleet, &[Serve { up_to, ..CHAT }]);
                let (cost, now_busy) =
                    (outcome.cost(Component::GpuRental), outcome.measure(Measure::BusyGpuHours));
                assert!(cost >= before - 1e-6, "{week}, {fleet}: {cost} after {before} at {i}");
                assert!(now_busy >= busy - 1e-6, "{week}, {fleet}: {now_busy} after {busy} at {i}");
                assert!(
                    now_busy <= 0.7 * outcome.measure(Measure::GpuHours) + 1e-6,
                    "no replica beyond its target"
                );
                (before, busy) = (cost, now_busy);
            }
        }
    }
}

#[test]
fn what_can_wait_fills_the_troughs() {
    let waiting = |share: f64| format!("{OFFICE}\ncan_wait = {{ share = {share}, up_to = \"1 day\" }}");
    // Six replicas that always run have room at night for all that can wait, and three of load do not need a seventh.
    let fleet = "fleet = { min_replicas = 6, utilization_target = 1 }";
    let with = month(&traffic("chat", 3.0, &waiting(0.5)), fleet, &[CHAT]);
    let without = month(&traffic("chat", 1.5, OFFICE), fleet, &[CHAT]);
    close(replica_hours(&with), replica_hours(&without), 1e-12);
    assert_eq!(with.served[0], with.offered[0]);
    close(with.measure(Measure::BusyGpuHours), 2.0 * 3.0 * HOURS, 1e-9);
    // Reserved ones do the same.
    let reserved = "reserved_1y = 6\nfleet = { utilization_target = 1 }";
    let with = month(&traffic("chat", 3.0, &waiting(0.5)), reserved, &[CHAT]);
    close(with.cost(Component::GpuRental), 2.0 * 3.0 * 6.0 * HOURS, 1e-12);
    // Where nothing runs anyway, work that waits takes the replica-hours that it needs, at the target.
    let bare = "fleet = { min_replicas = 0, utilization_target = 0.8 }";
    let all = month(&traffic("chat", 3.0, &waiting(1.0)), bare, &[CHAT]);
    close(replica_hours(&all), 3.0 / 0.8 * HOURS, 1e-12);
    // Full replicas have no room: two of flat load and one that waits are three.
    let flat = format!("{FLAT}\ncan_wait = {{ share = {}, up_to = \"1 day\" }}", 1.0 / 3.0);
    let full = month(&traffic("chat", 3.0, &flat), "fleet = { utilization_target = 1 }", &[CHAT]);
    close(replica_hours(&full), 3.0 * HOURS, 1e-9);
}

/// Mean of what a capacity carries, hour by hour: `E[min(load, capacity)]`.
fn carried(loads: &[(f64, f64)], mean: f64, capacity: f64) -> f64 {
    loads.iter().map(|(load, share)| share * (load * mean).min(capacity)).sum()
}

#[test]
fn what_does_not_fit_goes_to_the_next() {
    let curve = levels(&LoadCurve::new(&Week::named("office").unwrap().hours(), 0.0));
    let lines = [Serve { up_to: Some(4.0), ..CHAT }, serve("chat", "acme/terra")];
    for replicas in [1.0, 3.0, 8.0] {
        let outcome =
            month(&traffic("chat", replicas, OFFICE), "fleet = { utilization_target = 0.5 }", &lines);
        let here = carried(&curve, replicas, 2.0);
        let requests = CALLS_PER_HOUR * HOURS;
        close(outcome.served[0][0], here * requests, 2e-3);
        close(outcome.offered[1][0], outcome.offered[0][0] - outcome.served[0][0], 1e-15);
        assert_eq!(outcome.served[1], outcome.offered[1]);
        close(
            outcome.cost(Component::ApiTokens) + 1e-9,
            outcome.offered[1][0] * (300.0 * 3e-6 + 100.0 * 15e-6) + 1e-9,
            1e-12,
        );
        // Four replicas at the most, however much there is.
        let hours: f64 = curve
            .iter()
            .map(|(load, share)| share * whole(load * replicas / 0.5).clamp(1.0, 4.0))
            .sum::<f64>()
            * HOURS;
        close(replica_hours(&outcome), hours, 1e-9);
    }
}

#[test]
fn no_more_is_served_than_offered() {
    let text = format!(
        "{MACHINES}{}{}",
        traffic(
            "chat",
            5.0,
            "can_wait = { share = \"10 % to 40 %\", up_to = \"1 day\" }\nweek = \"support\""
        )
        .replace(" /month\"", " /month\"\ngrowth = \"-90 % to 400 % /year\""),
        supply("reserved_1y = 1")
    );
    let lines = [Serve { up_to: Some(3.0), ..CHAT }, Serve { up_to: Some(6.0), ..CHAT }];
    let rig = Rig::new(&text, 12, &lines).unwrap();
    assert!(!rig.unlimited(0) && !rig.unlimited(1));
    let mut refusals = 0;
    for month in rig.run() {
        for lane in 0..LANES {
            for line in 0..2 {
                let (offered, served) = (month.offered[line][lane], month.served[line][lane]);
                assert!((0.0..=offered).contains(&served), "{served} of {offered}");
                refusals += usize::from(served < offered);
            }
            assert!(month.measures(Measure::BusyGpuHours)[lane] <= 6.0 * 0.7 * 2.0 * 744.0 + 1e-9);
        }
    }
    assert!(refusals > 100, "the test has something to refuse");
}

#[test]
fn streams_of_one_fleet_are_one_load() {
    let two = traffic("chat", 2.0, OFFICE) + &traffic("search", 1.4, OFFICE);
    let both = month(&two, "", &[CHAT, serve("search", "tokyo")]);
    let one = month(&traffic("chat", 3.4, OFFICE), "", &[CHAT]);
    close(both.cost(Component::GpuRental), one.cost(Component::GpuRental), 1e-9);
    // The first line is served first.
    let lines = [Serve { up_to: Some(4.0), ..CHAT }, Serve { up_to: Some(4.0), ..serve("search", "tokyo") }];
    let full = month(&two, "", &lines);
    let alone = month(&traffic("chat", 2.0, OFFICE), "", &lines[..1]);
    close(full.served[0][0], alone.served[0][0], 1e-12);
    let together = month(&traffic("chat", 3.4, OFFICE), "", &lines[..1]);
    close(full.served[0][0] + full.served[1][0], together.served[0][0], 1e-9);
    assert!(full.served[1][0] < full.offered[1][0]);
}

#[test]
fn a_cached_prefix_is_not_computed() {
    let cacheable = traffic("chat", 4.0, &format!("{FLAT}\ncacheable = 0.8"))
        + "[lever.c.prefix_cache]\nhit_rate = 0.5\n";
    // 300 tokens in of which 120 are read, and 100 out: 280 in place of 400.
    let outcome = month(&cacheable, "", &[CHAT]);
    close(outcome.measure(Measure::BusyGpuHours), 2.0 * 4.0 * HOURS * 280.0 / 400.0, 1e-9);
}

#[test]
fn prices_of_gpus_move_together() {
    let moving = MACHINES.replace(
        "factors = { reserved_3y = 0.5 }",
        "factors = { reserved_3y = 0.5 }\nover_time = { schedule = { 2027-04 = 1, 2027-05 = 0.9 } }",
    );
    let text =
        format!("{moving}{}{}", traffic("chat", 3.0, FLAT), supply("reserved_1y = 2\nreserved_3y = 1"));
    let months = run(&text, 2, &[CHAT]);
    let (april, may) = (months[0].cost(Component::GpuRental), months[1].cost(Component::GpuRental));
    close(april, 720.0 * 2.0 * (2.0 * 3.0 + 2.0 + 2.0 * 4.0), 1e-12);
    // The same requests in 744 hours need 2.9 replicas of load, still five in all.
    close(may, 0.9 * 744.0 * 2.0 * (2.0 * 3.0 + 2.0 + 2.0 * 4.0), 1e-12);
}

#[test]
fn what_cannot_be_rented_is_refused() {
    let text = |fleet: &str, more: &str| format!("{MACHINES}{}{}", traffic("chat", 1.0, more), supply(fleet));
    let unsold = text("reserved_1y = 1", FLAT)
        .replace("cloud/h200", "cloud/h100")
        .replace("gpu = \"h200\"", "gpu = \"h100\"");
    assert_eq!(refused(&unsold, &[CHAT]), ["not-sold"]);
    assert_eq!(refused(&text("", FLAT).replace("cloud/h200", "cloud/h100"), &[CHAT]), ["other-gpu"]);
    assert_eq!(refused(&text("", FLAT).replace("cloud/h200", "cloud/h20"), &[CHAT]), ["unknown-id"]);
    assert_eq!(refused(&text("", FLAT).replace("= \"pair\"", "= \"pear\""), &[CHAT]), ["unknown-id"]);
    assert_eq!(refused(&text("", FLAT), &[Serve { batch: true, ..CHAT }]), ["no-batch"]);
    assert_eq!(refused(&text("", "stays_in = [\"eu\"]"), &[CHAT]), ["not-allowed-here"]);
    run(&text("", "stays_in = [\"eu\", \"jp\"]"), 1, &[CHAT]);
    let hurried = text("", "targets = { tpot = { p90 = \"1 ms\" } }").replace(
        "{ stated = { tokens = \"1000 tokens /s\" } }",
        "{ measured = { input_tokens = 300, output_tokens = 100, points = [{ concurrency = 1, ttft = \"100 ms\", tpot = \"10 ms\" }, { concurrency = 2, ttft = \"110 ms\", tpot = \"12 ms\" }] } }",
    );
    assert_eq!(refused(&hurried, &[CHAT]), ["targets-too-tight"]);
}
