//! One server, any time in service.

/// The mean wait of an arrival at one server, in mean times of service (M/G/1).
///
/// `Wq/S = ρ·(1 + cv²) / (2·(1 − ρ))` (F. Pollaczek, 1930; A. Khinchine, 1932), `cv` the standard deviation of the time in
/// service over its mean. `None` unless the load is at least 0 and below 1.
pub fn mean_wait(load: f64, service_cv: f64) -> Option<f64> {
    (0.0..1.0).contains(&load).then(|| load * (1.0 + service_cv * service_cv) / (2.0 * (1.0 - load)))
}
