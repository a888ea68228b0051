//! Coordinates of points that are spread evenly, for sixty-four paths at once.
//!
//! Path `p` is point `p / 16` of replicate `p % 16`. Digits of a coordinate are scrambled by a hash in which each digit
//! depends on the ones before it (Owen scrambling after B. Burley, Journal of Computer Graphics Techniques 9, 2020): every
//! point is uniform, replicates are independent, and what was even stays even.
use multiversion::multiversion;

use super::design::REPLICATES;
use super::sobol;
use super::stream::mix;
use crate::lanes::LANES;

/// Which coordinate of the points a draw is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Coordinate {
    /// Of the Sobol sequence: even together with the other coordinates.
    Sobol(u16),
    /// By itself: even alone, in an order of its own.
    Alone,
}

impl Coordinate {
    /// The coordinate at this place of the plan: alone beyond the dimensions that there are.
    pub fn of_place(place: usize) -> Self {
        if place < sobol::DIMENSIONS { Self::Sobol(place as u16) } else { Self::Alone }
    }
}

/// Indexes of points that sixty-four paths can touch.
const TOUCHED: usize = LANES / REPLICATES + 1;

/// A coordinate whose digits are scrambled, in each replicate by a seed of its own.
#[derive(Clone, Debug)]
pub(super) struct Scrambled {
    coordinate: Coordinate,
    seeds: [u32; REPLICATES],
}

impl Scrambled {
    /// `key` tells this coordinate from all others.
    pub(super) fn new(coordinate: Coordinate, key: u64) -> Self {
        let seed = |replicate| (mix(key.wrapping_add(replicate as u64)) >> 32) as u32;
        Self { coordinate, seeds: std::array::from_fn(seed) }
    }

    /// The words of the paths from `first_path` on.
    pub(super) fn words(&self, first_path: u64, out: &mut [u32; LANES]) {
        let (first, offset) = ((first_path / REPLICATES as u64) as u32, first_path as usize % REPLICATES);
        let points: [u32; TOUCHED] = match self.coordinate {
            Coordinate::Sobol(dimension) => sobol::points(dimension.into(), first),
            Coordinate::Alone => std::array::from_fn(|i| first.wrapping_add(i as u32)),
        };
        for (row, point) in points.iter().enumerate() {
            let from = (row * REPLICATES).saturating_sub(offset);
            let until = ((row + 1) * REPLICATES).saturating_sub(offset).min(LANES);
            out[from.min(LANES)..until].fill(*point);
        }
        if self.coordinate == Coordinate::Alone {
            // Which point comes when: a scrambling of the indexes.
            *out = out.map(u32::reverse_bits);
            scramble(out, offset, &self.seeds);
            scramble(out, offset, &self.seeds.map(second_seed));
        } else {
            scramble(out, offset, &self.seeds);
        }
    }

    /// The word of one path.
    pub(super) fn word(&self, path: u64) -> u32 {
        let index = (path / REPLICATES as u64) as u32;
        let seed = self.seeds[path as usize % REPLICATES];
        match self.coordinate {
            Coordinate::Sobol(dimension) => {
                hash(sobol::points::<1>(dimension.into(), index)[0], seed).reverse_bits()
            }
            Coordinate::Alone => {
                let shuffled = hash(index.reverse_bits(), seed).reverse_bits();
                hash(shuffled, second_seed(seed)).reverse_bits()
            }
        }
    }
}

/// For the digits of a point whose place was scrambled with the first.
fn second_seed(seed: u32) -> u32 {
    seed.wrapping_mul(0x9e37_79b9) ^ 0x85eb_ca6b
}

/// Scrambles digits that stand lowest bit first, and turns them round.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn scramble(lanes: &mut [u32; LANES], offset: usize, seeds: &[u32; REPLICATES]) {
    let seeds: [u32; LANES] = std::array::from_fn(|lane| seeds[(lane + offset) % REPLICATES]);
    for i in 0..LANES {
        lanes[i] = hash(lanes[i], seeds[i]).reverse_bits();
    }
}

/// A permutation of words in which each bit is flipped by a hash of the bits below it: that of S. Laine and T. Karras
/// (2011) with the constants of N. Vegdahl (Owen scrambling based dithered blue noise sampling, 2021).
#[inline(always)]
fn hash(x: u32, seed: u32) -> u32 {
    let mut x = x ^ x.wrapping_mul(0x3d20_adea);
    x = x.wrapping_add(seed);
    x = x.wrapping_mul((seed >> 16) | 1);
    x ^= x.wrapping_mul(0x0552_6c56);
    x ^ x.wrapping_mul(0x53a2_2864)
}
