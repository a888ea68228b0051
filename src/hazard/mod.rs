//! What can go wrong with vendors and what they sell. One file per kind, one line per kind in [`KINDS`].
//!
//! Hazards belong to the world: every strategy meets the same ones. Each becomes a few values a month, from which supplies
//! read what of their capacity is there, at which price. Draws of hazards are named after them and planned after all
//! others, so that adding one leaves every other draw as it was.

mod chance;
mod course;
mod drawn;
mod gpu_shortage;
mod hits;
mod level;
mod outage;
mod price_shock;
mod retirement;
mod spells;
mod vendor_distress;

use std::fmt::Debug;

pub use chance::{RATINGS, Rating};
pub use course::{ACQUIRED, HEALTHY, STRESSED, WOUND_DOWN};
pub use hits::{Health, World};

use crate::document::{MapOf, Plugin, Plugins, Reader, Reference};
use crate::pricing::Vendor;
use crate::process::Lookup;

/// A hazard as it stands in a scenario.
pub trait Written: Debug + Send + Sync {
    /// Its kind, as it is called in [`KINDS`].
    fn kind(&self) -> &'static str;
    /// The vendors, things that vendors sell, and supplies that it hits.
    fn hits(&self) -> Vec<&Reference>;
    /// Becomes values of the world; `None` if a mistake was noted.
    fn resolve(
        &self,
        id: &Reference,
        vendors: &[(Reference, Vendor)],
        world: &mut World,
        lookup: &mut dyn Lookup,
    ) -> Option<()>;
}

/// Every kind of hazard that a scenario can name, in the order in which they are resolved: an outage reads how stressed
/// its vendor is.
pub const KINDS: &[Plugin<Box<dyn Written>>] =
    &[vendor_distress::PLUGIN, outage::PLUGIN, price_shock::PLUGIN, retirement::PLUGIN, gpu_shortage::PLUGIN];

/// Reads `[hazard.<id>]`.
pub fn read_all(t: &mut Reader) -> Option<Vec<(Reference, Box<dyn Written>)>> {
    t.or("hazard", "{}", MapOf("hazard", Plugins(KINDS, "hazard")), "what can go wrong with vendors")
}

/// What a stress says of the hazards of its base, by id.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    /// Hazards that happen in a month of the scenario, on every path.
    pub forced: Vec<(String, usize)>,
    /// Hazards that never happen.
    pub without: Vec<String>,
}

/// Resolves all hazards of a scenario, whose supplies have these ids. One that a stress takes away still draws, and its
/// vendor is still known, so that conditions and correlations that name them go on as they are.
pub fn resolve(
    hazards: &[(Reference, Box<dyn Written>)],
    vendors: &[(Reference, Vendor)],
    supplies: &[&str],
    told: &Told,
    lookup: &mut dyn Lookup,
) -> World {
    let mut world = World::default();
    for plugin in KINDS {
        for (id, hazard) in hazards.iter().filter(|(_, hazard)| hazard.kind() == plugin.name) {
            let known =
                hazard.hits().iter().filter(|hit| !hits::is_known(hit, vendors, supplies, lookup)).count();
            if known > 0 {
                continue;
            }
            if told.without.contains(&id.id) {
                let mut aside = World::default();
                hazard.resolve(id, vendors, &mut aside, lookup);
                world.calm(aside, lookup);
                continue;
            }
            world.forced = told.forced.iter().find(|(forced, _)| *forced == id.id).map(|(_, month)| *month);
            hazard.resolve(id, vendors, &mut world, lookup);
        }
    }
    world.combine(lookup);
    world.credit(vendors, lookup);
    world
}

/// The address of a hazard, which begins the names of its draws.
fn address(id: &Reference) -> String {
    format!("hazard.{}", id.id)
}
