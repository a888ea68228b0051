//! A month opened up.
