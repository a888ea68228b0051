//! The prefix cache of a replica: blocks of prompts that were read before, the longest unused given up first.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

/// No neighbor.
const NONE: u32 = u32::MAX;

/// A block of a prompt, known by a hash of itself and all before it.
#[derive(Clone, Copy, Debug)]
struct Block {
    hash: u64,
    /// Sequences that use it.
    users: u32,
    /// Neighbors among the unused, from the longest unused to the last used.
    older: u32,
    newer: u32,
}

/// Blocks by hash, and the unused in the order in which they became so.
#[derive(Clone, Debug)]
pub(super) struct PrefixCache {
    places: HashMap<u64, u32, BuildHasherDefault<Mix>>,
    blocks: Vec<Block>,
    free: Vec<u32>,
    oldest: u32,
    newest: u32,
    unused: u64,
}

impl PrefixCache {
    pub(super) fn new() -> Self {
        Self {
            places: HashMap::default(),
            blocks: Vec::new(),
            free: Vec::new(),
            oldest: NONE,
            newest: NONE,
            unused: 0,
        }
    }

    /// How many of these blocks are there, counted from the first up to one that is not.
    pub(super) fn prefix(&self, hashes: &[u64]) -> usize {
        hashes.iter().take_while(|hash| self.places.contains_key(hash)).count()
    }

    /// Of these blocks, which are there, those that nobody uses.
    pub(super) fn unused_of(&self, hashes: &[u64]) -> u64 {
        let unused =
            |hash: &&u64| self.places.get(hash).is_some_and(|place| self.blocks[*place as usize].users == 0);
        hashes.iter().filter(unused).count() as u64
    }

    /// Blocks that somebody uses.
    pub(super) fn used(&self) -> u64 {
        self.places.len() as u64 - self.unused
    }

    /// All blocks.
    pub(super) fn len(&self) -> u64 {
        self.places.len() as u64
    }

    /// Uses a block, which is added if it is new. Whether it was there.
    pub(super) fn take(&mut self, hash: u64) -> bool {
        if let Some(place) = self.places.get(&hash).copied() {
            if self.blocks[place as usize].users == 0 {
                self.unlink(place);
            }
            self.blocks[place as usize].users += 1;
            return true;
        }
        let block = Block { hash, users: 1, older: NONE, newer: NONE };
        let place = if let Some(place) = self.free.pop() {
            self.blocks[place as usize] = block;
            place
        } else {
            self.blocks.push(block);
            self.blocks.len() as u32 - 1
        };
        self.places.insert(hash, place);
        false
    }

    /// Ends a use. Of a prompt the last blocks go first, so that its beginning stays longest.
    pub(super) fn leave(&mut self, hash: u64) {
        let Some(place) = self.places.get(&hash).copied() else { return };
        let block = &mut self.blocks[place as usize];
        block.users -= 1;
        if block.users == 0 {
            let newest = self.newest;
            self.blocks[place as usize] = Block { older: newest, newer: NONE, ..self.blocks[place as usize] };
            if newest == NONE {
                self.oldest = place;
            } else {
                self.blocks[newest as usize].newer = place;
            }
            self.newest = place;
            self.unused += 1;
        }
    }

    /// Gives up the block that has been unused for longest. Whether there was one.
    pub(super) fn evict(&mut self) -> bool {
        let place = self.oldest;
        if place == NONE {
            return false;
        }
        self.unlink(place);
        self.places.remove(&self.blocks[place as usize].hash);
        self.free.push(place);
        true
    }

    fn unlink(&mut self, place: u32) {
        let Block { older, newer, .. } = self.blocks[place as usize];
        if older == NONE {
            self.oldest = newer;
        } else {
            self.blocks[older as usize].newer = newer;
        }
        if newer == NONE {
            self.newest = older;
        } else {
            self.blocks[newer as usize].older = older;
        }
        self.unused -= 1;
    }
}

/// The step of `SplitMix64`: hashes of blocks may be small numbers that follow one another.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Mix(u64);

impl Hasher for Mix {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.write_u64(u64::from(*byte));
        }
    }

    fn write_u64(&mut self, value: u64) {
        let x = (self.0 ^ value).wrapping_add(0x9e37_79b9_7f4a_7c15);
        let x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        self.0 = x ^ (x >> 31);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a cache of so many blocks finds, prompt after prompt.
    struct PrefixReuse {
        cache: PrefixCache,
        most: u64,
        found: u64,
        asked: u64,
    }

    impl PrefixReuse {
        fn read(&mut self, hashes: &[u64]) {
            self.found += self.cache.prefix(hashes) as u64;
            self.asked += hashes.len() as u64;
            for hash in hashes {
                self.cache.take(*hash);
            }
            for hash in hashes.iter().rev() {
                self.cache.leave(*hash);
            }
            while self.cache.len() > self.most && self.cache.evict() {}
        }
    }

    /// Against a list that is searched from its end, with random prompts.
    #[test]
    fn the_longest_unused_goes_first() {
        let mut fast = PrefixReuse { cache: PrefixCache::new(), most: 40, found: 0, asked: 0 };
        let mut list: Vec<u64> = Vec::new();
        let (mut found, mut asked) = (0, 0);
        for round in 0..2_000_u64 {
            let (tree, depth) = (round * round % 7, 3 + round * 31 % 11);
            let prompt: Vec<u64> =
                (0..depth).map(|k| 100 * tree + k + 1_000 * (k / 6) * (round % 3)).collect();
            found += prompt.iter().take_while(|hash| list.contains(hash)).count() as u64;
            asked += prompt.len() as u64;
            list.retain(|hash| !prompt.contains(hash));
            list.extend(prompt.iter().rev());
            let excess = list.len().saturating_sub(40);
            list.drain(..excess);
            fast.read(&prompt);
            assert_eq!((fast.found, fast.asked, fast.cache.len()), (found, asked, list.len() as u64));
        }
        assert!(found > 0 && found < asked);
    }
}
