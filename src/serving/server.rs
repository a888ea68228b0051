//! Whole machines to buy, and the places where they stand.

use crate::distribution::{Number, NumberOf};
use crate::document::{Id, Origin, Reader, Reference, Text, Title, TitleOf, Whole};
use crate::process::{Path, PathOf};
use crate::units;

/// `[server.<id>]`.
#[derive(Clone, Debug)]
pub struct Server {
    /// What people call it.
    pub title: Option<Title>,
    /// The GPU inside.
    pub gpu: Reference,
    /// How many.
    pub gpus: f64,
    /// Purchase price of one.
    pub price: Path,
    /// Power at full load.
    pub power: Number,
    /// Power that a colocation contract must provide; the power at full load if absent.
    pub provisioned_power: Option<Number>,
    /// From order to delivery.
    pub lead_time: Number,
}

impl Server {
    /// Reads `[server.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let gpu = t.required("gpu", Id("gpu"), "the GPU inside");
        let gpus = t.required("gpus", Whole(1, 1024), "how many GPUs");
        let price = t.required("price", PathOf(&units::MONEY_PER_SERVER), "purchase price of one");
        let power = t.required("power", NumberOf(&units::POWER), "power at full load");
        let provisioned = t.optional(
            "provisioned_power",
            NumberOf(&units::POWER),
            "power that colocation must provide; `power` if absent",
        );
        let lead_time = t.required("lead_time", NumberOf(&units::DURATION), "from order to delivery");
        Some(Self {
            title: title?,
            gpu: gpu?,
            gpus: gpus? as f64,
            price: price?,
            power: power?,
            provisioned_power: provisioned?,
            lead_time: lead_time?,
        })
    }
}

/// `[site.<id>]`.
#[derive(Clone, Debug)]
pub struct Site {
    /// What people call it.
    pub title: Option<Title>,
    /// Its region, for residency.
    pub region: String,
    /// Price of energy.
    pub electricity: Path,
    /// Energy drawn by the building per energy drawn by the machines.
    pub pue: Number,
    /// Price of contracted power.
    pub colocation: Option<Path>,
    /// The utility's charge for contracted power.
    pub demand_charge: Option<Path>,
    /// Connectivity.
    pub network: Option<Path>,
    /// Name and place.
    pub origin: Origin,
}

impl Site {
    /// Reads `[site.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let region = t.required("region", Text("jp"), "its region, for residency");
        let electricity = t.required("electricity", PathOf(&units::MONEY_PER_ENERGY), "price of energy");
        let pue =
            t.required("pue", NumberOf(&units::FACTOR), "energy of the building per energy of the machines");
        let colocation =
            t.optional("colocation", PathOf(&units::MONEY_PER_POWER_TIME), "price of contracted power");
        let demand_charge = t.optional(
            "demand_charge",
            PathOf(&units::MONEY_PER_POWER_TIME),
            "the utility's charge for contracted power",
        );
        let network = t.optional("network", PathOf(&units::MONEY_PER_TIME), "connectivity");
        Some(Self {
            title: title?,
            region: region?,
            electricity: electricity?,
            pue: pue?,
            colocation: colocation?,
            demand_charge: demand_charge?,
            network: network?,
            origin: t.place()?.origin(),
        })
    }
}
