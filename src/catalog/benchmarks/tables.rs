//! Rows gathered into measured tables: what is there twice, saturated or alone is dropped and counted.

use std::collections::BTreeMap;

use super::{Key, Row, Seen};
use crate::math::{exp, ln};

/// Tokens in and out of a request.
pub(super) type Tokens = (f64, f64);
/// Concurrency, TTFT and TPOT in ms, with requests of some lengths.
pub(super) type Point = (Tokens, [f64; 3]);

/// All results of one llm on some GPUs.
#[derive(Clone, Debug, Default)]
pub struct Group {
    /// By tokens in and out: concurrency, TTFT and TPOT in ms, rising.
    pub tables: Vec<(Tokens, Vec<[f64; 3]>)>,
    /// One point, where there is no table.
    pub single: Option<Point>,
    /// The best speed without latencies, in tokens out per second.
    pub speed: Option<f64>,
}

/// What became of the rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The same figures again.
    pub duplicates: usize,
    /// Measured again: the mean was taken.
    pub repeated: usize,
    /// Beyond what the replica can serve: the first token waits in a queue.
    pub saturated: usize,
    /// Latency that fell as load rose, by noise: raised to the one before.
    pub raised: usize,
    /// Alone at their lengths, beside tables.
    pub alone: usize,
}

/// A first token later than this comes out of a queue.
const LATEST_MS: f64 = 10_000.0;
/// The first token waits this many times longer than the rise of load explains.
const JUMP: f64 = 4.0;

/// Gathers rows by what ran on what.
pub fn gather(rows: &[Row]) -> (BTreeMap<Key, Group>, Counts) {
    let (mut groups, mut counts) = (BTreeMap::<Key, Group>::new(), Counts::default());
    let mut points: BTreeMap<Key, Vec<Point>> = BTreeMap::new();
    for row in rows {
        match row.seen {
            Seen::Speed { tokens } => {
                let group = groups.entry(row.key.clone()).or_default();
                group.speed = Some(group.speed.map_or(tokens, |best| best.max(tokens)));
            }
            Seen::Latency { lengths, concurrency, ttft_ms, tpot_ms, flagged } => {
                let point = (lengths, [concurrency, ttft_ms, tpot_ms]);
                let all = points.entry(row.key.clone()).or_default();
                if all.contains(&point) {
                    counts.duplicates += 1;
                } else if flagged || ttft_ms > LATEST_MS {
                    counts.saturated += 1;
                } else {
                    all.push(point);
                }
            }
        }
    }
    for (key, mut all) in points {
        all.sort_by(|(a, p), (b, q)| {
            a.partial_cmp(b).unwrap_or(std::cmp::Ordering::Equal).then(p[0].total_cmp(&q[0]))
        });
        let group = groups.entry(key).or_default();
        for of_lengths in all.chunk_by(|(a, _), (b, _)| a == b) {
            let lengths = of_lengths[0].0;
            let table = front(of_lengths, &mut counts);
            match table.as_slice() {
                [] => {}
                [only] if group.single.is_none() => group.single = Some((lengths, *only)),
                [_] => counts.alone += 1,
                _ => group.tables.push((lengths, table)),
            }
        }
        if !group.tables.is_empty() && group.single.take().is_some() {
            counts.alone += 1;
        }
    }
    groups.retain(|_, group| !group.tables.is_empty() || group.single.is_some() || group.speed.is_some());
    (groups, counts)
}

/// The points of one pair of lengths by rising concurrency.
fn front(all: &[Point], counts: &mut Counts) -> Vec<[f64; 3]> {
    let mut table: Vec<[f64; 3]> = Vec::new();
    for same in all.chunk_by(|(_, a), (_, b)| a[0].total_cmp(&b[0]).is_eq()) {
        let mean =
            |of: usize| exp(same.iter().map(|(_, point)| ln(point[of])).sum::<f64>() / same.len() as f64);
        counts.repeated += same.len() - 1;
        let mut point = if same.len() > 1 { [same[0].1[0], mean(1), mean(2)] } else { same[0].1 };
        if let Some(before) = table.last() {
            if point[1] / before[1] > JUMP * point[0] / before[0] {
                counts.saturated += 1;
                continue;
            }
            if point[1] < before[1] || point[2] < before[2] {
                counts.raised += 1;
                point = [point[0], point[1].max(before[1]), point[2].max(before[2])];
            }
        }
        table.push(point);
    }
    table
}
