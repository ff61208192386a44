//! Saying goodbye: `IRTCClient::PrepareForShutdown`. BYE, CANCEL, unsubscribe and unregister, at most so long.

use crate::base::Time;
use crate::usage::{Owner, Role};

use super::event::CLIENT_ASYNC_CLEANUP_DONE;
use super::states::TerminateReason;
use super::{Agent, Event, EventType, Send, Verdict};

/// How far the goodbye is.
#[derive(Debug, Default)]
pub(super) struct Shutdown {
    pub(super) begun: bool,
    /// Not everybody has been told yet.
    under_way: bool,
    done: bool,
    deadline: Option<Time>,
}

const DEADLINE: u32 = 1;
const ALARM: Owner = Owner {
    role: Role::Nobody,
    key: 1,
};

impl Agent {
    /// Ends everything politely; nothing new begins. The last event is `Client` / `CLIENT_ASYNC_CLEANUP_DONE`.
    pub fn prepare_for_shutdown(&mut self, now: Time) -> Verdict {
        self.cx.now = now;
        if std::mem::replace(&mut self.shutdown.begun, true) {
            return Verdict::Nothing;
        }
        self.shutdown.under_way = true;
        self.release_challenges();
        self.shutdown.deadline = Some(self.cx.arm(self.config.shutdown, ALARM, DEADLINE));
        self.expire_claims();
        self.drop_referrings();
        self.drop_referrals();
        self.end_refreshes(now);
        self.unregister_bindings(now);
        for key in self.sessions.keys() {
            self.end_session(key, TerminateReason::Normal, "");
        }
        for key in self.watchers.keys() {
            self.end_watcher(key);
        }
        for key in self.subscriptions.keys() {
            if let Some(object) = self
                .subscriptions
                .get(key)
                .map(|subscription| subscription.object().clone())
            {
                // Refused when there is nothing to end, which is what is wanted.
                let _ = self.unsubscribe(now, &object, &Send::default());
            }
        }
        for key in self.profiles.keys() {
            if let Some(object) = self
                .profiles
                .get(key)
                .map(|profile| profile.object().clone())
            {
                let _ = self.disable_profile(now, &object);
            }
        }
        self.shutdown.under_way = false;
        self.check_shutdown();
        Verdict::Done
    }

    /// Whether preparation for shutdown has begun.
    #[must_use]
    pub fn is_shutting_down(&self) -> bool {
        self.shutdown.begun
    }

    /// Called whenever something ended.
    pub(super) fn check_shutdown(&mut self) {
        if self.shutdown.begun
            && !self.shutdown.under_way
            && !self.shutdown.done
            && self.sessions.is_empty()
            && self.watchers.is_empty()
            && self.registrations.all_idle()
            && self.refreshes.all_idle()
            && self
                .subscriptions
                .iter()
                .all(|(_, subscription)| subscription.is_idle())
            && self.profiles.iter().all(|(_, profile)| profile.is_idle())
        {
            self.cx
                .disarm(self.shutdown.deadline.take(), ALARM, DEADLINE);
            self.finish_shutdown();
        }
    }

    /// Time is up: whoever has not answered will not be waited for.
    pub(super) fn on_shutdown_alarm(&mut self) {
        if self.shutdown.done {
            return;
        }
        for key in self.sessions.keys() {
            self.drop_session(key);
        }
        self.abandon_registrations();
        self.finish_shutdown();
    }

    fn finish_shutdown(&mut self) {
        if std::mem::replace(&mut self.shutdown.done, true) {
            return;
        }
        self.tell(Event {
            event_type: EventType::Client,
            kind: CLIENT_ASYNC_CLEANUP_DONE,
            ..Event::default()
        });
    }
}
