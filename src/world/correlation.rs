//! Inputs that tend to move together: rank correlations between numbers, or between the months of diffusions.
//!
//! A rank correlation becomes the correlation of normal scores, `2·sin(π·rank/6)`, exact for a Gaussian copula (Pearson
//! 1907). All tables form one matrix over the addresses they name; pairs that no table names are independent. Scores are
//! mixed by its triangle in the order of names, so that the first keeps its own draws, and who is not named keeps all.

use std::collections::{BTreeMap, BTreeSet};

use super::nearest::nearest_correlation;
use super::program::Node;
use crate::diagnostic::{Diagnostic, Diagnostics, Span};
use crate::document::Reference;
use crate::math::{Matrix, cholesky, sin};
use crate::process::Reads;
use crate::text::did_you_mean;

/// `[correlation.<id>]`: each pair of these inputs has this rank correlation.
#[derive(Clone, Debug)]
pub struct Correlation {
    /// Addresses of inputs: all numbers, or all diffusions.
    pub between: Vec<Reference>,
    /// Spearman's rank correlation.
    pub rank: f64,
    /// Where it stands.
    pub place: Span,
}

/// For a node, the streams its scores are mixed from, with their weights.
pub(super) type Mixes = BTreeMap<usize, Vec<(f64, String)>>;

/// What correlations mean for the nodes of a world; none if a mistake was found.
pub(super) fn mixes(
    correlations: &[Correlation],
    nodes: &[Node],
    known: &dyn Fn(&str) -> bool,
    mistakes: &mut Diagnostics,
) -> Mixes {
    let drawn = drawn(nodes);
    let before = mistakes.len();
    let mut pairs = Pairs::new();
    for correlation in correlations {
        let mut kinds = Vec::new();
        for address in &correlation.between {
            match find(address, &drawn, known) {
                Ok(moves) => kinds.push(moves),
                Err(mistake) => mistakes.push(*mistake),
            }
        }
        let odd = kinds.iter().position(|kind| *kind != kinds[0]);
        if let Some(odd) = odd.filter(|_| kinds.len() == correlation.between.len()) {
            mistakes.push(mixed(correlation, odd));
        }
        collect(correlation, &mut pairs, mistakes);
    }
    if mistakes.len() > before {
        return Mixes::new();
    }
    let names: BTreeSet<&str> = pairs.keys().flat_map(|(a, b)| [*a, *b]).collect();
    let names: Vec<&str> = names.into_iter().collect();
    let scores = matrix(&names, |a, b| pairs.get(&(a, b)).map_or(0.0, |(rank, _)| *rank));
    let Some(lower) = cholesky(&scores) else {
        mistakes.push(impossible(&names, &pairs));
        return Mixes::new();
    };
    weights(&names, &lower, &drawn)
}

/// How an input is drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Moves {
    /// Once per path.
    Once,
    /// By one score a month.
    Monthly,
    /// In another way, which has no score to correlate.
    Otherwise,
}

/// Everything that draws, by name.
fn drawn(nodes: &[Node]) -> BTreeMap<&str, (usize, Moves)> {
    let mut drawn = BTreeMap::new();
    for (place, node) in nodes.iter().enumerate() {
        let (name, moves) = match node {
            Node::Draw(_, name) => (name, Moves::Once),
            Node::Process { process, name, .. } if process.reads() == Reads::Diffusion => {
                (name, Moves::Monthly)
            }
            Node::Process { process, name, .. } if process.words() > 0 => (name, Moves::Otherwise),
            _ => continue,
        };
        drawn.insert(name.as_str(), (place, moves));
    }
    drawn
}

