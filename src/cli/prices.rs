//! `tokencast prices`: catalogs of others as rate cards, lists of prices, and how they differ.

use std::collections::BTreeMap;
use std::fmt::Write;

use serde_json::{Value, json};

use super::args::{Import, ListPrices, PriceDiff, Prices, ShowPrice};
use super::exit::{Exit, Stop};
use super::load::count;
use super::sources::{Source, day_in_name, origin, read_catalog, write};
use super::terminal::Terminal;
use crate::calendar::Date;
use crate::catalog::{self, Catalog, Change, Difference, Language, OneText, Options, Part, Quote, Why};
use crate::report::display::{Lang, clean, percent};
use crate::report::table::{Align, table};
use crate::text::did_you_mean;

/// One of the commands.
pub(super) fn prices(args: &Prices, terminal: &mut Terminal) -> Result<Exit, Stop> {
    match args {
        Prices::Import(args) => import(args, terminal),
        Prices::List(args) => list(args, terminal),
        Prices::Show(args) => show(args, terminal),
        Prices::Diff(args) => diff(args, terminal),
    }
}

/// Problems that the terminal shows; `--json` has all of them.
const MOST_SHOWN: usize = 20;

fn import(args: &Import, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let day = match &args.as_of {
        Some(text) => Date::parse(text).map_err(|why| {
            Stop::new(Exit::Invalid, format!("--as-of: {}", why.message))
                .help(format!("write {}", why.expected))
        })?,
        None => day_in_name(&args.file).ok_or_else(|| {
            let message = format!("`{}` does not say of which day its prices are", args.file.display());
            Stop::new(Exit::Invalid, message).help("say it with --as-of, such as --as-of 2026-03-01")
        })?,
    };
    let options = Options { as_of: day, vendors: args.provider.clone(), free: args.free };
    let read = read_catalog(&args.file, &options)?;
    let part = catalog::part(&read, &origin(&args.file, day), &Language::of_this_version());
    if part.cards == 0 {
        tell_import(args, &read, &part, day, terminal)?;
        return Err(Stop::new(Exit::Invalid, "no rate card could be made of it"));
    }
    // What is written must be readable; that it is not would be a mistake of this program.
    catalog::quotes(&OneText("part.toml", &part.text), "part.toml").map_err(|loaded| {
        terminal.show(&loaded.diagnostics, &loaded.sources);
        Stop::new(Exit::Bug, "tokencast made rate cards that it cannot read itself; please report it")
    })?;
    if let Some(out) = &args.out {
        write(out, &part.text, args.force)?;
    }
    tell_import(args, &read, &part, day, terminal)?;
    Ok(Exit::Ok)
}

fn tell_import(
    args: &Import,
    read: &Catalog,
    part: &Part,
    day: Date,
    terminal: &mut Terminal,
) -> Result<(), Stop> {
    if terminal.json {
        let mut all = import_json(read, part, day);
        all["written"] = args.out.as_ref().map_or(Value::Null, |out| out.display().to_string().into());
        if args.out.is_none() {
            all["part"] = part.text.clone().into();
        }
        return Ok(terminal.print_json(&all)?);
    }
    let told = import_text(args, read, part, day, terminal.lang);
    if args.out.is_some() {
        terminal.print(&told)?;
    } else {
        terminal.print(&part.text)?;
        if !terminal.quiet {
            terminal.say(told.trim_end());
        }
    }
    if let Some((place, message)) = &read.broken {
        let message = format!("`{}` cannot be read to its end: {message} ({place})", args.file.display());
        terminal.complain(
            "warning",
            &message,
            Some("what stands before that was imported; fetch the file again"),
        );
    }
    Ok(())
}

