//! How well the llm behind a supply does the work: a score by evaluation, and what changes it.

use super::{Definitions, Written};
use crate::diagnostic::{Diagnostic, Span};
use crate::distribution::Number;
use crate::document::Reference;
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;

/// The scores of an llm, and where they stand.
pub struct Scores<'a> {
    /// What people call it in a scenario: `acme/large`, `swallow-70b`.
    pub name: &'a str,
    /// By evaluation.
    pub measured: &'a [(String, Number)],
    /// Where the llm is defined.
    pub span: Span,
}

/// The score of an llm in one evaluation as a strategy meets it in a month: what was measured times all factors, plus all
/// changes, never below 0 nor above 1. Whatever acts on quality adds itself here.
#[derive(Clone, Debug)]
pub struct Score {
    measured: Slot,
    factors: Vec<Slot>,
    changes: Vec<Slot>,
}

impl Score {
    /// As it was measured.
    pub fn of(measured: &Number, lookup: &mut dyn Lookup) -> Self {
        Self { measured: lookup.number(measured), factors: Vec::new(), changes: Vec::new() }
    }

    /// Multiplied by these.
    #[must_use]
    pub fn times(mut self, factors: impl IntoIterator<Item = Slot>) -> Self {
        self.factors.extend(factors);
        self
    }

    /// With these added.
    #[must_use]
    pub fn plus(mut self, changes: impl IntoIterator<Item = Slot>) -> Self {
        self.changes.extend(changes);
        self
    }

    /// The score of the month.
    pub fn resolve(self, lookup: &mut dyn Lookup) -> Slot {
        let Self { measured, factors, changes } = self;
        if factors.is_empty() && changes.is_empty() {
            return measured;
        }
        let inputs: Vec<Slot> =
            [measured].into_iter().chain(factors.clone()).chain(changes.clone()).collect();
        lookup.derive(
            "score of the month",
            &inputs,
            Box::new(move |values, out| {
                for i in 0..LANES {
                    let scaled =
                        factors.iter().fold(values[measured][i], |score, factor| score * values[*factor][i]);
                    let changed = changes.iter().fold(scaled, |score, change| score + values[*change][i]);
                    out[i] = changed.clamp(0.0, 1.0);
                }
            }),
        )
    }
}

impl Definitions {
    /// The scores of the llm that an entry asks, whether it is a vendor's or one on GPUs; absent where a name is
    /// unknown.
    pub fn scores<'a>(&'a self, by: &'a Reference, supply: Option<&'a dyn Written>) -> Option<Scores<'a>> {
        let serves = supply.map_or(by, Written::serves);
        if let Some(card) = self.llm_of(serves) {
            return (!self.is_unclear(card)).then_some(Scores {
                name: &serves.id,
                measured: &card.quality,
                span: card.origin.span,
            });
        }
        let (_, deployment) = self.deployments.iter().find(|(id, _)| id.id == serves.id)?;
        let (id, llm) = self.llms.iter().find(|(id, _)| id.id == deployment.llm.id)?;
        Some(Scores { name: &id.id, measured: &llm.quality, span: llm.origin.span })
    }

    /// Where what an entry asks may process: a vendor's regions, or the site of a supply.
    pub fn regions(&self, by: &Reference, supply: Option<&dyn Written>) -> Vec<String> {
        match supply {
            Some(supply) => supply.regions(self),
            None => self.regions_of_llm(by),
        }
    }

    /// The regions in which a vendor sells an llm.
    pub(super) fn regions_of_llm(&self, llm: &Reference) -> Vec<String> {
        let card = self.llm_of(llm);
        card.map_or_else(Vec::new, |card| card.regions.iter().map(|(region, _)| region.clone()).collect())
    }
}

/// The mistake of asking an llm for work that needs a score which it does not say.
pub fn no_score(by: &Reference, evaluation: &str, needs: Span, scores: &Scores) -> Diagnostic {
    let message = format!("`{}` has no score for the evaluation `{evaluation}`", scores.name);
    Diagnostic::error("no-score", by.span, message)
        .label("asked to serve a traffic that needs one: an unknown score is none")
        .related(needs, "`needs_quality` of the traffic")
        .related(scores.span, "the llm")
        .help(format!("add `quality = {{ {evaluation} = \"… %\" }}` to it, or let another llm serve"))
}

/// The mistake of watching a score that an llm does not say.
pub fn no_score_of(llm: &Reference, evaluation: &str, named: Span, defined: Span) -> Diagnostic {
    let message = format!("`{}` has no score for the evaluation `{evaluation}`", llm.id);
    Diagnostic::error("no-score", named, message)
        .label("a programme cannot watch or change a score that is unknown")
        .related(defined, "the llm")
        .help(format!("add `quality = {{ {evaluation} = \"… %\" }}` to it"))
}