fn find(
    address: &Reference,
    drawn: &BTreeMap<&str, (usize, Moves)>,
    known: &dyn Fn(&str) -> bool,
) -> Result<Moves, Box<Diagnostic>> {
    let id = address.id.as_str();
    let refuse = |code, message: String| Diagnostic::error(code, address.span, message);
    let parts: Vec<String> = drawn
        .keys()
        .filter(|name| name.starts_with(&format!("{id}.")))
        .map(|name| format!("`{name}`"))
        .collect();
    let parts = (!parts.is_empty()).then(|| format!("its uncertain parts are: {}", parts.join(", ")));
    match drawn.get(id) {
        Some((_, Moves::Otherwise)) => Err(refuse(
            "not-a-diffusion",
            format!("`{id}` moves in jumps, which have no rank to correlate"),
        )
        .label("expected a number, or a path that is geometric_brownian, mean_reverting, square_root or ar1")
        .help("let both follow one index")),
        Some((_, moves)) => Ok(*moves),
        None if known(id) => Err(refuse(
            "not-uncertain",
            format!("`{id}` draws nothing itself, so that nothing can vary with it"),
        )
        .label("expected an uncertain input")
        .help_if(parts)),
        None => {
            let close =
                did_you_mean(id, drawn.keys().copied()).map(|close| format!("did you mean `{close}`?"));
            Err(refuse("unknown-address", format!("no strategy has an uncertain input `{id}`"))
                .label("expected the address of an uncertain input")
                .help_if(close.or(parts)))
        }
    }
    .map_err(Box::new)
}

fn mixed(correlation: &Correlation, odd: usize) -> Diagnostic {
    let message = "a number that is drawn once cannot be correlated with a path that moves every month";
    Diagnostic::error("mixed-correlation", correlation.between[odd].span, message)
        .label("this is drawn in another way than the first")
        .related(correlation.between[0].span, "the first")
        .help("correlate numbers with numbers and paths with paths, or let both follow one index")
}

/// Ranks by pair of names, the smaller name first, and where each was said.
type Pairs<'a> = BTreeMap<(&'a str, &'a str), (f64, Span)>;

fn collect<'a>(correlation: &'a Correlation, pairs: &mut Pairs<'a>, mistakes: &mut Diagnostics) {
    for (i, a) in correlation.between.iter().enumerate() {
        for b in &correlation.between[i + 1..] {
            let pair = (a.id.as_str().min(&b.id), a.id.as_str().max(&b.id));
            if let Some((_, first)) = pairs.insert(pair, (correlation.rank, correlation.place)) {
                mistakes.push(
                    Diagnostic::error(
                        "given-twice",
                        b.span,
                        format!("`{}` and `{}` are correlated twice", pair.0, pair.1),
                    )
                    .label("a second time")
                    .related(first, "the first correlation"),
                );
            }
        }
    }
}

/// The correlations of scores for ranks by name.
fn matrix(names: &[&str], rank: impl Fn(&str, &str) -> f64) -> Matrix {
    let entry = |a: &str, b: &str| if a == b { 1.0 } else { score_correlation(rank(a.min(b), a.max(b))) };
    names.iter().map(|a| names.iter().map(|b| entry(a, b)).collect()).collect()
}

/// The correlation of two normal scores whose ranks have this correlation.
fn score_correlation(rank: f64) -> f64 {
    2.0 * sin(std::f64::consts::PI / 6.0 * rank)
}

/// The rank correlation of two normal scores, by bisection.
fn rank_correlation(score: f64) -> f64 {
    let (mut low, mut high) = (-1.0, 1.0);
    for _ in 0..60 {
        let middle = 0.5 * (low + high);
        if score_correlation(middle) < score {
            low = middle;
        } else {
            high = middle;
        }
    }
    0.5 * (low + high)
}

fn weights(names: &[&str], lower: &Matrix, drawn: &BTreeMap<&str, (usize, Moves)>) -> Mixes {
    let mix = |(row, name): (usize, &&str)| {
        // Scores stay standard to the last bit that rounding and a singular matrix leave.
        let length = lower[row].iter().map(|weight| weight * weight).sum::<f64>().sqrt();
        let parts: Vec<_> = names
            .iter()
            .zip(&lower[row])
            .filter(|(_, weight)| **weight != 0.0)
            .map(|(of, weight)| (weight / length, (*of).to_owned()))
            .collect();
        let own = parts.len() == 1 && parts[0].1 == **name;
        drawn.get(name).filter(|_| !own).map(|(place, _)| (*place, parts))
    };
    names.iter().enumerate().filter_map(mix).collect()
}

