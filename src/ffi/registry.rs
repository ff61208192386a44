//! The handle table: names that C holds, and what they stand for.
//!
//! A handle is a key in a pointer's clothes: bit 0 is set, so that it is never an address of something aligned, then
//! the kind, the slot and the slot's generation. A slot's generation moves on when its last reference goes, so
//! whatever is stale, made up or of another kind finds nothing. The table is the only thing that clients share; each
//! slot has a lock of its own, held for a few instructions, and never two at once. What a slot held is dropped
//! outside its lock, since that may give up other handles.

use std::cell::RefCell;
use std::hash::{BuildHasher, RandomState};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};

use parking_lot::Mutex;
use parking_lot::lock_api::{Mutex as RawLocked, MutexGuard as RawGuard, RawMutex};

use super::entry::Entry;
use super::fence::Fault;
use super::result_codes::{RTC_E_HANDLE, RTC_E_LIMIT};
use super::types::rtc_object_t;

/// A handle as C holds it.
pub(super) type Raw = *mut rtc_object_t;

const KIND_SHIFT: u32 = 1;
const KIND_BITS: u32 = 5;
const INDEX_SHIFT: u32 = KIND_SHIFT + KIND_BITS;
/// 67 million handles where pointers have 64 bits, 131 thousand where they have 32.
const INDEX_BITS: u32 = if usize::BITS >= 64 { 26 } else { 17 };
const GENERATION_SHIFT: u32 = INDEX_SHIFT + INDEX_BITS;
const GENERATION_BITS: u32 = if usize::BITS >= 64 {
    32
} else {
    usize::BITS - GENERATION_SHIFT
};
const GENERATION_MASK: usize = if GENERATION_BITS >= 32 {
    u32::MAX as usize
} else {
    (1 << GENERATION_BITS) - 1
};

/// The first chunk's size; each chunk after it is twice as large as the one before.
const FIRST_CHUNK: u32 = 256;
const CHUNKS: usize = (INDEX_BITS - 8 + 1) as usize;

struct Slot {
    generation: u32,
    references: u32,
    entry: Option<Entry>,
}

/// A lock that costs one atomic exchange: what it protects is held for a few instructions, by nobody who waits.
struct Brief(AtomicBool);

// SAFETY: `lock` returns only after this thread has changed the flag from free to taken, and only `unlock`, which the
// holder alone may call, changes it back; acquire and release order what happens in between.
unsafe impl RawMutex for Brief {
    const INIT: Self = Self(AtomicBool::new(false));
    type Guard = ();

    fn lock(&self) {
        let mut tries = 0_u32;
        while self.try_lock().is_none() {
            tries = tries.saturating_add(1);
            if tries < 64 {
                std::hint::spin_loop();
            } else {
                // The holder was put aside by the system; or it stayed behind when this process was forked, and then
                // nobody will ever give the slot back.
                if tries > STRANDED && is_forked() {
                    return;
                }
                std::thread::yield_now();
            }
        }
    }

    fn try_lock(&self) -> Option<()> {
        (!self.0.swap(true, Ordering::Acquire)).then_some(())
    }

    unsafe fn unlock(&self, (): ()) {
        self.0.store(false, Ordering::Release);
    }

