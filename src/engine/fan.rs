//! Fans: the distribution over all paths of each month's cash, of cash to date and of each fiscal year's.

use rayon::prelude::*;

use super::block::BLOCK;
use super::outcome::PERCENTILES;
use crate::lanes::{LANES, Lanes};
use crate::stats::{OrderedF32, Sketch, counted_tail};

/// What is told of one column.
#[derive(Clone, Copy, Default)]
pub(super) struct Spread {
    pub(super) percentiles: [f64; PERCENTILES.len()],
    /// Mean of the highest 5 %.
    pub(super) cvar95: f64,
}

/// The values of one block of paths: for each sixty-four paths all columns side by side, so that what months write one after
/// the other lies close together. Columns that lie whole would each be a page of their own: 12 % of a run's time.
#[derive(Default)]
pub(super) struct Sheet {
    columns: usize,
    /// `rows[path / 64 · columns + column][path % 64]`
    rows: Vec<[OrderedF32; LANES]>,
}

impl Sheet {
    pub(super) fn new(columns: usize) -> Self {
        Self { columns, rows: Vec::new() }
    }

    /// Whether anybody asked for fans.
    pub(super) fn is_kept(&self) -> bool {
        self.columns > 0
    }

    /// Makes room for the first `paths` paths: what a batch is about to write is cleared while it is in the cache, and what no
    /// path needs is never touched.
    pub(super) fn hold(&mut self, paths: usize) {
        let rows = self.columns * paths.div_ceil(LANES);
        if rows > self.rows.len() {
            self.rows.reserve_exact(self.columns * BLOCK.div_ceil(LANES) - self.rows.len());
            self.rows.resize(rows, [OrderedF32::default(); LANES]);
        }
    }

    /// Writes one value of the paths from `begin` on, as many as `width`; nothing where there are no columns.
    pub(super) fn write(&mut self, column: usize, values: &Lanes, begin: usize, width: usize) {
        if self.columns == 0 {
            return;
        }
        if width == LANES && begin.is_multiple_of(LANES) {
            OrderedF32::round(values, &mut self.rows[begin / LANES * self.columns + column]);
            return;
        }
        for (path, value) in (begin..).zip(&values[..width]) {
            self.rows[path / LANES * self.columns + column][path % LANES] = OrderedF32::from(*value as f32);
        }
    }

    /// Adds the values of neighboring columns, the first of them and those after it, of the first `paths` paths.
    fn read(&self, first: usize, paths: usize, columns: &mut [Vec<OrderedF32>]) {
        for (rows, begin) in self.rows.chunks(self.columns).zip((0..paths).step_by(LANES)) {
            let count = LANES.min(paths - begin);
            for (values, row) in columns.iter_mut().zip(&rows[first..]) {
                values.extend_from_slice(&row[..count]);
            }
        }
    }
}

/// All columns of a run: every value while they fit, and counts beyond; which one depends on the number of paths alone.
pub(super) enum Fans {
    /// The sheets of all blocks so far, with their paths.
    Exact(Vec<(Sheet, usize)>),
    Counted(Vec<Sketch>),
}

/// Up to so many paths quantiles are exact; beyond they are counted, in a tenth of the memory and half the time.
const MOST_EXACT: u64 = 1 << 15;

/// Bins of a column that is counted. They have equal relative width, so that a quantile is off by at most the share of itself
/// that half of one is: 2.5e-4 where the dearest path costs 16 times the cheapest, 5e-4 at 256 times, always far below what
/// the paths know of it. Half a processor's first cache.
const MOST_BINS: usize = 1 << 13;

impl Fans {
    /// For so many paths, perhaps more.
    pub(super) fn new(columns: usize, paths: u64) -> Self {
        if paths <= MOST_EXACT { Self::Exact(Vec::new()) } else { Self::Counted(sketches(columns)) }
    }

    /// Takes the sheets of blocks with their paths, in the order of paths, of which `done` came before.
    pub(super) fn extend<'a>(&mut self, done: u64, sheets: impl Iterator<Item = (&'a mut Sheet, usize)>) {
        let sheets: Vec<(&mut Sheet, usize)> = sheets.collect();
        let columns = sheets.first().map_or(0, |(sheet, _)| sheet.columns);
        let paths: usize = sheets.iter().map(|(_, paths)| paths).sum();
        if let Self::Exact(kept) = self {
            if done + paths as u64 <= MOST_EXACT {
                let keep = |(sheet, paths): (&mut Sheet, usize)| {
                    (std::mem::replace(sheet, Sheet::new(columns)), paths)
                };
                kept.extend(sheets.into_iter().map(keep));
                return;
            }
            let mut sketches = sketches(columns);
            count(&mut sketches, &kept.iter().map(|(sheet, paths)| (sheet, *paths)).collect::<Vec<_>>());
            *self = Self::Counted(sketches);
        }
        if let Self::Counted(sketches) = self {
            count(sketches, &sheets.iter().map(|(sheet, paths)| (&**sheet, *paths)).collect::<Vec<_>>());
        }
    }

    /// What is told of every column.
    pub(super) fn spreads(&self) -> Vec<Spread> {
        match self {
            Self::Exact(sheets) => {
                let sheets: Vec<_> = sheets.iter().map(|(sheet, paths)| (sheet, *paths)).collect();
                let mut spreads =
                    vec![Spread::default(); sheets.first().map_or(0, |(sheet, _)| sheet.columns)];
                each_column(&sheets, &mut spreads, |spread, values, _| *spread = exact(values));
                spreads
            }
            Self::Counted(sketches) => sketches.par_iter().map(counted).collect(),
        }
    }
}

/// Columns that are read together, so that what lies side by side is fetched at once.
const TOGETHER: usize = 8;

/// Does something with each of some columns, one `T` for each, and all its values in the order of paths.
fn each_column<T: Send>(
    sheets: &[(&Sheet, usize)],
    columns: &mut [T],
    of: impl Fn(&mut T, &mut [OrderedF32], &mut Vec<u32>) + Sync,
) {
    let paths = sheets.iter().map(|(_, paths)| paths).sum();
    let width = TOGETHER.min(columns.len());
    let room = || ((0..width).map(|_| Vec::with_capacity(paths)).collect::<Vec<_>>(), Vec::new());
    columns.par_chunks_mut(TOGETHER).enumerate().for_each_init(
        room,
        |(values, scratch), (place, columns)| {
            values.iter_mut().for_each(Vec::clear);
            for (sheet, paths) in sheets {
                sheet.read(place * TOGETHER, *paths, values);
            }
            for (column, values) in columns.iter_mut().zip(values) {
                of(column, values, scratch);
            }
        },
    );
}

fn exact(values: &mut [OrderedF32]) -> Spread {
    let (percentiles, cvar95) = counted_tail(values, &PERCENTILES, 0.95);
    Spread { percentiles: std::array::from_fn(|i| percentiles[i]), cvar95 }
}

fn counted(sketch: &Sketch) -> Spread {
    let percentiles = sketch.quantiles(&PERCENTILES);
    Spread { percentiles: std::array::from_fn(|i| percentiles[i]), cvar95: sketch.cvar(0.95) }
}

fn sketches(columns: usize) -> Vec<Sketch> {
    (0..columns).map(|_| Sketch::of_at_most(MOST_BINS)).collect()
}

/// Adds the values of some sheets to the sketches of their columns; all sheets at once, while a sketch is in the cache.
fn count(sketches: &mut [Sketch], sheets: &[(&Sheet, usize)]) {
    each_column(sheets, sketches, |sketch, values, scratch| sketch.extend(values, scratch));
}
