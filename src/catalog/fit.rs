//! How often and how far prices jump: rates by the Gamma posterior of a Poisson count, sizes by Student's t on the logarithm.

use super::tracks::Track;
use crate::math;

/// Jumps of all vendors together that a vendor's own sizes are weighed against.
const PRIOR_JUMPS: f64 = 4.0;
/// The same for the shares of cuts, of rises, and of moves that change nothing.
const PRIOR_SHARES: f64 = 2.0;
/// Log sizes of cuts where the log has fewer than two: the 25 cuts of tier prices that were seen from 2023 to 2026-03 have a
/// median of -47 %; the spread is assumed.
const USUAL_CUT: (f64, f64) = (-0.63, 0.5);

/// Events per year: a Gamma posterior.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Rate {
    /// Events seen.
    pub events: usize,
    /// Years watched.
    pub years: f64,
    /// Shape of the posterior.
    pub shape: f64,
    /// Its scale, per year.
    pub scale: f64,
}

impl Rate {
    /// The posterior of a rate after `events` in `years`, where one event was expected in `prior_years`.
    pub fn posterior(events: usize, years: f64, prior_years: f64) -> Self {
        Self { events, years, shape: 1.0 + events as f64, scale: 1.0 / (prior_years + years) }
    }

    /// Its mean, per year.
    pub fn mean(&self) -> f64 {
        self.shape * self.scale
    }

    /// A quantile of it, per year.
    pub fn quantile(&self, share: f64) -> f64 {
        math::gamma_quantile(self.shape, share) * self.scale
    }
}

/// The logarithm of the next jump: location, scale and degrees of freedom of Student's t.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Size {
    /// Jumps seen.
    pub jumps: usize,
    /// Location.
    pub location: f64,
    /// Scale.
    pub scale: f64,
    /// Degrees of freedom.
    pub freedom: f64,
}

impl Size {
    /// The predictive distribution of a normal sample under a conjugate prior of this mean and standard deviation, worth
    /// `PRIOR_JUMPS`. (A. Gelman et al., Bayesian Data Analysis, 3rd ed., section 3.3.)
    pub fn predictive(logs: &[f64], prior_mean: f64, prior_sd: f64) -> Self {
        let n = logs.len() as f64;
        let mean = if logs.is_empty() { 0.0 } else { logs.iter().sum::<f64>() / n };
        let squares: f64 = logs.iter().map(|log| (log - mean) * (log - mean)).sum();
        let (weight, freedom) = (PRIOR_JUMPS + n, PRIOR_JUMPS + n);
        let location = (PRIOR_JUMPS * prior_mean + n * mean) / weight;
        let apart = PRIOR_JUMPS * n / weight * (mean - prior_mean) * (mean - prior_mean);
        let variance = (PRIOR_JUMPS * prior_sd * prior_sd + squares + apart) / freedom;
        Self { jumps: logs.len(), location, scale: (variance * (1.0 + 1.0 / weight)).sqrt(), freedom }
    }

    /// A quantile of the logarithm.
    pub fn quantile(&self, share: f64) -> f64 {
        self.location + self.scale * student_t(self.freedom, share)
    }
}

/// The quantile of Student's t, by the incomplete beta function (Abramowitz and Stegun 26.7.1).
fn student_t(freedom: f64, share: f64) -> f64 {
    let tail = 2.0 * share.min(1.0 - share);
    if tail <= 0.0 || share.is_nan() {
        return f64::NAN;
    }
    let x = math::beta_quantile(freedom / 2.0, 0.5, tail);
    let t = (freedom * (1.0 - x) / x).sqrt();
    if share < 0.5 { -t } else { t }
}

/// What moves a vendor's prices.
#[derive(Clone, Debug)]
pub struct Moves {
    /// The vendor; empty for all together.
    pub vendor: String,
    /// llms or tiers watched.
    pub tracks: usize,
    /// How often.
    pub rate: Rate,
    /// Moves that left the price as it was.
    pub level: usize,
    /// Weights of no change, of a cut, of a rise; they sum to one.
    pub weights: [f64; 3],
    /// How far down.
    pub cut: Size,
    /// How far up.
    pub rise: Size,
}

/// Every vendor's moves, each weighed against those of all together; the vendors in the order of their ids.
pub fn fit(tracks: &[Track]) -> Vec<Moves> {
    let mut vendors: Vec<&str> = tracks.iter().map(|track| track.vendor.as_str()).collect();
    vendors.sort_unstable();
    vendors.dedup();
    let pool = Pool::of(tracks);
    vendors.into_iter().map(|vendor| pool.moves(vendor, tracks)).collect()
}

/// All vendors together.
struct Pool {
    years_per_event: f64,
    shares: [f64; 3],
    cut: (f64, f64),
    rise: (f64, f64),
}

