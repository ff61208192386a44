//! Calling: RFC 3261 §13.2, §9.1. INVITE, its provisional and final responses, forks, CANCEL, ACK.

use crate::dialog::{Dialog, LocalTag};
use crate::syntax::{HeaderId, Message};
use crate::transaction::{ClientKey, Draft, Failure};
use crate::transport::Flow;

use super::automation::Auto;
use super::call::{Call, CallEvent, Outcome, State, description, say_bye};
use super::context::ALLOW;
use super::lines::{Lines, lines, set_line};
use super::media::Media;
use super::reliable::{self, Reliable};
use super::{Account, Cx, Outgoing, Usage};

/// An INVITE to be.
#[derive(Clone, Debug, Default)]
pub struct Invitation<'a> {
    /// Request-URI and To.
    pub uri: &'a str,
    /// To: name-addr.
    pub to: &'a str,
    /// Lines for this message only.
    pub own: &'a str,
    /// A body of the application's in place of our offer; none: ours.
    pub body: Option<(&'a str, &'a [u8])>,
    /// Send no offer.
    pub no_offer: bool,
    /// From without tag; none: the account's.
    pub from: Option<&'a str>,
    /// A Contact of the application's; none: ours.
    pub contact: Option<&'a str>,
    /// The attempt that goes on.
    pub attempt: Option<&'a super::Attempt>,
}

impl Call {
    /// Sends the first INVITE. `media` makes the offer.
    pub fn invite(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        media: Media,
        invitation: &Invitation<'_>,
    ) {
        let (call_id, cseq) = match invitation.attempt {
            Some(before) => (before.call_id.clone(), before.cseq + 1),
            None => (cx.call_id(), cx.first_cseq()),
        };
        let from = invitation.from.unwrap_or(&account.from);
        self.media = Some(media);
        let mut draft = Draft {
            method: "INVITE".into(),
            uri: invitation.uri.into(),
            routes: account.routes.clone(),
            contact: invitation
                .contact
                .is_none()
                .then(|| account.contact.clone()),
            lines: format!(
                "From: {};tag={}\r\nTo: {}\r\nCall-ID: {}\r\n",
                from, self.local_tag, invitation.to, call_id
            ),
            ..Draft::default()
        };
        self.offered = !invitation.no_offer;
        match invitation.body {
            Some((content_type, body)) => {
                draft.content_type = Some(content_type.into());
                draft.body = body.into();
            }
            None if self.offered => {
                if let Some(media) = self.media.as_mut() {
                    draft.body = media.offer(false);
                    draft.content_type = Some(media.content_type().into());
                }
            }
            None => {}
        }
        let extra = self.extra.request(invitation.own);
        let demanded = if self.terms.reliable == Reliable::Required {
            reliable::TAG
        } else {
            ""
        };
        let mut rest = self.invite_lines(cx, &extra, demanded);
        if let Some(contact) = invitation.contact {
            rest.push_str(&format!("Contact: {contact}\r\n"));
        }
        let mut invite = Outgoing::new(draft, cseq, rest, self.owner);
        self.first = Some(invite.send(cx, account));
        self.invite = Some(Box::new(invite));
        self.state = State::Calling;
    }

    /// The lines of every INVITE that say what we can do.
    pub(super) fn invite_lines(&self, cx: &Cx, extra: &str, demanded: &str) -> String {
        let (expires, least) = self.timer_values();
        Lines::new(extra)
            .offer("Allow", ALLOW)
            .join("Allow-Events", &self.packages(cx))
            .join("Supported", self.terms.supported())
            .join("Require", demanded)
            .offer("Session-Expires", &expires)
            .offer("Min-SE", &least)
            .offer("User-Agent", &cx.user_agent)
            .finish(&["Allow-Events", "Supported", "Require"])
    }

    /// Whom the INVITE asks for, as long as it is ours and has no final response.
    #[must_use]
    pub fn asked(&self) -> Option<&str> {
        self.invite.as_deref().map(|invite| &*invite.draft().uri)
    }

