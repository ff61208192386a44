//! What a transaction machine wants done; its owner does it. Nothing is allocated.

use std::time::Duration;

use super::timing::Timer;
use super::user::{Failure, ServerEnd};

/// One thing to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Effect {
    /// Send the request, or the last response, (again).
    Send,
    /// Send 100 Trying.
    Trying,
    /// Acknowledge the failure in hand; again with the same bytes if that was done before (RFC 3261 §17.1.1.3).
    Ack,
    /// Start or restart a timer.
    Start(Timer, Duration),
    /// Stop Timer A, E or G.
    StopRetry,
    /// Hand the message that came to the user.
    Tell,
    /// Tell the user why no final response will come; the transaction is over.
    Fail(Failure),
    /// The client transaction is over; the user knows all it has to.
    Forget,
    /// The server transaction is over.
    End(ServerEnd),
}

/// At most this many follow from one stimulus.
const CAPACITY: usize = 5;

/// The effects of one stimulus, in order.
#[derive(Debug)]
pub(crate) struct Effects {
    list: [Effect; CAPACITY],
    len: usize,
}

impl Effects {
    /// None yet.
    pub(crate) const fn new() -> Self {
        Self {
            list: [Effect::Forget; CAPACITY],
            len: 0,
        }
    }

    /// One more.
    pub(crate) fn push(&mut self, effect: Effect) {
        debug_assert!(
            self.len < CAPACITY,
            "a machine with more than {CAPACITY} effects"
        );
        if let Some(place) = self.list.get_mut(self.len) {
            *place = effect;
            self.len += 1;
        }
    }

    /// Several more.
    pub(crate) fn extend<const N: usize>(&mut self, effects: [Effect; N]) {
        for effect in effects {
            self.push(effect);
        }
    }

    /// A failure of the transport has this reason.
    pub(crate) fn explain(&mut self, why: Failure) {
        for effect in &mut self.list[..self.len] {
            if *effect == Effect::Fail(Failure::Transport) {
                *effect = Effect::Fail(why);
            }
        }
    }

    /// All of them.
    pub(crate) fn as_slice(&self) -> &[Effect] {
        &self.list[..self.len]
    }
}