fn import_text(args: &Import, read: &Catalog, part: &Part, day: Date, lang: Lang) -> String {
    let vendors: std::collections::BTreeSet<&str> = read.entries.iter().map(|e| e.vendor.as_str()).collect();
    let place = args
        .out
        .as_ref()
        .map_or_else(|| lang.pick("below", "下記").to_owned(), |out| out.display().to_string());
    let mut lines = match lang {
        Lang::En => vec![
            format!("{} of {day}: {}", read.form, count(read.seen(), "entry")),
            format!(
                "{:>7}  {} of {}, in {place}",
                part.cards,
                noun(part.cards, "rate card"),
                count(vendors.len(), "vendor")
            ),
        ],
        Lang::Ja => vec![
            format!("{}（{day}時点）：{}件", read.form, read.seen()),
            format!("{:>7}  料金表（{}社）、出力先 {place}", part.cards, vendors.len()),
        ],
    };
    if read.second_names > 0 {
        let what =
            lang.pick("second names of the same llm, with the same prices", "同じモデルの別名（同じ価格）");
        lines.push(format!("{:>7}  {what}", read.second_names));
    }
    let left_out = lang.pick("left out:", "対象外：");
    lines.extend(read.skipped.iter().map(|(reason, number)| format!("{number:>7}  {left_out} {reason}")));
    for (why, number) in by_reason(read) {
        lines.push(format!("{number:>7}  {} {}", lang.pick("refused:", "拒否："), why.words()));
    }
    for problem in read.problems.iter().take(MOST_SHOWN) {
        let (entry, message) = (clean(&problem.entry, 80), clean(&problem.message, 200));
        lines.push(format!("         {entry} ({}): {message}", problem.place));
    }
    if let Some(more) = read.problems.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
        lines.push(match lang {
            Lang::En => format!("         and {more} more; --json tells all"),
            Lang::Ja => format!("         ほか{more}件（--json ですべて表示）"),
        });
    }
    if !part.as_comments.is_empty() {
        lines.push(format!(
            "{} {}",
            lang.pick("said in comments only:", "コメントにのみ記載："),
            counted(part.as_comments.iter().copied())
        ));
    }
    let named =
        |counts: &BTreeMap<String, usize>| counted(counts.iter().map(|(name, n)| (name.as_str(), *n)));
    if !read.unpriced.is_empty() {
        lines.push(format!(
            "{} {}",
            lang.pick("not priced by tokencast:", "tokencast が扱わない価格："),
            named(&read.unpriced)
        ));
    }
    if !read.unknown.is_empty() {
        lines.push(format!(
            "{} {}",
            lang.pick("unknown fields:", "未知のフィールド："),
            named(&read.unknown)
        ));
    }
    lines.join("\n") + "\n"
}

fn noun(number: usize, noun: &str) -> String {
    count(number, noun).split_once(' ').map_or_else(String::new, |(_, noun)| noun.to_owned())
}

/// `input_cost_per_image (124), …`
fn counted<'a>(counts: impl Iterator<Item = (&'a str, usize)>) -> String {
    counts.map(|(name, number)| format!("{} ({number})", clean(name, 80))).collect::<Vec<_>>().join(", ")
}

fn by_reason(read: &Catalog) -> BTreeMap<Why, usize> {
    let mut reasons = BTreeMap::new();
    for problem in &read.problems {
        *reasons.entry(problem.why).or_insert(0) += 1;
    }
    reasons
}

fn import_json(read: &Catalog, part: &Part, day: Date) -> Value {
    let problem = |problem: &catalog::Problem| {
        json!({ "entry": problem.entry, "line": problem.place.line, "column": problem.place.column,
                "why": problem.why.code(), "message": problem.message })
    };
    let refused: BTreeMap<&str, usize> =
        by_reason(read).into_iter().map(|(why, n)| (why.code(), n)).collect();
    let comments: BTreeMap<&str, usize> = part.as_comments.iter().copied().collect();
    json!({
        "form": read.form,
        "as_of": day.to_string(),
        "entries": read.seen(),
        "rate_cards": part.cards,
        "second_names": read.second_names,
        "left_out": read.skipped,
        "refused": refused,
        "problems": read.problems.iter().map(problem).collect::<Vec<_>>(),
        "in_comments_only": comments,
        "not_priced": read.unpriced,
        "unknown_fields": read.unknown,
        "broken": read.broken.as_ref().map(|(place, message)| json!({ "line": place.line, "column": place.column, "message": message })),
    })
}

