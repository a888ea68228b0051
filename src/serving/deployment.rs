//! An llm on GPUs, as one replica.

use std::sync::{Arc, Mutex, PoisonError};

use super::evidence::{Capacity, CapacityOf};
use super::latency::Lengths;
use super::replica::{Bound, Replica};
use super::setup::Setup;
use super::surface::{Asked, Surface};
use super::{Gpu, Llm, Memory, Size};
use crate::demand::{Faster, Targets};
use crate::diagnostic::Diagnostic;
use crate::distribution::{Distribution, LogNormal, Number, NumberOf, UnitOf};
use crate::document::{Id, Origin, Provenance, Reader, Reference};
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;
use crate::units;

/// `[deployment.<id>]`.
#[derive(Clone, Debug)]
pub struct Deployment {
    /// The llm.
    pub llm: Reference,
    /// The GPU it runs on.
    pub gpu: Reference,
    /// GPUs of one replica.
    pub gpus: f64,
    /// How the llm is run on them.
    pub setup: Setup,
    /// Whether the format of the weights was said.
    pub weights_said: bool,
    /// The evidence for its capacity.
    pub capacity: Capacity,
    /// Factor on latency: how wrong the evidence may be.
    pub capacity_error: Number,
    /// Name and place.
    pub origin: Origin,
    /// Tables of capacity that were made already: several strategies ask for the same.
    made: Made,
}

/// Tables of capacity by what they were made for.
type Made = Arc<Mutex<Vec<(Asked, Arc<Surface>)>>>;

/// Tokens of a stream's calls, as the llm counts them.
#[derive(Clone, Copy, Debug)]
pub struct CallTokens {
    /// Tokens in.
    pub input: Slot,
    /// The share of these that a prefix cache holds, if there is one.
    pub cached: Option<Slot>,
    /// Tokens out.
    pub output: Slot,
    /// How much faster tokens are written than the evidence says, if they are.
    pub faster: Option<Faster>,
    /// About how many there are on average: the middle of the table of capacity.
    pub mean: Lengths,
}

impl Deployment {
    /// Reads `[deployment.<id>]`.
    pub fn read(t: &mut Reader) -> Option<Self> {
        let llm = t.required("llm", Id("llm"), "the llm");
        let gpu = t.required("gpu", Id("gpu"), "the GPU it runs on");
        let setup = Setup::read(t);
        let capacity = t.required("capacity", CapacityOf, "what one replica can serve");
        let error = t.optional(
            "capacity_error",
            NumberOf(&units::FACTOR),
            "factor on latency: how wrong the evidence may be; lognormal around 1 with log sd 0.05 (measured), \
             0.11 (two points), 0.20 (one point, stated), 0.35 (roofline) if absent",
        );
        let (setup, weights_said) = setup?;
        let capacity = capacity?;
        let origin = t.place()?.origin();
        let capacity_error = error?.unwrap_or_else(|| default_error(&capacity, &origin));
        if capacity_error.known() == Some(0.0) {
            let help = "1 means that the evidence is right";
            t.refuse("capacity_error", "not-positive", "no time per token means endless capacity", help);
            return None;
        }
        let gpus = setup.gpus;
        let made = Made::default();
        Some(Self { llm: llm?, gpu: gpu?, gpus, setup, weights_said, capacity, capacity_error, origin, made })
    }

    /// llm calls that one replica serves per hour.
    ///
    /// Stated: tokens per hour over tokens per call that must be computed. Otherwise from a table made here, once, of the
    /// most that meets the targets ([`Surface`]).
    pub fn calls_per_hour(
        &self,
        llm: &Llm,
        gpu: Option<&Gpu>,
        targets: Targets,
        tokens: CallTokens,
        lookup: &mut dyn Lookup,
    ) -> Option<Slot> {
        let error = lookup.number(&self.capacity_error);
        let CallTokens { input, cached, output, faster, mean } = tokens;
        if let Capacity::Stated { tokens_per_hour } = self.capacity {
            let input = computed(input, cached, lookup);
            return Some(lookup.derive(
                "calls per replica-hour",
                &[input, output, error],
                Box::new(move |v, out| {
                    for i in 0..LANES {
                        out[i] = tokens_per_hour / ((v[input][i] + v[output][i]) * v[error][i]);
                    }
                }),
            ));
        }
        let range = faster.map_or([1.0; 2], |faster| faster.range);
        let asked = Asked { targets, mean, cached: cached.is_some(), faster: range };
        let surface = match self.surface(llm, gpu, asked) {
            Ok(surface) => surface,
            Err(mistake) => {
                lookup.refuse(*mistake);
                return None;
            }
        };
        let faster = faster.map(|faster| faster.factor);
        let inputs: Vec<Slot> = [input, output, error].into_iter().chain(cached).chain(faster).collect();
        Some(lookup.derive(
            "calls per replica-hour",
            &inputs,
            Box::new(move |v, out| {
                let [cached, faster] = [cached, faster].map(|slot| slot.map(|slot| &v[slot]));
                surface.fill(&v[input], &v[output], cached, faster, &v[error], out);
            }),
        ))
    }

