//! Prompt caches that go cold where a traffic is split.
//!
//! What is found in a cache was written to it by an earlier call. Where calls are spread over several vendors, each sees fewer of
//! those that share a prefix, and with a cache that forgets within minutes the hit rate falls about as the share does (an
//! assumption of ours for implicit caches; whoever pins its prompts says `split = "warm"`).

use super::led::times;
use super::strategy::Question;
use crate::demand::{Effects, Hits};
use crate::diagnostic::Diagnostic;
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;

/// The effects on a question: those on its stream, with a hit rate that is lower where somebody else gets a share.
pub(super) fn cooled(
    question: &Question,
    all: &[Question],
    effects: Effects,
    lookup: &mut dyn Lookup,
) -> Effects {
    if effects.cache_hits.is_none() || !effects.cache_splits {
        return effects;
    }
    let planned = if let Some(share) = question.led {
        share
    } else {
        let written = share(question, all, lookup);
        times(written, question.behind, lookup)
    };
    let Some(share) = planned else { return effects };
    // A rate that follows from the calls falls with them by itself.
    if !matches!(effects.cache_hits, Some(Hits::Reuse { .. })) {
        lookup.refuse(colder(question));
    }
    Effects { cache_share: Some(share), ..effects }
}

fn colder(question: &Question) -> Diagnostic {
    Diagnostic::warning(
        "cold-cache",
        question.serve.by.span,
        format!("`{}` gets a share of this traffic: its prefix cache hits less often", question.serve.by.id),
    )
    .label("the hit rate is multiplied by the share")
    .help("write `split = \"warm\"` in the lever where each keeps its cache warm whatever its share")
}

/// The share of a stream that somebody is planned to get; nothing where it may get all. Who comes behind an entry that takes what
/// is left gets what overflows, nobody knows how much: its cache is taken as it is said.
fn share(question: &Question, all: &[Question], lookup: &mut dyn Lookup) -> Option<Slot> {
    let of_stream = || {
        all.iter().filter(|other| {
            other.stream == question.stream && other.aside.never.is_none() && other.led.is_none()
        })
    };
    let own = |other: &&Question| other.serve.by.id == question.serve.by.id;
    let (mut given, mut taken) = (Vec::new(), Vec::new());
    for other in of_stream() {
        let Some(path) = &other.serve.share else {
            // The first that takes what is left gets what the shares before it leave.
            return if own(&other) {
                rest(&taken, lookup)
            } else {
                (!given.is_empty()).then(|| sum(&given, lookup))
            };
        };
        let slot = lookup.path(path)?;
        if own(&other) { given.push(slot) } else { taken.push(slot) }
    }
    (!given.is_empty()).then(|| sum(&given, lookup))
}

fn sum(shares: &[Slot], lookup: &mut dyn Lookup) -> Slot {
    shares[1..].iter().fold(shares[0], |sum, share| lookup.plus(sum, *share))
}

/// What shares leave; nothing where there are none.
fn rest(taken: &[Slot], lookup: &mut dyn Lookup) -> Option<Slot> {
    if taken.is_empty() {
        return None;
    }
    let taken = sum(taken, lookup);
    Some(lookup.derive(
        "share that is left",
        &[taken],
        Box::new(move |values, out| {
            for i in 0..LANES {
                out[i] = (1.0 - values[taken][i]).max(0.0);
            }
        }),
    ))
}
