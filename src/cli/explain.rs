//! explain
use super::{
    args::Explain,
    exit::{Exit, Stop},
    terminal::Terminal,
};
pub(super) fn explain(_: &Explain, _: &mut Terminal) -> Result<Exit, Stop> {
    Ok(Exit::Ok)
}
