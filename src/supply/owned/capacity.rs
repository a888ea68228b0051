//! What servers carry: replicas that may be loaded, and the need of a month, where all stand and where some do not.

use super::kernels::{Counted, Counts, replicas_of};
use super::{Running, SERVERS};
use crate::lanes::{LANES, Lanes, Values};
use crate::math;
use crate::supply::hosting::Load;
use crate::supply::mixed::Hours;
use crate::supply::repairs::{Repairs, Spares};

impl Running {
    /// Whether every server that stands there serves.
    pub(super) fn is_plain(&self) -> bool {
        self.repairs.is_none() && self.zones.is_one() && self.spares == Spares::Servers(0.0)
    }

    /// Replicas that may be loaded when so many servers are down: spares step in first, and the loss of a zone must leave
    /// enough.
    pub(super) fn most_replicas(&self, down: Option<&Lanes>, values: &Values, state: &[Lanes]) -> Lanes {
        if self.is_plain() {
            return replicas_of(&state[SERVERS], [self.replicas_per_server, self.spare, self.most]);
        }
        let repairs = self.repairs.as_ref();
        Lanes::from_fn(|i| {
            let servers = state[SERVERS][i];
            let spare = self.spares.of(servers, repairs, values, i);
            let working = servers - down.map_or(0.0, |down| down[i]).max(spare);
            let replicas = math::floor(working.max(0.0) * self.replicas_per_server + 1e-9) - self.spare;
            self.zones.without_one(replicas.max(0.0)).clamp(0.0, self.most)
        })
    }

    /// The load of the busiest hour, of a load with this mean.
    pub(super) fn busiest(&self, offered: &Lanes, state: &[Lanes]) -> Lanes {
        let hours = Hours { shape: &self.shape, means: &state[self.means()..] };
        Lanes::from_fn(|i| hours.peak(i, offered[i]))
    }

    /// GPU-hours and need where some servers stand by, fail, or are a zone too many.
    pub(super) fn count_protected(&self, by: &Counted, values: &Values, state: &mut [Lanes]) -> Counts {
        let mut counts = Counts::NOTHING;
        let replicas_per_load = &values[self.replicas_per_load];
        let nodes = self.nodes();
        let (offered, used) = if self.repairs.is_some() {
            let first = Load(&mut state[nodes..][Repairs::load(0)]);
            (*first.offered(), Repairs::carried(&mut state[nodes..]))
        } else {
            let load = Load(state);
            (*load.offered(), Lanes::from_fn(|i| load.carried()[i] + load.waiting()[i]))
        };
        let busiest = self.busiest(&offered, state);
        for i in 0..LANES {
            counts.busy[i] = used[i] * by.gpu_hours_per_replica;
            let replicas = math::ceil(busiest[i] * replicas_per_load[i] - 1e-9);
            let servers = (self.zones.with_reserve(replicas) + by.spare) * by.servers_per_replica;
            counts.need[i] = servers + self.spares.beside(servers, self.repairs.as_ref(), values, i);
            counts.owned[i] = state[SERVERS][i] * by.gpu_hours_per_server;
        }
        counts
    }
}
