//! Replicas, rented or owned, month after month on one path.

use tokencast::demand::Traffic;
use tokencast::finance::{Component, Measure};
use tokencast::scenario::{Serve, Strategy};
use tokencast::serving::{Asked, Capacity, Deployment, Lengths};

use crate::account::Account;
use crate::bills::gpu_price;
use crate::book::{Book, Now};
use crate::levers::faster;
use crate::load::Load;
use crate::week::Hours;
use crate::work::work;

/// A fleet of one strategy; what it remembers is there from month to month.
pub(crate) struct Fleet<'a> {
    name: String,
    at: String,
    owned: bool,
    deployment: &'a Deployment,
    hours: Hours,
    load: Load,
    /// The most replicas that an entry allowed this month.
    most: f64,
    /// Servers by month: ordered to arrive, and what was paid for them; what would have been needed.
    arriving: Vec<f64>,
    paid: Vec<f64>,
    needed: Vec<f64>,
    servers: f64,
    on_order: f64,
}

impl<'a> Fleet<'a> {
    pub(crate) fn new(book: &'a Book, name: &str, traffic: &Traffic) -> Self {
        let owned = !book.below(&format!("supply.{name}.owned")).is_empty();
        let at = format!("supply.{name}.{}", if owned { "owned" } else { "rented" });
        let id = book
            .text(&format!("{at}.deployment"))
            .unwrap_or_else(|| panic!("a supply of a new kind: {name}"));
        let deployments = &book.scenario.definitions.deployments;
        let months = book.model.timeline.length;
        Self {
            name: name.to_owned(),
            owned,
            deployment: &deployments.iter().find(|(found, _)| found.id == id).unwrap().1,
            hours: Hours::new(&traffic.week, traffic.hourly_noise),
            at,
            load: Load::default(),
            most: 0.0,
            arriving: vec![0.0; months],
            paid: vec![0.0; months],
            needed: vec![0.0; months],
            servers: 0.0,
            on_order: 0.0,
        }
    }

    pub(crate) fn is(&self, name: &str) -> bool {
        self.name == name
    }

    fn key(&self, key: &str) -> String {
        format!("{}.{key}", self.at)
    }

    fn count(&self, book: &Book, key: &str, otherwise: f64) -> f64 {
        book.number(&self.key(key), otherwise)
    }

    fn target(&self, now: &Now) -> f64 {
        now.raw(&self.key("fleet.utilization_target"))
    }

    /// A month begins.
    pub(crate) fn open(&mut self, now: &Now, account: &mut Account) {
        (self.load, self.most) = (Load::default(), 0.0);
        if self.owned {
            self.order(now);
            self.deliver(now, account);
        }
    }

    /// Offers requests, says how many of them are served.
    pub(crate) fn accept(
        &mut self,
        now: &Now,
        strategy: &Strategy,
        serve: &Serve,
        stream: usize,
        offered: f64,
    ) -> f64 {
        let per_hour = offered / now.month.hours;
        let (calls, waits) = self.calls(now, strategy, stream);
        let most = self.replicas_there(now).min(serve.up_to_replicas.unwrap_or(f64::INFINITY));
        self.most = self.most.max(most);
        let capacity = most * self.target(now);
        offered * self.load.carry(&self.hours, per_hour * calls, waits, capacity)
    }

    /// Replica-hours at full capacity that a request takes, and the share of requests that can wait.
    fn calls(&self, now: &Now, strategy: &Strategy, stream: usize) -> (f64, f64) {
        let llms = &now.book.scenario.definitions.llms;
        let llm = &llms.iter().find(|(id, _)| id.id == self.deployment.llm.id).unwrap().1;
        let work = work(now, strategy, &self.name, stream, llm.tokenizer.as_ref());
        let cached = work.cached.map(|(read, _)| read);
        let (throughput, faster, range) = faster(now, strategy, &self.name);
        let generated = work.output + work.reasoning;
        let error = now.raw(&self.deployment.capacity_error.origin.address);
        let lengths = Lengths { input: work.input, cached: cached.unwrap_or(0.0), output: generated };
        let calls_per_hour = if let Capacity::Stated { tokens_per_hour } = &self.deployment.capacity {
            tokens_per_hour / (lengths.input * (1.0 - lengths.cached) + generated) / error
        } else {
            let key =
                (self.deployment.origin.address.clone(), stream, cached.is_some(), range.map(f64::to_bits));
            let mut surfaces = now.book.surfaces.borrow_mut();
            let surface = surfaces.entry(key).or_insert_with(|| {
                let traffic = &now.book.scenario.traffics[stream].1;
                let gpu = now.book.scenario.definitions.gpu(&self.deployment.gpu);
                let all = &now.book.scenario.definitions;
                let mean = |lengths: &tokencast::demand::Lengths| {
                    all.about_tokens(lengths, &traffic.speech, llm.tokenizer.as_ref()).unwrap()
                };
                let output = mean(&traffic.output) + traffic.reasoning.as_ref().map_or(0.0, mean);
                let mean = Lengths::new(mean(&traffic.input), output);
                let asked = Asked { targets: traffic.targets, mean, cached: cached.is_some(), faster: range };
                self.deployment.surface(llm, gpu, asked).unwrap()
            });
            surface.calls_per_hour(lengths, faster, error)
        };
        (work.calls / (calls_per_hour * throughput), work.waits)
    }

