//! Quantiles of samples too large to keep.
use super::OrderedF32;
use super::quantile::{Number, Place};

/// Bins per octave, as a power of two.
const BIN_BITS: u32 = 11;
/// A double's bits below those that name its bin.
const SHIFT: u32 = 52 - BIN_BITS;
/// The bit that the key of a positive 32-bit float has, and the keys of its normal numbers.
const POSITIVE: u32 = 1 << 31;
const LEAST_NORMAL: u32 = POSITIVE | 0x0080_0000;
const GREATEST_FINITE: u32 = POSITIVE | 0x7f7f_ffff;
/// A 32-bit float's bits below those that name its bin, and the bins below it that only a double has.
const BIN_SHIFT_F32: u32 = 23 - BIN_BITS;
const BINS_BELOW_F32: usize = (1023 - 127) << BIN_BITS;
/// Bins that a window gains at a time. Windows begin and end at multiples, so that they depend on the values only.
const CHUNK: usize = 256;

/// A histogram whose bins have equal relative width: 2,048 in each octave. Its quantiles are those of the sample with
/// every value moved by at most 2.5e-4 of itself, and exact for the least and the greatest one.
///
/// It holds counts only, so that a sample gives the same sketch in any order and grouping. Only the range between the
/// smallest and the largest magnitude takes memory, 8 KiB an octave. NaN counts as infinity, a subnormal number as zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Sketch {
    count: u64,
    low: f64,
    high: f64,
    negative: Window,
    positive: Window,
    zero: u64,
    negative_infinite: u64,
    infinite: u64,
}

impl Default for Sketch {
    fn default() -> Self {
        Self {
            count: 0,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            negative: Window::default(),
            positive: Window::default(),
            zero: 0,
            negative_infinite: 0,
            infinite: 0,
        }
    }
}

impl Sketch {
    /// Adds a value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        self.low = if value < self.low { value } else { self.low };
        self.high = if value > self.high { value } else { self.high };
        if value.is_normal() {
            let bin = (value.abs().to_bits() >> SHIFT) as usize;
            if value > 0.0 { self.positive.add(bin) } else { self.negative.add(bin) }
        } else {
            self.add_special(value);
        }
    }

    /// Adds many values; costs are positive, which takes the short way: they are counted in `scratch`, which stays in the
    /// processor's cache, and what it holds is added in one pass. A window that is gone through at random is fetched line by
    /// line, which takes three times as long.
    pub fn extend(&mut self, values: &[OrderedF32], scratch: &mut Vec<u32>) {
        let (least, greatest) = OrderedF32::range(values);
        let room = u64::from(u32::MAX) - values.len() as u64;
        if least < LEAST_NORMAL || greatest > GREATEST_FINITE || self.count > room {
            for value in values {
                self.add(value.value());
            }
            return;
        }
        let bin = |key: u32| (key & !POSITIVE) >> BIN_SHIFT_F32;
        let number = |key: u32| f64::from(f32::from_bits(key & !POSITIVE));
        self.count += values.len() as u64;
        (self.low, self.high) = (self.low.min(number(least)), self.high.max(number(greatest)));
        let first = bin(least);
        scratch.clear();
        scratch.resize((bin(greatest) - first) as usize + 1, 0);
        for value in values {
            // The scratch covers all of them, and no count can overflow.
            if let Some(count) = scratch.get_mut((bin(value.key()) - first) as usize) {
                *count = count.wrapping_add(1);
            }
        }
        self.positive.merge(first as usize + BINS_BELOW_F32, scratch);
    }

    #[cold]
    fn add_special(&mut self, value: f64) {
        if value.is_finite() {
            self.zero += 1;
        } else if value < 0.0 {
            self.negative_infinite += 1;
        } else {
            self.infinite += 1;
            self.high = f64::INFINITY;
        }
    }

    /// Adds all values of another sketch.
    pub fn merge(&mut self, other: &Self) {
        self.count += other.count;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        self.negative.merge(other.negative.first, &other.negative.counts);
        self.positive.merge(other.positive.first, &other.positive.counts);
        self.zero += other.zero;
        self.negative_infinite += other.negative_infinite;
        self.infinite += other.infinite;
    }

    /// Number of values.
    pub fn count(&self) -> u64 {
        self.count
    }

    /// Memory taken.
    pub fn memory_bytes(&self) -> usize {
        size_of::<Self>()
            + (self.negative.counts.capacity() + self.positive.counts.capacity()) * size_of::<u32>()
    }

    /// The quantiles at some probabilities from 0 to 1, as [`quantiles`](super::quantiles) defines them; NaN without
    /// values.
    pub fn quantiles(&self, probabilities: &[f64]) -> Vec<f64> {
        if self.count == 0 {
            return vec![f64::NAN; probabilities.len()];
        }
        let places: Vec<Place> = probabilities.iter().map(|&p| Place::of(self.count, p)).collect();
        let mut ranks: Vec<u64> = places.iter().flat_map(|place| [place.rank, place.next]).collect();
        ranks.sort_unstable();
        ranks.dedup();
        let found = self.order_statistics(&ranks);
        let at = |rank: u64| ranks.binary_search(&rank).map_or(f64::NAN, |place| found[place]);
        places.iter().map(|place| place.interpolate(at)).collect()
    }

    /// The order statistics of some ranks, rising, which count from 0 and lie below [`count`](Self::count).
    pub fn order_statistics(&self, ranks: &[u64]) -> Vec<f64> {
        let (mut found, mut below) = (Vec::with_capacity(ranks.len()), 0);
        let mut rest = ranks.iter().peekable();
        for (value, count) in self.bins() {
            below += count;
            while rest.next_if(|rank| **rank < below).is_some() {
                found.push(value.clamp(self.low, self.high));
            }
            if rest.peek().is_none() {
                break;
            }
        }
        found
    }

    /// The mean of the highest share `1 - p`, as in [`cvar`](super::cvar); NaN without values.
    pub fn cvar(&self, p: f64) -> f64 {
        let size = (self.count as f64 * (1.0 - p)).clamp(0.0, self.count as f64);
        if self.count == 0 || size < 1.0 {
            return if self.count == 0 { f64::NAN } else { self.high };
        }
        let (mut sum, mut rest) = (0.0, size);
        for (value, count) in self.bins().rev().filter(|(_, count)| *count > 0) {
            let taken = rest.min(count as f64);
            sum += taken * value.clamp(self.low, self.high);
            rest -= taken;
            if rest <= 0.0 {
                break;
            }
        }
        sum / size
    }

    /// The middle of each bin and its count, rising.
    fn bins(&self) -> impl DoubleEndedIterator<Item = (f64, u64)> {
        let negative = self.negative.bins().rev().map(|(value, count)| (-value, count));
        let zero = [(0.0, self.zero)];
        let ends = ([(f64::NEG_INFINITY, self.negative_infinite)], [(f64::INFINITY, self.infinite)]);
        ends.0.into_iter().chain(negative).chain(zero).chain(self.positive.bins()).chain(ends.1)
    }
}

