//! `tokencast fit traffic`: a log of requests, or of rates, as a traffic part.

use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::calendar::Date;
use crate::catalog::{
    CACHES, FittedLengths, FittedTraffic, PartNames, RateColumns, TrafficLog, traffic_part, week_csv,
};
use crate::cli::args::FitTraffic;
use crate::cli::exit::{Exit, Stop};
use crate::cli::sources::write;
use crate::cli::terminal::Terminal;
use crate::cli::trace::{TextFile, TraceFile};
use crate::report::display::{fine_percent, seconds};
use crate::report::table::{Align, table};
use crate::scenario::{Files, Unreadable, load};
use crate::serving::replay::ReuseCurve;
use crate::units::format_number;

/// Seconds of a week, and from 1970-01-01, a Thursday, to the first Monday.
const WEEK_S: f64 = 604_800.0;
const TO_MONDAY_S: f64 = 345_600.0;

fn wrong(message: impl Into<String>, help: impl Into<String>) -> Stop {
    Stop::new(Exit::Invalid, message).help(help)
}

/// What a log is called, when it begins, and what it holds.
struct Read {
    log: TrafficLog,
    /// The first request in seconds since 1970, where that is known.
    begins_s: Option<f64>,
    what: String,
    skipped: u64,
}

/// Reads, fits, writes and tells.
pub(super) fn traffic(args: &FitTraffic, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let said = args.begins.as_deref().map(|text| super::day("--begins", text)).transpose()?;
    let offset_s = 3600.0 * args.utc_offset;
    let read = match rates(args, said, offset_s)? {
        Some(read) => read,
        None => requests(args, said, offset_s)?,
    };
    let fitted = read.log.fitted().ok_or_else(|| {
        wrong(
            format!("`{}` has no requests over any time", args.log.display()),
            "two requests at two times are the least",
        )
    })?;
    let week = fitted.week.as_ref().zip(args.out.as_ref()).map(|(week, out)| (week_csv(week), beside(out)));
    let names = PartNames {
        id: args.id.clone().unwrap_or_else(|| "traffic".to_owned()),
        file: file_name(&args.log),
        as_of: read.begins_s.and_then(|begins| day_of(begins + fitted.span_s)),
        week: week.as_ref().map(|(_, path)| file_name(path)),
        tokens: args.input_tokens.zip(args.output_tokens),
    };
    check_id(&names.id)?;
    let part = traffic_part(&fitted, &names).ok_or_else(|| {
        wrong("the log has rates and no lengths", "say mean lengths with --input-tokens and --output-tokens")
    })?;
    check(&part, &names, week.as_ref().map(|(csv, _)| csv.as_str()), terminal)?;
    if let Some(out) = &args.out {
        write(out, &part, args.force)?;
        if let Some((csv, path)) = &week {
            write(path, csv, args.force)?;
        }
    }
    tell(args, &read, &fitted, &part, week.map(|(_, path)| path), terminal)
}

/// A log of requests.
fn requests(args: &FitTraffic, said: Option<Date>, offset_s: f64) -> Result<Read, Stop> {
    let mut file = TraceFile::open(&args.log, false)?;
    let mut log = TrafficLog::new(0.0);
    let mut first = true;
    let mut begins_s = None;
    while let Some(request) = file.next() {
        let request = request?;
        if std::mem::take(&mut first) {
            begins_s = said.map(midnight).or(file.parser.begins_s());
            log.begin(since_monday(begins_s, offset_s));
        }
        log.add(&request);
    }
    let what = file.parser.format().map_or("trace", |format| format.name()).to_owned();
    Ok(Read { log, begins_s, what, skipped: file.parser.skipped })
}

