//! Bytes that are shared, not copied: what a transport sends, and what a retransmission sends again.

use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

/// Immutable bytes with a reference count; a clone is one increment.
#[derive(Clone)]
pub struct Payload {
    block: Arc<[u8]>,
    len: u32,
}

impl Payload {
    /// The first `len` bytes of `block`.
    pub(crate) fn of(block: Arc<[u8]>, len: u32) -> Self {
        Self { block, len }
    }
}

impl Deref for Payload {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        self.block.get(..self.len as usize).unwrap_or(&self.block)
    }
}

impl AsRef<[u8]> for Payload {
    fn as_ref(&self) -> &[u8] {
        self
    }
}

impl From<Vec<u8>> for Payload {
    /// Bytes beyond 4 GiB, which nothing sends, are cut off.
    fn from(bytes: Vec<u8>) -> Self {
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self {
            block: bytes.into(),
            len,
        }
    }
}

impl From<&[u8]> for Payload {
    fn from(bytes: &[u8]) -> Self {
        let len = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
        Self {
            block: bytes.into(),
            len,
        }
    }
}

impl Eq for Payload {}

impl PartialEq for Payload {
    fn eq(&self, other: &Self) -> bool {
        **self == **other
    }
}

impl fmt::Debug for Payload {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(&String::from_utf8_lossy(self), f)
    }
}
