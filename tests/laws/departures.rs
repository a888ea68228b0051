//! Vendors that are gone: what becomes of contracts, credit, seats and reservations; and what vendors give back for outages.

use tokencast::engine::Opened;
use tokencast::finance::{Component, View};
use tokencast::model::Model;

use super::contracts::{month, with};
use super::support::{close, near};
use super::whole::{model, refused, run, try_model};

/// 3,000 USD a month at acme, in strategy 1 with the contract `deal`; what nobody serves costs nothing worth counting.
fn gone(life: &str, more: &str) -> String {
    let text =
        with(more).replace("output_tokens = 500", "output_tokens = 500\nshed_cost = \"0 USD /request\"");
    let hazard = format!("[hazard.end.retirement]\nhits = [\"acme\"]\nlife = \"{life}\"\n");
    if life.is_empty() { text } else { format!("{text}\n{hazard}") }
}

fn by_month(model: &Model, component: Component) -> Vec<f64> {
    (0..24).map(|i| posted(&month(model, 1, i, 0).1, component)).collect()
}

fn posted(opened: &Opened, component: Component) -> f64 {
    opened.accounts.iter().filter(|a| a.line.component == component).map(|a| a.amount).sum()
}

/// Only these months have something of a component.
#[track_caller]
fn only(found: &[f64], expected: &[(usize, f64)]) {
    for (i, found) in found.iter().enumerate() {
        let wanted = expected.iter().find(|(month, _)| *month == i).map_or(0.0, |(_, amount)| *amount);
        near(*found, wanted, 1e-6);
    }
}

const CREDIT: &str = "[contract.deal.prepaid_credit]\nvendors = [\"acme\"]\namount = \"20k USD\"\n";

/// Three months and a half are bought with credit; the rest is lost in the month of the end, once.
#[test]
fn credit_is_lost_where_its_vendor_closes() {
    let model = model(&gone("3.5 months", CREDIT));
    only(&by_month(&model, Component::CreditLost), &[(3, 20_000.0 - 3.5 * 3000.0)]);
    only(&by_month(&model, Component::Prepaid)[4..], &[]);
    let findings = run(&gone("3.5 months", CREDIT), 64);
    // All of the credit was paid for, by both views.
    for view in [View::Cash, View::Accrual] {
        let total: f64 = (0..24).map(|i| findings.strategies[1].month_mean(i, view)).sum();
        close(total, 20_000.0, 1e-12);
    }
    // Nobody buys from a vendor that is no more.
    let late = format!("{CREDIT}from = \"2027-06\"\n");
    let model = super::whole::model(&gone("3.5 months", &late));
    only(&by_month(&model, Component::Prepaid), &[]);
    only(&by_month(&model, Component::CreditLost), &[]);
}

#[test]
fn a_bonus_that_was_never_paid_for_is_no_loss() {
    let model = model(&gone("2 months", &format!("{CREDIT}bonus = \"25 %\"\n")));
    // 6,000 USD were bought with four fifths of that; the month in which nothing is left open is the one that loses it.
    only(&by_month(&model, Component::CreditLost), &[(2, 20_000.0 - 6000.0 / 1.25)]);
}

#[test]
fn no_shortfall_is_owed_to_a_vendor_that_is_gone() {
    let promise = |more: &str| {
        format!(
            "[contract.deal.committed_spend]\nvendors = [\"acme\"]\nterm = \"2 years\"\ndiscount = \"10 %\"\n{more}\n"
        )
    };
    let yearly = promise("amount = \"60k USD /year\"");
    let owed = |life: &str, text: &str| by_month(&model(&gone(life, text)), Component::Commitments);
    let shortfall = 60_000.0 - 12.0 * 2700.0;
    only(&owed("", &yearly), &[(11, shortfall), (23, shortfall)]);
    only(&owed("11.9 months", &yearly), &[]);
    only(&owed("12 months", &yearly), &[(11, shortfall)]);
    only(&owed("12.5 months", &yearly), &[(11, shortfall)]);
    // What was carried over goes down with the vendor too; a month that it served whole is owed.
    let rolled = promise("amount = \"5k USD /month\"\nshortfall = \"rolled_over\"");
    only(&owed("20 months", &rolled), &[]);
    let monthly = promise("amount = \"5k USD /month\"");
    only(&owed("2.5 months", &monthly), &[(0, 2300.0), (1, 2300.0)]);
}

