//! The allocator: the standard library's own, given the memory that is there from the start instead of growing it.
//!
//! One of kpt's hosts goes on looking at the memory that it saw first; memory that is added later is outside its view.

use std::alloc::{GlobalAlloc, Layout};
use std::cell::{Cell, UnsafeCell};
use std::ptr;

use dlmalloc::{Allocator, Dlmalloc};

use crate::host;

const PAGE: usize = 65536;
/// kpt's hosts count the last byte of the memory as lying outside it.
const UNUSED_END: usize = 16;
const EXHAUSTED: &str = "set-prestop: error: the memory is used up: this module has 64 MiB
  help: run the function on fewer resources at a time, or use the command or the container image
";

#[global_allocator]
static HEAP: Heap = Heap(UnsafeCell::new(Dlmalloc::new_with_allocator(Memory {
    taken: Cell::new(false),
})));

struct Heap(UnsafeCell<Dlmalloc<Memory>>);

#[expect(unsafe_code, reason = "a static has to be `Sync`")]
// SAFETY: the target has one thread.
unsafe impl Sync for Heap {}

#[expect(unsafe_code, reason = "an allocator can't be written without")]
// SAFETY: each method hands its caller's promises on to an allocator that asks for the same ones, and never unwinds.
unsafe impl GlobalAlloc for Heap {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: there is one thread, and the allocator doesn't call back into itself.
        let heap = unsafe { &mut *self.0.get() };
        // SAFETY: the caller gives a layout that is valid and not empty.
        found(unsafe { heap.malloc(layout.size(), layout.align()) })
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: as in `alloc`.
        let heap = unsafe { &mut *self.0.get() };
        // SAFETY: as in `alloc`.
        found(unsafe { heap.calloc(layout.size(), layout.align()) })
    }

    unsafe fn dealloc(&self, address: *mut u8, layout: Layout) {
        // SAFETY: as in `alloc`.
        let heap = unsafe { &mut *self.0.get() };
        // SAFETY: the caller gives an address of this allocator with the layout that it was made with.
        unsafe { heap.free(address, layout.size(), layout.align()) }
    }

    unsafe fn realloc(&self, address: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: as in `alloc`.
        let heap = unsafe { &mut *self.0.get() };
        // SAFETY: as in `dealloc`, and the new size is not zero.
        found(unsafe { heap.realloc(address, layout.size(), layout.align(), size) })
    }
}

/// Says that the memory is used up where it is: the standard library would trap without a word.
fn found(address: *mut u8) -> *mut u8 {
    if address.is_null() {
        host::abort(EXHAUSTED);
    }
    address
}

/// All memory behind the module's own data, handed out once.
struct Memory {
    taken: Cell<bool>,
}

#[expect(unsafe_code, reason = "the allocator's source of memory")]
// SAFETY: what is handed out belongs to nobody else: the linker puts nothing behind `__heap_base`.
unsafe impl Allocator for Memory {
    fn alloc(&self, size: usize) -> (*mut u8, usize, u32) {
        unsafe extern "C" {
            static __heap_base: u8;
        }
        let start = &raw const __heap_base;
        let end = std::arch::wasm32::memory_size::<0>() * PAGE - UNUSED_END;
        let length = (end - start.addr()) & !(self.page_size() - 1);
        if self.taken.replace(true) || size > length {
            return (ptr::null_mut(), 0, 0);
        }
        (start.cast_mut(), length, 0)
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
        16
    }
}
