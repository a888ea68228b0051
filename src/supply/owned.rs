//! Owned servers: bought whole, delivered late, standing somewhere, and worth something at the end.

use super::definitions::find;
use super::disrupted::disrupted;
use super::financing::Leased;
use super::hosting::{Hosted, Hosting, Load};
use super::mixed::Shape;
use super::purchase::{Order, PURCHASES, Purchase};
use super::rented::other_gpu;
use super::repairs::{NODES, Repairs, Spares, SparesOf};
use super::{Definitions, Entry, Supply, Written};
use crate::calendar::Month;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Number, NumberOf, Point, QuantityOf};
use crate::document::{Id, Plugin, Plugins, Reader, Reference, TableOf};
use crate::finance::{Depreciation, FinancingOf, Lease, Ledger, METHODS, Measure, whole_months};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::process::{Lookup, Path, PathOf};
use crate::serving::{Fleet, Zones};
use crate::supply::running_costs::RunningCosts;
use crate::units;

mod books;
mod capacity;
mod kernels;
mod orders;

use kernels::{Counted, count, take_delivery};

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
    pub(super) depreciation: Depreciation,
    financing: Option<Lease>,
    refresh: Option<usize>,
    spares: Spares,
    pub(super) resale: Option<WrittenResale>,
    pub(super) maintenance: Option<Path>,
    pub(super) load: Number,
    pub(super) idle: Option<Number>,
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
    let depreciation = t.required(
        "depreciation",
        Plugins(METHODS, "depreciation"),
        "how the price is spread over the months",
    );
    let financing = t.or("financing", "cash", FinancingOf, "\"cash\", or { lease = { rate, term } }");
    let refresh =
        t.optional("refresh", QuantityOf(&units::DURATION), "age at which servers are sold and replaced");
    let spares = t.or(
        "spares",
        "0 servers",
        SparesOf,
        "servers of those owned that stand by for those that fail, or { cover = \"99 %\" } of the time",
    );
    let resale = t.optional(
        "resale",
        TableOf(read_resale),
        "what a server still fetches when it is replaced or the scenario ends",
    );
    let maintenance =
        t.optional("maintenance", PathOf(&units::SHARE_PER_TIME), "share of the purchase price, per time");
    let load =
        t.required("load", NumberOf(&units::SHARE), "mean power drawn, as a share of the power at full load");
    let idle = t.optional(
        "idle",
        NumberOf(&units::SHARE),
        "power drawn without work, as a share of the power at full load; `load` is then the power at work",
    );
    let software = t.optional("software", PathOf(&units::MONEY_PER_GPU_TIME), "licences, per GPU and time");
    let storage = t.optional("storage", PathOf(&units::MONEY_PER_TIME), "storage, per time");
    let fleet = t.or("fleet", "{}", TableOf(Fleet::read), "how the fleet is run");
    let (financing, refresh, load, idle) = (financing?, refresh?, load?, idle?);
    check_idle(t, idle.as_ref(), &load)?;
    let refresh = life(t, refresh.as_ref(), financing.as_ref())?;
    Some(Box::new(Owned {
        deployment: deployment?,
        server: server?,
        site: site?,
        purchase: purchase?,
        depreciation: depreciation?,
        financing,
        refresh,
        spares: spares?,
        idle,
        resale: resale?,
        maintenance: maintenance?,
        load,
        software: software?,
        storage: storage?,
        fleet: fleet?,
    }))
}

fn check_idle(t: &mut Reader, idle: Option<&Number>, load: &Number) -> Option<()> {
    if let (Some(idle), Some(load)) = (idle.and_then(Number::known), load.known())
        && idle > load
    {
        let help = "`idle` is drawn without work, `load` at work; both are shares of the power at full load";
        t.refuse("idle", "idle-above-load", "a server draws more without work than at work", help);
        return None;
    }
    Some(())
}

