//! Whole machines to buy, and the places where they stand.

use crate::distribution::{MeanOf, Number, NumberOf};
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
    /// How often one fails.
    pub faults: Option<Path>,
    /// How long a repair takes on average.
    pub repair: Option<Number>,
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
        let faults = t.optional(
            "faults",
            PathOf(&units::EVENTS_PER_SERVER_TIME),
            "how often one fails; never if absent",
        );
        let repair = t.optional(
            "repair",
            MeanOf(&units::DURATION),
            "from a fault until the server works again: an uncertain average, or how repairs differ",
        );
        let (faults, repair) = (faults?, repair?);
        if faults.is_some() != repair.is_some() {
            let (there, lacking) = if faults.is_some() { ("faults", "repair") } else { ("repair", "faults") };
            let message = "faults cost as much service as their repairs take time";
            t.refuse(there, "half-a-fault", message, &format!("add `{lacking}`, or leave out `{there}`"));
            return None;
        }
        Some(Self {
            title: title?,
            gpu: gpu?,
            gpus: gpus? as f64,
            price: price?,
            power: power?,
            provisioned_power: provisioned?,
            lead_time: lead_time?,
            faults,
            repair,
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
    /// Price of a rack, and the servers that fit into one: instead of contracted power.
    pub rack: Option<(Path, f64)>,
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
        let rack = t.optional("rack", PathOf(&units::MONEY_PER_RACK_TIME), "price of a rack, power included");
        let per_rack = t.optional("servers_per_rack", Whole(1, 1024), "servers that fit into a rack");
        let demand_charge = t.optional(
            "demand_charge",
            PathOf(&units::MONEY_PER_POWER_TIME),
            "the utility's charge for contracted power",
        );
        let network = t.optional("network", PathOf(&units::MONEY_PER_TIME), "connectivity");
        let (colocation, rack) = (colocation?, racks(t, rack?, per_rack?)?);
        if colocation.is_some() && rack.is_some() {
            let message = "a site bills contracted power or racks, not both";
            t.refuse("rack", "billed-twice", message, "keep `colocation` or `rack`");
            return None;
        }
        Some(Self {
            title: title?,
            region: region?,
            electricity: electricity?,
            pue: pue?,
            colocation,
            rack,
            demand_charge: demand_charge?,
            network: network?,
            origin: t.place()?.origin(),
        })
    }
}

#[allow(clippy::option_option, reason = "absent and wrong are different")]
fn racks(t: &mut Reader, price: Option<Path>, fit: Option<i64>) -> Option<Option<(Path, f64)>> {
    match (price, fit) {
        (Some(price), Some(fit)) => Some(Some((price, fit as f64))),
        (None, None) => Some(None),
        (Some(_), None) => {
            let help = "add `servers_per_rack`; power and cooling decide how many fit";
            t.refuse("rack", "missing-key", "the price of a rack needs the servers that fit into one", help);
            None
        }
        (None, Some(_)) => {
            let help = "add `rack`, or leave out `servers_per_rack`";
            t.refuse("servers_per_rack", "missing-key", "racks without a price say nothing", help);
            None
        }
    }
}
