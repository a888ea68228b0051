//! `[training.<id>.<kind>]`: retraining on a calendar.

use crate::calendar::YearMonth;
use crate::distribution::{Number, NumberOf, QuantityOf};
use crate::document::{Id, MonthOf, Plugin, Plugins, Reader, Reference, TableOf, Title, TitleOf};
use crate::lanes::{LANES, Slot};
use crate::process::Lookup;
use crate::units;

/// A programme of training runs.
#[derive(Clone, Debug)]
pub struct Programme {
    /// What is trained, in the words of the language: `lora`, `full`.
    pub kind: &'static str,
    /// What people call it.
    pub title: Option<Title>,
    /// The llm that is trained.
    pub llm: Reference,
    /// The month of the first cycle; the scenario's first if absent.
    pub from: Option<YearMonth>,
    /// Months from cycle to cycle.
    pub every_months: usize,
    /// Where the GPU-hours are rented: `vendor/gpu`.
    pub gpus: Reference,
    /// GPU-hours of one run.
    pub gpu_hours: Number,
    /// Recipes tried for one that ships.
    pub runs: Number,
    /// Share of runs that fail and are repeated.
    pub failed_runs: Number,
    /// Data of a cycle.
    pub data: Option<Data>,
    /// Evaluation of a cycle.
    pub evaluation: Option<Evaluation>,
}

/// Training data of one cycle.
#[derive(Clone, Debug)]
pub struct Data {
    items: Number,
    price: Number,
    review: Option<Number>,
    reject: Number,
    rework: Number,
}

/// Evaluation of one cycle.
#[derive(Clone, Debug)]
pub struct Evaluation {
    /// Cases that are run.
    pub cases: Number,
    /// Tokens in per case.
    pub input_tokens: Number,
    /// Tokens out per case.
    pub output_tokens: Number,
    /// The llm that judges: `vendor/llm`.
    pub judge: Reference,
    /// Who judges once that llm is retired.
    pub next_judge: Option<Reference>,
    /// Red team.
    pub red_team: Option<Number>,
}

/// The kinds of training that a scenario can name.
pub const KINDS: &[Plugin<Programme>] = &[
    Plugin {
        name: "lora",
        meaning: "low-rank adapters on frozen weights",
        example: EXAMPLE_LORA,
        read: |t| read(t, "lora"),
    },
    Plugin {
        name: "full",
        meaning: "all weights are trained",
        example: EXAMPLE_FULL,
        read: |t| read(t, "full"),
    },
];

const EXAMPLE_LORA: &str = "{ lora = { llm = \"swallow-70b\", cadence = { every = \"3 months\" }, gpus = \"cloud/h200\", \
                            compute = { gpu_hours = \"40 to 120 GPU-hours\" } } }";
const EXAMPLE_FULL: &str = "{ full = { llm = \"llama-8b\", cadence = { every = \"6 months\" }, gpus = \"cloud/h100\", \
                            compute = { gpu_hours = \"200 to 400 GPU-hours\" } } }";

/// Reads `[training.<id>]` with its kind as key.
pub fn programmes() -> Plugins<Programme> {
    Plugins(KINDS, "training")
}

fn read(t: &mut Reader, kind: &'static str) -> Option<Programme> {
    let title = t.optional("title", TitleOf, "what people call it");
    let llm = t.required("llm", Id("llm"), "the llm that is trained");
    let from = t.optional("from", MonthOf, "month of the first cycle; the scenario's first if absent");
    let every = t.required("cadence", TableOf(read_cadence), "when a cycle is due");
    let gpus =
        t.required("gpus", Id("GPU of a vendor, as vendor/gpu"), "where the GPU-hours are rented, on demand");
    let gpu_hours = t.required("compute", TableOf(read_compute), "compute of one run");
    let runs = t.or("runs", "1", NumberOf(&units::FACTOR), "recipes tried for one that ships");
    let failed =
        t.or("failed_runs", "0", NumberOf(&units::SHARE), "share of runs that fail and are repeated");
    let data = t.optional("data", TableOf(read_data), "training data of a cycle");
    let evaluation = t.optional("evaluation", TableOf(read_evaluation), "evaluation of a cycle");
    Some(Programme {
        kind,
        title: title?,
        llm: llm?,
        from: from?,
        every_months: every?,
        gpus: gpus?,
        gpu_hours: gpu_hours?,
        runs: runs?,
        failed_runs: failed?,
        data: data?,
        evaluation: evaluation?,
    })
}

