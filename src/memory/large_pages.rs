//! Large lists in regions of large pages, all else where the system puts it.
#![allow(
    unsafe_code,
    reason = "an allocator is unsafe by its trait; what it gains stands in the module above"
)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::ptr;
use std::sync::{Mutex, MutexGuard, PoisonError};

use dlmalloc::{Allocator, Dlmalloc};
use rustix::mm::{Advice, MapFlags, ProtFlags, madvise, mmap_anonymous};

/// An allocator for programs that hold large lists: `#[global_allocator]`.
#[derive(Debug)]
pub struct LargePages;

/// Bytes from which on a list is large.
const LARGE: usize = 32 << 10;
/// Bytes of a large page.
const PAGE: usize = 2 << 20;
/// Bytes that are asked of the system at a time, or a multiple; what is not used of them is not there.
const REGION: usize = 64 << 20;
/// Bytes of a small page.
const SMALL_PAGE: usize = 4 << 10;

/// Where large lists lie. Few are made at a time: they wait for each other here.
static LISTS: Mutex<Dlmalloc<Regions>> = Mutex::new(Dlmalloc::new_with_allocator(Regions));

fn lists() -> MutexGuard<'static, Dlmalloc<Regions>> {
    LISTS.lock().unwrap_or_else(PoisonError::into_inner)
}

