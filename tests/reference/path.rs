//! One path through all months and strategies.

use tokencast::finance::{Component, Measure};
use tokencast::pricing::Tier;
use tokencast::scenario::{Serve, Strategy};

use crate::account::Account;
use crate::bills::buy_tokens;
use crate::book::{Book, Now};
use crate::charges::charge;
use crate::contracts::{Memory, settle};
use crate::fleet::Fleet;
use crate::levers::{answered, firsts, good_enough, unanswered, with_levers};
use crate::throughput::{Quota, Units};
use crate::work::requests;

/// What a strategy did on one path.
pub(crate) struct Course {
    pub(crate) months: Vec<Account>,
    pub(crate) nominal: f64,
    pub(crate) npv: f64,
}

/// Follows one strategy through the months of a path.
pub(crate) fn follow(book: &Book, strategy: &Strategy, months: &[Now]) -> Course {
    let mut supplies = Supplies::new(book, strategy);
    let mut memory = Memory::default();
    let (mut nominal, mut npv) = (0.0, 0.0);
    let mut accounts = Vec::new();
    for now in months {
        let account = spend_month(now, strategy, &mut supplies, &mut memory);
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

/// Who serves in one strategy.
#[derive(Default)]
struct Supplies<'a> {
    fleets: Vec<Fleet<'a>>,
    units: Vec<Units>,
    quotas: Vec<Quota>,
}

impl<'a> Supplies<'a> {
    fn new(book: &'a Book, strategy: &Strategy) -> Self {
        let mut all = Self::default();
        let led = strategy.levers.iter().filter_map(|lever| led_to(book, &lever.id));
        let entries = strategy.serve.iter().map(|serve| (serve.by.id.as_str(), serve.traffic[0].id.clone()));
        for (by, traffic) in led.chain(entries) {
            // Streams that share a capacity have the same week.
            let stream = place(book, &traffic);
            if by.contains('/') {
                if !all.quotas.iter().any(|quota| quota.is(by)) {
                    all.quotas.push(Quota::new(book, by, stream));
                }
            } else if !book.below(&format!("supply.{by}.provisioned")).is_empty() {
                if !all.units.iter().any(|units| units.is(by)) {
                    all.units.push(Units::new(book, by, stream));
                }
            } else if !all.fleets.iter().any(|fleet| fleet.is(by)) {
                all.fleets.push(Fleet::new(book, by, &book.scenario.traffics[stream].1));
            }
        }
        all
    }

    fn open(&mut self, now: &Now, account: &mut Account) {
        self.fleets.iter_mut().for_each(|fleet| fleet.open(now, account));
        self.units.iter_mut().for_each(Units::open);
        self.quotas.iter_mut().for_each(Quota::open);
    }

    /// Offers requests to an entry, says how many of them are served.
    fn accept(
        &mut self,
        now: &Now,
        strategy: &Strategy,
        serve: &Serve,
        stream: usize,
        offered: f64,
        account: &mut Account,
    ) -> f64 {
        let by = serve.by.id.as_str();
        if let Some(fleet) = self.fleets.iter_mut().find(|fleet| fleet.is(by)) {
            fleet.accept(now, strategy, serve, stream, offered)
        } else if let Some(units) = self.units.iter_mut().find(|units| units.is(by)) {
            units.accept(now, strategy, stream, offered)
        } else {
            let quota = self.quotas.iter_mut().find(|quota| quota.is(by)).unwrap();
            let parts = quota.accept(now, strategy, serve, stream, offered);
            buy_tokens(now, strategy, serve, stream, parts, account);
            parts.iter().sum()
        }
    }

    fn close(&mut self, now: &Now, account: &mut Account) {
        self.fleets.iter_mut().for_each(|fleet| fleet.close(now, account));
        self.units.iter_mut().for_each(|units| units.close(now, account));
    }
}

/// Whom a lever leads to, and a traffic that it leads there.
fn led_to<'a>(book: &'a Book, lever: &str) -> Option<(&'a str, String)> {
    [("routing", "to"), ("distillation", "to"), ("cascade", "first")].into_iter().find_map(|(kind, to)| {
        let at = format!("lever.{lever}.{kind}");
        let by = book.text(&format!("{at}.{to}"))?;
        let on = book.text(&format!("{at}.on"));
        let named = |id: &str| on.is_none_or(|on| on.contains(&format!("\"{id}\"")));
        let (traffic, _) = book.scenario.traffics.iter().find(|(id, _)| named(&id.id))?;
        Some((by, traffic.id.clone()))
    })
}

