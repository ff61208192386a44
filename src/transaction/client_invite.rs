//! INVITE client transaction: RFC 3261 §17.1.1, figure 5, with the Accepted state of RFC 6026 §7.2.
//!
//! Knows repetition (A), timeout (B), absorbed failures (D), repeated and forked 2xx (M), and the end of a cancelled
//! INVITE that nobody ends (§9.1). Does not know dialogs, forks or messages; the ACK of a 2xx belongs to the user.
//!
//! ```text
//!            1xx            2xx
//!  Calling ──────► Proceeding ──────► Accepted ──M──► Terminated
//!     │ 300-699        │ 300-699
//!     └──────► Completed ◄┘  ──D──► Terminated
//! ```

use super::effects::{Effect, Effects};
use super::timing::{Timer, Timing};
use super::user::Failure;

/// The states of figure 5 and RFC 6026.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    /// No answer yet.
    Calling,
    /// A 1xx came.
    Proceeding,
    /// A 300–699 came and was acknowledged.
    Completed,
    /// A 2xx came.
    Accepted,
    /// Over.
    Terminated,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stimulus {
    /// 100–199.
    Provisional,
    /// 200–299.
    Success,
    /// 300–699.
    Failure,
    /// A timer fired.
    Timer(Timer),
    /// The request could not be sent, or its connection broke.
    TransportError,
}

/// The machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientInvite {
    state: State,
    reliable: bool,
    repetitions: u8,
}

impl ClientInvite {
    /// Sends the request and starts A and B.
    pub(crate) fn start(reliable: bool, timing: &Timing, fx: &mut Effects) -> Self {
        fx.push(Effect::Send);
        if !reliable {
            fx.push(Effect::Start(Timer::A, timing.doubling(0)));
        }
        fx.push(Effect::Start(Timer::B, timing.lifetime()));
        Self {
            state: State::Calling,
            reliable,
            repetitions: 0,
        }
    }

    /// Where it stands.
    pub(crate) const fn state(&self) -> State {
        self.state
    }

