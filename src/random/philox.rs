//! Philox4x32-10.
use multiversion::multiversion;

use crate::lanes::LANES;

const ROUNDS: usize = 10;
const MULTIPLIERS: [u64; 2] = [0xd251_1f53, 0xcd9e_8d57];
/// Golden ratio and sqrt(3) - 1, which advance the key from round to round.
const WEYL: [u32; 2] = [0x9e37_79b9, 0xbb67_ae85];
const LOW: u64 = 0xffff_ffff;

/// Four random words for a counter and a key (lower word first).
pub fn philox(counter: [u32; 4], key: u64) -> [u32; 4] {
    rounds(counter.map(u64::from), key).map(|word| word as u32)
}

/// [`philox`] for sixty-four paths: lane `i` has the counter `(path low, path high, block low, block high)` with
/// `path = first_path + i`. Writes word by word, lanes inside.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub fn philox_lanes(first_path: u64, block: u64, key: u64, words: &mut [[u32; LANES]; 4]) {
    for i in 0..LANES {
        let path = first_path.wrapping_add(i as u64);
        let block_words = rounds([path & LOW, path >> 32, block & LOW, block >> 32], key);
        for (word, lanes) in block_words.iter().zip(words.iter_mut()) {
            lanes[i] = *word as u32;
        }
    }
}

/// Single places that are drawn at a time, where few paths need a word.
pub const PLACES: usize = 8;

/// The four words of some paths, each of a block of its own.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn philox_places(
    paths: &[u64; PLACES],
    blocks: &[u64; PLACES],
    key: u64,
    words: &mut [[u32; PLACES]; 4],
) {
    for i in 0..PLACES {
        let (path, block) = (paths[i], blocks[i]);
        let block_words = rounds([path & LOW, path >> 32, block & LOW, block >> 32], key);
        for (word, places) in block_words.iter().zip(words.iter_mut()) {
            places[i] = *word as u32;
        }
    }
}

/// Words live in the low halves of 64 bits: the product of two is then one vector multiplication, which does not look at the high
/// halves. What these hold in between counts for nothing.
#[inline(always)]
fn rounds(counter: [u64; 4], key: u64) -> [u64; 4] {
    let [mut a, mut b, mut c, mut d] = counter;
    let mut keys = [key as u32, (key >> 32) as u32];
    for _ in 0..ROUNDS {
        let first = (a & LOW) * MULTIPLIERS[0];
        let second = (c & LOW) * MULTIPLIERS[1];
        a = (second >> 32) ^ b ^ u64::from(keys[0]);
        b = second;
        c = (first >> 32) ^ d ^ u64::from(keys[1]);
        d = first;
        keys = [keys[0].wrapping_add(WEYL[0]), keys[1].wrapping_add(WEYL[1])];
    }
    [a, b, c, d]
}
