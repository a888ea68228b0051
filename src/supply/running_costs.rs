//! What owned servers cost besides their price: power, place, maintenance, licences; and what they fetch in the end.

use multiversion::multiversion;

use super::owned::Owned;
use crate::calendar::Month;
use crate::finance::{Component, Ledger, Line};
use crate::lanes::{self, LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::{Lookup, Path};
use crate::serving::{Server, Site};

/// The lines of an owned fleet.
pub(super) struct RunningCosts {
    purchase: (Line, Slot),
    depreciation: Line,
    resale_line: Line,
    disposal: Line,
    /// Energy of a server for each hour of work, in watt-hours; for each hour that it stands, where idle power is known; its price.
    energy: (Line, Slot, Option<Slot>, Slot),
    /// Racks: servers that fit into one.
    racks: Option<(Line, Slot, f64)>,
    /// Costs per server and month.
    per_server: Vec<(Line, Slot)>,
    /// Costs per unit of money paid for servers, and month.
    per_price: Option<(Line, Slot)>,
    /// Costs per month.
    fixed: Vec<(Line, Slot)>,
    /// What is left in the end.
    pub(super) resale: Resale,
}

/// What a server fetches: falls in a straight line over the life that the books give it, from all of its price to a share
/// of it.
pub(super) struct Resale {
    share: Option<Slot>,
    index: Option<Slot>,
}

impl Resale {
    /// Share of the price that a server fetches in this month, when it has this share of its life behind it.
    pub(super) fn share(&self, values: &Values, lane: usize, worn: f64) -> f64 {
        let Some(share) = self.share else { return 0.0 };
        let index = self.index.map_or(1.0, |index| values[index][lane]);
        (1.0 - (1.0 - values[share][lane]) * worn) * index
    }
}

struct Lines<'a>(&'a str);

impl Lines<'_> {
    fn line(&self, component: Component, label: &str, unit: (&'static str, f64), inputs: &[Slot]) -> Line {
        let (payee, label) = (self.0.to_owned(), label.to_owned());
        Line { component, label, payee, unit: unit.0, per_unit: unit.1, inputs: inputs.to_vec() }
    }
}

const MONEY: (&str, f64) = ("", 1.0);
const SERVER_MONTHS: (&str, f64) = ("server-months", 1.0);
const MONTHS: (&str, f64) = ("months", 1.0);

impl RunningCosts {
    pub(super) fn resolve(
        id: &str,
        owned: &Owned,
        server: &Server,
        site: &Site,
        lookup: &mut dyn Lookup,
    ) -> Option<Self> {
        let lines = Lines(id);
        let price = lookup.path(&server.price)?;
        let energy = energy(owned, server, site, lookup)?;
        let energy_inputs: Vec<Slot> = [energy.0, energy.2].into_iter().chain(energy.1).collect();
        let mut per_server = Vec::new();
        let provisioned = lookup.number(server.provisioned_power.as_ref().unwrap_or(&server.power));
        for (label, path) in [("contracted power", &site.colocation), ("demand charge", &site.demand_charge)]
        {
            if let Some(path) = path {
                let rate = lookup.path(path)?;
                let cost = lookup.times(provisioned, rate);
                per_server.push((
                    lines.line(Component::Colocation, label, SERVER_MONTHS, &[provisioned, rate]),
                    cost,
                ));
            }
        }
        let racks = match &site.rack {
            Some((path, fit)) => {
                let rate = lookup.path(path)?;
                let line = lines.line(Component::Colocation, "racks", ("rack-months", 1.0), &[rate]);
                Some((line, rate, *fit))
            }
            None => None,
        };
        if let Some(path) = &owned.software {
            let rate = lookup.per_month(path)?;
            let gpus = lookup.constant(server.gpus);
            let cost = lookup.times(rate, gpus);
            per_server.push((lines.line(Component::Software, "licences", SERVER_MONTHS, &[rate]), cost));
        }
        let per_price = monthly(owned.maintenance.as_ref(), lookup)?
            .map(|rate| (lines.line(Component::Maintenance, "maintenance", MONEY, &[rate, price]), rate));
        let mut fixed = Vec::new();
        for (label, path) in [("network", site.network.as_ref()), ("storage", owned.storage.as_ref())] {
            if let Some(cost) = monthly(path, lookup)? {
                fixed.push((lines.line(Component::Colocation, label, MONTHS, &[cost]), cost));
            }
        }
        let resale = resale(owned, lookup)?;
        let resale_inputs: Vec<Slot> = [resale.share, resale.index].into_iter().flatten().collect();
        Some(Self {
            purchase: (lines.line(Component::Servers, "servers", ("servers", 1.0), &[price]), price),
            depreciation: lines.line(Component::Depreciation, "depreciation", MONEY, &[price]),
            resale_line: lines.line(Component::Resale, "value of the servers", MONEY, &resale_inputs),
            disposal: lines.line(Component::Disposal, "book value less resale value", MONEY, &resale_inputs),
            energy: (
                lines.line(Component::Energy, "energy", ("kWh", 1e3), &energy_inputs),
                energy.0,
                energy.1,
                energy.2,
            ),
            racks,
            per_server,
            per_price,
            fixed,
            resale,
        })
    }

