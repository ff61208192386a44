//! Being referred (`IRTCSessionReferredEvent`; RFC 3515 §2.4.2, RFC 3892, RFC 4488, RFC 4538).
//!
//! A REFER is never followed blindly: the application is asked, and refuses (603) by silence. Accepted, it is reported on
//! from the call that the application makes for it, or by the application's own word.

use std::time::Duration;

use crate::base::{Key, Time};
use crate::dialog::Order;
use crate::syntax::headers::TypedHeader;
use crate::syntax::{HeaderId, Message, NameAddr, Replaces, TargetDialog, Uri};
use crate::transaction::{ClientKey, Failure, ServerKey};
use crate::transport::Flow;
use crate::usage::notify::Told;
use crate::usage::{Account, Cx, DialogKey, Notifier, Owner, Role};

use super::session::{Session, account_for};
use super::{Agent, Code, Event, EventType, ObjectRef, Refusal, Send, Verdict};

/// Names a REFER of a peer for [`Agent::report_referral`] and [`super::SessionOptions::referral`].
pub type ReferralKey = Key<Referral>;

/// A REFER of a peer, until its last report.
#[derive(Debug)]
pub struct Referral {
    usage: Notifier,
    profile: Option<ObjectRef>,
    /// The peer wants reports.
    watched: bool,
    accepted: bool,
    /// A call was made for it.
    taken: bool,
    /// Accepted without reports: nothing is left of it but what that call takes over, for so long.
    until: Option<Time>,
    /// Lines that the triggered request takes over.
    lines: String,
    referred_by: Box<str>,
}

impl Referral {
    pub(super) fn profile(&self) -> Option<&ObjectRef> {
        self.profile.as_ref()
    }
}

impl Agent {
    /// A REFER: inside that dialog, or outside of any.
    pub(super) fn on_refer(
        &mut self,
        server: ServerKey,
        message: Message,
        flow: &Flow,
        place: Option<DialogKey>,
    ) {
        if let Some(dialog) = place.and_then(|key| self.cx.dialogs.get_mut(key)) {
            if dialog.on_request(&message) == Order::Stale {
                return self.reply(server, &message, 500, "");
            }
            dialog.refresh_target(&message);
        }
        if self.is_shutting_down() {
            return self.reply(server, &message, 480, "");
        }
        let mut refer_to = message.headers(HeaderId::ReferTo);
        let (Some(value), None) = (refer_to.next(), refer_to.next()) else {
            return self.reply(server, &message, 400, "");
        };
        let target: Box<str> = match NameAddr::parse(value) {
            Ok(address) if Uri::parse(address.uri).is_ok_and(|uri| is_sound(&uri)) => {
                address.uri.into()
            }
            _ => return self.reply(server, &message, 400, ""),
        };
        drop(refer_to);
        let call = match place {
            Some(key) => self.cx.dialogs.call(key),
            None => match self.target_call(&message) {
                Ok(call) => call,
                Err(status) => return self.reply(server, &message, status, ""),
            },
        };
        let session = call
            .filter(|owner| owner.role == Role::Call)
            .and_then(|owner| self.sessions.get(Key::from_bits(owner.key)));
        let common = Event {
            session: session.map(|session| session.object.clone()),
            participant: session.and_then(|session| session.participant.clone()),
            profile: session.and_then(|session| session.profile.clone()),
            ..Event::default()
        };
        if self.subscriptions_full() || self.referrals.len() >= MAX_REFERRALS {
            return self.reply(server, &message, 503, "Retry-After: 10\r\n");
        }
        let profile = common
            .profile
            .clone()
            .or_else(|| self.profile_addressed(&message));
        let queue = self.config.endpoint.limits.held_messages;
        let Some(usage) =
            Notifier::of_refer(&mut self.cx, server, message.clone(), flow, place, queue)
        else {
            return self.reply(server, &message, 400, "");
        };
        let referred_by: Box<str> = message
            .header(HeaderId::ReferredBy)
            .unwrap_or_default()
            .into();
        let parsed = Uri::parse(&target).ok();
        let (lines, consulted) = taken_over(&referred_by, parsed.as_ref());
        let watched = !message
            .header(HeaderId::ReferSub)
            .is_some_and(|value| value.trim().to_ascii_lowercase().starts_with("false"));
        let key = self.referrals.insert(Referral {
            usage,
            profile: profile.clone(),
            watched,
            accepted: false,
            taken: false,
            until: None,
            lines,
            referred_by: referred_by.clone(),
        });
        let owner = Owner {
            role: Role::Referee,
            key: key.to_bits(),
        };
        if let Some(referral) = self.referrals.get_mut(key) {
            referral.usage.owned_by(&mut self.cx, owner);
        }
        let by = NameAddr::parse(&referred_by).map_or_else(|_| "".into(), |by| by.uri.into());
        let consultant = EventType::SessionConsultantReferred;
        let told_apart = self.filter & consultant.filter_bit() != 0;
        let event = Event {
            event_type: if consulted && told_apart {
                consultant
            } else {
                EventType::SessionReferred
            },
            profile,
            uri: target.clone(),
            text: by,
            content_type: super::request::content_type(Some(&message)),
            referral: Some(key),
            named: parsed.as_ref().and_then(replaced).map(Box::new),
            message: Some(message.clone()),
            ..common
        };
        self.tell_open(event, server, message, 603, Some(owner));
    }

