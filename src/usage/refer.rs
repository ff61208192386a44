//! Referring: RFC 3515 §2.4, RFC 4488, RFC 7647 §4. One REFER of ours and the subscription that it makes.
//!
//! Inside a dialog it becomes a usage of that dialog beside the call; outside it has a dialog of its own. The other end,
//! which is referred and reports, is a [`super::Notifier`].

use std::time::Duration;

use crate::base::Time;
use crate::dialog::{Dialog, LocalTag, Order};
use crate::syntax::{HeaderId, Message, MessageBuilder, SubscriptionState};
use crate::transaction::{ClientKey, Draft, Failure, ServerKey};
use crate::transport::Flow;

use super::context::ALLOW;
use super::failure::effect_of;
use super::lines::Lines;
use super::{Account, Cx, DialogKey, Outcome, Outgoing, Owner, Side, Usage};

/// Option tags of transfer.
pub const OPTIONS: &str = "replaces, norefersub, tdialog, join";
/// Type of the bodies that report progress (RFC 3420).
pub const SIPFRAG: &str = "message/sipfrag;version=2.0";
/// How long a referral is watched when the peer says nothing of it, in seconds.
pub const USUAL: u32 = 180;

/// Timers: nothing came; the subscription is over.
const SILENCE: u32 = 1;
const EXPIRY: u32 = 2;

/// What to refer to.
#[derive(Clone, Debug, Default)]
pub struct Wanted<'a> {
    /// Refer-To with its brackets.
    pub refer_to: &'a str,
    /// Ask for no subscription (RFC 4488).
    pub unwatched: bool,
    /// The application's lines for this request.
    pub own: &'a str,
}

/// Where the REFER goes.
#[derive(Clone, Copy, Debug)]
pub enum Road<'a> {
    /// Inside this dialog.
    Inside(DialogKey),
    /// To this URI, outside of any dialog; `target` is the value of Target-Dialog, empty for none.
    Outside {
        /// Request-URI.
        uri: &'a str,
        /// To, a name-addr.
        to: &'a str,
        /// Target-Dialog.
        target: &'a str,
    },
}

/// How it ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum End {
    /// The peer reported this final status of what it was asked to do.
    Final(u16),
    /// The REFER was refused, or had no answer.
    Refused(Outcome),
    /// Accepted, and no subscription tells more.
    Unwatched,
    /// The subscription ended before a final report.
    Dropped,
}

/// What a referral tells.
#[derive(Debug)]
pub enum Told {
    /// The peer will try.
    Accepted(Message),
    /// A report: status and phrase of the sipfrag. The NOTIFY has been answered.
    Heard {
        /// The status.
        status: u16,
        /// The phrase.
        reason: Box<str>,
        /// The NOTIFY.
        message: Message,
    },
    /// Over.
    Ended {
        /// How.
        end: End,
        /// What ended it.
        message: Option<Message>,
    },
}

/// One REFER of ours.
#[derive(Debug)]
pub struct Referrer {
    owner: Owner,
    local_tag: LocalTag,
    call_id: Box<str>,
    dialog: Option<DialogKey>,
    outside: bool,
    request: Option<Box<Outgoing>>,
    unwatched: bool,
    silence_at: Option<Time>,
    expires_at: Option<Time>,
    told: bool,
    over: bool,
}

impl Referrer {
    /// Nothing is sent yet.
    #[must_use]
    pub fn new(cx: &mut Cx, owner: Owner) -> Self {
        Self {
            owner,
            local_tag: cx.tag(),
            call_id: "".into(),
            dialog: None,
            outside: false,
            request: None,
            unwatched: false,
            silence_at: None,
            expires_at: None,
            told: false,
            over: false,
        }
    }

    /// Whether it is over, with nothing left to answer.
    #[must_use]
    pub fn is_over(&self) -> bool {
        self.over
    }

    /// Sends the REFER. `false`: the dialog is gone.
    pub fn send(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        road: Road<'_>,
        wanted: &Wanted<'_>,
    ) -> bool {
        let target;
        let (mut draft, cseq) = match road {
            Road::Inside(key) => {
                let Some(dialog) = cx.dialogs.get_mut(key) else {
                    return false;
                };
                target = "";
                self.call_id = dialog.call_id().into();
                let (draft, cseq) = dialog.request("REFER");
                let usage = event_of(cseq);
                cx.dialogs.join(
                    key,
                    self.owner,
                    Usage::Subscription(Side::Subscriber, &usage),
                );
                self.dialog = Some(key);
                (draft, cseq)
            }
            Road::Outside {
                uri,
                to,
                target: dialog,
            } => {
                target = dialog;
                self.outside = true;
                self.call_id = cx.call_id();
                cx.dialogs.claim(self.local_tag, self.owner);
                let draft = Draft {
                    method: "REFER".into(),
                    uri: uri.into(),
                    routes: account.routes.clone(),
                    lines: format!(
                        "From: {};tag={}\r\nTo: {to}\r\nCall-ID: {}\r\n",
                        account.from, self.local_tag, self.call_id
                    ),
                    ..Draft::default()
                };
                (draft, cx.first_cseq())
            }
        };
        draft.contact = Some(account.contact.clone());
        self.unwatched = wanted.unwatched;
        let mut lines = Lines::new(wanted.own).put("Refer-To", wanted.refer_to);
        if !account.aor.contains("anonymous.invalid") {
            lines = lines.offer("Referred-By", &format!("<{}>", account.aor));
        }
        if !target.is_empty() {
            lines = lines
                .put("Target-Dialog", target)
                .join("Require", "tdialog");
        }
        if wanted.unwatched {
            lines = lines.put("Refer-Sub", "false");
        }
        let rest = lines
            .offer("Allow", ALLOW)
            .join("Supported", OPTIONS)
            .offer("User-Agent", &cx.user_agent)
            .finish(&["Supported", "Require"]);
        let mut request = Outgoing::new(draft, cseq, rest, self.owner);
        request.send(cx, account);
        self.request = Some(Box::new(request));
        true
    }