/// A log of rates; none if it is something else.
fn rates(args: &FitTraffic, said: Option<Date>, offset_s: f64) -> Result<Option<Read>, Stop> {
    let mut file = TextFile::open(&args.log, false)?;
    let Some(columns) = file.next_line()?.and_then(RateColumns::of) else { return Ok(None) };
    let mut rows: Vec<(f64, f64)> = Vec::new();
    let mut names: Vec<String> = Vec::new();
    while let Some(line) = file.next_line()? {
        if line.trim().is_empty() {
            continue;
        }
        let found = columns.read(line).map(|(name, at, rate)| (name.to_owned(), at, rate));
        let (name, at, rate) = found.map_err(|why| file.wrong(&why, "write t_s,req_per_s"))?;
        if !names.contains(&name) && names.len() < 100 {
            names.push(name.clone());
        }
        if args.series.as_ref().unwrap_or(&names[0]) != &name {
            continue;
        }
        if rows.last().is_some_and(|(before, _)| at <= *before) {
            return Err(
                file.wrong("the time does not rise", "sort the rows of a series by time, one a stretch")
            );
        }
        rows.push((at, rate));
    }
    if args.series.is_none() && names.len() > 1 {
        return Err(wrong(
            format!("the log has {} series", names.len()),
            format!("choose one with --series: {}", names.join(", ")),
        ));
    }
    let [(first, _), .., (last, _)] = rows[..] else {
        return Err(wrong("no series with two rows", format!("--series is one of: {}", names.join(", "))));
    };
    let usual = (last - first) / (rows.len() - 1) as f64;
    let begins_s = said.map(midnight);
    let mut log = TrafficLog::new(since_monday(begins_s, offset_s));
    for (place, (at, rate)) in rows.iter().enumerate() {
        let stretch = rows.get(place + 1).map_or(usual, |next| next.0 - at);
        log.add_rate(at - first, rate * stretch, stretch);
    }
    let what = format!("rates every {}", seconds(usual));
    Ok(Some(Read { log, begins_s, what, skipped: 0 }))
}

fn midnight(day: Date) -> f64 {
    let epoch = Date::parse("1970-01-01").map(|epoch| epoch.days_until(day));
    86400.0 * epoch.unwrap_or(0) as f64
}

fn since_monday(begins_s: Option<f64>, offset_s: f64) -> f64 {
    begins_s.map_or(0.0, |begins| (begins + offset_s - TO_MONDAY_S).rem_euclid(WEEK_S))
}

/// The date of a moment.
fn day_of(since_1970_s: f64) -> Option<String> {
    let mut days = (since_1970_s / 86400.0) as i64;
    let mut month = crate::calendar::YearMonth::new(1970, 1)?;
    while days >= i64::from(month.days()) {
        days -= i64::from(month.days());
        month = month.plus_months(1);
    }
    Date::new(month, days as u8 + 1).map(|date| date.to_string())
}

fn file_name(path: &Path) -> String {
    path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned())
}

/// `desk.toml` has its week in `desk-week.csv`.
fn beside(out: &Path) -> PathBuf {
    let stem = out.file_stem().map_or_else(String::new, |stem| stem.to_string_lossy().into_owned());
    out.with_file_name(format!("{stem}-week.csv"))
}

fn check_id(id: &str) -> Result<(), Stop> {
    let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || letter == '-';
    if !id.is_empty() && id.chars().all(plain) && id.starts_with(|letter: char| letter.is_ascii_lowercase()) {
        return Ok(());
    }
    Err(wrong(format!("`{id}` is no id"), "an id is made of a to z, 0 to 9 and -, and begins with a letter"))
}

