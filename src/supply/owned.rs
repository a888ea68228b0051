//! Owned servers: bought whole, delivered late, standing somewhere, and worth something at the end.

use std::sync::Arc;

use multiversion::multiversion;

use super::definitions::find;
use super::disrupted::disrupted;
use super::hosting::{Hosted, Hosting, Load};
use super::purchase::{Order, PURCHASES, Purchase};
use super::rented::other_gpu;
use super::{Definitions, Entry, Supply, Written};
use crate::calendar::Month;
use crate::demand::LoadCurve;
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{Id, Plugin, Plugins, Reader, Reference, TableOf};
use crate::finance::{Ledger, Measure, StraightLine};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::{Lookup, Path, PathOf};
use crate::serving::Fleet;
use crate::supply::running_costs::{Resale, RunningCosts};
use crate::units;

pub(super) const PLUGIN: Plugin<Box<dyn Written>> = Plugin {
    name: "owned",
    meaning: "replicas on servers that are bought, delivered, housed, powered, depreciated and sold",
    example: "{ owned = { deployment = \"swallow-70b-h200\", server = \"h200-x8\", site = \"tokyo-colo\", \
              purchase = { once = { servers = \"1 server\", ordered = \"2027-01\" } }, \
              depreciation = { straight_line = { over = \"5 years\" } }, load = \"65 %\" } }",
    read,
};

/// `[supply.<id>.owned]`.
#[derive(Clone, Debug)]
pub struct Owned {
    pub(super) deployment: Reference,
    pub(super) server: Reference,
    pub(super) site: Reference,
    pub(super) purchase: Purchase,
    pub(super) depreciation: StraightLine,
    pub(super) resale: Option<WrittenResale>,
    pub(super) maintenance: Option<Path>,
    pub(super) load: Number,
    pub(super) software: Option<Path>,
    pub(super) storage: Option<Path>,
    fleet: Fleet,
}

/// What a server fetches at the end of its depreciation.
#[derive(Clone, Debug)]
pub(super) struct WrittenResale {
    pub(super) share: Number,
    pub(super) follows: Option<Reference>,
}

fn read(t: &mut Reader) -> Option<Box<dyn Written>> {
    let deployment = t.required("deployment", Id("deployment"), "what one replica is");
    let server = t.required("server", Id("server"), "what is bought");
    let site = t.required("site", Id("site"), "where it stands");
    let purchase =
        t.required("purchase", Plugins(PURCHASES, "purchase"), "when servers are ordered, and how many");
    let depreciation =
        t.required("depreciation", TableOf(read_depreciation), "how the price is spread over the months");
    let resale =
        t.optional("resale", TableOf(read_resale), "what a server still fetches when the scenario ends");
    let maintenance =
        t.optional("maintenance", PathOf(&units::SHARE_PER_TIME), "share of the purchase price, per time");
    let load =
        t.required("load", NumberOf(&units::SHARE), "mean power drawn, as a share of the power at full load");
    let software = t.optional("software", PathOf(&units::MONEY_PER_GPU_TIME), "licences, per GPU and time");
    let storage = t.optional("storage", PathOf(&units::MONEY_PER_TIME), "storage, per time");
    let fleet = t.or("fleet", "{}", TableOf(Fleet::read), "how the fleet is run");
    Some(Box::new(Owned {
        deployment: deployment?,
        server: server?,
        site: site?,
        purchase: purchase?,
        depreciation: depreciation?,
        resale: resale?,
        maintenance: maintenance?,
        load: load?,
        software: software?,
        storage: storage?,
        fleet: fleet?,
    }))
}

fn read_depreciation(t: &mut Reader) -> Option<StraightLine> {
    t.required("straight_line", TableOf(read_straight_line), "the same amount every month")
}

fn read_straight_line(t: &mut Reader) -> Option<StraightLine> {
    let over = t.required("over", QuantityOf(&units::DURATION), "months or years until nothing is left")?;
    let whole = over.unit.period.is_some_and(|period| !period.is_clock());
    if !whole || over.value < 1.0 || over.value.fract() != 0.0 {
        t.refuse(
            "over",
            "not-whole-months",
            "depreciation counts whole months",
            "write for example \"5 years\"",
        );
        return None;
    }
    Some(StraightLine { months: over.value as usize })
}