/// Whole months until servers are replaced, not before their lease ends.
#[allow(clippy::option_option, reason = "absent and wrong are different")]
fn life(t: &mut Reader, refresh: Option<&Point>, lease: Option<&Lease>) -> Option<Option<usize>> {
    let Some(age) = refresh else { return Some(None) };
    let age = whole_months(t, "refresh", age, "servers are replaced after whole months", "\"5 years\"")?;
    if lease.is_some_and(|lease| age < lease.months) {
        let help = "let the lease end first, or replace later";
        t.refuse("refresh", "leased-longer", "servers are replaced before their lease ends", help);
        return None;
    }
    Some(Some(age))
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

    fn buys(&self) -> Option<&Reference> {
        None
    }

    fn regions(&self, all: &Definitions) -> Vec<String> {
        all.sites
            .iter()
            .find(|(id, _)| id.id == self.site.id)
            .map(|(_, site)| site.region.clone())
            .into_iter()
            .collect()
    }

    fn is_owned(&self) -> bool {
        true
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
        let repairs = Repairs::resolve(server, lookup)?;
        if matches!(self.spares, Spares::Cover(_)) && repairs.is_none() {
            lookup.refuse(never_fails(&self.server));
            return None;
        }
        let lease = self.financing.as_ref();
        let lease = lease.map(|lease| Leased::resolve(id, lease, costs.price_slot(), lookup));
        let timeline = lookup.timeline().clone();
        let (margin, over_months) = match self.purchase {
            Purchase::TrailingNeed { margin, over_months, .. } => (margin, over_months),
            Purchase::Dated(_) => (0.0, 0),
        };
        let lead_months = lookup.in_months(&server.lead_time);
        let late = lookup.hit(id).lead_time;
        let utilization_target = lookup.number(&self.fleet.utilization_target);
        let running = Box::new(Running {
            orders: self.purchase.dated_orders(&timeline),
            months: timeline.length,
            margin,
            over_months,
            lead_months: late.map_or(lead_months, |factor| lookup.times(lead_months, factor)),
            gpus: server.gpus,
            replicas_per_server: server.gpus / deployment.gpus,
            spare: self.fleet.spare_replicas,
            most: self.fleet.max_replicas.unwrap_or(f64::INFINITY),
            utilization_target,
            replicas_per_load: lookup.inverse(utilization_target),
            shape: hosting.shape,
            entries: hosting.entries,
            depreciation: self.depreciation.clone(),
            costs,
            zones: self.fleet.zones,
            refresh: self.refresh,
            spares: self.spares,
            lease,
            repairs,
        });
        Some(disrupted(running, &[id], lookup))
    }
}

fn never_fails(server: &Reference) -> Diagnostic {
    let message = format!("spares that cover faults, and `{}` has none", server.id);
    Diagnostic::error("never-fails", server.span, message)
        .help("add `faults` and `repair` to the server, or say how many servers stand by")
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
    /// One over that.
    replicas_per_load: Slot,
    shape: Shape,
    entries: Vec<Hosted>,
    depreciation: Depreciation,
    costs: RunningCosts,
    zones: Zones,
    refresh: Option<usize>,
    spares: Spares,
    lease: Option<Leased>,
    repairs: Option<Repairs>,
}

/// Places in the state, behind those of the load.
const SERVERS: usize = Load::STATE;
const ON_ORDER: usize = SERVERS + 1;
const BOOK_RATE: usize = SERVERS + 2;
const PAID: usize = SERVERS + 3;
/// 1 where nothing is ordered, since its strategy is not needed yet.
const WAITING: usize = SERVERS + 4;
/// What is still owed on leased servers.
const OWED: usize = SERVERS + 5;
/// What was paid until last month, and what of it is written off.
const BOOKED: usize = SERVERS + 6;
const WRITTEN_OFF: usize = SERVERS + 7;
const HISTORY: usize = SERVERS + 8;

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

    fn deliver(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        let arrived = state[arriving(now.index)];
        lanes::subtract(&mut state[ON_ORDER], &arrived);
        self.arrive(now, &arrived, values, state, ledger);
        self.depreciate(now, state);
    }

    /// Servers are there from this month on: paid, or leased.
    fn arrive(
        &self,
        now: &Month,
        arrived: &Lanes,
        values: &Values,
        state: &mut [Lanes],
        ledger: &mut Ledger,
    ) {
        let price = self.costs.price(values);
        if self.lease.is_none() && lanes::any_above_zero(arrived) {
            self.costs.post_purchase(arrived, values, ledger);
        }
        if self.lease.is_some() {
            lanes::add_product(&mut state[OWED], arrived, price);
        }
        let places = [SERVERS, PAID, BOOK_RATE, self.paid_in(now.index)];
        let Ok([servers, paid, book_rate, paid_now]) = state.get_disjoint_mut(places) else { return };
        take_delivery(arrived, price, self.depreciation.share(0), servers, paid, book_rate, paid_now);
        if self.refresh.is_some() {
            lanes::add(&mut state[self.delivered_in(now.index)], arrived);
        }
    }

    /// Where the nodes of servers down are.
    fn nodes(&self) -> usize {
        self.need_of(self.months) + if self.refresh.is_some() { self.months } else { 0 }
    }

    /// Where the mean load of each week is, if there are several.
    fn means(&self) -> usize {
        self.nodes() + if self.repairs.is_some() { Repairs::STATE } else { 0 }
    }
}

