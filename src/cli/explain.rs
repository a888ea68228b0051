//! `tokencast explain`: a month opened up, or the origin of a value.

use serde_json::json;

use super::args::Explain;
use super::exit::{Exit, Stop};
use super::load::{read_valid, titled};
use super::origin::origin;
use super::reserve::{Advice, Asking};
use super::terminal::Terminal;
use crate::calendar::YearMonth;
use crate::engine::{Opened, open_month};
use crate::model::{EventKind, Model};
use crate::report::Report;
use crate::report::display::{Lang, percent};
use crate::report::opened::Statement;
use crate::units::format_number;

/// Opens a month of a strategy up.
pub(super) fn explain(args: &Explain, terminal: &mut Terminal) -> Result<Exit, Stop> {
    if let Some(address) = &args.origin {
        return origin(&args.input, address, terminal);
    }
    let (loaded, scenario, model) = read_valid(&args.input, terminal)?;
    let strategy = strategy(&model, args.strategy.as_deref().unwrap_or_default())?;
    let month = month(&model, args.month.as_deref().unwrap_or_default())?;
    let all = args.paths.unwrap_or(scenario.run.paths);
    let design = args.design.over(scenario.run.design);
    let paths = match args.path {
        Some(path) => path - 1..path,
        None => 0..all,
    };
    let opened = open_month(&model, design, strategy, month, paths);
    let statement = Statement {
        opened: &opened,
        inputs: &model.inputs,
        sources: &loaded.sources,
        currency: model.currency.code(),
        sum: ["Cash of the month", "月の支出"],
        lang: terminal.lang,
    };
    let asking =
        Asking { input: &args.input, scenario: &scenario, model: &model, strategy, paths: all, design };
    // One future alone advises nothing.
    let advice = if args.path.is_none() { asking.advice()? } else { Vec::new() };
    let label = model.timeline.month(month).label.to_string();
    if terminal.json {
        let mut json = statement.json();
        json["scenario"] = json!(loaded.file);
        json["strategy"] = json!(model.strategies[strategy].id);
        json["month"] = json!(label);
        json["seed"] = json!(design.seed);
        json["sampling"] = json!(design.sampling.word());
        json["path"] = json!(args.path);
        json["switches"] = switches(&model, strategy, &opened).iter().map(Switch::json).collect();
        json["events"] = happened(&model, &opened).iter().map(Happened::json).collect();
        json["reserve"] = advice.iter().map(Advice::json).collect();
        terminal.print_json(&json)?;
        return Ok(Exit::Ok);
    }
    let (name, id) =
        (titled(&model.strategies[strategy].title, terminal.lang), &model.strategies[strategy].id);
    let (number, months) = (month + 1, model.timeline.length);
    let of = match (terminal.lang, args.path) {
        (Lang::En, Some(path)) => format!("path {path}"),
        (Lang::En, None) => format!("mean of {} paths", Report::count(all)),
        (Lang::Ja, Some(path)) => format!("{path}番目の試行"),
        (Lang::Ja, None) => format!("{}回の試行の平均", Report::count(all)),
    };
    let seed = design.seed;
    let title = match terminal.lang {
        Lang::En => format!("{name} ({id}) in {label}, month {number} of {months}: {of}, seed {seed}"),
        Lang::Ja => format!("{name}（{id}）{label}、{months}か月中{number}か月目：{of}、シード {seed}"),
    };
    terminal.print_bold(&title)?;
    for switch in switches(&model, strategy, &opened) {
        terminal.print(&format!("\n{}", switch.text(terminal.lang, args.path.is_some())))?;
    }
    for event in happened(&model, &opened) {
        terminal.print(&format!("\n{}", event.text(terminal.lang)))?;
    }
    terminal.print(&format!("\n\n{}\n", statement.text()))?;
    if !advice.is_empty() {
        let title =
            terminal.lang.pick("What to reserve, each term alone", "予約すべき量（期間ごとに単独で）");
        let lines: Vec<String> = advice.iter().map(|one| one.text(&model, terminal.lang)).collect();
        terminal.print(&format!("\n{title}\n{}\n", lines.join("\n")))?;
    }
    Ok(Exit::Ok)
}

