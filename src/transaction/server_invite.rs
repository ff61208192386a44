//! INVITE server transaction: RFC 3261 §17.2.1, figure 7, with the Accepted state of RFC 6026 §7.1.
//!
//! Knows the 100 after 200 ms, repetition of failures (G), a missing ACK (H), absorbed ACKs (I) and INVITEs (L). The
//! repetition of a 2xx belongs to the user (RFC 6026 §7.1), as does giving up an INVITE that nobody answers.
//!
//! ```text
//!  Proceeding ──300-699──► Completed ──ACK──► Confirmed ──I──► Terminated
//!      │                       └──H──► Terminated (no ACK)
//!      └──2xx──► Accepted ──L──► Terminated
//! ```

use super::effects::{Effect, Effects};
use super::timing::{Timer, Timing};
use super::user::ServerEnd;

/// The states of figure 7 and RFC 6026.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    /// No final response yet.
    Proceeding,
    /// A 2xx was sent.
    Accepted,
    /// A 300–699 was sent.
    Completed,
    /// It was acknowledged.
    Confirmed,
    /// Over.
    Terminated,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stimulus {
    /// The INVITE came again.
    Request,
    /// An ACK that belongs to it came.
    Ack,
    /// The user answers 1xx.
    Provisional,
    /// The user answers 2xx.
    Success,
    /// The user answers 300–699.
    Failure,
    /// A timer fired.
    Timer(Timer),
    /// A response could not be sent.
    TransportError,
}

/// The machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerInvite {
    state: State,
    reliable: bool,
    /// A response was sent, which repeated requests get.
    answered: bool,
    repetitions: u8,
}

impl ServerInvite {
    /// Hands the request to the user.
    pub(crate) fn start(reliable: bool, fx: &mut Effects) -> Self {
        fx.extend([
            Effect::Tell,
            Effect::Start(Timer::Trying, Timing::trying_invite()),
        ]);
        Self {
            state: State::Proceeding,
            reliable,
            answered: false,
            repetitions: 0,
        }
    }

    /// Where it stands.
    pub(crate) const fn state(&self) -> State {
        self.state
    }