// SAFETY: what is large by its layout goes to `LISTS`, all else to `System`, when it is made and when it is given back, and both
// keep the promises of an allocator; `realloc` keeps to it by the size before and the size after.
unsafe impl GlobalAlloc for LargePages {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        if layout.size() < LARGE {
            // SAFETY: as the caller promises.
            return unsafe { System.alloc(layout) };
        }
        // SAFETY: the size is not zero, and an alignment is a power of two.
        unsafe { lists().malloc(layout.size(), layout.align()) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        if layout.size() < LARGE {
            // SAFETY: as the caller promises.
            return unsafe { System.alloc_zeroed(layout) };
        }
        // SAFETY: the size is not zero, and an alignment is a power of two.
        unsafe { lists().calloc(layout.size(), layout.align()) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        if layout.size() < LARGE {
            // SAFETY: it was made by `System`, since its layout is small.
            return unsafe { System.dealloc(memory, layout) };
        }
        // SAFETY: it was made by `LISTS`, since its layout is large.
        unsafe { lists().free(memory, layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, memory: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        match (layout.size() < LARGE, size < LARGE) {
            // SAFETY: it was made by `System` and stays there.
            (true, true) => unsafe { System.realloc(memory, layout, size) },
            // SAFETY: it was made by `LISTS` and stays there.
            (false, false) => unsafe { lists().realloc(memory, layout.size(), layout.align(), size) },
            // SAFETY: the size is that of a layout, as the caller promises; both places hold the bytes that are copied, and do
            // not overlap, since each belongs to somebody.
            _ => unsafe {
                let moved = self.alloc(Layout::from_size_align_unchecked(size, layout.align()));
                if !moved.is_null() {
                    ptr::copy_nonoverlapping(memory, moved, layout.size().min(size));
                    self.dealloc(memory, layout);
                }
                moved
            },
        }
    }
}

/// Regions of the system's memory.
struct Regions;

// SAFETY: a region is fresh memory of its own, readable and writable, of the size that is told, and is never taken back.
unsafe impl Allocator for Regions {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        let none = (ptr::null_mut(), 0, 0);
        let Some(size) = size.checked_next_multiple_of(REGION) else { return none };
        let (access, flags) = (ProtFlags::READ | ProtFlags::WRITE, MapFlags::PRIVATE);
        // SAFETY: nothing is mapped there before.
        let Ok(mapped) = (unsafe { mmap_anonymous(ptr::null_mut(), size + PAGE, access, flags) }) else {
            return none;
        };
        let mapped = mapped.cast::<u8>();
        // SAFETY: at most a large page further, and so much more than the region was mapped.
        let begin = unsafe { mapped.add(mapped.align_offset(PAGE)) };
        // The first lists of a short command lie in small pages, and so does the end, where the allocator writes that it ends: a large
        // page takes time before anything is in it. Where there are no large pages the region is as good as any.
        // SAFETY: the range lies within the region, and the advice changes nothing that can be read.
        let _ = unsafe { madvise(begin.add(PAGE).cast(), size - 2 * PAGE, Advice::LinuxHugepage) };
        (begin, size, 0)
    }

    fn remap(&self, _: *mut u8, _: usize, _: usize, _: bool) -> *mut u8 {
        ptr::null_mut()
    }

    fn free_part(&self, _: *mut u8, _: usize, _: usize) -> bool {
        false
    }

    fn free(&self, _: *mut u8, _: usize) -> bool {
        false
    }

    fn can_release_part(&self, _: u32) -> bool {
        false
    }

    fn allocates_zeros(&self) -> bool {
        true
    }

    fn page_size(&self) -> usize {
        SMALL_PAGE
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::random::philox;

    /// A list with a mark of its own at both ends.
    struct List {
        memory: *mut u8,
        layout: Layout,
        mark: u8,
    }

    impl List {
        fn make(size: usize, align: usize, zeroed: bool, mark: u8) -> Self {
            let layout = Layout::from_size_align(size, align).unwrap();
            let memory =
                unsafe { if zeroed { LargePages.alloc_zeroed(layout) } else { LargePages.alloc(layout) } };
            assert!(!memory.is_null() && memory.align_offset(align) == 0);
            let bytes = unsafe { std::slice::from_raw_parts(memory, size) };
            assert!(!zeroed || bytes.iter().all(|byte| *byte == 0), "zeros are zeros, also in what was used");
            Self { memory, layout, mark }.marked()
        }

        fn marked(self) -> Self {
            unsafe { self.memory.write_bytes(self.mark, self.layout.size()) };
            self
        }

        /// Whether nobody else has written there.
        fn check(&self, upto: usize) {
            let bytes = unsafe { std::slice::from_raw_parts(self.memory, upto) };
            assert!(bytes.iter().all(|byte| *byte == self.mark));
        }

        fn resize(self, size: usize) -> Self {
            let memory = unsafe { LargePages.realloc(self.memory, self.layout, size) };
            let layout = Layout::from_size_align(size, self.layout.align()).unwrap();
            assert!(!memory.is_null() && memory.align_offset(layout.align()) == 0);
            let resized = Self { memory, layout, ..self };
            resized.check(self.layout.size().min(size));
            resized.marked()
        }

        fn give_back(self) {
            self.check(self.layout.size());
            unsafe { LargePages.dealloc(self.memory, self.layout) };
        }
    }

    /// Lists of all sizes around the limit, made, grown, shrunk and given back in any order on several threads.
    #[test]
    fn lists_are_their_owners_alone() {
        let work = |thread: u32| {
            let mut lists: Vec<List> = Vec::new();
            for step in 0..400 {
                let [kind, size, align, which] = philox([step, thread, 0, 0], 7);
                let size = 1 + size as usize % if step % 50 == 0 { 3 << 20 } else { 3 * LARGE };
                let which = which as usize % lists.len().max(1);
                match kind % 4 {
                    0 if !lists.is_empty() => lists.swap_remove(which).give_back(),
                    1 if !lists.is_empty() => {
                        let list = lists.swap_remove(which);
                        lists.push(list.resize(size));
                    }
                    kind => {
                        lists.push(List::make(size, 1 << (align % 13), kind == 2, (step + thread) as u8));
                    }
                }
            }
            lists.into_iter().for_each(List::give_back);
        };
        std::thread::scope(|scope| (0..3).for_each(|thread| drop(scope.spawn(move || work(thread)))));
    }

    /// What was given back is used again, and a size that no memory has is none.
    #[test]
    fn memory_is_kept_and_ends() {
        let layout = Layout::from_size_align(REGION / 2, 64).unwrap();
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..50 {
            let memory = unsafe { LargePages.alloc(layout) };
            seen.insert(memory as usize);
            unsafe { LargePages.dealloc(memory, layout) };
        }
        assert!(seen.len() < 10, "{} places", seen.len());
        let endless = Layout::from_size_align(isize::MAX as usize - 63, 64).unwrap();
        assert!(unsafe { LargePages.alloc(endless) }.is_null());
    }
}
