//! Full and partial documents in order: RFC 4235 §4.3, RFC 3680 §5.1, RFC 3858 §4.1, RFC 4575 §5.1.
//!
//! Each document of a subscription has a number one above that of the one before. A partial one that skips a number
//! leaves a hole that only a full document fills.

/// The number of a document, and whether it tells the whole state.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub struct Version {
    /// Counts the documents of one subscription.
    pub number: u32,
    /// The whole state, not only what changed.
    pub full: bool,
}

/// What a document is worth after those before it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Order {
    /// It tells what is so now.
    Good,
    /// It was overtaken by a newer one: of no use.
    Old,
    /// One before it is missing: what is so now is not known until the whole state is told.
    Gap,
}

/// The documents of one subscription as they came.
#[derive(Clone, Copy, Debug, Default)]
pub struct Track {
    seen: Option<u32>,
    /// Partial documents since one was missed.
    lost: u32,
}

impl Track {
    /// The next document.
    pub fn see(&mut self, version: Version) -> Order {
        if version.full {
            // A full one says all, whatever was missed; only one that was overtaken does not count.
            if self.lost == 0 && self.seen.is_some_and(|seen| version.number < seen) {
                return Order::Old;
            }
            self.seen = Some(version.number);
            self.lost = 0;
            return Order::Good;
        }
        match self.seen {
            Some(seen) if version.number <= seen => Order::Old,
            Some(seen) if self.lost == 0 && version.number == seen.wrapping_add(1) => {
                self.seen = Some(version.number);
                Order::Good
            }
            _ => {
                self.lost = self.lost.saturating_add(1);
                Order::Gap
            }
        }
    }

    /// How many partial documents came since one was missed.
    #[must_use]
    pub fn lost(&self) -> u32 {
        self.lost
    }

    /// A new dialog counts anew.
    pub fn reset(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hole_stays_until_the_whole_state_is_told() {
        let mut track = Track::default();
        let mut see = |number, full| track.see(Version { number, full });
        assert_eq!(see(0, false), Order::Gap, "a partial one first");
        assert_eq!(see(0, true), Order::Good);
        assert_eq!(see(1, false), Order::Good);
        assert_eq!(see(1, false), Order::Old);
        assert_eq!(see(3, false), Order::Gap);
        assert_eq!(see(4, false), Order::Gap, "still not known");
        assert_eq!(see(5, true), Order::Good);
        assert_eq!(see(6, false), Order::Good);
        assert_eq!(see(2, true), Order::Old);
        assert_eq!(see(u32::MAX, true), Order::Good);
        assert_eq!(see(0, false), Order::Old, "no wrapping past the end");
    }
}
