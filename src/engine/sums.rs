//! Sums of a block, month by month: of sixty-four paths at a time, so that no thread count or batch width changes a rounding.
#![allow(clippy::inline_always, reason = "a loop over lanes vectorizes only when its body is inlined")]

use multiversion::multiversion;

use crate::finance::{Component, Ledger, Measure, View};
use crate::lanes::{self, LANES, Lanes};
use crate::random::PARTS;

/// Sums are formed of every eighth path, then of these: vector arithmetic that is the same for any batch width.
const STRIDE: usize = 8;
type Partial = [f64; STRIDE];

/// A sum over all paths of a block.
#[derive(Clone, Copy)]
pub(super) struct Sum {
    closed: f64,
    /// Of the sixty-four paths that batches have begun and not filled.
    open: Partial,
}

impl Sum {
    pub(super) const ZERO: Self = Self { closed: 0.0, open: [0.0; STRIDE] };

    /// Adds some paths of the block from `begin` on.
    pub(super) fn add(&mut self, values: &[f64], begin: usize) {
        match values.try_into() {
            Ok(all) if begin.is_multiple_of(LANES) => self.closed += total(all),
            _ => each_row(values, begin, LANES, &mut self.open, |_, sum| self.closed += sum),
        }
    }

    /// All of it.
    pub(super) fn total(&self) -> f64 {
        self.closed + pairs(&self.open)
    }
}

/// Adds paths from `begin` on, all of one row.
fn add_to_open(values: &[f64], begin: usize, open: &mut Partial) {
    for (path, value) in (begin..).zip(values) {
        open[path % STRIDE] += value;
    }
}

/// Adds paths from `begin` on to what is open of a row of so many; tells the sum of each row that they fill, and its place.
fn each_row(
    mut values: &[f64],
    mut begin: usize,
    row: usize,
    open: &mut Partial,
    mut filled: impl FnMut(usize, f64),
) {
    while !values.is_empty() {
        let (inside, rest) = values.split_at(values.len().min(row - begin % row));
        add_to_open(inside, begin, open);
        if (begin + inside.len()).is_multiple_of(row) {
            filled(begin / row, pairs(open));
            *open = [0.0; STRIDE];
        }
        (begin, values) = (begin + inside.len(), rest);
    }
}

/// Sums of the pieces of a block.
#[derive(Clone)]
struct Pieces {
    sums: [f64; PARTS],
    /// Of the piece that batches have begun and not filled.
    open: Partial,
}

impl Pieces {
    const ZERO: Self = Self { sums: [0.0; PARTS], open: [0.0; STRIDE] };

    /// Adds some paths of the block; `sum` is that of all sixty-four.
    fn add(&mut self, values: &Lanes, sum: f64, of: Added) {
        let Self { sums, open } = self;
        if of.is_whole() && of.piece == LANES {
            sums[of.begin / LANES] += sum;
        } else {
            each_row(&values[..of.width], of.begin, of.piece, open, |place, sum| sums[place] += sum);
        }
    }

    fn close(&mut self, place: usize) {
        self.sums[place] += pairs(&self.open);
        self.open = [0.0; STRIDE];
    }
}

/// Sums of one strategy and month: little enough that those of all months stay near the processor while batch after batch adds to them.
#[derive(Clone)]
pub(super) struct MonthSums {
    posted: u64,
    measures: [f64; Measure::COUNT],
    components: [f64; Component::COUNT],
    cash: Pieces,
    margin: Pieces,
}

/// What narrow batches have begun and not filled, of each component and measure.
pub(super) type Begun = [Partial; Component::COUNT + Measure::COUNT];
/// Nothing is begun.
pub(super) const NOTHING_BEGUN: Begun = [[0.0; STRIDE]; Component::COUNT + Measure::COUNT];

/// The paths of the block that are added.
#[derive(Clone, Copy)]
pub(super) struct Added {
    pub(super) begin: usize,
    pub(super) width: usize,
    /// Paths of a piece.
    pub(super) piece: usize,
}

impl Added {
    /// Whether they are a whole row of sums.
    pub(super) fn is_whole(self) -> bool {
        self.begin.is_multiple_of(LANES) && self.width == LANES
    }
}

impl MonthSums {
    pub(super) const ZERO: Self = Self {
        posted: 0,
        measures: [0.0; Measure::COUNT],
        components: [0.0; Component::COUNT],
        cash: Pieces::ZERO,
        margin: Pieces::ZERO,
    };

    /// Adds a month of sixty-four paths, and says what of it is cash.
    pub(super) fn add(&mut self, ledger: &Ledger, cash: &mut Lanes) {
        let (components, posted) = ledger.components();
        self.posted |= posted;
        if posted & CASH == 0 {
            *cash = Lanes::ZERO;
        }
        add_components(components, posted, &mut self.components, cash);
        let (measures, measured) = ledger.measures();
        add_measures(measures, measured, &mut self.measures);
    }

