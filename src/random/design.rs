//! How the paths of a run spread over the futures there are.

/// Paths belong in turn to one of so many replicates, path `p` to replicate `p % 16`: runs of their own that share nothing
/// but the seed, so that their spread shows the error of whatever is estimated from them, however paths are spread.
pub const REPLICATES: usize = 16;

/// How the paths of a replicate spread over the futures there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sampling {
    /// Each path by itself.
    Plain,
    /// In pairs of opposite draws.
    Antithetic,
    /// Evenly over each input and month by itself (M. D. `McKay` et al., Technometrics 21, 1979).
    LatinHypercube,
    /// Evenly over inputs and months together, as far as there are dimensions: scrambled Sobol points
    /// (A. B. Owen, 1995), in the order of a Brownian bridge where a path is a diffusion.
    #[default]
    Sobol,
}

impl Sampling {
    /// All, with the word that a scenario uses.
    pub const ALL: [(&'static str, Self); 4] = [
        ("sobol", Self::Sobol),
        ("latin_hypercube", Self::LatinHypercube),
        ("antithetic", Self::Antithetic),
        ("plain", Self::Plain),
    ];

    /// The word that a scenario uses.
    pub fn word(self) -> &'static str {
        Self::ALL.iter().find(|(_, sampling)| *sampling == self).map_or("", |(word, _)| word)
    }
}

/// What all draws of a run depend on, beside their names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Design {
    /// Another seed, other futures.
    pub seed: u64,
    /// How paths spread over them.
    pub sampling: Sampling,
}

impl Design {
    /// Paths that have nothing to do with each other.
    pub fn plain(seed: u64) -> Self {
        Self { seed, sampling: Sampling::Plain }
    }
}

impl Default for Design {
    fn default() -> Self {
        Self { seed: 1, sampling: Sampling::default() }
    }
}
