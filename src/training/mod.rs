//! Training programmes: what a cycle costs and when it is due.

mod programme;

pub use programme::{Evaluation, KINDS, Programme, programmes};