    /// The call that Target-Dialog names: none without it, 481 when it names none of ours (RFC 4538 §4, RFC 7647 §4).
    fn target_call(&self, message: &Message) -> Result<Option<Owner>, u16> {
        let target: Option<TargetDialog<'_>> = message.typed().map_err(|_| 400u16)?;
        let Some(target) = target else {
            return Ok(None);
        };
        let dialogs = &self.cx.dialogs;
        let key = dialogs
            .named(target.call_id, target.local_tag, target.remote_tag)
            .ok_or(481u16)?;
        Ok(dialogs.call(key))
    }

    /// The application's word on a REFER, or the automatic one.
    pub(super) fn answer_referral(
        &mut self,
        key: ReferralKey,
        status: u16,
        own: &str,
        send: &Send,
    ) {
        let watched = self.referrals.get(key).is_some_and(|one| one.watched);
        let until = (status < 300 && !watched).then(|| {
            let owner = Owner {
                role: Role::Referee,
                key: key.to_bits(),
            };
            self.cx.arm(KEPT, owner, FORGOTTEN)
        });
        if let Some(referral) = self.referrals.get_mut(key) {
            referral.accepted = status < 300;
            referral.until = until;
        }
        let reason = send.reason.as_deref().unwrap_or_default();
        self.with_referral(key, |usage, cx, account, out| {
            if status < 300 {
                usage.accept_refer(cx, account, watched, own, out);
            } else {
                usage.refuse(cx, status, reason, own, out);
            }
        });
    }

    /// Tells the referrer how what it asked for goes: 100 to 699; 200 and above is the last word.
    pub fn report_referral(
        &mut self,
        now: Time,
        referral: ReferralKey,
        status: u16,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        if !(100..700).contains(&status) {
            return Err(Refusal::new(
                Code::InvalidArgument,
                "a report is a status from 100 to 699",
            ));
        }
        let one = self.referrals.get(referral).ok_or_else(|| {
            Refusal::new(
                Code::ReferNotExist,
                "the referral is over, or nobody wants reports of it",
            )
        })?;
        if !one.accepted {
            return Err(Refusal::new(
                Code::ReferNotAllowed,
                "the REFER has not been accepted",
            ));
        }
        self.report(referral, status, "");
        Ok(Verdict::Done)
    }

    fn report(&mut self, key: ReferralKey, status: u16, reason: &str) {
        self.with_referral(key, |usage, cx, account, out| {
            usage.report(cx, account, status, reason, out);
        });
    }

    /// A call that was made for a REFER got on.
    pub(super) fn report_session(&mut self, key: Key<Session>, status: u16, reason: &str) {
        let Some(session) = self.sessions.get_mut(key) else {
            return;
        };
        let Some(origin) = session.origin.as_deref_mut() else {
            return;
        };
        let referral = if status < 200 {
            origin.referral
        } else {
            origin.referral.take()
        };
        if let Some(referral) = referral {
            self.report(referral, status, reason);
        }
    }

    /// What a call for that REFER takes over: header lines, and Referred-By.
    pub(super) fn take_referral(
        &mut self,
        referral: ReferralKey,
    ) -> Result<(String, Box<str>), Refusal> {
        let one = self.referrals.get_mut(referral).ok_or_else(|| {
            Refusal::new(Code::ReferNotExist, "the referral of `options` is over")
        })?;
        if !one.accepted {
            return Err(Refusal::new(
                Code::ReferNotAllowed,
                "the REFER of `options.referral` has not been accepted",
            ));
        }
        if std::mem::replace(&mut one.taken, true) {
            return Err(Refusal::new(
                Code::ReferNotAllowed,
                "a call was made for this REFER already",
            ));
        }
        let taken = (one.lines.clone(), one.referred_by.clone());
        if one.until.is_some() {
            self.forget_referral(referral);
        }
        Ok(taken)
    }

    fn with_referral(
        &mut self,
        key: ReferralKey,
        f: impl FnOnce(&mut Notifier, &mut Cx, &mut Account, &mut Vec<Told>),
    ) {
        let Self {
            cx,
            referrals,
            profiles,
            anonymous,
            ..
        } = self;
        let Some(one) = referrals.get_mut(key) else {
            return;
        };
        let profile = one
            .profile
            .as_ref()
            .map(|profile| Key::from_bits(profile.key()));
        let account = account_for(profiles, anonymous, profile);
        let mut out = Vec::new();
        f(&mut one.usage, cx, account, &mut out);
        if out.iter().any(|told| matches!(told, Told::Ended { .. })) {
            self.drop_referral(key);
        }
    }

    fn drop_referral(&mut self, key: ReferralKey) {
        // Accepted without subscription, it may still be asked for by the call that it triggers.
        let Some(one) = self.referrals.get_mut(key) else {
            return;
        };
        one.usage.release(&mut self.cx);
        if one.until.is_none() || one.taken {
            self.forget_referral(key);
        }
    }

