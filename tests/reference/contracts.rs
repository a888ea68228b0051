//! What is agreed with vendors: discounts, promises, credit, seats and minimum fees.

use std::collections::BTreeMap;

use tokencast::finance::Component;
use tokencast::scenario::Strategy;

use crate::account::Account;
use crate::bills::seller;
use crate::book::{Book, Now};

/// The kinds in the order in which they settle; minimum fees come before credit.
const KINDS: [&str; 5] =
    ["seats", "negotiated_discount", "volume_discount", "committed_spend", "prepaid_credit"];

/// What the contracts of one strategy remember.
#[derive(Default)]
pub(crate) struct Memory(BTreeMap<String, Remembered>);

#[derive(Default)]
struct Remembered {
    /// Of a promise, in its own currency: what was spent in this period, and what is missing from those before.
    spent: f64,
    missing: f64,
    /// Of credit: what is left of it in its own currency, bonus included; what was paid for it in the scenario's.
    credit: f64,
    paid: f64,
}

/// The contracts of a strategy settle the month.
pub(crate) fn settle(now: &Now, strategy: &Strategy, memory: &mut Memory, account: &mut Account) {
    for kind in KINDS {
        if kind == "prepaid_credit" {
            minimum_fees(now, strategy, account);
        }
        for contract in &strategy.contracts {
            let at = format!("contract.{}.{kind}", contract.id);
            if now.book.below(&at).is_empty() {
                continue;
            }
            let remembered = memory.0.entry(at.clone()).or_default();
            match kind {
                "seats" => seats(now, &at, account),
                "negotiated_discount" => negotiated(now, &at, account),
                "volume_discount" => volume(now, &at, account),
                "committed_spend" => committed(now, &at, remembered, account),
                _ => prepaid(now, &at, remembered, account),
            }
        }
    }
}

/// Whether something is bought from one of the vendors that a contract names.
fn concerns<'a>(book: &'a Book, at: &str) -> impl Fn(&str) -> bool + 'a {
    let vendors = book.text(&format!("{at}.vendors")).unwrap();
    move |vendor| vendors.contains(&format!("\"{vendor}\""))
}

/// What is still to be paid to some vendors.
fn due(account: &Account, ours: impl Fn(&str) -> bool) -> f64 {
    account.bought.iter().filter(|bought| ours(&bought.vendor)).map(|bought| bought.due).sum()
}

/// Something pays a part of what is due.
fn pay(account: &mut Account, ours: impl Fn(&str) -> bool, amount: f64) {
    let all = due(account, &ours);
    for bought in account.bought.iter_mut().filter(|bought| ours(&bought.vendor) && all > 0.0) {
        bought.due *= (all - amount) / all;
    }
}

/// Where a month lies in a contract: months since it began, and its length.
fn age(now: &Now, at: &str, term: &str) -> (i32, Option<i32>) {
    let start = now.book.model.timeline.start;
    let from = now.book.text(&format!("{at}.from")).map_or(start, crate::month);
    let term = format!("{at}.{term}");
    let length = now.book.text(&term).map(|_| now.book.months(&term, f64::NAN) as i32);
    (from.months_until(now.month.label), length)
}

fn last(now: &Now) -> bool {
    now.month.index + 1 == now.book.model.timeline.length
}

fn seats(now: &Now, at: &str, account: &mut Account) {
    let vendor = now.book.text(&format!("{at}.vendor")).unwrap();
    let price = now.per_month(&format!("vendor.{vendor}.seat"));
    account.buy(vendor, Component::VendorFees, now.raw(&format!("{at}.seats")), price, false);
}

fn negotiated(now: &Now, at: &str, account: &mut Account) {
    let (age, length) = age(now, at, "term");
    if age < 0 || length.is_some_and(|months| age >= months) {
        return;
    }
    let ours = concerns(now.book, at);
    let credit = due(account, &ours) * now.raw(&format!("{at}.discount"));
    account.spend(Component::Discounts, -credit);
    pay(account, ours, credit);
}

/// Bands: which depends on the volume at list prices, and takes off what is due.
fn volume(now: &Now, at: &str, account: &mut Account) {
    let ours = concerns(now.book, at);
    let bought: Vec<_> = account.bought.iter().filter(|bought| ours(&bought.vendor)).collect();
    let spend: f64 = bought.iter().map(|bought| bought.list).sum();
    let tokens: f64 = bought.iter().map(|bought| bought.tokens).sum();
    let bands = now.book.text(&format!("{at}.bands")).unwrap();
    let volume = if bands.contains("token") { tokens } else { spend };
    let count = now.book.below(&format!("{at}.bands")).len();
    let begins = |band: usize| now.per_month(&format!("{at}.bands.{band}.above"));
    let marginal = now.book.text(&format!("{at}.applies")) == Some("marginal");
    let all = due(account, &ours);
    let mut credit = 0.0;
    for band in 0..count {
        let discount = now.raw(&format!("{at}.bands.{band}.discount"));
        let end = if band + 1 < count { begins(band + 1) } else { f64::INFINITY };
        let inside = volume.min(end) - begins(band);
        if inside > 0.0 && marginal {
            credit += discount * all * inside / volume;
        } else if inside > 0.0 && volume <= end {
            credit += discount * all;
        }
    }
    account.spend(Component::Discounts, -credit);
    pay(account, ours, credit);
}