fn place(book: &Book, traffic: &str) -> usize {
    book.scenario.traffics.iter().position(|(id, _)| id.id == traffic).unwrap()
}

/// Who is led to serves what of those that ask an llm; says what is left of them.
fn ask_first(
    now: &Now,
    strategy: &Strategy,
    supplies: &mut Supplies,
    (stream, asked): (usize, f64),
    mut left: f64,
    account: &mut Account,
) -> f64 {
    let id = &now.book.scenario.traffics[stream].0.id;
    for first in firsts(now, strategy, id).0 {
        let mut entries = strategy.serve.iter().filter(|serve| serve.traffic.iter().any(|one| one.id == *id));
        assert!(
            entries.all(|serve| serve.by.id != first.by),
            "this evaluator does not know who is led to and serves as well"
        );
        let mut serve = strategy.serve[0].clone();
        (serve.tier, serve.sheds, serve.up_to_replicas, serve.region) = (Tier::Standard, false, None, None);
        serve.by.id.clone_from(&first.by);
        let serve = with_levers(now, strategy, &serve, id);
        // The judge of a cascade is the gate of who tries first.
        let good = first.judged || good_enough(now, strategy, &first.by, id);
        let offered = if good { left.min(asked * first.share) } else { 0.0 };
        let served =
            supplies.accept(now, strategy, &serve, stream, offered, account) * (1.0 - first.escalates);
        left -= served;
        account.count(Measure::Served, served);
    }
    left
}

fn spend_month(now: &Now, strategy: &Strategy, supplies: &mut Supplies, memory: &mut Memory) -> Account {
    let mut account = Account::new();
    let traffics = &now.book.scenario.traffics;
    let arrived: Vec<f64> = (0..traffics.len()).map(|stream| requests(now, stream)).collect();
    let mut left = arrived.clone();
    let mut turned_away = vec![0.0; traffics.len()];
    supplies.open(now, &mut account);
    // Shares are of what asks an llm, and of what is left by those who are asked first.
    let mut reach = vec![(1.0, 1.0); traffics.len()];
    for (stream, (id, _)) in traffics.iter().enumerate() {
        let served = answered(now, strategy, &id.id, arrived[stream], &mut account);
        left[stream] -= served;
        account.count(Measure::Served, served);
        reach[stream] = (unanswered(now, strategy, &id.id), firsts(now, strategy, &id.id).1);
    }
    for stream in 0..traffics.len() {
        let asked = arrived[stream] * reach[stream].0;
        left[stream] = ask_first(now, strategy, supplies, (stream, asked), left[stream], &mut account);
    }
    for serve in &strategy.serve {
        for traffic in &serve.traffic {
            let stream = place(now.book, &traffic.id);
            let serve = &with_levers(now, strategy, serve, &traffic.id);
            let share = serve.share.as_ref().map(|share| now.raw(&share.origin().address));
            let share = share.map(|share| share * reach[stream].0 * reach[stream].1);
            let offered = share.map_or(left[stream], |share| left[stream].min(arrived[stream] * share));
            let good = good_enough(now, strategy, &serve.by.id, &traffic.id);
            let served =
                if good { supplies.accept(now, strategy, serve, stream, offered, &mut account) } else { 0.0 };
            left[stream] -= served;
            if serve.sheds {
                left[stream] -= offered - served;
                turned_away[stream] += offered - served;
            }
            account.count(Measure::Served, served);
        }
    }
    for (stream, (id, _)) in traffics.iter().enumerate() {
        let shed = left[stream] + turned_away[stream];
        account.count(Measure::Offered, arrived[stream]);
        account.count(Measure::Shed, shed);
        let earns = now.said(&format!("traffic.{}.revenue", id.id)).unwrap_or(0.0);
        account.count(Measure::Revenue, (arrived[stream] - shed) * earns);
        account.count(Measure::RevenueLost, shed * earns);
        if shed > 0.0 {
            let price = now.said(&format!("traffic.{}.shed_cost", id.id)).unwrap_or(0.0);
            account.spend(Component::Shed, shed * price);
        }
    }
    supplies.close(now, &mut account);
    charge(now, strategy, &mut account);
    settle(now, strategy, memory, &mut account);
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
