//! Rented fleets as they are run: zones, an autoscaler that sees only the past, spot GPUs, amounts reserved by rule,
//! and weeks that meet on one fleet.

use tokencast::demand::{LoadCurve, Mix, Patience, Ramp, Week};
use tokencast::finance::{Component, Measure};
use tokencast::lanes::LANES;

use super::rented::{CALLS_PER_HOUR, CHAT, FLAT, HOURS, MACHINES, OFFICE, month, supply, traffic};
use super::rig::{Outcome, Serve, refused, run, serve};
use super::support::{close, levels, near, whole};

/// GPUs by the hour at 4 USD, on spot at 1, taken away `interruptions` times a GPU and month.
fn spot_market(interruptions: &str) -> String {
    MACHINES.replace(
        "factors = { reserved_3y = 0.5 }",
        &format!("factors = {{ reserved_3y = 0.5, spot = 0.25 }}\n    interruptions = \"{interruptions}\""),
    )
}

fn rent(outcome: &Outcome) -> f64 {
    outcome.cost(Component::GpuRental)
}

/// An office week of 168 loads over their mean.
fn office() -> Vec<f64> {
    let hours = Week::named("office").unwrap().hours();
    let mean = hours.iter().sum::<f64>() / 168.0;
    hours.iter().map(|hour| hour / mean).collect()
}

