//! Which targets failed lately (RFC 3263 §4.3 leaves it to the client to remember), and which one an account stays with.
//!
//! A target that failed is tried last until its time has passed; then it is in its old place again, which is the
//! fail-back. An account whose REGISTER one of several servers took sends everything else there too, so that calls
//! and OPTIONS meet the server that knows the binding.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::base::Time;

/// Targets remembered at most; beyond, the one whose time ends first is forgotten.
const MOST: usize = 1024;
/// No server keeps us away longer, whatever its Retry-After says.
const LONGEST: Duration = Duration::from_secs(3600);

/// The targets that failed lately.
#[derive(Debug)]
pub struct Penalties<T> {
    until: BTreeMap<T, Time>,
    by_end: BTreeSet<(Time, T)>,
    length: Duration,
}

impl<T: Clone + Ord> Penalties<T> {
    /// None yet; each counts for `length`.
    #[must_use]
    pub const fn new(length: Duration) -> Self {
        Self {
            until: BTreeMap::new(),
            by_end: BTreeSet::new(),
            length,
        }
    }

    /// A target failed; `at_least` is what it asked for itself (Retry-After). Returns until when it is tried last.
    pub fn punish(&mut self, now: Time, target: T, at_least: Option<Duration>) -> Time {
        let length = at_least.map_or(self.length, |asked| asked.min(LONGEST).max(self.length));
        self.forgive(&target);
        let until = now + length;
        if length.is_zero() {
            return until;
        }
        while self.until.len() >= MOST
            && let Some((_, soonest)) = self.by_end.pop_first()
        {
            self.until.remove(&soonest);
        }
        self.by_end.insert((until, target.clone()));
        self.until.insert(target, until);
        until
    }

    /// A target has answered.
    pub fn forgive(&mut self, target: &T) {
        if let Some(until) = self.until.remove(target) {
            self.by_end.remove(&(until, target.clone()));
        }
    }

    /// Until when a target is tried last; none: it is not.
    #[must_use]
    pub fn until(&self, now: Time, target: &T) -> Option<Time> {
        self.until.get(target).copied().filter(|until| *until > now)
    }

    /// Whether no target failed lately.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.until.is_empty()
    }

    /// How many are remembered.
    #[must_use]
    pub fn len(&self) -> usize {
        self.until.len()
    }
}

/// Which target took the registration of an account.
#[derive(Debug)]
pub struct Homes<T> {
    homes: BTreeMap<Box<str>, Home<T>>,
    limit: usize,
}

/// The target an account stays with.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Home<T> {
    /// The target.
    pub target: T,
    /// A better one had failed: from then on the next REGISTER looks for it again.
    pub better_from: Option<Time>,
}

impl<T> Homes<T> {
    /// None yet, and never more than `limit`.
    #[must_use]
    pub const fn new(limit: usize) -> Self {
        Self {
            homes: BTreeMap::new(),
            limit,
        }
    }

    /// The target that took the registration.
    #[must_use]
    pub fn get(&self, account: &str) -> Option<&Home<T>> {
        self.homes.get(account)
    }

    /// A target took the registration.
    pub fn settle(&mut self, account: Box<str>, home: Home<T>) {
        while self.homes.len() >= self.limit && !self.homes.contains_key(&account) {
            if self.homes.pop_first().is_none() {
                return;
            }
        }
        self.homes.insert(account, home);
    }

    /// It is there no more.
    pub fn leave(&mut self, account: &str) {
        self.homes.remove(account);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn b_346_a_penalty_ends_by_itself_and_by_an_answer() {
        let mut penalties = Penalties::new(MINUTE);
        penalties.punish(Time::ZERO, 'a', None);
        penalties.punish(Time::ZERO, 'b', None);
        let just_before = Time::from_micros(59_999_999);
        assert!(penalties.until(just_before, &'a').is_some());
        assert!(penalties.until(Time::from_millis(60_000), &'a').is_none());
        penalties.forgive(&'b');
        assert!(penalties.until(Time::ZERO, &'b').is_none());
        assert!(penalties.until(Time::ZERO, &'c').is_none());
    }

    #[test]
    fn b_060_retry_after_lengthens_a_penalty_up_to_an_hour() {
        let mut penalties = Penalties::new(MINUTE);
        for (asked, given) in [(5, 60), (300, 300), (1_000_000, 3600)] {
            let until = penalties.punish(Time::ZERO, 'a', Some(Duration::from_secs(asked)));
            assert_eq!(until, Time::from_millis(given * 1000), "{asked}");
        }
        assert_eq!(penalties.len(), 1);
    }

    #[test]
    fn more_targets_than_can_be_remembered_push_out_those_whose_time_ends_first() {
        let mut penalties = Penalties::new(MINUTE);
        for target in 0..5000_u64 {
            penalties.punish(Time::from_millis(target), target, None);
        }
        assert_eq!(penalties.len(), MOST);
        assert_eq!(penalties.by_end.len(), MOST);
        assert!(penalties.until(Time::from_millis(5000), &4999).is_some());
        assert!(penalties.until(Time::from_millis(5000), &0).is_none());
    }

    #[test]
    fn homes_are_limited() {
        let mut homes = Homes::new(2);
        for name in ["a", "b", "c"] {
            let home = Home {
                target: name,
                better_from: None,
            };
            homes.settle(name.into(), home);
        }
        assert_eq!(homes.homes.len(), 2);
        assert_eq!(homes.get("c").map(|home| home.target), Some("c"));
        homes.leave("c");
        assert_eq!(homes.get("c"), None);
    }
}