/// What is written must be readable; that it is not would be a mistake of this program.
fn check(part: &str, names: &PartNames, week: Option<&str>, terminal: &mut Terminal) -> Result<(), Stop> {
    struct Two<'a>(&'a str, Option<(&'a str, &'a str)>);
    impl Files for Two<'_> {
        fn read(&self, name: &str) -> Result<String, Unreadable> {
            match self.1 {
                _ if name == "part.toml" => Ok(self.0.to_owned()),
                Some((week, csv)) if name == week => Ok(csv.to_owned()),
                _ => Err(Unreadable {
                    code: "no-such-file",
                    message: format!("there is no file `{name}`"),
                    help: None,
                }),
            }
        }
    }
    let levers = ["prefix", "exact"].map(|kind| format!("{}-{kind}-cache", names.id));
    let levers = levers.into_iter().filter(|lever| part.contains(&format!("[lever.{lever}.")));
    let scenario = format!(
        "title = \"check\"\ncurrency = \"USD\"\nstart = \"2027-01\"\nmonths = 1\n{part}\n[vendor.acme.llm.large]\n\
         rates = {{ input = \"1 USD /Mtok\", output = \"1 USD /Mtok\" }}\n[strategy.api]\n\
         serve = [{{ traffic = \"{}\", by = \"acme/large\" }}]\nlevers = {:?}\n",
        names.id,
        levers.collect::<Vec<_>>()
    );
    let loaded = load(&Two(&scenario, names.week.as_deref().zip(week)), "part.toml", &[]);
    if loaded.scenario.is_some() && !loaded.diagnostics.has_errors() {
        return Ok(());
    }
    terminal.show(&loaded.diagnostics, &loaded.sources);
    Err(Stop::new(Exit::Bug, "tokencast made a part that it cannot read itself; please report it"))
}

fn tell(
    args: &FitTraffic,
    read: &Read,
    fitted: &FittedTraffic,
    part: &str,
    week: Option<PathBuf>,
    terminal: &mut Terminal,
) -> Result<Exit, Stop> {
    if terminal.json {
        let mut all = as_json(fitted, read);
        all["written"] = args.out.as_ref().map_or(Value::Null, |out| out.display().to_string().into());
        all["week_written"] = week.map(|week| week.display().to_string()).into();
        if args.out.is_none() {
            all["part"] = part.into();
        }
        terminal.print_json(&all)?;
        return Ok(Exit::Ok);
    }
    let text = as_text(fitted, read);
    if let Some(out) = &args.out {
        let and = week.map_or_else(String::new, |week| format!(" and {}", week.display()));
        terminal.print(&format!("{text}\nwritten to {}{and}\n", out.display()))?;
    } else {
        terminal.print(part)?;
        if !terminal.quiet {
            terminal.say(text.trim_end());
        }
    }
    if fitted.week.is_some() && read.begins_s.is_none() && !terminal.quiet {
        let help = "say the day with --begins, such as --begins 2027-04-05";
        terminal.complain(
            "warning",
            "the log does not say its day: its first moment is taken for Monday 00:00",
            Some(help),
        );
    }
    if fitted.week.is_some() && args.out.is_none() && !terminal.quiet {
        terminal.complain("warning", "the week is a file of its own, which only --out writes", None);
    }
    Ok(Exit::Ok)
}

fn short(value: f64) -> String {
    format_number(value, 4)
}

fn as_text(fitted: &FittedTraffic, read: &Read) -> String {
    let mut rows = vec![
        ("requests", format!("{} in {}", format_number(fitted.requests.round(), 17), seconds(fitted.span_s))),
        ("rate", format!("{} /s", short(fitted.rate))),
        ("its standard error", fitted.rate_error.map_or("unknown: less than a day".into(), fine_percent)),
        ("week", if fitted.week.is_some() { "168 hours".into() } else { "not covered".into() }),
    ];
    let mut some = |label, value: Option<String>| rows.extend(value.map(|value| (label, value)));
    some("cv of times between arrivals", fitted.cv.map(short));
    some("variance over mean, by minute", fitted.fano.map(short));
    some("busiest minute over mean", fitted.peak_minute.map(short));
    some("correlation of log lengths", fitted.correlation.map(|found| format!("{found:.3}")));
    some("blocks read before", fitted.prefix_share.map(fine_percent));
    for (places, share) in CACHES.iter().zip(fitted.prefix_by_cache) {
        let label = match places {
            1_000 => "with 1,000 places",
            10_000 => "with 10,000 places",
            _ => "with 100,000 places",
        };
        some(label, share.map(fine_percent));
    }
    some("whole prompts that were there before", fitted.repeats.map(fine_percent));
    if read.skipped > 0 {
        rows.push(("left out, without tokens", read.skipped.to_string()));
    }
    let rows = rows.into_iter().map(|(label, value)| vec![label.to_owned(), value]).collect();
    let mut text = format!("{}\n", table(vec![read.what.clone(), String::new()], rows, &[Align::Left]));
    let lengths = |what: &str, lengths: &FittedLengths| {
        let mut row = vec![what.to_owned(), short(lengths.mean)];
        row.extend(lengths.percentiles.map(short));
        row.extend([short(lengths.lognormal.1), format!("{:.3}", lengths.ks)]);
        row
    };
    let rows: Vec<_> = [("in", &fitted.input), ("out", &fitted.output)]
        .into_iter()
        .filter_map(|(what, found)| Some(lengths(what, found.as_ref()?)))
        .collect();
    if !rows.is_empty() {
        let header = ["tokens", "mean", "p50", "p90", "p99", "log sd", "lognormal off by (KS)"];
        let _ = write!(text, "\n{}\n", table(header.map(str::to_owned).to_vec(), rows, &[Align::Left]));
    }
    if let Some(curve) = &fitted.prefix_reuse {
        let _ = write!(text, "\n{}\n", reuse_table(curve));
    }
    text
}

