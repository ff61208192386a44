//! Non-INVITE server transaction: RFC 3261 §17.2.2, figure 8, with the rules of RFC 4320 on late answers.
//!
//! Knows repeated requests (J), the 100 of a slow user (RFC 4320 §4.1) and that nobody listens after 64*T1 (§4.2).
//!
//! ```text
//!  Trying ──1xx──► Proceeding ──200-699──► Completed ──J──► Terminated
//!     └───────────200-699─────────────────────▲
//! ```

use super::effects::{Effect, Effects};
use super::timing::{Timer, Timing};
use super::user::ServerEnd;

/// The states of figure 8.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    /// No response yet.
    Trying,
    /// A 1xx was sent.
    Proceeding,
    /// A final response was sent.
    Completed,
    /// Over.
    Terminated,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stimulus {
    /// The request came again.
    Request,
    /// The user answers 1xx.
    Provisional,
    /// The user answers 200–699.
    Final,
    /// A timer fired.
    Timer(Timer),
    /// A response could not be sent.
    TransportError,
}

/// The machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ServerOther {
    state: State,
    reliable: bool,
}

impl ServerOther {
    /// Hands the request to the user.
    pub(crate) fn start(reliable: bool, timing: &Timing, fx: &mut Effects) -> Self {
        fx.extend([
            Effect::Tell,
            Effect::Start(Timer::Trying, timing.trying_other),
        ]);
        Self {
            state: State::Trying,
            reliable,
        }
    }

    /// Where it stands.
    #[cfg(test)]
    pub(crate) const fn state(&self) -> State {
        self.state
    }

    /// One stimulus.
    pub(crate) fn on(&mut self, stimulus: Stimulus, timing: &Timing, fx: &mut Effects) {
        use State::{Completed, Proceeding, Terminated, Trying};
        use Stimulus::{Final, Provisional, Request, TransportError};
        // What is left of the client's Timer F when Timer::Trying fires.
        let late = timing.lifetime().saturating_sub(timing.trying_other);
        self.state = match (self.state, stimulus) {
            (Trying, Stimulus::Timer(Timer::Trying)) => {
                fx.push(Effect::Start(Timer::Late, late));
                if self.reliable {
                    Trying
                } else {
                    fx.push(Effect::Trying);
                    Proceeding
                }
            }
            (Proceeding, Stimulus::Timer(Timer::Trying)) => {
                fx.push(Effect::Start(Timer::Late, late));
                Proceeding
            }
            (Trying | Proceeding, Stimulus::Timer(Timer::Late)) => {
                fx.push(Effect::End(ServerEnd::Transport));
                Terminated
            }
            (Trying | Proceeding, Provisional) => {
                fx.push(Effect::Send);
                Proceeding
            }
            (Trying | Proceeding, Final) => {
                let absorb = Timing::unless_reliable(timing.lifetime(), self.reliable);
                fx.extend([Effect::Send, Effect::Start(Timer::J, absorb)]);
                Completed
            }
            (state @ (Proceeding | Completed), Request) => {
                fx.push(Effect::Send);
                state
            }
            (Completed, Stimulus::Timer(Timer::J)) => {
                fx.push(Effect::End(ServerEnd::Done));
                Terminated
            }
            (Proceeding | Completed, TransportError) => {
                fx.push(Effect::End(ServerEnd::Transport));
                Terminated
            }
            // Repeated requests before any answer, answers after the final one, timers that no longer matter.
            (state, _) => state,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::timing::DEFAULTS;
    use super::State::{Completed, Proceeding, Terminated, Trying};
    use super::Stimulus::{Final, Provisional, Request, TransportError};
    use super::*;

    const TRYING: Stimulus = Stimulus::Timer(Timer::Trying);
    const LATE: Stimulus = Stimulus::Timer(Timer::Late);
    const J: Stimulus = Stimulus::Timer(Timer::J);
    const S32: Duration = Duration::from_secs(32);
    const LEFT: Duration = Duration::from_millis(28_500);
    const LOST: &[Effect] = &[Effect::End(ServerEnd::Transport)];
    const FINAL: &[Effect] = &[Effect::Send, Effect::Start(Timer::J, S32)];

    /// Every edge over UDP: state, stimulus, next state, effects.
    const EDGES: &[(State, Stimulus, State, &[Effect])] = &[
        (Trying, Request, Trying, &[]),
        (Trying, Provisional, Proceeding, &[Effect::Send]),
        (Trying, Final, Completed, FINAL),
        (
            Trying,
            TRYING,
            Proceeding,
            &[Effect::Start(Timer::Late, LEFT), Effect::Trying],
        ),
        (Trying, LATE, Terminated, LOST),
        (Trying, J, Trying, &[]),
        (Trying, TransportError, Trying, &[]),
        (Proceeding, Request, Proceeding, &[Effect::Send]),
        (Proceeding, Provisional, Proceeding, &[Effect::Send]),
        (Proceeding, Final, Completed, FINAL),
        (
            Proceeding,
            TRYING,
            Proceeding,
            &[Effect::Start(Timer::Late, LEFT)],
        ),
        (Proceeding, LATE, Terminated, LOST),
        (Proceeding, J, Proceeding, &[]),
        (Proceeding, TransportError, Terminated, LOST),
        (Completed, Request, Completed, &[Effect::Send]),
        (Completed, Provisional, Completed, &[]),
        (Completed, Final, Completed, &[]),
        (Completed, TRYING, Completed, &[]),
        (Completed, LATE, Completed, &[]),
        (Completed, J, Terminated, &[Effect::End(ServerEnd::Done)]),
        (Completed, TransportError, Terminated, LOST),
        (Terminated, Request, Terminated, &[]),
        (Terminated, Provisional, Terminated, &[]),
        (Terminated, Final, Terminated, &[]),
        (Terminated, TRYING, Terminated, &[]),
        (Terminated, LATE, Terminated, &[]),
        (Terminated, J, Terminated, &[]),
        (Terminated, TransportError, Terminated, &[]),
    ];

    /// B-169.
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
        for state in [Trying, Proceeding, Completed, Terminated] {
            for stimulus in [Request, Provisional, Final, TRYING, LATE, J, TransportError] {
                let listed = EDGES
                    .iter()
                    .filter(|edge| edge.0 == state && edge.1 == stimulus);
                assert_eq!(listed.count(), 1, "{state:?} on {stimulus:?}");
            }
        }
    }

    #[test]
    fn over_a_stream_the_layer_says_no_100_and_absorbs_nothing() {
        let (state, done) = step(Trying, TRYING, true);
        assert_eq!(
            (state, done.as_slice()),
            (Trying, &[Effect::Start(Timer::Late, LEFT)][..])
        );
        let (_, done) = step(Trying, Final, true);
        assert_eq!(
            done,
            [Effect::Send, Effect::Start(Timer::J, Duration::ZERO)]
        );
    }

    fn step(state: State, stimulus: Stimulus, reliable: bool) -> (State, Vec<Effect>) {
        let mut machine = ServerOther { state, reliable };
        let mut fx = Effects::new();
        machine.on(stimulus, &DEFAULTS, &mut fx);
        (machine.state(), fx.as_slice().to_vec())
    }
}
