//! How soon prompts repeat, and after how much else: what caches of any lifetime and any size find, in one pass.
//!
//! Where the longest unused is given up first, a cache of so many tokens holds what was used last, up to that many. So a block is found
//! if it was used no longer ago than it lasts, and if all that was used since, itself included, fits: two numbers of each use
//! tell what every such cache finds (R. Mattson et al., IBM Systems Journal 9, 1970: stack distances), at `log n` a use.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;

use super::cache::Mix;

/// Seconds after which a cache forgets, at which a log counts.
const LIFETIMES_S: [f64; 20] = [
    1.0, 2.0, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0, 1_200.0, 1_800.0, 3_600.0, 7_200.0, 10_800.0,
    21_600.0, 43_200.0, 86_400.0, 172_800.0, 604_800.0,
];
/// Sizes of caches at which a log counts, in blocks of [`MOONCAKE_BLOCK_TOKENS`](crate::demand::trace::MOONCAKE_BLOCK_TOKENS).
pub const SIZES: [u64; 22] = [
    1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000, 200_000,
    500_000, 1_000_000, 2_000_000, 5_000_000, 10_000_000,
];
const ROWS: usize = LIFETIMES_S.len() + 1;
const COLUMNS: usize = SIZES.len() + 1;

/// What a log of prompts says of caches.
#[derive(Clone, Debug)]
pub struct ReuseLog {
    recent: Recent,
    /// Tokens of a block of [`SIZES`].
    unit: u64,
    /// Tokens found, by the shortest lifetime and the smallest size that find them; the last of each is without limit.
    found: Vec<u64>,
    asked: u64,
    /// Room for the prompt that is read.
    seen: Vec<Option<(f64, u64)>>,
}

impl ReuseLog {
    /// A log whose sizes are multiples of so many tokens.
    pub fn new(unit: u64) -> Self {
        let found = vec![0; ROWS * COLUMNS];
        Self { recent: Recent::default(), unit, found, asked: 0, seen: Vec::new() }
    }

    /// Reads a prompt at a moment that is not before the last: blocks of so many tokens, of all the tokens that it has.
    ///
    /// Of its beginning, what is there is found up to the first block that is not. All of it is used then, its end first, so
    /// that of a prompt the beginning stays longest.
    pub fn read(&mut self, at_s: f64, blocks: &[u64], block_tokens: u64, tokens: u64) {
        self.asked += tokens;
        self.seen.clear();
        self.seen.extend(blocks.iter().map(|hash| self.recent.since(*hash)));
        let (mut longest, mut farthest) = (0.0_f64, 0);
        for seen in &self.seen {
            let Some((used_s, distance)) = *seen else { break };
            (longest, farthest) = (longest.max(at_s - used_s), farthest.max(distance));
            let row = LIFETIMES_S.partition_point(|lifetime| *lifetime < longest);
            let column = SIZES.partition_point(|size| size * self.unit < farthest);
            self.found[row * COLUMNS + column] += block_tokens;
        }
        for hash in blocks.iter().rev() {
            self.recent.use_now(*hash, block_tokens, at_s);
        }
    }

    /// The share of all tokens that a cache without limits finds; none before the first.
    pub fn share(&self) -> Option<f64> {
        self.share_of(ROWS, COLUMNS)
    }

    /// The share that a cache of so many blocks finds which forgets nothing; none but for those of [`SIZES`].
    pub fn share_with(&self, blocks: u64) -> Option<f64> {
        let column = SIZES.iter().position(|size| *size == blocks)?;
        self.share_of(ROWS, column + 1)
    }

    fn share_of(&self, rows: usize, columns: usize) -> Option<f64> {
        (self.asked > 0).then(|| self.found_by(rows, columns) as f64 / self.asked as f64)
    }

    fn found_by(&self, rows: usize, columns: usize) -> u64 {
        self.found.chunks(COLUMNS).take(rows).flat_map(|row| &row[..columns]).sum()
    }

