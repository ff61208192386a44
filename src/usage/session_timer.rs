//! Session timers: RFC 4028. Who refreshes and how often, the refresh itself, and the end of a call nobody refreshes.
//!
//! A refresh is an UPDATE without description when the peer takes it, else a re-INVITE that offers the same again.

use std::borrow::Cow;
use std::time::Duration;

use crate::base::Time;
use crate::syntax::headers::{MinSe, SessionExpires};
use crate::syntax::{HeaderId, Message};
use crate::transaction::Failure;

use super::call::{Call, CallEvent, Outcome, State};
use super::media::Media;
use super::reinvite::{Offer, What};
use super::{Account, Cx};

/// The option tag.
pub const TAG: &str = "timer";

/// The interval asked for unless told otherwise, in seconds (RFC 4028 §4).
pub const INTERVAL: u32 = 1800;

/// The smallest interval there may be, in seconds (RFC 4028 §5).
pub const LEAST: u32 = 90;

/// Timer of a call: a refresh, or its end.
pub(super) const SESSION: u32 = 6;

/// How often one request of ours may be sent anew with a longer interval.
const RAISES: u8 = 3;

/// The session timer of one call.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct SessionTimer {
    /// The interval in force, in seconds; 0: none.
    interval: u32,
    /// We refresh.
    ours: bool,
    /// The armed timer.
    at: Option<Time>,
    /// When an unrefreshed call ends.
    end: Time,
    raises: u8,
}

impl Call {
    /// Values of Session-Expires and Min-SE for a request of ours; empty when there shall be no timer.
    pub(super) fn timer_values(&self) -> (Cow<'static, str>, Cow<'static, str>) {
        let terms = &self.terms;
        if terms.session_expires == 0 {
            return ("".into(), "".into());
        }
        let expires = match (self.timer.interval, self.timer.ours) {
            (0, _) => seconds(terms.session_expires),
            (interval, true) => format!("{interval};refresher=uac").into(),
            (interval, false) => format!("{interval};refresher=uas").into(),
        };
        (expires, seconds(terms.min_se))
    }

