//! `tokencast capacity import`: benchmark results as a part with measured tables.

use std::collections::BTreeMap;
use std::io::{self, BufRead, Read};
use std::path::Path;

use serde::de::{DeserializeSeed, IgnoredAny};
use serde_json::json;

use super::capacity_args::ImportBenchmarks;
use super::exit::{Exit, Stop, in_words};
use super::load::count;
use super::sources::{day_in_name, small, unreadable, write};
use super::terminal::Terminal;
use super::trace::{TextFile, unpacked};
use crate::calendar::Date;
use crate::catalog::{
    BenchmarkLines, Counts, Group, Key, Known, Measured, OneText, Pruned, Results, Unreadable, built_in,
    described, gather, measured_part, read_benchmarks,
};
use crate::report::display::clean;

/// Problems that the terminal shows; `--json` has all of them.
const MOST_SHOWN: usize = 10;

/// Reads results, writes a part, and tells what became of every row.
pub(super) fn import(args: &ImportBenchmarks, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let day = day(args)?;
    let known = Known {
        llm: args.llm.clone(),
        gpu: args.gpu.clone(),
        gpus: args.gpus.map(f64::from),
        weights: args.weights.clone(),
        input: args.input,
        output: args.output_tokens,
    };
    let results = read(&args.file, &known)?;
    let (groups, counts) = gather(&results.rows);
    let part = as_part(args, &groups, &day)?;
    let told = Told { args, results: &results, counts, part: &part, day: &day };
    if groups.is_empty() || (args.strict && !results.problems.is_empty()) {
        told.tell(false, terminal)?;
        let why = if groups.is_empty() {
            "no row of it can be used".to_owned()
        } else {
            format!("{} cannot be used, and --strict was asked for", count(results.problems.len(), "row"))
        };
        return Err(Stop::new(Exit::Invalid, why));
    }
    // What is written must be readable; that it is not would be a mistake of this program.
    described(&OneText("part.toml", &part.text), "part.toml").map_err(|loaded| {
        terminal.show(&loaded.diagnostics, &loaded.sources);
        Stop::new(Exit::Bug, "tokencast made a part that it cannot read itself; please report it")
    })?;
    if let Some(out) = &args.out {
        write(out, &part.text, args.force)?;
    }
    told.tell(true, terminal)?;
    Ok(Exit::Ok)
}

/// Reads a file at once, or as it comes where it is large.
fn read(path: &Path, known: &Known) -> Result<Results, Stop> {
    let refused = |why: Unreadable| unreadable(path, &why);
    if let Some(bytes) = small(path)? {
        return read_benchmarks(&bytes, known).map_err(refused);
    }
    known.check().map_err(refused)?;
    if is_one_text(path)? {
        return one_text(path, known);
    }
    let mut lines = BenchmarkLines::new(known);
    let mut file = TextFile::open(path, false)?;
    while let Some(line) = file.next_line()? {
        lines.read(line).map_err(refused)?;
    }
    lines.end().map_err(refused)
}

/// Whether a file begins with JSON that goes on after its first line.
fn is_one_text(path: &Path) -> Result<bool, Stop> {
    /// A result on one line is shorter.
    const LINE: u64 = 1 << 20;
    let (mut text, _) = unpacked(path)?;
    let mut line = Vec::new();
    let failed = |error: io::Error| {
        Stop::new(Exit::InputOutput, format!("`{}` cannot be read: {}", path.display(), in_words(&error)))
    };
    text.by_ref().take(LINE).read_until(b'\n', &mut line).map_err(failed)?;
    let json = line.iter().find(|byte| !byte.is_ascii_whitespace()).is_some_and(|byte| b"{[".contains(byte));
    Ok(json && serde_json::from_slice::<IgnoredAny>(&line).is_err())
}

/// One JSON text, or several one after another, of which only what results are read from is kept.
fn one_text(path: &Path, known: &Known) -> Result<Results, Stop> {
    let mut results = Results { form: "benchmark results", ..Results::default() };
    let (text, _) = unpacked(path)?;
    let mut json = serde_json::Deserializer::from_reader(text);
    let mut read = Ok(());
    for place in 1.. {
        // Whatever stands behind a text is the next one.
        if read.is_err() || (place > 1 && json.end().is_ok()) {
            break;
        }
        read = Pruned::new(known, place, &mut results).deserialize(&mut json);
    }
    let refused = |message: String| {
        unreadable(
            path,
            &Unreadable { message, help: "vLLM, guidellm, aiperf and InferenceX write such files" },
        )
    };
    read.map_err(|error| {
        let cut = if error.is_eof() { "; it is cut off" } else { "" };
        refused(format!("it is not JSON (line {}, column {}){cut}", error.line(), error.column()))
    })?;
    if results.seen() == 0 {
        return Err(refused("it is JSON, but no benchmark results".to_owned()));
    }
    Ok(results)
}

