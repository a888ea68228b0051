//! Lanes: sixty-four simulated paths side by side, the unit of work of everything inside the month loop.
//!
//! A plug-in is a plain loop `for i in 0..LANES`; the compiler turns it into vector instructions. No value crosses
//! from one lane to another, so results do not depend on how paths are grouped.
#![allow(clippy::inline_always, reason = "a loop over lanes vectorizes only when its body is inlined")]

use multiversion::multiversion;

/// Paths that one batch carries.
pub const LANES: usize = 64;

/// One number for each path of a batch, at the start of a cache line: a vector of eight that lies across two of them takes two
/// accesses, and nothing else is done as often.
#[derive(Clone, Copy, Debug, PartialEq)]
#[repr(align(64))]
pub struct Lanes([f64; LANES]);

impl Lanes {
    /// Zero everywhere.
    pub const ZERO: Self = Self::splat(0.0);

    /// The same number everywhere.
    #[inline]
    pub const fn splat(value: f64) -> Self {
        Self([value; LANES])
    }

    /// A number for each lane.
    #[inline(always)]
    pub fn from_fn(number: impl FnMut(usize) -> f64) -> Self {
        Self(std::array::from_fn(number))
    }
}

impl Default for Lanes {
    fn default() -> Self {
        Self::ZERO
    }
}

impl From<[f64; LANES]> for Lanes {
    fn from(numbers: [f64; LANES]) -> Self {
        Self(numbers)
    }
}

impl std::ops::Deref for Lanes {
    type Target = [f64; LANES];

    #[inline(always)]
    fn deref(&self) -> &[f64; LANES] {
        &self.0
    }
}

impl std::ops::DerefMut for Lanes {
    #[inline(always)]
    fn deref_mut(&mut self) -> &mut [f64; LANES] {
        &mut self.0
    }
}

impl IntoIterator for Lanes {
    type Item = f64;
    type IntoIter = std::array::IntoIter<f64, LANES>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

#[allow(clippy::into_iter_without_iter, reason = "the array inside has it")]
impl<'a> IntoIterator for &'a Lanes {
    type Item = &'a f64;
    type IntoIter = std::slice::Iter<'a, f64>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

#[allow(clippy::into_iter_without_iter, reason = "the array inside has it")]
impl<'a> IntoIterator for &'a mut Lanes {
    type Item = &'a mut f64;
    type IntoIter = std::slice::IterMut<'a, f64>;

    #[inline]
    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

/// Zero everywhere, to lend.
pub static ZERO: Lanes = Lanes::ZERO;

/// Without a limit everywhere, to lend.
pub static ENDLESS: Lanes = Lanes::splat(f64::INFINITY);

/// One everywhere, to lend and to copy: a vector that is read soon after it was written in parts has to wait for them.
pub static ONE: Lanes = Lanes::splat(1.0);

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

/// `a · b`
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn product(a: &Lanes, b: &Lanes) -> Lanes {
    Lanes::from_fn(|i| a[i] * b[i])
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

/// `1 / a`
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn inverse(a: &Lanes) -> Lanes {
    Lanes::from_fn(|i| 1.0 / a[i])
}

/// `total -= a`
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn subtract(total: &mut Lanes, a: &Lanes) {
    for i in 0..LANES {
        total[i] -= a[i];
    }
}

/// `left = all - taken`; whether anything above zero is left.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn leave(left: &mut Lanes, all: &Lanes, taken: &Lanes) -> bool {
    let mut any = false;
    for i in 0..LANES {
        left[i] = all[i] - taken[i];
        any |= left[i] > 0.0;
    }
    any
}

/// `total -= a`; whether anything above zero is left.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn take_off(total: &mut Lanes, a: &Lanes) -> bool {
    let mut any = false;
    for i in 0..LANES {
        total[i] -= a[i];
        any |= total[i] > 0.0;
    }
    any
}

/// Whether any number is above this. Looks at all of them: that takes less than to stop at the first.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn any_above(a: &Lanes, this: f64) -> bool {
    let mut any = false;
    for i in 0..LANES {
        any |= a[i] > this;
    }
    any
}

/// Whether any number is above zero.
pub fn any_above_zero(a: &Lanes) -> bool {
    any_above(a, 0.0)
}

/// Marks the lanes in which a number is above this.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn mark_above(a: &Lanes, this: f64, marks: &mut [bool; LANES]) {
    for i in 0..LANES {
        marks[i] = a[i] > this;
    }
}

/// Marks the lanes in which a number is this or less.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn mark_up_to(a: &Lanes, this: f64, marks: &mut [bool; LANES]) {
    for i in 0..LANES {
        marks[i] = a[i] <= this;
    }
}

/// The lanes that are marked, the lowest first: as many steps as there are marks, not lanes.
pub fn which(marks: &[bool; LANES]) -> impl Iterator<Item = usize> {
    each(bits(marks))
}

/// The places of the bits that are set, such as lanes, the lowest first.
#[inline(always)]
pub fn each(mut bits: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || next_of(&mut bits))
}