    /// Whether the peer asks for refreshes more often than we want: then 422 with our Min-SE (RFC 4028 §9).
    pub fn check_interval(&self, request: &Message) -> Result<(), u32> {
        if self.terms.session_expires == 0 {
            return Ok(());
        }
        match request.typed::<SessionExpires<'_>>() {
            Ok(Some(asked)) if asked.seconds < self.terms.min_se && knows(request) => {
                Err(self.terms.min_se)
            }
            _ => Ok(()),
        }
    }

    /// UAS of a session refresh request that is accepted: sets the timer; the lines for the 2xx (RFC 4028 §9).
    pub(super) fn answer_timer(&mut self, cx: &mut Cx, request: &Message) -> String {
        let terms = self.terms;
        if terms.session_expires == 0 {
            return String::new();
        }
        let known = knows(request);
        let least = least(request).max(LEAST);
        let (interval, ours) = match request.typed::<SessionExpires<'_>>() {
            Ok(Some(asked)) => {
                let shorter = asked.seconds.min(terms.session_expires).max(least);
                let ours = match asked.refresher() {
                    // Who does not know the extension cannot refresh.
                    _ if !known => true,
                    Some(who) => who.eq_ignore_ascii_case("uas"),
                    None => false,
                };
                (shorter, ours)
            }
            _ if self.timer.interval != 0 && (known || self.timer.ours) => {
                (self.timer.interval, self.timer.ours)
            }
            _ if known => (terms.session_expires.max(least), true),
            _ => (0, false),
        };
        self.set_timer(cx, interval, ours);
        match (interval, ours) {
            (0, _) => String::new(),
            (_, true) => format!("Session-Expires: {interval};refresher=uas\r\n"),
            (_, false) => {
                format!("Session-Expires: {interval};refresher=uac\r\nRequire: timer\r\n")
            }
        }
    }

    /// UAC of a session refresh request that was accepted (RFC 4028 §7.2): without Session-Expires there is no timer.
    pub(super) fn take_timer(&mut self, cx: &mut Cx, response: &Message) {
        if self.terms.session_expires == 0 {
            return;
        }
        let (interval, ours) = match response.typed::<SessionExpires<'_>>() {
            Ok(Some(agreed)) => {
                let theirs = agreed
                    .refresher()
                    .is_some_and(|who| who.eq_ignore_ascii_case("uas"));
                (agreed.seconds.max(LEAST), !theirs)
            }
            _ => (0, false),
        };
        self.set_timer(cx, interval, ours);
    }

    fn set_timer(&mut self, cx: &mut Cx, interval: u32, ours: bool) {
        self.stop_timer(cx);
        self.timer.interval = interval;
        self.timer.ours = ours;
        if interval == 0 {
            return;
        }
        // Time for a BYE before the interval is over, RFC 4028 §10.
        let lifetime = Duration::from_secs((interval - (interval / 3).min(32)).into());
        self.timer.end = cx.now + lifetime;
        let after = if ours {
            Duration::from_secs(interval.into()) / 2
        } else {
            lifetime
        };
        self.timer.at = Some(cx.arm(after, self.owner, SESSION));
    }

    pub(super) fn stop_timer(&mut self, cx: &mut Cx) {
        cx.disarm(self.timer.at.take(), self.owner, SESSION);
    }

    /// The timer came: time to refresh, or to go.
    pub(super) fn on_session_timer(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        out: &mut Vec<CallEvent>,
    ) {
        self.timer.at = None;
        match self.state {
            State::Confirmed if cx.now >= self.timer.end => {
                return self.abandon(cx, account, Outcome::Failed(Failure::Timeout), None, out);
            }
            State::Confirmed | State::Accepted => {}
            _ => return,
        }
        // Whatever is on its way refreshes too, or gives way in a moment.
        let began = self.state == State::Confirmed && self.refresh(cx, account);
        let next = if began {
            self.timer.end.since(cx.now)
        } else {
            PAUSE
        };
        self.arm_within(cx, next);
    }

    fn refresh(&mut self, cx: &mut Cx, account: &mut Account) -> bool {
        let hold = self.media.as_ref().is_some_and(Media::local_hold);
        let by_update = self
            .dialog(&cx.dialogs)
            .is_some_and(|dialog| dialog.allows_update());
        let begun = if by_update {
            self.update(
                cx,
                account,
                Offer {
                    hold,
                    what: What::Nothing,
                },
                "",
                0,
            )
        } else {
            self.change(
                cx,
                account,
                Offer {
                    hold,
                    what: What::Ours,
                },
                "",
                0,
            )
        };
        if let Some(change) = self.change.as_deref_mut().filter(|_| begun.is_ok()) {
            change.refresh = true;
        }
        begun.is_ok()
    }

    /// A refresh was refused: once more before the end (RFC 4028 §10).
    pub(super) fn refresh_again(&mut self, cx: &mut Cx) {
        if self.timer.interval != 0 && self.state == State::Confirmed {
            self.stop_timer(cx);
            self.arm_within(cx, PAUSE);
        }
    }

    fn arm_within(&mut self, cx: &mut Cx, after: Duration) {
        let left = self.timer.end.since(cx.now);
        self.timer.at = Some(cx.arm(after.min(left).max(BREATH), self.owner, SESSION));
    }

    /// 422: the peer wants a longer interval; whether the request may go again with it (RFC 4028 §7.3).
    pub(super) fn raise_interval(&mut self, message: &Message) -> bool {
        let asked = least(message);
        let had = self.timer.interval.max(self.terms.session_expires);
        let raised = asked > self.terms.min_se || asked > had;
        if self.terms.session_expires == 0 || !raised || self.timer.raises >= RAISES {
            return false;
        }
        self.timer.raises += 1;
        self.terms.min_se = self.terms.min_se.max(asked);
        self.terms.session_expires = self.terms.session_expires.max(asked);
        if self.timer.interval != 0 {
            self.timer.interval = self.timer.interval.max(asked);
        }
        true
    }

    /// Writes the values of now into the lines of a request that goes again.
    pub(super) fn rewrite_timer(&self, lines: &mut String) {
        let (expires, least) = self.timer_values();
        super::lines::set_line(lines, "Session-Expires", Some(&expires));
        super::lines::set_line(lines, "Min-SE", Some(&least));
    }
}

/// At the end, for a call that is not quite there.
const BREATH: Duration = Duration::from_secs(1);

/// Between tries.
const PAUSE: Duration = Duration::from_secs(5);

/// Whether the sender speaks of session timers at all.
fn knows(message: &Message) -> bool {
    message.lists(HeaderId::Supported, TAG) || message.lists(HeaderId::Require, TAG)
}

fn least(message: &Message) -> u32 {
    match message.typed::<MinSe>() {
        Ok(Some(MinSe(least))) => least,
        _ => 0,
    }
}

fn seconds(value: u32) -> Cow<'static, str> {
    match value {
        INTERVAL => "1800".into(),
        LEAST => "90".into(),
        other => other.to_string().into(),
    }
}