/// A promise to spend, counted in its own currency after its discount.
fn committed(now: &Now, at: &str, memory: &mut Remembered, account: &mut Account) {
    let (age, length) = age(now, at, "term");
    let length = length.unwrap();
    let renews = now.book.text(&format!("{at}.renews")) == Some("true");
    if age < 0 || (age >= length && !renews) {
        return;
    }
    let amount = format!("{at}.amount");
    let period = now.period(&amount);
    let (promised, rate) = (now.raw(&amount) * period, now.exchange(&amount));
    let discount = now.raw(&format!("{at}.discount"));
    let ours = concerns(now.book, at);
    let all = due(account, &ours);
    // At list prices, what brings the spend up to the promise.
    let within = (promised + memory.missing - memory.spent).max(0.0) * rate / (1.0 - discount);
    let beyond_is_list = now.book.text(&format!("{at}.beyond")) == Some("list");
    let credit = discount * if beyond_is_list { all.min(within) } else { all };
    account.spend(Component::Discounts, -credit);
    pay(account, &ours, credit);
    memory.spent += (all - credit) / rate;

    let place = age % period as i32;
    let term_ends = last(now) || (age + 1) % length == 0;
    if place + 1 < period as i32 && !term_ends {
        return;
    }
    // Of a period that began before the scenario or outlives it, only its months in the scenario count.
    let months = place.min(now.month.index as i32) + 1;
    let missing = (promised * f64::from(months) / period + memory.missing - memory.spent).max(0.0);
    let rolls_over = now.book.text(&format!("{at}.shortfall")) == Some("rolled_over");
    *memory = Remembered::default();
    if rolls_over && !term_ends {
        memory.missing = missing;
    } else {
        account.spend(Component::Commitments, missing * rate);
    }
}

/// Credit is paid at once, used up by what is due, and lost when it expires.
fn prepaid(now: &Now, at: &str, memory: &mut Remembered, account: &mut Account) {
    let (age, length) = age(now, at, "expires");
    if age < 0 || length.is_some_and(|months| age >= months) {
        return;
    }
    let amount = format!("{at}.amount");
    let bonus = now.said(&format!("{at}.bonus")).unwrap_or(0.0);
    let whole = now.raw(&amount) * (1.0 + bonus);
    if age == 0 {
        memory.credit = whole;
        memory.paid = now.value(&amount);
        account.spend(Component::Prepaid, memory.paid);
        account.upfront += memory.paid;
    }
    let ours = concerns(now.book, at);
    let rate = now.exchange(&amount);
    let used = due(account, &ours).min(memory.credit * rate);
    pay(account, ours, used);
    account.spend(Component::Prepaid, -used / (1.0 + bonus));
    account.spend(Component::Discounts, -used * bonus / (1.0 + bonus));
    // It cost what it did when it was bought, at the exchange rate of that month.
    let cost = memory.paid * used / rate / whole;
    account.spend(Component::CreditLost, cost - used / (1.0 + bonus));
    memory.credit -= used / rate;
    if last(now) || length.is_some_and(|months| age + 1 == months) {
        account.spend(Component::CreditLost, memory.paid * memory.credit / whole);
        memory.credit = 0.0;
    }
}

/// A vendor from whom a strategy buys at all asks for its minimum fee, after discounts.
fn minimum_fees(now: &Now, strategy: &Strategy, account: &mut Account) {
    for (id, _) in &now.book.scenario.definitions.vendors {
        let minimum = format!("vendor.{}.minimum", id.id);
        if !now.book.has(&minimum) || !buys_from(now.book, strategy, &id.id) {
            continue;
        }
        let missing = now.per_month(&minimum) - due(account, |vendor| vendor == id.id);
        account.spend(Component::VendorFees, missing.max(0.0));
    }
}

fn buys_from(book: &Book, strategy: &Strategy, vendor: &str) -> bool {
    let served = strategy.serve.iter().any(|serve| {
        let by = &serve.by.id;
        let keys = ["rented.gpus", "provisioned.of"].map(|key| format!("supply.{by}.{key}"));
        let of = keys.iter().find_map(|key| book.text(key)).unwrap_or(by);
        of.contains('/') && seller(of) == vendor
    });
    let trained = strategy.training.iter().any(|id| {
        let (_, programme) = book.scenario.training.iter().find(|(name, _)| name.id == id.id).unwrap();
        let judged = programme.evaluation.as_ref().and_then(|evaluation| evaluation.judged.as_ref());
        let gpus = programme.gpus.as_ref();
        gpus.is_some_and(|gpus| seller(&gpus.id) == vendor)
            || judged.is_some_and(|judged| seller(&judged.judge.id) == vendor)
    });
    let seats = |id: &str| book.text(&format!("contract.{id}.seats.vendor")) == Some(vendor);
    served || trained || strategy.contracts.iter().any(|contract| seats(&contract.id))
}
