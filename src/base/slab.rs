//! Storage under generation-checked keys: a key of something that is gone never finds its successor.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::marker::PhantomData;

/// Names one `T` in one [`Slab`]; stale once that `T` was removed.
pub struct Key<T> {
    index: u32,
    generation: u32,
    kind: PhantomData<fn() -> T>,
}

impl<T> Key<T> {
    /// The key as one number, for owners that store keys of several kinds.
    #[must_use]
    pub const fn to_bits(self) -> u64 {
        (self.generation as u64) << 32 | self.index as u64
    }

    /// The key that [`Key::to_bits`] made the number from.
    #[must_use]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the two halves of the number"
    )]
    pub const fn from_bits(bits: u64) -> Self {
        Self {
            index: bits as u32,
            generation: (bits >> 32) as u32,
            kind: PhantomData,
        }
    }
}

impl<T> Clone for Key<T> {
    fn clone(&self) -> Self {
        *self
    }
}
impl<T> Copy for Key<T> {}
impl<T> PartialEq for Key<T> {
    fn eq(&self, other: &Self) -> bool {
        self.to_bits() == other.to_bits()
    }
}
impl<T> Eq for Key<T> {}
impl<T> PartialOrd for Key<T> {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
impl<T> Ord for Key<T> {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.to_bits().cmp(&other.to_bits())
    }
}
impl<T> Hash for Key<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.to_bits().hash(state);
    }
}
impl<T> fmt::Debug for Key<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}#{}", self.index, self.generation)
    }
}

struct Slot<T> {
    generation: u32,
    value: Option<T>,
}

/// A growing table with reuse of free places. Its keys are `Key<K>`, where `K` may be a mere name for a `T` that others
/// do not see.
pub struct Slab<T, K = T> {
    slots: Vec<Slot<T>>,
    free: Vec<u32>,
    kind: PhantomData<fn() -> K>,
}

impl<T, K> Default for Slab<T, K> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            free: Vec::new(),
            kind: PhantomData,
        }
    }
}

impl<T, K> Slab<T, K> {
    /// Stores a value and names it.
    ///
    /// # Panics
    /// With 2^32 values in one slab, far above what [`super::limits::Limits`] allows.
    pub fn insert(&mut self, value: T) -> Key<K> {
        self.insert_with(|_| value)
    }

    /// Stores a value that has to know its own name.
    ///
    /// # Panics
    /// As [`Slab::insert`].
    pub fn insert_with(&mut self, make: impl FnOnce(Key<K>) -> T) -> Key<K> {
        if let Some(index) = self.free.pop() {
            let slot = &mut self.slots[index as usize];
            let key = Key {
                index,
                generation: slot.generation,
                kind: PhantomData,
            };
            slot.value = Some(make(key));
            return key;
        }
        let index = u32::try_from(self.slots.len()).expect("fewer than 2^32 slots");
        let key = Key {
            index,
            generation: 1,
            kind: PhantomData,
        };
        self.slots.push(Slot {
            generation: 1,
            value: Some(make(key)),
        });
        key
    }

    /// The value, unless it was removed.
    #[must_use]
    pub fn get(&self, key: Key<K>) -> Option<&T> {
        self.slots
            .get(key.index as usize)
            .filter(|slot| slot.generation == key.generation)
            .and_then(|slot| slot.value.as_ref())
    }

    /// The value, unless it was removed.
    pub fn get_mut(&mut self, key: Key<K>) -> Option<&mut T> {
        self.slots
            .get_mut(key.index as usize)
            .filter(|slot| slot.generation == key.generation)
            .and_then(|slot| slot.value.as_mut())
    }

    /// Takes the value out; its key is stale from then on.
    pub fn remove(&mut self, key: Key<K>) -> Option<T> {
        let slot = self.slots.get_mut(key.index as usize)?;
        if slot.generation != key.generation {
            return None;
        }
        let value = slot.value.take()?;
        // A slot whose generations are used up is retired: its keys must never come again.
        if let Some(next) = slot.generation.checked_add(1) {
            slot.generation = next;
            self.free.push(key.index);
        }
        // A burst must not leave its table behind for ever.
        if self.is_empty() && self.slots.len() > 1024 {
            self.free.shrink_to(1024);
        }
        Some(value)
    }

    /// Whether the key still names something.
    #[must_use]
    pub fn contains(&self, key: Key<K>) -> bool {
        self.get(key).is_some()
    }

    /// How many values are stored.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    /// Whether nothing is stored.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All values in the order of their places.
    pub fn iter(&self) -> impl Iterator<Item = (Key<K>, &T)> {
        (0u32..).zip(&self.slots).filter_map(|(index, slot)| {
            let key = Key {
                index,
                generation: slot.generation,
                kind: PhantomData,
            };
            slot.value.as_ref().map(|value| (key, value))
        })
    }

    /// All keys, so that the owner may change what they name while walking.
    #[must_use]
    pub fn keys(&self) -> Vec<Key<K>> {
        self.iter().map(|(key, _)| key).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_removed_key_does_not_find_its_successor() {
        let mut slab: Slab<&str> = Slab::default();
        let first = slab.insert("a");
        assert_eq!(slab.remove(first), Some("a"));
        let second = slab.insert("b");
        assert_eq!(slab.get(first), None);
        assert_eq!(slab.remove(first), None);
        assert_eq!(slab.get(second), Some(&"b"));
        assert_eq!(Key::from_bits(second.to_bits()), second);
        assert_eq!(slab.len(), 1);
    }
}
