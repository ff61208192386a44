//! Notifying: RFC 6665 §4.2, one subscription of somebody to us.
//!
//! Accepting, leaving pending and refusing the SUBSCRIBE, its refreshes and its end; NOTIFYs one at a time and in order.
//! Which packages are served and who may subscribe is `agent::watcher`'s business.

use std::collections::VecDeque;
use std::time::Duration;

use crate::base::Time;
use crate::dialog::{Dialog, LocalTag, Order};
use crate::syntax::{Event, Message, MessageBuilder, headers::TypedHeader};
use crate::transaction::{ClientKey, Failure, ServerKey};
use crate::transport::Flow;

use super::context::ALLOW;
use super::failure::{Effect, effect};
use super::{Account, Cx, DialogKey, Extra, Lines, Outcome, Outgoing, Owner, Side, Usage};

/// Timer: the subscription is over unless it was refreshed.
const EXPIRY: u32 = 1;
/// Timer: what was held back because the one before had just gone out may go.
const HELD: u32 = 2;

/// How long after one NOTIFY the next may follow that only tells news (RFC 6665 §5.4.10): as the packages say.
#[must_use]
pub fn least_gap(package: &str) -> Duration {
    let secs = match package.to_ascii_lowercase().as_str() {
        // RFC 3856 §6.10, RFC 3857 §4.10, RFC 3680 §4.10, RFC 4575 §3.10.
        "presence" | "presence.winfo" | "reg" | "conference" => 5,
        // RFC 4235 §3.10, RFC 3842 §3.10.
        "dialog" | "message-summary" => 1,
        _ => 0,
    };
    Duration::from_secs(secs)
}

/// Longest time granted, in seconds.
pub const LONGEST: u32 = 86_400;
/// Time granted when none was asked for, in seconds.
pub const USUAL: u32 = 3600;

/// Where it stands.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum State {
    /// The SUBSCRIBE waits for its answer.
    Asked,
    /// Answered; not decided.
    Pending,
    /// Answered; told what there is.
    Active,
    /// Over, with the parameters of its last Subscription-State.
    Terminated(Box<str>),
}

/// A NOTIFY to be.
#[derive(Clone, Debug)]
struct Notice {
    state: State,
    /// When the subscription ended as things stood then.
    until: Option<Time>,
    own: String,
    cookie: i64,
    body: Option<(Box<str>, Box<[u8]>)>,
    /// Tells more than news: the answer to a SUBSCRIBE, another state, the end. It is not held back.
    urgent: bool,
    /// Goes with a refresh: another one that follows before it went out tells the same and more.
    again: bool,
}

/// What a notifier tells.
#[derive(Debug)]
pub enum Told {
    /// The subscriber refreshed it.
    Refreshed(Message),
    /// A NOTIFY that the application named is through.
    Complete {
        /// Names the operation.
        cookie: i64,
        /// How it went.
        outcome: Outcome,
        /// The answer.
        message: Option<Message>,
    },
    /// It is over.
    Ended {
        /// How: `Local` by us or its time, `Remote` by its subscriber, else how its NOTIFY failed.
        outcome: Outcome,
        /// What ended it.
        message: Option<Message>,
    },
}

/// One subscription to us.
#[derive(Debug)]
pub struct Notifier {
    owner: Owner,
    /// The application's lines for its answers and NOTIFYs.
    pub extra: Extra,
    local_tag: LocalTag,
    /// Until it has its place among the shared ones.
    made: Option<Box<Dialog>>,
    dialog: Option<DialogKey>,
    event: Box<str>,
    state: State,
    /// The first SUBSCRIBE, until it is answered.
    asked: Option<(ServerKey, Message, Flow)>,
    wanted: u32,
    expires_at: Option<Time>,
    sent: Option<(Box<Outgoing>, i64)>,
    queue: VecDeque<Notice>,
    queue_max: usize,
    /// The state as told last, for refreshes (RFC 6665 §4.2.1.2).
    current: Option<(Box<str>, Box<[u8]>)>,
    ended_by: Option<Outcome>,
    over: bool,
    /// Time between two NOTIFYs of news.
    gap: Duration,
    spoke_at: Option<Time>,
    held_until: Option<Time>,
}

