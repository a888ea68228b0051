//! Speeds of service that a vendor sells at a factor of its rates, and who asks for them.

use crate::distribution::{Number, NumberOf};
use crate::document::{Reader, WordOf};
use crate::units;

/// The speed of service that an entry of `serve` asks for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tier {
    /// The ordinary one, at list prices.
    #[default]
    Standard,
    /// What can wait for a day is bought as a batch, the rest as ordinary work.
    Batch,
    /// All of it, slower and cheaper: no promise of latency.
    Flex,
    /// All of it, faster and dearer.
    Priority,
}

impl Tier {
    /// Reads a tier by its word.
    pub const WORDS: WordOf<Self> = WordOf(&[
        ("standard", Self::Standard),
        ("batch", Self::Batch),
        ("flex", Self::Flex),
        ("priority", Self::Priority),
    ]);

    /// Its word.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Standard => "standard",
            Self::Batch => "batch",
            Self::Flex => "flex",
            Self::Priority => "priority",
        }
    }
}

/// Factors on the rates of tokens by tier; absent means not sold.
#[derive(Clone, Debug)]
pub struct Factors<T> {
    /// Work that may wait for a day.
    pub batch: Option<T>,
    /// Slower service.
    pub flex: Option<T>,
    /// Faster service.
    pub priority: Option<T>,
}

impl<T: Clone> Factors<T> {
    /// The factor of a tier that is not the standard one.
    pub fn of(&self, tier: Tier) -> Option<T> {
        match tier {
            Tier::Standard => None,
            Tier::Batch => self.batch.clone(),
            Tier::Flex => self.flex.clone(),
            Tier::Priority => self.priority.clone(),
        }
    }
}

/// Reads `factors`.
pub(super) fn read(t: &mut Reader) -> Option<Factors<Number>> {
    let batch = t.optional("batch", NumberOf(&units::FACTOR), "work that may wait for a day");
    let flex = t.optional("flex", NumberOf(&units::FACTOR), "slower service, without a promise of latency");
    let priority = t.optional("priority", NumberOf(&units::FACTOR), "faster service");
    Some(Factors { batch: batch?, flex: flex?, priority: priority? })
}