    fn is_locked(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}

/// Tries after which a holder that does not exist in this process is suspected.
const STRANDED: u32 = 100_000;

/// Whether this process is not the one that first used the table.
fn is_forked() -> bool {
    *HOME.get_or_init(std::process::id) != std::process::id()
}

/// The process that first used the table.
static HOME: OnceLock<u32> = OnceLock::new();

type Cell = RawLocked<Brief, Slot>;
type CellGuard = RawGuard<'static, Brief, Slot>;
type Chunk = Box<[Cell]>;

static TABLE: [OnceLock<Chunk>; CHUNKS] = [const { OnceLock::new() }; CHUNKS];
/// The first slot that was never used.
static FRESH: AtomicU32 = AtomicU32::new(0);

/// Free slots, in shards so that threads do not meet; a thread whose shard is empty takes from the others.
const SHARDS: usize = 8;
static FREE: [Mutex<Vec<u32>>; SHARDS] = [const { Mutex::new(Vec::new()) }; SHARDS];

/// What a thread keeps for itself, so that minting and releasing in turn take no lock but the slot's.
struct Mine {
    shard: usize,
    free: Vec<u32>,
}

/// Free slots that a thread keeps at most; a table with short generations lets them rest in the shards instead.
const KEPT: usize = if GENERATION_BITS >= 32 { 16 } else { 0 };

thread_local! {
    static MINE: RefCell<Mine> = RefCell::new(Mine::new());
}

impl Mine {
    fn new() -> Self {
        static NEXT: AtomicUsize = AtomicUsize::new(0);
        Self {
            shard: NEXT.fetch_add(1, Ordering::Relaxed) % SHARDS,
            free: Vec::with_capacity(KEPT),
        }
    }
}

impl Drop for Mine {
    fn drop(&mut self) {
        FREE[self.shard].lock().append(&mut self.free);
    }
}

/// Runs `work` with what the thread keeps; one that is ending makes do with the first shard.
fn with_mine<R>(work: impl Fn(&mut Mine) -> R) -> R {
    MINE.try_with(|mine| work(&mut mine.borrow_mut()))
        .unwrap_or_else(|_| {
            work(&mut Mine {
                shard: 0,
                free: Vec::new(),
            })
        })
}

/// Where generations begin: different in every process, so that numbers from elsewhere find nothing.
fn first_generation(index: u32) -> u32 {
    static SEED: OnceLock<RandomState> = OnceLock::new();
    let hash = SEED.get_or_init(RandomState::new).hash_one(index);
    u32::try_from(hash & u64::from(u32::MAX)).unwrap_or(1)
}

fn slot(index: u32) -> Option<&'static Cell> {
    let shifted = index.checked_add(FIRST_CHUNK)?;
    let chunk = shifted.ilog2() - FIRST_CHUNK.ilog2();
    let offset = shifted - (FIRST_CHUNK << chunk);
    TABLE
        .get(chunk as usize)?
        .get()?
        .get(usize::try_from(offset).ok()?)
}

/// Makes a slot that was never used, with its chunk where it is the first there.
fn fresh() -> Option<u32> {
    HOME.get_or_init(std::process::id);
    let index = FRESH
        .fetch_update(Ordering::Relaxed, Ordering::Relaxed, |next| {
            (next < (1 << INDEX_BITS) - FIRST_CHUNK).then(|| next + 1)
        })
        .ok()?;
    let chunk = (index + FIRST_CHUNK).ilog2() - FIRST_CHUNK.ilog2();
    let size = FIRST_CHUNK << chunk;
    TABLE.get(chunk as usize)?.get_or_init(|| {
        let first = size - FIRST_CHUNK;
        (0..size)
            .map(|offset| {
                Cell::new(Slot {
                    generation: first_generation(first + offset),
                    references: 0,
                    entry: None,
                })
            })
            .collect()
    });
    Some(index)
}

fn take_free() -> Option<u32> {
    with_mine(|mine| {
        if let Some(index) = mine.free.pop() {
            return Some(index);
        }
        if let Some(index) = pop(&mut FREE[mine.shard].lock()) {
            return Some(index);
        }
        for other in 1..SHARDS {
            let mut from = FREE[(mine.shard + other) % SHARDS].lock();
            if from.is_empty() {
                continue;
            }
            let keep = from.len() / 2;
            let mut taken = from.split_off(keep);
            drop(from);
            let mut ours = FREE[mine.shard].lock();
            ours.append(&mut taken);
            if let Some(index) = pop(&mut ours) {
                return Some(index);
            }
        }
        fresh()
    })
}

fn give_free(index: u32) {
    with_mine(|mine| {
        if mine.free.len() < KEPT {
            mine.free.push(index);
        } else {
            FREE[mine.shard].lock().push(index);
        }
    });
}