#[test]
fn a_contract_with_several_ends_with_the_last() {
    let text = gone("3 months", "[contract.deal.prepaid_credit]\nvendors = [\"acme\", \"other\"]\namount = \"60k USD\"\n")
        .replace(
            "serve = [{ traffic = \"work\", by = \"acme/terra\" }]\ncontracts",
            "serve = [{ traffic = \"work\", by = \"acme/terra\" }, { traffic = \"work\", by = \"other/luna\" }]\ncontracts",
        );
    let alive = model(&text);
    only(&by_month(&alive, Component::CreditLost), &[]);
    let both = format!("{text}[hazard.later.retirement]\nhits = [\"other\"]\nlife = \"10 months\"\n");
    only(&by_month(&model(&both), Component::CreditLost), &[(10, 30_000.0)]);
}

#[test]
fn seats_and_minimum_fees_end_with_their_vendor() {
    let seats = "[contract.deal.seats]\nvendor = \"acme\"\nseats = \"10 seats\"\n[vendor.acme]\nseat = \"20 USD /seat-month\"\nminimum = \"4k USD /month\"\n";
    let fees = by_month(&model(&gone("2.25 months", seats)), Component::VendorFees);
    // Ten seats; and up to 4,000 USD with 3,000 of tokens and 200 of seats: both for a quarter of the third month.
    let whole = 200.0 + 800.0;
    only(&fees, &[(0, whole), (1, whole), (2, whole / 4.0)]);
}

/// Who buys the vendor keeps its contracts: nothing changes but prices.
#[test]
fn an_acquired_vendor_keeps_its_contracts() {
    let acquired = "[hazard.end.vendor_distress]\nvendor = \"acme\"\nchance = { per_year = 1 }\n\
        stressed = { lasts = \"1 month\" }\nends = { acquired = { weight = 1 }, wound_down = { weight = 0, notice = \"0 days\" } }\n";
    for deal in [
        CREDIT,
        "[contract.deal.committed_spend]\nvendors = [\"acme\"]\namount = \"60k USD /year\"\nterm = \"2 years\"\ndiscount = \"10 %\"\n",
    ] {
        let (calm, bought) = (model(&gone("", deal)), model(&gone("", &format!("{deal}{acquired}"))));
        for component in [Component::CreditLost, Component::Commitments, Component::Prepaid] {
            assert_eq!(by_month(&calm, component), by_month(&bought, component));
        }
    }
}

/// Outages of one vendor, with the credits of Amazon Bedrock's agreement (read in 2026): below 99.9 % 10 %, 99 % 25 %, 95 % all.
fn with_sla(claimed: &str, more: &str) -> String {
    gone("", more)
        + &format!(
            "[vendor.acme.sla]\npaid_after = \"0 months\"\nclaimed = {claimed}\ncredits = [{{ below = \"99.9 %\", credit = \"10 %\" }}, {{ below = \"99 %\", credit = \"25 %\" }}, {{ below = \"95 %\", credit = \"100 %\" }}]\n\
             [hazard.down.outage]\nhits = [\"acme\"]\navailability = \"97 %\"\nduration = \"9 h\"\n"
        )
}

const OFF: &str = "[contract.deal.negotiated_discount]\nvendors = [\"acme\"]\ndiscount = \"20 %\"\n";

/// The month's availability is the share of 3,000 USD that was bought; what comes back is told path by path.
#[test]
fn outages_are_credited_by_the_availability_of_the_month() {
    let model = model(&with_sla("\"50 %\"", OFF));
    let mut met = [0; 4];
    for path in 0..60 {
        for i in [0, 7, 23] {
            let (_, opened) = month(&model, 1, i, path);
            let list = posted(&opened, Component::ApiTokens);
            let up = list / 3000.0;
            let (band, share) = match up {
                up if up < 0.95 => (3, 1.0),
                up if up < 0.99 => (2, 0.25),
                up if up < 0.999 => (1, 0.10),
                _ => (0, 0.0),
            };
            met[band] += 1;
            near(posted(&opened, Component::Discounts), -0.2 * list, 1e-9);
            // Half of the credits is claimed, on what is due after the discount.
            near(posted(&opened, Component::SlaCredits), -0.5 * share * 0.8 * list, 1e-9);
        }
    }
    assert!(met.iter().all(|count| *count > 0), "a band was never met: {met:?}");
}

