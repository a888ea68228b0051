//! list
use super::{
    args::List,
    exit::{Exit, Stop},
    terminal::Terminal,
};
pub(super) fn list(_: &List, _: &mut Terminal) -> Result<Exit, Stop> {
    Ok(Exit::Ok)
}