impl Pool {
    fn of(tracks: &[Track]) -> Self {
        let logs: Vec<f64> = logs(tracks.iter());
        let years: f64 = tracks.iter().map(Track::years).sum();
        let [level, cuts, rises] = split(&logs);
        let all = (logs.len() as f64).max(1.0);
        let cut = mean_and_sd(&cuts).unwrap_or(USUAL_CUT);
        // Where hardly a price rose, a rise undoes a cut.
        let rise = mean_and_sd(&rises).unwrap_or((-cut.0, cut.1));
        let share = |part: &[f64]| (part.len() as f64 + 0.5) / (all + 1.5);
        // A price under one name does not move to where it was.
        let level = if level.is_empty() { 0.0 } else { share(&level) };
        Self {
            // Half an event where none was seen: the rate of Jeffreys' prior.
            years_per_event: years.max(0.1) / (logs.len() as f64).max(0.5),
            shares: [level, share(&cuts), share(&rises)],
            cut,
            rise,
        }
    }

    fn moves(&self, vendor: &str, tracks: &[Track]) -> Moves {
        let own: Vec<&Track> = tracks.iter().filter(|track| track.vendor == vendor).collect();
        let logs = logs(own.iter().copied());
        let [level, cuts, rises] = split(&logs);
        let years = own.iter().map(|track| track.years()).sum();
        let total: f64 = self.shares.iter().sum();
        let weight = |place: usize, seen: usize| {
            (PRIOR_SHARES * self.shares[place] / total + seen as f64) / (PRIOR_SHARES + logs.len() as f64)
        };
        Moves {
            vendor: vendor.to_owned(),
            tracks: own.len(),
            rate: Rate::posterior(logs.len(), years, self.years_per_event),
            level: level.len(),
            weights: [weight(0, level.len()), weight(1, cuts.len()), weight(2, rises.len())],
            cut: Size::predictive(&cuts, self.cut.0, self.cut.1),
            rise: Size::predictive(&rises, self.rise.0, self.rise.1),
        }
    }
}

fn logs<'a>(tracks: impl Iterator<Item = &'a Track>) -> Vec<f64> {
    tracks.flat_map(|track| track.moves.iter().map(|(_, log)| *log)).collect()
}

/// Level moves, cuts and rises.
fn split(logs: &[f64]) -> [Vec<f64>; 3] {
    let mut parts = [Vec::new(), Vec::new(), Vec::new()];
    for log in logs {
        let place = if *log < 0.0 { 1 } else { usize::from(*log > 0.0) * 2 };
        parts[place].push(*log);
    }
    parts
}

/// `None` for fewer than two.
fn mean_and_sd(values: &[f64]) -> Option<(f64, f64)> {
    let n = values.len() as f64;
    let mean = values.iter().sum::<f64>() / n;
    let squares: f64 = values.iter().map(|value| (value - mean) * (value - mean)).sum();
    // Two equal jumps do not mean that all jumps are equal.
    (values.len() >= 2).then(|| (mean, (squares / (n - 1.0)).sqrt().max(0.05)))
}

#[cfg(test)]
mod tests {
    use super::{Rate, Size, student_t};

    #[test]
    fn posteriors_have_their_closed_forms() {
        // Gamma(1 + n, prior + T): mean (1 + 3) / (5 + 15).
        let rate = Rate::posterior(3, 15.0, 5.0);
        assert!((rate.mean() - 0.2).abs() < 1e-15);
        // A Gamma of shape 1 is exponential: the median is ln 2 over the rate.
        let none = Rate::posterior(0, 7.0, 3.0);
        assert!((none.quantile(0.5) - std::f64::consts::LN_2 / 10.0).abs() < 1e-12);
        // Without jumps the prior predicts: t of 4 degrees around its mean, wider by sqrt(1 + 1/4).
        let size = Size::predictive(&[], -0.5, 0.4);
        assert!((size.location + 0.5).abs() < 1e-15 && (size.scale - 0.4 * 1.25f64.sqrt()).abs() < 1e-15);
        // 16 jumps of 0.2 and a prior of 4 at 0: location 0.16.
        assert!((Size::predictive(&[0.2; 16], 0.0, 0.3).location - 0.16).abs() < 1e-12);
    }

    /// Tables of Student's t: Abramowitz and Stegun, table 26.10.
    #[test]
    fn student_t_is_as_in_the_tables() {
        for (freedom, share, t) in [
            (1.0, 0.95, 6.314),
            (4.0, 0.95, 2.132),
            (10.0, 0.975, 2.228),
            (30.0, 0.05, -1.697),
            (5.0, 0.5, 0.0),
        ] {
            assert!((student_t(freedom, share) - t).abs() < 6e-4, "{freedom} {share}");
        }
    }
}
