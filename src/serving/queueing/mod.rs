//! Queues in closed form: pure functions of load and servers, one file a model.
//!
//! Load is in erlangs throughout: arrivals per time times the mean time in service. Waits are multiples of that time, so
//! that no unit enters.
//!
//! A replica of an llm is no server of these models: requests in one batch slow one another down. Use [`BatchQueue`] for
//! what happens inside a replica, and the others for whole servers, for the concurrency that a vendor allows, and for
//! people.

mod allen_cunneen;
mod batch;
mod erlang_b;
mod erlang_c;
mod halfin_whitt;
mod single;
#[cfg(test)]
mod tests;

pub use allen_cunneen::mean_wait as allen_cunneen_wait;
pub use batch::{BatchQueue, BatchTime, IterationTime, Operating};
pub use erlang_b::blocking as erlang_b;
pub use erlang_c::{ErlangC, servers_needed};
pub use halfin_whitt::{delay_probability, safety_factor, servers as halfin_whitt_servers};
pub use single::mean_wait as pollaczek_khinchine_wait;
