//! check
use super::{
    args::Check,
    exit::{Exit, Stop},
    terminal::Terminal,
};
pub(super) fn check(_: &Check, _: &mut Terminal) -> Result<Exit, Stop> {
    Ok(Exit::Ok)
}