fn list(args: &ListPrices, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let quotes = Source::of(&args.source).quotes(&args.vendor, terminal)?;
    if quotes.is_empty() {
        return Err(nobody(&args.source, &args.vendor, terminal));
    }
    if terminal.json {
        terminal.print_json(&json!({ "prices": quotes.iter().map(as_json).collect::<Vec<_>>() }))?;
        return Ok(Exit::Ok);
    }
    let cell = |quote: &Quote, key: &str| {
        let value = quote.values.get(key).map_or("", String::as_str);
        clean(value.strip_suffix(" USD /Mtok").unwrap_or(value), 60)
    };
    let row = |quote: &Quote| {
        vec![
            format!("{}/{}", quote.vendor, quote.llm),
            cell(quote, "rates.input"),
            cell(quote, "rates.output"),
            cell(quote, "cache.read"),
            cell(quote, "factors.batch"),
            quote.provenance.as_of.clone().unwrap_or_default(),
        ]
    };
    let header = match terminal.lang {
        Lang::En => ["USD per million tokens", "input", "output", "cache read", "batch", "as of"],
        Lang::Ja => ["100万トークンあたりUSD", "入力", "出力", "キャッシュ読取", "バッチ", "時点"],
    };
    let align = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Right, Align::Left];
    let rows = quotes.iter().map(row).collect();
    let header = header.map(str::to_owned).to_vec();
    terminal.print(&format!("{}\n", table(header, rows, &align)))?;
    Ok(Exit::Ok)
}

fn nobody(source: &str, vendors: &[String], terminal: &mut Terminal) -> Stop {
    let stop = Stop::new(Exit::Invalid, format!("`{source}` has no prices of {}", vendors.join(", ")));
    let Ok(all) = Source::of(source).quotes(&[], terminal) else { return stop };
    let mut known: Vec<&str> = all.iter().map(|quote| quote.vendor.as_str()).collect();
    known.dedup();
    stop.help(format!("it has prices of: {}", known.join(", ")))
}

fn as_json(quote: &Quote) -> Value {
    json!({
        "vendor": quote.vendor,
        "llm": quote.llm,
        "as_of": quote.provenance.as_of,
        "source": quote.provenance.source,
        "values": quote.values,
    })
}

fn show(args: &ShowPrice, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let quotes = Source::of(&args.source).quotes(&[], terminal)?;
    let name = |quote: &Quote| format!("{}/{}", quote.vendor, quote.llm);
    let found: Vec<&Quote> = quotes.iter().filter(|quote| name(quote) == args.llm).collect();
    if found.is_empty() {
        let names: Vec<String> = quotes.iter().map(name).collect();
        let help = match did_you_mean(&args.llm, names.iter().map(String::as_str)) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("`tokencast prices list {}` shows all that there are", args.source),
        };
        return Err(
            Stop::new(Exit::Invalid, format!("`{}` has no price of `{}`", args.source, args.llm)).help(help)
        );
    }
    if terminal.json {
        terminal
            .print_json(&json!({ "prices": found.iter().map(|quote| as_json(quote)).collect::<Vec<_>>() }))?;
        return Ok(Exit::Ok);
    }
    for quote in found {
        let width = quote.values.keys().map(String::len).max().unwrap_or(0);
        let mut text = format!("{}\n", name(quote));
        for (key, value) in &quote.values {
            let _ = writeln!(text, "  {key:width$}  {}", clean(value, 200));
        }
        let unsaid = terminal.lang.pick("not said", "記載なし");
        let said = |text: &Option<String>| text.clone().unwrap_or_else(|| unsaid.into());
        let (source, as_of) = (said(&quote.provenance.source), said(&quote.provenance.as_of));
        let (as_of, source) = (clean(&as_of, 40), clean(&source, 300));
        let _ = match terminal.lang {
            Lang::En => writeln!(text, "  as of {as_of}, from {source}"),
            Lang::Ja => writeln!(text, "  {as_of} 時点、出典 {source}"),
        };
        terminal.print(&text)?;
    }
    Ok(Exit::Ok)
}

