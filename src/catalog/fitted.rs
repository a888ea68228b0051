//! Fitted moves of prices as a part: an index per vendor for named prices, and one for its tiers.

use std::fmt::Write;

use super::card::quoted;
use super::fit::{Moves, Size};
use super::tracks::{DAYS_A_YEAR, Track, Tracks};
use crate::calendar::Date;
use crate::math;

/// What was fitted.
pub struct Fitted {
    /// Named prices, by vendor.
    pub named: Vec<Moves>,
    /// Tiers, by vendor.
    pub tiers: Vec<Moves>,
    /// Spread of the logarithm of a generation's life in its tier, all vendors together.
    pub life_spread: f64,
    /// Changes that were taken for mistakes of the catalog.
    pub mistakes: usize,
    /// Names that always had the price of another.
    pub second_names: usize,
}

/// Spread of lives where fewer than five ended: assumed.
const USUAL_SPREAD: f64 = 0.5;

/// Fits what moves the prices of each vendor.
pub fn fitted(tracks: &Tracks) -> Fitted {
    Fitted {
        named: super::fit::fit(&tracks.named),
        tiers: super::fit::fit(&tracks.tiers),
        life_spread: life_spread(&tracks.tiers),
        mistakes: tracks.mistakes,
        second_names: tracks.second_names,
    }
}

/// Lives that began and ended in sight.
fn life_spread(tiers: &[Track]) -> f64 {
    let of = |track: &Track| -> Vec<f64> {
        let pairs = track.moves.windows(2);
        pairs.map(|pair| math::ln(pair[0].0.days_until(pair[1].0).max(30) as f64)).collect()
    };
    let logs: Vec<f64> = tiers.iter().flat_map(of).collect();
    if logs.len() < 5 {
        return USUAL_SPREAD;
    }
    let mean = logs.iter().sum::<f64>() / logs.len() as f64;
    let squares: f64 = logs.iter().map(|log| (log - mean) * (log - mean)).sum();
    (squares / (logs.len() - 1) as f64).sqrt()
}

/// The part.
pub fn fitted_part(fitted: &Fitted, file: &str, until: Date) -> String {
    let mut text = format!(
        "# How the list prices of vendors moved until {until}, written by `tokencast fit prices`.\n\
         # An llm follows it with `over_time = {{ follows = \"openai-prices\" }}` (the price of one name) or `\"…-tiers\"` (the newest llm\n\
         # of a tier). All llms that follow one index jump together; copy the table to `over_time` of an llm that jumps for itself.\n\
         # Rates: Gamma posterior of a Poisson count, weighed against one event at the rate of all vendors. Sizes: Student's t on\n\
         # the logarithm of three parts input and one part output, weighed against four jumps of all vendors; written as\n\
         # lognormal by its 5th and 95th percentile. {} changes were taken for mistakes of the catalog, {} names for second\n\
         # names of one llm, or of the latest. Tiers are told by name: llms that differ by their version alone.\n\
         source   = {}\n\
         as_of    = \"{until}\"\n\
         evidence = \"computed\"\n",
        fitted.mistakes,
        fitted.second_names,
        quoted(&format!("tokencast fit prices, {file}")),
    );
    for moves in &fitted.named {
        let _ = write!(text, "\n# {}\n[index.{}-prices.jumps]\n", counts(moves, "llm", "jump"), moves.vendor);
        let rate = &moves.rate;
        let _ = writeln!(
            text,
            "frequency = {{ gamma = {{ shape = {}, scale = \"{} /year\" }} }}",
            short(rate.shape),
            short(rate.scale)
        );
        let _ = writeln!(text, "factor    = {}", factor(moves));
    }
    for moves in &fitted.tiers {
        let _ = write!(
            text,
            "\n# {}\n[index.{}-tiers.succession]\n",
            counts(moves, "tier", "succession"),
            moves.vendor
        );
        let [low, high] = life_months(moves, fitted.life_spread).map(short);
        let _ =
            writeln!(text, "life   = {{ lognormal = {{ p5 = \"{low} months\", p95 = \"{high} months\" }} }}");
        let _ = writeln!(text, "factor = {}", factor(moves));
    }
    text
}

/// `openai: 41 llms, 61.2 llm-years, 5 jumps (4 cuts, 1 rise): 0.09 /year (90 % interval 0.04 to 0.16)`
fn counts(moves: &Moves, what: &str, event: &str) -> String {
    let rate = &moves.rate;
    let level = if moves.level > 0 { format!("{} at the old price, ", moves.level) } else { String::new() };
    format!(
        "{}: {} {what}s, {:.1} {what}-years, {} {event}s ({level}{} cuts, {} rises): {} /year (90 % interval {} to {})",
        moves.vendor,
        moves.tracks,
        rate.years,
        rate.events,
        moves.cut.jumps,
        moves.rise.jumps,
        short(rate.mean()),
        short(rate.quantile(0.05)),
        short(rate.quantile(0.95)),
    )
}

fn factor(moves: &Moves) -> String {
    let [level, cut, rise] = moves.weights;
    let lognormal = |size: &Size| {
        let at = |share| short(math::exp(size.quantile(share)));
        format!("{{ lognormal = {{ p5 = {}, p95 = {} }} }}", at(0.05), at(0.95))
    };
    let mut parts = Vec::new();
    if level > 0.0 {
        parts.push(format!("{{ weight = {}, of = 1 }}", short(level)));
    }
    parts.push(format!("{{ weight = {}, of = {} }}", short(cut), lognormal(&moves.cut)));
    parts.push(format!("{{ weight = {}, of = {} }}", short(rise), lognormal(&moves.rise)));
    format!("{{ mixture = [\n  {},\n] }}", parts.join(",\n  "))
}

/// Percentiles 5 and 95 of a generation's life: lognormal with the mean that the rate implies. Lives that have not ended
/// count in the rate, so that short ones do not weigh too much.
fn life_months(moves: &Moves, spread: f64) -> [f64; 2] {
    let months = DAYS_A_YEAR / (DAYS_A_YEAR / 12.0) / moves.rate.mean();
    let median = months * math::exp(-0.5 * spread * spread);
    let z = math::normal_quantile(0.95);
    [median * math::exp(-z * spread), median * math::exp(z * spread)]
}

/// Three significant digits.
fn short(value: f64) -> String {
    let power = |places: &i32| (0..*places).fold(value, |number, _| number * 10.0);
    let decimals = (1..9).find(|places| power(places) >= 99.95).unwrap_or(9) as usize;
    let text = format!("{value:.decimals$}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
