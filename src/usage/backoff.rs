//! When to repeat what must not lapse: before its time is up, and again after a failure.
//!
//! The waiting times are those of RFC 5626 §4.5 (base 30 s, at most 1,800 s, half of it random), so that the clients of
//! a registrar that comes back do not all come back at once. A Retry-After of the server is honoured (RFC 3261 §20.33).

use std::time::Duration;

use crate::base::Entropy;
use crate::syntax::{Message, RetryAfter};

/// Base time of RFC 5626 §4.5 in seconds, doubled with each failure, the first one included.
const BASE: u64 = 30;
/// Longest wait in seconds.
const MAX: u64 = 1800;
/// Longest wait that a server may ask for, in seconds.
const MAX_ASKED: u32 = 86_400;

/// Counts failures in a row.
#[derive(Clone, Copy, Debug, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// How long to wait after one more failure.
    pub fn wait(&mut self, entropy: &mut Entropy, asked: Option<u32>) -> Duration {
        self.wait_from(entropy, asked, Duration::from_secs(BASE))
    }

    /// As [`Backoff::wait`], with another base time: RFC 5626 §4.5 has a longer one while other flows work.
    pub fn wait_from(
        &mut self,
        entropy: &mut Entropy,
        asked: Option<u32>,
        base: Duration,
    ) -> Duration {
        self.failures = self.failures.saturating_add(1);
        if let Some(asked) = asked {
            return Duration::from_secs(asked.clamp(1, MAX_ASKED).into());
        }
        let base = u64::try_from(base.as_millis()).unwrap_or(u64::MAX);
        let longest = base
            .saturating_mul(1 << self.failures.min(11))
            .clamp(2, 1000 * MAX);
        Duration::from_millis(longest / 2 + entropy.below(longest / 2))
    }

    /// It worked.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// The seconds of a Retry-After.
#[must_use]
pub fn asked(message: &Message) -> Option<u32> {
    let asked: RetryAfter<'_> = message.typed().ok().flatten()?;
    Some(asked.seconds)
}

/// When what lasts that many seconds is repeated: a tenth before its end, at least 5 s and at most 10 min before it,
/// but not in its first half.
#[must_use]
pub fn refresh_after(granted_secs: u32) -> Duration {
    let granted = u64::from(granted_secs) * 1000;
    let margin = (granted / 10).clamp(5_000, 600_000).min(granted / 2);
    Duration::from_millis((granted - margin).max(500))
}

/// Whether a failed request is worth repeating later: the server, or the way to it, is out of order for now.
#[must_use]
pub const fn is_passing(status: u16) -> bool {
    matches!(status, 408 | 430 | 480 | 500 | 502 | 503 | 504)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_from_a_minute_to_half_an_hour_and_half_of_each_is_random() {
        let mut entropy = Entropy::new([1; 32]);
        let mut backoff = Backoff::default();
        for longest in [60, 120, 240, 480, 960, 1800, 1800, 1800] {
            let wait = backoff.wait(&mut entropy, None);
            assert!(wait >= Duration::from_secs(longest / 2), "{wait:?}");
            assert!(wait < Duration::from_secs(longest), "{wait:?}");
        }
        backoff.reset();
        assert!(backoff.wait(&mut entropy, None) < Duration::from_secs(60));
        assert_eq!(backoff.wait(&mut entropy, Some(7)), Duration::from_secs(7));
        assert_eq!(backoff.wait(&mut entropy, Some(0)), Duration::from_secs(1));
    }

    #[test]
    fn refreshes_come_before_the_end_and_not_in_the_first_half() {
        assert_eq!(refresh_after(3600), Duration::from_secs(3240));
        assert_eq!(refresh_after(60), Duration::from_secs(54));
        assert_eq!(refresh_after(20), Duration::from_secs(15));
        assert_eq!(refresh_after(4), Duration::from_secs(2));
        assert_eq!(refresh_after(0), Duration::from_millis(500));
        assert_eq!(
            refresh_after(u32::MAX),
            Duration::from_secs(4_294_967_295 - 600)
        );
    }
}
