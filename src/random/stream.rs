//! Named streams of random words.
use std::convert::Infallible;

use multiversion::multiversion;
use rand::TryRng;

use super::bridge::Bridge;
use super::counts::Counts;
use super::design::{Design, Sampling};
use super::philox::{PLACES, philox_places};
use super::points::{Coordinate, Scrambled};
use super::{philox, philox_lanes};
use crate::lanes::{self, LANES, Lanes};
use crate::math;

/// A lane, the index of the first of some words that it needs, and what they are for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Place<T = ()> {
    /// The lane.
    pub lane: usize,
    /// The index of the word.
    pub index: u64,
    /// What for.
    pub with: T,
}

/// What tells one stream from another: the seed of the run and the name of the stream, mixed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Key(pub(super) u64);

impl Key {
    /// `mix(mix(seed) ^ fnv1a(name))`, where `mix` is the step of `SplitMix64` (G. L. Steele et al., OOPSLA 2014) and
    /// `fnv1a` the 64-bit FNV-1a hash of the UTF-8 bytes. Part of the definition of every result: it never changes.
    pub fn new(seed: u64, name: &str) -> Self {
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3)
        });
        Self(mix(mix(seed) ^ hash))
    }

    /// Word `index` of the stream on one path: word `index % 4` of the Philox block `index / 4`.
    pub fn bits(self, path: u64, index: u64) -> u32 {
        self.block(path, index / 4)[(index % 4) as usize]
    }

    /// What tells one coordinate of a stream from all others.
    fn coordinate(self, index: u64) -> u64 {
        mix(self.0 ^ index.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    /// The coordinates of the words from `first` on.
    fn scrambled(self, first: u64, coordinates: impl Iterator<Item = Coordinate>) -> Vec<Scrambled> {
        (first..).zip(coordinates).map(|(index, one)| Scrambled::new(one, self.coordinate(index))).collect()
    }

    fn block(self, path: u64, block: u64) -> [u32; 4] {
        philox([path as u32, (path >> 32) as u32, block as u32, (block >> 32) as u32], self.0)
    }
}

pub(super) fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// Where the words of events begin in a stream that has any: behind the words of every month a scenario can have.
pub const EVENTS: u64 = 1 << 16;

/// The words of a stream that every path reads, and which coordinate of the points each is: word `i` is the `i`th.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// One number of a path has one, a process that reads the word of each month one a month.
    pub coordinates: Vec<Coordinate>,
    /// Of the words of events, the first; they begin at [`EVENTS`].
    pub events: Vec<Coordinate>,
    /// What the first of them may decide.
    pub order: Order,
}

/// What the coordinates of months decide, one after the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    /// Each its own month.
    #[default]
    Months,
    /// Where a diffusion ends, then where it is half-way, and so on.
    Diffusion,
    /// How many events there are, then how many of them in the first half, and so on.
    Counts,
}

/// A stream as a batch of sixty-four paths reads it. A process that uses `slots` words a step finds its word `slot` of
/// step `step` at the index `step * slots + slot`.
///
/// Any index may be asked for; consecutive ones share one call of Philox among four.
#[derive(Clone, Debug)]
pub struct Draws {
    key: Key,
    first_path: u64,
    source: Source,
    /// Which block `words` holds.
    block: Option<u64>,
    words: [[u32; LANES]; 4],
    /// Where scores are correlated: the streams they are mixed from, with their weights. Else empty.
    parts: Vec<(f64, Draws)>,
}

/// Where words come from.
#[derive(Clone, Debug)]
enum Source {
    /// Philox, for each path anew.
    Plain,
    /// The same for two paths, of which the second takes the complement.
    Antithetic,
    /// Coordinates of points that are spread evenly, and Philox beyond.
    Spread { coordinates: Vec<Scrambled>, events: Vec<Scrambled>, months: Months },
}

/// What the months of evenly spread points are made of.
#[derive(Clone, Debug)]
enum Months {
    /// A coordinate each.
    Each,
    /// The scores of a diffusion, made of all coordinates when the first is asked for.
    Diffusion { bridge: Bridge, ready: bool, scores: Vec<Lanes> },
    /// Counts of events, likewise.
    Counts { counts: Counts, ready: bool },
}