fn read_resale(t: &mut Reader) -> Option<WrittenResale> {
    let share = t.required(
        "share",
        NumberOf(&units::SHARE),
        "share of the price left at the end of the depreciation",
    );
    let follows = t.optional("follows", Id("index"), "an index that scales it: the rental market");
    Some(WrittenResale { share: share?, follows: follows? })
}

impl Written for Owned {
    fn serves(&self) -> &Reference {
        &self.deployment
    }

    fn regions(&self, all: &Definitions) -> Vec<String> {
        all.sites
            .iter()
            .find(|(id, _)| id.id == self.site.id)
            .map(|(_, site)| site.region.clone())
            .into_iter()
            .collect()
    }

    fn resolve(
        &self,
        id: &str,
        entries: &[Entry],
        all: &Definitions,
        lookup: &mut dyn Lookup,
    ) -> Option<Box<dyn Supply>> {
        let deployment = find("deployment", &all.deployments, &self.deployment, lookup);
        let server = find("server", &all.servers, &self.server, lookup);
        let site = find("site", &all.sites, &self.site, lookup);
        let (deployment, server, site) = (deployment?, server?, site?);
        if server.gpu.id != deployment.gpu.id {
            lookup.refuse(other_gpu(&self.server, deployment));
            return None;
        }
        let hosting = Hosting::resolve(entries, deployment, std::slice::from_ref(&site.region), all, lookup)?;
        let costs = RunningCosts::resolve(id, self, server, site, lookup)?;
        let timeline = lookup.timeline().clone();
        let (margin, over_months) = match self.purchase {
            Purchase::TrailingNeed { margin, over_months, .. } => (margin, over_months),
            Purchase::Dated(_) => (0.0, 0),
        };
        let running = Box::new(Running {
            orders: self.purchase.dated_orders(&timeline),
            months: timeline.length,
            margin,
            over_months,
            lead_months: lookup.in_months(&server.lead_time),
            gpus: server.gpus,
            replicas_per_server: server.gpus / deployment.gpus,
            spare: self.fleet.spare_replicas,
            most: self.fleet.max_replicas.unwrap_or(f64::INFINITY),
            utilization_target: lookup.number(&self.fleet.utilization_target),
            curve: hosting.curve,
            entries: hosting.entries,
            depreciation: self.depreciation,
            costs,
        });
        Some(disrupted(running, &[id], lookup))
    }
}

struct Running {
    orders: Vec<Vec<Order>>,
    months: usize,
    margin: f64,
    over_months: usize,
    lead_months: Slot,
    gpus: f64,
    replicas_per_server: f64,
    spare: f64,
    most: f64,
    utilization_target: Slot,
    curve: Arc<LoadCurve>,
    entries: Vec<Hosted>,
    depreciation: StraightLine,
    costs: RunningCosts,
}

/// Places in the state, behind those of the load.
const SERVERS: usize = Load::STATE;
const ON_ORDER: usize = SERVERS + 1;
const BOOK_RATE: usize = SERVERS + 2;
const PAID: usize = SERVERS + 3;
/// 1 where nothing is ordered, since its strategy is not needed yet.
const WAITING: usize = SERVERS + 4;
const HISTORY: usize = SERVERS + 5;

/// Where servers that arrive in a month are noted.
const fn arriving(month: usize) -> usize {
    HISTORY + month
}

impl Running {
    /// Where the price of servers delivered in a month is noted.
    fn paid_in(&self, month: usize) -> usize {
        HISTORY + self.months + month
    }

    /// Where the need of a month is noted, in servers.
    fn need_of(&self, month: usize) -> usize {
        HISTORY + 2 * self.months + month
    }

    /// Servers ordered in this month arrive after the lead time, rounded up to whole months; before the scenario means at
    /// its start.
    fn order(&self, now: &Month, lane: usize, servers: f64, months_ago: f64, lead: f64, state: &mut [Lanes]) {
        let arrival = now.index as f64 + math::ceil((lead - months_ago).max(0.0) - 1e-9);
        state[ON_ORDER][lane] += servers;
        if arrival < self.months as f64 {
            state[arriving(arrival as usize)][lane] += servers;
        }
    }