/// Short generations come round soon, so that there the slot that has rested longest is taken.
fn pop(free: &mut Vec<u32>) -> Option<u32> {
    if GENERATION_BITS >= 32 {
        free.pop()
    } else if free.len() > 64 {
        Some(free.remove(0))
    } else {
        None
    }
}

fn encode(kind: i32, index: u32, generation: u32) -> Raw {
    let bits = 1
        | (kind.cast_unsigned() as usize) << KIND_SHIFT
        | (index as usize) << INDEX_SHIFT
        | (generation as usize & GENERATION_MASK) << GENERATION_SHIFT;
    std::ptr::without_provenance_mut(bits)
}

/// The kind that a handle claims to be of.
fn claimed_kind(raw: Raw) -> i32 {
    let bits = raw.addr() >> KIND_SHIFT & ((1 << KIND_BITS) - 1);
    i32::try_from(bits).unwrap_or(0)
}

fn locate(raw: Raw) -> Option<(u32, CellGuard)> {
    let bits = raw.addr();
    if bits & 1 == 0 {
        return None;
    }
    let index = u32::try_from(bits >> INDEX_SHIFT & ((1 << INDEX_BITS) - 1)).ok()?;
    let slot = slot(index)?.lock();
    let generation = bits >> GENERATION_SHIFT & GENERATION_MASK;
    let same = slot.generation as usize & GENERATION_MASK == generation;
    let kind = slot.entry.as_ref().map(Entry::kind);
    (same && kind == Some(claimed_kind(raw))).then_some((index, slot))
}

/// Gives `entry` a name with one reference.
pub(super) fn mint(entry: Entry) -> Result<Raw, Fault> {
    let kind = entry.kind();
    let Some((index, slot)) = take_free().and_then(|index| Some((index, slot(index)?))) else {
        return Err(Fault::new(
            RTC_E_LIMIT,
            "no handle is left: release what is not needed any more",
        ));
    };
    let mut slot = slot.lock();
    slot.references = 1;
    slot.entry = Some(entry);
    Ok(encode(kind, index, slot.generation))
}

/// One reference more; the new count, 0 if the handle is stale.
pub(super) fn add_ref(raw: Raw) -> u32 {
    match locate(raw) {
        Some((_, mut slot)) => {
            slot.references = slot.references.saturating_add(1);
            slot.references
        }
        None => 0,
    }
}

/// One reference less; the new count, 0 also if the handle is stale.
pub(super) fn release(raw: Raw) -> u32 {
    let Some((index, mut slot)) = locate(raw) else {
        return 0;
    };
    slot.references = slot.references.saturating_sub(1);
    if slot.references > 0 {
        return slot.references;
    }
    slot.generation = slot.generation.wrapping_add(1);
    let entry = slot.entry.take();
    drop(slot);
    give_free(index);
    if let Some(entry) = entry {
        entry.given_up();
    }
    0
}

/// What the handle is, 0 if it is stale.
pub(super) fn kind(raw: Raw) -> i32 {
    locate(raw).map_or(0, |_| claimed_kind(raw))
}

/// Looks at what a handle stands for, under its slot's lock: `look` must be short and call nothing of this table.
pub(super) fn with<R>(
    raw: Raw,
    what: &'static str,
    look: impl FnOnce(&mut Entry) -> Option<R>,
) -> Result<R, Fault> {
    locate(raw)
        .and_then(|(_, mut slot)| slot.entry.as_mut().and_then(look))
        .ok_or_else(|| no_handle(raw, what))
}

#[cold]
fn no_handle(raw: Raw, what: &'static str) -> Fault {
    let found = if raw.is_null() {
        "is NULL"
    } else if kind(raw) != 0 {
        "is a handle of another kind"
    } else {
        "was released before, or is no handle of this process"
    };
    Fault::new(RTC_E_HANDLE, format!("`{what}` {found}"))
}

