//! Where scenario files and the tables they name come from: the outside world hands them in.

/// Why a file could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable {
    /// A short kebab-case name.
    pub code: &'static str,
    /// What is wrong, as a sentence without its period.
    pub message: String,
    /// A way out.
    pub help: Option<String>,
}

/// The folder of a scenario. Paths are relative to it, with `/` between folders.
pub trait Files {
    /// Reads a text file.
    ///
    /// # Errors
    /// Says why the file cannot be read, in words for a user.
    fn read(&self, path: &str) -> Result<String, Unreadable>;
}
