//! `manifest.json`: what went in, what came out, and how to get it again.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{File, Report, VERSION};

/// What a manifest lists beside the findings.
pub struct Inputs<'a> {
    /// Name and SHA-256 of every file that was read.
    pub hashes: &'a BTreeMap<String, String>,
    /// Overrides from the command line.
    pub set: &'a [String],
    /// Paths and precision that were asked for.
    pub precision: Option<f64>,
    /// Oldest and newest date of the figures, if any is dated.
    pub dates: Option<(String, String)>,
}

impl Report<'_> {
    /// The manifest of a run whose other files have these hashes. It says nothing about the machine or the time.
    pub fn manifest(&self, inputs: &Inputs, outputs: &BTreeMap<String, String>) -> File {
        let found = self.findings;
        let hashed = |files: &BTreeMap<String, String>| -> Vec<Value> {
            files.iter().map(|(name, hash)| json!({ "file": name, "sha256": hash })).collect()
        };
        let manifest = json!({
            "program": "tokencast",
            "version": VERSION,
            "scenario": { "file": self.file, "title": self.title(), "sha256": self.hash },
            "lang": self.pick("en", "ja"),
            "paths": found.paths,
            "seed": found.design.seed,
            "sampling": found.design.sampling.word(),
            "precision": inputs.precision,
            "set": inputs.set,
            "currency": found.currency,
            "start": found.months.first(),
            "months": found.months.len(),
            "strategies": found.strategies.iter().map(|s| &s.id).collect::<Vec<_>>(),
            "baseline": found.strategies[found.baseline].id,
            "figures_as_of": inputs.dates.as_ref().map(|(oldest, newest)| json!({ "oldest": oldest, "newest": newest })),
            "inputs": hashed(inputs.hashes),
            "outputs": hashed(outputs),
        });
        File { name: "manifest.json".into(), bytes: format!("{manifest:#}\n").into_bytes() }
    }
}
