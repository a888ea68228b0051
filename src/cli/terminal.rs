//! Where words go: results to standard output, everything else to standard error.

use std::io::{self, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};
use clap::builder::styling::{AnsiColor, Style};

use super::args::{Global, When};
use crate::diagnostic::{Diagnostics, Severity, Sources, render};
use crate::report::display::{Lang, clean};

/// The two streams and how to write to them.
pub(super) struct Terminal {
    pub(super) lang: Lang,
    pub(super) json: bool,
    pub(super) quiet: bool,
    out: AutoStream<io::Stdout>,
    err: AutoStream<io::Stderr>,
}

/// Columns where nobody can tell: wide enough for a table, narrow enough for a mail.
const USUAL_WIDTH: usize = 120;
const BOLD: Style = Style::new().bold();

impl Terminal {
    pub(super) fn new(global: Global) -> Self {
        let choice = match global.color {
            When::Auto => ColorChoice::Auto,
            When::Always => ColorChoice::Always,
            When::Never => ColorChoice::Never,
        };
        Self {
            lang: global.lang.into(),
            json: global.json,
            quiet: global.quiet,
            out: AutoStream::new(io::stdout(), choice),
            err: AutoStream::new(io::stderr(), choice),
        }
    }

    /// Columns of the terminal that results go to.
    pub(super) fn width() -> usize {
        let size = rustix::termios::tcgetwinsize(io::stdout()).ok().map(|size| usize::from(size.ws_col));
        size.filter(|columns| *columns > 0).unwrap_or(USUAL_WIDTH)
    }

    /// Whether a person reads the results as they come.
    pub(super) fn is_watched() -> bool {
        io::stdout().is_terminal()
    }

    /// Writes a result.
    pub(super) fn print(&mut self, text: &str) -> io::Result<()> {
        self.out.write_all(text.as_bytes())?;
        self.out.flush()
    }

    /// Writes a result in bold.
    pub(super) fn print_bold(&mut self, text: &str) -> io::Result<()> {
        self.print(&format!("{BOLD}{text}{BOLD:#}"))
    }

    /// Writes a JSON result.
    pub(super) fn print_json(&mut self, value: &serde_json::Value) -> io::Result<()> {
        self.print(&format!("{value:#}\n"))
    }

    /// Says something beside the results. Nobody may be listening, which is no reason to stop.
    pub(super) fn say(&mut self, text: &str) {
        let _ = writeln!(self.err, "{text}");
    }

    /// An error or a warning that belongs to no file.
    pub(super) fn complain(&mut self, severity: &str, message: &str, help: Option<&str>) {
        let color = if severity == "error" { AnsiColor::BrightRed } else { AnsiColor::Yellow };
        let style = color.on_default().bold();
        self.say(&format!("{style}{severity}{style:#}{BOLD}: {}{BOLD:#}", clean(message, 2000)));
        if let Some(help) = help {
            self.say(&format!("  = help: {}", clean(help, 2000)));
        }
    }

    /// Shows diagnostics in the manner of rustc; warnings not if they should be quiet.
    pub(super) fn show(&mut self, diagnostics: &Diagnostics, sources: &Sources) {
        for diagnostic in diagnostics.iter() {
            if diagnostic.severity == Severity::Error || !self.quiet {
                self.say(&render(diagnostic, sources, true));
                self.say("");
            }
        }
    }
}