    /// What caches find of all that is ever found; none if nothing ever is.
    pub fn curve(&self) -> Option<ReuseCurve> {
        let all = self.found_by(ROWS, COLUMNS);
        if all == 0 {
            return None;
        }
        // From the last that finds nothing to the first that finds all.
        let bounds = |most: usize, found: &dyn Fn(usize) -> u64| {
            let first = (0..most).rfind(|k| found(*k) == 0).unwrap_or(0);
            let last = (0..most).find(|k| found(*k) == all).unwrap_or(most - 1);
            first..=last
        };
        let rows = bounds(LIFETIMES_S.len(), &|row| self.found_by(row + 1, COLUMNS));
        let columns = bounds(SIZES.len(), &|column| self.found_by(ROWS, column + 1));
        let share = |row: usize, column: usize| self.found_by(row + 1, column + 1) as f64 / all as f64;
        Some(ReuseCurve {
            lasts_s: rows.clone().map(|row| LIFETIMES_S[row]).collect(),
            holds_tokens: columns.clone().map(|column| SIZES[column] * self.unit).collect(),
            found: rows.map(|row| columns.clone().map(|column| share(row, column)).collect()).collect(),
        })
    }
}

/// What caches find of all that one without limits finds.
#[derive(Clone, Debug, PartialEq)]
pub struct ReuseCurve {
    /// Seconds after its last use that a block stays, rising.
    pub lasts_s: Vec<f64>,
    /// Tokens that fit, rising.
    pub holds_tokens: Vec<u64>,
    /// By lifetime and size: the share that is found.
    pub found: Vec<Vec<f64>>,
}

/// What was used, in the order of the last use.
#[derive(Clone, Debug, Default)]
struct Recent {
    /// The place of each in `uses`.
    places: HashMap<u64, usize, BuildHasherDefault<Mix>>,
    uses: Vec<Use>,
    /// Sums of the tokens in `uses`, as a binary indexed tree (P. Fenwick, Software: Practice and Experience 24, 1994).
    sums: Vec<u64>,
    tokens: u64,
}

/// A use; one that was not the last of its block has no tokens.
#[derive(Clone, Copy, Debug)]
struct Use {
    hash: u64,
    tokens: u64,
    at_s: f64,
}

impl Recent {
    /// When a block was last used, and the tokens of all that was used since, its own included.
    fn since(&self, hash: u64) -> Option<(f64, u64)> {
        let place = *self.places.get(&hash)?;
        Some((self.uses[place].at_s, self.tokens - self.before(place)))
    }

    fn use_now(&mut self, hash: u64, tokens: u64, at_s: f64) {
        if let Some(place) = self.places.get(&hash).copied() {
            self.forget(place);
        }
        if self.uses.len() > 1_024 + 2 * self.places.len() {
            self.close_up();
        }
        self.places.insert(hash, self.uses.len());
        self.push(Use { hash, tokens, at_s });
    }

    /// Tokens before a place.
    fn before(&self, mut place: usize) -> u64 {
        let mut sum = 0;
        while place > 0 {
            sum += self.sums[place - 1];
            place &= place - 1;
        }
        sum
    }

    fn push(&mut self, last: Use) {
        let end = self.uses.len() + 1;
        let sum = self.tokens - self.before(end & (end - 1)) + last.tokens;
        self.uses.push(last);
        self.sums.push(sum);
        self.tokens += last.tokens;
    }

    fn forget(&mut self, place: usize) {
        let tokens = std::mem::take(&mut self.uses[place].tokens);
        self.tokens -= tokens;
        let mut end = place + 1;
        while end <= self.sums.len() {
            self.sums[end - 1] -= tokens;
            end += end & end.wrapping_neg();
        }
    }

    /// Leaves out what is no longer the last use of anything.
    fn close_up(&mut self) {
        let uses = std::mem::take(&mut self.uses);
        self.sums.clear();
        self.tokens = 0;
        for last in uses.into_iter().filter(|one| one.tokens > 0) {
            self.places.insert(last.hash, self.uses.len());
            self.push(last);
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::float_cmp, reason = "shares of whole numbers are exact")]

