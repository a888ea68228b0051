//! `tokencast completions` and `tokencast man`: what a shell and `man` know of the program.

use clap::{Command, CommandFactory};
use clap_mangen::Man;

use super::args::{self, Args, Completions};
use super::exit::{Exit, Stop};
use super::terminal::Terminal;

/// Prints the JSON Schema of scenario files.
pub(super) fn schema(terminal: &mut Terminal) -> Result<Exit, Stop> {
    terminal.print_json(&crate::scenario::schema())?;
    Ok(Exit::Ok)
}

/// Prints the completions of a shell.
pub(super) fn completions(args: &Completions, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "tokencast", &mut script);
    terminal.print(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Ok)
}

/// Prints the manual page of the program or of one command.
pub(super) fn man(args: &args::Man, terminal: &mut Terminal) -> Result<Exit, Stop> {
    let mut program = Args::command();
    program.build();
    let command = args.command.iter().try_fold(program, |above, name| named(&above, name))?;
    let mut page = Vec::new();
    Man::new(command).render(&mut page)?;
    terminal.print(&String::from_utf8_lossy(&page))?;
    Ok(Exit::Ok)
}

fn named(program: &Command, name: &str) -> Result<Command, Stop> {
    let found = program.get_subcommands().find(|command| command.get_name() == name);
    found.cloned().ok_or_else(|| {
        let names: Vec<&str> = program.get_subcommands().map(Command::get_name).collect();
        Stop::unknown(format!("there is no command `{name}`"), name, &names)
    })
}