impl Notifier {
    /// The subscription that a SUBSCRIBE asks for; none when it cannot make a dialog.
    #[must_use]
    pub fn new(
        owner: Owner,
        local_tag: LocalTag,
        server: ServerKey,
        request: Message,
        flow: &Flow,
        queue_max: usize,
    ) -> Option<Self> {
        let dialog = Dialog::uas(&request, local_tag, flow)?;
        let event: Event<'_> = request.typed().ok().flatten()?;
        let gap = least_gap(event.package);
        // The id is part of the subscription's name; other parameters are for the first SUBSCRIBE.
        let event = match event.id() {
            Some(id) => format!("{};id={id}", event.package),
            None => event.package.to_owned(),
        };
        let wanted = request.expires().unwrap_or(USUAL).min(LONGEST);
        Some(Self {
            owner,
            extra: Extra::default(),
            local_tag,
            made: Some(Box::new(dialog)),
            dialog: None,
            event: event.into(),
            state: State::Asked,
            asked: Some((server, request, *flow)),
            wanted,
            expires_at: None,
            sent: None,
            queue: VecDeque::new(),
            queue_max: queue_max.max(1),
            current: None,
            ended_by: None,
            over: false,
            gap,
            spoke_at: None,
            held_until: None,
        })
    }

    /// The subscription that a REFER asks for, in a dialog that stands or in one that it makes; none when it cannot.
    #[must_use]
    pub fn of_refer(
        cx: &mut Cx,
        server: ServerKey,
        request: Message,
        flow: &Flow,
        place: Option<DialogKey>,
        queue_max: usize,
    ) -> Option<Self> {
        let event = match place {
            Some(key) if !cx.dialogs.note_refer(key) => format!("refer;id={}", request.cseq()),
            _ => "refer".to_owned(),
        };
        let shared = place.and_then(|key| cx.dialogs.get(key));
        let local_tag = shared.map(Dialog::local_tag).unwrap_or_else(|| cx.tag());
        let made = match place {
            Some(_) => None,
            None => Some(Box::new(Dialog::uas(&request, local_tag, flow)?)),
        };
        Some(Self {
            owner: Owner::NOBODY,
            local_tag,
            made,
            dialog: place,
            event: event.into(),
            state: State::Asked,
            asked: Some((server, request, *flow)),
            wanted: super::refer::USUAL,
            expires_at: None,
            sent: None,
            queue: VecDeque::new(),
            queue_max: queue_max.max(1),
            current: None,
            ended_by: None,
            over: false,
            gap: Duration::ZERO,
            spoke_at: None,
            held_until: None,
            extra: Extra::default(),
        })
    }

    /// Accepts the REFER; subscribed to, it is told at once that we try (RFC 3515 §2.4.4). `false`: answered before.
    pub fn accept_refer(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        watched: bool,
        own: &str,
        out: &mut Vec<Told>,
    ) -> bool {
        let Some((server, request, flow)) = self.asked.take() else {
            return false;
        };
        let mut lines = Lines::new(own);
        if let Some(contact) = cx.contact_in_answer(&request, &flow, &account.contact) {
            lines = lines.put("Contact", &contact);
        }
        if !watched {
            lines = lines.put("Refer-Sub", "false");
        }
        let lines = lines
            .join("Supported", super::refer::OPTIONS)
            .offer("Server", &cx.user_agent)
            .finish(&["Supported"]);
        let builder = MessageBuilder::response_to(&request, 200, "", self.local_tag.as_str())
            .copy(&request, crate::syntax::HeaderId::RecordRoute)
            .raw_lines(&lines);
        cx.respond(server, builder.build());
        if !watched {
            self.state = State::Terminated("reason=noresource".into());
            self.finish(cx, Outcome::Local, None, out);
            return true;
        }
        self.state = State::Active;
        self.lasts(cx);
        self.report(cx, account, 100, "", out);
        true
    }

