//! What a vendor's llm takes: units that are bought, limits of the API, and the day it is turned off.

use tokencast::finance::Component;
use tokencast::pricing::{Limited, Tier};
use tokencast::scenario::{Serve, Strategy};

use crate::account::Account;
use crate::bills::{card, seller};
use crate::book::{Book, Now};
use crate::load::Load;
use crate::week::{Hours, inside};
use crate::work::work;

/// The share of a month in which an llm is not yet turned off.
fn still_served(now: &Now, by: &str) -> f64 {
    let at = format!("vendor.{}.retires", by.replacen('/', ".llm.", 1));
    let Some(day) = now.book.text(&at) else { return 1.0 };
    let (month, days) = day.split_at(7);
    let left = crate::month(month).months_until(now.month.label);
    let served = days.strip_prefix('-').map_or(0.0, |day| day.parse::<f64>().unwrap() - 1.0);
    match left {
        ..0 => 1.0,
        0 => served / f64::from(now.month.label.days()),
        _ => 0.0,
    }
}

/// Throughput units of one strategy.
pub(crate) struct Units {
    name: String,
    at: String,
    of: String,
    bought: f64,
    hours: Hours,
    /// Hours of the week in which they are held, and the load in them, as shares of all.
    held: f64,
    load_held: f64,
    load: Load,
}

impl Units {
    pub(crate) fn new(book: &Book, name: &str, stream: usize) -> Self {
        let traffic = &book.scenario.traffics[stream].1;
        let at = format!("supply.{name}.provisioned");
        let minutes = if book.below(&at).contains(&"window") {
            inside(book, |key| book.text(&format!("{at}.window.{key}")).map(str::to_owned))
        } else {
            (0..7 * 24 * 60).collect()
        };
        let loads: Vec<f64> = minutes.iter().map(|minute| traffic.week[minute / 60]).collect();
        let all: f64 = traffic.week.iter().sum::<f64>() * 60.0;
        Self {
            name: name.to_owned(),
            of: book.text(&format!("{at}.of")).unwrap().to_owned(),
            bought: book.number(&format!("{at}.units"), f64::NAN),
            hours: Hours::new(&loads, traffic.hourly_noise),
            held: minutes.len() as f64 / (7.0 * 24.0 * 60.0),
            load_held: loads.iter().sum::<f64>() / all,
            load: Load::default(),
            at,
        }
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    pub(crate) fn open(&mut self) {
        self.load = Load::default();
    }

    /// Offers requests, says how many of them are served.
    pub(crate) fn accept(&mut self, now: &Now, strategy: &Strategy, stream: usize, offered: f64) -> f64 {
        let card = card(now.book, &self.of);
        let offer = card.provisioned.as_ref().unwrap();
        let work = work(now, strategy, &self.name, stream, card.tokenizer.as_ref());
        let read = work.cached.map_or(0.0, |(read, _)| read);
        let computed = work.input * (1.0 - read + read * now.raw(&offer.cached_weight.origin.address));
        let out = (work.output + work.reasoning) * now.raw(&offer.output_weight.origin.address);
        let tokens = work.calls * (computed + out);
        let open = still_served(now, &self.of);
        if open <= 0.0 {
            return 0.0;
        }
        let inside = offered * self.load_held * open;
        let per_hour = inside / (now.month.hours * self.held * open);
        let load = per_hour * tokens / now.per_hour(&offer.tokens_per_unit.origin.address);
        inside * self.load.carry(&self.hours, load, work.waits, self.bought)
    }

    /// They are paid whether or not they are used, as long as their llm is there.
    pub(crate) fn close(&self, now: &Now, account: &mut Account) {
        let buy = now.book.text(&format!("{}.buy", self.at)).unwrap();
        let at = self.of.replacen('/', ".llm.", 1);
        let price = now.per_hour(&format!("vendor.{at}.provisioned.rates.{buy}"));
        let hours = self.bought * self.held * now.month.hours * still_served(now, &self.of);
        account.buy(seller(&self.of), Component::Provisioned, hours, price, false);
    }
}

/// The limits of one llm of a vendor.
pub(crate) struct Quota {
    by: String,
    hours: Hours,
    /// By limit, what was asked for in a mean hour, and what of it has passed.
    taken: Vec<(f64, f64)>,
}

impl Quota {
    pub(crate) fn new(book: &Book, by: &str, stream: usize) -> Self {
        let traffic = &book.scenario.traffics[stream].1;
        Self {
            by: by.to_owned(),
            hours: Hours::new(&traffic.week, traffic.hourly_noise),
            taken: vec![(0.0, 0.0); card(book, by).limits.0.len()],
        }
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.by == name
    }

    pub(crate) fn open(&mut self) {
        self.taken.fill((0.0, 0.0));
    }

    /// How many of the offered requests the vendor takes at once, and how many as a batch, which knows no limits.
    pub(crate) fn accept(
        &mut self,
        now: &Now,
        strategy: &Strategy,
        serve: &Serve,
        stream: usize,
        offered: f64,
    ) -> [f64; 2] {
        let open = still_served(now, &self.by);
        let offered = offered * open;
        let card = card(now.book, &self.by);
        let work = work(now, strategy, &self.by, stream, card.tokenizer.as_ref());
        let waits = if serve.tier == Tier::Batch { work.waits } else { 0.0 };
        let (offered, waiting) = (offered * (1.0 - waits), offered * waits);
        if open <= 0.0 || card.limits.0.is_empty() {
            return [offered, waiting];
        }
        let calls = offered / (now.month.hours * open) * work.calls;
        let out = work.output + work.reasoning;
        let asked: Vec<f64> = card
            .limits
            .0
            .iter()
            .map(|(what, _)| match what {
                Limited::Calls => calls,
                Limited::Tokens => calls * (work.input + out),
                Limited::Input => calls * work.input,
                Limited::Output => calls * out,
            })
            .collect();
        // The tightest of them decides.
        let mut share: f64 = 1.0;
        for (((_, limit), asked), (before, passed)) in card.limits.0.iter().zip(&asked).zip(&self.taken) {
            let limit = now.per_hour(&limit.origin.address);
            let fits = self.hours.mean(|hour| (hour * (before + asked)).min(limit));
            if *asked > 0.0 {
                share = share.min((fits - passed).max(0.0) / asked);
            }
        }
        for (asked, (before, passed)) in asked.iter().zip(&mut self.taken) {
            *before += asked;
            *passed += asked * share;
        }
        [if share < 1.0 - 1e-9 { offered * share } else { offered }, waiting]
    }
}
