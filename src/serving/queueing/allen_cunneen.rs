//! Many servers, any arrivals, any time in service: an approximation.

use super::ErlangC;

/// The mean wait of an arrival in mean times of service (G/G/c), about.
///
/// `Wq ≈ Wq(M/M/c) · (ca² + cs²) / 2` (A. O. Allen, 1990; after Cunneen). Exact for M/M/c and M/G/1; else best at high
/// load. `arrival_cv` and `service_cv` are standard deviations over means of the times between arrivals and in service.
/// `None` if the load is not below the number of servers.
pub fn mean_wait(load: f64, servers: u64, arrival_cv: f64, service_cv: f64) -> Option<f64> {
    let queue = ErlangC::new(load, servers)?;
    Some(queue.mean_wait() * (arrival_cv * arrival_cv + service_cv * service_cv) / 2.0)
}