/// Says which ranks would have to move for all to be possible, and how far.
fn impossible(names: &[&str], pairs: &Pairs) -> Diagnostic {
    let said = |a: &str, b: &str| pairs.get(&(a, b)).map_or(0.0, |(rank, _)| *rank);
    let near = nearest_correlation(&matrix(names, said));
    let place = |name: &str| names.iter().position(|other| *other == name).unwrap_or(0);
    let rank = |a: &str, b: &str| rank_correlation(near[place(a)][place(b)]);
    // As printed, with three digits, the ranks shall be valid too: a little less of each surely is.
    let printed = |a: &str, b: &str, kept: f64| (1000.0 * kept * rank(a, b)).round() / 1000.0;
    let valid = |kept: &f64| cholesky(&matrix(names, |a, b| printed(a, b, *kept))).is_some();
    let kept = (0..1000).map(|i| 1.0 - f64::from(i) / 1000.0).find(valid).unwrap_or(0.0);
    let to = |a: &str, b: &str| printed(a, b, kept);
    let moved = |a: &str, b: &str| (to(a, b) - said(a, b)).abs() >= SHOWN;
    let worst = pairs
        .iter()
        .filter(|((a, b), _)| moved(a, b))
        .map(|((a, b), (rank, span))| ((to(a, b) - rank).abs(), *span))
        .max_by(|a, b| a.0.total_cmp(&b.0));
    let cell = |a: &str, b: &str| match (moved(a, b), pairs.contains_key(&(a, b))) {
        (false, _) => format!("{}", to(a, b)),
        (true, true) => format!("{} → {}", said(a, b), to(a, b)),
        (true, false) => format!("(0) → {}", to(a, b)),
    };
    let table = if names.len() <= WIDEST { triangle(names, &cell) } else { listed(names, &moved, &cell) };
    Diagnostic::error(
        "impossible-correlation",
        worst.map(|(_, span)| span),
        "these rank correlations cannot hold together",
    )
    .label("this one contradicts the others the most")
    .help("the nearest that can (Higham's alternating projections); `→` shows what moved, (0) was not said:")
    .table(table)
}

/// The smallest difference that three digits show.
const SHOWN: f64 = 0.0005;
/// The most inputs whose matrix has room on a terminal.
const WIDEST: usize = 6;

/// The lower triangle of a matrix, its columns numbered.
fn triangle(names: &[&str], cell: &dyn Fn(&str, &str) -> String) -> Vec<String> {
    let mut rows: Vec<Vec<String>> = vec![vec![String::new()]];
    rows[0].extend((1..=names.len()).map(|i| format!("({i})")));
    for (i, b) in names.iter().enumerate() {
        let mut row = vec![format!("({}) {b}", i + 1)];
        row.extend(names[..i].iter().map(|a| cell(a, b)));
        row.push("1".into());
        rows.push(row);
    }
    let widths: Vec<usize> = (0..=names.len())
        .map(|column| rows.iter().filter_map(|row| Some(row.get(column)?.chars().count())).max().unwrap_or(0))
        .collect();
    let line = |row: Vec<String>| {
        let cells: Vec<String> =
            row.iter().zip(&widths).map(|(text, width)| format!("{text:<width$}")).collect();
        cells.join("   ").trim_end().to_owned()
    };
    rows.into_iter().map(line).collect()
}

/// The pairs that moved, one a line.
fn listed(
    names: &[&str],
    moved: &dyn Fn(&str, &str) -> bool,
    cell: &dyn Fn(&str, &str) -> String,
) -> Vec<String> {
    let pairs = names.iter().enumerate().flat_map(|(i, b)| names[..i].iter().map(move |a| (*a, *b)));
    pairs.filter(|(a, b)| moved(a, b)).map(|(a, b)| format!("{a} with {b}: {}", cell(a, b))).collect()
}