fn diff(args: &PriceDiff, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let old = Source::of(&args.old).quotes(&args.vendor, terminal)?;
    let new = Source::of(&args.new).quotes(&args.vendor, terminal)?;
    let found = catalog::difference(&old, &new);
    if terminal.json {
        terminal.print_json(&diff_json(&found))?;
        return Ok(Exit::Ok);
    }
    let text = diff_text(&found, args, terminal.lang);
    terminal.print(&text)?;
    Ok(Exit::Ok)
}

fn diff_json(found: &Difference) -> Value {
    let names = |list: &[(String, String)]| -> Vec<String> {
        list.iter().map(|(vendor, llm)| format!("{vendor}/{llm}")).collect()
    };
    let change = |change: &Change| json!({ "key": change.key, "old": change.old, "new": change.new, "change": change.share });
    let changed = found.changed.iter().map(|(vendor, llm, contradict, changes)| {
        json!({ "llm": format!("{vendor}/{llm}"), "contradict": contradict,
                "changes": changes.iter().map(change).collect::<Vec<_>>() })
    });
    json!({
        "added": names(&found.added),
        "removed": names(&found.removed),
        "changed": changed.collect::<Vec<_>>(),
        "disagreeing": found.changed.iter().filter(|(_, _, contradict, _)| *contradict).count(),
        "same": found.same,
    })
}

fn diff_text(found: &Difference, args: &PriceDiff, lang: Lang) -> String {
    let mut text = String::new();
    let disagreeing = found.changed.iter().filter(|(_, _, contradict, _)| *contradict).count();
    let changes = changes_table(found, lang);
    if !changes.is_empty() {
        let _ = write!(text, "{changes}\n\n");
    }
    for (title, list) in
        [(lang.pick("added", "追加"), &found.added), (lang.pick("removed", "削除"), &found.removed)]
    {
        if !list.is_empty() {
            let names: Vec<String> = list.iter().map(|(vendor, llm)| format!("  {vendor}/{llm}")).collect();
            let _ = write!(text, "{title}\n{}\n\n", names.join("\n"));
        }
    }
    let (changed, added, removed) = (found.changed.len(), found.added.len(), found.removed.len());
    let (old, new, same) = (clean(&args.old, 200), clean(&args.new, 200), found.same);
    let _ = match lang {
        Lang::En => {
            writeln!(
                text,
                "{old} to {new}: {changed} changed, {added} added, {removed} removed, {same} the same"
            )
        }
        Lang::Ja => {
            writeln!(text, "{old} → {new}：変更{changed}件、追加{added}件、削除{removed}件、同じ{same}件")
        }
    };
    if disagreeing > 0 {
        let _ = match lang {
            Lang::En => {
                writeln!(text, "the two disagree about {} of the same day", count(disagreeing, "llm"))
            }
            Lang::Ja => writeln!(text, "同じ日付の{disagreeing}モデルで両者が食い違います"),
        };
    }
    text
}

/// What changed, rate by rate; empty where nothing did.
fn changes_table(found: &Difference, lang: Lang) -> String {
    let (mut rows, none) = (Vec::new(), lang.pick("none", "なし"));
    for (vendor, llm, contradict, changes) in &found.changed {
        for (place, change) in changes.iter().enumerate() {
            let said = |value: &Option<String>| clean(value.as_deref().unwrap_or(none), 60);
            let name = if place == 0 { format!("{vendor}/{llm}") } else { String::new() };
            let share = change.share.map_or_else(String::new, signed);
            let note = if *contradict && place == 0 { lang.pick("disagree", "不一致") } else { "" };
            rows.push(vec![
                name,
                clean(&change.key, 60),
                said(&change.old),
                said(&change.new),
                share,
                note.into(),
            ]);
        }
    }
    if rows.is_empty() {
        return String::new();
    }
    let header = match lang {
        Lang::En => ["changed", "", "old", "new", "change", ""],
        Lang::Ja => ["変更", "", "旧", "新", "変化", ""],
    };
    let align = [Align::Left, Align::Left, Align::Right, Align::Right, Align::Right, Align::Left];
    table(header.map(str::to_owned).to_vec(), rows, &align)
}

/// `+50 %`, `-33 %`.
fn signed(share: f64) -> String {
    let text = percent(share);
    if share > 0.0 { format!("+{text}") } else { text }
}