    /// Goes on by way of a proxy after a 305, for this request only: its target stays (RFC 3261 §21.3.4).
    pub fn redirect_by(&mut self, cx: &mut Cx, proxy: &str) -> bool {
        let Some(invite) = self.invite.as_deref_mut() else {
            return false;
        };
        let cseq = invite.cseq() + 1;
        let mark = if proxy.contains(";lr") { "" } else { ";lr" };
        invite.draft_mut().routes = vec![format!("<{proxy}{mark}>").into()];
        self.first = Some(invite.repeat(cx, cseq));
        self.early = Vec::new();
        self.state = State::Calling;
        true
    }

    /// Goes on to another target after a 3xx: same Call-ID and From tag, next CSeq (RFC 3261 §8.1.3.4).
    pub fn redirect(&mut self, cx: &mut Cx, uri: &str) -> bool {
        let Some(invite) = self.invite.as_deref_mut() else {
            return false;
        };
        let cseq = invite.cseq() + 1;
        let invite_uri = invite.draft_mut().uri.clone();
        add_step(invite.rest_mut(), &invite_uri, uri);
        invite.draft_mut().uri = uri.into();
        self.first = Some(invite.repeat(cx, cseq));
        self.early = Vec::new();
        self.state = State::Calling;
        true
    }

    /// Gives the call up: CANCEL once a provisional response came (RFC 3261 §9.1).
    pub(super) fn cancel(&mut self, cx: &mut Cx, own: &str) {
        self.state = State::Cancelling;
        let extra = self.extra.request(own);
        if let Some(client) = self.invite.as_ref().and_then(|invite| invite.client()) {
            cx.endpoint.cancel(cx.now, client, &extra);
        }
    }

    /// The call was not answered in the time that it was given.
    pub fn expire(&mut self, cx: &mut Cx) {
        if self.state == State::Calling {
            self.cancelled_for = Some(Outcome::Failed(Failure::Timeout));
            self.cancel(cx, "");
        }
    }

    pub(super) fn on_invite_response(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        flow: &Flow,
        out: &mut Vec<CallEvent>,
    ) {
        match message.status().unwrap_or_default() {
            0..=100 => {}
            101..=199 => {
                if self.state == State::Calling
                    && self.on_provisional(cx, account, &message, flow, out)
                {
                    out.push(CallEvent::Progress(message));
                }
            }
            200..=299 => self.on_2xx(cx, account, client, message, flow, out),
            status => self.on_refused(cx, account, status, message, out),
        }
    }

    /// RFC 3261 §13.2.2.4: the first 2xx makes the call; each further dialog is acknowledged and ended.
    fn on_2xx(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        client: ClientKey,
        message: Message,
        flow: &Flow,
        out: &mut Vec<CallEvent>,
    ) {
        let early = self.confirm_early(&message);
        let (mut dialog, exchanged) = match early {
            Some(early) => (early.dialog, early.media),
            None => match Dialog::uac(&message, self.local_tag, flow) {
                Some(dialog) => (Box::new(dialog), None),
                None => return,
            },
        };
        let cseq = message.cseq();
        let extra = self.extra.request("");
        let wanted = self.state == State::Calling;
        // A repetition of a 2xx whose ACK the application still owes.
        if !wanted
            && self.unacked.is_some()
            && self
                .dialog(&cx.dialogs)
                .is_some_and(|dialog| dialog.matches_response(&message))
        {
            return;
        }
        if !wanted {
            // A repetition of a 2xx that has its ACK is dealt with below; what comes here is a dialog of another fork,
            // or a 2xx that crossed our CANCEL.
            self.acknowledge(cx, client, ack_of(&dialog), cseq, &extra, None);
            say_bye(cx, account, dialog.request("BYE"), &extra);
            if self.state == State::Cancelling {
                self.establish(cx, dialog);
                self.finish(cx, self.why_cancelled(), Some(message), out);
            }
            return;
        }
        if !self.auto.has(Auto::FORK) && !self.forked {
            self.open_offer = self.media.clone().map(Box::new);
        }
        let answered = match exchanged {
            // What came reliably counts; a description that follows is the same or ignored (RFC 6337 §3.1.1).
            Some(media) => {
                self.media = Some(*media);
                Ok(None)
            }
            None => self.take_description(&message, false),
        };
        let body = match &answered {
            Ok(body) => body.clone(),
            Err(_) => self.refuse_their_offer(&message),
        };
        let ack = ack_of(&dialog);
        self.establish(cx, dialog);
        if answered.is_ok() {
            self.acknowledge_or_leave(cx, client, cseq, &extra, body);
        } else {
            self.acknowledge(cx, client, ack, cseq, &extra, body);
        }
        self.await_completion(cx);
        self.forget_forks();
        self.take_timer(cx, &message);
        self.drop_lost_update(cx, out);
        self.invite = None;
        self.state = State::Confirmed;
        if answered.is_err() {
            self.owner_of_goodbye(cx, account);
            return self.finish(cx, Outcome::Media, Some(message), out);
        }
        out.push(CallEvent::Established(message));
    }

