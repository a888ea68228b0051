//! From entry to entry when outages strike, against closed forms.

use tokencast::finance::Measure;

use super::support::{close, near};
use super::whole::{refused, run};

/// Vendors a, b, c in a row, hit by outages.
fn text(failover: &str, serve: &[&str], hazards: &[(&str, &str, f64)]) -> String {
    let entries: Vec<String> =
        serve.iter().map(|by| format!("{{ traffic = \"work\", by = \"{by}\" }}")).collect();
    let vendor = |id: &&str| {
        format!("[vendor.{id}.llm.x]\nrates = {{ input = \"1 USD /Mtok\", output = \"1 USD /Mtok\" }}\n")
    };
    let vendors = ["a", "b", "c"].iter().map(vendor).collect::<Vec<_>>().concat();
    let hazard = |(id, hits, up): &(&str, &str, f64)| {
        format!("[hazard.{id}.outage]\nhits = [{hits}]\navailability = {up}\nduration = \"2 h\"\n")
    };
    let hazards = hazards.iter().map(hazard).collect::<Vec<_>>().concat();
    format!(
        "title = \"Failover\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 24\n\
         [traffic.work]\nrequests = \"1M /month\"\ninput_tokens = 1000\noutput_tokens = 0\nshed_cost = \"1 USD /request\"\n\
         {vendors}[strategy.s]\n{failover}serve = [{}]\n{hazards}",
        entries.join(", ")
    )
}

/// The share of requests that nobody serves.
fn unserved(text: &str) -> f64 {
    let findings = run(text, 16_384);
    findings.strategies[0].measured(Measure::Shed) / 24e6
}

const NINE_OF_TEN: &str = "failover = { succeeds = 0.9 }\n";

/// Availability is a1 + (1 − a1)·q·a2; with 99.7 % and nine of ten 0.999692 where the second never fails. Evenly spread points of
/// a bounded product: the sampling error of these means is below a hundredth of what is unserved (0.3 % over eight seeds).
#[test]
fn failover_succeeds_as_often_as_said() {
    let one = [("one", "\"a\"", 0.997)];
    near(unserved(&text(NINE_OF_TEN, &["a/x", "b/x"], &one)), 0.003 * 0.1, 3e-6);
    near(unserved(&text("", &["a/x", "b/x"], &one)), 0.0, 1e-12);
    near(unserved(&text(NINE_OF_TEN, &["a/x"], &one)), 0.003, 3e-5);
    let two = [("one", "\"a\"", 0.98), ("two", "\"b\"", 0.96)];
    let served = 0.98 + 0.02 * 0.9 * 0.96;
    close(unserved(&text(NINE_OF_TEN, &["a/x", "b/x"], &two)), 1.0 - served, 0.02);
}

/// With a common cause c: U = c + (1 − c)·u1·(u2 + 1 − q), where q counts only when the second is up.
#[test]
fn what_fails_together_is_no_fallback() {
    let all = [("common", "\"a\", \"b\"", 0.99), ("one", "\"a\"", 0.97), ("two", "\"b\"", 0.96)];
    let (c, u1, u2) = (0.01, 0.03, 0.04);
    for (failover, q) in [("", 1.0), (NINE_OF_TEN, 0.9)] {
        let expected = c + (1.0 - c) * u1 * (1.0 - q * (1.0 - u2));
        close(unserved(&text(failover, &["a/x", "b/x"], &all)), expected, 0.02);
    }
    // A third that the common cause spares takes what the two cannot; P(all down) = (c + (1 − c)·u1·u2)·u3.
    let third = [&all[..], &[("three", "\"c\"", 0.9)]].concat();
    let expected = (c + (1.0 - c) * u1 * u2) * 0.1;
    close(unserved(&text("", &["a/x", "b/x", "c/x"], &third)), expected, 0.03);
}

/// Asking again who is down is no failover.
#[test]
fn an_entry_that_is_repeated_is_down_again() {
    let one = [("one", "\"a\"", 0.97)];
    let (once, again) =
        (unserved(&text("", &["a/x"], &one)), unserved(&text("", &["a/x", "b/x", "a/x"], &one)));
    close(once, 0.03, 0.02);
    near(again, 0.0, 1e-12);
    close(unserved(&text("", &["a/x", "a/x"], &one)), once, 1e-9);
}

/// What a rate limit turns away goes to the next entry whole: that is overflow, not failover.
#[test]
fn overflow_is_no_failover() {
    let limited = |failover: &str| {
        text(failover, &["a/x", "b/x"], &[("one", "\"a\"", 1.0)]).replacen(
            "rates =",
            "limits = { requests = \"500k /month\" }\nrates =",
            1,
        )
    };
    near(unserved(&limited("failover = { succeeds = 0 }\n")), 0.0, 1e-12);
}

/// Where failover can fail, requests can be left unserved, whoever stands behind.
#[test]
fn who_can_lose_requests_needs_their_price() {
    let one = [("one", "\"a\"", 0.997)];
    let priceless = |failover: &str| {
        text(failover, &["a/x", "b/x"], &one).replace("shed_cost = \"1 USD /request\"\n", "")
    };
    assert_eq!(refused(&priceless(NINE_OF_TEN)), ["no-shed-cost"]);
    near(unserved(&priceless("")), 0.0, 1e-12);
}

/// Where a traffic is split, requests come to an entry behind different outages; each is judged by what it has met itself.
#[test]
fn requests_of_a_split_traffic_meet_what_they_met() {
    let split = |text: String, shares: &[&str]| {
        let entry = |by: &str| format!("{{ traffic = \"work\", by = \"{by}\" }}");
        ["a/x", "b/x"].iter().zip(shares).fold(text, |text, (by, share)| {
            text.replace(&entry(by), &entry(by).replace(" }", &format!("{share} }}")))
        })
    };
    let (c, u1, u2, u3) = (0.01, 0.03, 0.04, 0.1);
    let all = [
        ("common", "\"a\", \"b\", \"c\"", 1.0 - c),
        ("one", "\"a\"", 1.0 - u1),
        ("two", "\"b\"", 1.0 - u2),
        ("three", "\"c\"", 1.0 - u3),
    ];
    // All that are down together: by the common cause, or each by its own.
    let down = |own: &[f64]| c + (1.0 - c) * own.iter().product::<f64>();
    for (failover, q) in [("", 1.0), (NINE_OF_TEN, 0.9)] {
        let row = || text(failover, &["a/x", "b/x", "c/x"], &all);
        let half = |own: f64| (1.0 - q) * down(&[own]) + q * down(&[own, u3]);
        // Both vendors take their share and nothing of the other: what falls at either goes to the third.
        let found = unserved(&split(row(), &[", share = 0.6", ", share = 0.4"]));
        close(found, 0.6 * half(u1) + 0.4 * half(u2), 0.03);
        // The second takes what is left, also of what fell at the first.
        let found = unserved(&split(row(), &[", share = 0.6"]));
        let first = (1.0 - q) * (down(&[u1]) + q * down(&[u1, u2])) + q * q * down(&[u1, u2, u3]);
        close(found, 0.6 * first + 0.4 * half(u2), 0.03);
    }
}