    fn forget_referral(&mut self, key: ReferralKey) {
        if let Some(one) = self.referrals.remove(key) {
            let owner = Owner {
                role: Role::Referee,
                key: key.to_bits(),
            };
            self.cx.disarm(one.until, owner, FORGOTTEN);
        }
    }

    pub(super) fn on_referral_response(
        &mut self,
        key: ReferralKey,
        client: ClientKey,
        message: Message,
    ) {
        self.with_referral(key, |usage, cx, account, out| {
            usage.on_response(cx, account, client, message, out);
        });
    }

    pub(super) fn on_referral_failure(
        &mut self,
        key: ReferralKey,
        client: ClientKey,
        failure: Failure,
    ) {
        self.with_referral(key, |usage, cx, _, out| {
            usage.on_failure(cx, client, failure, out);
        });
    }

    pub(super) fn on_referral_request(
        &mut self,
        key: ReferralKey,
        server: Option<ServerKey>,
        message: Message,
        flow: &Flow,
    ) {
        if let Some(server) = server {
            self.with_referral(key, |usage, cx, account, out| {
                usage.on_request(cx, account, server, message, flow, out);
            });
        }
    }

    pub(super) fn on_referral_alarm(&mut self, key: ReferralKey, what: u32) {
        if what == FORGOTTEN {
            return self.forget_referral(key);
        }
        self.with_referral(key, |usage, cx, account, out| {
            usage.on_alarm(cx, account, what, out);
        });
    }

    pub(super) fn on_referral_dialog_lost(&mut self, key: u64, status: u16) {
        self.with_referral(Key::from_bits(key), |usage, cx, _, out| {
            usage.on_dialog_lost(cx, status, out);
        });
    }

    /// Says goodbye to whoever waits for reports.
    pub(super) fn drop_referrals(&mut self) {
        for key in self.referrals.keys() {
            self.with_referral(key, |usage, cx, account, out| {
                if !usage.refuse(cx, 480, "", "", out) {
                    usage.report(cx, account, 503, "", out);
                }
            });
            self.drop_referral(key);
            self.forget_referral(key);
        }
    }
}

/// Most referrals of peers that are not over.
const MAX_REFERRALS: usize = 10_000;

/// How long a REFER that was accepted without reports waits for its call, and its timer beside those of the usage.
const KEPT: Duration = Duration::from_secs(180);
const FORGOTTEN: u32 = 16;

/// The lines that a request made for a REFER takes over (RFC 3892 §2.2, RFC 3891 §4), and whether a call is to be replaced.
/// Of the headers in the URI only these count: nobody else writes our requests (RFC 3261 §19.1.5).
fn taken_over(referred_by: &str, target: Option<&Uri<'_>>) -> (String, bool) {
    let mut lines = String::new();
    let mut add = |name: &str, value: &str| {
        if !value.is_empty() && !value.contains(['\r', '\n', '\0']) {
            lines.push_str(name);
            lines.push_str(": ");
            lines.push_str(value);
            lines.push_str("\r\n");
        }
    };
    add("Referred-By", referred_by);
    let mut consulted = false;
    for (name, value) in target.into_iter().flat_map(Uri::header_fields).take(16) {
        for known in ["Replaces", "Join", "Target-Dialog"] {
            if name.eq_ignore_ascii_case(known) {
                consulted |= known == "Replaces";
                add(known, &value);
            }
        }
        let safe = value
            .split(',')
            .all(|tag| ["replaces", "join", "tdialog"].contains(&tag.trim()));
        if name.eq_ignore_ascii_case("Require") && safe {
            add("Require", &value);
        }
    }
    (lines, consulted)
}

/// Whether the headers in the URI of a Refer-To can be those of a request: each in one line, Replaces one that can be read.
fn is_sound(target: &Uri<'_>) -> bool {
    target.header_fields().all(|(name, value)| {
        let replaces = name.eq_ignore_ascii_case("Replaces");
        !value.contains(['\r', '\n', '\0']) && (!replaces || Replaces::parse_value(&value).is_ok())
    })
}

/// Call-ID and tags of the dialog that a Refer-To wants replaced.
fn replaced(target: &Uri<'_>) -> Option<[Box<str>; 3]> {
    let mut fields = target.header_fields();
    let (_, value) = fields.find(|(name, _)| name.eq_ignore_ascii_case("Replaces"))?;
    let named = Replaces::parse_value(&value).ok()?;
    Some([
        named.call_id.into(),
        named.local_tag.into(),
        named.remote_tag.into(),
    ])
}

/// The URI to call for a Refer-To: without the parts that mean something only there.
pub(super) fn callable(uri: &str) -> String {
    let bare = uri.split('?').next().unwrap_or_default();
    let mut text = String::with_capacity(bare.len());
    for (at, part) in bare.split(';').enumerate() {
        let method = part
            .split('=')
            .next()
            .is_some_and(|name| name.trim().eq_ignore_ascii_case("method"));
        if at > 0 && method {
            continue;
        }
        if at > 0 {
            text.push(';');
        }
        text.push_str(part);
    }
    text
}
