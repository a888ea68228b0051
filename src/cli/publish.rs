//! Puts the files of a run in place: whole, or not at all.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use serde_json::Value;

use super::exit::{Exit, Stop, in_words};
use crate::report;

/// Files of a run that its manifest does not list.
const UNLISTED: [&str; 2] = ["manifest.json", "run.log"];

/// A folder that the files of a run may take the place of.
#[derive(Debug)]
pub(super) struct Place {
    folder: PathBuf,
    /// As the user knows it.
    shown: PathBuf,
}

impl Place {
    /// Checks, before anything is simulated, that a folder is free, empty, or an earlier run of the same scenario file.
    pub(super) fn check(shown: &Path, scenario: &str, force: bool) -> Result<Self, Stop> {
        let refuse = |why: String| Stop::new(Exit::InputOutput, format!("`{}` {why}", shown.display()));
        let folder = match fs::canonicalize(shown) {
            Ok(real) => real,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Ok(Self { folder: shown.to_owned(), shown: shown.to_owned() });
            }
            Err(error) => return Err(refuse(format!("cannot be used: {}", in_words(&error)))),
        };
        if !folder.is_dir() {
            return Err(
                refuse("is a file, and the results need a folder".into()).help("name another with --output")
            );
        }
        let here = std::env::current_dir().and_then(fs::canonicalize);
        if folder.parent().is_none() || here.is_ok_and(|here| here.starts_with(&folder)) {
            return Err(refuse("holds the folder you are in, and would be replaced".into())
                .help("name another folder with --output"));
        }
        if !force && let Some(foreign) = foreign(&folder, scenario) {
            return Err(refuse(format!("holds {foreign}"))
                .help("name another folder with --output, or delete all that is in it with --force"));
        }
        Ok(Self { folder, shown: shown.to_owned() })
    }

    /// Writes all files into a new folder beside this one, then exchanges the two and removes the old.
    pub(super) fn publish(&self, files: &[report::File]) -> Result<(), Stop> {
        let failed = |error: io::Error| {
            Stop::new(
                Exit::InputOutput,
                format!("cannot write `{}`: {}", self.shown.display(), in_words(&error)),
            )
            .help("name another folder with --output")
        };
        let name = self.folder.file_name().ok_or_else(|| failed(io::ErrorKind::InvalidInput.into()))?;
        let parent =
            self.folder.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        fs::create_dir_all(parent).map_err(failed)?;
        let beside = Beside(parent.join(format!(".{}.{}.new", name.to_string_lossy(), std::process::id())));
        write_all(&beside.0, files).map_err(failed)?;
        exchange(&beside.0, &self.folder).map_err(failed)
    }
}

/// A folder that is removed in the end, whatever is in it by then.
struct Beside(PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        // What cannot be removed is only in the way; the results are in place.
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// What a folder holds that is not of an earlier run of this scenario, in words.
fn foreign(folder: &Path, scenario: &str) -> Option<String> {
    let Ok(entries) = fs::read_dir(folder) else { return Some("things that cannot be read".into()) };
    let mut present: Vec<String> = entries
        .map(|entry| entry.map_or_else(|_| "?".into(), |e| e.file_name().to_string_lossy().into_owned()))
        .collect();
    present.sort();
    if present.is_empty() {
        return None;
    }
    let manifest = fs::read(folder.join("manifest.json")).ok();
    let manifest: Option<Value> = manifest.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    let manifest = manifest.filter(|manifest| manifest["program"] == "tokencast");
    let Some(manifest) = manifest else {
        return Some(format!("`{}`, which is no run of tokencast", present[0]));
    };
    let of = manifest["scenario"]["file"].as_str().unwrap_or("?");
    if of != scenario {
        return Some(format!("a run of another scenario, `{of}`"));
    }
    let listed =
        manifest["outputs"].as_array().into_iter().flatten().filter_map(|output| output["file"].as_str());
    let known: BTreeSet<&str> = listed.chain(UNLISTED).collect();
    let unknown = files_below(folder, "").into_iter().find(|name| !known.contains(name.as_str()));
    unknown.map(|name| format!("`{name}`, which no run wrote"))
}

/// The names of all files below a folder; a folder without files counts as one.
fn files_below(folder: &Path, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
        let inside = if is_folder { files_below(&entry.path(), &format!("{name}/")) } else { Vec::new() };
        if inside.is_empty() { names.push(name) } else { names.extend(inside) }
    }
    names.sort();
    names
}

fn write_all(folder: &Path, files: &[report::File]) -> io::Result<()> {
    fs::create_dir(folder)?;
    for file in files {
        let place = folder.join(&file.name);
        if let Some(parent) = place.parent() {
            fs::create_dir_all(parent)?;
        }
        let mut out = File::create(&place)?;
        out.write_all(&file.bytes)?;
        // The exchange must not reach the disk before the contents do.
        out.sync_all()?;
    }
    Ok(())
}

/// Puts `new` where `old` is; what was there ends up at `new`.
fn exchange(new: &Path, old: &Path) -> io::Result<()> {
    if !old.exists() {
        return fs::rename(new, old);
    }
    #[cfg(target_os = "linux")]
    {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        if renameat_with(CWD, new, CWD, old, RenameFlags::EXCHANGE).is_ok() {
            return Ok(());
        }
    }
    // Where there is no exchange, the old folder steps aside for a moment, and comes back if the new one cannot take over.
    let aside = new.with_extension("old");
    fs::rename(old, &aside)?;
    if let Err(error) = fs::rename(new, old) {
        let _ = fs::rename(&aside, old);
        return Err(error);
    }
    fs::rename(&aside, new)
}