    /// A response to the REFER.
    pub fn on_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        flow: &Flow,
        out: &mut Vec<Told>,
    ) {
        let Some(mut request) = self.request.take_if(|request| request.is(client)) else {
            return;
        };
        let status = message.status().unwrap_or_default();
        match status {
            0..=199 => self.request = Some(request),
            // 202 is what RFC 3515 said before RFC 6665; both mean the same.
            200..=299 => self.on_accepted(cx, message, flow, request.cseq(), out),
            401 | 407 => {
                let shared = self.dialog.and_then(|key| cx.dialogs.get(key));
                let cseq = shared.map_or(request.cseq(), Dialog::local_cseq) + 1;
                if request.authenticate(cx, account, &message, cseq).is_err() {
                    return self.refused(cx, Outcome::Sip(status), Some(message), out);
                }
                if let Some(key) = self.dialog {
                    if let Some(dialog) = cx.dialogs.get_mut(key) {
                        dialog.note_local_cseq(cseq);
                    }
                    cx.dialogs.rename(key, self.owner, &event_of(cseq));
                }
                self.request = Some(request);
            }
            _ => {
                let effect = effect_of("REFER", &message);
                cx.dialogs
                    .on_failure(self.dialog, self.owner, effect, status);
                self.refused(cx, Outcome::Sip(status), Some(message), out);
            }
        }
    }

    fn on_accepted(
        &mut self,
        cx: &mut Cx,
        message: Message,
        flow: &Flow,
        cseq: u32,
        out: &mut Vec<Told>,
    ) {
        let declined = message
            .header(HeaderId::ReferSub)
            .is_some_and(|value| value.trim().to_ascii_lowercase().starts_with("false"));
        if self.outside && self.dialog.is_none() {
            if let Some(dialog) = Dialog::uac(&message, self.local_tag, flow) {
                self.establish(cx, dialog, cseq);
            }
        } else if let Some(dialog) = self.dialog.and_then(|key| cx.dialogs.get_mut(key)) {
            dialog.refresh_target(&message);
        }
        out.push(Told::Accepted(message));
        // What was not asked for is not believed: without our wish there is a subscription.
        if self.unwatched && declined {
            return self.end(cx, End::Unwatched, None, out);
        }
        if self.expires_at.is_none() && !self.over {
            self.silence_at = Some(cx.arm(cx.t1 * 64, self.owner, SILENCE));
        }
    }

    fn establish(&mut self, cx: &mut Cx, mut dialog: Dialog, cseq: u32) {
        dialog.note_local_cseq(cseq);
        let event = event_of(cseq);
        let usage = Usage::Subscription(Side::Subscriber, &event);
        self.dialog = Some(cx.dialogs.insert(Box::new(dialog), self.owner, usage));
    }

    /// The REFER got no final response.
    pub fn on_failure(
        &mut self,
        cx: &mut Cx,
        client: ClientKey,
        failure: Failure,
        out: &mut Vec<Told>,
    ) {
        if self.request.take_if(|request| request.is(client)).is_some() {
            self.refused(cx, Outcome::Failed(failure), None, out);
        }
    }

    fn refused(
        &mut self,
        cx: &mut Cx,
        outcome: Outcome,
        message: Option<Message>,
        out: &mut Vec<Told>,
    ) {
        self.end(cx, End::Refused(outcome), message, out);
    }

    /// Its dialog ended over a request of another usage.
    pub fn on_dialog_lost(&mut self, cx: &mut Cx, out: &mut Vec<Told>) {
        self.end(cx, End::Dropped, None, out);
    }

    /// A request of the peer: a NOTIFY with a report, answered here.
    pub fn on_request(
        &mut self,
        cx: &mut Cx,
        server: ServerKey,
        message: Message,
        flow: &Flow,
        out: &mut Vec<Told>,
    ) {
        let heard = match self.check(cx, &message, flow) {
            Ok(terminated) => terminated,
            Err(status) => return self.respond(cx, server, &message, status),
        };
        self.respond(cx, server, &message, 200);
        cx.disarm(self.silence_at.take(), self.owner, SILENCE);
        let (terminated, expires) = heard;
        if !terminated {
            cx.disarm(self.expires_at.take(), self.owner, EXPIRY);
            let length = Duration::from_secs(expires.max(1).into());
            self.expires_at = Some(cx.arm(length, self.owner, EXPIRY));
        }
        let report = status_line(&message);
        if let Some((status, reason)) = report.filter(|_| !self.told) {
            out.push(Told::Heard {
                status,
                reason,
                message: message.clone(),
            });
            if status >= 200 {
                self.told = true;
                let end = End::Final(status);
                out.push(Told::Ended {
                    end,
                    message: Some(message.clone()),
                });
            }
        }
        if terminated {
            self.end(cx, End::Dropped, Some(message), out);
        }
    }

    /// Whether a NOTIFY belongs here: whether it ends the subscription, and the seconds that are left.
    fn check(&mut self, cx: &mut Cx, message: &Message, flow: &Flow) -> Result<(bool, u32), u16> {
        if message.method() != "NOTIFY" {
            return Err(405);
        }
        if message.call_id() != &*self.call_id || self.over {
            return Err(481);
        }
        let state: SubscriptionState<'_> = message.typed().map_err(|_| 400u16)?.ok_or(400u16)?;
        match self.dialog.and_then(|key| cx.dialogs.get_mut(key)) {
            Some(dialog) => {
                if !dialog.matches(message) {
                    return Err(481);
                }
                if dialog.on_request(message) == Order::Stale {
                    return Err(500);
                }
                dialog.refresh_target(message);
            }
            None => {
                let event: crate::syntax::Event<'_> =
                    message.typed().map_err(|_| 400u16)?.ok_or(489u16)?;
                if event.package != "refer" {
                    return Err(489);
                }
                let cseq = self.request.as_ref().map_or(0, |request| request.cseq());
                let dialog = Dialog::uas(message, self.local_tag, flow).ok_or(400u16)?;
                self.establish(cx, dialog, cseq);
            }
        }
        Ok((state.is_terminated(), state.expires().unwrap_or(USUAL)))
    }

    fn respond(&self, cx: &mut Cx, server: ServerKey, request: &Message, status: u16) {
        let lines = match status {
            405 => "Allow: NOTIFY\r\n",
            489 => "Allow-Events: refer\r\n",
            _ => "",
        };
        let lines = Lines::new(lines)
            .offer("Server", &cx.user_agent)
            .finish(&[]);
        let tag = self.local_tag.as_str();
        let builder = MessageBuilder::response_to(request, status, "", tag).raw_lines(&lines);
        cx.respond(server, builder.build());
    }

    /// One of its timers.
    pub fn on_alarm(&mut self, cx: &mut Cx, what: u32, out: &mut Vec<Told>) {
        match what {
            SILENCE => self.silence_at = None,
            EXPIRY => self.expires_at = None,
            _ => return,
        }
        self.end(cx, End::Dropped, None, out);
    }

    fn end(&mut self, cx: &mut Cx, end: End, message: Option<Message>, out: &mut Vec<Told>) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        self.abandon(cx);
        if !std::mem::replace(&mut self.told, true) {
            out.push(Told::Ended { end, message });
        }
    }

    /// Nobody waits any more.
    pub fn abandon(&mut self, cx: &mut Cx) {
        self.over = true;
        self.request = None;
        cx.disarm(self.silence_at.take(), self.owner, SILENCE);
        cx.disarm(self.expires_at.take(), self.owner, EXPIRY);
        if let Some(key) = self.dialog.take() {
            cx.dialogs.leave(key, self.owner);
        }
        if self.outside {
            cx.dialogs.unclaim(self.local_tag);
        }
    }
}

/// The subscription of a REFER: by the id that its NOTIFYs may leave out when it is the first of its dialog.
fn event_of(cseq: u32) -> String {
    format!("refer;id={cseq}")
}

/// Status and phrase of a sipfrag body (RFC 3420); none when it is no report.
#[must_use]
pub fn status_line(message: &Message) -> Option<(u16, Box<str>)> {
    let given = message.content_type()?;
    if !given.kind.eq_ignore_ascii_case("message") || !given.subtype.eq_ignore_ascii_case("sipfrag")
    {
        return None;
    }
    let text = std::str::from_utf8(message.body()).ok()?;
    let mut words = text.lines().next()?.trim().splitn(3, ' ');
    if !words.next()?.eq_ignore_ascii_case("SIP/2.0") {
        return None;
    }
    let status = words.next()?.parse().ok()?;
    (100..700)
        .contains(&status)
        .then(|| (status, words.next().unwrap_or_default().trim().into()))
}

/// A report as body.
#[must_use]
pub fn sipfrag(status: u16, reason: &str) -> String {
    let reason = if reason.is_empty() {
        crate::syntax::reason_phrase(status)
    } else {
        reason
    };
    format!("SIP/2.0 {status} {reason}\r\n")
}
