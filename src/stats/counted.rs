//! Quantiles and tails of many 32-bit floats: counting says in which narrow bin each lies, and only those bins are searched.

use multiversion::multiversion;

use super::OrderedF32;
use super::quantile::{Number, Place};

/// Bins that the range of the keys is cut into, as a power of two.
const BIN_BITS: u32 = 12;
const BINS: usize = 1 << BIN_BITS;
/// Smaller samples do not repay the counting.
const LEAST: usize = 1 << 12;

/// What [`quantiles`](super::quantiles) says of a sample, value for value, and what [`cvar`](super::cvar) says, but for rounding:
/// three passes over it instead of one for each probability. Reorders small samples.
pub fn counted_tail(values: &mut [OrderedF32], probabilities: &[f64], tail: f64) -> (Vec<f64>, f64) {
    if values.len() < LEAST {
        return (super::quantiles(values, probabilities), super::cvar(values, tail).value);
    }
    let places: Vec<Place> = probabilities.iter().map(|&p| Place::of(values.len() as u64, p)).collect();
    let worst = Worst::of(values.len(), tail);
    let mut ranks: Vec<u64> = places.iter().flat_map(|place| [place.rank, place.next]).collect();
    ranks.push(worst.boundary);
    ranks.sort_unstable();
    ranks.dedup();
    let found = at_ranks(values, &ranks);
    let at = |rank: u64| ranks.binary_search(&rank).ok().map(|place| found[place]);
    let value_at = |rank: u64| at(rank).map_or(f64::NAN, Number::value);
    let quantiles = places.iter().map(|place| place.interpolate(value_at)).collect();
    (quantiles, at(worst.boundary).map_or(f64::NAN, |boundary| worst.mean(values, boundary)))
}

/// The values of some ranks, rising.
fn at_ranks(values: &[OrderedF32], ranks: &[u64]) -> Vec<OrderedF32> {
    let bins = Bins::of(values);
    let mut counts = vec![0_u32; BINS];
    for value in values {
        counts[bins.of_key(*value)] += 1;
    }
    // The bins that hold a rank: where their values go in the pool, and the rank of their first one.
    let mut wanted = vec![u32::MAX; BINS];
    let (mut below, mut pool, mut rest) = (0_u64, 0_u32, ranks);
    let mut searched = Vec::new();
    for (bin, &count) in counts.iter().enumerate() {
        let inside = rest.partition_point(|rank| *rank < below + u64::from(count));
        if inside > 0 {
            wanted[bin] = pool;
            searched.push((below, pool as usize..(pool + count) as usize, &rest[..inside]));
            pool += count;
            rest = &rest[inside..];
        }
        below += u64::from(count);
    }
    let mut gathered = vec![OrderedF32::default(); pool as usize];
    for value in values {
        let next = &mut wanted[bins.of_key(*value)];
        if *next != u32::MAX {
            gathered[*next as usize] = *value;
            *next += 1;
        }
    }
    let mut found = Vec::with_capacity(ranks.len());
    for (below, range, ranks) in searched {
        let (mut left, mut offset) = (&mut gathered[range], below);
        for rank in ranks {
            let (_, value, above) = left.select_nth_unstable((rank - offset) as usize);
            found.push(*value);
            (left, offset) = (above, rank + 1);
        }
    }
    found
}

/// The highest values of a sample, as [`cvar`](super::cvar) counts them.
struct Worst {
    /// How many they are, perhaps with a fraction.
    size: f64,
    /// The rank of the highest value that does not count whole.
    boundary: u64,
}

impl Worst {
    fn of(count: usize, tail: f64) -> Self {
        let size = (count as f64 * (1.0 - tail)).clamp(0.0, count as f64);
        let whole = (size as usize).min(count - 1);
        Self { size, boundary: (count - 1 - whole) as u64 }
    }

    /// Their mean.
    fn mean(&self, values: &[OrderedF32], boundary: OrderedF32) -> f64 {
        let last = boundary.value();
        if self.size < 1.0 {
            return last;
        }
        let (count, sum) = above(values, boundary);
        // Values that equal the boundary are as good as it; an infinite one counts once.
        let equal = self.size - count as f64;
        (if equal > 0.0 { sum + equal * last } else { sum }) / self.size
    }
}

/// A sum of every eighth value: vector arithmetic in the order of the sample, whoever adds it up.
const STRIDE: usize = 8;

/// The number of values above another, and their sum.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn above(values: &[OrderedF32], boundary: OrderedF32) -> (u64, f64) {
    let (mut counts, mut sums) = ([0_u64; STRIDE], [0.0; STRIDE]);
    let (rows, rest) = values.as_chunks::<STRIDE>();
    for row in rows {
        for i in 0..STRIDE {
            let value = f64::from(f32::from(row[i]));
            counts[i] += u64::from(row[i] > boundary);
            sums[i] += if row[i] > boundary { value } else { 0.0 };
        }
    }
    for (i, value) in rest.iter().enumerate().filter(|(_, value)| **value > boundary) {
        counts[i] += 1;
        sums[i] += value.value();
    }
    (counts.iter().sum(), sums.iter().sum())
}

/// Equal ranges of keys.
struct Bins {
    lowest: u32,
    shift: u32,
}

impl Bins {
    fn of(values: &[OrderedF32]) -> Self {
        let (lowest, highest) = OrderedF32::range(values);
        Self { lowest, shift: (32 - (highest - lowest).leading_zeros()).saturating_sub(BIN_BITS) }
    }

    fn of_key(&self, value: OrderedF32) -> usize {
        ((value.key() - self.lowest) >> self.shift) as usize % BINS
    }
}

#[cfg(test)]
mod tests {
    use super::super::{cvar, quantiles};
    use super::*;

    const PROBABILITIES: [f64; 6] = [0.0, 0.01, 0.25, 0.5, 0.95, 1.0];

    /// Bit for bit, whatever the shape of the sample: spread, heavy-tailed, of both signs, constant, with infinite values.
    #[test]
    fn equal_to_selection() {
        let shapes: [&dyn Fn(u32) -> f32; 5] = [
            &|i| (i.wrapping_mul(2654435769) >> 8) as f32,
            &|i| 1e-3 * f32::from_bits(0x3f80_0000 + i.wrapping_mul(2654435769) % 0x2000_0000),
            &|i| (i % 1000) as f32 - 500.0,
            &|_| 7.0,
            &|i| if i % 50 == 0 { f32::INFINITY } else { -((i * 7 % 991) as f32) },
        ];
        for (place, shape) in shapes.iter().enumerate() {
            for count in [1, 5000, 20_000] {
                let values: Vec<OrderedF32> = (0..count).map(|i| OrderedF32::from(shape(i))).collect();
                let (counted, tail) = counted_tail(&mut values.clone(), &PROBABILITIES, 0.95);
                let selected = quantiles(&mut values.clone(), &PROBABILITIES);
                let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
                assert_eq!(bits(counted), bits(selected), "shape {place}, {count} values");
                let sorted = cvar(&mut values.clone(), 0.95).value;
                let same = tail.to_bits() == sorted.to_bits() || (tail / sorted - 1.0).abs() < 1e-13;
                assert!(same, "{tail} is not {sorted}");
            }
        }
    }
}
