//! Handles: opaque numbers shaped like pointers, never followed.
//!
//! A handle names a slot of a table and the generation of its use, so a stale, foreign
//! or invented handle is an error and not a crash. On 64-bit machines the number lies
//! outside what a program can have as an address, so it is never mistaken for a string.

use std::ffi::c_void;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::camera::{Camera, Error, ErrorKind, Result};

static TABLE: RwLock<Table<Camera>> = RwLock::new(Table::new());

/// The handle of an open camera; the same one each time.
pub(super) fn insert(camera: &Arc<Camera>) -> Result<*mut c_void> {
    TABLE.write().insert(camera)
}

/// The camera of a handle.
pub(super) fn get(handle: *mut c_void) -> Result<Arc<Camera>> {
    if handle.is_null() {
        return Err(Error::new(ErrorKind::Invalid, "the handle is NULL"));
    }
    let camera = TABLE.read().get(handle).cloned();
    camera.ok_or_else(|| Error::new(ErrorKind::Invalid, "the handle is closed or was never a camera's"))
}

/// Forgets a handle; its camera if it had one.
pub(super) fn remove(handle: *mut c_void) -> Option<Arc<Camera>> {
    TABLE.write().remove(handle)
}

/// Forgets all handles.
pub(super) fn clear() {
    let cameras = TABLE.write().clear();
    drop(cameras); // outside the lock: the last reference may close a device
}

/// The handle of an open camera, if it is open.
pub(super) fn of(camera: &Arc<Camera>) -> Option<*mut c_void> {
    TABLE.read().handle_of(camera)
}

/// All open cameras.
pub(super) fn all() -> Vec<Arc<Camera>> {
    TABLE.read().slots.iter().filter_map(|slot| slot.item.clone()).collect()
}

/// Bits for the slot, above four zero bits.
const INDEX_BITS: u32 = 12;
const INDEX_SHIFT: u32 = 4;
const GENERATION_SHIFT: u32 = INDEX_SHIFT + INDEX_BITS;
const MAX_SLOTS: usize = (1 << INDEX_BITS) - 1;
/// Generations that fit, and a mark above them that no address has.
#[cfg(target_pointer_width = "64")]
const LAYOUT: (u32, usize) = (u32::MAX, 0x0051 << 48);
#[cfg(not(target_pointer_width = "64"))]
const LAYOUT: (u32, usize) = (0xFFFF, 0);

struct Slot<T> {
    generation: u32,
    item: Option<Arc<T>>,
}

struct Table<T> {
    slots: Vec<Slot<T>>,
}

impl<T> Table<T> {
    const fn new() -> Table<T> {
        Table { slots: Vec::new() }
    }

    fn handle_of(&self, item: &Arc<T>) -> Option<*mut c_void> {
        let same = |slot: &Slot<T>| slot.item.as_ref().is_some_and(|known| Arc::ptr_eq(known, item));
        let index = self.slots.iter().position(same)?;
        Some(encode(index, self.slots[index].generation))
    }

    fn insert(&mut self, item: &Arc<T>) -> Result<*mut c_void> {
        if let Some(handle) = self.handle_of(item) {
            return Ok(handle);
        }
        let index = match self.slots.iter().position(|slot| slot.item.is_none()) {
            Some(free) => free,
            None if self.slots.len() < MAX_SLOTS => {
                self.slots.push(Slot { generation: 0, item: None });
                self.slots.len() - 1
            }
            None => return Err(Error::new(ErrorKind::Unsupported, "too many open cameras")),
        };
        let slot = &mut self.slots[index];
        slot.generation = if slot.generation == LAYOUT.0 { 1 } else { slot.generation + 1 };
        slot.item = Some(Arc::clone(item));
        Ok(encode(index, slot.generation))
    }

    fn find(&self, handle: *mut c_void) -> Option<usize> {
        let index = ((handle.addr() >> INDEX_SHIFT) & MAX_SLOTS).checked_sub(1)?;
        let slot = self.slots.get(index)?;
        (slot.item.is_some() && encode(index, slot.generation) == handle).then_some(index)
    }

    fn get(&self, handle: *mut c_void) -> Option<&Arc<T>> {
        self.slots[self.find(handle)?].item.as_ref()
    }

    fn remove(&mut self, handle: *mut c_void) -> Option<Arc<T>> {
        let index = self.find(handle)?;
        self.slots[index].item.take()
    }

    /// Empties the table; the generations stay, so old handles stay dead.
    fn clear(&mut self) -> Vec<Arc<T>> {
        self.slots.iter_mut().filter_map(|slot| slot.item.take()).collect()
    }
}

fn encode(index: usize, generation: u32) -> *mut c_void {
    let number = (generation as usize) << GENERATION_SHIFT | (index + 1) << INDEX_SHIFT;
    std::ptr::without_provenance_mut(LAYOUT.1 | number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_camera_has_the_same_handle_until_it_is_closed() {
        let mut table = Table::new();
        let (one, two) = (Arc::new(1), Arc::new(2));
        let first = table.insert(&one).unwrap();
        assert_eq!(table.insert(&one).unwrap(), first);
        let second = table.insert(&two).unwrap();
        assert_ne!(first, second);
        assert_eq!(table.get(first), Some(&one));
        assert_eq!(table.remove(first), Some(one.clone()));
        assert_eq!(table.remove(first), None);
        let again = table.insert(&one).unwrap();
        assert_ne!(again, first, "the slot is used again, its generation is not");
        assert_eq!(table.get(first), None);
        assert_eq!(table.get(second), Some(&two));
    }

    #[test]
    fn handles_look_like_aligned_pointers_and_others_are_refused() {
        let mut table = Table::new();
        let handle = table.insert(&Arc::new(())).unwrap();
        assert!(!handle.is_null());
        assert_eq!(handle.addr() % 16, 0);
        let local = 5_u64;
        let foreign = [0, 1, usize::MAX, handle.addr() + 1, handle.addr() + 16, handle.addr() ^ 1 << 20];
        for number in foreign {
            assert!(table.get(std::ptr::without_provenance_mut(number)).is_none(), "{number:#x}");
        }
        assert!(table.get((&raw const local).cast_mut().cast()).is_none());
    }

    #[test]
    fn clearing_kills_old_handles_for_good() {
        let mut table = Table::new();
        let item = Arc::new(());
        let old = table.insert(&item).unwrap();
        assert_eq!(table.clear().len(), 1);
        assert!(table.get(old).is_none());
        assert_ne!(table.insert(&item).unwrap(), old);
    }

    #[test]
    fn generations_start_anew_without_a_zero_and_the_table_has_an_end() {
        let mut table = Table { slots: vec![Slot { generation: LAYOUT.0, item: None }] };
        let handle = table.insert(&Arc::new(0)).unwrap();
        assert_eq!(handle, encode(0, 1));
        let kept: Vec<_> = (1..MAX_SLOTS).map(Arc::new).collect();
        assert!(kept.iter().all(|item| table.insert(item).is_ok()));
        assert!(table.insert(&Arc::new(0)).is_err());
    }
}
