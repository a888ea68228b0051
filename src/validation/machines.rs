//! Machines that are bought or rented, by the whole engine.

use super::whole::found;
use super::{Row, Table, Tolerance};
use crate::analysis::Findings;
use crate::finance::{Component, Measure};

pub(super) const LENOVO: Table = Table {
    name: "T2",
    title: "hours until a machine of 833,806 USD has cost less than the same for rent",
    source: "Lenovo LP2225 (2025), read through a guide that quotes it, 2026-11-22",
    defects: "no staff, no taxes, no resale; the guide prints 25,942 hours for 33 USD an hour, where its formula gives 25,951",
    rows: lenovo,
};

pub(super) const NVIDIA: Table = Table {
    name: "T3",
    title: "what a server of eight GPUs costs in its books",
    source: "NVIDIA, \"How much does your LLM inference cost?\", read 2026-11-22",
    defects: "equations are images in the source; software at 4,500 USD a year is a list price per GPU, and is applied per server",
    rows: nvidia,
};

pub(super) const SPLITWISE: Table = Table {
    name: "T8",
    title: "fleets of one cost and of one power",
    source: "splitwise-sim@8f99e7d, read 2026-11-22",
    defects: "prices and powers are relative; its gain by splitting phases (1.4 times the throughput) needs machines apart for prompts and \
              tokens, which this program does not know",
    rows: splitwise,
};

/// The scenario behind all three.
const MACHINE: &str = include_str!("machine.toml");

fn with(set: &[&str]) -> Option<Findings> {
    found(MACHINE, &[], &set.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>())
}

fn lenovo() -> Vec<Row> {
    let hours = |baseline: &str| {
        let found = with(&[&format!("baseline={baseline}")])?;
        Some(720.0 * found.strategies.first()?.break_even.as_ref()?.p50?)
    };
    let row = |(what, baseline, printed): (&str, &str, f64)| {
        let what = format!("against {what}, hours");
        Row::new(what, printed, hours(baseline).unwrap_or(f64::NAN), Tolerance::Absolute(2.0))
    };
    [
        ("98.32 USD an hour on demand", "on-demand", 8_556.0),
        ("77.43 USD an hour for a year", "one-year", 10_890.0),
        ("53.95 USD an hour for three years", "three-years", 15_710.0),
    ]
    .into_iter()
    .map(row)
    .collect()
}

fn nvidia() -> Vec<Row> {
    let books = || {
        let found = with(&[
            "months=48",
            "hours_per_month=730",
            "server.sr675.price=\"320k USD\"",
            "site.any.electricity=\"0 USD /kWh\"",
            "site.any.network=\"3,000 USD /year\"",
            "supply.bought.owned.software=\"562.5 USD /GPU-year\"",
            "supply.bought.owned.depreciation.straight_line.over=\"4 years\"",
        ])?;
        let bought = found.strategies.first()?;
        let all: f64 = bought.years.iter().map(|year| year.accrual).sum();
        Some((bought.years.first()?.accrual, all / bought.measured(Measure::GpuHours)))
    };
    let (year, hour) = books().unwrap_or((f64::NAN, f64::NAN));
    vec![
        Row::new("a year, USD", 87_500.0, year, Tolerance::Absolute(1e-3)),
        Row::new("a GPU-hour, USD", 1.248_57, hour, Tolerance::Absolute(5e-6)),
    ]
}

/// Servers that always run, rented for a relative price each, or bought and drawing a relative power each: an hour's cost.
fn of_servers(count: u32, price: f64, power: f64) -> Option<[f64; 2]> {
    let found = with(&[
        "months=1",
        &format!("vendor.aws.gpu.h100.rates.on_demand=\"{} USD /GPU-hour\"", price / 8.0),
        &format!("supply.on-demand.rented.fleet.min_replicas={count}"),
        &format!("supply.bought.owned.purchase.once.servers=\"{count} servers\""),
        &format!("server.sr675.power=\"{power} kW\""),
        "site.any.electricity=\"1 USD /kWh\"",
    ])?;
    let of = |place: usize, component: Component| {
        Some(found.strategies.get(place)?.component_mean(component) / 720.0)
    };
    Some([of(1, Component::GpuRental)?, of(0, Component::Energy)?])
}

fn splitwise() -> Vec<Row> {
    let of = |count, price, power| of_servers(count, price, power).unwrap_or([f64::NAN; 2]);
    let near = Tolerance::Absolute(1e-6);
    let h100 = of(40, 4.76, 44.0);
    vec![
        Row::new("40 servers of H100, price an hour", 190.4, h100[0], near),
        Row::new("86 servers of A100, price an hour", 190.06, of(86, 2.21, 24.8)[0], near),
        Row::new("40 servers of H100, power", 1760.0, h100[1], near),
        Row::new("70 servers of A100, power", 1736.0, of(70, 2.21, 24.8)[1], near),
    ]
}