/// What is claimed comes off a later bill: the same amounts, two months on; what is due after the last month, or once the vendor
/// is gone, never comes.
#[test]
fn credits_for_outages_come_later_and_not_from_a_vendor_that_is_gone() {
    let credits = |text: &str, path: u64| -> Vec<f64> {
        let model = model(text);
        (0..24).map(|i| posted(&month(&model, 1, i, path).1, Component::SlaCredits)).collect()
    };
    let now = with_sla("1", OFF);
    let later = now.replace("\"0 months\"", "\"2 months\"");
    let usual = now.replace("paid_after = \"0 months\"\n", "");
    let gone = later.replace(
        "[hazard.down",
        "[hazard.end.retirement]\nhits = [\"acme\"]\nlife = \"10 months\"\n[hazard.down",
    );
    for path in [0, 7] {
        let (now, later, usual) = (credits(&now, path), credits(&later, path), credits(&usual, path));
        assert!(now.iter().filter(|credit| **credit < 0.0).count() > 10);
        for i in 0..24 {
            near(later[i], if i < 2 { 0.0 } else { now[i - 2] }, 1e-9);
            near(usual[i], if i < 1 { 0.0 } else { now[i - 1] }, 1e-9);
        }
        // Of the last two months before the end nothing comes back.
        let gone = credits(&gone, path);
        (0..24).for_each(|i| near(gone[i], if i < 10 { later[i] } else { 0.0 }, 1e-9));
    }
    let half = with("").replace("contracts = [\"deal\"]", "")
        + "[vendor.acme.sla]\nclaimed = 1\npaid_after = \"2 weeks\"\ncredits = [{ below = 0.9, credit = 0.1 }]\n";
    assert_eq!(refused(&half), ["not-whole-months"]);
}

/// Credit for outages is taken off before prepaid credit pays, and never exceeds the fees.
#[test]
fn credits_for_outages_settle_before_prepaid_credit() {
    let deal = CREDIT.replace("20k USD", "900k USD");
    let model = model(&with_sla("1", &deal));
    for path in 0..40 {
        let (_, opened) = month(&model, 1, 5, path);
        let list = posted(&opened, Component::ApiTokens);
        let back = posted(&opened, Component::SlaCredits);
        assert!((-list - 1e-9..=0.0).contains(&back), "{back} of {list}");
        near(posted(&opened, Component::Prepaid), -(list + back), 1e-9);
    }
    let none = super::whole::model(&with_sla("0", &deal));
    only(&by_month(&none, Component::SlaCredits), &[]);
}

/// An outage of one llm gives nothing back on another of the same vendor.
#[test]
fn what_was_up_is_paid_in_full() {
    let text = with_sla("1", OFF)
        .replace("hits = [\"acme\"]", "hits = [\"acme/terra\"]")
        .replace("[vendor.other.llm.luna]", "[vendor.acme.llm.luna]\nrates = { input = \"1 USD /Mtok\", output = \"4 USD /Mtok\" }\n[vendor.other.llm.luna]")
        .replace(
            "serve = [{ traffic = \"work\", by = \"acme/terra\" }]\ncontracts",
            "serve = [{ traffic = \"work\", by = \"acme/terra\", share = 0.5 }, { traffic = \"work\", by = \"acme/luna\" }]\ncontracts",
        );
    let model = model(&text);
    let mut credited = 0;
    for path in 0..30 {
        let (_, opened) = month(&model, 1, 3, path);
        let by = |name: &str| -> f64 {
            let of = opened
                .accounts
                .iter()
                .filter(|a| a.line.component == Component::ApiTokens && a.line.payee == name);
            of.map(|a| a.amount).sum()
        };
        let (terra, luna) = (by("acme/terra"), by("acme/luna"));
        near(terra + luna, 3000.0, 1e-9);
        let back = -posted(&opened, Component::SlaCredits);
        assert!(back <= 0.8 * terra + 1e-9, "{back} of {terra}");
        credited += usize::from(back > 0.0);
    }
    assert!(credited > 10, "{credited}");
}

