//! Deadlines of one owner, in total order: first by time, then by what was set first.
//!
//! Timers of one fixed length (64*T1, T4 …) need no tree: [`TimerSet::set_fixed`] keeps a queue per length that is in
//! order by itself. The owner recognises a queued timer that no longer matters by its key (generation-checked keys
//! find nothing), so a fixed timer is never cancelled, only ignored.

use std::collections::{BTreeSet, VecDeque};
use std::time::Duration;

use super::Time;

/// The armed timers of one owner; `K` says what each is for.
pub struct TimerSet<K> {
    tree: BTreeSet<(Time, K)>,
    fixed: Vec<(Duration, VecDeque<(Time, K)>)>,
}

impl<K> Default for TimerSet<K> {
    fn default() -> Self {
        Self {
            tree: BTreeSet::new(),
            fixed: Vec::new(),
        }
    }
}

impl<K: Copy + Ord> TimerSet<K> {
    /// Arms a timer that can be cancelled with the same pair.
    pub fn set(&mut self, at: Time, key: K) {
        self.tree.insert((at, key));
    }

    /// Disarms what [`TimerSet::set`] armed; true if it was armed.
    pub fn cancel(&mut self, at: Time, key: K) -> bool {
        self.tree.remove(&(at, key))
    }

    /// Arms a timer of a length that many others share; it cannot be cancelled, only ignored when it comes.
    pub fn set_fixed(&mut self, now: Time, length: Duration, key: K) {
        let entry = (now + length, key);
        if let Some((_, queue)) = self.fixed.iter_mut().find(|(known, _)| *known == length) {
            queue.push_back(entry);
        } else {
            self.fixed.push((length, VecDeque::from([entry])));
        }
    }

    /// When the next one is due.
    #[must_use]
    pub fn next(&self) -> Option<Time> {
        let tree = self.tree.first().map(|(at, _)| *at);
        self.fixed
            .iter()
            .filter_map(|(_, queue)| queue.front().map(|(at, _)| *at))
            .chain(tree)
            .min()
    }

    /// Takes out one timer that is due.
    pub fn pop(&mut self, now: Time) -> Option<K> {
        let tree = self.tree.first().map(|(at, _)| *at).filter(|at| *at <= now);
        let queue = self
            .fixed
            .iter_mut()
            .filter_map(|(_, queue)| queue.front().map(|(at, _)| *at).map(|at| (at, queue)))
            .min_by_key(|(at, _)| *at)
            .filter(|(at, _)| *at <= now);
        match (tree, queue) {
            (Some(tree), Some((fixed, _))) if tree <= fixed => {
                self.tree.pop_first().map(|(_, key)| key)
            }
            (_, Some((_, queue))) => {
                let key = queue.pop_front().map(|(_, key)| key);
                if queue.is_empty() && queue.capacity() > 4096 {
                    queue.shrink_to(4096);
                }
                key
            }
            (Some(_), None) => self.tree.pop_first().map(|(_, key)| key),
            (None, None) => None,
        }
    }

    /// How many are armed, the ignored fixed ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.tree.len()
            + self
                .fixed
                .iter()
                .map(|(_, queue)| queue.len())
                .sum::<usize>()
    }

    /// Whether none is armed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timers_come_in_the_order_of_their_deadlines_whatever_their_kind() {
        let mut timers = TimerSet::default();
        timers.set(Time::from_millis(300), 'c');
        timers.set_fixed(Time::ZERO, Duration::from_millis(200), 'b');
        timers.set(Time::from_millis(100), 'a');
        timers.set(Time::from_millis(150), 'x');
        assert!(timers.cancel(Time::from_millis(150), 'x'));
        assert_eq!(timers.next(), Some(Time::from_millis(100)));
        let late = Time::from_millis(1000);
        let order: Vec<char> = std::iter::from_fn(|| timers.pop(late)).collect();
        assert_eq!(order, ['a', 'b', 'c']);
        assert!(timers.is_empty());
    }

    #[test]
    fn a_timer_that_is_not_due_stays() {
        let mut timers = TimerSet::default();
        timers.set(Time::from_millis(2), 1);
        timers.set_fixed(Time::ZERO, Duration::from_millis(3), 2);
        assert_eq!(timers.pop(Time::from_millis(1)), None);
        assert_eq!(timers.len(), 2);
    }
}
