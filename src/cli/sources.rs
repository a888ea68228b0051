//! Where prices are read from: catalogs of others, change logs, parts, scenarios, and what is built in.

use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use flate2::read::GzDecoder;

use super::exit::{Exit, Stop, in_words};
use super::files::Folder;
use super::terminal::Terminal;
use crate::calendar::Date;
use crate::catalog::{self, Language, OneText, Options, Origin, Quote};
use crate::scenario::{Files, Loaded, PARTS};

/// Bytes of a catalog at the most, unpacked; the largest on record has 2.5 MB.
const MOST_BYTES: u64 = 64 << 20;
/// What stands for the parts that are built in.
const BUILT_IN: &str = "builtin";

/// `FILE`, `FILE@2026-03-01`, `builtin`, `builtin:prices/openai.toml`.
pub(super) struct Source {
    name: String,
    day: Option<Date>,
}

impl Source {
    pub(super) fn of(text: &str) -> Self {
        let dated = text.rsplit_once('@').and_then(|(name, day)| Some((name, Date::parse(day).ok()?)));
        match dated {
            Some((name, day)) => Self { name: name.to_owned(), day: Some(day) },
            None => Self { name: text.to_owned(), day: None },
        }
    }

    /// All rate cards of it.
    pub(super) fn quotes(&self, vendors: &[String], terminal: &mut Terminal) -> Result<Vec<Quote>, Stop> {
        let found = if self.name == BUILT_IN {
            let mut all = Vec::new();
            for part in PARTS.iter().filter(|part| part.name.starts_with("prices/")) {
                let name = format!("{BUILT_IN}:{}", part.name);
                all.extend(valid(catalog::quotes(&OneText("", ""), &name), &name, terminal)?);
            }
            all
        } else if self.name.starts_with("builtin:") {
            valid(catalog::quotes(&OneText("", ""), &self.name), &self.name, terminal)?
        } else if Path::new(&self.name).extension().is_some_and(|ending| ending == "toml") {
            in_its_folder(Path::new(&self.name), terminal, catalog::quotes)?
        } else {
            let path = Path::new(&self.name);
            let day = self.day.or_else(|| day_in_name(path)).ok_or_else(|| {
                no_day(&self.name).help(format!("say whose prices it holds: {}@2026-03-01", self.name))
            })?;
            let options = Options { as_of: day, vendors: vendors.to_vec(), free: false };
            let read = read_catalog(path, &options)?;
            let part = catalog::part(&read, &origin(path, day), &Language::of_this_version());
            valid(
                catalog::quotes(&OneText("catalog.toml", &part.text), "catalog.toml"),
                &self.name,
                terminal,
            )?
        };
        Ok(found.into_iter().filter(|quote| catalog::is_wanted(&quote.vendor, vendors)).collect())
    }
}

/// A part or a scenario; a part may use others that lie beside its folder, as in a folder of scenarios.
#[allow(clippy::result_large_err, reason = "as parts are read")]
pub(super) fn in_its_folder<T>(
    path: &Path,
    terminal: &mut Terminal,
    read: impl Fn(&dyn Files, &str) -> Result<T, Loaded>,
) -> Result<T, Stop> {
    let shown = path.display().to_string();
    let mut folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let mut name = path.file_name().map(PathBuf::from).unwrap_or_default();
    let mut first = None;
    for _ in 0..3 {
        let files = Folder::of(&folder.join("part.toml")).ok_or_else(|| no_file(&shown))?;
        let found = read(&files, &name.to_string_lossy());
        let lacks = |loaded: &Loaded| loaded.diagnostics.errors().any(|m| m.code == "no-such-file");
        match (found, folder.file_name().map(PathBuf::from)) {
            (Err(loaded), Some(above)) if lacks(&loaded) => {
                first = first.or(Some(loaded));
                name = above.join(&name);
                folder.pop();
            }
            (Err(loaded), _) => return valid(Err(first.unwrap_or(loaded)), &shown, terminal),
            (found, _) => return valid(found, &shown, terminal),
        }
    }
    match first {
        Some(loaded) => valid(Err(loaded), &shown, terminal),
        None => Err(no_file(&shown)),
    }
}

