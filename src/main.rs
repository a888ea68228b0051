//! The program: hands its arguments over and ends with an exit code.

fn main() -> std::process::ExitCode {
    tokencast::cli::run(std::env::args_os()).into()
}
