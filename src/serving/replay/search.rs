//! The largest load that meets the goal, by search.

use super::Outcome;

/// A replay at a multiple of the trace's load.
#[derive(Clone, Debug)]
pub struct Load {
    /// Times of arrivals are divided by this.
    pub factor: f64,
    /// What was found.
    pub outcome: Outcome,
}

/// The outcome of a search.
#[derive(Clone, Debug)]
pub struct Search {
    /// All replays, by rising load.
    pub loads: Vec<Load>,
    /// The largest that met the goal, as a place in `loads`; none if no load did.
    pub best: Option<usize>,
}

/// Replays at rising loads until fewer than a share `least` of requests are good, then halves between; the result is within
/// `within` (a share) of the largest load that is good, as far as more load never does better. Some loads below it and
/// one above are replayed too, for tables and charts.
///
/// # Errors
/// The first of a replay.
pub fn largest_load<E>(
    mut run: impl FnMut(f64) -> Result<Outcome, E>,
    least: f64,
    within: f64,
) -> Result<Search, E> {
    const DOUBLINGS: i32 = 12;
    let mut loads: Vec<Load> = Vec::new();
    let mut at = |factor: f64| -> Result<bool, E> {
        let outcome = run(factor)?;
        let good = outcome.goodput() >= least;
        loads.push(Load { factor, outcome });
        Ok(good)
    };
    let (mut good, mut bad) = (None, None);
    let mut factor = 1.0;
    for _ in 0..DOUBLINGS {
        if at(factor)? {
            good = Some(factor);
        } else {
            bad = Some(factor);
        }
        match (good, bad) {
            (Some(_), Some(_)) => break,
            (Some(_), None) => factor *= 2.0,
            _ => factor *= 0.5,
        }
    }
    if let (Some(mut low), Some(mut high)) = (good, bad) {
        while high / low > 1.0 + within {
            let middle = (low * high).sqrt();
            if at(middle)? { low = middle } else { high = middle }
        }
        good = Some(low);
    }
    // The way to it, for tables and charts.
    for share in good.into_iter().flat_map(|good| [0.25, 0.5, 0.7, 0.85, 1.15].map(|share| share * good)) {
        at(share)?;
    }
    loads.sort_by(|a, b| a.factor.total_cmp(&b.factor));
    loads.dedup_by(|a, b| a.factor <= b.factor);
    let best = good.and_then(|good| loads.iter().position(|load| load.factor >= good));
    Ok(Search { loads, best })
}
