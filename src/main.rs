//! The program: hands its arguments over and ends with an exit code.

use tokencast::memory::LargePages;

#[global_allocator]
static MEMORY: LargePages = LargePages;

fn main() -> std::process::ExitCode {
    tokencast::cli::run(std::env::args_os()).into()
}