    use super::*;

    /// A cache as it is: a list with the last used at its end, from which the beginning goes when it is too long, and what is too old.
    struct Plain {
        lasts_s: f64,
        holds: u64,
        list: Vec<(u64, u64, f64)>,
        found: u64,
    }

    impl Plain {
        fn read(&mut self, at_s: f64, blocks: &[u64], tokens: u64) {
            self.list.retain(|(_, _, used)| at_s - used <= self.lasts_s);
            let there = |hash: &&u64| self.list.iter().any(|(known, _, _)| known == *hash);
            self.found += tokens * blocks.iter().take_while(there).count() as u64;
            self.list.retain(|(known, _, _)| !blocks.contains(known));
            for (place, hash) in blocks.iter().enumerate().rev() {
                if !blocks[..place].contains(hash) {
                    self.list.push((*hash, tokens, at_s));
                }
            }
            while self.list.iter().map(|(_, tokens, _)| tokens).sum::<u64>() > self.holds {
                self.list.remove(0);
            }
        }
    }

    /// Prompts that grow out of one another, at random moments, some of them with blocks of another length.
    fn prompts(count: u64) -> Vec<(f64, Vec<u64>, u64)> {
        let mut state = 7_u64;
        let mut dice = move |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut at_s = 0.0;
        let mut made = Vec::new();
        for _ in 0..count {
            at_s += dice(4_000) as f64 / 1_000.0;
            // Lengths go with the tree, so that a block always has the same.
            let (tree, depth, branch) = (dice(40), 1 + dice(12), dice(3));
            let blocks = (0..depth).map(|k| 1_000 * tree + k + 100 * branch * u64::from(k > 4));
            made.push((at_s, blocks.collect(), [512, 700][(tree % 2) as usize]));
        }
        made
    }

    #[test]
    fn every_cache_finds_what_it_finds_request_by_request() {
        let prompts = prompts(3_000);
        let mut log = ReuseLog::new(512);
        for (at_s, blocks, tokens) in &prompts {
            log.read(*at_s, blocks, *tokens, 10 * tokens);
        }
        assert!(log.recent.uses.len() < 3_000, "closed up: {}", log.recent.uses.len());
        let rows: Vec<(usize, f64)> = [0, 3, 6, 8, 10].map(|row| (row, LIFETIMES_S[row])).to_vec();
        for (row, lasts_s) in [rows, vec![(ROWS - 1, f64::INFINITY)]].concat() {
            for column in [0, 2, 4, 6, 8, COLUMNS - 1] {
                let holds = SIZES.get(column).map_or(u64::MAX, |size| 512 * size);
                let mut plain = Plain { lasts_s, holds, list: Vec::new(), found: 0 };
                for (at_s, blocks, tokens) in &prompts {
                    plain.read(*at_s, blocks, *tokens);
                }
                assert_eq!(log.found_by(row + 1, column + 1), plain.found, "{lasts_s} s, {holds} tokens");
            }
        }
        assert_eq!(log.share_with(100), log.share_of(ROWS, 7));
        assert_eq!(log.share_with(3), None);
    }

    #[test]
    fn a_curve_goes_from_nothing_to_all() {
        let mut log = ReuseLog::new(512);
        assert_eq!((log.share(), log.curve()), (None, None));
        log.read(0.0, &[1, 2], 512, 1_024);
        assert_eq!((log.share(), log.curve()), (Some(0.0), None));
        // Its first block is found after 25 s; of the prompt before it was used last, so that it alone has to fit.
        log.read(25.0, &[1, 3], 512, 1_024);
        let curve = log.curve().unwrap();
        assert_eq!((curve.lasts_s, curve.holds_tokens), (vec![20.0, 30.0], vec![512]));
        assert_eq!((curve.found, log.share()), (vec![vec![0.0], vec![1.0]], Some(0.25)));
    }
}