impl Months {
    fn new(plan: &Plan) -> Self {
        let months = plan.coordinates.len();
        match plan.order {
            Order::Months => Self::Each,
            Order::Diffusion => Self::Diffusion {
                bridge: Bridge::new(months),
                ready: false,
                scores: vec![Lanes::ZERO; months],
            },
            Order::Counts => Self::Counts { counts: Counts::new(months), ready: false },
        }
    }
}

impl Draws {
    /// The stream of `key` on the paths from `first_path` on, each path by itself.
    pub fn new(key: Key, first_path: u64) -> Self {
        Self {
            key,
            first_path,
            source: Source::Plain,
            block: None,
            words: [[0; LANES]; 4],
            parts: Vec::new(),
        }
    }

    /// The stream of a name on the paths from 0 on, spread as the design says.
    pub fn planned(design: Design, name: &str, plan: Option<&Plan>) -> Self {
        let key = Key::new(design.seed, name);
        let source = match (design.sampling, plan) {
            (Sampling::Plain, _) | (Sampling::LatinHypercube | Sampling::Sobol, None) => Source::Plain,
            (Sampling::Antithetic, _) => Source::Antithetic,
            (Sampling::LatinHypercube, Some(plan)) => Source::Spread {
                coordinates: key.scrambled(0, plan.coordinates.iter().map(|_| Coordinate::Alone)),
                events: key.scrambled(EVENTS, plan.events.iter().map(|_| Coordinate::Alone)),
                months: Months::Each,
            },
            (Sampling::Sobol, Some(plan)) => Source::Spread {
                coordinates: key.scrambled(0, plan.coordinates.iter().copied()),
                events: key.scrambled(EVENTS, plan.events.iter().copied()),
                months: Months::new(plan),
            },
        };
        Self { source, ..Self::new(key, 0) }
    }

    /// With scores that are the weighted sum of the scores of other streams; without any they are its own. Squares of the
    /// weights sum to 1.
    #[must_use]
    pub fn mixed(self, parts: Vec<(f64, Self)>) -> Self {
        Self { parts, ..self }
    }

    /// Goes to the paths from `first_path` on.
    pub fn restart(&mut self, first_path: u64) {
        self.first_path = first_path;
        self.block = None;
        if let Source::Spread {
            months: Months::Diffusion { ready, .. } | Months::Counts { ready, .. }, ..
        } = &mut self.source
        {
            *ready = false;
        }
        self.parts.iter_mut().for_each(|(_, part)| part.restart(first_path));
    }

    /// Random words.
    pub fn bits(&mut self, index: u64, out: &mut [u32; LANES]) {
        *out = *self.words(index);
    }

    /// Standard normal scores: [`math::normal_score`] of the words, the month of a bridge, or the mix of other scores.
    pub fn score(&mut self, index: u64, out: &mut Lanes) {
        if !self.parts.is_empty() {
            *out = Lanes::ZERO;
            let mut scores = Lanes::ZERO;
            for (weight, part) in &mut self.parts {
                part.score(index, &mut scores);
                for i in 0..LANES {
                    out[i] += *weight * scores[i];
                }
            }
            return;
        }
        match self.bridged().and_then(|scores| scores.get(index as usize)) {
            Some(scores) => *out = *scores,
            None => math::normal_score_lanes(self.words(index), out),
        }
    }

    /// Uniform numbers between 0 and 1, both excluded: `(word + 1/2) / 2^32`.
    pub fn uniform(&mut self, index: u64, out: &mut Lanes) {
        uniform_lanes(self.words(index), out);
    }

    /// Poisson counts of a month: `rate` events per exposure, of which there is `exposure[t]` before month `t` of all months of
    /// the stream. The rate of a path is the same in all months.
    pub fn counts(&mut self, month: usize, rate: &Lanes, exposure: &[f64], out: &mut Lanes) {
        if let Source::Spread { coordinates, months: Months::Counts { counts, ready }, .. } = &mut self.source
            && month < coordinates.len()
        {
            if !*ready {
                let (first_path, mut words) = (self.first_path, [0; LANES]);
                counts.draw(rate, exposure, |coordinate, out| {
                    coordinates[coordinate].words(first_path, &mut words);
                    uniform_lanes(&words, out);
                });
                *ready = true;
            }
            return counts.of_month(month, out);
        }
        let exposed = exposure[month + 1] - exposure[month];
        let (words, mut open) = (self.words(month as u64), [false; LANES]);
        few_events(rate, exposed, words, out, &mut open);
        for i in lanes::which(&open) {
            out[i] = math::poisson_quantile(rate[i] * exposed, uniform(words[i]));
        }
    }

