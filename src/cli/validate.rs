//! `tokencast validate`: published results beside those of this program.

use serde_json::json;

use super::exit::{Exit, Stop};
use super::terminal::Terminal;
use crate::report::table::{Align, table, wrapped};
use crate::units::format_number;
use crate::validation::{Row, TABLES, Table, Tolerance};

#[derive(Debug, clap::Args)]
pub(super) struct Validate {
    /// Only this table, by its name; all if absent
    pub(super) table: Option<String>,
}

/// Runs every table, or the one that is named. A figure that does not pass would be a mistake of this program.
pub(super) fn validate(args: &Validate, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let wanted: Vec<&Table> = TABLES
        .iter()
        .filter(|one| args.table.as_deref().is_none_or(|name| name.eq_ignore_ascii_case(one.name)))
        .collect();
    if let (true, Some(name)) = (wanted.is_empty(), &args.table) {
        let names: Vec<&str> = TABLES.iter().map(|one| one.name).collect();
        return Err(Stop::unknown("there is no such table", name, &names));
    }
    let found: Vec<(&Table, Vec<Row>)> = wanted.into_iter().map(|one| (one, (one.rows)())).collect();
    let (mut all, mut passed) = (0, 0);
    for (_, rows) in &found {
        all += rows.len();
        passed += rows.iter().filter(|row| row.passes()).count();
    }
    if terminal.json {
        let tables: Vec<_> = found
            .iter()
            .map(|(one, rows)| {
                json!({
                    "name": one.name, "title": one.title, "source": one.source, "defects": one.defects,
                    "rows": rows.iter().map(row_json).collect::<Vec<_>>(),
                })
            })
            .collect();
        terminal.print_json(&json!({ "tables": tables, "rows": all, "passed": passed }))?;
    } else {
        for (one, rows) in &found {
            terminal.print(&format!("{}\n\n", text(one, rows)))?;
        }
        terminal.print(&format!("{passed} of {all} figures pass\n"))?;
    }
    Ok(if passed == all { Exit::Ok } else { Exit::Bug })
}

fn row_json(row: &Row) -> serde_json::Value {
    let (kind, most) = match row.tolerance {
        Tolerance::Absolute(most) => ("absolute", most),
        Tolerance::Share(most) => ("share", most),
    };
    json!({ "what": row.what, "expected": row.expected, "got": row.got, "tolerance": { kind: most }, "passes": row.passes() })
}

fn text(one: &Table, rows: &[Row]) -> String {
    let columns = Terminal::width();
    let mut head =
        format!("{}: {}\n{}", one.name, one.title, wrapped(&format!("source: {}", one.source), columns));
    if !one.defects.is_empty() {
        head.push('\n');
        head.push_str(&wrapped(&format!("known: {}", one.defects), columns));
    }
    let row = |row: &Row| {
        let most = match row.tolerance {
            Tolerance::Absolute(most) => format_number(most, 3),
            Tolerance::Share(most) => format!("{} %", format_number(100.0 * most, 3)),
        };
        let digits = |value: f64| if value.is_finite() { format_number(value, 6) } else { "–".to_owned() };
        vec![
            row.what.clone(),
            digits(row.expected),
            digits(row.got),
            format!("± {most}"),
            if row.passes() { "pass" } else { "FAILS" }.to_owned(),
        ]
    };
    let header = ["", "expected", "got", "tolerance", ""].map(str::to_owned).to_vec();
    let align = [Align::Left, Align::Right, Align::Right, Align::Right, Align::Left];
    format!("{head}\n\n{}", table(header, rows.iter().map(row).collect(), &align))
}
