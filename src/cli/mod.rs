//! The command line: the only part that touches files, the clock and the terminal.

mod age;
mod args;
mod capacity;
mod capacity_args;
mod capacity_import;
mod check;
mod exit;
mod explain;
mod files;
mod fit;
mod fleet;
mod init;
mod install;
mod levers;
mod list;
mod load;
mod origin;
mod outputs;
mod prices;
mod progress;
mod publish;
mod queue;
mod replay;
mod reserve;
mod run;
mod sources;
mod study;
mod terminal;
mod tiers;
mod trace;
mod training;
mod validate;
mod vendor;

use std::ffi::OsString;

use clap::Parser;

pub use exit::Exit;

use args::{Args, Command};
use terminal::Terminal;

/// Runs the program with its arguments, the program's own name first.
pub fn run(args: impl IntoIterator<Item = OsString>) -> Exit {
    std::panic::set_hook(Box::new(exit::report_panic));
    let args: Vec<OsString> = args.into_iter().collect();
    std::panic::catch_unwind(|| parse_and_run(&args)).unwrap_or(Exit::Bug)
}

fn parse_and_run(words: &[OsString]) -> Exit {
    let args = match Args::try_parse_from(words) {
        Ok(args) => args,
        Err(error) => {
            // A closed pipe is no reason to fail, and there is nowhere to say so.
            let _ = error.print();
            return if error.use_stderr() { Exit::Invalid } else { Exit::Ok };
        }
    };
    let mut terminal = Terminal::new(args.global);
    let done = match args.command {
        Command::Run(run) => run::run(&run, words, &mut terminal),
        Command::Check(check) => check::check(&check, &mut terminal),
        Command::Explain(explain) => explain::explain(&explain, &mut terminal),
        Command::Levers(args) => levers::levers(&args, &mut terminal),
        Command::List(list) => list::list(&list, &mut terminal),
        Command::Training(args) => training::training(&args, &mut terminal),
        Command::Tiers(args) => tiers::tiers(&args, &mut terminal),
        Command::Vendor(args) => vendor::vendor(&args, &mut terminal),
        Command::Capacity(args) => capacity::capacity(&args, &mut terminal),
        Command::Fleet(args) => fleet::fleet(&args, &mut terminal),
        Command::Prices(args) => prices::prices(&args, &mut terminal),
        Command::Fit(args) => fit::fit(&args, &mut terminal),
        Command::Queue(args) => queue::queue(&args, &mut terminal),
        Command::Replay(args) => replay::replay(&args, &mut terminal),
        Command::Init(args) => init::init(&args, &mut terminal),
        Command::Completions(args) => install::completions(&args, &mut terminal),
        Command::Validate(args) => validate::validate(&args, &mut terminal),
        Command::Schema => install::schema(&mut terminal),
        Command::Man(args) => install::man(&args, &mut terminal),
    };
    match done {
        Ok(exit) => exit,
        Err(stop) => stop.tell(&mut terminal),
    }
}
