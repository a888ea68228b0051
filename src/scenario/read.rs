//! Decodes merged files: the scenario itself, and once more under each of its stresses.

use std::collections::{BTreeMap, BTreeSet};

use super::decode::Scenario;
use super::load::{Stressed, kind_words};
use super::stress::{Stress, stresses};
use super::{misplaced, unused, uses};
use crate::diagnostic::{Diagnostics, FileId, Sources, Span};
use crate::document::{
    At, Decode, Files, Found, Node, Provenance, Reference, Scale, Scope, Table, Title, Value,
    lay_over_scenario,
};

/// Decodes merged trees; mistakes of all of them are collected together.
pub(super) struct Decoder<'a> {
    pub(super) files: &'a dyn Files,
    pub(super) notes: BTreeMap<u32, Provenance>,
    pub(super) sources: Sources,
    pub(super) mistakes: Diagnostics,
    /// Addresses of definitions that were taken out of the tree because they are wrong.
    pub(super) lost: BTreeSet<String>,
    /// Addresses of what a `like` copies.
    pub(super) copied: BTreeSet<String>,
    /// Whether every file could be read. If not, what seems to be missing may stand in the others.
    pub(super) whole: bool,
}

/// What a tree became, and what was found on the way.
struct Decoded {
    scenario: Option<Scenario>,
    mistakes: Diagnostics,
    unknown: Diagnostics,
    numbers: BTreeSet<String>,
}

impl Decoder<'_> {
    /// The scenario as the files say it.
    pub(super) fn base(&mut self, tree: &Table) -> Option<Scenario> {
        let Decoded { scenario, mistakes, unknown, .. } = self.decode(tree.clone(), &[]);
        let mistakes = misplaced::explain(mistakes, tree, &self.sources);
        self.finish(scenario, mistakes, unknown)
    }

    /// The scenario with a stress laid over it; it has no stresses of its own.
    pub(super) fn stressed(&mut self, base: &Table, id: &Reference, stress: &Stress) -> Option<Stressed> {
        let mut tree = base.clone();
        tree.remove("stress");
        let set = match &stress.set {
            Some(Node { value: Value::Table(set), .. }) => set.clone(),
            _ => Table::default(),
        };
        lay_over_scenario(&mut tree, set.clone(), &kind_words());
        let Decoded { scenario, mistakes, unknown, numbers } = self.decode(tree.clone(), &stress.scale);
        let mut mistakes = misplaced::explain_stress(mistakes, base, &set);
        if self.whole {
            let read = scenario.is_some().then_some(&numbers);
            mistakes.extend(misplaced::unknown_scales(&stress.scale, &tree, read));
        }
        let mut scenario = self.finish(scenario, mistakes, unknown)?;
        scenario.unused = unused::unused_in_stress(base, &tree, &self.copied);
        let hazards: Vec<&str> = scenario.hazards.iter().map(|(id, _)| id.id.as_str()).collect();
        let (told, mistakes) = stress.told(&hazards, &scenario.timeline);
        self.mistakes.extend(mistakes);
        scenario.told = told;
        let title = stress.title.clone().unwrap_or_else(|| Title { en: id.id.clone(), ja: None });
        Some(Stressed { id: id.id.clone(), title, scenario })
    }

    fn decode(&mut self, tree: Table, scales: &[Scale]) -> Decoded {
        let root = root(tree);
        let scope =
            Scope::new(self.notes.clone(), std::mem::take(&mut self.sources), self.files).scaling(scales);
        let scenario = At::root(&root, &scope).read(Scenario::read);
        let Found { mistakes, sources, numbers, uses } = scope.into_found();
        self.sources = sources;
        let mut unknown = Diagnostics::new();
        if let Value::Table(tree) = &root.value {
            unknown.extend(uses::unknown_ids(tree, &uses, &self.lost));
            if scenario.is_none() {
                unknown.extend(uses::unknown_inputs(tree, &uses, &numbers));
            }
        }
        Decoded { scenario, mistakes, unknown, numbers }
    }

    /// Takes note of what was found; unknown ids go with the scenario, if there is one, to those of resolving.
    fn finish(
        &mut self,
        scenario: Option<Scenario>,
        mistakes: Diagnostics,
        unknown: Diagnostics,
    ) -> Option<Scenario> {
        if !self.whole {
            let missing = ["missing-key", "no-kind"];
            self.mistakes.extend(mistakes.into_iter().filter(|mistake| !missing.contains(&mistake.code)));
            return None;
        }
        self.mistakes.extend(mistakes);
        if let Some(scenario) = scenario {
            return Some(Scenario { unknown, ..scenario });
        }
        self.mistakes.extend(unknown);
        None
    }
}

/// The stresses of a scenario, as far as they can be read; what is wrong with one was noted with the scenario.
pub(super) fn stresses_of(tree: &Table) -> Vec<(Reference, Stress)> {
    let (Some(node), root) = (tree.get("stress"), root(tree.clone())) else { return Vec::new() };
    let scope = Scope::noting(BTreeMap::new());
    stresses().decode(&At::root(&root, &scope).inside("stress", node)).unwrap_or_default()
}

fn root(tree: Table) -> Node {
    Node { span: Span::new(FileId(0), 0..0), value: Value::Table(tree) }
}
