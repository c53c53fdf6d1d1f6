//! The camera before it has firmware: the boot loader in the ROM of its USB controller,
//! a Cypress FX3.
//!
//! It takes bytes for the controller's memory (sizes: public data sheet of the CYUSB3014)
//! and starts what is there when told an address and no bytes (observed). The ROM trusts
//! whoever loads it; this one starts nothing where no whole instruction was written.

use super::device::Refusal;

/// Start and size of the memories that a program can be put into.
const MEMORIES: [(u32, usize); 3] =
    [(0x0000_0000, 16 * 1024), (0x1000_0000, 8 * 1024), (0x4000_0000, 512 * 1024)];
/// The longest write the ROM takes.
const LONGEST_WRITE: usize = 4096;
/// Length of an instruction.
const INSTRUCTION: usize = 4;

/// Memory that is being filled.
pub struct Loader {
    memories: Vec<Memory>,
    started_at: Option<u32>,
}

struct Memory {
    start: u32,
    bytes: Vec<Option<u8>>,
}

impl Loader {
    pub(super) fn new() -> Loader {
        let memories = MEMORIES.map(|(start, len)| Memory { start, bytes: vec![None; len] });
        Loader { memories: memories.into(), started_at: None }
    }

    /// The bytes at `address` as they were written, if all of them were.
    pub fn read(&self, address: u32, len: usize) -> Option<Vec<u8>> {
        self.memories
            .iter()
            .find_map(|memory| memory.bytes.get(memory.range(address, len)?))?
            .iter()
            .copied()
            .collect()
    }

    /// Where the program was started, if it was.
    pub fn started_at(&self) -> Option<u32> {
        self.started_at
    }

    /// A write; none at all is the order to start.
    pub(super) fn take(&mut self, address: u32, data: &[u8]) -> Result<(), Refusal> {
        if self.started_at.is_some() || data.len() > LONGEST_WRITE {
            return Err(Refusal::Stall);
        }
        if data.is_empty() {
            self.read(address, INSTRUCTION).ok_or(Refusal::Stall)?;
            self.started_at = Some(address);
            return Ok(());
        }
        let found = self.memories.iter_mut().find_map(|memory| {
            let range = memory.range(address, data.len())?;
            memory.bytes.get_mut(range)
        });
        for (place, byte) in found.ok_or(Refusal::Stall)?.iter_mut().zip(data) {
            *place = Some(*byte);
        }
        Ok(())
    }
}

impl Memory {
    fn range(&self, address: u32, len: usize) -> Option<std::ops::Range<usize>> {
        let from = address.checked_sub(self.start)? as usize;
        Some(from..from.checked_add(len)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_starts_only_what_was_written() {
        let mut loader = Loader::new();
        assert_eq!(loader.take(0x4000_3000, &[]), Err(Refusal::Stall), "nothing is there");
        loader.take(0x4000_3000, &[1, 2, 3]).unwrap();
        assert_eq!(loader.take(0x4000_3000, &[]), Err(Refusal::Stall), "a part of an instruction");
        loader.take(0x4000_3003, &[4; 2048]).unwrap();
        for outside in [0, 0x4000_2FFC, 0x4000_3803, 0x9000_0000, u32::MAX] {
            assert_eq!(loader.take(outside, &[]), Err(Refusal::Stall), "{outside:#x}");
        }
        assert_eq!(loader.started_at(), None);
        loader.take(0x4000_3000, &[]).unwrap();
        assert_eq!(loader.started_at(), Some(0x4000_3000));
        assert_eq!(loader.read(0x4000_3001, 4), Some(vec![2, 3, 4, 4]));
        assert_eq!(loader.take(0x4000_3000, &[1]), Err(Refusal::Stall), "it is on its way");
    }

    #[test]
    fn memory_ends_where_the_data_sheet_says() {
        let mut loader = Loader::new();
        for (end, fits) in [(0x4000, 4), (0x1000_2000, 8), (0x4008_0000, 2048)] {
            loader.take(end - fits, &vec![7; fits as usize]).unwrap();
            assert_eq!(loader.take(end - fits + 1, &vec![7; fits as usize]), Err(Refusal::Stall));
            assert_eq!(loader.take(end, &[7]), Err(Refusal::Stall));
        }
        assert_eq!(loader.take(0x4000_0000, &[0; 4097]), Err(Refusal::Stall));
        assert_eq!(loader.take(u32::MAX, &[0; 2]), Err(Refusal::Stall));
    }
}
