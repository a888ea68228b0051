//! The program itself, as a user calls it from a folder.
#![allow(dead_code, reason = "each test file uses a part of it")]

use std::path::Path;
use std::process::{Command, Output, Stdio};

/// What becomes of a command line.
pub(crate) fn tokencast(folder: &Path, words: &[&str]) -> Output {
    let mut command = Command::new(assert_cmd::cargo::cargo_bin!("tokencast"));
    command.args(words).current_dir(folder).env("NO_COLOR", "1").stdin(Stdio::null()).output().unwrap()
}

/// Its exit code, what it says, and what it says beside that.
pub(crate) fn called(folder: &Path, words: &[&str]) -> (i32, String, String) {
    let output = tokencast(folder, words);
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (output.status.code().unwrap(), text(output.stdout), text(output.stderr))
}