fn day(args: &ImportBenchmarks) -> Result<String, Stop> {
    match &args.as_of {
        Some(text) => Date::parse(text).map(|day| day.to_string()).map_err(|why| {
            Stop::new(Exit::Invalid, format!("--as-of: {}", why.message))
                .help(format!("write {}", why.expected))
        }),
        None => Ok(day_in_name(&args.file).map_or_else(|| "unknown".to_owned(), |day| day.to_string())),
    }
}

fn as_part(args: &ImportBenchmarks, groups: &BTreeMap<Key, Group>, day: &str) -> Result<Measured, Stop> {
    let catalog = built_in()
        .map_err(|_| Stop::new(Exit::Bug, "the built-in catalogs cannot be read; please report it"))?
        .definitions;
    let same = |a: &str, b: &str| a.eq_ignore_ascii_case(b);
    let llm = |name: &str| {
        let of = |(id, one): &&(crate::document::Reference, crate::serving::Llm)| {
            same(&id.id, name) || one.also.iter().any(|also| same(also, name))
        };
        catalog.llms.iter().find(of).map(|(id, _)| id.id.clone())
    };
    let gpu = |name: &str| {
        let plain = name.to_lowercase();
        let of = |(id, one): &&(crate::document::Reference, crate::serving::Gpu)| {
            same(&id.id, name) || one.also.iter().any(|also| same(also, name))
        };
        // Names such as "NVIDIA H200-SXM-141GB" hold the id as a word.
        let words: Vec<&str> = plain.split(|c: char| !c.is_ascii_alphanumeric()).collect();
        let exact = catalog.gpus.iter().find(of);
        let within = catalog.gpus.iter().find(|(id, _)| words.contains(&id.id.as_str()));
        exact.or(within).map(|(id, _)| id.id.clone())
    };
    let file = args.file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Ok(measured_part(groups, &file, day, &llm, &gpu))
}

/// What became of a file.
struct Told<'a> {
    args: &'a ImportBenchmarks,
    results: &'a Results,
    counts: Counts,
    part: &'a Measured,
    day: &'a str,
}

impl Told<'_> {
    fn tell(&self, used: bool, terminal: &mut Terminal) -> Result<(), Stop> {
        if terminal.json {
            return Ok(terminal.print_json(&self.json(used))?);
        }
        let text = self.text(used);
        if !used {
            terminal.say(text.trim_end());
        } else if self.args.out.is_some() {
            terminal.print(&text)?;
        } else {
            terminal.print(&self.part.text)?;
            if !terminal.quiet {
                terminal.say(text.trim_end());
            }
        }
        Ok(())
    }

    fn text(&self, used: bool) -> String {
        let Self { results, counts, part, .. } = self;
        let place =
            self.args.out.as_ref().map_or_else(|| "below".to_owned(), |out| out.display().to_string());
        let mut lines = vec![format!("{}: {}", results.form, count(results.seen(), "row"))];
        let mut told = |number: usize, what: &str| {
            if number > 0 {
                lines.push(format!("{number:>7}  {what}"));
            }
        };
        if used {
            told(part.deployments.len(), &format!("deployments, in {place}"));
        }
        told(counts.duplicates, "dropped: the same figures twice");
        told(counts.repeated, "measured again: the mean was taken");
        told(counts.saturated, "dropped: saturated, the first token waits in a queue");
        told(counts.alone, "dropped: one concurrency alone, beside whole tables");
        told(counts.raised, "latencies that fell as load rose, raised to the one before");
        for (reason, number) in &results.left_out {
            told(*number, &format!("left out: {reason}"));
        }
        told(results.problems.len(), "refused");
        for problem in results.problems.iter().take(MOST_SHOWN) {
            lines.push(format!("         row {}: {}", problem.place, clean(&problem.message, 200)));
        }
        if let Some(more) = results.problems.len().checked_sub(MOST_SHOWN).filter(|more| *more > 0) {
            lines.push(format!("         and {more} more; --json tells all"));
        }
        if !part.unknown_llms.is_empty() && used {
            lines.push(format!(
                "not built in, so only the lengths that were measured count: {}",
                part.unknown_llms.join(", ")
            ));
        }
        lines.join("\n") + "\n"
    }

    fn json(&self, used: bool) -> serde_json::Value {
        let Self { results, counts, part, .. } = self;
        let problem = |problem: &crate::catalog::RowProblem| json!({ "row": problem.place, "message": problem.message });
        let mut all = json!({
            "form": results.form,
            "as_of": self.day,
            "rows": results.seen(),
            "deployments": part.deployments,
            "duplicates": counts.duplicates,
            "repeated": counts.repeated,
            "saturated": counts.saturated,
            "alone": counts.alone,
            "raised": counts.raised,
            "left_out": results.left_out,
            "problems": results.problems.iter().map(problem).collect::<Vec<_>>(),
            "unknown_llms": part.unknown_llms,
            "written": self.args.out.as_ref().filter(|_| used).map(|out| out.display().to_string()),
        });
        if self.args.out.is_none() && used {
            all["part"] = part.text.clone().into();
        }
        all
    }
}