    /// Calls per replica-hour as a table over what is uncertain. Not for stated capacities.
    ///
    /// # Errors
    /// See [`Replica::new`]; and where requests of mean length cannot meet the targets, or are longer than the llm takes.
    pub fn surface(
        &self,
        llm: &Llm,
        gpu: Option<&Gpu>,
        asked: Asked,
    ) -> Result<Arc<Surface>, Box<Diagnostic>> {
        let Asked { targets, mean, .. } = asked;
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        let known = made.iter().find(|(of, _)| *of == asked).map(|(_, surface)| Arc::clone(surface));
        drop(made);
        if let Some(surface) = known {
            return Ok(surface);
        }
        if let Some(context) = llm.context.filter(|context| *context < mean.context()) {
            let message = format!(
                "`{}` takes {context:.0} tokens in and out; a call of this traffic has {:.0} on average",
                self.llm.id,
                mean.context()
            );
            let help = "deploy an llm with a longer context, or shorten the calls";
            return Err(self.mistake("context-too-short", message, help));
        }
        let replica = Replica::new(self, llm, gpu)?;
        let surface = Surface::new(&replica, asked, self.capacity_error.known())
            .map_err(|bound| self.too_tight(&bound, targets))?;
        let surface = Arc::new(surface);
        self.made.lock().unwrap_or_else(PoisonError::into_inner).push((asked, Arc::clone(&surface)));
        Ok(surface)
    }

    /// The sizes of llm and GPU, where both are described.
    ///
    /// # Errors
    /// What is missing.
    pub fn sizes<'a>(
        &self,
        llm: &'a Llm,
        gpu: Option<&'a Gpu>,
    ) -> Result<(&'a Size, &'a Gpu), Box<Diagnostic>> {
        let kind = self.capacity.kind();
        let Some(size) = &llm.size else {
            let message = format!("`{kind}` needs the size of `{}`, which is not said", self.llm.id);
            let help = "say `parameters`, `layers`, `hidden` and `attention` of the llm, or take one of \
                        \"builtin:llms/open-weights.toml\" (`tokencast list llms`)";
            return Err(self.mistake("no-size", message, help));
        };
        let Some(gpu) = gpu else {
            let message = format!("`{kind}` needs the data sheet of `{}`, which is not there", self.gpu.id);
            let help = "use = [\"builtin:gpus/data-sheets.toml\"] has the usual ones (`tokencast list gpus`); or \
                        write `[gpu.<id>]` with its memory, bandwidth and speed";
            return Err(self.mistake("no-data-sheet", message, help));
        };
        if !self.weights_said {
            let message = format!("`{kind}` needs the format of the weights, which is not said");
            return Err(self.mistake("no-weights", message, "add `weights = \"fp8\"`, or another format"));
        }
        Ok((size, gpu))
    }

    fn mistake(&self, code: &'static str, message: String, help: &str) -> Box<Diagnostic> {
        Box::new(Diagnostic::error(code, self.origin.span, message).help(help.to_owned()))
    }

    pub(super) fn does_not_fit(&self, size: &Size, memory: &Memory) -> Box<Diagnostic> {
        let gb = |bytes: f64| format!("{:.1} GB", bytes / 1e9);
        let message = format!(
            "`{}` does not fit: its weights take {} of each GPU, {} more than there is",
            self.llm.id,
            gb(memory.weights),
            gb(-memory.room)
        );
        let word = self.setup.weights.word();
        let all = gb(self.setup.weight_bytes(size));
        self.mistake("does-not-fit", message, &format!("more GPUs, or fewer bits: in {word} it has {all}"))
    }

    pub(super) fn no_link(&self) -> Box<Diagnostic> {
        let message = format!("how fast one `{}` talks to another is not said", self.gpu.id);
        self.mistake("no-link", message, "add `link = \"450 GB /s\"` to the GPU, or use one GPU a replica")
    }

    pub(super) fn other_formats(&self) -> Box<Diagnostic> {
        let message = format!("nothing was measured with weights in {}", self.setup.weights.word());
        self.mistake("other-format", message, "formats are never mixed: measure this one, or deploy another")
    }

    fn too_tight(&self, bound: &Bound, targets: Targets) -> Box<Diagnostic> {
        let ms = |hours: f64| format!("{:.0} ms", hours * 3.6e6);
        let of = |name: &str, found: f64, most: Option<f64>| {
            most.filter(|most| found > *most).map(|most| format!("{name} {} against {}", ms(found), ms(most)))
        };
        let ttft = of("first token", bound.point.ttft_hours, targets.ttft_hours);
        let tpot = of("per token", bound.point.tpot_hours, targets.tpot_hours);
        let found: Vec<String> = ttft.into_iter().chain(tpot).collect();
        let message = format!(
            "no concurrency meets the latency targets; at {:.0}: {}",
            bound.point.concurrency,
            found.join(", ")
        );
        let help = "relax `targets` of the traffic, or deploy on faster GPUs";
        self.mistake("targets-too-tight", message, help)
    }
}

/// Tokens in that must be computed: what the prefix cache holds is not.
fn computed(input: Slot, cached: Option<Slot>, lookup: &mut dyn Lookup) -> Slot {
    let Some(cached) = cached else { return input };
    lookup.derive(
        "computed input tokens",
        &[input, cached],
        Box::new(move |v, out| {
            for i in 0..LANES {
                out[i] = v[input][i] * (1.0 - v[cached][i]);
            }
        }),
    )
}

/// The error of the evidence where the scenario does not say one ([`Capacity::log_error`]).
fn default_error(capacity: &Capacity, beside: &Origin) -> Number {
    let sigma = capacity.log_error();
    let distribution = LogNormal { mu: 0.0, sigma };
    let origin = Origin {
        address: format!("{}.capacity_error", beside.address),
        written: format!("lognormal with median 1, sigma {sigma}"),
        span: beside.span,
        provenance: Provenance { source: Some("tokencast default".into()), ..Provenance::default() },
    };
    debug_assert!(distribution.mean() > 0.0);
    Number { distribution: Arc::new(distribution), unit: UnitOf::default(), origin }
}