    /// The price of a server in this month.
    pub(super) fn price<'a>(&self, values: &'a Values) -> &'a Lanes {
        &values[self.purchase.1]
    }

    /// Where that price is.
    pub(super) fn price_slot(&self) -> Slot {
        self.purchase.1
    }

    pub(super) fn post_purchase(&self, servers: &Lanes, values: &Values, ledger: &mut Ledger) {
        ledger.post_upfront(&self.purchase.0, servers, &values[self.purchase.1]);
    }

    /// Posts a month: servers standing, what was paid for them, and the month's depreciation; and the hours of work of GPUs, of which
    /// a server has so many.
    pub(super) fn post_month(
        &self,
        now: &Month,
        values: &Values,
        (servers, paid, depreciation): (&Lanes, &Lanes, &Lanes),
        (busy, gpus): (&Lanes, f64),
        ledger: &mut Ledger,
    ) {
        let (line, watts, idle, price) = &self.energy;
        let watts = &values[*watts];
        let mut energy = Lanes::ZERO;
        match idle.map(|idle| &values[idle]) {
            Some(idle) => {
                for i in 0..LANES {
                    let works = busy[i] / gpus * (watts[i] - idle[i]).max(0.0);
                    energy[i] = servers[i] * now.hours * idle[i] + works;
                }
            }
            None => always_at_work(servers, watts, now.hours, &mut energy),
        }
        ledger.post(line, &energy, &values[*price]);
        if let Some((line, rate, fit)) = &self.racks {
            let racks = Lanes::from_fn(|i| math::ceil(servers[i] / fit - 1e-9));
            ledger.post(line, &racks, &values[*rate]);
        }
        for (line, cost) in &self.per_server {
            ledger.post(line, servers, &values[*cost]);
        }
        if let Some((line, rate)) = &self.per_price {
            ledger.post(line, paid, &values[*rate]);
        }
        for (line, cost) in &self.fixed {
            ledger.post(line, &lanes::ONE, &values[*cost]);
        }
        ledger.post(&self.depreciation, depreciation, &lanes::ONE);
    }

    /// Posts the end of the scenario: the servers are worth something, and their books are closed.
    pub(super) fn post_end(&self, book: &Lanes, market: &Lanes, ledger: &mut Ledger) {
        ledger.post(&self.resale_line, market, &Lanes::splat(-1.0));
        let loss = Lanes::from_fn(|i| book[i] - market[i]);
        ledger.post(&self.disposal, &loss, &lanes::ONE);
    }
}

/// Energy of servers that draw the same in all hours.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn always_at_work(servers: &Lanes, watts: &Lanes, hours: f64, energy: &mut Lanes) {
    for i in 0..LANES {
        energy[i] = servers[i] * watts[i] * hours;
    }
}

#[allow(clippy::option_option, reason = "absent and wrong are different")]
fn monthly(path: Option<&Path>, lookup: &mut dyn Lookup) -> Option<Option<Slot>> {
    match path {
        Some(path) => lookup.per_month(path).map(Some),
        None => Some(None),
    }
}

/// Power drawn by one server with its share of the building, in watts: at its load, and without work where that is known; and
/// the price of a watt-hour.
fn energy(
    owned: &Owned,
    server: &Server,
    site: &Site,
    lookup: &mut dyn Lookup,
) -> Option<(Slot, Option<Slot>, Slot)> {
    let (power, load) = (lookup.number(&server.power), lookup.number(&owned.load));
    let pue = lookup.number(&site.pue);
    let drawn = lookup.times(power, load);
    let at_work = lookup.times(drawn, pue);
    let price = lookup.path(&site.electricity)?;
    let idle = owned.idle.as_ref().map(|idle| {
        let idle = lookup.number(idle);
        let drawn = lookup.times(power, idle);
        lookup.times(drawn, pue)
    });
    Some((at_work, idle, price))
}

fn resale(owned: &Owned, lookup: &mut dyn Lookup) -> Option<Resale> {
    let Some(written) = &owned.resale else { return Some(Resale { share: None, index: None }) };
    let share = Some(lookup.number(&written.share));
    let index = match &written.follows {
        Some(index) => Some(lookup.index(index)?),
        None => None,
    };
    Some(Resale { share, index })
}
