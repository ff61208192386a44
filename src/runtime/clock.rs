//! The clock of a link: microseconds since it started, and the calendar time of that start.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use crate::base::Time;

/// Reads the monotonic clock as [`Time`].
#[derive(Clone, Copy, Debug)]
pub(super) struct Clock {
    start: Instant,
    unix_micros: u64,
}

impl Clock {
    /// Starts at [`Time::ZERO`].
    pub(super) fn start() -> Self {
        let unix = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        Self {
            start: Instant::now(),
            unix_micros: micros(unix),
        }
    }

    /// The time now.
    pub(super) fn now(&self) -> Time {
        Time::from_micros(micros(self.start.elapsed()))
    }

    /// Microseconds since 1970 at that time; steps of the calendar clock since the start do not show.
    pub(super) const fn unix_micros(&self, at: Time) -> u64 {
        self.unix_micros.saturating_add(at.as_micros())
    }
}

fn micros(duration: Duration) -> u64 {
    u64::try_from(duration.as_micros()).unwrap_or(u64::MAX)
}