/// The place of the lowest bit, which is taken away; none if there is no bit.
#[inline(always)]
pub fn next_of(bits: &mut u64) -> Option<usize> {
    let lane = bits.trailing_zeros() as usize;
    *bits &= bits.wrapping_sub(1);
    (lane < LANES).then_some(lane)
}

/// A bit for each mark, the first one lowest.
pub fn bits(marks: &[bool; LANES]) -> u64 {
    const { assert!(LANES == 64, "they fit a word") };
    let mut all = 0;
    for (row, eight) in marks.as_chunks::<8>().0.iter().enumerate() {
        // The product moves the lowest bit of byte `i` to bit 56 + i.
        let packed = u64::from_le_bytes(eight.map(u8::from)).wrapping_mul(0x0102_0408_1020_4080) >> 56;
        all |= packed << (8 * row);
    }
    all
}

/// A value of the world: its number in the order in which values are computed, and the place of its lanes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    number: u32,
    place: u32,
}

/// Set in the place of values that change from month to month.
const MOVING: u32 = 1 << 31;

impl Slot {
    /// A value that stays: where it lies among those that stay.
    pub const fn staying(number: usize, place: usize) -> Self {
        Self { number: number as u32, place: place as u32 }
    }

    /// A value that changes from month to month: where it lies among those of a month.
    pub const fn moving(number: usize, place: usize) -> Self {
        Self { number: number as u32, place: place as u32 | MOVING }
    }

    /// Its number among all values of the world.
    pub const fn number(self) -> usize {
        self.number as usize
    }
}

/// The values of the world in a month, as far as they exist, in the order in which they are computed. Those that stay are the same lanes
/// in all months.
#[derive(Clone, Copy)]
pub struct Values<'a> {
    /// What stays.
    pub staying: &'a [Lanes],
    /// What changes.
    pub moving: &'a [Lanes],
}

impl<'a> Values<'a> {
    /// One of them.
    #[inline]
    pub fn get(&self, slot: Slot) -> &'a Lanes {
        let (lanes, place) = match slot.place & MOVING {
            0 => (self.staying, slot.place),
            _ => (self.moving, slot.place & !MOVING),
        };
        &lanes[place as usize]
    }
}

impl std::ops::Index<Slot> for Values<'_> {
    type Output = Lanes;

    #[inline]
    fn index(&self, slot: Slot) -> &Lanes {
        self.get(slot)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_lanes_come_in_order() {
        let (mut above, mut up_to) = ([false; LANES], [false; LANES]);
        let numbers = Lanes::from_fn(|i| (i * 29 % LANES) as f64);
        for this in [-1.0, 0.0, 31.0, 62.0, 63.0] {
            mark_above(&numbers, this, &mut above);
            mark_up_to(&numbers, this, &mut up_to);
            let expected: Vec<usize> = (0..LANES).filter(|i| numbers[*i] > this).collect();
            assert_eq!(which(&above).collect::<Vec<_>>(), expected);
            assert_eq!(which(&up_to).count(), LANES - expected.len());
            assert_eq!(any_above(&numbers, this), !expected.is_empty());
        }
    }

    #[test]
    fn what_is_left_is_seen_on_the_way() {
        let all = Lanes::from_fn(|i| i as f64);
        for lane in [0, 1, 17, 63] {
            let taken = Lanes::from_fn(|i| if i == lane { 0.0 } else { i as f64 });
            let mut left = Lanes::splat(f64::NAN);
            assert_eq!(leave(&mut left, &all, &taken), lane > 0);
            let mut total = all;
            assert_eq!(take_off(&mut total, &taken), lane > 0);
            assert_eq!((left, left[lane]), (total, lane as f64));
        }
    }

    #[test]
    fn products_and_inverses_are_those_of_numbers() {
        let (a, b) = (Lanes::from_fn(|i| 0.1 + i as f64), Lanes::from_fn(|i| 3.7 - i as f64));
        assert_eq!(product(&a, &b), Lanes::from_fn(|i| a[i] * b[i]));
        assert_eq!(inverse(&a), Lanes::from_fn(|i| 1.0 / a[i]));
    }

    #[test]
    fn slots_know_what_stays() {
        let (staying, moving) = ([Lanes::splat(1.0), Lanes::splat(2.0)], [Lanes::splat(3.0)]);
        let values = Values { staying: &staying, moving: &moving };
        let slots = [Slot::staying(0, 0), Slot::moving(1, 0), Slot::staying(2, 1)];
        assert_eq!(slots.map(|slot| values[slot]), [1.0, 3.0, 2.0].map(Lanes::splat));
        assert_eq!(slots.map(Slot::number), [0, 1, 2]);
        assert!(slots.is_sorted());
    }

    /// What all loops over lanes count on.
    #[test]
    fn lanes_begin_at_a_cache_line() {
        assert_eq!((size_of::<Lanes>(), align_of::<Lanes>()), (8 * LANES, 64));
    }
}
