//! The timers of RFC 3261 §17 (table 4) with those of RFC 6026 and RFC 4320: names and lengths.
//!
//! Timer C belongs to the proxy, Timer N to the subscriber; both are armed by the user of this layer.

use std::time::Duration;

/// A timer of one transaction, by its letter.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(crate) enum Timer {
    /// INVITE request repeated, RFC 3261 §17.1.1.2.
    A,
    /// INVITE without any answer, RFC 3261 §17.1.1.2.
    B,
    /// Repeated failures to INVITE are absorbed, RFC 3261 §17.1.1.2.
    D,
    /// Other request repeated, RFC 3261 §17.1.2.2.
    E,
    /// Other request without a final answer, RFC 3261 §17.1.2.2.
    F,
    /// Failure to INVITE repeated, RFC 3261 §17.2.1.
    G,
    /// Failure to INVITE never acknowledged, RFC 3261 §17.2.1.
    H,
    /// Repeated ACKs are absorbed, RFC 3261 §17.2.1.
    I,
    /// Repeated requests are answered alike, RFC 3261 §17.2.2.
    J,
    /// Repeated final answers are absorbed, RFC 3261 §17.1.2.2.
    K,
    /// Repeated INVITEs are absorbed after a 2xx, RFC 6026 §7.1.
    L,
    /// Repeated and forked 2xx are awaited, RFC 6026 §7.2.
    M,
    /// Nobody has answered yet: say 100 (RFC 3261 §17.2.1; RFC 4320 §4.1 for other methods).
    Trying,
    /// The client has given up by now: no answer any more (RFC 4320 §4.2).
    Late,
    /// The INVITE was cancelled, the CANCEL answered, and still no final answer came (RFC 3261 §9.1).
    Cancelled,
    /// Nobody has answered: another server may (RFC 3263 §4.3).
    Failover,
    /// What only a user who handles the final answer needs is let go.
    Trim,
}

impl Timer {
    /// Whether it is rescheduled and cancelled all the time, so that it needs an ordered tree and not a queue.
    pub(crate) const fn is_retry(self) -> bool {
        matches!(self, Self::A | Self::E | Self::G)
    }
}

/// How long after an INVITE the layer answers 100 by itself (RFC 3261 §17.2.1).
const TRYING: Duration = Duration::from_millis(200);

/// T1, T2 and T4 of RFC 3261 §17.1.1.1 and §17.1.2.2, and all that follows from them.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// Round-trip estimate.
    pub(crate) t1: Duration,
    /// Longest interval between repetitions of requests other than INVITE and of failures to INVITE.
    pub(crate) t2: Duration,
    /// How long a message stays in the network.
    pub(crate) t4: Duration,
    /// When a request other than INVITE without an answer gets its 100: once the client's Timer E stands at T2
    /// (RFC 4320 §4.1).
    pub(crate) trying_other: Duration,
}

impl Timing {
    /// All lengths from these three.
    pub(crate) fn new(t1: Duration, t2: Duration, t4: Duration) -> Self {
        let mut timing = Self {
            t1,
            t2,
            t4,
            trying_other: Duration::ZERO,
        };
        for repetitions in 0..16 {
            if timing.doubling(repetitions) >= t2 {
                break;
            }
            timing.trying_other += timing.doubling(repetitions);
        }
        timing.trying_other = timing.trying_other.min(timing.lifetime() / 2);
        timing
    }

    /// 64*T1: when a transaction without an answer is over.
    pub(crate) const fn lifetime(&self) -> Duration {
        self.t1.saturating_mul(64)
    }

    /// T1, 2*T1, 4*T1 …: Timer A after so many repetitions.
    pub(crate) fn doubling(&self, repetitions: u8) -> Duration {
        self.t1.saturating_mul(1 << repetitions.min(16))
    }

    /// The same, but never above T2: Timers E and G.
    pub(crate) fn capped(&self, repetitions: u8) -> Duration {
        self.doubling(repetitions).min(self.t2)
    }

    /// `length` over UDP, nothing over a transport that repeats by itself.
    pub(crate) const fn unless_reliable(length: Duration, reliable: bool) -> Duration {
        if reliable { Duration::ZERO } else { length }
    }

    /// When an INVITE without an answer gets its 100.
    pub(crate) const fn trying_invite() -> Duration {
        TRYING
    }
}

#[cfg(test)]
pub(crate) const DEFAULTS: Timing = Timing {
    t1: Duration::from_millis(500),
    t2: Duration::from_secs(4),
    t4: Duration::from_secs(5),
    trying_other: Duration::from_millis(3500),
};

#[cfg(test)]
mod tests {
    use super::*;

    /// B-171.
    #[test]
    fn a_slow_request_gets_its_100_when_timer_e_has_reached_t2() {
        let timing = Timing::new(DEFAULTS.t1, DEFAULTS.t2, DEFAULTS.t4);
        assert_eq!(timing.trying_other, DEFAULTS.trying_other);
        assert_eq!(DEFAULTS.lifetime(), Duration::from_secs(32));
    }
}
