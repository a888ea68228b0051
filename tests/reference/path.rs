//! One path through all months and strategies.

use tokencast::finance::{Component, Measure};
use tokencast::scenario::Strategy;

use crate::account::Account;
use crate::bills::{buy_tokens, charge, settle};
use crate::book::{Book, Now};
use crate::fleet::Fleet;
use crate::work::requests;

/// What a strategy did on one path.
pub(crate) struct Course {
    pub(crate) months: Vec<Account>,
    pub(crate) nominal: f64,
    pub(crate) npv: f64,
}

/// Follows one strategy through the months of a path.
pub(crate) fn follow(book: &Book, strategy: &Strategy, months: &[Now]) -> Course {
    let mut fleets: Vec<Fleet> = Vec::new();
    for serve in strategy.serve.iter().filter(|serve| !serve.by.id.contains('/')) {
        if !fleets.iter().any(|fleet| fleet.is(&serve.by.id)) {
            let traffic = book.scenario.traffics.iter().find(|(id, _)| id.id == serve.traffic[0].id).unwrap();
            fleets.push(Fleet::new(book, &serve.by.id, &traffic.1));
        }
    }
    let (mut nominal, mut npv) = (0.0, 0.0);
    let mut accounts = Vec::new();
    for now in months {
        let account = spend_month(now, strategy, &mut fleets);
        nominal += account.cash();
        npv += account.cash() * discount(now);
        accounts.push(account);
    }
    Course { months: accounts, nominal, npv }
}

/// What money of the month is worth at the start.
fn discount(now: &Now) -> f64 {
    if now.book.scenario.finance.is_none() {
        return 0.0;
    }
    let first_is_now = now.book.text("finance.first_flow") == Some("now");
    let months = now.month.index as i32 + i32::from(!first_is_now);
    now.monthly_growth("finance.discount_rate").powi(-months)
}

fn spend_month(now: &Now, strategy: &Strategy, fleets: &mut [Fleet]) -> Account {
    let mut account = Account::new();
    let traffics = &now.book.scenario.traffics;
    let arrived: Vec<f64> = (0..traffics.len()).map(|stream| requests(now, stream)).collect();
    let mut left = arrived.clone();
    for fleet in fleets.iter_mut() {
        fleet.open(now, &mut account);
    }
    for serve in &strategy.serve {
        for traffic in &serve.traffic {
            let stream = traffics.iter().position(|(id, _)| id.id == traffic.id).unwrap();
            let share = serve.share.as_ref().map(|share| now.raw(&share.origin().address));
            let offered = share.map_or(left[stream], |share| left[stream].min(arrived[stream] * share));
            let fleet = fleets.iter_mut().find(|fleet| fleet.is(&serve.by.id));
            let served = if let Some(fleet) = fleet {
                fleet.accept(now, strategy, serve, stream, offered)
            } else {
                buy_tokens(now, strategy, serve, stream, offered, &mut account);
                offered
            };
            left[stream] -= served;
            account.count(Measure::Served, served);
        }
    }
    for (stream, (id, _)) in traffics.iter().enumerate() {
        account.count(Measure::Offered, arrived[stream]);
        account.count(Measure::Shed, left[stream]);
        if left[stream] > 0.0 {
            let price = now.said(&format!("traffic.{}.shed_cost", id.id)).unwrap_or(0.0);
            account.spend(Component::Shed, left[stream] * price);
        }
    }
    for fleet in fleets.iter_mut() {
        fleet.close(now, &mut account);
    }
    charge(now, strategy, &mut account);
    settle(now, strategy, &mut account);
    account
}

/// Months until a strategy has cost less than another for good: within a month both grow in a straight line, after what is
/// paid at its start. NaN where it never happens.
pub(crate) fn break_even(this: &Course, other: &Course) -> f64 {
    let mut before = 0.0;
    let mut moment = f64::NAN;
    for (month, (a, b)) in this.months.iter().zip(&other.months).enumerate() {
        let start = before + a.upfront - b.upfront;
        let end = before + a.cash() - b.cash();
        if end <= 0.0 && start > 0.0 {
            moment = month as f64 + start / (start - end);
        } else if end <= 0.0 && (before > 0.0 || month == 0) {
            moment = month as f64;
        } else if end > 0.0 {
            moment = f64::NAN;
        }
        before = end;
    }
    moment
}
