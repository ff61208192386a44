//! Answers for as long as they hold: TTLs of RFC 1035 §3.2.1 within bounds, negative ones of RFC 2308 §5.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::{Answer, Question};
use crate::base::Time;

/// No answer is kept longer, whatever it says.
const LONGEST: Duration = Duration::from_secs(86_400);
/// Nor that there is none (RFC 2308 §5 allows three hours; a server that is set up now is wanted sooner).
const LONGEST_MISSING: Duration = Duration::from_secs(900);
/// How long it is believed that nobody knows (RFC 2308 §7 allows five minutes).
const FAILED: Duration = Duration::from_secs(5);

/// The answers of one resolver, never more than a given number.
#[derive(Debug)]
pub struct Cache {
    entries: BTreeMap<Question, (Time, Answer)>,
    by_end: BTreeSet<(Time, Question)>,
    limit: usize,
}

impl Cache {
    /// An empty one.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            entries: BTreeMap::new(),
            by_end: BTreeSet::new(),
            limit,
        }
    }

    /// What holds at `now`.
    pub fn get(&mut self, now: Time, question: &Question) -> Option<&Answer> {
        let until = self.entries.get(question)?.0;
        if until <= now {
            self.remove(question);
            return None;
        }
        self.entries.get(question).map(|(_, answer)| answer)
    }

    /// Keeps an answer for `ttl` within the bounds of its kind; what holds for no time is not kept (RFC 1035 §3.2.1).
    pub fn put(&mut self, now: Time, question: Question, answer: Answer, ttl: Duration) {
        self.remove(&question);
        let length = match answer {
            Answer::Failed => FAILED,
            Answer::Missing => ttl.min(LONGEST_MISSING),
            Answer::Addresses(_) | Answer::Services(_) | Answer::Pointers(_) => ttl.min(LONGEST),
        };
        if length.is_zero() || self.limit == 0 {
            return;
        }
        while self.entries.len() >= self.limit
            && let Some((_, soonest)) = self.by_end.first().cloned()
        {
            self.remove(&soonest);
        }
        let until = now + length;
        self.by_end.insert((until, question.clone()));
        self.entries.insert(question, (until, answer));
    }

    /// Forgets everything.
    pub fn clear(&mut self) {
        self.entries.clear();
        self.by_end.clear();
    }

    /// How many are kept.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether none is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    fn remove(&mut self, question: &Question) {
        if let Some((until, _)) = self.entries.remove(question) {
            self.by_end.remove(&(until, question.clone()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Kind;
    use super::*;

    #[test]
    fn b_344_an_answer_is_kept_as_long_as_it_says_and_never_longer_than_a_day() {
        let mut cache = Cache::new(8);
        for (name, ttl, kept) in [("a", 10, 10), ("b", 0, 0), ("c", 10_000_000, 86_400)] {
            let question = Question::new(name, Kind::A);
            let answer = Answer::Addresses(vec![[192, 0, 2, 1].into()]);
            cache.put(
                Time::ZERO,
                question.clone(),
                answer,
                Duration::from_secs(ttl),
            );
            let just_before = Time::from_millis(kept * 1000).as_micros().saturating_sub(1);
            assert_eq!(
                cache
                    .get(Time::from_micros(just_before), &question)
                    .is_some(),
                kept > 0,
                "{name}"
            );
            assert_eq!(cache.get(Time::from_millis(kept * 1000), &question), None);
        }
    }

    #[test]
    fn b_344_that_there_is_nothing_is_kept_for_a_quarter_of_an_hour_at_most() {
        let mut cache = Cache::new(8);
        let question = Question::new("x.example", Kind::Srv);
        let day = Duration::from_secs(86_400);
        cache.put(Time::ZERO, question.clone(), Answer::Missing, day);
        assert!(cache.get(Time::from_millis(899_999), &question).is_some());
        assert!(cache.get(Time::from_millis(900_000), &question).is_none());
        cache.put(Time::ZERO, question.clone(), Answer::Failed, day);
        assert!(cache.get(Time::from_millis(5_000), &question).is_none());
    }

    #[test]
    fn a_full_cache_loses_what_would_end_first() {
        let mut cache = Cache::new(2);
        for (name, ttl) in [("a", 30), ("b", 10), ("c", 20)] {
            let ttl = Duration::from_secs(ttl);
            cache.put(
                Time::ZERO,
                Question::new(name, Kind::A),
                Answer::Missing,
                ttl,
            );
        }
        assert_eq!(cache.len(), 2);
        let mut has = |name| {
            cache
                .get(Time::ZERO, &Question::new(name, Kind::A))
                .is_some()
        };
        assert_eq!([has("a"), has("b"), has("c")], [true, false, true]);
    }
}