fn no_file(shown: &str) -> Stop {
    Stop::new(Exit::InputOutput, format!("`{shown}` does not name a file"))
}

/// Shows what is wrong with a part.
#[allow(clippy::result_large_err, reason = "as `catalog::quotes` gives it")]
pub(super) fn valid<T>(found: Result<T, Loaded>, name: &str, terminal: &mut Terminal) -> Result<T, Stop> {
    found.map_err(|loaded| {
        terminal.show(&loaded.diagnostics, &loaded.sources);
        let only_files = loaded.diagnostics.errors().all(|mistake| mistake.code == "no-such-file");
        let exit = if only_files { Exit::InputOutput } else { Exit::Invalid };
        Stop::new(exit, format!("`{name}` cannot be read"))
    })
}

fn no_day(name: &str) -> Stop {
    Stop::new(Exit::Invalid, format!("`{name}` does not say of which day its prices are"))
}

/// The source and date that a part is marked with.
pub(super) fn origin(path: &Path, as_of: Date) -> Origin {
    let file = path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
    Origin { file, as_of }
}

/// The last day in the name of a file, such as `…_2026-03-01_1.82.0.json`.
pub(super) fn day_in_name(path: &Path) -> Option<Date> {
    let name = path.file_name()?.to_str()?;
    let starts = name.char_indices().map(|(at, _)| at);
    starts.rev().find_map(|at| Date::parse(name.get(at..at + 10)?).ok())
}

/// Reads a catalog of others.
pub(super) fn read_catalog(path: &Path, options: &Options) -> Result<catalog::Catalog, Stop> {
    let bytes = bytes(path)?;
    catalog::read(&bytes, options).map_err(|why| unreadable(path, &why))
}

pub(super) fn unreadable(path: &Path, why: &catalog::Unreadable) -> Stop {
    Stop::new(Exit::Invalid, format!("`{}` cannot be read: {}", path.display(), why.message)).help(why.help)
}

/// The bytes of a file, unpacked if it is a gzip.
pub(super) fn bytes(path: &Path) -> Result<Vec<u8>, Stop> {
    let too_large = || Stop::new(Exit::InputOutput, format!("`{}` is larger than 64 MB", path.display()));
    small(path)?.ok_or_else(too_large)
}

/// The same; nothing where it is too large to be held.
pub(super) fn small(path: &Path) -> Result<Option<Vec<u8>>, Stop> {
    let failed = |error: io::Error| {
        Stop::new(Exit::InputOutput, format!("`{}` cannot be read: {}", path.display(), in_words(&error)))
    };
    let about = fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        return Err(Stop::new(Exit::InputOutput, format!("`{}` is not a file", path.display())));
    }
    let mut bytes = Vec::new();
    File::open(path).map_err(failed)?.take(MOST_BYTES + 1).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Ok(None);
    }
    if bytes.starts_with(&[0x1f, 0x8b]) {
        let mut unpacked = Vec::new();
        let broken = |error: io::Error| {
            let message = format!("`{}` is a broken gzip file: {}", path.display(), in_words(&error));
            Stop::new(Exit::Invalid, message)
                .help("fetch it again, or unpack what is left of it with `gunzip`")
        };
        GzDecoder::new(bytes.as_slice()).take(MOST_BYTES + 1).read_to_end(&mut unpacked).map_err(broken)?;
        bytes = unpacked;
    }
    Ok((bytes.len() as u64 <= MOST_BYTES).then_some(bytes))
}

/// Writes a part; a file that is there is kept unless it may be replaced.
pub(super) fn write(path: &Path, text: &str, force: bool) -> Result<(), Stop> {
    let shown = path.display();
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(!force).create(force).truncate(force);
    let failed = |error: io::Error| match error.kind() {
        io::ErrorKind::AlreadyExists => Stop::new(Exit::InputOutput, format!("`{shown}` is there already"))
            .help("name another file, or replace it with --force"),
        _ => Stop::new(Exit::InputOutput, format!("cannot write `{shown}`: {}", in_words(&error))),
    };
    let mut file = options.open(path).map_err(failed)?;
    io::Write::write_all(&mut file, text.as_bytes()).map_err(failed)
}
