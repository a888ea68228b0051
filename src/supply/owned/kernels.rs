//! The plain loops over lanes of an owned fleet's month.

use multiversion::multiversion;

use crate::lanes::{LANES, Lanes};
use crate::math;

/// Servers that a need asks for beyond what is there and on its way.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn missing(need: &Lanes, factor: f64, have: [&Lanes; 2], out: &mut Lanes) {
    for i in 0..LANES {
        out[i] = (math::ceil(need[i] * factor - 1e-9) - (have[0][i] + have[1][i])).max(0.0);
    }
}

/// Orders what is wanted, where anything is and the strategy does not wait.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn order_all(want: &Lanes, waiting: &Lanes, on_order: &mut Lanes, arriving: &mut Lanes) {
    for i in 0..LANES {
        let servers = if waiting[i] > 0.0 { 0.0 } else { want[i].max(0.0) };
        on_order[i] += servers;
        arriving[i] += servers;
    }
}

/// Servers arrive, and their price counts from now on.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn take_delivery(arrived: &Lanes, price: &Lanes, share: f64, state: [&mut Lanes; 4]) {
    let [servers, paid, book_rate, paid_now] = state;
    for i in 0..LANES {
        let value = arrived[i] * price[i];
        servers[i] += arrived[i];
        paid[i] += value;
        paid_now[i] += value;
        book_rate[i] += value * share;
    }
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
pub(super) fn replicas_of(servers: &Lanes, [per_server, spare, most]: [f64; 3], replicas: &mut Lanes) {
    for i in 0..LANES {
        let whole = math::floor(servers[i] * per_server + 1e-9) - spare;
        replicas[i] = whole.max(0.0).min(most);
    }
}

/// How a month's hours and needs are counted.
pub(super) struct Counted {
    pub(super) spare: f64,
    pub(super) replicas_per_server: f64,
    pub(super) gpu_hours_per_replica: f64,
    pub(super) gpu_hours_per_server: f64,
}

/// GPU-hours that are there and that are used, and the need in servers; of the load in the busiest hour, and the means of what is
/// carried at once and of what could wait.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn count(by: &Counted, load: [&Lanes; 3], target: &Lanes, servers: &Lanes, out: [&mut Lanes; 3]) {
    let ([busiest, carried, waiting], [owned, busy, need]) = (load, out);
    for i in 0..LANES {
        busy[i] = (carried[i] + waiting[i]) * by.gpu_hours_per_replica;
        let replicas = math::ceil(busiest[i] / target[i] - 1e-9) + by.spare;
        need[i] = replicas / by.replicas_per_server;
        owned[i] = servers[i] * by.gpu_hours_per_server;
    }
}
