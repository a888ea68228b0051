//! Named streams of random words.
use std::convert::Infallible;

use multiversion::multiversion;
use rand::TryRng;

use super::{philox, philox_lanes};
use crate::lanes::{LANES, Lanes};
use crate::math;

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

    fn block(self, path: u64, block: u64) -> [u32; 4] {
        philox([path as u32, (path >> 32) as u32, block as u32, (block >> 32) as u32], self.0)
    }
}

fn mix(x: u64) -> u64 {
    let x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    x ^ (x >> 31)
}

/// A stream as a batch of sixty-four paths reads it. A process that uses `slots` words a step finds its word `slot` of
/// step `step` at the index `step * slots + slot`.
///
/// Any index may be asked for; consecutive ones share one call of Philox among four.
#[derive(Clone, Debug)]
pub struct Draws {
    key: Key,
    first_path: u64,
    /// Which block `words` holds.
    block: Option<u64>,
    words: [[u32; LANES]; 4],
    /// Where scores are correlated: the streams they are mixed from, with their weights. Else empty.
    parts: Vec<(f64, Draws)>,
}

impl Draws {
    /// The stream of `key` on the paths from `first_path` on.
    pub fn new(key: Key, first_path: u64) -> Self {
        Self { key, first_path, block: None, words: [[0; LANES]; 4], parts: Vec::new() }
    }

    /// The stream of `key` on the paths from 0 on, with scores that are the weighted sum of the scores of other streams;
    /// without any they are its own. Squares of the weights sum to 1.
    pub fn mixed(key: Key, parts: Vec<(f64, Key)>) -> Self {
        let parts = parts.into_iter().map(|(weight, key)| (weight, Self::new(key, 0))).collect();
        Self { parts, ..Self::new(key, 0) }
    }

    /// Goes to the paths from `first_path` on.
    pub fn restart(&mut self, first_path: u64) {
        self.first_path = first_path;
        self.block = None;
        self.parts.iter_mut().for_each(|(_, part)| part.restart(first_path));
    }

    /// Random words.
    pub fn bits(&mut self, index: u64, out: &mut [u32; LANES]) {
        *out = *self.words(index);
    }

    /// Standard normal scores: [`math::normal_score`] of the words, or the mix of other scores.
    pub fn score(&mut self, index: u64, out: &mut Lanes) {
        if self.parts.is_empty() {
            math::normal_score_lanes(self.words(index), out);
            return;
        }
        *out = [0.0; LANES];
        let mut scores = [0.0; LANES];
        for (weight, part) in &mut self.parts {
            part.score(index, &mut scores);
            for i in 0..LANES {
                out[i] += *weight * scores[i];
            }
        }
    }

    /// Uniform numbers between 0 and 1, both excluded: `(word + 1/2) / 2^32`.
    pub fn uniform(&mut self, index: u64, out: &mut Lanes) {
        uniform_lanes(self.words(index), out);
    }

    /// The word of one lane, as in [`bits`](Self::bits); for rare events that most lanes are spared.
    pub fn bits_of(&self, lane: usize, index: u64) -> u32 {
        self.key.bits(self.first_path.wrapping_add(lane as u64), index)
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

    fn words(&mut self, index: u64) -> &[u32; LANES] {
        let block = index / 4;
        if self.block != Some(block) {
            philox_lanes(self.first_path, block, self.key.0, &mut self.words);
            self.block = Some(block);
        }
        &self.words[(index % 4) as usize]
    }
}

#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn uniform_lanes(bits: &[u32; LANES], out: &mut Lanes) {
    for i in 0..LANES {
        out[i] = uniform(bits[i]);
    }
}

/// Exact: 33 bits fit a double.
#[inline(always)]
fn uniform(bits: u32) -> f64 {
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
