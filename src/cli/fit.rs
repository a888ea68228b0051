//! `tokencast fit`: numbers of a scenario from history.

mod traffic;

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
use crate::report::display::{Lang, percent};
use crate::report::table::{Align, table};

/// One of the commands.
pub(super) fn fit(args: &Fit, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let args = match args {
        Fit::Prices(args) => args,
        Fit::Traffic(args) => return traffic::traffic(args, terminal),
    };
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
        let text = as_text(&fitted, log, terminal.lang);
        terminal.print(&text)?;
        let said = match terminal.lang {
            Lang::En => format!("\nwritten to {}\n", out.display()),
            Lang::Ja => format!("\n{} に書き出しました\n", out.display()),
        };
        terminal.print(&said)?;
    } else {
        terminal.print(&part)?;
        if !terminal.quiet {
            let text = as_text(&fitted, log, terminal.lang);
            terminal.say(text.trim_end());
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

fn as_text(fitted: &Fitted, log: &Log, lang: Lang) -> String {
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
            format!(
                "{}{}{}",
                number(rate.quantile(0.05)),
                lang.pick(" to ", "〜"),
                number(rate.quantile(0.95))
            ),
            format!("{} × {}", moves.cut.jumps, typical(&moves.cut)),
            format!("{} × +{}", moves.rise.jumps, typical(&moves.rise)),
        ]
    };
    let block = |title: &str, what: &str, moves: &[Moves]| {
        let header = match lang {
            Lang::En => [
                title,
                what,
                "years",
                "moves",
                "per year",
                "90 %",
                "cuts, fitted median",
                "rises, fitted median",
            ],
            Lang::Ja => [
                title,
                what,
                "年数",
                "変更回数",
                "年あたり",
                "90 %区間",
                "値下げ（中央値）",
                "値上げ（中央値）",
            ],
        };
        let rows: Vec<_> = moves.iter().map(row).collect();
        table(header.map(str::to_owned).to_vec(), rows, &[Align::Left])
    };
    let problems = log.problems.len();
    let one_name = block(lang.pick("one name", "同じ名前"), lang.pick("llms", "モデル"), &fitted.named);
    let tiers = block(lang.pick("tiers", "階層"), lang.pick("tiers", "階層"), &fitted.tiers);
    let (mistakes, second) = (fitted.mistakes, fitted.second_names);
    let refused = match (problems, lang) {
        (0, _) => String::new(),
        (_, Lang::En) => format!("; {problems} rows refused"),
        (_, Lang::Ja) => format!("、拒否した行{problems}件"),
    };
    let last = match lang {
        Lang::En => format!(
            "{mistakes} changes taken for mistakes of the catalog; {second} names for second names of an llm, or of the latest{refused}"
        ),
        Lang::Ja => {
            format!("カタログの誤りとみなした変更{mistakes}件、別名とみなした名前{second}件{refused}")
        }
    };
    format!("{one_name}\n\n{tiers}\n\n{last}\n")
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
    let title = match terminal.lang {
        Lang::En => format!(
            "fitted to what was known on {day}; shares of prices inside central intervals, by randomized rank\n\n"
        ),
        Lang::Ja => format!("{day} までの情報で推定。中央区間に入った価格の割合（無作為化順位による）\n\n"),
    };
    terminal.print(&title)?;
    for (what, words, rows) in tables.iter().filter(|(_, _, rows)| !rows.is_empty()) {
        let title = match terminal.lang {
            Lang::En => format!("{what}, {words}"),
            Lang::Ja => format!("{}、{}", japanese(what), japanese(words)),
        };
        let title = title.as_str();
        let header = match terminal.lang {
            Lang::En => [title, "prices", "moved", "expected", "50 %", "80 %", "90 %", "90 % of moved"],
            Lang::Ja => [title, "価格数", "変更", "予測", "50 %", "80 %", "90 %", "変更分の90 %"],
        }
        .map(str::to_owned);
        let rows = rows.iter().map(row_text).collect();
        terminal.print(&format!("{}\n\n", table(header.to_vec(), rows, &[Align::Left])))?;
    }
    Ok(Exit::Ok)
}

/// The words of a back-test in Japanese.
fn japanese(words: &str) -> &str {
    match words {
        "one name" => "同じ名前",
        "tiers" => "階層",
        "half a year" => "半年",
        "a year" => "1年",
        _ => "記録の終わりまで",
    }
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