    /// One stimulus.
    pub(crate) fn on(&mut self, stimulus: Stimulus, timing: &Timing, fx: &mut Effects) {
        use State::{Accepted, Completed, Confirmed, Proceeding, Terminated};
        use Stimulus::{Ack, Failure, Provisional, Request, Success, TransportError};
        self.state = match (self.state, stimulus) {
            (Proceeding, Request) => {
                if self.answered {
                    fx.push(Effect::Send);
                }
                Proceeding
            }
            (Proceeding, Stimulus::Timer(Timer::Trying)) => {
                if !self.answered {
                    self.answered = true;
                    fx.push(Effect::Trying);
                }
                Proceeding
            }
            (Proceeding, Provisional) => {
                self.answered = true;
                fx.push(Effect::Send);
                Proceeding
            }
            (Proceeding, Success) => {
                fx.extend([Effect::Send, Effect::Start(Timer::L, timing.lifetime())]);
                Accepted
            }
            (Proceeding, Failure) => {
                fx.push(Effect::Send);
                if !self.reliable {
                    fx.push(Effect::Start(Timer::G, timing.capped(0)));
                }
                fx.push(Effect::Start(Timer::H, timing.lifetime()));
                Completed
            }
            (Accepted, Success) => {
                fx.push(Effect::Send);
                Accepted
            }
            // Only a branchless ACK comes here; it is the user's like every ACK of a 2xx.
            (Accepted, Ack) => {
                fx.push(Effect::Tell);
                Accepted
            }
            (Completed, Request) => {
                fx.push(Effect::Send);
                Completed
            }
            (Completed, Stimulus::Timer(Timer::G)) => {
                self.repetitions = self.repetitions.saturating_add(1);
                fx.extend([
                    Effect::Send,
                    Effect::Start(Timer::G, timing.capped(self.repetitions)),
                ]);
                Completed
            }
            (Completed, Ack) => {
                let absorb = Timing::unless_reliable(timing.t4, self.reliable);
                fx.extend([Effect::StopRetry, Effect::Start(Timer::I, absorb)]);
                Confirmed
            }
            (Completed, Stimulus::Timer(Timer::H)) => {
                fx.extend([Effect::StopRetry, Effect::End(ServerEnd::NoAck)]);
                Terminated
            }
            (Confirmed, Stimulus::Timer(Timer::I)) | (Accepted, Stimulus::Timer(Timer::L)) => {
                fx.push(Effect::End(ServerEnd::Done));
                Terminated
            }
            (Proceeding | Completed, TransportError) => {
                fx.extend([Effect::StopRetry, Effect::End(ServerEnd::Transport)]);
                Terminated
            }
            // Repetitions after the end of the exchange, answers after the final one, timers that no longer matter;
            // and a 2xx that did not get through, which the user repeats until it is acknowledged.
            (state, _) => state,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::timing::DEFAULTS;
    use super::State::{Accepted, Completed, Confirmed, Proceeding, Terminated};
    use super::Stimulus::{Ack, Failure, Provisional, Request, Success, TransportError};
    use super::*;

    const TRYING: Stimulus = Stimulus::Timer(Timer::Trying);
    const G: Stimulus = Stimulus::Timer(Timer::G);
    const H: Stimulus = Stimulus::Timer(Timer::H);
    const I: Stimulus = Stimulus::Timer(Timer::I);
    const L: Stimulus = Stimulus::Timer(Timer::L);
    const MS500: Duration = Duration::from_millis(500);
    const S1: Duration = Duration::from_secs(1);
    const S5: Duration = Duration::from_secs(5);
    const S32: Duration = Duration::from_secs(32);
    const LOST: &[Effect] = &[Effect::StopRetry, Effect::End(ServerEnd::Transport)];
    const DONE: &[Effect] = &[Effect::End(ServerEnd::Done)];

    /// Every edge over UDP once a 1xx was sent: state, stimulus, next state, effects.
    const EDGES: &[(State, Stimulus, State, &[Effect])] = &[
        (Proceeding, Request, Proceeding, &[Effect::Send]),
        (Proceeding, Ack, Proceeding, &[]),
        (Proceeding, Provisional, Proceeding, &[Effect::Send]),
        (
            Proceeding,
            Success,
            Accepted,
            &[Effect::Send, Effect::Start(Timer::L, S32)],
        ),
        (
            Proceeding,
            Failure,
            Completed,
            &[
                Effect::Send,
                Effect::Start(Timer::G, MS500),
                Effect::Start(Timer::H, S32),
            ],
        ),
        (Proceeding, TRYING, Proceeding, &[]),
        (Proceeding, G, Proceeding, &[]),
        (Proceeding, H, Proceeding, &[]),
        (Proceeding, I, Proceeding, &[]),
        (Proceeding, L, Proceeding, &[]),
        (Proceeding, TransportError, Terminated, LOST),
        (Accepted, Request, Accepted, &[]),
        (Accepted, Ack, Accepted, &[Effect::Tell]),
        (Accepted, Provisional, Accepted, &[]),
        (Accepted, Success, Accepted, &[Effect::Send]),
        (Accepted, Failure, Accepted, &[]),
        (Accepted, TRYING, Accepted, &[]),
        (Accepted, G, Accepted, &[]),
        (Accepted, H, Accepted, &[]),
        (Accepted, I, Accepted, &[]),
        (Accepted, L, Terminated, DONE),
        (Accepted, TransportError, Accepted, &[]),
        (Completed, Request, Completed, &[Effect::Send]),
        (
            Completed,
            Ack,
            Confirmed,
            &[Effect::StopRetry, Effect::Start(Timer::I, S5)],
        ),
        (Completed, Provisional, Completed, &[]),
        (Completed, Success, Completed, &[]),
        (Completed, Failure, Completed, &[]),
        (Completed, TRYING, Completed, &[]),
        (
            Completed,
            G,
            Completed,
            &[Effect::Send, Effect::Start(Timer::G, S1)],
        ),
        (
            Completed,
            H,
            Terminated,
            &[Effect::StopRetry, Effect::End(ServerEnd::NoAck)],
        ),
        (Completed, I, Completed, &[]),
        (Completed, L, Completed, &[]),
        (Completed, TransportError, Terminated, LOST),
        (Confirmed, Request, Confirmed, &[]),
        (Confirmed, Ack, Confirmed, &[]),
        (Confirmed, Provisional, Confirmed, &[]),
        (Confirmed, Success, Confirmed, &[]),
        (Confirmed, Failure, Confirmed, &[]),
        (Confirmed, TRYING, Confirmed, &[]),
        (Confirmed, G, Confirmed, &[]),
        (Confirmed, H, Confirmed, &[]),
        (Confirmed, I, Terminated, DONE),
        (Confirmed, L, Confirmed, &[]),
        (Confirmed, TransportError, Confirmed, &[]),
        (Terminated, Request, Terminated, &[]),
        (Terminated, Ack, Terminated, &[]),
        (Terminated, Provisional, Terminated, &[]),
        (Terminated, Success, Terminated, &[]),
        (Terminated, Failure, Terminated, &[]),
        (Terminated, TRYING, Terminated, &[]),
        (Terminated, G, Terminated, &[]),
        (Terminated, H, Terminated, &[]),
        (Terminated, I, Terminated, &[]),
        (Terminated, L, Terminated, &[]),
        (Terminated, TransportError, Terminated, &[]),
    ];

    /// B-166, B-167, B-168.
    #[test]
    fn every_edge_leads_where_the_figure_says() {
        for (from, stimulus, to, effects) in EDGES {
            let (state, done) = step(*from, *stimulus, false, true);
            assert_eq!(
                (state, done.as_slice()),
                (*to, *effects),
                "{from:?} on {stimulus:?}"
            );
        }
    }

    #[test]
    fn every_pair_of_state_and_stimulus_is_listed_once() {
        for state in [Proceeding, Accepted, Completed, Confirmed, Terminated] {
            for stimulus in [
                Request,
                Ack,
                Provisional,
                Success,
                Failure,
                TRYING,
                G,
                H,
                I,
                L,
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
    fn a_silent_user_makes_the_layer_say_100_once() {
        let mut fx = Effects::new();
        let mut machine = ServerInvite::start(false, &mut fx);
        assert_eq!(
            fx.as_slice(),
            [
                Effect::Tell,
                Effect::Start(Timer::Trying, Duration::from_millis(200))
            ]
        );
        let mut fx = Effects::new();
        machine.on(Request, &DEFAULTS, &mut fx);
        assert_eq!(fx.as_slice(), []);
        machine.on(TRYING, &DEFAULTS, &mut fx);
        machine.on(TRYING, &DEFAULTS, &mut fx);
        assert_eq!(fx.as_slice(), [Effect::Trying]);
    }

    #[test]
    fn over_a_stream_a_failure_is_sent_once_and_acks_are_not_waited_for() {
        let (_, done) = step(Proceeding, Failure, true, true);
        assert_eq!(done, [Effect::Send, Effect::Start(Timer::H, S32)]);
        let (_, done) = step(Completed, Ack, true, true);
        assert_eq!(
            done,
            [Effect::StopRetry, Effect::Start(Timer::I, Duration::ZERO)]
        );
    }

    fn step(
        state: State,
        stimulus: Stimulus,
        reliable: bool,
        answered: bool,
    ) -> (State, Vec<Effect>) {
        let mut machine = ServerInvite {
            state,
            reliable,
            answered,
            repetitions: 0,
        };
        let mut fx = Effects::new();
        machine.on(stimulus, &DEFAULTS, &mut fx);
        (machine.state(), fx.as_slice().to_vec())
    }
}
