//! Responses on their way back: RFC 3261 §16.7 and §16.9, with RFC 4320 and RFC 6026 §7.3.
//!
//! Provisional and 2xx responses pass at once; of all others the best is kept until no branch can bring a better one.

use super::proxy::ContextKey;
use super::{Server, TimerKey};
use crate::base::Time;
use crate::syntax::{HeaderId, Message, method};
use crate::transaction::Failure;

/// A final response that is kept until all branches are done.
pub(super) enum Best {
    /// As it came.
    Message(Message),
    /// A failure of our own.
    Own(u16),
}

impl Best {
    fn status(&self) -> u16 {
        match self {
            Self::Message(message) => message.status().unwrap_or(500),
            Self::Own(status) => *status,
        }
    }
}

/// Challenges that one response may carry.
const MOST_CHALLENGES: usize = 32;

impl Server {
    pub(super) fn on_branch_response(
        &mut self,
        now: Time,
        key: ContextKey,
        index: u16,
        response: &Message,
    ) {
        let status = response.status().unwrap_or(500);
        let is_invite = response.cseq_method() == method::INVITE;
        let Some(context) = self.contexts.get_mut(key) else {
            return;
        };
        let Some(branch) = context.branches.get_mut(usize::from(index)) else {
            return;
        };
        let (server, answered) = (context.server, context.answered);
        match status {
            100 => {}
            101..=199 => {
                // Step 2: each sign of life starts Timer C anew.
                if let Some(old) = branch.timer_c {
                    let timer = TimerKey::TimerC(key, index);
                    let at = now + self.config.timer_c;
                    branch.timer_c = Some(at);
                    self.timers.cancel(old, timer);
                    self.timers.set(at, timer);
                }
                if !answered && !branch.expired {
                    self.endpoint.respond(now, server, popped(response));
                }
            }
            200..=299 => {
                branch.done = true;
                context.answered = true;
                self.stop_timer_c(key, index);
                // Step 5: every 2xx to an INVITE passes, of other requests the first.
                if is_invite {
                    self.endpoint.respond(now, server, popped(response));
                    if !answered {
                        self.cancel_branches(now, key, "");
                    }
                } else {
                    if !answered {
                        self.endpoint.respond(now, server, popped(response));
                    }
                    self.drop_context(key);
                }
            }
            _ => {
                let expired = branch.expired;
                branch.done = true;
                for id in [HeaderId::WwwAuthenticate, HeaderId::ProxyAuthenticate] {
                    for challenge in response.headers(id) {
                        if matches!(status, 401 | 407) && context.challenges.len() < MOST_CHALLENGES
                        {
                            context.challenges.push((id, challenge.into()));
                        }
                    }
                }
                self.stop_timer_c(key, index);
                let best = if expired {
                    Best::Own(408)
                } else {
                    Best::Message(response.clone())
                };
                self.settle(now, key, best);
            }
        }
    }

    /// RFC 3261 §16.9: no answer counts as 408, no way as 503.
    pub(super) fn on_branch_failed(
        &mut self,
        now: Time,
        key: ContextKey,
        index: u16,
        failure: Failure,
    ) {
        let branch = self
            .contexts
            .get_mut(key)
            .and_then(|context| context.branches.get_mut(usize::from(index)));
        let Some(branch) = branch else {
            return;
        };
        branch.done = true;
        self.stop_timer_c(key, index);
        let status = match failure {
            Failure::Timeout => 408,
            Failure::Transport
            | Failure::Refused
            | Failure::Insecure(_)
            | Failure::Unresolved
            | Failure::NoRecords
            | Failure::NoTarget => 503,
        };
        self.settle(now, key, Best::Own(status));
    }

    /// A branch is done: keeps its response if it is the best, and sends the best once all are done.
    fn settle(&mut self, now: Time, key: ContextKey, response: Best) {
        let Some(context) = self.contexts.get_mut(key) else {
            return;
        };
        let status = response.status();
        let cancelled = context.cancelled;
        let better = context
            .best
            .as_ref()
            .is_none_or(|best| rank(status, cancelled) < rank(best.status(), cancelled));
        if better {
            context.best = Some(response);
        }
        if !context.branches.iter().all(|branch| branch.done) {
            // Step 5: a 6xx speaks for the user, wherever else it rings.
            if status >= 600 && !context.answered {
                self.cancel_branches(now, key, "");
            }
            return;
        }
        if context.answered {
            // A 2xx has gone up; its repetitions still have to.
            return;
        }
        self.send_best(now, key);
        self.drop_context(key);
    }

    fn send_best(&mut self, now: Time, key: ContextKey) {
        let Some(context) = self.contexts.get_mut(key) else {
            return;
        };
        let (server, located, cancelled) = (context.server, context.located, context.cancelled);
        let challenges = std::mem::take(&mut context.challenges);
        let Some(best) = context.best.take() else {
            return;
        };
        let Some(request) = self.endpoint.request_of(server).cloned() else {
            return;
        };
        let is_invite = request.method() == method::INVITE;
        let status = match best.status() {
            // RFC 4320 §4.2: the client has timed out by itself; a 408 would only come too late.
            408 if !is_invite => return,
            408 if cancelled => 487,
            // Step 6: 503 would say that this server is out of service. Of a user's phones it says that none is there.
            503 if located => 480,
            503 => 500,
            status => status,
        };
        match best {
            Best::Message(response) if response.status() == Some(status) => {
                let mut edit = response.edit().remove_first(HeaderId::Via);
                if matches!(status, 401 | 407) {
                    for id in [HeaderId::WwwAuthenticate, HeaderId::ProxyAuthenticate] {
                        edit = edit.remove(id);
                    }
                    for (id, challenge) in &challenges {
                        edit = edit.append(*id, &**challenge);
                    }
                }
                self.endpoint.respond(now, server, edit.build());
            }
            Best::Message(_) | Best::Own(_) => self.answer(now, server, &request, status, |a| a),
        }
    }

    fn stop_timer_c(&mut self, key: ContextKey, index: u16) {
        let branch = self
            .contexts
            .get_mut(key)
            .and_then(|context| context.branches.get_mut(usize::from(index)));
        if let Some(at) = branch.and_then(|branch| branch.timer_c.take()) {
            self.timers.cancel(at, TimerKey::TimerC(key, index));
        }
    }
}

/// The response without our Via (RFC 3261 §16.7 step 3).
fn popped(response: &Message) -> Message {
    response.edit().remove_first(HeaderId::Via).build()
}

/// How good a final response is, the lowest being the best (RFC 3261 §16.7 step 6): a 6xx decides, then the lowest
/// class; within 4xx what lets the caller try again comes first and what says nothing last.
fn rank(status: u16, cancelled: bool) -> (u16, u8) {
    let class = match status / 100 {
        6 => 0,
        class => class,
    };
    let within = match status {
        487 if cancelled => 0,
        401 | 407 | 415 | 420 | 484 => 1,
        408 => 4,
        480 | 487 => 3,
        503 => 3,
        _ => 2,
    };
    (class, within)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_best_response_is_chosen_by_class_and_use() {
        for (better, worse) in [
            (603, 302),
            (302, 404),
            (404, 500),
            (407, 404),
            (486, 408),
            (486, 480),
            (480, 408),
            (487, 408),
            (500, 503),
            (408, 503),
        ] {
            assert!(rank(better, false) < rank(worse, false), "{better} {worse}");
        }
        assert!(rank(487, true) < rank(401, true));
    }
}
