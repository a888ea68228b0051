//! Commands that look at a scenario from one side and write a folder of their own: `vendor`, `training`, `levers`, `tiers`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::args::StudyArgs;
use super::exit::{Exit, Stop};
use super::files::hex;
use super::progress::is_stopped;
use super::publish::Place;
use super::run::interrupted;
use super::terminal::Terminal;
use crate::random::Design;
use crate::report::display::Lang;
use crate::report::{File, VERSION};

/// A folder that is free for what such a command will find.
pub(super) struct Study<'a> {
    command: &'static str,
    /// The scenario file, by its name.
    scenario: &'a str,
    folder: PathBuf,
    place: Place,
}

/// What was found, for the terminal and for programs.
pub(super) struct Told<'a> {
    pub(super) title: &'a str,
    /// The strategy that it is about, where it is about one.
    pub(super) strategy: Option<&'a str>,
    pub(super) text: String,
    pub(super) json: Value,
    /// The files beside the manifest, in English and in Japanese.
    pub(super) holds: [&'static str; 2],
    /// Of all inputs.
    pub(super) hash: &'a str,
    pub(super) paths: u64,
    pub(super) design: Design,
}

impl<'a> Study<'a> {
    /// Checks the folder before anything is simulated: the one asked for, else `output/<scenario>-<of>`. `file` is the scenario's
    /// text.
    pub(super) fn new(
        command: &'static str,
        of: &str,
        args: &StudyArgs,
        file: &'a str,
    ) -> Result<Self, Stop> {
        let scenario = &args.input.scenario;
        let name = scenario.file_stem().unwrap_or(scenario.as_os_str()).to_string_lossy();
        let usual = || Path::new("output").join(format!("{name}-{of}"));
        let folder = args.output.clone().unwrap_or_else(usual);
        let place = Place::check(&folder, file, args.force)?;
        Ok(Self { command, scenario: file, folder, place })
    }

    /// Writes the files with a manifest, and tells what was found.
    pub(super) fn publish(
        &self,
        mut files: Vec<File>,
        told: Told,
        terminal: &mut Terminal,
    ) -> Result<Exit, Stop> {
        files.push(self.manifest(&told, &files));
        if is_stopped() {
            return Err(interrupted());
        }
        self.place.publish(&files)?;
        if terminal.json {
            let mut json = told.json;
            json["output"] = self.folder.to_string_lossy().into();
            terminal.print_json(&json)?;
            return Ok(Exit::Ok);
        }
        terminal.print_bold(told.title)?;
        let (count, place, [english, japanese]) = (files.len(), self.folder.display(), told.holds);
        let last = match terminal.lang {
            Lang::En => format!("{count} files in {place}: {english}, manifest.json"),
            Lang::Ja => format!("{place} に{count}ファイル：{japanese}、manifest.json"),
        };
        terminal.print(&format!("\n\n{}\n\n{last}\n", told.text))?;
        Ok(Exit::Ok)
    }

    /// What these files were made from, so that the next run may take their place.
    fn manifest(&self, told: &Told, files: &[File]) -> File {
        let output = |file: &File| json!({ "file": file.name, "sha256": hex(&Sha256::digest(&file.bytes)) });
        let mut manifest = json!({
            "program": "tokencast",
            "version": VERSION,
            "command": self.command,
            "scenario": { "file": self.scenario, "title": told.title, "sha256": told.hash },
            "paths": told.paths,
            "seed": told.design.seed,
            "sampling": told.design.sampling.word(),
            "outputs": files.iter().map(output).collect::<Vec<_>>(),
        });
        if let Some(strategy) = told.strategy {
            manifest["strategy"] = strategy.into();
        }
        File { name: "manifest.json".into(), bytes: format!("{manifest:#}\n").into_bytes() }
    }
}
