//! How a message is kept: its bytes and, behind them, one 64-bit entry per header line, in one allocation.
//!
//! Offsets in a head are 16 bits wide. Knows nothing of what the bytes mean.

#![expect(
    clippy::cast_possible_truncation,
    reason = "offsets in a head are below 64 KiB, numbers of rows below 128"
)]

use std::sync::Arc;

use super::chars;
use crate::base::limits::Limits;

/// The bytes of a message and its index in one allocation. Nearly every message is text from end to end, and is kept
/// as such, so that no accessor has to ask again; others are kept as bytes.
#[derive(Clone)]
pub(crate) enum Block {
    /// Valid UTF-8, its index packed (see [`Entry::packed`]).
    Text(Arc<str>),
    /// Anything, or a head too long to pack its index.
    Bytes(Arc<[u8]>),
}

impl Block {
    /// The block of `text`, whose head is `head_len` bytes long, and the entries of its lines.
    pub(crate) fn received(text: &mut Vec<u8>, entries: &[u64], head_len: u32) -> Self {
        if head_len <= PACKED_MAX {
            let index = text.len();
            push_index(text, entries.iter().map(|&entry| Entry(entry).packed()));
            if let Ok(text) = std::str::from_utf8(text) {
                return Self::Text(Arc::from(text));
            }
            text.truncate(index);
        }
        Self::bytes_of(text, entries)
    }

    /// As [`Block::received`] without asking whether it is text.
    pub(crate) fn bytes_of(text: &mut Vec<u8>, entries: &[u64]) -> Self {
        push_index(text, entries.iter().copied());
        Self::Bytes(Arc::from(text.as_slice()))
    }

    /// The bytes to share with a transport.
    pub(crate) fn shared(&self) -> Arc<[u8]> {
        match self {
            Self::Text(text) => Arc::clone(text).into(),
            Self::Bytes(bytes) => Arc::clone(bytes),
        }
    }

    #[inline]
    pub(crate) fn bytes(&self) -> &[u8] {
        match self {
            Self::Text(text) => text.as_bytes(),
            Self::Bytes(bytes) => bytes,
        }
    }

    /// The text at `at..end`; none when it is not UTF-8.
    #[inline]
    pub(crate) fn text(&self, at: usize, end: usize) -> Option<&str> {
        match self {
            Self::Text(text) => text.get(at..end),
            Self::Bytes(bytes) => std::str::from_utf8(bytes.get(at..end)?).ok(),
        }
    }

    #[inline]
    pub(crate) fn entry(&self, stored: [u8; ENTRY]) -> Entry {
        match self {
            Self::Text(_) => Entry::unpacked(u64::from_le_bytes(stored)),
            Self::Bytes(_) => Entry(u64::from_le_bytes(stored)),
        }
    }
}

/// Offsets in a head. No field but the start line begins at 0, so an `end` of 0 means absent.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) struct Span {
    pub(crate) at: u16,
    pub(crate) end: u16,
}

impl Span {
    /// Callers pass offsets in a head, which are at most [`Limits::HEAD_MAX`].
    #[inline]
    pub(crate) fn new(at: usize, end: usize) -> Self {
        debug_assert!(at <= end && end <= Limits::HEAD_MAX);
        Self {
            at: at as u16,
            end: end as u16,
        }
    }

    pub(crate) fn is_some(self) -> bool {
        self.end != 0
    }

    /// The same bytes seen from `base`, which lies before them; an absent span stays absent.
    pub(crate) fn less(self, base: usize) -> Self {
        let base = base as u16;
        Self {
            at: self.at.saturating_sub(base),
            end: self.end.saturating_sub(base),
        }
    }

    /// Undoes [`Span::less`] for another base.
    pub(crate) fn plus(self, base: usize) -> Self {
        if self.is_some() {
            Self::new(usize::from(self.at) + base, usize::from(self.end) + base)
        } else {
            self
        }
    }

    #[inline]
    pub(crate) fn of(self, text: &[u8]) -> &[u8] {
        text.get(usize::from(self.at)..usize::from(self.end))
            .unwrap_or(&[])
    }
}

/// One header line: name at, value at, value end (16 bits each), row number, name length ([`LONG_NAME`]: to the colon).
/// The last two bytes are ASCII; [`Entry::packed`] makes all eight so.
#[derive(Clone, Copy)]
pub(crate) struct Entry(pub(crate) u64);

impl Entry {
    #[inline]
    pub(crate) fn new(name: (usize, usize), value: (usize, usize), number: u8) -> Self {
        let len = (name.1 - name.0).min(usize::from(LONG_NAME));
        Self::with_short_name(name.0, len, value, number)
    }

    #[inline]
    pub(crate) fn with_short_name(
        at: usize,
        len: usize,
        value: (usize, usize),
        number: u8,
    ) -> Self {
        Self(
            at as u64
                | (value.0 as u64) << 16
                | (value.1 as u64) << 32
                | u64::from(number) << 48
                | (len as u64) << 56,
        )
    }

    #[inline]
    pub(crate) fn number(self) -> u8 {
        (self.0 >> 48) as u8
    }

    #[inline]
    pub(crate) fn value(self) -> (usize, usize) {
        (
            (self.0 >> 16) as u16 as usize,
            (self.0 >> 32) as u16 as usize,
        )
    }

    /// The same entry with seven bits of an offset in each byte, so that an index is ASCII text. Offsets are at most
    /// [`PACKED_MAX`].
    #[inline]
    pub(crate) fn packed(self) -> u64 {
        self.0 & (LOW | 0xFFFF << 48) | (self.0 & HIGH) << 1
    }

    /// Undoes [`Entry::packed`].
    #[inline]
    pub(crate) fn unpacked(packed: u64) -> Self {
        Self(packed & (LOW | 0xFFFF << 48) | packed >> 1 & HIGH)
    }

    /// Where the line begins.
    pub(crate) fn start(self) -> usize {
        self.0 as u16 as usize
    }

    /// The same line `by` bytes further on; the head stays below 64 KiB, so no field overflows.
    pub(crate) fn moved(self, by: usize) -> Self {
        Self(self.0 + by as u64 * 0x1_0001_0001)
    }

    /// The same line `by` bytes back.
    pub(crate) fn moved_back(self, by: usize) -> Self {
        Self(self.0 - by as u64 * 0x1_0001_0001)
    }

    /// The name's span in `text`, which is where it was read.
    pub(crate) fn name(self, text: &[u8]) -> (usize, usize) {
        let at = self.0 as u16 as usize;
        let len = (self.0 >> 56) as usize;
        if len < usize::from(LONG_NAME) {
            return (at, at + len);
        }
        chars::trim(text, at, chars::find_byte(text, at, b':'))
    }
}

/// Stands for a name too long for its byte.
const LONG_NAME: u8 = 127;
/// A head up to this long can have packed entries: 14 bits an offset.
const PACKED_MAX: u32 = 0x3FFF;
const LOW: u64 = 0x007F_007F_007F;
const HIGH: u64 = 0x3F80_3F80_3F80;

/// Bytes of an [`Entry`] in a block.
pub(crate) const ENTRY: usize = 8;

/// Writes an index at the end of a block.
#[inline]
fn push_index(text: &mut Vec<u8>, entries: impl ExactSizeIterator<Item = u64>) {
    let at = text.len();
    text.resize(at + entries.len() * ENTRY, 0);
    let index = text.get_mut(at..).unwrap_or(&mut []);
    for (place, entry) in index.as_chunks_mut::<ENTRY>().0.iter_mut().zip(entries) {
        *place = entry.to_le_bytes();
    }
}
