//! The plain loops over lanes of an owned fleet's month.

use multiversion::multiversion;

use crate::lanes::{LANES, Lanes};
use crate::math;

/// Servers that the needs of past months, times a factor, ask for beyond what is there and on its way.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn missing(needs: &[Lanes], factor: f64, servers: &Lanes, on_order: &Lanes) -> Lanes {
    let mut past = Lanes::ZERO;
    for need in needs {
        for i in 0..LANES {
            past[i] += need[i];
        }
    }
    Lanes::from_fn(|i| math::larger(math::ceil(past[i] * factor - 1e-9) - (servers[i] + on_order[i]), 0.0))
}

/// Orders what is wanted, where anything is and the strategy does not wait.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn order_all(want: &Lanes, waiting: &Lanes, on_order: &mut Lanes, arriving: &mut Lanes) {
    for i in 0..LANES {
        let servers = if waiting[i] > 0.0 { 0.0 } else { math::larger(want[i], 0.0) };
        on_order[i] += servers;
        arriving[i] += servers;
    }
}

/// Servers arrive, and their price counts from now on.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn take_delivery(
    arrived: &Lanes,
    price: &Lanes,
    share: f64,
    servers: &mut Lanes,
    paid: &mut Lanes,
    book_rate: &mut Lanes,
    paid_now: &mut Lanes,
) {
    for i in 0..LANES {
        let value = arrived[i] * price[i];
        servers[i] += arrived[i];
        paid[i] += value;
        paid_now[i] += value;
        book_rate[i] += value * share;
    }
}

/// A share of what was paid until this month and is not written off, of which the oldest now is.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn rate_left(
    booked: &Lanes,
    this: &Lanes,
    oldest: &Lanes,
    share: f64,
    written_off: &mut Lanes,
) -> Lanes {
    Lanes::from_fn(|i| {
        written_off[i] += oldest[i];
        (booked[i] + this[i] - written_off[i]) * share
    })
}

/// The sum of some months, each times a share.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn sum_scaled(months: &[Lanes], share: f64, sum: &mut Lanes) {
    for month in months {
        for i in 0..LANES {
            sum[i] += month[i] * share;
        }
    }
}

/// Replicas that may serve: what servers hold, less the spare ones, up to a limit.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn replicas_of(servers: &Lanes, [per_server, spare, most]: [f64; 3]) -> Lanes {
    Lanes::from_fn(|i| {
        let whole = math::floor(servers[i] * per_server + 1e-9) - spare;
        math::smaller(math::larger(whole, 0.0), most)
    })
}

/// How a month's hours and needs are counted.
pub(super) struct Counted {
    /// Load of the busiest hour over the mean, where all streams have one week.
    pub(super) peak: f64,
    pub(super) spare: f64,
    pub(super) servers_per_replica: f64,
    pub(super) gpu_hours_per_replica: f64,
    pub(super) gpu_hours_per_server: f64,
}

/// What a month comes to.
pub(super) struct Counts {
    /// GPU-hours that are there, and that are used.
    pub(super) owned: Lanes,
    pub(super) busy: Lanes,
    /// The need in servers.
    pub(super) need: Lanes,
}

impl Counts {
    pub(super) const NOTHING: Self = Self { owned: Lanes::ZERO, busy: Lanes::ZERO, need: Lanes::ZERO };
}

/// GPU-hours that are there and that are used, and the need in servers; of the mean load that is offered, of what is carried at once
/// and of what could wait.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn count(
    by: &Counted,
    offered: &Lanes,
    carried: &Lanes,
    waiting: &Lanes,
    replicas_per_load: &Lanes,
    servers: &Lanes,
) -> Counts {
    let mut counts = Counts::NOTHING;
    for i in 0..LANES {
        counts.busy[i] = (carried[i] + waiting[i]) * by.gpu_hours_per_replica;
        let replicas = math::ceil(offered[i] * by.peak * replicas_per_load[i] - 1e-9) + by.spare;
        counts.need[i] = replicas * by.servers_per_replica;
        counts.owned[i] = servers[i] * by.gpu_hours_per_server;
    }
    counts
}
