//! Lanes: sixty-four simulated paths side by side, the unit of work of everything inside the month loop.
//!
//! A plug-in is a plain loop `for i in 0..LANES`; the compiler turns it into vector instructions. No value crosses
//! from one lane to another, so results do not depend on how paths are grouped.

use multiversion::multiversion;

/// Paths that one batch carries.
pub const LANES: usize = 64;

/// One number for each path of a batch.
pub type Lanes = [f64; LANES];

/// Zero everywhere.
pub static ZERO: Lanes = [0.0; LANES];

/// `total += a`
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn add(total: &mut Lanes, a: &Lanes) {
    for i in 0..LANES {
        total[i] += a[i];
    }
}

/// `total += a · b`
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn add_product(total: &mut Lanes, a: &Lanes, b: &Lanes) {
    for i in 0..LANES {
        total[i] += a[i] * b[i];
    }
}

/// `out = a · b`
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn multiply(out: &mut Lanes, a: &Lanes, b: &Lanes) {
    for i in 0..LANES {
        out[i] = a[i] * b[i];
    }
}

/// `total *= a`
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn scale(total: &mut Lanes, a: &Lanes) {
    for i in 0..LANES {
        total[i] *= a[i];
    }
}

/// `total /= a`
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn divide(total: &mut Lanes, a: &Lanes) {
    for i in 0..LANES {
        total[i] /= a[i];
    }
}

/// `total -= a`
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn subtract(total: &mut Lanes, a: &Lanes) {
    for i in 0..LANES {
        total[i] -= a[i];
    }
}

/// Adds every lane to the partial sum of its place: vector arithmetic that is the same for any batch width.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn add_to_eight(partial: &mut [f64; 8], a: &Lanes) {
    for row in a.as_chunks::<8>().0 {
        for i in 0..8 {
            partial[i] += row[i];
        }
    }
}

/// The lanes that are marked, the lowest first: as many steps as there are marks, not lanes.
pub fn which(marks: &[bool; LANES]) -> impl Iterator<Item = usize> {
    marks.as_chunks::<8>().0.iter().enumerate().flat_map(|(row, eight)| {
        let mut left = u64::from_le_bytes(eight.map(u8::from));
        std::iter::from_fn(move || {
            let lane = left.trailing_zeros() as usize / 8;
            left &= left.wrapping_sub(1);
            (lane < 8).then_some(8 * row + lane)
        })
    })
}

/// Lanes that hold the same number everywhere.
#[inline]
pub const fn splat(value: f64) -> Lanes {
    [value; LANES]
}

/// The place of a value of the world: an index into the lanes that every strategy reads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot(pub usize);

/// The values of the world that exist so far, in the order in which they are computed.
pub struct Values<'a>(pub &'a [Lanes]);

impl std::ops::Index<Slot> for Values<'_> {
    type Output = Lanes;

    #[inline]
    fn index(&self, slot: Slot) -> &Lanes {
        &self.0[slot.0]
    }
}
