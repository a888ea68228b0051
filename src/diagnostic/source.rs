//! Files as the user wrote them, and places in them.

use std::ops::Range;

/// The number of a file among [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// Bytes of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// The first byte.
    pub start: u32,
    /// The byte after the last.
    pub end: u32,
}

impl Span {
    /// The bytes `range` of a file.
    pub const fn new(file: FileId, range: Range<u32>) -> Self {
        Self { file, start: range.start, end: range.end }
    }

    /// A part of this span, given by bytes counted from its start; it does not reach beyond this span.
    #[must_use]
    pub fn part(self, range: Range<usize>) -> Self {
        let at = |offset: usize| {
            self.end.min(self.start.saturating_add(u32::try_from(offset).unwrap_or(u32::MAX)))
        };
        Self { start: at(range.start), end: at(range.end), ..self }
    }
}

/// A place for readers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// From 1.
    pub line: usize,
    /// From 1, in characters.
    pub column: usize,
}

/// A file: its name as the user knows it, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    name: String,
    text: String,
    /// The first byte of each line.
    line_starts: Vec<usize>,
}

/// Some editors start a file with it; it is no character of the first line.
const BYTE_ORDER_MARK: char = '\u{feff}';

impl Source {
    fn new(name: String, text: String) -> Self {
        let start = if text.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
        let line_starts =
            std::iter::once(start).chain(text.match_indices('\n').map(|(at, _)| at + 1)).collect();
        Self { name, text, line_starts }
    }

    /// Its name as shown to the user.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its whole text.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The place of a byte. A byte inside a character counts as its start, one past the end as the end.
    pub fn position(&self, byte: u32) -> Position {
        let byte = self.text.floor_char_boundary(byte as usize);
        let line = self.line_starts.partition_point(|&start| start <= byte).max(1);
        let before = self.text.get(self.line_starts[line - 1]..byte).unwrap_or_default();
        Position { line, column: before.chars().count() + 1 }
    }

    /// Its text without the byte order mark.
    pub(super) fn body(&self) -> &str {
        &self.text[self.line_starts[0]..]
    }

    /// The bytes of a span in [`Self::body`], moved inside the text and out to whole characters.
    pub(super) fn body_range(&self, span: Span) -> std::ops::Range<usize> {
        let mark = self.line_starts[0];
        let start = self.text.floor_char_boundary(span.start as usize).max(mark);
        let end = self.text.ceil_char_boundary(span.end as usize).max(start);
        start - mark..end - mark
    }

    /// A line, counted from 1, without its end; empty if there is none.
    pub fn line(&self, line: usize) -> &str {
        let Some(&start) = line.checked_sub(1).and_then(|i| self.line_starts.get(i)) else { return "" };
        let end = self.line_starts.get(line).copied().unwrap_or(self.text.len());
        self.text[start..end].trim_end_matches(['\r', '\n'])
    }
}

/// The files that spans point into.
#[derive(Clone, Debug, Default)]
pub struct Sources(Vec<Source>);

impl Sources {
    /// No files yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a file. Spans count the bytes of `text` as it is given here, byte order mark and line ends included.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        self.0.push(Source::new(name.into(), text.into()));
        FileId(self.0.len() as u32 - 1)
    }

    /// The file with this number.
    pub fn get(&self, file: FileId) -> Option<&Source> {
        self.0.get(file.0 as usize)
    }

    /// Every file with its number.
    pub fn iter(&self) -> impl Iterator<Item = (FileId, &Source)> {
        self.0.iter().enumerate().map(|(i, source)| (FileId(i as u32), source))
    }
}