#[test]
fn agreements_that_make_no_sense_are_refused() {
    let one = |credits: &str| {
        refused(&with(&format!("{OFF}[vendor.acme.sla]\nclaimed = 1\ncredits = [{credits}]\n")))
    };
    assert_eq!(one(""), ["empty-list"]);
    assert_eq!(one("{ below = 0.99, credit = 0.1 }, { below = 0.999, credit = 0.2 }"), ["not-rising"]);
    assert_eq!(one("{ below = 0.999, credit = 0.2 }, { below = 0.99, credit = 0.2 }"), ["not-rising"]);
    assert_eq!(one("{ below = 0.99, credit = 1.5 }"), ["bad-quantity"]);
}

/// A fleet of four replicas, two of them reserved for a year, in a strategy that is left after five months.
fn reserved(term: &str, more: &str) -> String {
    format!(
        "title = \"Left\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 40\nhours_per_month = 730\n\
         [traffic.work]\nrequests = \"1M /month\"\ninput_tokens = 1000\noutput_tokens = 500\nshed_cost = \"1 USD /request\"\n\
         [vendor.acme.llm.terra]\nrates = {{ input = \"1 USD /Mtok\", output = \"4 USD /Mtok\" }}\n\
         [vendor.cloud.gpu.h100]\nrates = {{ on_demand = \"4 USD /GPU-hour\", {term} = \"1 USD /GPU-hour\" }}\n\
         [llm.open]\n[deployment.one]\nllm = \"open\"\ngpu = \"h100\"\ngpus = 1\ncapacity_error = 1\ncapacity = {{ stated = {{ tokens = \"1M tokens /s\" }} }}\n\
         [supply.own.rented]\ndeployment = \"one\"\ngpus = \"cloud/h100\"\n{term} = \"2 replicas\"\n\
         [strategy.own]\nserve = [{{ traffic = \"work\", by = \"own\" }}]\n\
         [strategy.own.switch.leave]\nwhen = {{ date = \"2027-06\" }}\nto = \"api\"\nmigration = \"move\"\n\
         [migration.move]\ntakes = \"0 months\"\n\
         [strategy.api]\ncompare = false\nserve = [{{ traffic = \"work\", by = \"acme/terra\" }}]\n{more}"
    )
}

/// Who leaves a strategy pays what it reserved to the end of the term, and no longer.
#[test]
fn reservations_are_paid_to_the_end_of_their_term() {
    let rental = |text: &str| -> Vec<f64> {
        let model = try_model(text).unwrap_or_else(|codes| panic!("{codes:?}"));
        (0..40).map(|i| posted(&month(&model, 0, i, 0).1, Component::GpuRental)).collect()
    };
    let paid = |until: usize| -> Vec<(usize, f64)> { (0..until).map(|i| (i, 2.0 * 730.0)).collect() };
    only(&rental(&reserved("reserved_1y", "")), &paid(12));
    only(&rental(&reserved("reserved_3y", "")), &paid(36));
    // So is an amount by past need: one replica that always runs, from the second month on.
    let ruled = reserved("reserved_1y", "")
        .replace("reserved_1y = \"2 replicas\"", "reserved_1y = { newsvendor = { over = \"1 month\" } }");
    let year = (1..13).map(|i| (i, 730.0));
    only(&rental(&ruled), &std::iter::once((0, 4.0 * 730.0)).chain(year).collect::<Vec<_>>());
    // A sub-tenant pays a share of what is still owed.
    let sublet =
        reserved("reserved_1y", "").replace("[strategy.own]\n", "sublet = \"40 %\"\n[strategy.own]\n");
    let less: Vec<(usize, f64)> = (0..12).map(|i| (i, if i < 5 { 1460.0 } else { 0.6 * 1460.0 })).collect();
    only(&rental(&sublet), &less);
    // Nothing is owed to a landlord that is gone.
    let gone = "[hazard.end.retirement]\nhits = [\"cloud\"]\nlife = \"8 months\"\n";
    only(&rental(&reserved("reserved_1y", gone)), &paid(8));
    // Where the same fleet goes on in the next strategy, it is one fleet, which is renewed.
    let kept = "[strategy.api.switch.x]\nwhen = { date = \"2028-03\" }\nto = \"none\"\nmigration = \"move\"\n\
        [strategy.none]\ncompare = false\nserve = [{ traffic = \"work\", by = \"acme/terra\" }]\n";
    let text = reserved("reserved_1y", kept).replacen(
        "serve = [{ traffic = \"work\", by = \"acme/terra\" }]",
        "serve = [{ traffic = \"work\", by = \"own\" }]",
        1,
    );
    only(&rental(&text), &paid(24));
}

