//! A fitted log as a traffic part.

use std::fmt::Write;

use super::card::quoted;
use super::traffic::{CACHES, FittedLengths, FittedTraffic};
use crate::calendar::AVERAGE_MONTH_HOURS;
use crate::serving::replay::ReuseCurve;
use crate::units::format_number;

/// A lognormal is written where it is no further than this from the log; else a histogram.
pub const CLOSE: f64 = 0.04;

/// How a part is named, and what a log of rates lacks.
#[derive(Clone, Debug, PartialEq)]
pub struct PartNames {
    /// Id of the traffic.
    pub id: String,
    /// The log.
    pub file: String,
    /// The day of its last request, where it has dates.
    pub as_of: Option<String>,
    /// The file with the hours of the week, as the scenario's folder knows it.
    pub week: Option<String>,
    /// Mean tokens in and out, said by hand for a log without lengths.
    pub tokens: Option<(f64, f64)>,
}

/// The part. None if lengths are neither in the log nor said.
pub fn traffic_part(fitted: &FittedTraffic, names: &PartNames) -> Option<String> {
    let mut text = comments(fitted, names);
    let _ = writeln!(text, "source   = {}", quoted(&format!("tokencast fit traffic, {}", names.file)));
    if let Some(day) = &names.as_of {
        let _ = writeln!(text, "as_of    = \"{day}\"");
    }
    let _ = write!(text, "evidence = \"computed\"\n\n[traffic.{}]\n", names.id);
    let month = fitted.rate * 3600.0 * AVERAGE_MONTH_HOURS;
    let _ = writeln!(text, "requests = \"{} /month\"", number(month));
    match (&names.week, &fitted.week) {
        (Some(file), Some(_)) => {
            let _ = writeln!(text, "week     = {{ csv = {}, column = \"load\" }}", quoted(file));
        }
        _ => text.push_str("# week = \"office\"   # the log does not cover a week: choose a shape, or all hours count alike\n"),
    }
    for (key, lengths, said) in [
        ("input_tokens", &fitted.input, names.tokens.map(|tokens| tokens.0)),
        ("output_tokens", &fitted.output, names.tokens.map(|tokens| tokens.1)),
    ] {
        match (lengths, said) {
            (Some(lengths), _) => lengths_into(&mut text, key, lengths),
            (None, Some(mean)) => {
                let _ = writeln!(text, "{key} = {}   # said by hand: the log has rates only", number(mean));
            }
            (None, None) => return None,
        }
    }
    if let Some(share) = fitted.prefix_share.filter(|share| *share > 0.0) {
        let _ = writeln!(
            text,
            "cacheable = \"{} %\"   # blocks of prompts that were read before, kept for ever",
            number(100.0 * share)
        );
    }
    if let Some(curve) = &fitted.prefix_reuse {
        prefix_lever_into(&mut text, curve, fitted.rate, &names.id);
    }
    if let (Some(curve), Some(repeats)) = (&fitted.repeats_reuse, fitted.repeats) {
        answers_lever_into(&mut text, curve, repeats, &names.id);
    }
    Some(text)
}

/// What prefix caches find, as a lever that a strategy may pull.
fn prefix_lever_into(text: &mut String, curve: &ReuseCurve, rate: f64, id: &str) {
    let sizes = curve.holds_tokens.iter().map(|size| format!("\"{} tokens\"", number(*size as f64)));
    let _ = write!(
        text,
        "\n# What prefix caches find of that, the longest unused given up first. More calls than in the log are taken for more users like\n\
         # these: time between uses stays, and as much more has to fit.\n\
         [lever.{id}-prefix-cache.prefix_cache]\non    = [\"{id}\"]\n\
         lasts = \"5 min\"   # what a vendor keeps; for a cache of your own say `size = \"300k tokens\"`\n\
         [lever.{id}-prefix-cache.prefix_cache.measured]\ncalls = \"{} /s\"\nholds = [{}]\nfound = [\n",
        number(rate),
        sizes.collect::<Vec<_>>().join(", ")
    );
    for (lasts, row) in curve.lasts_s.iter().zip(&curve.found) {
        let shares = row.iter().map(|share| number(*share)).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "  {{ lasts = \"{}\", shares = [{shares}] }},", lifetime(*lasts));
    }
    text.push_str("]\n");
}

