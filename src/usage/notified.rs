//! What NOTIFYs do to a subscription of ours: RFC 6665 §4.1.3, §4.4.1. Checked, taken to heart, and given on to be answered.

use crate::dialog::{Dialog, Order};
use crate::syntax::{
    Event, HeaderId, Message, MessageBuilder, SubscriptionState, headers::TypedHeader,
};
use crate::transaction::ServerKey;
use crate::transport::Flow;

use super::lines::Lines;
use super::subscribe::{End, NO_NOTIFY, State, Subscriber, Told, package_of};
use super::{Account, Cx};

/// What a NOTIFY says of the subscription.
enum Heard {
    Lasting(Option<u32>),
    Terminated {
        reason: Box<str>,
        retry_after: Option<u32>,
    },
}

impl Subscriber {
    /// A request of the notifier. What is not told is answered here.
    pub fn on_request(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        server: ServerKey,
        message: Message,
        flow: &Flow,
        out: &mut Vec<Told>,
    ) {
        if message.method() != "NOTIFY" {
            let allow = "Allow: NOTIFY\r\n";
            return self.respond(cx, server, &message, 405, allow);
        }
        let state = match self.check(cx, &message, flow) {
            Ok(state) => state,
            Err(status) => return self.respond(cx, server, &message, status, ""),
        };
        cx.disarm(self.no_notify_at.take(), self.owner, NO_NOTIFY);
        self.heard = true;
        let told = out.len();
        match state {
            // The one NOTIFY that was asked for, whatever it calls itself.
            Heard::Lasting(_) if self.wanted.expires == 0 => {
                self.finish(cx, account, End::Local, Some(message.clone()), out);
            }
            Heard::Lasting(expires) => {
                if let Some(secs) = expires.filter(|secs| *secs > 0) {
                    self.lasts(cx, secs);
                }
                self.stands(message.clone(), out);
                if self.state == State::Ending {
                    // Not the last one yet; that is awaited, no longer than any other.
                    self.await_notify(cx);
                    self.remove(cx, account);
                }
            }
            Heard::Terminated {
                reason,
                retry_after,
            } => {
                self.on_terminated(cx, account, &reason, retry_after, &message, out);
            }
        }
        // The state first when it begins, the notification first when it ends.
        let at = if self.state == State::Subscribed || self.state == State::Ending {
            out.len()
        } else {
            told
        };
        out.insert(at, Told::Notify { server, message });
    }

    /// Whether a NOTIFY belongs here; makes the dialog if it is the first (RFC 6665 §4.4.1).
    fn check(&mut self, cx: &mut Cx, message: &Message, flow: &Flow) -> Result<Heard, u16> {
        if self.state == State::Idle || message.call_id() != &*self.call_id {
            return Err(481);
        }
        let event: Event<'_> = message.typed().map_err(|_| 400u16)?.ok_or(489u16)?;
        let ours = Event::parse_value(&self.wanted.event);
        // The first REFER of a dialog is named with its id or without.
        let referred = self.refer_cseq.is_some_and(|cseq| {
            let named = event.id().is_none_or(|id| id == cseq.to_string());
            event.package.eq_ignore_ascii_case("refer") && named
        });
        if !referred && !ours.is_ok_and(|ours| ours.same(&event)) {
            return Err(489);
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
                // After a failed dialog nothing of it is welcome; the tag of a new try is another one.
                let dialog = Dialog::uas(message, self.local_tag, flow).ok_or(400u16)?;
                self.establish(cx, dialog);
            }
        }
        Ok(if state.is_terminated() {
            Heard::Terminated {
                reason: state.reason().unwrap_or_default().into(),
                retry_after: state.retry_after(),
            }
        } else {
            Heard::Lasting(state.expires())
        })
    }

    /// RFC 6665 §4.1.3: what the reasons ask for.
    fn on_terminated(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        reason: &str,
        retry_after: Option<u32>,
        message: &Message,
        out: &mut Vec<Told>,
    ) {
        let message = Some(message.clone());
        if self.state == State::Ending || self.wanted.expires == 0 {
            return self.finish(cx, account, End::Local, message, out);
        }
        let end = End::Terminated {
            reason: reason.into(),
            retry_after,
        };
        match reason.to_ascii_lowercase().as_str() {
            "deactivated" | "timeout" => self.restart(cx, account, end, message, out),
            "probation" | "giveup" => self.restart_later(cx, retry_after, end, message, out),
            "rejected" | "noresource" | "invariant" => self.finish(cx, account, end, message, out),
            // No reason, or one unknown: any time will do, but not before that of Retry-After.
            _ => self.restart_later(cx, retry_after, end, message, out),
        }
    }

    /// Answers a request of the notifier, with the subscription's lines.
    pub fn respond(
        &self,
        cx: &mut Cx,
        server: ServerKey,
        request: &Message,
        status: u16,
        own: &str,
    ) {
        self.respond_with(cx, server, request, status, "", own, None);
    }

    /// The same with reason phrase and body.
    pub fn respond_with(
        &self,
        cx: &mut Cx,
        server: ServerKey,
        request: &Message,
        status: u16,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
    ) {
        let extra = self.extra.response(own);
        let lines = Lines::new(&extra)
            .offer("Server", &cx.user_agent)
            .finish(&[]);
        let tag = self.local_tag.as_str();
        let mut builder =
            MessageBuilder::response_to(request, status, reason, tag).raw_lines(&lines);
        if status == 489 {
            builder = builder.header(HeaderId::AllowEvents, package_of(&self.wanted.event));
        }
        if let Some((content_type, body)) = body {
            builder = builder.body(content_type, body);
        }
        cx.respond(server, builder.build());
    }
}