/// GPUs are short from the first month on: of what a fleet would grow by it gets half, in whole replicas, at twice the price.
#[test]
fn a_fleet_cannot_grow_while_gpus_are_short() {
    let steps = "growth = { schedule = { 2027-01 = 1, 2027-03 = 3 } }\nhourly_noise = 0\nshed_cost";
    let rented = |shortage: &str, reserved: &str| {
        let text = self::reserved("reserved_1y", &format!("[hazard.short.gpu_shortage]\nhits = [\"cloud/h100\"]\nlasts = \"1000 months\"\nprice_factor = 2\n{shortage}\n"))
            .replace("1M tokens /s", "816.2 tokens /s")
            .replace("\"2 replicas\"", &format!("\"{reserved} replicas\""))
            .replacen("shed_cost", steps, 1)
            .replace("date = \"2027-06\"", "date = \"2030-01\"");
        let model = model(&text);
        let one = |i: usize| {
            let (_, opened) = month(&model, 0, i, 0);
            let hours = |label: &str| -> f64 {
                opened.accounts.iter().filter(|a| a.line.label == label).map(|a| a.quantity).sum()
            };
            (
                hours("GPU-hours on demand") / 730.0,
                posted(&opened, Component::GpuRental) / 730.0,
                posted(&opened, Component::Shed),
            )
        };
        [0, 1, 2, 3, 4].map(one)
    };
    // A million requests of 1,500 tokens take 0.699 of a replica at its limit, so one replica; three million take three.
    let calm = rented("frequency = \"0 /year\"\nnew_capacity = 0.5", "0");
    let replicas: Vec<f64> = calm.iter().map(|(replicas, ..)| *replicas).collect();
    assert_eq!(replicas, [1.0, 1.0, 3.0, 3.0, 3.0]);
    assert!(calm.iter().all(|(replicas, cost, shed)| *cost == 4.0 * replicas && *shed == 0.0), "{calm:?}");
    // Two are reserved and there; of the third half a replica is to be had, which is none.
    let short = rented("frequency = \"1000 /month\"\nnew_capacity = 0.5", "2");
    assert!(short.iter().all(|(replicas, cost, _)| *replicas == 0.0 && *cost == 2.0), "{short:?}");
    assert!(short[1].2 == 0.0 && short[2].2 > 0.0, "{short:?}");
    near(short[2].2, 1e6, 3e-3 * 1e6);
    // With all of it to be had a shortage is only dear.
    let dear = rented("frequency = \"1000 /month\"\nnew_capacity = 1", "0");
    assert!(
        dear.iter()
            .zip(&calm)
            .all(|(dear, calm)| dear.0 == calm.0 && dear.1 == 2.0 * calm.1 && dear.2 == 0.0)
    );
    // Who starts with the least gets nothing more.
    let none = rented("frequency = \"1000 /month\"\nnew_capacity = 0", "0");
    assert!(none.iter().all(|(replicas, ..)| *replicas == 1.0), "{none:?}");
    near(none[0].2, 0.0, 1e-6);
    near(none[2].2, 2e6, 3e-3 * 2e6);
}