/// What adds replicas up unit by unit comes to the same as the short way.
#[test]
fn an_autoscaler_without_delay_changes_nothing() {
    for replicas in [0.0, 0.3, 5.5, 31.0, 900.0] {
        for fleet in [
            "",
            "min_replicas = 2, spare_replicas = 1",
            "max_replicas = 6",
            "min_replicas = 0, max_replicas = 40, spare_replicas = 2, utilization_target = \"50 % to 80 %\"",
        ] {
            for reserved in ["", "reserved_1y = 4", "reserved_1y = 2\nreserved_3y = 30"] {
                for week in
                    [OFFICE, "week = \"consumer\"", "can_wait = { share = \"70 %\", up_to = \"1 day\" }"]
                {
                    let traffic = traffic("chat", replicas, week);
                    let plain = month(&traffic, &format!("{reserved}\nfleet = {{ {fleet} }}"), &[CHAT]);
                    let comma = if fleet.is_empty() { "" } else { ", " };
                    let scaled = format!(
                        "{reserved}\nfleet = {{ {fleet}{comma}autoscale_lag = \"0 min\", cold_start = \"0 min\" }}"
                    );
                    let scaled = month(&traffic, &scaled, &[CHAT]);
                    for lane in [0, LANES - 1] {
                        let costs = |o: &Outcome| o.costs(Component::GpuRental)[lane];
                        near(costs(&scaled), costs(&plain), 1e-9 * costs(&plain) + 1e-9);
                        near(scaled.served[0][lane], plain.served[0][lane], 1e-9 * plain.served[0][lane]);
                        for measure in [Measure::GpuHours, Measure::BusyGpuHours] {
                            let plain = plain.measures(measure)[lane];
                            near(scaled.measures(measure)[lane], plain, 1e-9 * plain + 1e-9);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn zones_are_paid_hour_by_hour() {
    let curve = levels(&LoadCurve::new(&Week::named("office").unwrap().hours(), 0.0));
    for replicas in [0.4, 3.0, 17.0] {
        for zones in [2.0, 3.0, 4.0] {
            let outcome = month(
                &traffic("chat", replicas, OFFICE),
                &format!(
                    "reserved_1y = 3\nfleet = {{ min_replicas = 2, spare_replicas = 1, zones = {zones} }}"
                ),
                &[CHAT],
            );
            let on_demand = |load: f64| {
                let needed = whole(load * replicas / 0.7).max(2.0);
                (needed + (needed / (zones - 1.0)).ceil() + 1.0 - 3.0_f64).max(0.0)
            };
            let hours: f64 = curve.iter().map(|(load, share)| share * on_demand(*load)).sum::<f64>() * HOURS;
            close(rent(&outcome), 2.0 * (4.0 * hours + 3.0 * 3.0 * HOURS), 1e-9);
            assert_eq!(outcome.served[0], outcome.offered[0]);
        }
    }
}

/// In the part of an hour that the autoscaler and a cold start take, the replicas are those of the hour before.
#[test]
fn an_autoscaler_sees_only_the_past() {
    let week = office();
    let pairs: Vec<(f64, f64)> = (0..168).map(|hour| (week[(hour + 167) % 168], week[hour])).collect();
    let before_that: Vec<(f64, f64)> = (0..168).map(|hour| (week[(hour + 166) % 168], week[hour])).collect();
    for replicas in [2.5, 7.0, 60.0] {
        for (lag, cold) in [(6.0, 3.0), (0.0, 30.0), (45.0, 15.0), (60.0, 30.0)] {
            let fleet = format!(
                "fleet = {{ utilization_target = 0.9, autoscale_lag = \"{lag} min\", cold_start = \"{cold} min\" }}"
            );
            let outcome = month(&traffic("chat", replicas, OFFICE), &fleet, &[CHAT]);
            let need = |load: f64| whole(load * replicas / 0.9).max(1.0);
            let missed = |pairs: &[(f64, f64)]| {
                let of = |(before, now): &(f64, f64)| (now * replicas - need(*before)).max(0.0);
                pairs.iter().map(of).sum::<f64>() / 168.0
            };
            let away: f64 = (lag + cold) / 60.0;
            let expected = missed(&pairs) * (away.min(1.0) - (away - 1.0).max(0.0))
                + missed(&before_that) * (away - 1.0).max(0.0);
            let served = (replicas - expected) * CALLS_PER_HOUR * HOURS;
            close(outcome.served[0][0], served, 1e-9);
            assert!(expected > 0.0, "an office's mornings are steep");
            near(outcome.measure(Measure::BusyGpuHours), (replicas - expected) * 2.0 * HOURS, 1e-6);
            // Every start is paid from its order until it serves.
            let starts: f64 =
                pairs.iter().map(|(before, now)| (need(*now) - need(*before)).max(0.0)).sum::<f64>() / 168.0;
            let plain =
                month(&traffic("chat", replicas, OFFICE), "fleet = { utilization_target = 0.9 }", &[CHAT]);
            let cold_hours = starts * cold / 60.0 * HOURS * 2.0;
            close(rent(&outcome), rent(&plain) + 4.0 * cold_hours, 1e-9);
        }
    }
    // A flat week without noise never takes it by surprise.
    let flat = month(&traffic("chat", 7.0, FLAT), "fleet = { autoscale_lag = \"30 min\" }", &[CHAT]);
    assert_eq!(flat.served[0], flat.offered[0]);
}

/// Noise of an hour follows that of the hour before, every noise as often as every other; the mean rise is kept exactly.
#[test]
fn rises_are_those_of_the_week_in_its_order() {
    for (noise, over) in [(0.0, 1), (0.2, 1), (0.2, 2), (0.6, 1)] {
        let ramp = Ramp::new(&office(), noise, over);
        let total: f64 = ramp.rises.iter().map(|rise| rise.share).sum();
        assert!(ramp.rises.iter().all(|rise| rise.now > rise.before && rise.share > 0.0));
        assert!(total < 1.0);
    }
    let rise = |noise: f64| -> f64 {
        let ramp = Ramp::new(&[1.0; 168], noise, 1);
        ramp.rises.iter().map(|rise| rise.share * (rise.now - rise.before)).sum()
    };
    assert_eq!(rise(0.0), 0.0);
    // Two lognormals with log sd 0.2 and correlation 0.55: the difference of their logs has sd 0.2 · √0.9, and half of the
    // mean absolute difference is about 0.2 · √0.9 / √(2π) = 0.0757; eight noises come near.
    close(rise(0.2), 0.0757, 0.06);
}

/// More delay, more zones, more spare, more interruptions: rent never falls, and never more is served.
#[test]
fn nothing_that_protects_or_delays_is_free() {
    let cost = |machines: &str, more: &str, fleet: &str| {
        let text = format!(
            "{machines}{}{}",
            traffic("chat", 9.0, "week = \"support\""),
            supply(&format!("{more}\nfleet = {{ {fleet} }}"))
        );
        let outcome = run(&text, 1, &[CHAT]).remove(0);
        (rent(&outcome), outcome.served[0][0])
    };
    let rises = |list: &[(f64, f64)]| {
        for pair in list.windows(2) {
            assert!(pair[1].0 >= pair[0].0 * (1.0 - 1e-12), "rent {list:?}");
            assert!(pair[1].1 <= pair[0].1 * (1.0 + 1e-12), "served {list:?}");
        }
    };
    rises(
        &["0 min", "1 min", "7 min", "1 h"]
            .map(|lag| cost(MACHINES, "", &format!("autoscale_lag = \"{lag}\", cold_start = \"3 min\""))),
    );
    rises(
        &["0 min", "1 min", "7 min", "1 h"]
            .map(|cold| cost(MACHINES, "", &format!("autoscale_lag = \"5 min\", cold_start = \"{cold}\""))),
    );
    rises(&["1", "4", "3", "2"].map(|zones| cost(MACHINES, "", &format!("zones = {zones}"))));
    rises(&["0", "1", "2"].map(|spare| cost(MACHINES, "", &format!("zones = 2, spare_replicas = {spare}"))));
    rises(&["0 /GPU-month", "1 /GPU-month", "30 /GPU-month", "300 /GPU-month"].map(|often| {
        cost(
            &spot_market(often),
            "spot_share = \"60 %\"",
            "cold_start = \"20 min\", autoscale_lag = \"5 min\"",
        )
    }));
}

#[test]
fn spot_replicas_are_cheaper_and_start_again() {
    let at = |interruptions: &str, more: &str| {
        let text = format!(
            "{}{}{}",
            spot_market(interruptions),
            traffic("chat", 7.0, FLAT),
            supply(&format!("{more}\nfleet = {{ cold_start = \"30 min\" }}"))
        );
        run(&text, 1, &[CHAT]).remove(0)
    };
    // Ten replicas of two GPUs; half of the six above those reserved on spot.
    let month = at("0 /GPU-month", "reserved_1y = 4\nspot_share = \"50 %\"");
    close(rent(&month), 2.0 * HOURS * (4.0 * 3.0 + 3.0 * 4.0 + 3.0 * 1.0), 1e-12);
    // Twelve times a GPU and month of 720 hours: a replica of two starts again 24 times and is paid half an hour for each.
    let month = at("12 /GPU-month", "reserved_1y = 4\nspot_share = \"50 %\"");
    let again = 24.0 * 0.5 / 720.0;
    close(rent(&month), 2.0 * HOURS * (4.0 * 3.0 + 3.0 * 4.0 + 3.0 * (1.0 + again)), 1e-12);
    // Nine others carry the load of the tenth: 7 replicas at their limits.
    assert_eq!(month.served[0], month.offered[0]);
    close(month.measure(Measure::GpuHours), 2.0 * HOURS * (10.0 + 3.0 * again), 1e-12);
    // One replica alone is missed while another starts.
    let text = format!(
        "{}{}{}",
        spot_market("12 /GPU-month"),
        traffic("chat", 0.6, FLAT),
        supply("spot_share = \"100 %\"\nfleet = { cold_start = \"30 min\" }")
    );
    let alone = run(&text, 1, &[CHAT]).remove(0);
    close(alone.served[0][0], alone.offered[0][0] * (1.0 - again), 1e-9);
}

/// The rule reserves each replica that runs in more of the hours than a reserved one costs of one on demand. In months that are
/// alike no other amount is cheaper.
#[test]
fn the_newsvendor_finds_the_best_amount() {
    for (week, replicas) in [(OFFICE, 11.0), ("week = \"consumer\"", 5.0), (FLAT, 3.0)] {
        let price = |reserved: &str| {
            let text = format!("{MACHINES}{}{}", traffic("chat", replicas, week), supply(reserved));
            let months = run(&text, 4, &[CHAT]);
            rent(&months[3])
        };
        let found = price("reserved_1y = { newsvendor = { over = \"1 month\" } }");
        let fixed: Vec<f64> = (0..40).map(|count| price(&format!("reserved_1y = {count}"))).collect();
        let best = fixed.iter().copied().fold(f64::INFINITY, f64::min);
        // The need of the first month decides, and the fourth has other hours.
        close(found, best, 3e-3);
        assert!(found < fixed[0] || week == OFFICE);
    }
    // Nothing is reserved before anything is known, and the amount stays for its term.
    let growing = traffic("chat", 3.0, FLAT).replace(" /month\"", " /month\"\ngrowth = \"10 % /month\"");
    let text =
        format!("{MACHINES}{growing}{}", supply("reserved_1y = { newsvendor = { over = \"2 months\" } }"));
    let reserved: Vec<f64> = run(&text, 28, &[CHAT])
        .iter()
        .map(|month| {
            let line = |p: &&tokencast::finance::Posting| p.line.label.contains("reserved_1y");
            let hours: f64 = month.postings.iter().filter(line).map(|p| p.quantity[0]).sum();
            let days = month.measure(Measure::GpuHours);
            if days > 0.0 { hours } else { 0.0 }
        })
        .collect();
    assert_eq!(reserved[..2], [0.0, 0.0]);
    let per_hour =
        |month: usize| (reserved[month] / super::support::timeline(28).month(month).hours / 2.0).round();
    assert!((2..14).all(|month| per_hour(month) == per_hour(2)));
    assert!((14..26).all(|month| per_hour(month) == per_hour(14)));
    assert!(per_hour(14) > 2.0 * per_hour(2), "a year of growth");
}

/// Each path rents from whoever is cheapest in the month in which it chooses, and stays until the next.
#[test]
fn the_cheapest_vendor_is_chosen_anew_each_year() {
    let market = MACHINES.to_owned()
        + "
    [vendor.other.gpu.h200]
    regions = { jp = 1 }
    rates = { on_demand = \"5 USD /GPU-hour\" }
    over_time = { schedule = { 2027-04 = 1, 2027-08 = 0.5 } }
    ";
    let either = "gpus = \"cloud/h200\"\nor_gpus = [\"other/h200\"]";
    let text = format!("{market}{}{}", traffic("chat", 0.6, FLAT), supply(""))
        .replace("gpus = \"cloud/h200\"", either);
    let price = |outcome: &Outcome| rent(outcome) / outcome.measure(Measure::GpuHours);
    for scaled in ["", "\nfleet = { cold_start = \"0 min\" }"] {
        let text = text.replace(either, &format!("{either}{scaled}"));
        for (month, outcome) in run(&text, 26, &[CHAT]).iter().enumerate() {
            close(price(outcome), if month < 12 { 4.0 } else { 2.5 }, 1e-12);
            let paid = |p: &&tokencast::finance::Posting| p.quantity[0] > 0.0;
            let payees: Vec<_> = outcome.postings.iter().filter(paid).map(|p| p.line.payee.clone()).collect();
            assert_eq!(payees, [if month < 12 { "tokyo, cloud/h200" } else { "tokyo, other/h200" }]);
        }
    }
    let often = text.replace(either, &format!("{either}\nchoose_every = \"3 months\""));
    for (month, outcome) in run(&often, 9, &[CHAT]).iter().enumerate() {
        close(price(outcome), if month < 6 { 4.0 } else { 2.5 }, 1e-12);
    }
    // Only where both stand may the traffic go.
    let abroad = text.replace("hourly_noise = 0", "hourly_noise = 0\nstays_in = [\"us\"]");
    assert_eq!(refused(&abroad, &[CHAT]), ["not-allowed-here"]);
}

/// Two weeks on one fleet, hour by hour.
#[test]
fn weeks_that_differ_share_a_fleet() {
    let (office, consumer) = (office(), Week::named("consumer").unwrap().hours());
    let mean = consumer.iter().sum::<f64>() / 168.0;
    let load = |hour: usize| office[hour] * 4.0 + consumer[hour] / mean * 7.0;
    let text = |fleet: &str| {
        format!(
            "{MACHINES}{}{}{}",
            traffic("chat", 4.0, OFFICE),
            traffic("more", 7.0, "week = \"consumer\"\nhourly_noise = 0"),
            supply(fleet)
        )
    };
    let lines = [CHAT, serve("more", "tokyo")];
    let free = run(&text("fleet = { min_replicas = 3 }"), 1, &lines).remove(0);
    let hours: f64 = (0..168).map(|hour| whole(load(hour) / 0.7).max(3.0)).sum::<f64>() / 168.0 * HOURS;
    close(rent(&free), 2.0 * 4.0 * hours, 1e-9);
    assert_eq!(free.served, free.offered);
    // Twelve replicas: what comes first is served first, the rest gets what is left in each hour.
    let small = run(&text("fleet = { max_replicas = 12 }"), 1, &lines).remove(0);
    let capacity = 12.0 * 0.7;
    let first: f64 = (0..168).map(|hour| (office[hour] * 4.0).min(capacity)).sum::<f64>() / 168.0;
    let both: f64 = (0..168).map(|hour| load(hour).min(capacity)).sum::<f64>() / 168.0;
    close(small.served[0][0], first * CALLS_PER_HOUR * HOURS, 1e-9);
    close(small.served[1][0], (both - first) * CALLS_PER_HOUR * HOURS, 1e-9);
    // The same week twice, or two files of it, is one week.
    let mix = Mix::new(&[(office.clone().into(), 0.2), (office.clone().into(), 0.2)]);
    let curve = LoadCurve::new(&office, 0.2);
    for capacity in [0.0, 0.5, 2.0, 5.0, 40.0] {
        let alone = 8.0 * (1.0 - curve.excess(capacity / 8.0));
        near(mix.carried(&[3.0, 5.0], capacity), alone, 2e-3 * 8.0);
    }
    near(mix.peak(&[3.0, 5.0]), 8.0 * curve.peak(), 1e-9);
    // For half an hour an autoscaler has the replicas of the hour before; every start is paid from its order on.
    let late =
        run(&text("fleet = { autoscale_lag = \"15 min\", cold_start = \"15 min\" }"), 1, &lines).remove(0);
    let need = |hour: usize| whole(load(hour % 168) / 0.7).max(1.0);
    let mean = |of: &dyn Fn(usize) -> f64| (0..168).map(of).sum::<f64>() / 168.0;
    let missed = mean(&|hour| (load(hour) - need(hour + 167)).max(0.0)) * 0.5;
    let left: f64 = (0..2).map(|stream| late.offered[stream][0] - late.served[stream][0]).sum();
    assert!(missed > 0.0);
    close(left, missed * CALLS_PER_HOUR * HOURS, 1e-6);
    let starts = mean(&|hour| (need(hour) - need(hour + 167)).max(0.0)) * 0.25;
    close(rent(&late), 2.0 * 4.0 * HOURS * (mean(&need) + starts), 1e-9);
    // No other amount is cheaper than the one by rule, in months that are alike.
    let fourth = |reserved: &str| rent(&run(&text(reserved), 4, &lines)[3]);
    let by_rule = fourth("reserved_1y = { newsvendor = { over = \"1 month\" } }");
    let best = (0..30).map(|count| fourth(&format!("reserved_1y = {count}"))).fold(f64::INFINITY, f64::min);
    close(by_rule, best, 3e-3);
    assert!(by_rule < 0.99 * fourth("reserved_1y = 0"));
}

/// Two weeks with few requests: the last replica runs while either asks.
#[test]
fn weeks_that_differ_let_the_last_replica_go_together() {
    let (office, consumer) = (office(), Week::named("consumer").unwrap().hours());
    let mean = consumer.iter().sum::<f64>() / 168.0;
    let (first, second, after, cold) = (0.004, 0.01, 2.0, 3.0);
    let fleet = format!(
        "fleet = {{ min_replicas = 0, utilization_target = 1, cold_start = \"{cold} min\", to_zero_after = \"{after} min\" }}"
    );
    let text = format!(
        "{MACHINES}{}{}{}",
        traffic("chat", first, OFFICE),
        traffic("more", second, "week = \"consumer\"\nhourly_noise = 0"),
        supply(&fleet)
    );
    let found = run(&text, 1, &[CHAT, serve("more", "tokyo")]).remove(0);
    let (mut paid, mut missed) = (0.0, 0.0);
    for hour in 0..168 {
        let load = office[hour] * first + consumer[hour] / mean * second;
        let per_hour = load * CALLS_PER_HOUR;
        let (run, starting) = ((per_hour * after / 60.0).exp(), per_hour * cold / 60.0);
        paid += (starting + run - 1.0) / (starting + run) / 168.0;
        missed += load * (1.0 + starting) / (starting + run) / 168.0;
    }
    close(rent(&found), 2.0 * 4.0 * HOURS * paid, 1e-6);
    let left: f64 = (0..2).map(|stream| found.offered[stream][0] - found.served[stream][0]).sum();
    close(left, missed * CALLS_PER_HOUR * HOURS, 1e-6);
}

/// Who waits longer than replicas take to come is served by these; who does not wait so long is not.
#[test]
fn patience_outlasts_an_autoscaler() {
    let fleet = "fleet = { autoscale_lag = \"20 min\", cold_start = \"10 min\" }";
    let text = format!("{MACHINES}{}{}", traffic("chat", 7.0, OFFICE), supply(fleet));
    let missed = |patience: Option<Patience>| {
        let outcome = run(&text, 1, &[Serve { patience, ..CHAT }]).remove(0);
        outcome.offered[0][0] - outcome.served[0][0]
    };
    let at_once = missed(None);
    assert!(at_once > 0.0);
    close(missed(Some(Patience::Queue { hours: 0.4 })), at_once, 1e-9);
    assert_eq!(missed(Some(Patience::Queue { hours: 0.5 })), 0.0);
    assert_eq!(missed(Some(Patience::Retry { tries: 3.0, apart: 0.2 })), 0.0);
}

/// With few requests the last replica goes and comes: by the renewal argument over every level of the week's load.
#[test]
fn the_last_replica_runs_while_requests_come() {
    let curve = levels(&LoadCurve::new(&Week::named("office").unwrap().hours(), 0.0));
    for (replicas, after, cold) in [(0.004, 5.0, 3.0), (0.02, 1.0, 2.0), (0.6, 0.02, 1.0), (2.0, 0.01, 3.0)] {
        let fleet = format!(
            "fleet = {{ min_replicas = 0, utilization_target = 1, cold_start = \"{cold} min\", to_zero_after = \"{after} min\" }}"
        );
        let text = format!("{MACHINES}{}{}", traffic("chat", replicas, OFFICE), supply(&fleet));
        // Who waits is not missed, and the fleet is the same.
        let patience = Some(Patience::Queue { hours: 0.1 });
        let outcome = run(&text, 1, &[Serve { patience, ..CHAT }]).remove(0);
        let at_once = run(&text, 1, &[CHAT]).remove(0);
        close(rent(&at_once), rent(&outcome), 1e-12);
        near(outcome.served[0][0], outcome.offered[0][0], 1e-9 * outcome.offered[0][0]);
        let (mut paid, mut missed) = (0.0, 0.0);
        for (load, share) in curve.iter().filter(|(load, _)| *load > 0.0) {
            let per_hour = load * replicas * CALLS_PER_HOUR;
            let needed = whole(load * replicas);
            let (run, starting) = ((per_hour * after / 60.0).exp(), per_hour * cold / 60.0);
            if needed > 1.0 {
                paid += share * needed;
            } else {
                paid += share * (starting + run - 1.0) / (starting + run);
                missed += share * load * (1.0 + starting) / (starting + run);
            }
        }
        let plain = supply("fleet = { min_replicas = 0, utilization_target = 1, cold_start = \"0 min\" }");
        let plain =
            run(&format!("{MACHINES}{}{plain}", traffic("chat", replicas, OFFICE)), 1, &[CHAT]).remove(0);
        assert!(rent(&outcome) < rent(&plain) || replicas > 1.0);
        if replicas < 0.5 {
            close(rent(&outcome), 2.0 * 4.0 * HOURS * paid, 1e-9);
            close(at_once.served[0][0], at_once.offered[0][0] * (1.0 - missed), 1e-9);
        }
    }
    let reserved =
        "reserved_1y = 1\nfleet = { min_replicas = 0, cold_start = \"2 min\", to_zero_after = \"1 min\" }";
    let there =
        run(&format!("{MACHINES}{}{}", traffic("chat", 0.01, FLAT), supply(reserved)), 1, &[CHAT]).remove(0);
    close(rent(&there), 2.0 * 3.0 * HOURS, 1e-12);
    assert_eq!(there.served[0], there.offered[0]);
}

#[test]
fn fleets_that_make_no_sense_are_refused() {
    let text =
        |machines: &str, more: &str| format!("{machines}{}{}", traffic("chat", 1.0, FLAT), supply(more));
    assert_eq!(
        refused(&text(MACHINES, "spot_share = 0.5\nfleet = { cold_start = \"3 min\" }"), &[CHAT]),
        ["not-sold"]
    );
    assert_eq!(
        refused(
            &text(MACHINES, "reserved_1y = { newsvendor = { over = \"1 month\" } }")
                .replace("reserved_1y = \"3 USD /GPU-hour\"", ""),
            &[CHAT]
        ),
        ["not-sold"]
    );
}