    /// Reports how what the REFER asked for goes; a final status is the last word.
    pub fn report(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        status: u16,
        reason: &str,
        out: &mut Vec<Told>,
    ) {
        let text = super::refer::sipfrag(status, reason);
        let body = Some((super::refer::SIPFRAG, text.as_bytes()));
        if status >= 200 {
            self.terminate(cx, account, "noresource", "", body, 0, out);
        } else {
            self.tell(cx, account, "", body, 0, true, out);
        }
    }

    /// Names its owner, once that has a place; from now on the dialog is shared.
    pub fn owned_by(&mut self, cx: &mut Cx, owner: Owner) {
        self.owner = owner;
        if let Some(key) = self.dialog {
            let usage = Usage::Subscription(Side::Notifier, &self.event);
            cx.dialogs.join(key, owner, usage);
        }
        if let Some(dialog) = self.made.take() {
            let usage = Usage::Subscription(Side::Notifier, &self.event);
            self.dialog = Some(cx.dialogs.insert(dialog, owner, usage));
        }
    }

    /// It is over and forgotten: its part of the dialog is given up.
    pub fn release(&mut self, cx: &mut Cx) {
        if let Some(key) = self.dialog.take() {
            cx.dialogs.leave(key, self.owner);
        }
    }

    fn dialog_mut<'a>(&self, cx: &'a mut Cx) -> Option<&'a mut Dialog> {
        cx.dialogs.get_mut(self.dialog?)
    }

    /// Forgets what was told: a subscriber who is to know nothing more.
    pub fn forget_state(&mut self) {
        self.current = None;
    }

    /// What a refresh is told, if it is told anything: the state as it is now.
    pub fn renew(&mut self, content_type: &str, body: &[u8]) {
        if self.state == State::Active {
            self.keep(Some((content_type, body)));
        }
    }

    /// Our tag.
    #[must_use]
    pub fn local_tag(&self) -> LocalTag {
        self.local_tag
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self) -> &State {
        &self.state
    }

    /// Whether its first SUBSCRIBE waits for an answer.
    #[must_use]
    pub fn is_asked(&self) -> bool {
        self.asked.is_some()
    }

    /// Seconds left.
    #[must_use]
    pub fn expires_in(&self, now: Time) -> u32 {
        let left = self.expires_at.map_or(0, |at| at.since(now).as_secs());
        u32::try_from(left).unwrap_or(u32::MAX)
    }

    /// Accepts the SUBSCRIBE as active (200) or pending (202) and sends the first NOTIFY. `false`: answered before.
    pub fn accept(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        active: bool,
        expires: u32,
        own: &str,
        body: Option<(&str, &[u8])>,
        cookie: i64,
        out: &mut Vec<Told>,
    ) -> bool {
        let Some((server, request, flow)) = self.asked.take() else {
            return false;
        };
        if expires > 0 {
            self.wanted = self.wanted.min(expires);
        }
        let status = if active { 200 } else { 202 };
        self.answer(cx, account, server, &request, &flow, status);
        self.state = if active {
            State::Active
        } else {
            State::Pending
        };
        if self.wanted == 0 {
            // A poll (RFC 6665 §4.4.3).
            self.keep(body);
            self.ended_by = Some(Outcome::Remote);
            self.terminate(cx, account, "timeout", own, None, cookie, out);
            return true;
        }
        self.lasts(cx);
        self.tell(cx, account, own, body, cookie, true, out);
        true
    }

    /// Accepts with that status and no more: the NOTIFYs are the application's. 202 leaves it pending.
    pub fn answer_only(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        status: u16,
        expires: u32,
        own: &str,
    ) {
        let Some((server, request, flow)) = self.asked.take() else {
            return;
        };
        if expires > 0 {
            self.wanted = self.wanted.min(expires);
        }
        let before = self.extra.clone();
        self.extra.responses = self.extra.response(own).into();
        self.answer(cx, account, server, &request, &flow, status);
        self.extra = before;
        self.state = if status == 202 && request.method() == "SUBSCRIBE" {
            State::Pending
        } else {
            State::Active
        };
        if self.wanted > 0 {
            self.lasts(cx);
        }
    }

    /// Forgets it without a word.
    pub fn leave_here(&mut self, cx: &mut Cx, out: &mut Vec<Told>) {
        self.state = State::Terminated("".into());
        self.finish(cx, Outcome::Local, None, out);
    }

    /// The package, with its id.
    #[must_use]
    pub fn event(&self) -> &str {
        &self.event
    }

    /// Its dialog.
    #[must_use]
    pub fn dialog_key(&self) -> Option<DialogKey> {
        self.dialog
    }

    /// The transaction of the NOTIFY on its way.
    #[must_use]
    pub fn client(&self) -> Option<ClientKey> {
        self.sent.as_ref().and_then(|(request, _)| request.client())
    }

    /// Refuses the SUBSCRIBE. `false`: answered before.
    pub fn refuse(
        &mut self,
        cx: &mut Cx,
        status: u16,
        reason: &str,
        own: &str,
        out: &mut Vec<Told>,
    ) -> bool {
        let Some((server, request, _)) = self.asked.take() else {
            return false;
        };
        let extra = self.extra.response(own);
        let lines = Lines::new(&extra)
            .offer("Server", &cx.user_agent)
            .finish(&[]);
        let tag = self.local_tag.as_str();
        let builder = MessageBuilder::response_to(&request, status, reason, tag).raw_lines(&lines);
        cx.respond(server, builder.build());
        self.state = State::Terminated("reason=rejected".into());
        self.finish(cx, Outcome::Sip(status), None, out);
        true
    }

    /// Makes it active or pending, and says so.
    pub fn decide(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        active: bool,
        own: &str,
        body: Option<(&str, &[u8])>,
        cookie: i64,
        out: &mut Vec<Told>,
    ) {
        if matches!(self.state, State::Active | State::Pending) {
            let state = if active {
                State::Active
            } else {
                State::Pending
            };
            let urgent = self.state != state;
            self.state = state;
            self.tell(cx, account, own, body, cookie, urgent, out);
        }
    }

    /// Tells the subscriber; without a body, what was told last. Pending ones are told nothing but that.
    pub fn notify(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        own: &str,
        body: Option<(&str, &[u8])>,
        cookie: i64,
        out: &mut Vec<Told>,
    ) {
        self.tell(cx, account, own, body, cookie, false, out);
    }

    fn tell(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        own: &str,
        body: Option<(&str, &[u8])>,
        cookie: i64,
        urgent: bool,
        out: &mut Vec<Told>,
    ) {
        self.keep(body);
        let body = self.current.clone().filter(|_| self.state == State::Active);
        let notice = Notice {
            state: self.state.clone(),
            until: self.expires_at,
            own: own.to_owned(),
            cookie,
            body,
            urgent,
            again: false,
        };
        self.queue(cx, account, notice, out);
    }

    /// Ends it with a last NOTIFY.
    pub fn terminate(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        reason: &str,
        own: &str,
        body: Option<(&str, &[u8])>,
        cookie: i64,
        out: &mut Vec<Told>,
    ) {
        if matches!(self.state, State::Terminated(_)) {
            return;
        }
        let active = self.state == State::Active;
        self.keep(body);
        let parameters = if reason.is_empty() || reason.contains('=') {
            reason.into()
        } else {
            format!("reason={reason}").into()
        };
        self.state = State::Terminated(parameters);
        cx.disarm(self.expires_at.take(), self.owner, EXPIRY);
        let notice = Notice {
            state: self.state.clone(),
            until: self.expires_at,
            own: own.to_owned(),
            cookie,
            body: self.current.clone().filter(|_| active),
            urgent: true,
            again: false,
        };
        self.queue(cx, account, notice, out);
    }

    fn keep(&mut self, body: Option<(&str, &[u8])>) {
        if let Some((content_type, body)) = body {
            self.current = Some((content_type.into(), body.into()));
        }
    }

    fn queue(&mut self, cx: &mut Cx, account: &mut Account, notice: Notice, out: &mut Vec<Told>) {
        if self.queue.len() >= self.queue_max
            && let Some(lost) = self.queue.pop_front()
        {
            // Each NOTIFY tells the whole state: the oldest is the one to miss.
            complete(lost.cookie, Outcome::Local, None, out);
        }
        if !self.gap.is_zero() {
            // What was held back is overtaken by the news that it did not know.
            self.queue.retain(|held| {
                if !held.urgent {
                    complete(held.cookie, Outcome::Local, None, out);
                }
                held.urgent
            });
        }
        self.queue.push_back(notice);
        self.go(cx, account);
    }

    /// Whether news would go out at once. If not: its owner's timer or the answer to a NOTIFY says when to ask again.
    pub fn may_tell(&mut self, cx: &mut Cx) -> bool {
        let free = self.sent.is_none() && self.queue.is_empty();
        free && self.state == State::Active && !self.is_held(cx)
    }

    /// Whether it spoke too lately; its timer says when that is over.
    fn is_held(&mut self, cx: &mut Cx) -> bool {
        let held = self.spoke_at.is_some_and(|at| cx.now < at + self.gap);
        if held && self.held_until.is_none() {
            let since = self.spoke_at.map_or(Duration::ZERO, |at| cx.now.since(at));
            let wait = self.gap.saturating_sub(since);
            self.held_until = Some(cx.arm(wait, self.owner, HELD));
        }
        held
    }

    fn go(&mut self, cx: &mut Cx, account: &mut Account) {
        if self.sent.is_some() {
            return;
        }
        let next = self.queue.front();
        if next.is_some_and(|notice| !notice.urgent) && self.is_held(cx) {
            return;
        }
        let Some(notice) = self.queue.pop_front() else {
            return;
        };
        let Some((mut draft, cseq)) = self.dialog_mut(cx).map(|dialog| dialog.request("NOTIFY"))
        else {
            return;
        };
        self.spoke_at = Some(cx.now);
        let left = notice.until.map_or(0, |at| at.since(cx.now).as_secs());
        let left = left.max(1);
        let state = match &notice.state {
            State::Terminated(parameters) if parameters.is_empty() => "terminated".to_owned(),
            State::Terminated(parameters) => format!("terminated;{parameters}"),
            State::Active => format!("active;expires={left}"),
            State::Pending | State::Asked => format!("pending;expires={left}"),
        };
        draft.contact = Some(account.contact.clone());
        if let Some((content_type, body)) = notice.body {
            draft.content_type = Some(content_type);
            draft.body = body.into();
        }
        let extra = self.extra.request(&notice.own);
        let rest = Lines::new(&extra)
            .put("Event", &self.event)
            .put("Subscription-State", &state)
            .offer("Allow", ALLOW)
            .offer("User-Agent", &cx.user_agent)
            .finish(&[]);
        let mut request = Outgoing::new(draft, cseq, rest, self.owner);
        request.send(cx, account);
        self.sent = Some((Box::new(request), notice.cookie));
    }

    fn lasts(&mut self, cx: &mut Cx) {
        cx.disarm(self.expires_at.take(), self.owner, EXPIRY);
        let length = Duration::from_secs(self.wanted.into());
        self.expires_at = Some(cx.arm(length, self.owner, EXPIRY));
    }

    /// 200 or 202 with what RFC 6665 §4.2.1.1 asks for.
    fn answer(
        &self,
        cx: &mut Cx,
        account: &Account,
        server: ServerKey,
        request: &Message,
        flow: &Flow,
        status: u16,
    ) {
        let mut lines = Lines::new(&self.extra.responses);
        if request.method() == "SUBSCRIBE" {
            lines = lines.put("Expires", &self.wanted.to_string());
        }
        if let Some(contact) = cx.contact_in_answer(request, flow, &account.contact) {
            lines = lines.put("Contact", &contact);
        }
        let lines = lines
            .join("Allow-Events", &cx.allow_events)
            .offer("Server", &cx.user_agent)
            .finish(&["Allow-Events"]);
        let mut builder = MessageBuilder::response_to(request, status, "", self.local_tag.as_str());
        builder = builder.copy(request, crate::syntax::HeaderId::RecordRoute);
        cx.respond(server, builder.raw_lines(&lines).build());
    }

    fn reject(&self, cx: &mut Cx, server: ServerKey, request: &Message, status: u16, lines: &str) {
        let builder = MessageBuilder::response_to(request, status, "", self.local_tag.as_str());
        let lines = self.extra.response(lines);
        let lines = Lines::new(&lines)
            .offer("Server", &cx.user_agent)
            .finish(&[]);
        cx.respond(server, builder.raw_lines(&lines).build());
    }

    /// A request of the subscriber: a refresh, or its end.
    pub fn on_request(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        server: ServerKey,
        message: Message,
        flow: &Flow,
        out: &mut Vec<Told>,
    ) {
        let Some(dialog) = self
            .dialog_mut(cx)
            .filter(|dialog| dialog.matches(&message))
        else {
            return self.reject(cx, server, &message, 481, "");
        };
        let order = dialog.on_request(&message);
        if matches!(self.state, State::Terminated(_)) {
            return self.reject(cx, server, &message, 481, "");
        }
        if order == Order::Stale {
            return self.reject(cx, server, &message, 500, "");
        }
        if message.method() != "SUBSCRIBE" {
            return self.reject(cx, server, &message, 405, "Allow: SUBSCRIBE\r\n");
        }
        let same = match (
            message.typed::<Event<'_>>(),
            Event::parse_value(&self.event),
        ) {
            (Ok(Some(event)), Ok(ours)) => ours.same(&event),
            _ => false,
        };
        if !same {
            return self.reject(cx, server, &message, 481, "");
        }
        if self.asked.is_some() {
            return self.reject(cx, server, &message, 500, "Retry-After: 1\r\n");
        }
        if let Some(dialog) = self.dialog_mut(cx) {
            dialog.refresh_target(&message);
        }
        self.wanted = message.expires().unwrap_or(USUAL).min(LONGEST);
        self.answer(cx, account, server, &message, flow, 200);
        if self.wanted == 0 {
            self.ended_by = Some(Outcome::Remote);
            return self.terminate(cx, account, "timeout", "", None, 0, out);
        }
        self.lasts(cx);
        let last = self.queue.back();
        if last.is_some_and(|last| last.again && last.state == self.state) {
            self.queue.pop_back();
        }
        let notice = Notice {
            state: self.state.clone(),
            until: self.expires_at,
            own: String::new(),
            cookie: 0,
            body: self.current.clone().filter(|_| self.state == State::Active),
            urgent: true,
            again: true,
        };
        self.queue(cx, account, notice, out);
        out.push(Told::Refreshed(message));
    }

    /// A response to a NOTIFY.
    pub fn on_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        out: &mut Vec<Told>,
    ) {
        let Some((mut request, cookie)) = self.sent.take_if(|(request, _)| request.is(client))
        else {
            return;
        };
        let status = message.status().unwrap_or_default();
        match status {
            0..=199 => self.sent = Some((request, cookie)),
            200..=299 => {
                complete(cookie, Outcome::Sip(status), Some(&message), out);
                self.go_on(cx, account, Some(message), out);
            }
            401 | 407 => {
                let cseq = self.dialog_mut(cx).map_or(0, |dialog| dialog.local_cseq()) + 1;
                if request.authenticate(cx, account, &message, cseq).is_ok() {
                    if let Some(dialog) = self.dialog_mut(cx) {
                        dialog.note_local_cseq(cseq);
                    }
                    self.sent = Some((request, cookie));
                } else {
                    self.lose(cx, cookie, Outcome::Sip(status), Some(message), out);
                }
            }
            _ => {
                // RFC 6665 §4.2.2: some answers end it, others and those with Retry-After do not; the next NOTIFY tells
                // the whole state anyway.
                let effect = effect("NOTIFY", status);
                cx.dialogs
                    .on_failure(self.dialog, self.owner, effect, status);
                let ends = matches!(effect, Effect::Usage | Effect::Dialog);
                if !ends || super::backoff::asked(&message).is_some() {
                    complete(cookie, Outcome::Sip(status), Some(&message), out);
                    return self.go_on(cx, account, Some(message), out);
                }
                self.lose(cx, cookie, Outcome::Sip(status), Some(message), out);
            }
        }
    }

    /// Its dialog ended over a request of another usage.
    pub fn on_dialog_lost(&mut self, cx: &mut Cx, status: u16, out: &mut Vec<Told>) {
        self.lose(cx, 0, Outcome::Sip(status), None, out);
    }

    /// A NOTIFY got no final response.
    pub fn on_failure(
        &mut self,
        cx: &mut Cx,
        client: ClientKey,
        failure: Failure,
        out: &mut Vec<Told>,
    ) {
        if let Some((_, cookie)) = self.sent.take_if(|(request, _)| request.is(client)) {
            self.lose(cx, cookie, Outcome::Failed(failure), None, out);
        }
    }

    fn go_on(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        message: Option<Message>,
        out: &mut Vec<Told>,
    ) {
        self.go(cx, account);
        if self.sent.is_none() && matches!(self.state, State::Terminated(_)) {
            let outcome = self.ended_by.take().unwrap_or(Outcome::Local);
            self.finish(cx, outcome, message, out);
        }
    }

    /// The subscriber does not know the subscription, or cannot be reached.
    fn lose(
        &mut self,
        cx: &mut Cx,
        cookie: i64,
        outcome: Outcome,
        message: Option<Message>,
        out: &mut Vec<Told>,
    ) {
        complete(cookie, outcome, message.as_ref(), out);
        self.state = State::Terminated("".into());
        let outcome = self.ended_by.take().unwrap_or(outcome);
        self.finish(cx, outcome, message, out);
    }

    fn finish(
        &mut self,
        cx: &mut Cx,
        outcome: Outcome,
        message: Option<Message>,
        out: &mut Vec<Told>,
    ) {
        if std::mem::replace(&mut self.over, true) {
            return;
        }
        cx.disarm(self.expires_at.take(), self.owner, EXPIRY);
        cx.disarm(self.held_until.take(), self.owner, HELD);
        for lost in std::mem::take(&mut self.queue) {
            complete(lost.cookie, Outcome::Local, None, out);
        }
        out.push(Told::Ended { outcome, message });
    }

    /// Its timer: nobody refreshed it (RFC 6665 §4.2.2).
    pub fn on_alarm(&mut self, cx: &mut Cx, account: &mut Account, what: u32, out: &mut Vec<Told>) {
        if what == EXPIRY {
            self.expires_at = None;
            self.terminate(cx, account, "timeout", "", None, 0, out);
        }
        if what == HELD {
            self.held_until = None;
            self.go(cx, account);
        }
    }
}

fn complete(cookie: i64, outcome: Outcome, message: Option<&Message>, out: &mut Vec<Told>) {
    if cookie != 0 {
        out.push(Told::Complete {
            cookie,
            outcome,
            message: message.cloned(),
        });
    }
}