    /// The description of a 2xx: the answer to our offer, or the offer that our ACK answers.
    pub(super) fn take_description(
        &mut self,
        message: &Message,
        hold: bool,
    ) -> Result<Option<Vec<u8>>, Outcome> {
        let offered = self.offered;
        let Some(media) = self.media.as_mut() else {
            return Ok(None);
        };
        let theirs = description(message, media.content_type());
        match theirs {
            Some(_) if offered => media
                .on_answer(message, hold)
                .map(|()| None)
                .map_err(|_| Outcome::Media),
            Some(offer) => media.answer(offer).map(Some).map_err(|_| Outcome::Media),
            // Audio without a description from the peer is no call; the application judges its own media.
            None if matches!(media, Media::Application { .. }) => Ok(None),
            None => Err(Outcome::Media),
        }
    }

    /// An offer that cannot be answered came in a response: it is answered with nothing, the call ends after that
    /// (RFC 6337 §2.3).
    pub(super) fn refuse_their_offer(&mut self, message: &Message) -> Option<Vec<u8>> {
        if self.offered {
            return None;
        }
        let media = self.media.as_mut()?;
        let offer = description(message, media.content_type())?;
        media.refuse_all(offer).ok()
    }

    /// The dialog stands: from now on it is shared.
    pub(super) fn establish(&mut self, cx: &mut Cx, dialog: Box<Dialog>) {
        let key = cx.dialogs.insert(dialog, self.owner, Usage::Invite);
        if let Some(old) = self.dialog.replace(key) {
            cx.dialogs.leave(old, self.owner);
        }
    }

    /// ACK of a 2xx: a request of its own inside the new dialog, with the INVITE's CSeq and credentials.
    pub(super) fn acknowledge(
        &self,
        cx: &mut Cx,
        client: ClientKey,
        ack: (Draft, Box<str>),
        cseq: u32,
        extra: &str,
        body: Option<Vec<u8>>,
    ) {
        let (mut draft, remote_tag) = ack;
        draft.lines.push_str(&format!("CSeq: {cseq} ACK\r\n"));
        if let Some(invite) = self.invite.as_deref() {
            draft.lines.push_str(invite.auth_lines());
        }
        draft.lines.push_str(
            &Lines::new(extra)
                .offer("User-Agent", &cx.user_agent)
                .finish(&[]),
        );
        if let (Some(body), Some(media)) =
            (body.filter(|body| !body.is_empty()), self.media.as_ref())
        {
            draft.content_type = Some(media.content_type().into());
            draft.body = body;
        }
        cx.endpoint.ack(cx.now, client, &remote_tag, draft);
    }

