//! How the program ends.

use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::process::ExitCode;

use super::terminal::Terminal;
use crate::text::did_you_mean;

/// How the program ends, as scripts see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Exit {
    /// All is well.
    Ok = 0,
    /// A bug of the program.
    Bug = 1,
    /// A wrong command line or an invalid scenario.
    Invalid = 2,
    /// A file could not be read or written.
    InputOutput = 3,
    /// A budget or a gate of the scenario was broken.
    OverBudget = 4,
    /// The precision asked for was not reached.
    Imprecise = 5,
    /// Stopped by Ctrl-C.
    Interrupted = 130,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not come to its end.
#[derive(Debug)]
pub(super) struct Stop {
    pub(super) exit: Exit,
    /// What to tell the user; empty if all is said.
    pub(super) message: String,
    /// A way out.
    pub(super) help: Option<String>,
}

impl Stop {
    /// Somebody named what does not exist: what they may have meant, or all that there is.
    pub(super) fn unknown(message: impl Into<String>, wanted: &str, known: &[&str]) -> Self {
        let help = match did_you_mean(wanted, known.iter().copied()) {
            Some(close) => format!("did you mean `{close}`?"),
            None => format!("there are: {}", known.join(", ")),
        };
        Self::new(Exit::Invalid, message).help(help)
    }

    /// The place of the strategy with an id among those that are known.
    pub(super) fn strategy_place(wanted: &str, known: &[&str]) -> Result<usize, Self> {
        let unknown = || Self::unknown(format!("there is no strategy `{wanted}`"), wanted, known);
        known.iter().position(|id| *id == wanted).ok_or_else(unknown)
    }

    pub(super) fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), help: None }
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }

    /// What had to be said has been said.
    pub(super) fn silent(exit: Exit) -> Self {
        Self::new(exit, "")
    }

    pub(super) fn tell(self, terminal: &mut Terminal) -> Exit {
        if !self.message.is_empty() {
            terminal.complain("error", &self.message, self.help.as_deref());
        }
        self.exit
    }
}

/// Writing to standard output failed. Whoever closed the pipe has seen enough.
impl From<io::Error> for Stop {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Self::silent(Exit::Ok),
            _ => Self::new(Exit::InputOutput, format!("cannot write the results: {}", in_words(&error))),
        }
    }
}

/// What the system says, without its error number.
pub(super) fn in_words(error: &io::Error) -> String {
    let text = error.to_string();
    let text = text.split(" (os error").next().unwrap_or_default();
    let mut letters = text.chars();
    letters
        .next()
        .map_or_else(String::new, |first| first.to_lowercase().collect::<String>() + letters.as_str())
}

/// Says that the program is wrong, not its user.
pub(super) fn report_panic(info: &PanicHookInfo) {
    let what = info.payload_as_str().unwrap_or("no message");
    let place = info.location().map_or_else(String::new, |at| format!(" ({}:{})", at.file(), at.line()));
    let words = format!(
        "tokencast stopped because of a bug of its own: {what}{place}\n\
         please report it with this line, the scenario and `tokencast --version`\n"
    );
    // Nobody may be listening; a panic about that would end in an abort.
    let _ = io::stderr().write_all(words.as_bytes());
}
