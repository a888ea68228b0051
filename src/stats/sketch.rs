//! Quantiles of samples too large to keep.
use super::OrderedF32;
use super::quantile::{Number, Place};

/// Bins per octave of a sketch without a limit, as a power of two.
const BIN_BITS: u32 = 11;
/// Bins per octave that a sketch with a limit begins with.
const FINEST_BITS: u32 = 14;
/// Bits of the fraction of a double, and of a 32-bit float.
const FRACTION: u32 = 52;
const FRACTION_F32: u32 = 23;
/// The bit that the key of a positive 32-bit float has, and the keys of its normal numbers.
const POSITIVE: u32 = 1 << 31;
const LEAST_NORMAL: u32 = POSITIVE | 0x0080_0000;
const GREATEST_FINITE: u32 = POSITIVE | 0x7f7f_ffff;
/// Octaves below the normal 32-bit floats that only a double has.
const OCTAVES_BELOW_F32: usize = 1023 - 127;
/// Bins that a window gains at a time. Windows begin and end at multiples, so that they depend on the values only.
const CHUNK: usize = 256;

/// A histogram whose bins have equal relative width: 2,048 in each octave. Its quantiles are those of the sample with
/// every value moved by at most 2.5e-4 of itself, and exact for the least and the greatest one.
///
/// It holds counts only, so that a sample gives the same sketch in any order and grouping. Only the range between the
/// smallest and the largest magnitude takes memory, 8 KiB an octave. One that is limited ([`Sketch::of_at_most`]) has bins as
/// narrow as the range of its values allows. NaN counts as infinity, a subnormal number as zero.
#[derive(Clone, Debug, PartialEq)]
pub struct Sketch {
    /// Bins per octave, as a power of two.
    bits: u32,
    /// The most bins of each sign.
    most: usize,
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
            bits: BIN_BITS,
            most: usize::MAX,
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
    /// A sketch of at most so many bins for the values of each sign, 4 bytes each: 16,384 in each octave as long as they
    /// suffice, and half as many whenever the range of the values asks for it. So a narrow sample is known better than a wide
    /// one, and the width of the bins still depends on the values alone.
    pub fn of_at_most(bins: usize) -> Self {
        // Room for all of them at once: windows that grow bit by bit hand memory back and forth.
        let positive = Window { first: 0, counts: Vec::with_capacity(bins) };
        Self { bits: FINEST_BITS, most: bins, positive, ..Self::default() }
    }

    /// How far a value may be moved, as a share of itself: half a bin.
    pub fn relative_error(&self) -> f64 {
        0.5 / (1_u64 << self.bits) as f64
    }

    /// A double's bits below those that name its bin.
    fn shift(&self) -> u32 {
        FRACTION - self.bits
    }

    /// The bin of a magnitude, the bits of a double.
    fn bin(&self, magnitude: u64) -> usize {
        (magnitude >> self.shift()) as usize
    }

    /// The counts of the values of a sign.
    fn window(&mut self, positive: bool) -> &mut Window {
        if positive { &mut self.positive } else { &mut self.negative }
    }

    /// Adds a value.
    #[inline]
    pub fn add(&mut self, value: f64) {
        self.count += 1;
        self.low = if value < self.low { value } else { self.low };
        self.high = if value > self.high { value } else { self.high };
        if !value.is_normal() {
            self.add_special(value);
            return;
        }
        let (positive, magnitude) = (value > 0.0, value.abs().to_bits());
        let bin = self.bin(magnitude);
        if !self.window(positive).add(bin) {
            self.cover(positive, [magnitude; 2]);
            let bin = self.bin(magnitude);
            self.window(positive).add(bin);
        }
    }

    /// Adds many values; costs are positive, which takes the short way: they are counted in `scratch`, which stays in the
    /// processor's cache, and what it holds is added in one pass. A window that is gone through at random is fetched line by
    /// line, which takes three times as long.
    pub fn extend(&mut self, values: &[OrderedF32], scratch: &mut Vec<u32>) {
        let (least, greatest) = OrderedF32::range(values);
        let room = u64::from(u32::MAX).saturating_sub(values.len() as u64);
        if least < LEAST_NORMAL || greatest > GREATEST_FINITE || self.count > room {
            for value in values {
                self.add(value.value());
            }
            return;
        }
        let number = |key: u32| f64::from(f32::from_bits(key & !POSITIVE));
        self.count += values.len() as u64;
        (self.low, self.high) = (self.low.min(number(least)), self.high.max(number(greatest)));
        self.cover(true, [number(least).to_bits(), number(greatest).to_bits()]);
        let shift = FRACTION_F32 - self.bits;
        let bin = |key: u32| (key & !POSITIVE) >> shift;
        let first = bin(least);
        scratch.clear();
        scratch.resize((bin(greatest) - first) as usize + 1, 0);
        for value in values {
            // The scratch covers all of them, and no count can overflow.
            if let Some(count) = scratch.get_mut((bin(value.key()) - first) as usize) {
                *count = count.wrapping_add(1);
            }
        }
        self.positive.merge(first as usize + (OCTAVES_BELOW_F32 << self.bits), scratch);
    }

