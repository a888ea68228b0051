//! How the paths of a run spread over the futures there are.

/// A run is cut into at most so many consecutive parts. However paths are spread, a part is a smaller run of the same kind, so
/// that the spread of the parts shows the error of whatever is estimated from them all; where the whole is more even than
/// its parts, it shows more than there is.
pub const PARTS: usize = 16;

/// Paths of each part of a run, a power of two of which [`PARTS`] suffice: a run has between 8 and 16 whole ones.
pub fn part_size(paths: u64) -> u64 {
    paths.div_ceil(PARTS as u64).next_power_of_two()
}

/// How the paths of a run spread over the futures there are.
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
