//! Replicas that come and go with the load.

use crate::math;

/// An autoscaler that looks at the requests on the way, as horizontal autoscalers of clusters do.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Autoscaler {
    /// Replicas at the most.
    pub most: u64,
    /// Requests on the way per replica that it aims at.
    pub per_replica: f64,
    /// Time between two looks.
    pub every_s: f64,
    /// From the decision to a replica that serves: machine, image, weights.
    pub cold_start_s: f64,
    /// How long fewer replicas have to be enough before one goes.
    pub hold_s: f64,
}

impl Autoscaler {
    /// The replicas that so many requests want.
    pub(super) fn wanted(&self, present: u64, least: u64) -> u64 {
        let wanted = math::ceil(present as f64 / self.per_replica) as u64;
        wanted.clamp(least, self.most.max(least))
    }
}