    fn replicas_there(&self, now: &Now) -> f64 {
        let most = self.count(now.book, "fleet.max_replicas", f64::INFINITY);
        if !self.owned {
            return self.without_a_zone(now.book, most);
        }
        let spare = self.count(now.book, "fleet.spare_replicas", 0.0);
        let there = ((self.servers * self.replicas_per_server(now.book) + 1e-9).floor() - spare).max(0.0);
        self.without_a_zone(now.book, there).clamp(0.0, most)
    }

    /// The fullest zone is lost.
    fn without_a_zone(&self, book: &Book, replicas: f64) -> f64 {
        let zones = self.count(book, "fleet.zones", 1.0);
        if zones > 1.0 && replicas.is_finite() {
            replicas - (replicas / zones - 1e-9).ceil()
        } else {
            replicas
        }
    }

    /// Replicas in reserve, of which enough are left when the fullest zone is lost.
    fn reserve(&self, book: &Book, needed: f64) -> f64 {
        let zones = self.count(book, "fleet.zones", 1.0);
        if zones > 1.0 { (needed / (zones - 1.0) - 1e-9).ceil() } else { 0.0 }
    }

    /// The month ends: bills.
    pub(crate) fn close(&mut self, now: &Now, account: &mut Account) {
        if self.owned {
            self.close_owned(now, account);
        } else {
            self.close_rented(now, account);
        }
    }

    fn close_rented(&self, now: &Now, account: &mut Account) {
        let book = now.book;
        let gpus = book.text(&self.key("gpus")).unwrap();
        let (one, three) = (self.count(book, "reserved_1y", 0.0), self.count(book, "reserved_3y", 0.0));
        let least = self.count(book, "fleet.min_replicas", 1.0);
        let spare = self.count(book, "fleet.spare_replicas", 0.0);
        let (target, reserved) = (self.target(now), one + three);
        // How many run follows the load from hour to hour; those reserved are paid for anyway.
        let running = |hour: f64| {
            let needed = (self.load.offered / target * hour * (1.0 - 1e-12)).ceil();
            let loaded = needed.max(least).min(self.most.max(least));
            (loaded + self.reserve(book, loaded) + spare).max(reserved)
        };
        let beyond = self.hours.mean(|hour| running(hour) - reserved);
        // What can wait fills what is paid for; what is left needs hours of its own, in as many zones as the others.
        let room = self.hours.mean(|hour| self.without_a_zone(book, running(hour) - spare)) * target;
        let used = self.load.carried + self.load.waiting;
        let zones = self.count(book, "fleet.zones", 1.0);
        let of_one = if zones > 1.0 { zones / (zones - 1.0) } else { 1.0 };
        let on_demand = beyond + ((used - room) / target).max(0.0) * of_one;
        let gpu_hours = self.deployment.gpus * now.month.hours;
        let vendor = gpus.split('/').next().unwrap();
        let mut rent = |replicas: f64, term| {
            let price = gpu_price(now, gpus, term);
            account.buy(vendor, Component::GpuRental, replicas * gpu_hours, price, false);
        };
        rent(on_demand, None);
        for (replicas, term) in [(one, "reserved_1y"), (three, "reserved_3y")] {
            if replicas > 0.0 {
                rent(replicas, Some(term));
            }
        }
        account.count(Measure::GpuHours, (on_demand + reserved) * gpu_hours);
        account.count(Measure::BusyGpuHours, used * gpu_hours);
    }

    // ---- Owned servers ---------------------------------------------------------------------------------------------