    /// Widens a window to hold what lies between two magnitudes, the bits of doubles; halves the number of bins as often as the
    /// limit asks for it.
    #[cold]
    #[inline(never)]
    fn cover_anew(&mut self, positive: bool, magnitudes: [u64; 2]) {
        loop {
            let [first, last] = magnitudes.map(|magnitude| self.bin(magnitude));
            let (begin, end) = self.window(positive).widened(first, last + 1);
            if end - begin <= self.most || self.bits == 0 {
                self.window(positive).cover(begin, end);
                return;
            }
            self.coarsen();
        }
    }

    fn cover(&mut self, positive: bool, magnitudes: [u64; 2]) {
        let [first, last] = magnitudes.map(|magnitude| self.bin(magnitude));
        if !self.window(positive).covers(first, last + 1) {
            self.cover_anew(positive, magnitudes);
        }
    }

    /// Makes one bin of two.
    fn coarsen(&mut self) {
        self.bits -= 1;
        self.negative.coarsen();
        self.positive.coarsen();
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

    /// Adds all values of another sketch; the wider bins of the two are kept.
    pub fn merge(&mut self, other: &Self) {
        if other.bits > self.bits {
            let mut coarse = other.clone();
            while coarse.bits > self.bits {
                coarse.coarsen();
            }
            return self.merge(&coarse);
        }
        while self.bits > other.bits {
            self.coarsen();
        }
        self.count += other.count;
        self.low = self.low.min(other.low);
        self.high = self.high.max(other.high);
        for (positive, of) in [(false, &other.negative), (true, &other.positive)] {
            let Some((first, last)) = of.occupied() else { continue };
            self.cover(positive, [first, last].map(|bin| (bin as u64) << other.shift()));
            let coarser = other.bits - self.bits;
            let window = self.window(positive);
            for (bin, count) in (of.first..).zip(&of.counts).filter(|(_, count)| **count > 0) {
                window.increase(bin >> coarser, *count);
            }
        }
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
        let shift = self.shift();
        let negative = self.negative.bins(shift).rev().map(|(value, count)| (-value, count));
        let zero = [(0.0, self.zero)];
        let ends = ([(f64::NEG_INFINITY, self.negative_infinite)], [(f64::INFINITY, self.infinite)]);
        ends.0.into_iter().chain(negative).chain(zero).chain(self.positive.bins(shift)).chain(ends.1)
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
    /// Whether the bin is covered; it counts one more then.
    #[inline]
    fn add(&mut self, bin: usize) -> bool {
        let count = self.counts.get_mut(bin.wrapping_sub(self.first));
        count.map(|count| *count = count.saturating_add(1)).is_some()
    }

    /// Adds to a bin that is covered.
    fn increase(&mut self, bin: usize, by: u32) {
        if let Some(count) = self.counts.get_mut(bin.wrapping_sub(self.first)) {
            *count = count.saturating_add(by);
        }
    }

    /// Adds the counts of the bins from `first` on, which are covered.
    fn merge(&mut self, first: usize, counts: &[u32]) {
        let place = first - self.first;
        for (count, added) in self.counts[place..].iter_mut().zip(counts) {
            *count = count.saturating_add(*added);
        }
    }

    /// Whether it holds the bins from `first` to `end` (excluded).
    fn covers(&self, first: usize, end: usize) -> bool {
        !self.counts.is_empty() && first >= self.first && end <= self.first + self.counts.len()
    }

    /// The range that it has when it holds these bins too.
    fn widened(&self, first: usize, end: usize) -> (usize, usize) {
        let (first, end) = (first / CHUNK * CHUNK, end.div_ceil(CHUNK) * CHUNK);
        if self.counts.is_empty() {
            (first, end)
        } else {
            (first.min(self.first), end.max(self.first + self.counts.len()))
        }
    }

    /// Takes a range that [`widened`](Self::widened) told.
    fn cover(&mut self, first: usize, end: usize) {
        let held = self.counts.len();
        let place = if held == 0 { 0 } else { self.first - first };
        self.counts.resize(end - first, 0);
        self.counts.copy_within(..held, place);
        self.counts[..place].fill(0);
        self.first = first;
    }

    /// The first and the last bin that count anything.
    fn occupied(&self) -> Option<(usize, usize)> {
        let first = self.counts.iter().position(|count| *count > 0)?;
        let last = self.counts.iter().rposition(|count| *count > 0)?;
        Some((self.first + first, self.first + last))
    }

    /// Makes one bin of two, and has the range that it would have had from the start.
    fn coarsen(&mut self) {
        let Some((first, last)) = self.occupied() else { return };
        let (half, kept) = (first / 2, last / 2 + 1 - first / 2);
        // From the lowest bin up, each goes where nothing is read any more.
        for bin in 0..kept {
            let of = |bin: usize| bin.checked_sub(self.first).and_then(|place| self.counts.get(place));
            let sum = [2 * (half + bin), 2 * (half + bin) + 1].map(|bin| of(bin).copied().unwrap_or(0));
            self.counts[bin] = sum[0].saturating_add(sum[1]);
        }
        self.counts.truncate(kept);
        self.first = half;
        let (begin, end) = self.widened(half, half + kept);
        self.cover(begin, end);
    }

    /// The middle of each bin and its count, rising; a bin is named by the bits of a double above the lowest `shift`.
    fn bins(&self, shift: u32) -> impl DoubleEndedIterator<Item = (f64, u64)> {
        self.counts.iter().enumerate().map(move |(i, &count)| {
            let bits = ((self.first + i) as u64) << shift | 1 << (shift - 1);
            (f64::from_bits(bits), u64::from(count))
        })
    }
}
