//! Where a programme runs, whether it fits there, and how long that takes.

use super::{Machines, Resolving};
use crate::diagnostic::Diagnostic;
use crate::document::Reference;
use crate::process::Lookup;
use crate::serving::{Gpu, Llm};
use crate::supply::find;
use crate::training::{Compute, Fit, Sizes};
use crate::units::format_number;

impl<'a> Resolving<'a> {
    /// Where it runs, and the data sheet of that GPU, if there is one.
    pub(super) fn machines(
        &self,
        gpus: &'a Reference,
        lookup: &mut dyn Lookup,
    ) -> Option<(Machines<'a>, Option<&'a Gpu>)> {
        let scenario = self.around.scenario;
        if let Some((_, id)) = gpus.halves() {
            scenario.definitions.gpu_offer(gpus, lookup)?;
            let sheet = scenario.definitions.gpus.iter().find(|(known, _)| known.id == id);
            return Some((Machines::Rented(gpus), sheet.map(|(_, gpu)| gpu)));
        }
        let supply = find("supply", &scenario.supplies, gpus, lookup)?;
        let asked = self.written.serve.iter().any(|serve| serve.by.id == gpus.id);
        if !supply.is_owned() || !asked {
            let why = if asked {
                "is not owned, so none of its GPUs are idle"
            } else {
                "serves nothing in this strategy"
            };
            let message = format!("`{}` cannot lend GPUs to `{}`: it {why}", gpus.id, self.wanted.id);
            lookup.refuse(
                Diagnostic::error("no-idle-gpus", gpus.span, message)
                    .label("expected an owned supply of the strategy, or vendor/gpu")
                    .help("rent by the hour with `gpus = \"vendor/gpu\"`"),
            );
            return None;
        }
        if !self.written.switches.is_empty() || !self.written.compare {
            let message = format!("`{}` trains on idle GPUs in a strategy that gives way", self.wanted.id);
            lookup.refuse(
                Diagnostic::error("idle-and-switching", gpus.span, message)
                    .help("rent by the hour with `gpus = \"vendor/gpu\"` where rules of `switch` act"),
            );
            return None;
        }
        let mut deployments = scenario.definitions.deployments.iter();
        let deployment = deployments.find(|(known, _)| known.id == supply.serves().id);
        let sheet = deployment.and_then(|(_, deployment)| scenario.definitions.gpu(&deployment.gpu));
        Some((Machines::Idle(gpus.id.clone()), sheet))
    }

    /// Sizes and speed, where the compute follows from tokens.
    #[allow(clippy::option_option, reason = "not needed and missing are different")]
    pub(super) fn sizes(
        &self,
        llm: &Llm,
        teacher: Option<(&Reference, &Llm)>,
        gpu: Option<&Gpu>,
        lookup: &mut dyn Lookup,
    ) -> Option<Option<Sizes>> {
        if !matches!(self.programme.compute, Some(Compute::FromTokens(_))) {
            return Some(None);
        }
        let mut lacking = |what: &Reference, lacks: &str, help: &str| {
            let message = format!("`{}` works its compute out from tokens, and {lacks}", self.wanted.id);
            lookup.refuse(Diagnostic::error("no-size", what.span, message).help(help.to_owned()));
        };
        let size_help = "say `parameters`, `layers`, `hidden` and `attention` of the llm, or `compute = { gpu_hours = … }`";
        let active = llm.size.as_ref().map(|size| size.active_parameters);
        if active.is_none() {
            lacking(&self.programme.llm, "the llm does not say its size", size_help);
        }
        let teaches = match teacher {
            None => Some(0.0),
            Some((named, llm)) => {
                let active = llm.size.as_ref().map(|size| size.active_parameters);
                if active.is_none() {
                    lacking(named, "the teacher does not say its size", size_help);
                }
                active
            }
        };
        if let (None, Some(gpus)) = (gpu, &self.programme.gpus) {
            lacking(gpus, "the GPU has no data sheet", "add `[gpu.<id>]` with `bf16`, or give the GPU-hours");
        }
        Some(Some(Sizes { active: active?, teacher: teaches?, speed: gpu?.bf16 }))
    }

    /// How the job lies on its GPUs, where sizes are known; refused if it does not fit.
    #[allow(clippy::option_option, reason = "unknown and refused are different")]
    pub(super) fn fit(
        &self,
        llm: &Llm,
        teacher: Option<(&Reference, &Llm)>,
        gpu: Option<&Gpu>,
        lookup: &mut dyn Lookup,
    ) -> Option<Option<Fit>> {
        let weights = llm.size.as_ref().map(|size| size.parameters);
        let teaches = teacher.map_or(Some(0.0), |(_, llm)| llm.size.as_ref().map(|size| size.parameters));
        let (Some(weights), Some(teaches), Some(gpu)) = (weights, teaches, gpu) else { return Some(None) };
        if self.programme.compute.is_none() {
            return Some(None);
        }
        let fit = self.programme.fit(weights, teaches, gpu.memory);
        if fit.fits(gpu.memory) {
            return Some(Some(fit));
        }
        let giga = |bytes: f64| format_number(bytes / 1e9, 4);
        let message = format!(
            "`{}` does not fit: {} training of `{}` needs {} GB, {} GPUs hold {} GB",
            self.wanted.id,
            self.programme.kind,
            self.programme.llm.id,
            giga(fit.bytes),
            fit.gpus,
            giga(Fit::usable(fit.gpus * gpu.memory)),
        );
        lookup.refuse(
            Diagnostic::error("does-not-fit", self.programme.origin.span, message)
                .label("weights, gradients and moments, with a tenth of the memory left for activations")
                .help(format!(
                    "use at least {} of them at once, or train fewer weights (`lora`)",
                    fit.fewest
                )),
        );
        None
    }

    /// Months that one run takes; 0 where its GPUs are not known. A calendar that is faster than that is refused.
    pub(super) fn run_months(
        &self,
        sizes: Option<Sizes>,
        gpus: Option<f64>,
        lookup: &mut dyn Lookup,
    ) -> Option<f64> {
        let hours = self.programme.mean_run_gpu_hours(sizes).zip(gpus).map(|(hours, gpus)| hours / gpus);
        let Some(hours) = hours else { return Some(0.0) };
        let months = hours / crate::calendar::AVERAGE_MONTH_HOURS;
        let every = self.programme.cadence.every_months;
        if every.is_none_or(|every| months <= every as f64) {
            return Some(months);
        }
        let takes = format_number(months, 2);
        let every = match every {
            Some(every) if every > 1 => format!("{every} months"),
            _ => "month".to_owned(),
        };
        let message = format!(
            "`{}` begins a cycle every {every}, and a run takes {takes} months on {} GPUs",
            self.wanted.id,
            gpus.unwrap_or(0.0)
        );
        lookup.refuse(
            Diagnostic::error("cadence-too-short", self.programme.origin.span, message)
                .label("the next cycle would begin before this one is done")
                .help("use more `gpus_at_once`, train less, or let `every` be longer"),
        );
        None
    }
}
