//! `tokencast fit`: numbers of a scenario from history.

use serde_json::{Value, json};

use super::args::{Fit, FitPrices};
use super::exit::{Exit, Stop};
use super::sources::{bytes, unreadable, write};
use super::terminal::Terminal;
use crate::calendar::Date;
use crate::catalog::{
    Coverage, FIRST_PARTY, Fitted, LEVELS, Log, Moves, OneText, Size, backtest, fitted, fitted_part, quotes,
    read_log, tracks,
};
use crate::math;
use crate::report::display::percent;
use crate::report::table::{Align, table};

/// One of the commands.
pub(super) fn fit(args: &Fit, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let Fit::Prices(args) = args;
    let log = read_log(&bytes(&args.log)?).map_err(|why| unreadable(&args.log, &why))?;
    let vendors = if args.vendor.is_empty() { vec!["first-party".to_owned()] } else { args.vendor.clone() };
    match &args.backtest {
        Some(text) => test(&log, &vendors, day("--backtest", text)?, terminal),
        None => prices(args, &log, &vendors, terminal),
    }
}

fn day(flag: &str, text: &str) -> Result<Date, Stop> {
    Date::parse(text).map_err(|why| {
        Stop::new(Exit::Invalid, format!("{flag}: {}", why.message)).help(format!("write {}", why.expected))
    })
}

fn prices(args: &FitPrices, log: &Log, vendors: &[String], terminal: &mut Terminal) -> Result<Exit, Stop> {
    let until = args.until.as_deref().map(|text| day("--until", text)).transpose()?;
    let found = tracks(log, vendors, until);
    let Some(last) = log.last_day(until).filter(|_| !found.named.is_empty()) else {
        return Err(nothing(vendors));
    };
    let fitted = fitted(&found);
    let file = args.log.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    let part = fitted_part(&fitted, &file, last);
    quotes(&OneText("part.toml", &part), "part.toml").map_err(|loaded| {
        terminal.show(&loaded.diagnostics, &loaded.sources);
        Stop::new(Exit::Bug, "tokencast made a part that it cannot read itself; please report it")
    })?;
    if let Some(out) = &args.out {
        write(out, &part, args.force)?;
    }
    if terminal.json {
        let mut all = as_json(&fitted, log, last);
        all["written"] = args.out.as_ref().map_or(Value::Null, |out| out.display().to_string().into());
        if args.out.is_none() {
            all["part"] = part.into();
        }
        terminal.print_json(&all)?;
    } else if let Some(out) = &args.out {
        terminal.print(&as_text(&fitted, log))?;
        terminal.print(&format!("\nwritten to {}\n", out.display()))?;
    } else {
        terminal.print(&part)?;
        if !terminal.quiet {
            terminal.say(as_text(&fitted, log).trim_end());
        }
    }
    Ok(Exit::Ok)
}

fn nothing(vendors: &[String]) -> Stop {
    let message = format!("the change log has no price of {} over any time", vendors.join(", "));
    Stop::new(Exit::Invalid, message)
        .help(format!("name vendors with --vendor; `first-party` are {}", FIRST_PARTY.join(", ")))
}

/// A quantile of what a jump multiplies by.
fn factor(size: &Size, share: f64) -> f64 {
    math::exp(size.quantile(share))
}

fn as_text(fitted: &Fitted, log: &Log) -> String {
    let number = |value: f64| format!("{value:.2}");
    let typical = |size: &Size| percent(factor(size, 0.5) - 1.0);
    let row = |moves: &Moves| {
        let rate = &moves.rate;
        vec![
            moves.vendor.clone(),
            moves.tracks.to_string(),
            format!("{:.1}", rate.years),
            rate.events.to_string(),
            number(rate.mean()),
            format!("{} to {}", number(rate.quantile(0.05)), number(rate.quantile(0.95))),
            format!("{} × {}", moves.cut.jumps, typical(&moves.cut)),
            format!("{} × +{}", moves.rise.jumps, typical(&moves.rise)),
        ]
    };
    let block = |title: &str, what: &str, moves: &[Moves]| {
        let header = [
            title,
            what,
            "years",
            "moves",
            "per year",
            "90 %",
            "cuts, fitted median",
            "rises, fitted median",
        ];
        let rows: Vec<_> = moves.iter().map(row).collect();
        table(header.map(str::to_owned).to_vec(), rows, &[Align::Left])
    };
    let problems = log.problems.len();
    let refused = if problems > 0 { format!("; {problems} rows refused") } else { String::new() };
    format!(
        "{}\n\n{}\n\n{} changes taken for mistakes of the catalog; {} names for second names of an llm, or of the latest{refused}\n",
        block("one name", "llms", &fitted.named),
        block("tiers", "tiers", &fitted.tiers),
        fitted.mistakes,
        fitted.second_names
    )
}