    fn on_refused(
        &mut self,
        cx: &mut Cx,
        account: &mut Account,
        status: u16,
        message: Message,
        out: &mut Vec<CallEvent>,
    ) {
        if !matches!(self.state, State::Calling | State::Cancelling) {
            return;
        }
        if self.forked {
            return self.finish(cx, Outcome::Sip(status), Some(message), out);
        }
        if self.state == State::Calling
            && matches!(status, 401 | 407)
            && self.auto.has(Auto::AUTHENTICATION)
            && let Some(invite) = self.invite.as_deref_mut()
        {
            let cseq = invite.cseq() + 1;
            if let Ok(client) = invite.authenticate(cx, account, &message, cseq) {
                self.first = Some(client);
                self.early = Vec::new();
                return;
            }
        }
        if self.state == State::Calling && status == 420 && self.demand_less(cx, &message) {
            return;
        }
        if self.state == State::Calling && status == 422 && self.raise_interval(&message) {
            return self.ask_longer(cx);
        }
        let another = (300..400).contains(&status) || (self.more_targets && status < 600);
        if self.state == State::Calling && another {
            return out.push(CallEvent::Redirected(message));
        }
        let outcome = if self.state == State::Cancelling {
            self.why_cancelled()
        } else {
            Outcome::Sip(status)
        };
        self.finish(cx, outcome, Some(message), out);
    }

    /// 420: what was demanded and is not known to the peer is asked for once more without demand (RFC 3261 §8.1.3.5).
    fn demand_less(&mut self, cx: &mut Cx, message: &Message) -> bool {
        let demanded = self.terms.reliable == Reliable::Required
            && message.lists(HeaderId::Unsupported, reliable::TAG);
        let Some(invite) = self.invite.as_deref_mut().filter(|_| demanded) else {
            return false;
        };
        self.terms.reliable = Reliable::Supported;
        set_line(invite.rest_mut(), "Require", None);
        let cseq = invite.cseq() + 1;
        self.first = Some(invite.repeat(cx, cseq));
        self.early = Vec::new();
        true
    }

    /// 422: the same call with a longer session interval (RFC 4028 §7.3).
    fn ask_longer(&mut self, cx: &mut Cx) {
        let Some(mut invite) = self.invite.take() else {
            return;
        };
        self.rewrite_timer(invite.rest_mut());
        let cseq = invite.cseq() + 1;
        self.first = Some(invite.repeat(cx, cseq));
        self.invite = Some(invite);
        self.early = Vec::new();
    }

    /// No further target: the call ends with the redirection as its answer.
    pub fn give_up_redirect(&mut self, cx: &mut Cx, message: Message, out: &mut Vec<CallEvent>) {
        let status = message.status().unwrap_or(300);
        self.finish(cx, Outcome::Sip(status), Some(message), out);
    }
}

/// What an ACK in a dialog needs of it.
pub(super) fn ack_of(dialog: &Dialog) -> (Draft, Box<str>) {
    (dialog.draft("ACK"), dialog.remote_tag().into())
}

/// A 2xx of a dialog that nobody here knows (later than 64*T1, or of a call that is gone): acknowledged and ended.
pub fn on_stray(
    cx: &mut Cx,
    account: &mut Account,
    message: &Message,
    local_tag: LocalTag,
    flow: &Flow,
) {
    let Some(mut dialog) = Dialog::uac(message, local_tag, flow) else {
        return;
    };
    let mut ack = dialog.draft("ACK");
    ack.lines
        .push_str(&format!("CSeq: {} ACK\r\n", message.cseq()));
    cx.endpoint.send_stateless(cx.now, ack);
    say_bye(cx, account, dialog.request("BYE"), "");
}

/// One step more in the History-Info of a call that keeps one (RFC 7044 §5, §9.1): where it was sent to, and where it goes.
fn add_step(rest: &mut String, from: &str, to: &str) {
    let way = lines(rest)
        .find(|(name, _)| name.eq_ignore_ascii_case("History-Info"))
        .map(|(_, value)| value.to_owned());
    let Some(way) = way else { return };
    let steps = way.matches(";index=1.").count();
    let mark = if from.contains('?') {
        ""
    } else {
        "?Reason=SIP%3Bcause%3D302"
    };
    let told = way.replacen(&format!("<{from}>"), &format!("<{from}{mark}>"), 1);
    let way = format!("{told}, <{to}>;index=1.{};mp=1", steps + 1);
    set_line(rest, "History-Info", Some(&way));
}
