//! GPUs and llms that are hired for training, judging and checking: they meet what becomes of their vendors.

use tokencast::finance::Component;
use tokencast::model::resolve;
use tokencast::scenario::load;

use super::moved::by_month;
use super::support::close;
use super::whole::{Text, run};

/// A cycle every three months from January 2027 on: 100 GPU-hours for 200 USD, and a judge for 10 USD.
fn text(next: &str, more: &str) -> String {
    format!(
        "title = \"Hired\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 24\n\
         [traffic.work]\nrequests = \"1M /month\"\ninput_tokens = 1000\noutput_tokens = 500\nshed_cost = \"1 USD /request\"\n\
         [llm.open]\n\
         [vendor.cloud.gpu.h100]\nrates = {{ on_demand = \"2 USD /GPU-hour\" }}\n\
         [vendor.spare.gpu.h100]\nrates = {{ on_demand = \"3 USD /GPU-hour\" }}\n\
         [vendor.acme.llm.judge]\nrates = {{ input = \"1 USD /Mtok\", output = \"4 USD /Mtok\" }}\n\
         [vendor.other.llm.judge]\nrates = {{ input = \"2 USD /Mtok\", output = \"4 USD /Mtok\" }}\n\
         [vendor.stays.llm.large]\nrates = {{ input = \"1 USD /Mtok\", output = \"4 USD /Mtok\" }}\n\
         [training.tune.lora]\nllm = \"open\"\ncadence = {{ every = \"3 months\" }}\ngpus = \"cloud/h100\"\n\
         compute = {{ gpu_hours = \"100 GPU-hours\" }}\n{}\n\
         evaluation = {{ cases = 10000, input_tokens = 1000, output_tokens = 0, judge = \"acme/judge\"{} }}\n\
         [strategy.go]\nserve = [{{ traffic = \"work\", by = \"stays/large\" }}]\ntraining = [\"tune\"]\n{more}",
        if next.is_empty() { "" } else { "next_gpus = \"spare/h100\"" },
        if next.is_empty() { "" } else { ", next_judge = \"other/judge\"" },
    )
}

/// What the cycles of January, April, July and October 2027 and so on cost.
#[track_caller]
fn cycles(text: &str, component: Component, expected: [f64; 8]) {
    let found = by_month(&run(text, 64), "go", component);
    for (month, cost) in found.iter().enumerate() {
        let expected = if month % 3 == 0 { expected[month / 3] } else { 0.0 };
        close(*cost + 1.0, expected + 1.0, 1e-12);
    }
}

fn warned(text: &str) -> Vec<&'static str> {
    let loaded = load(&Text(text.to_owned()), "scenario.toml", &[]);
    let (model, said) = resolve(&loaded.scenario.unwrap());
    assert!(model.is_some(), "{said:?}");
    said.iter().map(|one| one.code).filter(|code| *code != "unused-definition").collect()
}

#[test]
fn what_is_hired_costs_what_distress_makes_of_it() {
    let distress = |vendor: &str| {
        format!(
            "[hazard.{vendor}.vendor_distress]\nvendor = \"{vendor}\"\nchance = {{ per_year = 1 }}\n\
             stressed = {{ price_factor = 1.5, lasts = \"1000 months\" }}\nends = {{ recovers = {{ weight = 1 }} }}\n"
        )
    };
    let plain = text("", "");
    cycles(&plain, Component::TrainingCompute, [200.0; 8]);
    cycles(&plain, Component::Evaluation, [10.0; 8]);
    let dear = text("", &(distress("cloud") + &distress("acme")));
    cycles(&dear, Component::TrainingCompute, [300.0; 8]);
    cycles(&dear, Component::Evaluation, [15.0; 8]);
    let short = text(
        "",
        "[hazard.short.gpu_shortage]\nhits = [\"cloud\"]\nfrequency = \"1000 /month\"\nlasts = \"1000 months\"\nprice_factor = 2\n",
    );
    cycles(&short, Component::TrainingCompute, [400.0; 8]);
    cycles(&short, Component::Evaluation, [10.0; 8]);
}

#[test]
fn another_takes_over_from_a_vendor_that_closes() {
    let ends = "[hazard.end.retirement]\nhits = [\"cloud\", \"acme/judge\"]\nlife = \"9.25 months\"\n";
    let both = text("next", ends);
    // A quarter of October is left.
    cycles(&both, Component::TrainingCompute, [200.0, 200.0, 200.0, 275.0, 300.0, 300.0, 300.0, 300.0]);
    cycles(&both, Component::Evaluation, [10.0, 10.0, 10.0, 17.5, 20.0, 20.0, 20.0, 20.0]);
    assert_eq!(warned(&both), [] as [&str; 0]);
    // Who closes later leaves nobody.
    let later = format!("{ends}[hazard.later.retirement]\nhits = [\"spare\"]\nlife = \"15 months\"\n");
    cycles(
        &text("next", &later),
        Component::TrainingCompute,
        [200.0, 200.0, 200.0, 275.0, 300.0, 0.0, 0.0, 0.0],
    );
    assert_eq!(warned(&text("next", &later)), ["nobody-follows"]);
    let nobody = text("", ends);
    cycles(&nobody, Component::TrainingCompute, [200.0, 200.0, 200.0, 50.0, 0.0, 0.0, 0.0, 0.0]);
    cycles(&nobody, Component::Evaluation, [10.0, 10.0, 10.0, 2.5, 0.0, 0.0, 0.0, 0.0]);
    assert_eq!(warned(&nobody), ["nobody-follows", "nobody-follows"]);
    // A day of retirement and a hazard: whichever comes first.
    let dated = both.replace("[vendor.acme.llm.judge]\n", "[vendor.acme.llm.judge]\nretires = \"2027-07\"\n");
    cycles(&dated, Component::Evaluation, [10.0, 10.0, 20.0, 20.0, 20.0, 20.0, 20.0, 20.0]);
}
