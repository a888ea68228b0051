//! In which order the months of a path are decided, when its end is decided first.
use std::collections::VecDeque;

/// A place between two that are decided before it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Halving {
    pub(super) at: usize,
    pub(super) left: usize,
    pub(super) right: usize,
}

/// All places between 0 and `months`, breadth first: the widest gaps are halved before narrower ones.
pub(super) fn halvings(months: usize) -> Vec<Halving> {
    let mut halvings = Vec::new();
    let mut gaps = VecDeque::from([(0, months)]);
    while let Some((left, right)) = gaps.pop_front() {
        if right - left < 2 {
            continue;
        }
        let at = usize::midpoint(left, right);
        halvings.push(Halving { at, left, right });
        gaps.extend([(left, at), (at, right)]);
    }
    halvings
}
