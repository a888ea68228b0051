//! Who gets a request.

use super::server::Server;

/// How a replica is chosen among those that are ready.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Router {
    /// One after the other.
    RoundRobin,
    /// The one with the fewest requests.
    #[default]
    LeastLoaded,
    /// The one that remembers most of the prompt, unless it has more than 5/4 of the mean load and one more (bounded
    /// loads: V. Mirrokni, M. Thorup, M. Zadimoghaddam, 2018); the least loaded if none remembers anything.
    PrefixAffine,
}

impl Router {
    /// All, with their names.
    pub const ALL: [(&'static str, Self); 3] = [
        ("round-robin", Self::RoundRobin),
        ("least-loaded", Self::LeastLoaded),
        ("prefix-affine", Self::PrefixAffine),
    ];

    /// One of the ready replicas. `turn` counts requests.
    pub(super) fn choose(
        self,
        ready: &[usize],
        servers: &[Server],
        blocks: &[u64],
        turn: u64,
    ) -> Option<usize> {
        let least = || ready.iter().copied().min_by_key(|place| servers[*place].load());
        match self {
            _ if ready.len() < 2 => ready.first().copied(),
            Self::RoundRobin => ready.get((turn % ready.len() as u64) as usize).copied(),
            Self::LeastLoaded => least(),
            Self::PrefixAffine => {
                let total: u64 = ready.iter().map(|place| servers[*place].load()).sum();
                let most = 1.0 + 1.25 * total as f64 / ready.len() as f64;
                let mut best: Option<(usize, usize)> = None;
                for place in ready.iter().copied().filter(|place| servers[*place].load() as f64 <= most) {
                    let known = servers[place].known(blocks);
                    if known > best.map_or(0, |(known, _)| known) {
                        best = Some((known, place));
                    }
                }
                best.map(|(_, place)| place).or_else(least)
            }
        }
    }
}