fn read_cadence(t: &mut Reader) -> Option<usize> {
    let every =
        t.required("every", QuantityOf(&units::DURATION), "time from cycle to cycle, in whole months")?;
    let whole = every.unit.period.is_some_and(|period| !period.is_clock());
    if !whole || every.value < 1.0 || every.value.fract() != 0.0 {
        t.refuse(
            "every",
            "not-whole-months",
            "a calendar counts whole months",
            "write for example \"3 months\"",
        );
        return None;
    }
    Some(every.value as usize)
}

fn read_compute(t: &mut Reader) -> Option<Number> {
    t.required("gpu_hours", NumberOf(&units::GPU_HOURS), "GPU-hours of one run")
}

fn read_data(t: &mut Reader) -> Option<Data> {
    let items = t.required("items", NumberOf(&units::ITEMS), "examples that are needed");
    let price = t.required("price", NumberOf(&units::MONEY_PER_ITEM), "labeling of one example");
    let review = t.optional("review", NumberOf(&units::MONEY_PER_ITEM), "quality check of one example");
    let reject = t.or("reject", "0", NumberOf(&units::SHARE), "share that the check rejects");
    let rework = t.or("rework", "0", NumberOf(&units::FACTOR), "share that is done again");
    Some(Data { items: items?, price: price?, review: review?, reject: reject?, rework: rework? })
}

fn read_evaluation(t: &mut Reader) -> Option<Evaluation> {
    let cases = t.required("cases", NumberOf(&units::ITEMS), "cases that are run");
    let input = t.required("input_tokens", NumberOf(&units::TOKENS), "tokens in per case");
    let output = t.required("output_tokens", NumberOf(&units::TOKENS), "tokens out per case");
    let judge = t.required("judge", Id("llm of a vendor, as vendor/llm"), "the llm that judges");
    let next_judge =
        t.optional("next_judge", Id("llm of a vendor, as vendor/llm"), "who judges once that llm is retired");
    let red_team = t.optional("red_team", NumberOf(&units::MONEY), "red team of a cycle");
    Some(Evaluation {
        cases: cases?,
        input_tokens: input?,
        output_tokens: output?,
        judge: judge?,
        next_judge: next_judge?,
        red_team: red_team?,
    })
}

impl Programme {
    /// GPU-hours of a cycle: `hours · runs / (1 − failed)`.
    pub fn cycle_gpu_hours(&self, lookup: &mut dyn Lookup) -> Slot {
        let (hours, runs) = (lookup.number(&self.gpu_hours), lookup.number(&self.runs));
        let failed = lookup.number(&self.failed_runs);
        lookup.derive(
            "GPU-hours of a cycle",
            &[hours, runs, failed],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    out[i] = v[hours][i] * v[runs][i] / (1.0 - v[failed][i]).max(MIN_SUCCESS);
                }
            }),
        )
    }

    /// Whether a cycle is due in each month of the scenario.
    pub fn due(&self, lookup: &dyn Lookup) -> Vec<bool> {
        let timeline = lookup.timeline();
        let from = self.from.unwrap_or(timeline.start);
        timeline
            .months()
            .map(|month| {
                let age = from.months_until(month.label);
                age >= 0 && (age as usize).is_multiple_of(self.every_months)
            })
            .collect()
    }
}

/// A programme in which more than 99 of 100 runs fail is not planned.
const MIN_SUCCESS: f64 = 0.01;

impl Data {
    /// Examples that must be made for those needed: `n · (1 + rework) / (1 − reject)`.
    pub fn made(&self, lookup: &mut dyn Lookup) -> Slot {
        let (items, reject, rework) =
            (lookup.number(&self.items), lookup.number(&self.reject), lookup.number(&self.rework));
        lookup.derive(
            "examples made",
            &[items, reject, rework],
            Box::new(move |v, out| {
                for i in 0..LANES {
                    out[i] = v[items][i] * (1.0 + v[rework][i]) / (1.0 - v[reject][i]).max(MIN_SUCCESS);
                }
            }),
        )
    }

    /// The price of one made example: labeling and review.
    pub fn price(&self, lookup: &mut dyn Lookup) -> Slot {
        let price = lookup.number(&self.price);
        match &self.review {
            None => price,
            Some(review) => {
                let review = lookup.number(review);
                lookup.plus(price, review)
            }
        }
    }
}
