//! The files of a scenario, read from its folder and from nowhere else.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Component, Path, PathBuf};

use sha2::{Digest, Sha256};

use super::exit::in_words;
use crate::scenario::{Files, Unreadable};
use crate::text::did_you_mean;

/// Bytes of one file at the most; a scenario of this size would be unreadable to people.
const MOST_BYTES: u64 = 4 << 20;

/// The folder of a scenario.
pub(super) struct Folder {
    root: PathBuf,
    /// The scenario itself, which may be a link to anywhere: the user named it.
    scenario: String,
    /// Hashes of what was read, by name.
    hashes: RefCell<BTreeMap<String, String>>,
}

impl Folder {
    /// The folder of a scenario file. `None` if the path has no file name.
    pub(super) fn of(scenario: &Path) -> Option<Self> {
        let name = scenario.file_name()?.to_str()?.to_owned();
        let folder = scenario.parent().filter(|folder| !folder.as_os_str().is_empty());
        let root = folder.unwrap_or(Path::new(".")).to_owned();
        Some(Self { root, scenario: name, hashes: RefCell::default() })
    }

    /// The name of the scenario file in its folder.
    pub(super) fn scenario(&self) -> &str {
        &self.scenario
    }

    /// Name and SHA-256 of every file that was read.
    pub(super) fn hashes(&self) -> BTreeMap<String, String> {
        self.hashes.borrow().clone()
    }

    /// Where a file is, if it is in the folder.
    fn locate(&self, name: &str) -> Result<PathBuf, Unreadable> {
        let path = Path::new(name);
        let inside = path.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if name.is_empty() || name.contains(['\\', '\0']) || !inside {
            return Err(refuse(
                "outside-folder",
                format!("`{name}` does not name a file below the scenario"),
            )
            .with("write it relative to the scenario's folder, with `/`, without `..`"));
        }
        let place = self.root.join(path);
        if name == self.scenario {
            return Ok(place);
        }
        let real = fs::canonicalize(&place).map_err(|error| self.unreadable(name, &error))?;
        let folder = fs::canonicalize(&self.root).map_err(|error| self.unreadable(name, &error))?;
        if real.starts_with(folder) {
            return Ok(place);
        }
        Err(refuse("outside-folder", format!("`{name}` is a link that leaves the scenario's folder"))
            .with("copy the file into the folder"))
    }

    fn unreadable(&self, name: &str, error: &io::Error) -> Unreadable {
        if error.kind() != io::ErrorKind::NotFound {
            return refuse("unreadable", format!("`{name}` cannot be read: {}", in_words(error)));
        }
        let mistake = refuse("no-such-file", format!("there is no file `{name}`"));
        match self.similar(name) {
            Some(close) => mistake.with(&format!("did you mean `{close}`?")),
            None => mistake,
        }
    }

    /// A file of the same folder with nearly this name.
    fn similar(&self, name: &str) -> Option<String> {
        let (folder, file) = name.rsplit_once('/').unwrap_or(("", name));
        let entries = fs::read_dir(self.root.join(folder)).ok()?.take(1000);
        let names: Vec<String> =
            entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok()).collect();
        let close = did_you_mean(file, names.iter().map(String::as_str))?;
        Some(if folder.is_empty() { close.to_owned() } else { format!("{folder}/{close}") })
    }

    fn read_bytes(&self, name: &str) -> Result<Vec<u8>, Unreadable> {
        let place = self.locate(name)?;
        // Asked before the file is opened: opening a pipe would wait for its writer.
        let about = fs::metadata(&place).map_err(|error| self.unreadable(name, &error))?;
        if about.is_dir() {
            return Err(refuse("folder", format!("`{name}` is a folder")).with("name a file in it"));
        }
        if !about.is_file() {
            return Err(refuse("no-regular-file", format!("`{name}` is a device or a pipe"))
                .with("save it as a file first"));
        }
        let mut bytes = Vec::new();
        if about.len() <= MOST_BYTES {
            let file = File::open(&place).map_err(|error| self.unreadable(name, &error))?;
            // A file may grow while it is read.
            let mut limited = file.take(MOST_BYTES + 1);
            limited.read_to_end(&mut bytes).map_err(|error| self.unreadable(name, &error))?;
        }
        if about.len().max(bytes.len() as u64) > MOST_BYTES {
            return Err(refuse("too-large", format!("`{name}` is larger than 4 MB"))
                .with("a scenario is text that people read; split it with `use`"));
        }
        Ok(bytes)
    }
}

impl Files for Folder {
    fn read(&self, name: &str) -> Result<String, Unreadable> {
        let bytes = self.read_bytes(name)?;
        let hash = hex(&Sha256::digest(&bytes));
        let text = String::from_utf8(bytes)
            .map_err(|error| not_utf8(name, error.as_bytes(), error.utf8_error().valid_up_to()))?;
        if let Some(at) = text.find('\0') {
            return Err(
                refuse("nul", format!("`{name}` has a NUL byte at byte {at}")).with("is it a text file?")
            );
        }
        self.hashes.borrow_mut().insert(name.to_owned(), hash);
        Ok(text)
    }
}

fn not_utf8(name: &str, bytes: &[u8], at: usize) -> Unreadable {
    let mistake =
        refuse("not-utf-8", format!("`{name}` is not UTF-8 text: byte {at} is 0x{:02X}", bytes[at]));
    match bytes {
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => mistake.with("it looks like UTF-16; save it as UTF-8"),
        _ => mistake.with("it may be Latin-1 or Shift_JIS; save it as UTF-8"),
    }
}

/// Bytes in hexadecimal digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).unwrap_or_default();
    bytes.iter().flat_map(|byte| [digit(byte >> 4), digit(byte & 15)]).collect()
}

fn refuse(code: &'static str, message: String) -> Unreadable {
    Unreadable { code, message, help: None }
}

impl Unreadable {
    fn with(self, help: &str) -> Self {
        Self { help: Some(help.to_owned()), ..self }
    }
}
