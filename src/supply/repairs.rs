//! Servers that fail and are repaired, and servers that stand by for them.
//!
//! Faults come at random and do not wait for one another, so the number of servers that are down is binomial, each of them a
//! share `ρ / (1 + ρ)` of the time with `ρ` the faults per time times the mean repair. How long single repairs take does not
//! matter to it, only their mean, however heavy the tail (the insensitivity of Erlang's loss system). Service is worked out
//! for 0, 1, … servers down, each weighted with its chance.

use super::hosting::Load;
use crate::distribution::{QuantityOf, WholeOf};
use crate::document::{At, Decode, Reader, Shape, TableOf, Value};
use crate::lanes::{LANES, Lanes, Slot, Values};
use crate::math;
use crate::process::Lookup;
use crate::serving::Server;
use crate::units;

/// Servers of those that are owned which stand by.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Spares {
    /// So many.
    Servers(f64),
    /// As many as this share of time needs: the quantile of the Poisson distribution of faults within a repair.
    Cover(f64),
}

/// Reads `spares`: servers, or `{ cover = "99 %" }`.
pub(super) struct SparesOf;

impl Decode for SparesOf {
    type Value = Spares;

    fn decode(&self, at: &At<'_>) -> Option<Spares> {
        match &at.node.value {
            Value::Table(_) => at.clone().read(read_cover),
            _ => WholeOf(&units::SERVERS).decode(at).map(Spares::Servers),
        }
    }

    fn shape(&self) -> Shape {
        Shape::Any(vec![WholeOf(&units::SERVERS).shape(), TableOf(read_cover).shape()])
    }
}

fn read_cover(t: &mut Reader) -> Option<Spares> {
    let share = t.required(
        "cover",
        QuantityOf(&units::SHARE),
        "share of the time in which no more servers are down than stand by",
    )?;
    if share.value >= 1.0 {
        let help = "no number of spares covers all of the time; 0.99 leaves three days a year";
        t.refuse("cover", "endless-spares", "faults have no upper limit", help);
        return None;
    }
    Some(Spares::Cover(share.value))
}

/// What faults do to a fleet of servers.
pub(super) struct Repairs {
    /// Faults per time times the mean repair: servers down of each one that works.
    rho: Slot,
}

/// Numbers of servers down that are worked out one by one; the last stands for all beyond, at their mean.
pub(super) const NODES: usize = 6;

impl Repairs {
    /// Lanes of state: for each node its chance, its servers down and a load of its own.
    pub(super) const STATE: usize = NODES * (2 + Load::STATE);

    #[allow(clippy::option_option, reason = "absent and wrong are different")]
    pub(super) fn resolve(server: &Server, lookup: &mut dyn Lookup) -> Option<Option<Self>> {
        let (Some(faults), Some(repair)) = (&server.faults, &server.repair) else { return Some(None) };
        let faults = lookup.per_month(faults)?;
        let repair = lookup.in_months(repair);
        Some(Some(Self { rho: lookup.times(faults, repair) }))
    }

    /// Works out the chances of each node for so many servers, and clears their loads.
    pub(super) fn begin(&self, servers: &Lanes, values: &Values, state: &mut [Lanes]) {
        let rho = &values[self.rho];
        state.fill(Lanes::ZERO);
        let (chances, down) = state.split_at_mut(NODES);
        for lane in 0..LANES {
            let (count, share) = (servers[lane], rho[lane] / (1.0 + rho[lane]));
            let mut chance = math::exp(count * math::ln_1p(-share));
            let (mut left, mut mean_left) = (1.0, count * share);
            for node in 0..NODES - 1 {
                let k = node as f64;
                (chances[node][lane], down[node][lane]) = (chance, k);
                left -= chance;
                mean_left -= k * chance;
                chance *= ((count - k) / (k + 1.0)).max(0.0) * rho[lane];
            }
            // Rounding may leave a trace beyond the last server; it must not become one more down than there are.
            let beyond = left.max(0.0);
            chances[NODES - 1][lane] = beyond;
            let mean = if beyond > 1e-12 { mean_left / beyond } else { (NODES - 1) as f64 };
            down[NODES - 1][lane] = mean.clamp((NODES - 1) as f64, count.max((NODES - 1) as f64));
        }
    }

    /// Each node's chance and servers down.
    pub(super) fn node(node: usize, state: &[Lanes]) -> (&Lanes, &Lanes) {
        (&state[node], &state[NODES + node])
    }

    /// Where a node's load stands.
    pub(super) fn load(node: usize) -> std::ops::Range<usize> {
        let from = 2 * NODES + node * Load::STATE;
        from..from + Load::STATE
    }

    /// The mean of what nodes carry, at once and waiting.
    pub(super) fn carried(state: &mut [Lanes]) -> Lanes {
        let mut mean = Lanes::ZERO;
        for node in 0..NODES {
            let chance = state[node];
            let load = Load(&mut state[Self::load(node)]);
            for i in 0..LANES {
                mean[i] += chance[i] * (load.carried()[i] + load.waiting()[i]);
            }
        }
        mean
    }
}

impl Spares {
    /// Servers that stand by when so many work.
    pub(super) fn beside(self, working: f64, repairs: Option<&Repairs>, values: &Values, lane: usize) -> f64 {
        match (self, repairs) {
            (Self::Servers(count), _) => count,
            (Self::Cover(share), Some(repairs)) => {
                math::poisson_quantile(working * values[repairs.rho][lane], share)
            }
            (Self::Cover(_), None) => 0.0,
        }
    }

    /// Servers of these that stand by.
    pub(super) fn of(self, servers: f64, repairs: Option<&Repairs>, values: &Values, lane: usize) -> f64 {
        match self {
            Self::Servers(count) => count.min(servers),
            Self::Cover(_) => {
                // The fewest that cover the faults of the others.
                let mut spare = 0.0;
                while spare < servers && self.beside(servers - spare, repairs, values, lane) > spare {
                    spare += 1.0;
                }
                spare
            }
        }
    }
}