/// The name of something that several holders may be lent: the one in `cell` while anybody holds it, else a new one.
pub(super) fn lend(cell: &AtomicUsize, entry: impl Fn() -> Entry) -> Result<Raw, Fault> {
    loop {
        let seen = cell.load(Ordering::Acquire);
        let held: Raw = std::ptr::without_provenance_mut(seen);
        if add_ref(held) > 0 {
            return Ok(held);
        }
        let minted = mint(entry())?;
        if cell
            .compare_exchange(seen, minted.addr(), Ordering::AcqRel, Ordering::Acquire)
            .is_ok()
        {
            return Ok(minted);
        }
        // Somebody else was first; that name is the one.
        let _ = forget(minted);
    }
}

/// Takes a name back that nobody has seen.
fn forget(raw: Raw) -> Option<Entry> {
    let (index, mut slot) = locate(raw)?;
    slot.generation = slot.generation.wrapping_add(1);
    let entry = slot.entry.take();
    drop(slot);
    give_free(index);
    entry
}

/// How many handles satisfy `counts`; walks the whole table.
pub(super) fn count(counts: impl Fn(&Entry) -> bool) -> u64 {
    let used = FRESH.load(Ordering::Relaxed);
    let held = (0..used)
        .filter_map(slot)
        .filter(|slot| slot.lock().entry.as_ref().is_some_and(&counts))
        .count();
    held as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::limits::Limits;
    use crate::ffi::constants::RTC_KIND_SIP_MESSAGE;
    use crate::ffi::entry::MessageEntry;
    use crate::syntax::Message;

    fn entry() -> Entry {
        let text = b"OPTIONS sip:b SIP/2.0\r\nVia: SIP/2.0/UDP a;branch=z9hG4bK1\r\nFrom: <sip:a>;tag=1\r\n\
            To: <sip:b>\r\nCall-ID: 1\r\nCSeq: 1 OPTIONS\r\n\r\n";
        let message = Message::parse_datagram(text, &Limits::default()).unwrap();
        Entry::Message(MessageEntry::new(message))
    }

    #[test]
    fn a_name_lives_as_long_as_its_references() {
        let raw = mint(entry()).unwrap();
        assert_eq!(raw.addr() & 1, 1);
        assert_eq!(kind(raw), RTC_KIND_SIP_MESSAGE);
        assert_eq!(add_ref(raw), 2);
        assert_eq!(release(raw), 1);
        assert_eq!(release(raw), 0);
        assert_eq!((release(raw), add_ref(raw), kind(raw)), (0, 0, 0));
    }

    #[test]
    fn no_made_up_number_is_a_name() {
        let raw = mint(entry()).unwrap();
        for flip in 0..usize::BITS {
            let other: Raw = std::ptr::without_provenance_mut(raw.addr() ^ (1 << flip));
            assert_eq!(kind(other), 0, "bit {flip} does not matter");
        }
        for number in 0..4096_usize {
            let other: Raw = std::ptr::without_provenance_mut(number);
            assert_eq!(kind(other), 0);
        }
        assert_eq!(release(raw), 0);
    }

    #[test]
    fn what_is_lent_has_one_name_while_anybody_holds_it() {
        let cell = AtomicUsize::new(0);
        let first = lend(&cell, entry).unwrap();
        assert_eq!(lend(&cell, entry).unwrap(), first);
        assert_eq!((release(first), release(first)), (1, 0));
        let second = lend(&cell, entry).unwrap();
        assert_ne!(first, second);
        assert_eq!(release(second), 0);
    }

    #[test]
    fn eight_threads_mint_and_release_without_meeting() {
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let mut held = Vec::new();
                    for round in 0..2000 {
                        held.push(mint(entry()).unwrap());
                        if round % 3 == 0 {
                            assert_eq!(release(held.swap_remove(held.len() / 2)), 0);
                        }
                    }
                    for raw in held {
                        assert_eq!((add_ref(raw), release(raw), release(raw)), (2, 1, 0));
                    }
                });
            }
        });
    }
}