    /// Adds a month of fewer paths, row by row.
    pub(super) fn add_narrow(&mut self, ledger: &Ledger, of: Added, begun: &mut Begun, cash: &mut Lanes) {
        self.posted |= ledger.components().1;
        *cash = ledger.total(View::Cash);
        let mut from = 0;
        while from < of.width {
            let (begin, to) = (of.begin + from, of.width.min(from + LANES - (of.begin + from) % LANES));
            let (components, measures) = begun.split_at_mut(Component::COUNT);
            for component in Component::ALL.into_iter().filter(|component| ledger.has(*component)) {
                let values = &ledger.component(component)[from..to];
                add_to_open(values, begin, &mut components[component as usize]);
            }
            for measure in Measure::ALL.into_iter().filter(|measure| ledger.has_measured(*measure)) {
                let values = &ledger.measured(measure)[from..to];
                add_to_open(values, begin, &mut measures[measure as usize]);
            }
            // Also of what was not posted this time: a row is a row, however wide the batches are that it is made of.
            if (of.begin + to).is_multiple_of(LANES) {
                self.close_rows(begun);
            }
            from = to;
        }
    }

    /// What is begun is a row.
    fn close_rows(&mut self, begun: &mut Begun) {
        for (sum, open) in self.components.iter_mut().chain(&mut self.measures).zip(begun) {
            *sum += pairs(open);
            *open = [0.0; STRIDE];
        }
    }

    /// Adds the month's cash to its pieces; `sum` is that of sixty-four paths.
    pub(super) fn add_cash(&mut self, cash: &Lanes, sum: f64, of: Added) {
        self.cash.add(cash, sum, of);
    }

    /// Adds what the month's revenue exceeds its cash by.
    pub(super) fn add_margin(&mut self, margin: &Lanes, of: Added) {
        self.margin.add(margin, total(margin), of);
    }

    /// No more paths come: what is begun is all there is. `place` is that of the last piece, if it is not full.
    pub(super) fn close(&mut self, begun: Option<&mut Begun>, place: Option<usize>) {
        if let Some(begun) = begun {
            self.close_rows(begun);
        }
        if let Some(place) = place {
            self.cash.close(place);
            self.margin.close(place);
        }
    }

    pub(super) fn component(&self, component: usize) -> f64 {
        self.components[component]
    }

    pub(super) fn posted(&self, component: usize) -> bool {
        self.posted & (1 << component) != 0
    }

    pub(super) fn measure(&self, measure: usize) -> f64 {
        self.measures[measure]
    }

    /// The month's cash, by piece.
    pub(super) fn cash(&self) -> &[f64; PARTS] {
        &self.cash.sums
    }

    /// What the month's revenue exceeds its cash by, by piece; zero where nothing earns.
    pub(super) fn margin(&self) -> &[f64; PARTS] {
        &self.margin.sums
    }
}

/// The sum of every eighth path of a row.
#[inline(always)]
fn eighths(row: &[f64; LANES]) -> Partial {
    let mut partial = [0.0; STRIDE];
    for eight in row.as_chunks::<STRIDE>().0 {
        for i in 0..STRIDE {
            partial[i] += eight[i];
        }
    }
    partial
}

/// The sum of eight, two by two.
#[inline(always)]
fn pairs(eight: &Partial) -> f64 {
    let four: [f64; 4] = std::array::from_fn(|i| eight[i] + eight[i + 4]);
    (four[0] + four[2]) + (four[1] + four[3])
}

/// The sum of a row.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn total(row: &[f64; LANES]) -> f64 {
    pairs(&eighths(row))
}

/// Components that count as cash, a bit for each.
const CASH: u64 = View::Cash.components();

/// Adds the components that are posted to their sums; those that are cash are a total, if there are any.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn add_components(
    components: &[Lanes; Component::COUNT],
    posted: u64,
    sums: &mut [f64; Component::COUNT],
    cash: &mut Lanes,
) {
    let first = (posted & CASH).trailing_zeros() as usize;
    for c in lanes::each(posted) {
        let mut partial = [0.0; STRIDE];
        let rows = components[c].as_chunks::<STRIDE>().0.iter().zip(cash.as_chunks_mut::<STRIDE>().0);
        if c == first {
            for (eight, cash) in rows {
                for i in 0..STRIDE {
                    partial[i] += eight[i];
                }
                *cash = *eight;
            }
        } else if CASH & (1 << c) != 0 {
            for (eight, cash) in rows {
                for i in 0..STRIDE {
                    partial[i] += eight[i];
                    cash[i] += eight[i];
                }
            }
        } else {
            partial = eighths(&components[c]);
        }
        sums[c] += pairs(&partial);
    }
}

/// Adds the measures that there are to their sums.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
fn add_measures(measures: &[Lanes; Measure::COUNT], measured: u64, sums: &mut [f64; Measure::COUNT]) {
    for m in lanes::each(measured) {
        sums[m] += pairs(&eighths(&measures[m]));
    }
}

/// Adds a month's cash to date, discounted, and in the year if anybody asks; gives its sum over the paths.
#[multiversion(targets("x86_64+avx512f+avx512dq+avx512vl+avx512bw", "x86_64+avx+avx2"))]
pub(super) fn add_month(
    cash: &Lanes,
    discount: &Lanes,
    cumulative: &mut Lanes,
    year: Option<&mut Lanes>,
    npv: &mut Lanes,
) -> f64 {
    for i in 0..LANES {
        cumulative[i] += cash[i];
        npv[i] += cash[i] * discount[i];
    }
    if let Some(year) = year {
        for i in 0..LANES {
            year[i] += cash[i];
        }
    }
    pairs(&eighths(cash))
}