    /// One stimulus.
    pub(crate) fn on(&mut self, stimulus: Stimulus, timing: &Timing, fx: &mut Effects) {
        use State::{Accepted, Calling, Completed, Proceeding, Terminated};
        use Stimulus::{Failure as Refused, Provisional, Success, TransportError};
        self.state = match (self.state, stimulus) {
            (Calling, Stimulus::Timer(Timer::A)) => {
                self.repetitions = self.repetitions.saturating_add(1);
                fx.extend([
                    Effect::Send,
                    Effect::Start(Timer::A, timing.doubling(self.repetitions)),
                ]);
                Calling
            }
            (Calling, Stimulus::Timer(Timer::B)) => {
                fx.extend([Effect::StopRetry, Effect::Fail(Failure::Timeout)]);
                Terminated
            }
            (Calling, TransportError) => {
                fx.extend([Effect::StopRetry, Effect::Fail(Failure::Transport)]);
                Terminated
            }
            (Calling | Proceeding, Provisional) => {
                fx.extend([Effect::StopRetry, Effect::Tell]);
                Proceeding
            }
            (Calling | Proceeding, Success) => {
                fx.extend([
                    Effect::StopRetry,
                    Effect::Start(Timer::M, timing.lifetime()),
                    Effect::Tell,
                ]);
                Accepted
            }
            (Calling | Proceeding, Refused) => {
                let absorb = Timing::unless_reliable(timing.lifetime(), self.reliable);
                fx.extend([
                    Effect::StopRetry,
                    Effect::Ack,
                    Effect::Start(Timer::D, absorb),
                    Effect::Tell,
                ]);
                Completed
            }
            // Nobody ends the INVITE that we cancelled: it counts as cancelled (RFC 3261 §9.1).
            (Proceeding, Stimulus::Timer(Timer::Cancelled)) => {
                fx.push(Effect::Fail(Failure::Timeout));
                Terminated
            }
            // A repetition, or the 2xx of another fork.
            (Accepted, Success) => {
                fx.push(Effect::Tell);
                Accepted
            }
            (Completed, Refused) => {
                fx.push(Effect::Ack);
                Completed
            }
            // The user has its final response; only the ACK did not get through.
            (Completed, TransportError | Stimulus::Timer(Timer::D))
            | (Accepted, Stimulus::Timer(Timer::M)) => {
                fx.push(Effect::Forget);
                Terminated
            }
            // All else is absorbed: late timers, answers after the final one, and broken roads once the request has
            // arrived, for its answers may come by another (RFC 3261 §18.2.2).
            (state, _) => state,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::timing::DEFAULTS;
    use super::State::{Accepted, Calling, Completed, Proceeding, Terminated};
    use super::Stimulus::{Provisional, Success, TransportError};
    use super::*;

    const S32: Duration = Duration::from_secs(32);
    const S1: Duration = Duration::from_secs(1);
    const REFUSED: Stimulus = Stimulus::Failure;
    const A: Stimulus = Stimulus::Timer(Timer::A);
    const B: Stimulus = Stimulus::Timer(Timer::B);
    const D: Stimulus = Stimulus::Timer(Timer::D);
    const M: Stimulus = Stimulus::Timer(Timer::M);
    const CANCELLED: Stimulus = Stimulus::Timer(Timer::Cancelled);

    /// Every edge over UDP: state, stimulus, next state, effects.
    const EDGES: &[(State, Stimulus, State, &[Effect])] = &[
        (
            Calling,
            Provisional,
            Proceeding,
            &[Effect::StopRetry, Effect::Tell],
        ),
        (
            Calling,
            Success,
            Accepted,
            &[
                Effect::StopRetry,
                Effect::Start(Timer::M, S32),
                Effect::Tell,
            ],
        ),
        (
            Calling,
            REFUSED,
            Completed,
            &[
                Effect::StopRetry,
                Effect::Ack,
                Effect::Start(Timer::D, S32),
                Effect::Tell,
            ],
        ),
        (
            Calling,
            A,
            Calling,
            &[Effect::Send, Effect::Start(Timer::A, S1)],
        ),
        (
            Calling,
            B,
            Terminated,
            &[Effect::StopRetry, Effect::Fail(Failure::Timeout)],
        ),
        (Calling, D, Calling, &[]),
        (Calling, M, Calling, &[]),
        (Calling, CANCELLED, Calling, &[]),
        (
            Calling,
            TransportError,
            Terminated,
            &[Effect::StopRetry, Effect::Fail(Failure::Transport)],
        ),
        (
            Proceeding,
            Provisional,
            Proceeding,
            &[Effect::StopRetry, Effect::Tell],
        ),
        (
            Proceeding,
            Success,
            Accepted,
            &[
                Effect::StopRetry,
                Effect::Start(Timer::M, S32),
                Effect::Tell,
            ],
        ),
        (
            Proceeding,
            REFUSED,
            Completed,
            &[
                Effect::StopRetry,
                Effect::Ack,
                Effect::Start(Timer::D, S32),
                Effect::Tell,
            ],
        ),
        (Proceeding, A, Proceeding, &[]),
        (Proceeding, B, Proceeding, &[]),
        (Proceeding, D, Proceeding, &[]),
        (Proceeding, M, Proceeding, &[]),
        (
            Proceeding,
            CANCELLED,
            Terminated,
            &[Effect::Fail(Failure::Timeout)],
        ),
        (Proceeding, TransportError, Proceeding, &[]),
        (Completed, Provisional, Completed, &[]),
        (Completed, Success, Completed, &[]),
        (Completed, REFUSED, Completed, &[Effect::Ack]),
        (Completed, A, Completed, &[]),
        (Completed, B, Completed, &[]),
        (Completed, D, Terminated, &[Effect::Forget]),
        (Completed, M, Completed, &[]),
        (Completed, CANCELLED, Completed, &[]),
        (Completed, TransportError, Terminated, &[Effect::Forget]),
        (Accepted, Provisional, Accepted, &[]),
        (Accepted, Success, Accepted, &[Effect::Tell]),
        (Accepted, REFUSED, Accepted, &[]),
        (Accepted, A, Accepted, &[]),
        (Accepted, B, Accepted, &[]),
        (Accepted, D, Accepted, &[]),
        (Accepted, M, Terminated, &[Effect::Forget]),
        (Accepted, CANCELLED, Accepted, &[]),
        (Accepted, TransportError, Accepted, &[]),
        (Terminated, Provisional, Terminated, &[]),
        (Terminated, Success, Terminated, &[]),
        (Terminated, REFUSED, Terminated, &[]),
        (Terminated, A, Terminated, &[]),
        (Terminated, B, Terminated, &[]),
        (Terminated, D, Terminated, &[]),
        (Terminated, M, Terminated, &[]),
        (Terminated, CANCELLED, Terminated, &[]),
        (Terminated, TransportError, Terminated, &[]),
    ];

    /// B-158, B-160, B-161.
    #[test]
    fn every_edge_leads_where_the_figure_says() {
        for (from, stimulus, to, effects) in EDGES {
            let (state, done) = step(*from, *stimulus, false);
            assert_eq!(
                (state, done.as_slice()),
                (*to, *effects),
                "{from:?} on {stimulus:?}"
            );
        }
    }

    #[test]
    fn every_pair_of_state_and_stimulus_is_listed_once() {
        for state in [Calling, Proceeding, Completed, Accepted, Terminated] {
            for stimulus in [
                Provisional,
                Success,
                REFUSED,
                A,
                B,
                D,
                M,
                CANCELLED,
                TransportError,
            ] {
                let listed = EDGES
                    .iter()
                    .filter(|edge| edge.0 == state && edge.1 == stimulus);
                assert_eq!(listed.count(), 1, "{state:?} on {stimulus:?}");
            }
        }
    }

    #[test]
    fn over_a_stream_nothing_is_repeated_and_failures_are_not_waited_for() {
        let mut fx = Effects::new();
        ClientInvite::start(true, &DEFAULTS, &mut fx);
        assert_eq!(fx.as_slice(), [Effect::Send, Effect::Start(Timer::B, S32)]);
        let (_, done) = step(Calling, REFUSED, true);
        assert!(done.contains(&Effect::Start(Timer::D, Duration::ZERO)));
    }

    /// B-157.
    #[test]
    fn timer_a_doubles_without_a_cap() {
        let mut fx = Effects::new();
        let mut machine = ClientInvite::start(false, &DEFAULTS, &mut fx);
        let mut lengths = Vec::new();
        for _ in 0..6 {
            let mut fx = Effects::new();
            machine.on(A, &DEFAULTS, &mut fx);
            if let Effect::Start(_, length) = fx.as_slice()[1] {
                lengths.push(length.as_millis());
            }
        }
        assert_eq!(lengths, [1000, 2000, 4000, 8000, 16000, 32000]);
    }

    fn step(state: State, stimulus: Stimulus, reliable: bool) -> (State, Vec<Effect>) {
        let mut machine = ClientInvite {
            state,
            reliable,
            repetitions: 0,
        };
        let mut fx = Effects::new();
        machine.on(stimulus, &DEFAULTS, &mut fx);
        (machine.state(), fx.as_slice().to_vec())
    }
}