    /// Orders what the trailing need and the margin ask for beyond what is there or on its way, from the first order on.
    fn order_by_need(&self, now: &Month, lead: &Lanes, state: &mut [Lanes]) {
        let begun = self.orders[..=now.index].iter().any(|orders| !orders.is_empty());
        if self.over_months == 0 || now.index < self.over_months || !begun {
            return;
        }
        let mut past = [0.0; LANES];
        for month in now.index - self.over_months..now.index {
            lanes::add(&mut past, &state[self.need_of(month)]);
        }
        let mut want = [0.0; LANES];
        missing(
            &past,
            (1.0 + self.margin) / self.over_months as f64,
            [&state[SERVERS], &state[ON_ORDER]],
            &mut want,
        );
        if let Some(arrival) = self.same_arrival(now, lead) {
            let Ok([waiting, on_order, arriving]) =
                state.get_disjoint_mut([WAITING, ON_ORDER, arriving(arrival)])
            else {
                return;
            };
            order_all(&want, waiting, on_order, arriving);
            return;
        }
        for lane in 0..LANES {
            if want[lane] <= 0.0 || state[WAITING][lane] > 0.0 {
                continue;
            }
            self.order(now, lane, want[lane], 0.0, lead[lane], state);
        }
    }

    /// The month in which an order of this month arrives, if it is the same for all paths and within the scenario.
    fn same_arrival(&self, now: &Month, lead: &Lanes) -> Option<usize> {
        let arrival = now.index as f64 + math::ceil(lead[0].max(0.0) - 1e-9);
        let same = lead.iter().all(|months| months.to_bits() == lead[0].to_bits());
        (same && arrival < self.months as f64).then_some(arrival as usize)
    }

    fn deliver(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        let arrived = state[arriving(now.index)];
        let price = self.costs.price(values);
        if arrived.iter().any(|servers| *servers > 0.0) {
            self.costs.post_purchase(&arrived, values, ledger);
        }
        let months = self.depreciation.months;
        let places = [SERVERS, ON_ORDER, PAID, BOOK_RATE, self.paid_in(now.index)];
        let Ok(state_lanes) = state.get_disjoint_mut(places) else { return };
        take_delivery(&arrived, price, self.depreciation.share(0), state_lanes);
        if now.index >= months && state[self.paid_in(now.index - months)].iter().any(|paid| *paid > 0.0) {
            self.add_up_depreciation(now, state);
        }
    }

    /// Something is written off: adding up what is left leaves no trace of it, as subtracting would.
    fn add_up_depreciation(&self, now: &Month, state: &mut [Lanes]) {
        let mut rate = [0.0; LANES];
        let first = self.paid_in(now.index + 1 - self.depreciation.months);
        sum_scaled(&state[first..=self.paid_in(now.index)], self.depreciation.share(0), &mut rate);
        state[BOOK_RATE] = rate;
    }

    fn most_replicas(&self, state: &[Lanes]) -> Lanes {
        let mut replicas = [0.0; LANES];
        replicas_of(&state[SERVERS], [self.replicas_per_server, self.spare, self.most], &mut replicas);
        replicas
    }

    /// Book value and resale value of all servers at the end of a month.
    fn values_left(&self, now: &Month, values: &Values, resale: &Resale, state: &[Lanes]) -> (Lanes, Lanes) {
        let (mut book, mut market) = ([0.0; LANES], [0.0; LANES]);
        for delivered in 0..=now.index {
            let age = now.index - delivered;
            let (in_books, paid) = (self.depreciation.book_share(age), &state[self.paid_in(delivered)]);
            for i in 0..LANES {
                book[i] += paid[i] * in_books;
                market[i] += paid[i] * resale.share(values, i, 1.0 - in_books);
            }
        }
        (book, market)
    }
}

/// Servers that a need asks for beyond what is there and on its way.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn missing(need: &Lanes, factor: f64, have: [&Lanes; 2], out: &mut Lanes) {
    for i in 0..LANES {
        out[i] = (math::ceil(need[i] * factor - 1e-9) - (have[0][i] + have[1][i])).max(0.0);
    }
}

/// Orders what is wanted, where anything is and the strategy does not wait.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn order_all(want: &Lanes, waiting: &Lanes, on_order: &mut Lanes, arriving: &mut Lanes) {
    for i in 0..LANES {
        let servers = if waiting[i] > 0.0 { 0.0 } else { want[i].max(0.0) };
        on_order[i] += servers;
        arriving[i] += servers;
    }
}

/// Servers arrive, and their price counts from now on.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn take_delivery(arrived: &Lanes, price: &Lanes, share: f64, state: [&mut Lanes; 5]) {
    let [servers, on_order, paid, book_rate, paid_now] = state;
    for i in 0..LANES {
        let value = arrived[i] * price[i];
        servers[i] += arrived[i];
        on_order[i] -= arrived[i];
        paid[i] += value;
        paid_now[i] = value;
        book_rate[i] += value * share;
    }
}

