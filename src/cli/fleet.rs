//! `tokencast fleet`: which GPUs serve which sizes of request at least cost.

use super::args::Fleet;
use super::exit::{Exit, Stop};
use super::load::{read_to_choose, titled};
use super::terminal::Terminal;
use crate::analysis::{Sought, deployed, sizes};
use crate::calendar::YearMonth;
use crate::report::fleet::FleetReport;
use crate::scenario::Scenario;

/// Finds the cheapest fleet for the sizes of a traffic.
pub(super) fn fleet(args: &Fleet, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let (loaded, scenario, model) = read_to_choose(&args.input, terminal)?;
    let traffics: Vec<&str> = scenario.traffics.iter().map(|(id, _)| id.id.as_str()).collect();
    let traffic = one_of("traffic", args.traffic.as_deref(), &traffics)?;
    let llms = deployed(&scenario);
    let llm = llms[one_of("llm", args.llm.as_deref(), &llms)?];
    let month = month(args.month.as_deref(), &scenario)?;
    if !(args.utilization > 0.0 && args.utilization <= 1.0) {
        return Err(Stop::new(Exit::Invalid, "`--utilization` is a share above 0 and up to 1")
            .help("0.7 plans for replicas that are 70 % full in the busiest hour"));
    }
    let sought = Sought { traffic, llm, month, utilization: args.utilization };
    let sized = match sizes(&scenario, sought) {
        Ok(sized) => sized,
        Err(mistakes) => {
            terminal.show(&mistakes, &loaded.sources);
            return Err(Stop::silent(Exit::Invalid));
        }
    };
    if sized.kinds.is_empty() {
        let message = format!("no vendor of this scenario rents out GPUs that `{llm}` is deployed on");
        return Err(Stop::new(Exit::Invalid, message).help(
            "add `[vendor.<id>.gpu.<id>]` for the GPU of a deployment, in a region the traffic may use",
        ));
    }
    let Some(plan) = sized.question.cheapest() else {
        let message = "no size of request meets the latency targets on any deployment";
        return Err(
            Stop::new(Exit::Invalid, message).help("relax `targets`, or add a deployment on faster GPUs")
        );
    };
    let lang = terminal.lang;
    let report = FleetReport {
        sized: &sized,
        plan: &plan,
        title: titled(&model.title, lang),
        names: [traffics[traffic].to_owned(), llm.to_owned()],
        month: model.timeline.month(month).label.to_string(),
        currency: model.currency.code(),
        hours: model.timeline.month(month).hours,
        lang,
    };
    if terminal.json {
        terminal.print_json(&report.json())?;
    } else {
        terminal.print_bold(&report.title)?;
        terminal.print(&format!("\n\n{}\n", report.text()))?;
    }
    Ok(Exit::Ok)
}

/// The place of what was asked for, or of the only one there is.
fn one_of(what: &str, wanted: Option<&str>, known: &[&str]) -> Result<usize, Stop> {
    match (wanted, known) {
        (_, []) => Err(Stop::new(Exit::Invalid, format!("the scenario has no {what} that GPUs could serve"))
            .help("add a `[deployment.<id>]` of an llm")),
        (None, [_]) => Ok(0),
        (None, _) => {
            let message = format!("the scenario has several; name one with `--{what}`");
            Err(Stop::new(Exit::Invalid, message).help(format!("there are: {}", known.join(", "))))
        }
        (Some(wanted), _) => known
            .iter()
            .position(|id| *id == wanted)
            .ok_or_else(|| Stop::unknown(format!("there is no {what} `{wanted}`"), wanted, known)),
    }
}

fn month(wanted: Option<&str>, scenario: &Scenario) -> Result<usize, Stop> {
    let Some(wanted) = wanted else { return Ok(0) };
    let timeline = &scenario.timeline;
    let found = YearMonth::parse(wanted).ok().map(|month| timeline.start.months_until(month));
    found.and_then(|place| usize::try_from(place).ok()).filter(|place| *place < timeline.length).ok_or_else(
        || {
            let (first, last) = (timeline.start, timeline.month(timeline.length - 1).label);
            Stop::new(Exit::Invalid, format!("`{wanted}` is no month of this scenario"))
                .help(format!("name a month from {first} to {last}"))
        },
    )
}