fn as_json(fitted: &Fitted, log: &Log, until: Date) -> Value {
    let size = |size: &Size| {
        json!({ "seen": size.jumps, "factor_p5": factor(size, 0.05), "factor_p50": factor(size, 0.5),
                "factor_p95": factor(size, 0.95) })
    };
    let moves = |moves: &Moves| {
        let [level, cut, rise] = moves.weights;
        json!({
            "vendor": moves.vendor, "tracks": moves.tracks, "years": moves.rate.years, "moves": moves.rate.events,
            "per_year": { "mean": moves.rate.mean(), "p5": moves.rate.quantile(0.05), "p95": moves.rate.quantile(0.95) },
            "weights": { "level": level, "cut": cut, "rise": rise },
            "cut": size(&moves.cut), "rise": size(&moves.rise),
        })
    };
    json!({
        "until": until.to_string(),
        "named": fitted.named.iter().map(moves).collect::<Vec<_>>(),
        "tiers": fitted.tiers.iter().map(moves).collect::<Vec<_>>(),
        "taken_for_mistakes": fitted.mistakes,
        "second_names": fitted.second_names,
        "rows_refused": log.problems.len(),
    })
}

/// Years after the day that predictions are held against; the last is "as long as the log goes".
const HORIZONS: [(&str, f64); 3] =
    [("half a year", 0.5), ("a year", 1.0), ("to the end of the log", f64::MAX)];

fn test(log: &Log, vendors: &[String], day: Date, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let (before, after) = (tracks(log, vendors, Some(day)), tracks(log, vendors, None));
    if before.named.is_empty() {
        return Err(nothing(vendors));
    }
    let mut tables = Vec::new();
    for (what, before, after) in
        [("one name", &before.named, &after.named), ("tiers", &before.tiers, &after.tiers)]
    {
        for (words, years) in HORIZONS {
            tables.push((what, words, backtest(before, after, day, years.min(1000.0))));
        }
    }
    if tables.iter().all(|(_, _, rows)| rows.is_empty()) {
        let message = format!("no price was watched before {day} and after it");
        return Err(Stop::new(Exit::Invalid, message).help("choose a day inside the log"));
    }
    if terminal.json {
        let rows = tables.iter().map(|(what, words, rows)| {
            json!({ "of": what, "over": words, "rows": rows.iter().map(row_json).collect::<Vec<_>>() })
        });
        terminal.print_json(
            &json!({ "fitted_until": day.to_string(), "levels": LEVELS, "tables": rows.collect::<Vec<_>>() }),
        )?;
        return Ok(Exit::Ok);
    }
    terminal.print(&format!(
        "fitted to what was known on {day}; shares of prices inside central intervals, by randomized rank\n\n"
    ))?;
    for (what, words, rows) in tables.iter().filter(|(_, _, rows)| !rows.is_empty()) {
        let header = [
            &format!("{what}, {words}"),
            "prices",
            "moved",
            "expected",
            "50 %",
            "80 %",
            "90 %",
            "90 % of moved",
        ];
        let rows = rows.iter().map(row_text).collect();
        terminal
            .print(&format!("{}\n\n", table(header.map(str::to_owned).to_vec(), rows, &[Align::Left])))?;
    }
    Ok(Exit::Ok)
}

fn row_text(row: &Coverage) -> Vec<String> {
    let mut cells = vec![
        row.vendor.clone(),
        row.prices.to_string(),
        row.moved.to_string(),
        format!("{:.1}", row.expected),
    ];
    cells.extend(row.within.iter().map(|share| percent(*share)));
    cells.push(if row.moved > 0 { percent(row.moved_within[2]) } else { "–".into() });
    cells
}

fn row_json(row: &Coverage) -> Value {
    json!({ "vendor": row.vendor, "prices": row.prices, "years": row.years, "moved": row.moved,
            "expected_to_move": row.expected, "within": row.within, "moved_within": row.moved_within })
}
