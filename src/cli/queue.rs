//! `tokencast queue`: what a queue does to those who wait in it, in closed form.

use serde_json::{Value, json};

use super::args::{BatchArgs, Queue, ServersArgs};
use super::exit::{Exit, Stop};
use super::terminal::Terminal;
use crate::report::display::{Lang, fine_percent, seconds};
use crate::report::table::{Align, table};
use crate::serving::queueing::{
    BatchQueue, ErlangC, IterationTime, Operating, allen_cunneen_wait, erlang_b, halfin_whitt_servers,
    pollaczek_khinchine_wait, servers_needed,
};
use crate::units::format_number;

/// One of the commands.
pub(super) fn queue(args: &Queue, terminal: &mut Terminal) -> Result<Exit, Stop> {
    match args {
        Queue::Servers(args) => servers(args, terminal),
        Queue::Batch(args) => batch(args, terminal),
    }
}

fn wrong(message: impl Into<String>, help: impl Into<String>) -> Stop {
    Stop::new(Exit::Invalid, message).help(help)
}

fn servers(args: &ServersArgs, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let load = match (args.load, args.rate, args.service) {
        (Some(load), ..) => load,
        (None, Some(rate), Some(service)) => rate * service,
        _ => return Err(wrong("the load is not known", "say --load, or --rate with --service")),
    };
    let within = match (args.within, args.service) {
        (Some(within), Some(service)) if service > 0.0 => within / service,
        (Some(_), _) => return Err(wrong("--within needs a time in service", "say it with --service")),
        _ => 0.0,
    };
    if args.waits == 0.0 {
        return Err(wrong(
            "no number of servers lets nobody ever wait",
            "let a small share wait, such as --waits 0.1%",
        ));
    }
    let needed = servers_needed(load, within, args.waits).ok_or_else(|| {
        wrong(
            "no number of servers keeps --waits",
            "let more than 0 % wait, and less than ten million erlangs come",
        )
    })?;
    let count = args.servers.unwrap_or(needed);
    let Some(queue) = ErlangC::new(load, count) else {
        let message =
            format!("{} erlangs are too much for {count} servers: the queue grows for ever", short(load));
        return Err(wrong(message, format!("from {} servers on it settles", load.floor() + 1.0)));
    };
    let rows = server_rows(args, &queue, within, needed, terminal.lang);
    if terminal.json {
        let pairs = rows.iter().map(|row| (row.key.to_owned(), row.value.into()));
        let mut all: serde_json::Map<String, Value> = pairs.collect();
        all.insert("servers".into(), count.into());
        all.insert("service_s".into(), args.service.into());
        terminal.print_json(&Value::Object(all))?;
        return Ok(Exit::Ok);
    }
    let many = if count == 1 { "" } else { "s" };
    let head = match terminal.lang {
        Lang::En => {
            format!(
                "{} erlangs on {count} server{many}, {} busy",
                short(load),
                fine_percent(load / count as f64)
            )
        }
        Lang::Ja => {
            format!("{count} 台に {} アーラン、稼働率 {}", short(load), fine_percent(load / count as f64))
        }
    };
    let lines = rows.into_iter().map(|row| vec![row.label, row.shown, row.model.to_owned()]).collect();
    let header = [terminal.lang.pick("measure", "指標"), "", terminal.lang.pick("model", "モデル")];
    let text = table(header.map(str::to_owned).to_vec(), lines, &[Align::Left, Align::Right, Align::Left]);
    terminal.print(&format!("{head}\n\n{text}\n"))?;
    Ok(Exit::Ok)
}

/// A figure, what it is, and whose it is.
struct Row {
    key: &'static str,
    label: String,
    value: Option<f64>,
    shown: String,
    model: &'static str,
}

fn server_rows(args: &ServersArgs, queue: &ErlangC, within: f64, needed: u64, lang: Lang) -> Vec<Row> {
    let (load, count) = (queue.load, queue.servers);
    let time = |wait: f64| match args.service {
        Some(service) => seconds(wait * service),
        None => format!("{} × {}", short(wait), lang.pick("service", "平均処理時間")),
    };
    let row = |key, label: &str, value: f64, shown: String, model| Row {
        key,
        label: label.to_owned(),
        value: Some(value),
        shown,
        model,
    };
    let share = |key, label: &str, value, model| row(key, label, value, fine_percent(value), model);
    let lost = erlang_b(load, count);
    let mut rows = vec![
        share(
            "lost_share",
            lang.pick("lost, if nobody can wait", "待てない場合に失われる割合"),
            lost,
            "Erlang B",
        ),
        share("waits_share", lang.pick("wait", "待つ割合"), queue.waits, "Erlang C"),
    ];
    if within > 0.0 {
        let label = match lang {
            Lang::En => format!("wait longer than {}", time(within)),
            Lang::Ja => format!("{} より長く待つ割合", time(within)),
        };
        rows.push(share("waits_longer_share", &label, queue.waits_longer(within), "Erlang C"));
    }
    let (wait, number) = (queue.mean_wait(), queue.mean_queue());
    rows.push(row(
        "mean_wait_services",
        lang.pick("mean wait", "平均待ち時間"),
        wait,
        time(wait),
        "Erlang C",
    ));
    rows.push(row(
        "mean_queue",
        lang.pick("mean number that waits", "平均待ち人数"),
        number,
        short(number),
        "Erlang C",
    ));
    if let Some(bursty) = allen_cunneen_wait(load, count, args.arrival_cv, args.service_cv) {
        let label = match lang {
            Lang::En => format!("mean wait, cv {} and {}", short(args.arrival_cv), short(args.service_cv)),
            Lang::Ja => {
                format!("平均待ち時間（変動係数 {}・{}）", short(args.arrival_cv), short(args.service_cv))
            }
        };
        rows.push(row("mean_wait_bursty_services", &label, bursty, time(bursty), "Allen–Cunneen"));
    }
    if let Some(single) = pollaczek_khinchine_wait(load, args.service_cv).filter(|_| count == 1) {
        let label = lang.pick("mean wait, Poisson arrivals", "平均待ち時間（ポアソン到着）");
        rows.push(row("mean_wait_single_services", label, single, time(single), "Pollaczek–Khinchine"));
    }
    rows.extend(staffing(args, load, within > 0.0, needed, lang));
    rows
}

