//! What levers do to the work of a stream.

use crate::lanes::Slot;

/// The effects of all levers of a strategy on one stream; absent means no effect.
#[derive(Clone, Copy, Debug, Default)]
pub struct Effects {
    /// Share of the cacheable input that is found in a prefix cache.
    pub cache_hit_rate: Option<Slot>,
    /// Whether that share falls with the share of the stream that somebody gets.
    pub cache_splits: bool,
    /// Hours that what is written to the cache should last.
    pub cache_lasts: Option<f64>,
}
