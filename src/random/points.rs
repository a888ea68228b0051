//! Coordinates of points that are spread evenly, for sixty-four paths at once.
//!
//! Path `p` is point `p`: whatever aligned part of a run one looks at is even in itself, and all parts together are more even
//! than any. Digits of a coordinate are scrambled by a hash in which each digit depends on the ones before it (Owen
//! scrambling after B. Burley, Journal of Computer Graphics Techniques 9, 2020): every point is uniform, and what was even
//! stays even.
use multiversion::multiversion;

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

/// Coordinates that are even over the whole run. With 16 to 64 of them the API of workload W tells its P95 worse than it does with
/// sixteen runs by themselves, and the parts do not show it (256 seeds, 2026-11-30): some later coordinates are less even
/// together than independent ones. In runs by themselves that averages out.
const JOINT: u16 = 12;

/// Paths over which later coordinates are even: runs that are scrambled each by itself.
const RUN: u64 = 1024;
/// Sixty-four paths from a multiple of sixty-four on belong to one run.
const _: () = assert!(RUN.is_multiple_of(LANES as u64));

/// A coordinate whose digits are scrambled.
#[derive(Clone, Debug)]
pub(super) struct Scrambled {
    coordinate: Coordinate,
    /// Tells this coordinate from all others.
    key: u64,
}

impl Scrambled {
    /// `key` tells this coordinate from all others.
    pub(super) fn new(coordinate: Coordinate, key: u64) -> Self {
        Self { coordinate, key }
    }

    /// Which point a path is, and the seed of its scrambling.
    fn place(&self, path: u64) -> (u32, u32) {
        let seed = |run| (mix(self.key.wrapping_add(run)) >> 32) as u32;
        match self.coordinate {
            Coordinate::Sobol(JOINT..) => ((path % RUN) as u32, seed(path / RUN)),
            Coordinate::Sobol(_) | Coordinate::Alone => (path as u32, seed(0)),
        }
    }

    /// The words of the paths from `first_path` on.
    pub(super) fn words(&self, first_path: u64, out: &mut [u32; LANES]) {
        if !first_path.is_multiple_of(LANES as u64) {
            (first_path..).zip(out).for_each(|(path, word)| *word = self.word(path));
            return;
        }
        let (first, seed) = self.place(first_path);
        match self.coordinate {
            Coordinate::Sobol(dimension) => sobol::aligned_points(dimension.into(), first, out),
            Coordinate::Alone => {
                // Which point comes when: a scrambling of the indexes.
                *out = std::array::from_fn(|i| first.wrapping_add(i as u32).reverse_bits());
                scramble(out, seed);
            }
        }
        scramble(out, self.digits_seed(seed));
    }

    /// The word of one path.
    pub(super) fn word(&self, path: u64) -> u32 {
        let (index, seed) = self.place(path);
        let digits = match self.coordinate {
            Coordinate::Sobol(dimension) => sobol::point(dimension.into(), index),
            Coordinate::Alone => hash(index.reverse_bits(), seed).reverse_bits(),
        };
        hash(digits, self.digits_seed(seed)).reverse_bits()
    }

    fn digits_seed(&self, seed: u32) -> u32 {
        if self.coordinate == Coordinate::Alone { second_seed(seed) } else { seed }
    }
}

/// For the digits of a point whose place was scrambled with the first.
fn second_seed(seed: u32) -> u32 {
    seed.wrapping_mul(0x9e37_79b9) ^ 0x85eb_ca6b
}

/// Scrambles digits that stand lowest bit first, and turns them round.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn scramble(lanes: &mut [u32; LANES], seed: u32) {
    for i in 0..LANES {
        lanes[i] = hash(lanes[i], seed).reverse_bits();
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