/// How many servers keep what is asked for.
fn staffing(args: &ServersArgs, load: f64, patient: bool, needed: u64, lang: Lang) -> Vec<Row> {
    let most = fine_percent(args.waits);
    let label = match (lang, patient) {
        (Lang::En, false) => format!("servers so that {most} wait"),
        (Lang::En, true) => format!("servers so that {most} wait longer"),
        (Lang::Ja, false) => format!("待つ割合 {most} に必要な台数"),
        (Lang::Ja, true) => format!("より長く待つ割合 {most} に必要な台数"),
    };
    let exact = Row {
        key: "servers_needed",
        label,
        value: Some(needed as f64),
        shown: needed.to_string(),
        model: "Erlang C",
    };
    let about = halfin_whitt_servers(load, args.waits).filter(|_| !patient);
    let about = about.map(|about| Row {
        key: "servers_by_square_root",
        label: lang.pick("the same by square root", "平方根則による台数").to_owned(),
        value: Some(about),
        shown: format!("{about:.1}"),
        model: "Halfin–Whitt",
    });
    std::iter::once(exact).chain(about).collect()
}

fn batch(args: &BatchArgs, terminal: &mut Terminal) -> Result<Exit, Stop> {
    if args.output_tokens < 1.0 || args.input_tokens < 1.0 {
        return Err(wrong(
            "a request reads and writes at least one token",
            "say --input-tokens and --output-tokens",
        ));
    }
    if args.base <= 0.0 {
        return Err(wrong("a step takes time", "say how much with --base, such as --base \"8 ms\""));
    }
    if args.batch as f64 + args.queue > 1e6 {
        return Err(wrong(
            "batch and queue have more than a million places",
            "a shorter --queue says the same",
        ));
    }
    let replica = BatchQueue {
        time: IterationTime {
            base: args.base,
            per_token: args.per_token,
            per_context_token: args.per_context_token,
        },
        input_tokens: args.input_tokens,
        output_tokens: args.output_tokens,
        batch: args.batch,
        queue: args.queue as u64,
    };
    let targets = (args.ttft.unwrap_or(f64::INFINITY), args.tpot.unwrap_or(f64::INFINITY));
    let within = replica.rate_within(targets.0, targets.1);
    let Some(rate) = args.rate.or(within).filter(|rate| *rate > 0.0) else {
        let empty = replica.at(1e-6 * replica.max_rate());
        let message = format!(
            "even an empty replica misses the targets: {} to the first token, {} per token",
            seconds(empty.ttft),
            seconds(empty.tpot)
        );
        return Err(wrong(message, "relax --ttft or --tpot"));
    };
    let found = replica.at(rate);
    if terminal.json {
        terminal.print_json(&batch_json(&replica, rate, within, &found))?;
        return Ok(Exit::Ok);
    }
    let (lang, per_s) = (terminal.lang, |rate: f64| format!("{} /s", short(rate)));
    let mut rows: Vec<(&str, String)> = vec![
        (lang.pick("arrivals", "到着"), per_s(rate)),
        (lang.pick("a full batch serves", "満バッチの処理能力"), per_s(replica.max_rate())),
        (lang.pick("served", "処理"), per_s(found.throughput)),
        (lang.pick("lost", "失われる割合"), fine_percent(found.lost)),
        (lang.pick("busy", "稼働率"), fine_percent(found.busy)),
        (lang.pick("mean number in service", "平均処理中"), short(found.in_service)),
        (lang.pick("mean number that waits", "平均待ち数"), short(found.waiting)),
        (lang.pick("mean wait", "平均待ち時間"), seconds(found.wait)),
        (lang.pick("mean time to the first token", "平均 TTFT"), seconds(found.ttft)),
        (lang.pick("mean time per further token", "平均 TPOT"), seconds(found.tpot)),
        (lang.pick("mean time to the last token", "平均応答時間"), seconds(found.response)),
    ];
    if let Some(within) =
        within.filter(|_| args.rate.is_some() && (args.ttft.is_some() || args.tpot.is_some()))
    {
        rows.push((lang.pick("most arrivals within the targets", "目標内の最大到着"), per_s(within)));
    }
    let rows = rows.into_iter().map(|(label, value)| vec![label.to_owned(), value]).collect();
    let header = vec![lang.pick("one replica", "レプリカ1台").to_owned(), String::new()];
    terminal.print(&format!("{}\n", table(header, rows, &[Align::Left])))?;
    Ok(Exit::Ok)
}

fn batch_json(replica: &BatchQueue, rate: f64, within: Option<f64>, found: &Operating) -> Value {
    json!({
        "rate_per_s": rate, "max_rate_per_s": replica.max_rate(), "rate_within_targets_per_s": within,
        "throughput_per_s": found.throughput, "lost_share": found.lost, "busy_share": found.busy,
        "in_service": found.in_service, "waiting": found.waiting, "wait_s": found.wait, "ttft_s": found.ttft,
        "tpot_s": found.tpot, "response_s": found.response,
    })
}

/// Four significant digits; what is below a millionth is nothing.
fn short(value: f64) -> String {
    format_number(if value.abs() < 1e-6 { 0.0 } else { value }, 4)
}
