//! Erlang C: servers with an endless queue.

use super::erlang_b;
use crate::math;

/// Poisson arrivals, exponential times in service, `servers` servers, everybody waits (M/M/c).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ErlangC {
    /// Arrivals per time times the mean time in service, in erlangs.
    pub load: f64,
    /// Servers.
    pub servers: u64,
    /// The share of arrivals that wait.
    pub waits: f64,
}

impl ErlangC {
    /// `C = B / (1 − ρ·(1 − B))` with Erlang's B. `None` if the load is not below the number of servers: the queue grows
    /// without end.
    pub fn new(load: f64, servers: u64) -> Option<Self> {
        let busy = load / servers as f64;
        if !(0.0..1.0).contains(&busy) {
            return None;
        }
        let lost = erlang_b(load, servers);
        Some(Self { load, servers, waits: lost / (1.0 - busy * (1.0 - lost)) })
    }

    /// The mean wait of all arrivals, in mean times of service: `C / (c − A)`.
    pub fn mean_wait(&self) -> f64 {
        self.waits / self.spare()
    }

    /// The mean number that waits: `A · Wq` (J. D. C. Little, 1961).
    pub fn mean_queue(&self) -> f64 {
        self.load * self.mean_wait()
    }

    /// The share of arrivals that wait longer than `time` mean times of service: `C·e^{−(c − A)·t}`.
    pub fn waits_longer(&self, time: f64) -> f64 {
        self.waits * math::exp(-self.spare() * time)
    }

    fn spare(&self) -> f64 {
        self.servers as f64 - self.load
    }
}

/// The fewest servers with which at most a share `most` of arrivals waits longer than `time` mean times of service.
///
/// `None` if no number below ten million does, or the load is no number.
pub fn servers_needed(load: f64, time: f64, most: f64) -> Option<u64> {
    const MOST: u64 = 10_000_000;
    if !(0.0..MOST as f64).contains(&load) {
        return None;
    }
    let holds = |servers| ErlangC::new(load, servers).is_some_and(|queue| queue.waits_longer(time) <= most);
    let least = math::floor(load) as u64;
    // More servers never make anybody wait longer, so that the first that holds can be searched for by halving.
    let mut step = 1;
    while !holds(least + step) {
        step *= 2;
        if least + step > MOST {
            return None;
        }
    }
    let (mut below, mut enough) = (least, least + step);
    while enough - below > 1 {
        let middle = u64::midpoint(below, enough);
        if holds(middle) { enough = middle } else { below = middle }
    }
    Some(enough)
}