/// What caches of answers find, as a lever.
fn answers_lever_into(text: &mut String, curve: &ReuseCurve, repeats: f64, id: &str) {
    let _ = write!(
        text,
        "\n# Whole prompts that were there before, block for block: what a cache of answers finds.\n\
         [lever.{id}-exact-cache.exact_cache]\non       = [\"{id}\"]\nlasts    = \"1 day\"   # how long you let an answer stand\n\
         measured = [\n"
    );
    for (lasts, row) in curve.lasts_s.iter().zip(&curve.found) {
        let share = number(row.last().copied().unwrap_or(0.0) * repeats);
        let _ = writeln!(text, "  {{ lasts = \"{}\", share = {share} }},", lifetime(*lasts));
    }
    text.push_str("]\n");
}

/// A lifetime at which a log counts, in the largest unit that it is a whole number of.
fn lifetime(seconds: f64) -> String {
    let units = [(86_400.0, "days"), (3_600.0, "h"), (60.0, "min")];
    let whole = units.into_iter().find(|(unit, _)| seconds % unit == 0.0);
    let (unit, name) = whole.unwrap_or((1.0, "s"));
    format!("{} {name}", number(seconds / unit))
}

fn comments(fitted: &FittedTraffic, names: &PartNames) -> String {
    let mut text = format!(
        "# Traffic of `{}`, written by `tokencast fit traffic`: {} requests in {} hours.\n",
        names.file.replace('\n', " "),
        number(fitted.requests.round()),
        number(fitted.span_s / 3600.0)
    );
    match fitted.rate_error {
        Some(error) => {
            let percent = number(100.0 * error);
            let _ = writeln!(
                text,
                "# The rate is known to {percent} % (standard error, from hours taken as independent)."
            );
        }
        None => text.push_str(
            "# Less than a day was seen: that all hours of a month are like these is an assumption.\n",
        ),
    }
    if let (Some(cv), Some(fano), Some(peak)) = (fitted.cv, fitted.fano, fitted.peak_minute) {
        let _ = writeln!(
            text,
            "# Burstiness: cv of the times between arrivals {} (`replay synthetic --cv`, `queue servers --arrival-cv`); variance over\n\
             # mean of a minute's requests {}; busiest minute {} times the mean.",
            number(cv),
            number(fano),
            number(peak)
        );
    }
    if let Some(correlation) = fitted.correlation {
        let _ = writeln!(
            text,
            "# Correlation of the logarithms of tokens in and out: {}; the part takes them as independent.",
            number(correlation)
        );
    }
    if fitted.prefix_share.is_some() {
        let caches = CACHES.iter().zip(fitted.prefix_by_cache);
        let caches = caches.filter_map(|(places, share)| {
            Some(format!("{} % with {}", number(100.0 * share?), number(*places as f64)))
        });
        let _ = writeln!(
            text,
            "# Blocks found in a cache of so many, the longest unused given up: {}.",
            caches.collect::<Vec<_>>().join(", ")
        );
    }
    text
}

fn lengths_into(text: &mut String, key: &str, lengths: &FittedLengths) {
    let [p50, p90, p99] = lengths.percentiles.map(number);
    let (mean, (median, sigma)) = (number(lengths.mean), lengths.lognormal);
    let _ = writeln!(
        text,
        "# {key}: mean {mean}, p50 {p50}, p90 {p90}, p99 {p99}; a lognormal is up to {} away (Kolmogorov–Smirnov)",
        number(lengths.ks)
    );
    if sigma < 1e-6 {
        let _ = writeln!(text, "{key} = {mean}");
    } else if lengths.ks <= CLOSE {
        let (median, sigma) = (number(median), number(sigma));
        let _ = writeln!(
            text,
            "{key} = {{ mean = {mean}, spread = {{ lognormal = {{ median = {median}, sigma = {sigma} }} }} }}"
        );
    } else {
        let rows =
            lengths.classes.iter().map(|class| format!("{{ value = {}, weight = 1 }}", number(*class)));
        let rows = rows.collect::<Vec<_>>();
        let rows = rows.chunks(4).map(|row| row.join(", ")).collect::<Vec<_>>().join(",\n  ");
        let _ = writeln!(text, "{key} = {{ mean = {mean}, spread = {{ discrete = [\n  {rows},\n] }} }}");
    }
}

/// The hours of a week as a CSV.
pub fn week_csv(week: &[f64]) -> String {
    let mut text = "load\n".to_owned();
    for hour in week {
        let _ = writeln!(text, "{hour:.6}");
    }
    text
}

/// Four significant digits, without commas.
fn number(value: f64) -> String {
    format_number(value, 4).replace(',', "")
}
