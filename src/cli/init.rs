//! `tokencast init`: a scenario to start from.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};

use clap::ValueEnum;
use serde_json::json;

use super::args::{Init, Template};
use super::exit::{Exit, Stop, in_words};
use super::terminal::Terminal;
use crate::report::display::Lang;

/// The file that is written.
const FILE: &str = "scenario.toml";

/// Both languages of a template.
macro_rules! texts {
    ($name:literal) => {
        (
            include_str!(concat!("templates/", $name, ".en.toml")),
            include_str!(concat!("templates/", $name, ".ja.toml")),
        )
    };
}

fn text(template: Template, lang: Lang) -> &'static str {
    let (en, ja) = match template {
        Template::ApiOnly => texts!("api-only"),
        Template::SelfHost => texts!("self-host"),
        Template::Hybrid => texts!("hybrid"),
        Template::OnPrem => texts!("on-prem"),
        Template::VendorRisk => texts!("vendor-risk"),
        Template::Japan => texts!("japan"),
    };
    lang.pick(en, ja)
}

/// Writes a template into a folder.
pub(super) fn init(args: &Init, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let place = args.folder.join(FILE);
    let shown = place.strip_prefix(".").unwrap_or(&place).display().to_string();
    let failed = |error: io::Error| {
        Stop::new(Exit::InputOutput, format!("cannot write `{shown}`: {}", in_words(&error)))
            .help("name another folder")
    };
    fs::create_dir_all(&args.folder).map_err(failed)?;
    let refused = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Stop::new(Exit::InputOutput, format!("`{shown}` is there already"))
            .help("name another folder, or replace the file with --force"),
        _ => failed(error),
    };
    let mut options = OpenOptions::new();
    options.write(true).create_new(!args.force).create(args.force).truncate(args.force);
    let mut file = options.open(&place).map_err(refused)?;
    file.write_all(text(args.template, terminal.lang).as_bytes()).map_err(failed)?;
    tell(args.template, &shown, terminal)
}

fn tell(template: Template, shown: &str, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let quoted = if shown.contains([' ', '"', '\'']) { format!("{shown:?}") } else { shown.to_owned() };
    let lang = terminal.lang;
    let steps = [
        (format!("tokencast check {quoted}"), lang.pick("is everything right?", "間違いがないか確かめる")),
        (format!("tokencast run {quoted}"), lang.pick("the answer, tables and charts", "答え、表、グラフ")),
        (
            format!("tokencast explain {quoted} --origin traffic"),
            lang.pick("where each figure comes from", "各数値の出どころ"),
        ),
    ];
    if terminal.json {
        let name = template.to_possible_value().map(|value| value.get_name().to_owned());
        let next: Vec<&String> = steps.iter().map(|(command, _)| command).collect();
        terminal.print_json(&json!({ "written": shown, "template": name, "next": next }))?;
        return Ok(Exit::Ok);
    }
    let wrote = match lang {
        Lang::En => format!("wrote {shown}; read it first, then:\n\n"),
        Lang::Ja => format!("{shown} を作成しました。まず中身を読み、次に：\n\n"),
    };
    let longest = steps.iter().map(|(command, _)| command.chars().count()).max().unwrap_or(0);
    let lines = steps.iter().map(|(command, meaning)| format!("  {command:longest$}  {meaning}\n"));
    terminal.print(&(wrote + &lines.collect::<String>()))?;
    Ok(Exit::Ok)
}
