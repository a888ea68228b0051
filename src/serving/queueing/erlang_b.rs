//! Erlang B: servers without a queue.

/// The share of arrivals that find all servers busy and are lost (M/G/c/c).
///
/// `B₀ = 1, B_c = A·B_{c−1} / (c + A·B_{c−1})` (A. K. Erlang, 1917; recursion in any text on teletraffic). It depends on
/// the mean time in service alone. `load` is in erlangs, at least 0.
pub fn blocking(load: f64, servers: u64) -> f64 {
    (1..=servers).fold(1.0, |lost, server| load * lost / (server as f64 + load * lost))
}
