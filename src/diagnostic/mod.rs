//! Diagnostics: what is wrong or doubtful in a set of files, where, and what to do about it.
//!
//! They are collected in [`Diagnostics`], so that one run finds every mistake; [`render`] and [`to_json`] print them.

mod render;
mod source;

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

pub use render::{render, to_json};
pub use source::{FileId, Position, Source, Sources, Span};

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The scenario cannot be run.
    Error,
    /// The scenario can be run; the reader should know.
    Warning,
}

impl Severity {
    /// "error" or "warning".
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// One thing that is wrong or doubtful.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Diagnostic {
    /// Where; `None` if it belongs to no place in a file.
    pub span: Option<Span>,
    /// How bad it is.
    pub severity: Severity,
    /// A short name in kebab case that stays the same between versions: `unknown-key`.
    pub code: &'static str,
    /// What is wrong, as a sentence without its period.
    pub message: String,
    /// What was found or expected, shown at the caret; may be empty.
    pub label: String,
    /// Other places that matter, each with what it has to do with this.
    pub related: Vec<(Span, String)>,
    /// Ways out.
    pub help: Vec<String>,
    /// Lines that stand below the last help as they are: a small table.
    pub table: Vec<String>,
}

impl Diagnostic {
    /// Something that stops the run.
    pub fn error(code: &'static str, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Error, code, span.into(), message.into())
    }

    /// Something that the reader should know.
    pub fn warning(code: &'static str, span: impl Into<Option<Span>>, message: impl Into<String>) -> Self {
        Self::new(Severity::Warning, code, span.into(), message.into())
    }

    fn new(severity: Severity, code: &'static str, span: Option<Span>, message: String) -> Self {
        Self {
            span,
            severity,
            code,
            message,
            label: String::new(),
            related: Vec::new(),
            help: Vec::new(),
            table: Vec::new(),
        }
    }

    /// With what was found or expected at the caret.
    #[must_use]
    pub fn label(mut self, label: impl Into<String>) -> Self {
        self.label = label.into();
        self
    }

    /// With a way out.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    /// With a way out, if there is one.
    #[must_use]
    pub fn help_if(mut self, help: Option<String>) -> Self {
        self.help.extend(help);
        self
    }

    /// With lines below the last help, whose columns are aligned.
    #[must_use]
    pub fn table(self, lines: Vec<String>) -> Self {
        Self { table: lines, ..self }
    }

    /// With another place that matters.
    #[must_use]
    pub fn related(mut self, span: Span, message: impl Into<String>) -> Self {
        self.related.push((span, message.into()));
        self
    }
}

/// Diagnostics in the order of the files: those without a place first, then by file and position. Each is kept once.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diagnostics(BTreeSet<Diagnostic>);

impl Diagnostics {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds one, unless it is there already.
    pub fn push(&mut self, diagnostic: Diagnostic) {
        self.0.insert(diagnostic);
    }

    /// All, in the order of the files.
    pub fn iter(&self) -> impl Iterator<Item = &Diagnostic> {
        self.0.iter()
    }

    /// Those that stop the run.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.iter().filter(|diagnostic| diagnostic.severity == Severity::Error)
    }

    /// Those that do not.
    pub fn warnings(&self) -> impl Iterator<Item = &Diagnostic> {
        self.iter().filter(|diagnostic| diagnostic.severity == Severity::Warning)
    }

    /// Those of another code.
    #[must_use]
    pub fn without(mut self, code: &str) -> Self {
        self.0.retain(|diagnostic| diagnostic.code != code);
        self
    }

    /// Whether one of them stops the run.
    pub fn has_errors(&self) -> bool {
        self.errors().next().is_some()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl Extend<Diagnostic> for Diagnostics {
    fn extend<T: IntoIterator<Item = Diagnostic>>(&mut self, diagnostics: T) {
        self.0.extend(diagnostics);
    }
}

impl IntoIterator for Diagnostics {
    type Item = Diagnostic;
    type IntoIter = std::collections::btree_set::IntoIter<Diagnostic>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}