/// Counts of the bins from `first` on. A count stays at 2^32 - 1 once it is there, which leaves order and grouping
/// without influence too.
#[derive(Clone, Debug, Default, PartialEq)]
struct Window {
    first: usize,
    counts: Vec<u32>,
}

impl Window {
    #[inline]
    fn add(&mut self, bin: usize) {
        if let Some(count) = self.counts.get_mut(bin.wrapping_sub(self.first)) {
            *count = count.saturating_add(1);
        } else {
            self.cover(bin, bin + 1);
            self.counts[bin - self.first] = 1;
        }
    }

    /// Adds the counts of the bins from `first` on.
    fn merge(&mut self, first: usize, counts: &[u32]) {
        if counts.is_empty() {
            return;
        }
        self.cover(first, first + counts.len());
        let place = first - self.first;
        for (count, added) in self.counts[place..].iter_mut().zip(counts) {
            *count = count.saturating_add(*added);
        }
    }

    /// Widens the window to hold the bins from `first` to `end` (excluded).
    fn cover(&mut self, first: usize, end: usize) {
        if !self.counts.is_empty() && first >= self.first && end <= self.first + self.counts.len() {
            return;
        }
        let (first, end) = (first / CHUNK * CHUNK, end.div_ceil(CHUNK) * CHUNK);
        if self.counts.is_empty() {
            self.first = first;
        }
        let below = self.first.saturating_sub(first);
        self.counts.splice(0..0, std::iter::repeat_n(0, below));
        self.first -= below;
        let length = self.counts.len().max(end - self.first);
        self.counts.resize(length, 0);
    }

    /// The middle of each bin and its count, rising.
    fn bins(&self) -> impl DoubleEndedIterator<Item = (f64, u64)> {
        self.counts.iter().enumerate().map(|(i, &count)| {
            let bits = ((self.first + i) as u64) << SHIFT | 1 << (SHIFT - 1);
            (f64::from_bits(bits), u64::from(count))
        })
    }
}
