//! Tiers of a vendor: llms whose names differ by their version alone, one generation after another.

use std::collections::BTreeMap;

use super::tracks::{Series, Track};
use crate::calendar::Date;
use crate::math;

/// Words of a name that say nothing of its tier.
const NO_TIER: [&str; 10] =
    ["latest", "preview", "exp", "experimental", "beta", "turbo", "chat", "instruct", "it", "customtools"];
/// A successor at eight times the price, or an eighth, stands in another tier.
const OTHER_TIER: f64 = 8.0;

/// `gpt-4.1-mini-2025-04-14` is version 4.1 of the tier `gpt-mini`; `None` without a version.
///
/// The second number counts ten times, so that 4o stands between 4 and 4.1.
fn tier_and_version(llm: &str) -> Option<(String, Vec<u32>)> {
    if llm.contains([':', '/']) {
        return None; // a tuned llm, or another vendor's
    }
    let (mut tier, mut version, mut dated) = (Vec::new(), Vec::new(), false);
    for word in llm.split(['-', '_', '.', '@']).filter(|word| !word.is_empty()) {
        let digits = word.bytes().take_while(u8::is_ascii_digit).count();
        let number = |text: &str| text.parse::<u32>().ok();
        if digits == word.len() {
            // The day of a snapshot stands behind a version; where there is none, it is the version.
            dated |= digits > 2 && !version.is_empty();
            if !dated && version.len() < 2 {
                version.push(number(word)? * if version.is_empty() { 1 } else { 10 });
            }
        } else if digits > 0 && &word[digits..] == "o" {
            version.extend([number(&word[..digits])?, 5]);
        } else if let Some((letter, behind)) = word
            .split_at_checked(1)
            .filter(|(l, b)| l.as_bytes()[0].is_ascii_lowercase() && number(b).is_some())
        {
            // o3 is version 3 of `o`, v2 version 2.
            if letter != "v" {
                tier.push(letter.to_owned());
            }
            version.push(number(behind)?);
        } else if !NO_TIER.contains(&word) {
            tier.push(word.to_owned());
        }
    }
    tier.sort(); // claude-3-5-haiku and claude-haiku-4-5
    (!version.is_empty() && !tier.is_empty()).then(|| (tier.join("-"), version))
}

/// One generation: its version, the day it was first seen, and the name that was first.
struct Generation<'a> {
    version: Vec<u32>,
    starts: Date,
    series: &'a Series,
}

/// Every tier with at least one price, and a move at each succession.
pub(super) fn tiers(all: &[Series], last: Date) -> Vec<Track> {
    let mut tiers: BTreeMap<(&str, String), Vec<Generation<'_>>> = BTreeMap::new();
    for series in all {
        let Some((tier, version)) = tier_and_version(&series.llm) else { continue };
        let generations = tiers.entry((&series.vendor, tier)).or_default();
        let starts = series.starts();
        match generations.iter_mut().find(|generation| generation.version == version) {
            Some(old) if starts < old.starts => *old = Generation { version, starts, series },
            Some(_) => {}
            None => generations.push(Generation { version, starts, series }),
        }
    }
    tiers
        .into_iter()
        .filter_map(|((vendor, tier), generations)| track(vendor, tier, generations, last))
        .collect()
}

fn track(vendor: &str, tier: String, mut generations: Vec<Generation<'_>>, last: Date) -> Option<Track> {
    generations.sort_by(|a, b| (a.starts, &a.version).cmp(&(b.starts, &b.version)));
    let first = generations.first()?.starts;
    let mut now: Option<&Generation<'_>> = None;
    let mut moves = Vec::new();
    for next in &generations {
        let Some(old) = now else {
            now = Some(next);
            continue;
        };
        if next.version <= old.version {
            continue;
        }
        let ratio = next.series.at(next.starts)? / old.series.at(next.starts)?;
        if next.starts > first && (1.0 / OTHER_TIER..OTHER_TIER).contains(&ratio) {
            let log = if (ratio - 1.0).abs() < 1e-9 { 0.0 } else { math::ln(ratio) };
            moves.push((next.starts, log));
        }
        now = Some(next);
    }
    (last > first).then(|| Track { vendor: vendor.to_owned(), name: tier, starts: first, ends: last, moves })
}

#[cfg(test)]
mod tests {
    use super::tier_and_version;

    #[test]
    fn names_tell_tier_and_version() {
        for (name, tier, version) in [
            ("gpt-4.1-mini-2025-04-14", "gpt-mini", vec![4, 10]),
            ("gpt-4o-mini-2024-07-18", "gpt-mini", vec![4, 5]),
            ("gpt-5-2025-08-07", "gpt", vec![5]),
            ("gpt-4-32k-0314", "32k-gpt", vec![4]),
            ("claude-3-5-haiku-20241022", "claude-haiku", vec![3, 50]),
            ("claude-haiku-4-5-20251001", "claude-haiku", vec![4, 50]),
            ("gemini-2.5-flash-lite", "flash-gemini-lite", vec![2, 50]),
            ("o4-mini", "mini-o", vec![4]),
            ("mistral-large-2411", "large-mistral", vec![2411]),
            ("grok-3-mini-beta", "grok-mini", vec![3]),
        ] {
            assert_eq!(tier_and_version(name), Some((tier.to_owned(), version)), "{name}");
        }
        for name in ["deepseek-chat", "ft:gpt-4o-2024-08-06", "mistral-large-latest"] {
            assert_eq!(tier_and_version(name), None, "{name}");
        }
    }
}
