//! What a capacity carries of what is asked of it, hour by hour.

use crate::week::Hours;

/// The load of a month, all entries together, relative to one unit of capacity.
#[derive(Default)]
pub(crate) struct Load {
    /// Offered that must be served in its hour, and carried of that.
    pub(crate) offered: f64,
    pub(crate) carried: f64,
    /// Carried of what can wait.
    pub(crate) waiting: f64,
}

impl Load {
    /// Adds the load of an entry, of which a share can wait, and says which share of it is carried.
    pub(crate) fn carry(&mut self, hours: &Hours, load: f64, waits: f64, capacity: f64) -> f64 {
        let (waiting, at_once) = (load * waits, load * (1.0 - waits));
        // Hour by hour, all streams together: what fits into the capacity.
        let all = self.offered + at_once;
        let fits = hours.mean(|hour| (hour * all).min(capacity));
        let room = (capacity - self.carried - self.waiting).max(0.0);
        let more = (fits - self.carried).clamp(0.0, at_once).min(room);
        let more_waiting = waiting.min(room - more);
        self.offered += at_once;
        self.carried += more;
        self.waiting += more_waiting;
        let share = if load > 0.0 { (more + more_waiting) / load } else { 1.0 };
        if share > 1.0 - 1e-9 { 1.0 } else { share }
    }
}
