//! Traces from files: line after line, unpacked as they come, never as a whole.

use std::fs::{self, File};
use std::io::{self, BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use sha2::{Digest, Sha256};

use super::exit::{Exit, Stop, in_words};
use super::files::hex;
use super::progress::is_stopped;
use crate::demand::trace::{Parser, Request};

/// Bytes of one line at the most; a request with a million tokens in has 20 kB of hashes.
const MOST_BYTES: u64 = 4 << 20;
/// What an unpacked buffer holds.
const BUFFER: usize = 1 << 16;

/// The lines of a file, one after another.
pub(super) struct TextFile {
    path: PathBuf,
    lines: Box<dyn BufRead>,
    packed: bool,
    line: Vec<u8>,
    number: u64,
    hash: Option<Sha256>,
}

/// The text of a file as it comes, and whether it was packed.
pub(super) fn unpacked(path: &Path) -> Result<(Box<dyn BufRead>, bool), Stop> {
    let failed = |error: io::Error| {
        Stop::new(Exit::InputOutput, format!("`{}` cannot be read: {}", path.display(), in_words(&error)))
    };
    if !fs::metadata(path).map_err(failed)?.is_file() {
        return Err(Stop::new(Exit::InputOutput, format!("`{}` is not a file", path.display())));
    }
    let mut file = BufReader::with_capacity(BUFFER, File::open(path).map_err(failed)?);
    let packed = file.fill_buf().map_err(failed)?.starts_with(&[0x1f, 0x8b]);
    if packed {
        return Ok((Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(file))), true));
    }
    Ok((Box::new(file), false))
}

impl TextFile {
    /// Opens a file, packed or not; with `hashed` the hash of what was read is there in the end.
    pub(super) fn open(path: &Path, hashed: bool) -> Result<Self, Stop> {
        let (lines, packed) = unpacked(path)?;
        let hash = hashed.then(Sha256::new);
        Ok(Self { path: path.to_owned(), lines, packed, line: Vec::new(), number: 0, hash })
    }

    /// The next line, its end included; none at the end.
    pub(super) fn next_line(&mut self) -> Result<Option<&str>, Stop> {
        self.line.clear();
        self.number += 1;
        let read = self.lines.by_ref().take(MOST_BYTES).read_until(b'\n', &mut self.line);
        let read = read.map_err(|error| self.broken(&error))?;
        if read as u64 == MOST_BYTES {
            return Err(self.wrong("longer than 4 MB", "a log has a request a line"));
        }
        if let Some(hash) = &mut self.hash {
            hash.update(&self.line);
        }
        if self.number.is_multiple_of(65_536) && is_stopped() {
            return Err(super::run::interrupted());
        }
        match std::str::from_utf8(&self.line) {
            Ok(text) => Ok((read > 0).then_some(text)),
            Err(_) => Err(self.wrong("not UTF-8 text", "is it a log, or packed in another way than gzip?")),
        }
    }

    fn broken(&self, error: &io::Error) -> Stop {
        if self.packed {
            let help = "fetch it again, or unpack what is left of it with `gunzip`";
            return self.wrong("the gzip file breaks off or is broken", help);
        }
        Stop::new(Exit::InputOutput, format!("`{}` cannot be read: {}", self.path.display(), in_words(error)))
    }

    /// A mistake on the line that was read last.
    pub(super) fn wrong(&self, message: &str, help: &str) -> Stop {
        let message = format!("`{}` line {}: {message}", self.path.display(), self.number);
        Stop::new(Exit::Invalid, message).help(help)
    }
}

/// The requests of a file, one after another, up to the first mistake.
pub(super) struct TraceFile {
    file: TextFile,
    pub(super) parser: Parser,
    ended: bool,
}

impl TraceFile {
    /// Opens a trace; with `hashed` the hash of what was read is there in the end.
    pub(super) fn open(path: &Path, hashed: bool) -> Result<Self, Stop> {
        Ok(Self { file: TextFile::open(path, hashed)?, parser: Parser::default(), ended: false })
    }

    /// SHA-256 of what was read, in hexadecimal digits.
    pub(super) fn hash(&self) -> String {
        self.file.hash.clone().map_or_else(String::new, |hash| hex(&hash.finalize()))
    }

    fn read(&mut self) -> Result<Option<Request>, Stop> {
        while let Some(text) = self.file.next_line()? {
            match self.parser.read(text) {
                Ok(None) => {}
                Ok(request) => return Ok(request),
                Err(why) => return Err(self.file.wrong(&why.message, &why.help)),
            }
        }
        self.parser.end().map_err(|why| self.file.wrong(&why.message, &why.help))?;
        Ok(None)
    }
}

impl Iterator for TraceFile {
    type Item = Result<Request, Stop>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let next = self.read().transpose();
        self.ended = !matches!(next, Some(Ok(_)));
        next
    }
}