    /// The words of an event of all lanes, the first from `index` on behind [`EVENTS`], each as in [`bits_of`](Self::bits_of).
    pub fn events<const K: usize>(&mut self, index: u64) -> [[u32; LANES]; K] {
        std::array::from_fn(|k| {
            let index = index + k as u64;
            let Source::Spread { events, .. } = &self.source else { return *self.words(EVENTS + index) };
            let Some(coordinate) = events.get(index as usize) else { return *self.words(EVENTS + index) };
            let mut words = [0; LANES];
            coordinate.words(self.first_path, &mut words);
            words
        })
    }

    /// The word of one lane, as in [`bits`](Self::bits); for rare events that most lanes are spared. The words of months
    /// that are spread evenly are read for all lanes together.
    pub fn bits_of(&self, lane: usize, index: u64) -> u32 {
        let path = self.first_path.wrapping_add(lane as u64);
        match &self.source {
            Source::Antithetic => self.key.bits(first_of_pair(path), index) ^ complement(path),
            Source::Spread { events, .. } => {
                let event = index.checked_sub(EVENTS).and_then(|event| events.get(event as usize));
                match event {
                    Some(coordinate) => coordinate.word(path),
                    None => self.key.bits(path, index),
                }
            }
            Source::Plain => self.key.bits(path, index),
        }
    }

    /// Consecutive words of single lanes, each as in [`bits_of`](Self::bits_of): goes through places eight at a time. Of the eight
    /// words that are shown, as many count as there are places.
    pub fn words_of<T: Copy + Default, const K: usize>(
        &self,
        mut places: impl Iterator<Item = Place<T>>,
        mut visit: impl FnMut(&[Place<T>], &[[u32; K]; PLACES]),
    ) {
        loop {
            let (mut eight, mut count) = ([Place::default(); PLACES], 0);
            for place in places.by_ref().take(PLACES) {
                eight[count] = place;
                count += 1;
            }
            if count > 0 {
                visit(&eight[..count], &self.words_of_eight(&eight, count));
            }
            if count < PLACES {
                return;
            }
        }
    }

    /// Of places of which so many count.
    fn words_of_eight<T, const K: usize>(
        &self,
        places: &[Place<T>; PLACES],
        count: usize,
    ) -> [[u32; K]; PLACES] {
        const { assert!(K <= 5, "they lie in two blocks") };
        if !matches!(self.source, Source::Plain) {
            let mut words = [[0; K]; PLACES];
            for (place, words) in places[..count].iter().zip(&mut words) {
                *words = std::array::from_fn(|k| self.bits_of(place.lane, place.index + k as u64));
            }
            return words;
        }
        let paths = places.each_ref().map(|place| self.first_path.wrapping_add(place.lane as u64));
        let blocks = places.each_ref().map(|place| place.index / 4);
        let mut words = [[[0; PLACES]; 4]; 2];
        philox_places(&paths, &blocks, self.key.0, &mut words[0]);
        if places[..count].iter().any(|place| place.index as usize % 4 + K > 4) {
            philox_places(&paths, &blocks.map(|block| block + 1), self.key.0, &mut words[1]);
        }
        let words = words.as_flattened();
        let mut found = [[0; K]; PLACES];
        for (place, found) in found.iter_mut().enumerate().take(count) {
            let first = places[place].index as usize % 4;
            *found = std::array::from_fn(|k| words[(first + k) % 8][place]);
        }
        found
    }

    /// The standard normal score of one lane, as in [`score`](Self::score).
    pub fn score_of(&self, lane: usize, index: u64) -> f64 {
        if self.parts.is_empty() {
            return math::normal_score(self.bits_of(lane, index));
        }
        self.parts.iter().fold(0.0, |sum, (weight, part)| sum + weight * part.score_of(lane, index))
    }

    /// The uniform number of one lane, as in [`uniform`](Self::uniform).
    pub fn uniform_of(&self, lane: usize, index: u64) -> f64 {
        uniform(self.bits_of(lane, index))
    }

    #[cfg(test)]
    pub(super) fn key_of(&self, index: u64) -> u64 {
        self.key.coordinate(index)
    }

