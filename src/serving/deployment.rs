//! An llm on GPUs, as one replica.

use super::capacity::{Capacity, EVIDENCE};
use crate::demand::Targets;
use crate::diagnostic::Diagnostic;
use crate::distribution::{Distribution, LogNormal, Number, NumberOf, UnitOf};
use crate::document::{
    Id, MapOf, Origin, Plugins, Provenance, Reader, Reference, Text, Title, TitleOf, Whole,
};
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;
use crate::units;

/// `[llm.<id>]`: an llm with open weights.
#[derive(Clone, Debug)]
pub struct Llm {
    /// What people call it.
    pub title: Option<Title>,
    /// Its tokenizer.
    pub tokenizer: Option<Reference>,
    /// Its scores, by evaluation.
    pub quality: Vec<(String, Number)>,
    /// Name and place.
    pub origin: Origin,
}

impl Llm {
    /// Reads `[llm.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let title = t.optional("title", TitleOf, "what people call it");
        let tokenizer = t.optional("tokenizer", Id("tokenizer"), "its tokenizer");
        let quality = read_quality(t);
        Some(Self { title: title?, tokenizer: tokenizer?, quality: quality?, origin: t.place()?.origin() })
    }
}

fn read_quality(t: &mut Reader) -> Option<Vec<(String, Number)>> {
    let scores = MapOf("evaluation", NumberOf(&units::SHARE));
    let read = t.or("quality", "{}", scores, "its scores by evaluation, for traffics that need one");
    Some(read?.into_iter().map(|(evaluation, score)| (evaluation.id, score)).collect())
}

/// `[deployment.<id>]`.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The llm.
    pub llm: Reference,
    /// The GPU it runs on.
    pub gpu: Reference,
    /// GPUs of one replica.
    pub gpus: f64,
    /// The evidence for its capacity.
    pub capacity: Capacity,
    /// Factor on latency: how wrong the evidence may be.
    pub capacity_error: Number,
    /// Name and place.
    pub origin: Origin,
}

impl Deployment {
    /// Reads `[deployment.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let llm = t.required("llm", Id("llm"), "the llm");
        let gpu = t.required("gpu", Id("gpu"), "the GPU it runs on");
        let gpus = t.required("gpus", Whole(1, 1024), "GPUs of one replica");
        let _weights = t.optional("weights", Text("fp8"), "precision of the weights");
        let _kv_cache = t.optional("kv_cache", Text("fp8"), "precision of keys and values");
        let _engine = t.optional("engine", Text("vllm"), "the serving engine");
        let capacity =
            t.required("capacity", Plugins(EVIDENCE, "evidence of capacity"), "what one replica can serve");
        let error = t.optional(
            "capacity_error",
            NumberOf(&units::FACTOR),
            "factor on time per token: how wrong the evidence may be",
        );
        let capacity = capacity?;
        let origin = t.place()?.origin();
        let capacity_error = error?.unwrap_or_else(|| default_error(&capacity, &origin));
        if capacity_error.known() == Some(0.0) {
            let help = "1 means that the evidence is right";
            t.refuse("capacity_error", "not-positive", "no time per token means endless capacity", help);
            return None;
        }
        Some(Self { llm: llm?, gpu: gpu?, gpus: gpus? as f64, capacity, capacity_error, origin })
    }

    /// llm calls that one replica serves per hour, with these tokens per call (counted with the llm's tokenizer).
    ///
    /// Measured: `B / (TTFT · in/in₀ + (out − 1) · TPOT)` at the highest concurrency B within the targets, latencies times
    /// the error (throughput by Little's law). Stated: tokens per hour over tokens per call.
    pub fn calls_per_hour(
        &self,
        targets: Targets,
        tokens: (Slot, Slot),
        mean_input: f64,
        lookup: &mut dyn Lookup,
    ) -> Option<Slot> {
        let (input, output) = tokens;
        let error = lookup.number(&self.capacity_error);
        match &self.capacity {
            Capacity::Stated { tokens_per_hour } => {
                let speed = *tokens_per_hour;
                Some(lookup.derive(
                    "calls per replica-hour",
                    &[input, output, error],
                    Box::new(move |v, out| {
                        for i in 0..LANES {
                            out[i] = speed / ((v[input][i] + v[output][i]) * v[error][i]);
                        }
                    }),
                ))
            }
            Capacity::Measured { input_tokens, .. } => {
                let base = *input_tokens;
                let bound = match self.capacity.within(targets, mean_input / base) {
                    Ok(bound) => bound?.point,
                    Err(mistake) => {
                        lookup.refuse(Diagnostic { span: Some(self.origin.span), ..*mistake });
                        return None;
                    }
                };
                Some(lookup.derive(
                    "calls per replica-hour",
                    &[input, output, error],
                    Box::new(move |v, out| {
                        for i in 0..LANES {
                            let prefill = bound.ttft_hours * v[input][i] / base;
                            let decode = (v[output][i] - 1.0).max(0.0) * bound.tpot_hours;
                            out[i] = bound.concurrency / ((prefill + decode) * v[error][i]);
                        }
                    }),
                ))
            }
        }
    }
}

/// The error of a method where the scenario does not say one: log sd 0.05 for a measured table, 0.20 for one stated figure
/// (the second from the held-out error of a one-point method, 17 % MAPE; the first assumed; 2026-11-22).
fn default_error(capacity: &Capacity, beside: &Origin) -> Number {
    let sigma = match capacity {
        Capacity::Measured { .. } => 0.05,
        Capacity::Stated { .. } => 0.20,
    };
    let distribution = LogNormal { mu: 0.0, sigma };
    let origin = Origin {
        address: format!("{}.capacity_error", beside.address),
        written: format!("lognormal with median 1, sigma {sigma}"),
        span: beside.span,
        provenance: Provenance { source: Some("tokencast default".into()), ..Provenance::default() },
    };
    debug_assert!(distribution.mean() > 0.0);
    Number { distribution: std::sync::Arc::new(distribution), unit: UnitOf::default(), origin }
}