impl Supply for Running {
    fn takes(&self, entry: usize) -> Option<Slot> {
        Some(self.entries[entry].hours_per_request)
    }

    fn state(&self) -> usize {
        self.means() + self.shape.state()
    }

    /// What is noted of months is cleared when their turn comes, while it is near the processor.
    fn start(&self, _: &Values, state: &mut [Lanes]) {
        state[..self.paid_in(0)].fill(Lanes::ZERO);
    }

    fn stays(&self) -> bool {
        true
    }

    /// Months will pass that nobody opens.
    fn wait(&self, state: &mut [Lanes]) {
        state[self.paid_in(0)..].fill(Lanes::ZERO);
        state[WAITING] = Lanes::splat(1.0);
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
        state[self.paid_in(now.index)] = Lanes::ZERO;
        if self.refresh.is_some() {
            state[self.delivered_in(now.index)] = Lanes::ZERO;
        }
        state[self.means()..].fill(Lanes::ZERO);
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
        self.replace(now, values, state, ledger);
        if let Some(repairs) = &self.repairs {
            let servers = state[SERVERS];
            repairs.begin(&servers, values, &mut state[self.nodes()..]);
        }
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
        let target = &values[self.utilization_target];
        let (hosted, shape) = (&self.entries[entry], &self.shape);
        let (state, means) = state.split_at_mut(self.means());
        shape.note(hosted, now, values, offered, means);
        if self.repairs.is_none() {
            let most = self.most_replicas(None, values, state);
            let load = &mut Load(state);
            shape.accept(hosted, now, values, offered, Some(&most), target, load, means, served);
            return;
        }
        *served = Lanes::ZERO;
        let nodes = self.nodes();
        for node in 0..NODES {
            let (chance, down) = Repairs::node(node, &state[nodes..]);
            let (chance, most) = (*chance, self.most_replicas(Some(down), values, state));
            let mut then = Lanes::ZERO;
            let load = &mut Load(&mut state[nodes..][Repairs::load(node)]);
            shape.accept(hosted, now, values, offered, Some(&most), target, load, means, &mut then);
            lanes::add_product(served, &chance, &then);
        }
        // Chances sum to 1 up to rounding.
        for i in 0..LANES {
            served[i] = if served[i] > offered[i] * (1.0 - 1e-12) { offered[i] } else { served[i] };
        }
    }

    fn unlimited(&self, _entry: usize) -> bool {
        false
    }

    fn close(&self, now: &Month, values: &Values, state: &mut [Lanes], ledger: &mut Ledger) {
        let peak = self.shape.peak();
        let by = Counted {
            peak: peak.unwrap_or(1.0),
            spare: self.spare,
            servers_per_replica: 1.0 / self.replicas_per_server,
            gpu_hours_per_replica: self.gpus / self.replicas_per_server * now.hours,
            gpu_hours_per_server: self.gpus * now.hours,
        };
        let counts = if self.is_plain()
            && let [offered, carried, waiting, ..] = &*state
        {
            let (servers, per_load) = (&state[SERVERS], &values[self.replicas_per_load]);
            if peak.is_some() {
                count(&by, offered, carried, waiting, per_load, servers)
            } else {
                // A mix of weeks has another peak on each path.
                count(&by, &self.busiest(offered, state), carried, waiting, per_load, servers)
            }
        } else {
            self.count_protected(&by, values, state)
        };
        state[self.need_of(now.index)] = counts.need;
        ledger.measure(Measure::GpuHours, &counts.owned);
        ledger.measure(Measure::BusyGpuHours, &counts.busy);
        let standing = (&state[SERVERS], &state[PAID], &state[BOOK_RATE]);
        self.costs.post_month(now, values, standing, (&counts.busy, self.gpus), ledger);
        self.pay_lease(now, values, state, ledger);
        if now.index + 1 == self.months {
            let (book, market) = self.values_left(now, values, &self.costs.resale, state);
            self.costs.post_end(&book, &market, ledger);
        }
    }
}