    fn words(&mut self, index: u64) -> &[u32; LANES] {
        if let Source::Spread { coordinates, .. } = &self.source
            && let Some(coordinate) = coordinates.get(index as usize)
        {
            self.block = None;
            coordinate.words(self.first_path, &mut self.words[0]);
            return &self.words[0];
        }
        let block = index / 4;
        if self.block != Some(block) {
            philox_lanes(self.first_path, block, self.key.0, &mut self.words);
            if matches!(self.source, Source::Antithetic) {
                self.pair(block);
            }
            self.block = Some(block);
        }
        &self.words[(index % 4) as usize]
    }

    /// Gives the second path of each pair the complement of the words of the first.
    fn pair(&mut self, block: u64) {
        for lane in 0..LANES {
            let path = self.first_path.wrapping_add(lane as u64);
            if complement(path) == 0 {
                continue;
            }
            let first = match lane.checked_sub(1) {
                Some(before) => self.words.each_ref().map(|words| words[before]),
                None => self.key.block(first_of_pair(path), block),
            };
            for (words, word) in self.words.iter_mut().zip(first) {
                words[lane] = !word;
            }
        }
    }

    /// The scores of all months of a diffusion whose coordinates are in the order of a bridge.
    fn bridged(&mut self) -> Option<&[Lanes]> {
        let first_path = self.first_path;
        let Source::Spread { coordinates, months: Months::Diffusion { bridge, ready, scores }, .. } =
            &mut self.source
        else {
            return None;
        };
        if !*ready {
            let mut words = [0; LANES];
            for (coordinate, scores) in coordinates.iter().zip(scores.iter_mut()) {
                coordinate.words(first_path, &mut words);
                math::normal_score_lanes(&words, scores);
            }
            bridge.transform(scores);
            *ready = true;
        }
        Some(scores)
    }
}

/// Paths `2 k` and `2 k + 1` are a pair.
fn first_of_pair(path: u64) -> u64 {
    path & !1
}

/// All ones for the second path of a pair.
fn complement(path: u64) -> u32 {
    if path & 1 == 0 { 0 } else { u32::MAX }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn uniform_lanes(bits: &[u32; LANES], out: &mut Lanes) {
    for i in 0..LANES {
        out[i] = uniform(bits[i]);
    }
}

/// Counts of a month by lane, of events with this rate of which so much time is exposed: none, or one, where bounds on `exp(−λ)`
/// say that; the other lanes are left open.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn few_events(
    rate: &Lanes,
    exposed: f64,
    words: &[u32; LANES],
    counts: &mut Lanes,
    open: &mut [bool; LANES],
) {
    for i in 0..LANES {
        let (mean, u) = (rate[i] * exposed, uniform(words[i]));
        let half = 0.5 * mean * mean;
        // 1 − λ + λ²/2 − λ³/6 < exp(−λ) < 1 − λ + λ²/2, and exp(−λ) (1 + λ) > 1 − λ²/2.
        let upper = 1.0 - mean + half;
        let none = u <= upper - half * mean * (1.0 / 3.0);
        let one = u > upper && u <= 1.0 - half;
        counts[i] = if one { 1.0 } else { 0.0 };
        open[i] = !none && !one;
    }
}

/// A word as a number between 0 and 1, both excluded. Exact: 33 bits fit a double.
#[inline(always)]
pub fn uniform(bits: u32) -> f64 {
    (f64::from(bits) + 0.5) * (1.0 / 4294967296.0)
}

/// One path of a stream, word after word, for samplers written against the `rand` crate.
#[derive(Clone, Debug)]
pub struct PathRng {
    key: Key,
    path: u64,
    index: u64,
    words: [u32; 4],
}

impl PathRng {
    /// The stream of `key` on one path, from its first word on.
    pub fn new(key: Key, path: u64) -> Self {
        Self { key, path, index: 0, words: [0; 4] }
    }

    fn next(&mut self) -> u32 {
        let place = (self.index % 4) as usize;
        if place == 0 {
            self.words = self.key.block(self.path, self.index / 4);
        }
        self.index += 1;
        self.words[place]
    }
}

impl TryRng for PathRng {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        Ok(self.next())
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let low = u64::from(self.next());
        Ok(low | u64::from(self.next()) << 32)
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        for chunk in bytes.chunks_mut(4) {
            chunk.copy_from_slice(&self.next().to_le_bytes()[..chunk.len()]);
        }
        Ok(())
    }
}
