//! Quantiles of many 32-bit floats: counting says in which narrow bin each lies, and only those bins are searched.
use super::OrderedF32;
use super::quantile::{Number, Place};

/// Bins that the range of the keys is cut into, as a power of two.
const BIN_BITS: u32 = 12;
const BINS: usize = 1 << BIN_BITS;
/// Smaller samples do not repay the counting.
const LEAST: usize = 1 << 12;

/// What [`quantiles`](super::quantiles) says of a sample, value for value; two passes over it instead of one for each
/// probability. Reorders small samples.
pub fn counted_quantiles(values: &mut [OrderedF32], probabilities: &[f64]) -> Vec<f64> {
    if values.len() < LEAST {
        return super::quantiles(values, probabilities);
    }
    let places: Vec<Place> = probabilities.iter().map(|&p| Place::of(values.len() as u64, p)).collect();
    let mut ranks: Vec<u64> = places.iter().flat_map(|place| [place.rank, place.next]).collect();
    ranks.sort_unstable();
    ranks.dedup();
    let found = at_ranks(values, &ranks);
    let at = |rank: u64| ranks.binary_search(&rank).map_or(f64::NAN, |place| found[place].value());
    places.iter().map(|place| place.interpolate(at)).collect()
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
    use super::super::quantiles;
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
                let counted = counted_quantiles(&mut values.clone(), &PROBABILITIES);
                let selected = quantiles(&mut values.clone(), &PROBABILITIES);
                let bits = |values: Vec<f64>| values.into_iter().map(f64::to_bits).collect::<Vec<_>>();
                assert_eq!(bits(counted), bits(selected), "shape {place}, {count} values");
            }
        }
    }
}
