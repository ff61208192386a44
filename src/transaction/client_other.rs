//! Non-INVITE client transaction: RFC 3261 §17.1.2, figure 6.
//!
//! Knows repetition (E), timeout (F), absorbed repeated answers (K). Does not know what the request is for.
//!
//! ```text
//!  Trying ──1xx──► Proceeding ──200-699──► Completed ──K──► Terminated
//!     └───────────200-699─────────────────────▲
//! ```

use super::effects::{Effect, Effects};
use super::timing::{Timer, Timing};
use super::user::Failure;

/// The states of figure 6.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum State {
    /// No answer yet.
    Trying,
    /// A 1xx came.
    Proceeding,
    /// A final response came.
    Completed,
    /// Over.
    Terminated,
}

/// What can happen to it.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stimulus {
    /// 100–199.
    Provisional,
    /// 200–699.
    Final,
    /// A timer fired.
    Timer(Timer),
    /// The request could not be sent, or its connection broke.
    TransportError,
}

/// The machine.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ClientOther {
    state: State,
    reliable: bool,
    repetitions: u8,
}

impl ClientOther {
    /// Sends the request and starts E and F.
    pub(crate) fn start(reliable: bool, timing: &Timing, fx: &mut Effects) -> Self {
        fx.push(Effect::Send);
        if !reliable {
            fx.push(Effect::Start(Timer::E, timing.capped(0)));
        }
        fx.push(Effect::Start(Timer::F, timing.lifetime()));
        Self {
            state: State::Trying,
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
        use State::{Completed, Proceeding, Terminated, Trying};
        use Stimulus::{Final, Provisional, TransportError};
        self.state = match (self.state, stimulus) {
            (Trying, Stimulus::Timer(Timer::E)) => {
                self.repetitions = self.repetitions.saturating_add(1);
                fx.extend([
                    Effect::Send,
                    Effect::Start(Timer::E, timing.capped(self.repetitions)),
                ]);
                Trying
            }
            // After a 1xx every T2 (RFC 3261 §17.1.2.2).
            (Proceeding, Stimulus::Timer(Timer::E)) => {
                fx.extend([Effect::Send, Effect::Start(Timer::E, timing.t2)]);
                Proceeding
            }
            (Trying | Proceeding, Stimulus::Timer(Timer::F)) => {
                fx.extend([Effect::StopRetry, Effect::Fail(Failure::Timeout)]);
                Terminated
            }
            (Trying | Proceeding, TransportError) => {
                fx.extend([Effect::StopRetry, Effect::Fail(Failure::Transport)]);
                Terminated
            }
            (Trying | Proceeding, Provisional) => {
                fx.push(Effect::Tell);
                Proceeding
            }
            (Trying | Proceeding, Final) => {
                let absorb = Timing::unless_reliable(timing.t4, self.reliable);
                fx.extend([
                    Effect::StopRetry,
                    Effect::Start(Timer::K, absorb),
                    Effect::Tell,
                ]);
                Completed
            }
            (Completed, Stimulus::Timer(Timer::K)) => {
                fx.push(Effect::Forget);
                Terminated
            }
            // Repeated answers and timers that no longer matter.
            (state, _) => state,
        };
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::super::timing::DEFAULTS;
    use super::State::{Completed, Proceeding, Terminated, Trying};
    use super::Stimulus::{Final, Provisional, TransportError};
    use super::*;

    const E: Stimulus = Stimulus::Timer(Timer::E);
    const F: Stimulus = Stimulus::Timer(Timer::F);
    const K: Stimulus = Stimulus::Timer(Timer::K);
    const S1: Duration = Duration::from_secs(1);
    const S4: Duration = Duration::from_secs(4);
    const S5: Duration = Duration::from_secs(5);

    /// Every edge over UDP: state, stimulus, next state, effects.
    const EDGES: &[(State, Stimulus, State, &[Effect])] = &[
        (Trying, Provisional, Proceeding, &[Effect::Tell]),
        (
            Trying,
            Final,
            Completed,
            &[Effect::StopRetry, Effect::Start(Timer::K, S5), Effect::Tell],
        ),
        (
            Trying,
            E,
            Trying,
            &[Effect::Send, Effect::Start(Timer::E, S1)],
        ),
        (
            Trying,
            F,
            Terminated,
            &[Effect::StopRetry, Effect::Fail(Failure::Timeout)],
        ),
        (Trying, K, Trying, &[]),
        (
            Trying,
            TransportError,
            Terminated,
            &[Effect::StopRetry, Effect::Fail(Failure::Transport)],
        ),
        (Proceeding, Provisional, Proceeding, &[Effect::Tell]),
        (
            Proceeding,
            Final,
            Completed,
            &[Effect::StopRetry, Effect::Start(Timer::K, S5), Effect::Tell],
        ),
        (
            Proceeding,
            E,
            Proceeding,
            &[Effect::Send, Effect::Start(Timer::E, S4)],
        ),
        (
            Proceeding,
            F,
            Terminated,
            &[Effect::StopRetry, Effect::Fail(Failure::Timeout)],
        ),
        (Proceeding, K, Proceeding, &[]),
        (
            Proceeding,
            TransportError,
            Terminated,
            &[Effect::StopRetry, Effect::Fail(Failure::Transport)],
        ),
        (Completed, Provisional, Completed, &[]),
        (Completed, Final, Completed, &[]),
        (Completed, E, Completed, &[]),
        (Completed, F, Completed, &[]),
        (Completed, K, Terminated, &[Effect::Forget]),
        (Completed, TransportError, Completed, &[]),
        (Terminated, Provisional, Terminated, &[]),
        (Terminated, Final, Terminated, &[]),
        (Terminated, E, Terminated, &[]),
        (Terminated, F, Terminated, &[]),
        (Terminated, K, Terminated, &[]),
        (Terminated, TransportError, Terminated, &[]),
    ];

    /// B-164.
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
            for stimulus in [Provisional, Final, E, F, K, TransportError] {
                let listed = EDGES
                    .iter()
                    .filter(|edge| edge.0 == state && edge.1 == stimulus);
                assert_eq!(listed.count(), 1, "{state:?} on {stimulus:?}");
            }
        }
    }

    /// B-163.
    #[test]
    fn timer_e_doubles_up_to_t2() {
        let mut fx = Effects::new();
        let mut machine = ClientOther::start(false, &DEFAULTS, &mut fx);
        let mut lengths = Vec::new();
        for _ in 0..5 {
            let mut fx = Effects::new();
            machine.on(E, &DEFAULTS, &mut fx);
            if let Effect::Start(_, length) = fx.as_slice()[1] {
                lengths.push(length.as_millis());
            }
        }
        assert_eq!(lengths, [1000, 2000, 4000, 4000, 4000]);
    }

    #[test]
    fn over_a_stream_nothing_is_repeated_or_absorbed() {
        let mut fx = Effects::new();
        ClientOther::start(true, &DEFAULTS, &mut fx);
        assert_eq!(
            fx.as_slice(),
            [Effect::Send, Effect::Start(Timer::F, DEFAULTS.lifetime())]
        );
        let (_, done) = step(Trying, Final, true);
        assert!(done.contains(&Effect::Start(Timer::K, Duration::ZERO)));
    }

    fn step(state: State, stimulus: Stimulus, reliable: bool) -> (State, Vec<Effect>) {
        let mut machine = ClientOther {
            state,
            reliable,
            repetitions: 0,
        };
        let mut fx = Effects::new();
        machine.on(stimulus, &DEFAULTS, &mut fx);
        (machine.state(), fx.as_slice().to_vec())
    }
}