/// A rule that came true until the month that is opened.
struct Switch {
    rule: String,
    from: String,
    to: String,
    month: String,
    share: f64,
}

fn switches(model: &Model, strategy: usize, opened: &Opened) -> Vec<Switch> {
    let Some(switching) = &model.strategies[strategy].switching else { return Vec::new() };
    let id = |member: usize| model.strategy(switching.members[member]).id.clone();
    let told = |(rule, month, paths): &(usize, usize, u64)| {
        let rule = &switching.rules[*rule];
        Switch {
            rule: rule.id.clone(),
            from: id(rule.from),
            to: id(rule.to),
            month: model.timeline.month(*month).label.to_string(),
            share: *paths as f64 / opened.paths as f64,
        }
    };
    opened.fired.iter().map(told).collect()
}

impl Switch {
    fn text(&self, lang: Lang, one_path: bool) -> String {
        let Self { rule, from, to, month, share } = self;
        let share = if one_path { String::new() } else { format!(" ({})", percent(*share)) };
        match lang {
            Lang::En => format!("{month}: the rule {rule} moves {from} to {to}{share}"),
            Lang::Ja => format!("{month}：ルール {rule} により {from} から {to} へ{share}"),
        }
    }

    fn json(&self) -> serde_json::Value {
        let Self { rule, from, to, month, share } = self;
        json!({ "rule": rule, "from": from, "to": to, "month": month, "share": share })
    }
}

/// What was counted until the month that is opened.
struct Happened<'a> {
    kind: &'a EventKind,
    before: f64,
    now: f64,
}

fn happened<'a>(model: &'a Model, opened: &Opened) -> Vec<Happened<'a>> {
    let told = opened.events.iter().filter(|(event, counts)| {
        !model.events[*event].kind.is_grade() && counts.iter().any(|count| *count > 0.0)
    });
    told.map(|(event, [before, now])| Happened {
        kind: &model.events[*event].kind,
        before: *before,
        now: *now,
    })
    .collect()
}

impl Happened<'_> {
    fn text(&self, lang: Lang) -> String {
        let (en, ja) = self.kind.says();
        let [now, before] = [self.now, self.before].map(|count| format_number(count, 4));
        match (lang, self.kind.counts_requests()) {
            (Lang::En, true) => format!("{en}: {now} requests in the month, {before} before"),
            (Lang::En, false) => format!("{en}: {now} in the month, {before} before"),
            (Lang::Ja, true) => format!("{ja}：その月に{now}件、それまでに{before}件"),
            (Lang::Ja, false) => format!("{ja}：その月に{now}回、それまでに{before}回"),
        }
    }

    fn json(&self) -> serde_json::Value {
        let counts = if self.kind.counts_requests() { "requests" } else { "moves" };
        json!({ "event": self.kind.says().0, "counts": counts, "in_month": self.now, "before": self.before })
    }
}

fn strategy(model: &Model, wanted: &str) -> Result<usize, Stop> {
    let known: Vec<&str> = model.strategies.iter().map(|strategy| strategy.id.as_str()).collect();
    Stop::strategy_place(wanted, &known)
}

fn month(model: &Model, wanted: &str) -> Result<usize, Stop> {
    let refuse = |message: String| {
        let (first, last) =
            (model.timeline.month(0).label, model.timeline.month(model.timeline.length - 1).label);
        Stop::new(Exit::Invalid, message).help(format!("the scenario runs from {first} to {last}"))
    };
    let label = YearMonth::parse(wanted).map_err(|mistake| refuse(mistake.message))?;
    let place = usize::try_from(model.timeline.start.months_until(label)).ok();
    place
        .filter(|place| *place < model.timeline.length)
        .ok_or_else(|| refuse(format!("{label} is no month of the scenario")))
}
