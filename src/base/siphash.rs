//! SipHash-1-3 with a 128-bit result: names for table entries that a peer can neither guess nor make collide.
//!
//! At 128 bits under a secret key the hash may stand for what was hashed, so that a table keeps 16 bytes a row and not
//! the texts. (J.-P. Aumasson and D. J. Bernstein, "SipHash: a fast short-input PRF".)

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use super::Entropy;

/// A secret to hash under.
#[derive(Clone, Copy)]
pub struct HashKey {
    k0: u64,
    k1: u64,
}

impl HashKey {
    /// A new secret.
    pub fn new(entropy: &mut Entropy) -> Self {
        Self {
            k0: entropy.number(),
            k1: entropy.number(),
        }
    }

    /// Starts a hash.
    #[must_use]
    pub const fn start(&self) -> SipHash {
        SipHash {
            v0: self.k0 ^ 0x736f_6d65_7073_6575,
            v1: self.k1 ^ 0x646f_7261_6e64_6f6d ^ 0xee,
            v2: self.k0 ^ 0x6c79_6765_6e65_7261,
            v3: self.k1 ^ 0x7465_6462_7974_6573,
            tail: 0,
            length: 0,
        }
    }
}

/// A hash under way.
#[derive(Clone, Copy)]
pub struct SipHash {
    v0: u64,
    v1: u64,
    v2: u64,
    v3: u64,
    tail: u64,
    length: u64,
}

impl SipHash {
    fn round(&mut self) {
        self.v0 = self.v0.wrapping_add(self.v1);
        self.v1 = self.v1.rotate_left(13) ^ self.v0;
        self.v0 = self.v0.rotate_left(32);
        self.v2 = self.v2.wrapping_add(self.v3);
        self.v3 = self.v3.rotate_left(16) ^ self.v2;
        self.v0 = self.v0.wrapping_add(self.v3);
        self.v3 = self.v3.rotate_left(21) ^ self.v0;
        self.v2 = self.v2.wrapping_add(self.v1);
        self.v1 = self.v1.rotate_left(17) ^ self.v2;
        self.v2 = self.v2.rotate_left(32);
    }

    fn word(&mut self, word: u64) {
        self.v3 ^= word;
        self.round();
        self.v0 ^= word;
    }

    /// Adds bytes as they are; ambiguous borders are the caller's affair (see [`SipHash::part`]).
    pub fn bytes(&mut self, mut bytes: &[u8]) {
        let filled = (self.length % 8) as usize;
        self.length = self.length.wrapping_add(bytes.len() as u64);
        if filled > 0 {
            let take = bytes.len().min(8 - filled);
            for (place, byte) in bytes[..take].iter().enumerate() {
                self.tail |= u64::from(*byte) << (8 * (filled + place));
            }
            if filled + take < 8 {
                return;
            }
            self.word(self.tail);
            bytes = &bytes[take..];
        }
        let (words, rest) = bytes.as_chunks::<8>();
        for word in words {
            self.word(u64::from_le_bytes(*word));
        }
        self.tail = 0;
        for (place, byte) in rest.iter().enumerate() {
            self.tail |= u64::from(*byte) << (8 * place);
        }
    }

    /// Adds a text and its end.
    pub fn part(&mut self, text: &str) {
        self.bytes(text.as_bytes());
        self.bytes(&[0xff]);
    }

    /// Adds a text without regard to ASCII case, and its end.
    pub fn part_ignoring_case(&mut self, text: &str) {
        for piece in text.as_bytes().chunks(32) {
            let mut lower = [0; 32];
            let lower = &mut lower[..piece.len()];
            lower.copy_from_slice(piece);
            lower.make_ascii_lowercase();
            self.bytes(lower);
        }
        self.bytes(&[0xff]);
    }

    /// The hash.
    #[must_use]
    pub fn finish(mut self) -> u128 {
        self.word(self.tail | self.length << 56);
        self.v2 ^= 0xee;
        (0..3).for_each(|_| self.round());
        let low = self.v0 ^ self.v1 ^ self.v2 ^ self.v3;
        self.v1 ^= 0xdd;
        (0..3).for_each(|_| self.round());
        let high = self.v0 ^ self.v1 ^ self.v2 ^ self.v3;
        u128::from(high) << 64 | u128::from(low)
    }
}

/// A table whose keys are such hashes already.
pub type HashedMap<V> = HashMap<u128, V, BuildHasherDefault<Ready>>;

/// Takes the key as its own hash; for keys that are hashes, and for numbers that no peer chooses.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ready(u64);

impl Hasher for Ready {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, key: u64) {
        // Keys that are counted up differ in their lowest bits only; the table wants its highest too.
        self.0 = key.wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    }

    #[expect(
        clippy::cast_possible_truncation,
        reason = "half of an even hash is an even hash"
    )]
    fn write_u128(&mut self, hash: u128) {
        self.0 = hash as u64;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_hash_as_the_whole() {
        let key = HashKey { k0: 1, k1: 2 };
        let text = b"z9hG4bK-some-branch-of-some-length";
        let mut whole = key.start();
        whole.bytes(text);
        for cut in 0..text.len() {
            let mut pieces = key.start();
            pieces.bytes(&text[..cut]);
            pieces.bytes(&text[cut..]);
            assert_eq!(pieces.finish(), whole.finish(), "cut at {cut}");
        }
    }

    #[test]
    fn case_counts_only_where_it_should_and_borders_count() {
        let key = HashKey { k0: 1, k1: 2 };
        let hash = |texts: &[&str], fold: bool| {
            let mut hash = key.start();
            for text in texts {
                if fold {
                    hash.part_ignoring_case(text);
                } else {
                    hash.part(text);
                }
            }
            hash.finish()
        };
        assert_eq!(hash(&["aBc"], true), hash(&["AbC"], true));
        assert_ne!(hash(&["aBc"], false), hash(&["AbC"], false));
        assert_ne!(hash(&["ab", "c"], false), hash(&["a", "bc"], false));
        assert_ne!(
            hash(&["a"], false),
            HashKey { k0: 1, k1: 3 }.start().finish()
        );
    }
}
