//! What people see: charts, and the numbers and texts in them.
pub mod chart;
pub mod display;
pub mod fonts;