    fn server<'b>(&self, book: &'b Book) -> &'b tokencast::serving::Server {
        let id = book.text(&self.key("server")).unwrap();
        &book.scenario.definitions.servers.iter().find(|(found, _)| found.id == id).unwrap().1
    }

    fn replicas_per_server(&self, book: &Book) -> f64 {
        self.server(book).gpus / self.deployment.gpus
    }

    fn order(&mut self, now: &Now) {
        let (book, lead) = (now.book, now.in_months(&self.server(now.book).lead_time.origin.address));
        let start = book.model.timeline.start;
        let mut begun = false;
        for (month, servers) in self.dated_orders(book) {
            let ordered = start.months_until(month);
            begun |= ordered <= now.month.index as i32;
            // An order before the scenario is taken up in its first month, with what is left of its lead time.
            if ordered.max(0) == now.month.index as i32 {
                self.order_servers(now, servers, lead - f64::from((-ordered).max(0)));
            }
        }
        if book.below(&self.key("purchase")).contains(&"trailing_need") && begun {
            let over = book.months(&self.key("purchase.trailing_need.over"), 1.0) as usize;
            if now.month.index < over {
                return;
            }
            let past = &self.needed[now.month.index - over..now.month.index];
            let mean = past.iter().sum::<f64>() / over as f64;
            let margin = self.count(book, "purchase.trailing_need.margin", 0.0);
            let want = (mean * (1.0 + margin) - 1e-9).ceil() - self.servers - self.on_order;
            if want > 0.0 {
                self.order_servers(now, want, lead);
            }
        }
    }

    fn dated_orders(&self, book: &Book) -> Vec<(tokencast::calendar::YearMonth, f64)> {
        for (policy, count) in [("once", "servers"), ("trailing_need", "first")] {
            let at = self.key(&format!("purchase.{policy}"));
            if let Some(ordered) = book.text(&format!("{at}.ordered")) {
                return vec![(crate::month(ordered), book.number(&format!("{at}.{count}"), 0.0))];
            }
        }
        let at = self.key("purchase.dated");
        let months = book.below(&at).into_iter();
        months.map(|name| (crate::month(name), book.number(&format!("{at}.{name}"), 0.0))).collect()
    }

    fn order_servers(&mut self, now: &Now, servers: f64, lead: f64) {
        let arrival = now.month.index + (lead.max(0.0) - 1e-9).ceil().max(0.0) as usize;
        self.on_order += servers;
        if let Some(arriving) = self.arriving.get_mut(arrival) {
            *arriving += servers;
        }
    }

    fn deliver(&mut self, now: &Now, account: &mut Account) {
        let arrived = self.arriving[now.month.index];
        let cost = arrived * now.value(&self.server(now.book).price.origin().address);
        self.servers += arrived;
        self.on_order -= arrived;
        self.paid[now.month.index] = cost;
        if self.lease_months(now.book).is_none() {
            account.spend(Component::Servers, cost);
            account.upfront += cost;
        }
    }

    fn close_owned(&mut self, now: &Now, account: &mut Account) {
        let book = now.book;
        let per_server = self.replicas_per_server(book);
        let spare = self.count(book, "fleet.spare_replicas", 0.0);
        let peak = (self.load.offered * self.hours.peak() / self.target(now) - 1e-9).ceil();
        self.needed[now.month.index] = (peak + self.reserve(book, peak) + spare) / per_server;
        let hours = now.month.hours;
        account.count(Measure::GpuHours, self.servers * self.server(book).gpus * hours);
        account.count(
            Measure::BusyGpuHours,
            (self.load.carried + self.load.waiting) * self.deployment.gpus * hours,
        );
        self.run_servers(now, account);
        self.write_off(now, account);
        self.pay_lease(now, account);
    }

    fn run_servers(&self, now: &Now, account: &mut Account) {
        let book = now.book;
        let server = format!("server.{}", book.text(&self.key("server")).unwrap());
        let site = format!("site.{}", book.text(&self.key("site")).unwrap());
        let power = now.raw(&format!("{server}.power"));
        let pue = now.raw(&format!("{site}.pue"));
        let load = now.raw(&self.key("load"));
        let idle = now.said(&self.key("idle"));
        // Servers that work, and those that only stand; where the difference is not known, all draw the mean.
        let busy = (self.load.carried + self.load.waiting) / self.replicas_per_server(book);
        let share =
            idle.map_or(self.servers * load, |idle| self.servers * idle + busy * (load - idle).max(0.0));
        let energy = power * pue * share * now.month.hours;
        account.spend(Component::Energy, energy * now.value(&format!("{site}.electricity")));
        let provided = now.said(&format!("{server}.provisioned_power")).unwrap_or(power);
        if let Some(price) = now.said(&format!("{site}.rack")) {
            let fit = book.number(&format!("{site}.servers_per_rack"), f64::NAN);
            account.spend(Component::Colocation, (self.servers / fit - 1e-9).ceil() * price);
        }
        for key in ["colocation", "demand_charge"] {
            if let Some(price) = now.said(&format!("{site}.{key}")) {
                account.spend(Component::Colocation, self.servers * provided * price);
            }
        }
        let monthly = |address: String| book.has(&address).then(|| now.per_month(&address));
        if let Some(price) = monthly(self.key("software")) {
            account.spend(Component::Software, self.servers * self.server(book).gpus * price);
        }
        if let Some(share) = monthly(self.key("maintenance")) {
            account.spend(Component::Maintenance, share * self.paid.iter().sum::<f64>());
        }
        for address in [format!("{site}.network"), self.key("storage")] {
            account.spend(Component::Colocation, monthly(address).unwrap_or(0.0));
        }
    }

    fn lease_months(&self, book: &Book) -> Option<f64> {
        let term = self.key("financing.lease.term");
        book.text(&term).map(|_| book.months(&term, f64::NAN))
    }

    /// Each delivery is paid back by itself; what is owed on it by then, the rest at the end.
    fn pay_lease(&self, now: &Now, account: &mut Account) {
        let Some(term) = self.lease_months(now.book) else { return };
        let interest = now.monthly_growth(&self.key("financing.lease.rate")) - 1.0;
        let last = now.month.index + 1 == now.book.model.timeline.length;
        for (delivered, paid) in self.paid.iter().enumerate().take(now.month.index + 1) {
            let age = (now.month.index - delivered) as f64;
            if age >= term {
                continue;
            }
            let grown = |months: f64| (1.0 + interest).powf(months);
            let instalment = paid * interest * grown(term) / (grown(term) - 1.0);
            let owed = |months: f64| paid * grown(months) - instalment * (grown(months) - 1.0) / interest;
            account.spend(Component::LeaseInterest, owed(age) * interest);
            account.spend(Component::LeasePayments, instalment);
            if last {
                account.spend(Component::LeasePayments, owed(age + 1.0));
            }
        }
    }

    /// The share of a price that is written off by the end of a month of its life.
    fn written_off(&self, book: &Book, months_old: f64) -> f64 {
        if let Some(months) = self.life(book, "straight_line") {
            return (months_old / months).min(1.0);
        }
        let years = self.life(book, "declining_balance").unwrap() / 12.0;
        let at = self.key("depreciation.declining_balance");
        let rate = book.number(&format!("{at}.factor"), 2.0) / years;
        let straight = book.text(&format!("{at}.then_straight")) != Some("false");
        let (mut left, mut year) = (1.0, 0.0);
        while year < years && months_old > 12.0 * year {
            let falls = f64::max(rate, if straight { 1.0 / (years - year) } else { 0.0 });
            left *= 1.0 - falls * ((months_old - 12.0 * year) / 12.0).min(1.0);
            year += 1.0;
        }
        1.0 - left
    }

    fn life(&self, book: &Book, method: &str) -> Option<f64> {
        let over = self.key(&format!("depreciation.{method}.over"));
        book.text(&over).map(|_| book.months(&over, f64::NAN))
    }

    fn write_off(&self, now: &Now, account: &mut Account) {
        let book = now.book;
        let life = self.life(book, "straight_line").or_else(|| self.life(book, "declining_balance"));
        let resale = now.said(&self.key("resale.share"));
        let index =
            now.book.text(&self.key("resale.follows")).map_or(1.0, |id| now.raw(&format!("index.{id}")));
        let (mut book_value, mut market) = (0.0, 0.0);
        for (delivered, paid) in self.paid.iter().enumerate().take(now.month.index + 1) {
            let age = (now.month.index - delivered) as f64;
            let (before, after) = (self.written_off(book, age), self.written_off(book, age + 1.0));
            account.spend(Component::Depreciation, paid * (after - before));
            book_value += paid * (1.0 - after);
            let worn = ((age + 1.0) / life.unwrap()).min(1.0);
            market += paid * resale.map_or(0.0, |share| (1.0 - (1.0 - share) * worn) * index);
        }
        if now.month.index + 1 == now.book.model.timeline.length {
            account.spend(Component::Resale, -market);
            account.spend(Component::Disposal, book_value - market);
        }
    }
}
