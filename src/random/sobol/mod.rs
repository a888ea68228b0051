//! Points of the Sobol sequence (I. M. Sobol, USSR Comp. Math. Math. Phys. 7, 1967), whose every aligned run of 2^k
//! fills each coordinate, and most pairs of low coordinates, evenly.
use std::sync::LazyLock;

use crate::lanes::LANES;

/// Coordinates that have direction numbers.
pub(super) const DIMENSIONS: usize = 1000;

/// Direction numbers of one coordinate, lowest bit of the point's index first. Their bits are reversed: a point's first
/// binary digit is its lowest bit, which is what the scrambling wants.
type Directions = [u32; 32];

static TABLE: LazyLock<Vec<Directions>> = LazyLock::new(|| {
    // The first coordinate is the van der Corput sequence: the index itself, digits reversed.
    let first = std::array::from_fn(|bit| 1 << bit);
    let rest = include_str!("joe_kuo.txt").lines().filter(|line| !line.starts_with('#')).map(directions);
    std::iter::once(first).chain(rest).collect()
});

/// The recurrence `v_k = a_1 v_{k−1} ⊕ … ⊕ a_{s−1} v_{k−s+1} ⊕ v_{k−s} ⊕ v_{k−s} >> s` (P. Bratley and B. L. Fox,
/// ACM TOMS 14, 1988) of a line of the table.
fn directions(line: &str) -> Directions {
    let mut numbers = line.split_whitespace().skip(1).filter_map(|word| word.parse::<u32>().ok());
    let degree = numbers.next().unwrap_or(0) as usize;
    let coefficients = numbers.next().unwrap_or(0);
    let mut v = [0_u32; 32];
    for (bit, m) in numbers.take(degree).enumerate() {
        v[bit] = m << (31 - bit);
    }
    for k in degree..32 {
        v[k] = v[k - degree] ^ (v[k - degree] >> degree);
        for i in 1..degree {
            v[k] ^= (coefficients >> (degree - 1 - i) & 1) * v[k - i];
        }
    }
    v.map(u32::reverse_bits)
}

/// Coordinate `dimension` of a point, binary digits reversed.
pub(super) fn point(dimension: usize, index: u32) -> u32 {
    let directions = &TABLE[dimension];
    (0..32).filter(|bit| index >> bit & 1 == 1).fold(0, |digits, bit| digits ^ directions[bit])
}

/// The same of sixty-four points, the first of which has an index that is a multiple of sixty-four.
pub(super) fn aligned_points(dimension: usize, first: u32, out: &mut [u32; LANES]) {
    let directions = &TABLE[dimension];
    out[0] = point(dimension, first);
    for (bit, direction) in directions[..LANES.ilog2() as usize].iter().enumerate() {
        let (known, rest) = out.split_at_mut(1 << bit);
        known.iter().zip(rest).for_each(|(digits, out)| *out = digits ^ direction);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first points of the first coordinates, times 8 (Joe and Kuo's `sobol.cc` prints them in Gray-code order).
    #[test]
    fn first_points() {
        let eighths = |dimension| [0, 1, 2, 3, 4, 5, 6, 7].map(|i| point(dimension, i).reverse_bits() >> 29);
        assert_eq!(eighths(0), [0, 4, 2, 6, 1, 5, 3, 7]);
        assert_eq!(eighths(1), [0, 4, 6, 2, 5, 1, 3, 7]);
        assert_eq!(eighths(2), [0, 4, 6, 2, 3, 7, 5, 1]);
    }

    #[test]
    fn every_coordinate_fills_its_strata() {
        assert_eq!(TABLE.len(), DIMENSIONS);
        for dimension in 0..DIMENSIONS {
            for first in [0, 256, 1 << 20] {
                let mut strata: Vec<u32> =
                    (first..first + 256).map(|index| point(dimension, index).reverse_bits() >> 24).collect();
                strata.sort_unstable();
                assert!(strata.iter().enumerate().all(|(i, stratum)| *stratum == i as u32), "{dimension}");
            }
        }
    }

    #[test]
    fn aligned_points_are_points() {
        let mut out = [0; LANES];
        for (dimension, first) in [(0, 0), (1, 64), (17, 1 << 20), (999, 12_800)] {
            aligned_points(dimension, first, &mut out);
            assert!((first..).zip(out).all(|(index, digits)| digits == point(dimension, index)));
        }
    }
}