/// The sum of some months, each times a share.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn sum_scaled(months: &[Lanes], share: f64, sum: &mut Lanes) {
    for month in months {
        for i in 0..LANES {
            sum[i] += month[i] * share;
        }
    }
}

/// Replicas that may serve: what servers hold, less the spare ones, up to a limit.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn replicas_of(servers: &Lanes, [per_server, spare, most]: [f64; 3], replicas: &mut Lanes) {
    for i in 0..LANES {
        let whole = math::floor(servers[i] * per_server + 1e-9) - spare;
        replicas[i] = whole.max(0.0).min(most);
    }
}

/// How a month's hours and needs are counted.
struct Counted {
    peak: f64,
    spare: f64,
    replicas_per_server: f64,
    gpu_hours_per_replica: f64,
    gpu_hours_per_server: f64,
}

/// GPU-hours that are there and that are used, and the need in servers.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn count(by: &Counted, load: [&Lanes; 3], target: &Lanes, servers: &Lanes, out: [&mut Lanes; 3]) {
    let ([offered, carried, waiting], [owned, busy, need]) = (load, out);
    for i in 0..LANES {
        busy[i] = (carried[i] + waiting[i]) * by.gpu_hours_per_replica;
        let replicas = math::ceil(offered[i] * by.peak / target[i] - 1e-9) + by.spare;
        need[i] = replicas / by.replicas_per_server;
        owned[i] = servers[i] * by.gpu_hours_per_server;
    }
}

impl Supply for Running {
    fn state(&self) -> usize {
        HISTORY + 3 * self.months
    }

    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state.fill([0.0; LANES]);
    }

    fn stays(&self) -> bool {
        true
    }

    fn wait(&self, state: &mut [Lanes]) {
        state[WAITING] = [1.0; LANES];
    }

    /// What was to be ordered before is ordered now, and from now on its dates count.
    fn enter(&self, now: &Month, values: &Values, lanes: &[bool; LANES], state: &mut [Lanes]) {
        let lead = &values[self.lead_months];
        for lane in (0..LANES).filter(|lane| lanes[*lane]) {
            state[WAITING][lane] = 0.0;
            for order in self.orders[..now.index].iter().flatten() {
                self.order(now, lane, order.servers, 0.0, lead[lane], state);
            }
        }
    }

    fn open(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        Load(state).clear();
        let lead = &values[self.lead_months];
        for order in &self.orders[now.index] {
            for lane in 0..LANES {
                if state[WAITING][lane] > 0.0 {
                    continue;
                }
                self.order(now, lane, order.servers, order.months_ago, lead[lane], state);
            }
        }
        self.order_by_need(now, lead, state);
        self.deliver(now, values, state, ledger);
    }

    fn accept(
        &self,
        entry: usize,
        now: &Month,
        values: &Values,
        offered: &Lanes,
        state: &mut [Lanes],
        served: &mut Lanes,
        _: &mut Ledger,
    ) {
        let most = self.most_replicas(state);
        let target = &values[self.utilization_target];
        self.entries[entry].accept(
            &self.curve,
            now,
            values,
            offered,
            Some(&most),
            target,
            &mut Load(state),
            served,
        );
    }

    fn unlimited(&self, _entry: usize) -> bool {
        false
    }

    fn close(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        let target = &values[self.utilization_target];
        let (mut owned, mut busy, mut need) = ([0.0; LANES], [0.0; LANES], [0.0; LANES]);
        let by = Counted {
            peak: self.curve.peak(),
            spare: self.spare,
            replicas_per_server: self.replicas_per_server,
            gpu_hours_per_replica: self.gpus / self.replicas_per_server * now.hours,
            gpu_hours_per_server: self.gpus * now.hours,
        };
        if let [offered, carried, waiting, ..] = &*state {
            count(
                &by,
                [offered, carried, waiting],
                target,
                &state[SERVERS],
                [&mut owned, &mut busy, &mut need],
            );
        }
        state[self.need_of(now.index)] = need;
        ledger.measure(Measure::GpuHours, &owned);
        ledger.measure(Measure::BusyGpuHours, &busy);
        self.costs.post_month(now, values, (&state[SERVERS], &state[PAID], &state[BOOK_RATE]), ledger);
        if now.index + 1 == self.months {
            let (book, market) = self.values_left(now, values, &self.costs.resale, state);
            self.costs.post_end(&book, &market, ledger);
        }
    }
}
