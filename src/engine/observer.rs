//! What the outside world may see of a run, and how it can stop it.

/// How far a run is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Paths simulated so far.
    pub done: u64,
    /// Paths in all.
    pub paths: u64,
}

/// Watches a run; `()` is the silent one.
pub trait Observer: Sync {
    /// Is told after each wave of blocks.
    fn progress(&self, _progress: Progress) {}
    /// Whether the run should go on.
    fn go_on(&self) -> bool {
        true
    }
}

impl Observer for () {}