/// Columns of a table on a terminal, and the lifetimes in seconds that are shown beside the longest.
const MOST_SHOWN: usize = 7;
const SHOWN_S: [f64; 9] = [1.0, 10.0, 60.0, 300.0, 1_800.0, 3_600.0, 21_600.0, 86_400.0, 604_800.0];

/// What prefix caches find, in a table that fits on a terminal.
fn reuse_table(curve: &ReuseCurve) -> String {
    let (lasts, sizes) = (&curve.lasts_s, curve.holds_tokens.len());
    let longest = lasts.len() - 1;
    let rows = (0..=longest).filter(|row| *row == longest || SHOWN_S.contains(&lasts[*row]));
    // Every second size, or third ..., counted from the last.
    let mut columns: Vec<usize> = (0..sizes).rev().step_by(sizes.div_ceil(MOST_SHOWN)).collect();
    columns.reverse();
    let mut header = vec!["found of what repeats, if kept for".to_owned()];
    let size = |tokens: f64| match tokens {
        1e6.. => format!("{}M tokens", format_number(tokens / 1e6, 3)),
        _ => format!("{}k tokens", format_number(tokens / 1e3, 3)),
    };
    header.extend(columns.iter().map(|at| size(curve.holds_tokens[*at] as f64)));
    let row = |at: usize| {
        let mut row = vec![seconds(lasts[at])];
        row.extend(columns.iter().map(|column| fine_percent(curve.found[at][*column])));
        row
    };
    table(header, rows.map(row).collect(), &[Align::Left])
}

fn as_json(fitted: &FittedTraffic, read: &Read) -> Value {
    let lengths = |of: &Option<FittedLengths>| {
        of.as_ref().map(|of| {
            json!({ "mean": of.mean, "p50": of.percentiles[0], "p90": of.percentiles[1], "p99": of.percentiles[2],
                    "lognormal_median": of.lognormal.0, "lognormal_sigma": of.lognormal.1, "lognormal_ks": of.ks })
        })
    };
    json!({
        "format": read.what, "requests": fitted.requests, "span_s": fitted.span_s, "rate_per_s": fitted.rate,
        "rate_error": fitted.rate_error, "interarrival_cv": fitted.cv, "minute_fano": fitted.fano,
        "minute_peak_over_mean": fitted.peak_minute, "week": fitted.week, "input_tokens": lengths(&fitted.input),
        "output_tokens": lengths(&fitted.output), "correlation": fitted.correlation,
        "prefix_share": fitted.prefix_share, "prefix_by_cache": CACHES.iter().zip(fitted.prefix_by_cache)
            .map(|(places, share)| json!({ "places": places, "share": share })).collect::<Vec<_>>(),
        "prefix_reuse": fitted.prefix_reuse.as_ref().map(|curve| {
            json!({ "lasts_s": curve.lasts_s, "holds_tokens": curve.holds_tokens, "found": curve.found })
        }),
        "repeats": fitted.repeats,
        "skipped": read.skipped,
    })
}
