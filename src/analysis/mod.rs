//! Pure functions from outcomes to findings.
