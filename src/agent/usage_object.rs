//! Usages as the application sees them below sessions and subscriptions (RFC 5057): what they are, how they are made and
//! left. A session is one INVITE usage with media and policy, a subscription one SUBSCRIBE usage, a watcher one NOTIFY
//! usage; the usage object is another view on the same row, nothing is copied. One that was made here is told in events
//! of the SIP level alone, and does nothing by itself but what its automation says.
//!
//! Sending in them is in `usage_verbs.rs`, what happens to them in `usage_events.rs`, dialogs in `dialog_object.rs`.

use std::sync::Arc;

use crate::base::{Key, Time};
use crate::syntax::{Event as EventHeader, NameAddr, Uri, headers::TypedHeader};
use crate::transaction::ClientKey;
use crate::usage::{Attempt, Auto, Owner, Role};

use super::headers::check;
use super::session::{Session, ended};
use super::{
    Agent, Code, Details, Kind, Object, ObjectRef, Refusal, SessionOptions, SessionState,
    SessionType, TerminateReason, Verdict, properties,
};

/// What a usage is (`RTC_USAGE_…`).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum UsageKind {
    /// A call.
    Invite = 1,
    /// A subscription of ours.
    Subscribe = 2,
    /// A REFER of ours and what comes of it.
    Refer = 3,
    /// A subscription to us.
    Notify = 4,
}

impl UsageKind {
    /// By its number in the C API.
    #[must_use]
    pub fn from_number(number: i32) -> Option<Self> {
        [Self::Invite, Self::Subscribe, Self::Refer, Self::Notify]
            .into_iter()
            .find(|kind| *kind as i32 == number)
    }
}

/// Where a usage begins.
#[derive(Clone, Debug)]
pub enum UsageParent {
    /// Outside any dialog: its first request makes one.
    New,
    /// In a dialog that stands.
    Dialog(ObjectRef),
    /// At a peer's request that waits for its answer.
    Transaction(ObjectRef),
}

/// States of a usage, those of a dialog as this usage has it (`RTC_USAGE_STATE_…`).
pub mod state {
    /// Nothing sent, or nothing heard.
    pub const INIT: i32 = 0;
    /// A dialog is there that is not confirmed.
    pub const EARLY: i32 = 1;
    /// It stands.
    pub const CONFIRMED: i32 = 2;
    /// Over.
    pub const TERMINATED: i32 = 3;
}

/// A usage to be (`rtc_usage_options_t`).
#[derive(Clone, Debug, Default)]
pub struct UsageOptions {
    /// The account: a profile or registration; none: chosen by URI.
    pub account: Option<ObjectRef>,
    /// Request-URI.
    pub uri: Box<str>,
    /// From without tag; empty: the account's.
    pub from: Box<str>,
    /// To without tag; empty: the Request-URI.
    pub to: Box<str>,
    /// Contact; empty: ours.
    pub contact: Box<str>,
    /// Event package with its parameters.
    pub event: Box<str>,
    /// Refer-To.
    pub refer_to: Box<str>,
    /// Subscription-State of NOTIFYs.
    pub subscription_state: Box<str>,
    /// What is done without asking, [`Auto`] bits.
    pub automation: u32,
    /// The owner's word.
    pub user_data: usize,
}

/// A request that the application sent in a usage and that waits for its answer.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) client: ClientKey,
    pub(super) cookie: i64,
    pub(super) method: Box<str>,
    pub(super) transaction: Option<ObjectRef>,
}

/// What a session has that was made as a usage, or has forks.
#[derive(Debug, Default)]
pub(super) struct SipUsage {
    /// Told at the SIP level alone.
    pub(super) shown: bool,
    pub(super) options: UsageOptions,
    /// What the try before this one leaves to it.
    pub(super) before: Option<Attempt>,
    pub(super) sent: Vec<Sent>,
    /// The transaction of the first INVITE.
    pub(super) invite: Option<ObjectRef>,
    /// Other dialogs of the same INVITE: the peer's tag, and their session.
    pub(super) forks: Vec<(Box<str>, Key<Session>)>,
    /// The dialog's object from before there is a dialog.
    pub(super) dialog: Option<ObjectRef>,
    /// That there is a dialog has been told.
    pub(super) dialog_told: bool,
}

impl Session {
    /// Whether it was made as a usage and is told as one.
    pub(super) fn is_usage(&self) -> bool {
        self.sip.as_ref().is_some_and(|sip| sip.shown)
    }

    /// The view of it as a usage.
    pub(super) fn usage(&self, state: i32) -> &ObjectRef {
        self.usage.get_or_init(|| {
            let owner = Owner {
                role: Role::Call,
                key: self.object().key(),
            };
            let word = self.object().user_data();
            Object::of(Kind::Usage, owner, state, word)
        })
    }
}

/// A usage that is over, or an object that is none.
pub(super) fn over() -> Refusal {
    Refusal::new(Code::InvalidObjectState, "the usage is over")
}

impl Agent {
    /// A usage to be; sends nothing. Without a dialog it makes one with its first request.
    #[expect(clippy::needless_pass_by_value, reason = "verbs own their options")]
    pub fn create_usage(
        &mut self,
        now: Time,
        kind: UsageKind,
        parent: &UsageParent,
        mut options: UsageOptions,
    ) -> Result<ObjectRef, Refusal> {
        self.cx.now = now;
        self.refuse_when_closing()?;
        check_options(&options)?;
        // Proxy, identity and Contact of a registration are those of the account that it stands on.
        let account = options.account.as_ref();
        options.account = account
            .map(|account| self.context_profile(account))
            .transpose()?;
        match (kind, parent) {
            (UsageKind::Invite, UsageParent::New) => self.create_invite_usage(&options),
            (UsageKind::Invite, UsageParent::Dialog(dialog)) => {
                self.create_invite_usage_within(dialog, &options)
            }
            (UsageKind::Invite, UsageParent::Transaction(transaction)) => {
                self.adopt_as_usage(transaction, &options)
            }
            (UsageKind::Notify, UsageParent::Transaction(transaction)) => {
                self.create_notify_usage(transaction, &options)
            }
            (UsageKind::Refer, _) => self.create_refer_usage(parent, &options),
            (UsageKind::Subscribe, _) => self.create_subscribe_usage(parent, &options),
            (UsageKind::Notify, UsageParent::New | UsageParent::Dialog(_)) => Err(Refusal::new(
                Code::InvalidArgument,
                "a NOTIFY usage begins at the SUBSCRIBE or REFER of a peer",
            )),
        }
    }

    /// A peer's INVITE that waits for its answer becomes a usage, whose answers its transaction sends.
    fn adopt_as_usage(
        &mut self,
        transaction: &ObjectRef,
        options: &UsageOptions,
    ) -> Result<ObjectRef, Refusal> {
        if self.transactions.method(transaction) != "INVITE" {
            return Err(Refusal::new(
                Code::InvalidTransactionState,
                "an INVITE usage is made at an INVITE",
            ));
        }
        let (server, answer) = self.open_pending(transaction)?;
        if self.adopted(answer).is_some() {
            return Err(Refusal::new(
                Code::InvalidDialogState,
                "the INVITE has its usage",
            ));
        }
        let key = self.adopt_invite(answer, server)?;
        let Some(session) = self.sessions.get_mut(key) else {
            return Err(ended());
        };
        if options.account.is_some() {
            session.profile.clone_from(&options.account);
        }
        session.object().set_user_data(options.user_data);
        session.call.watched = true;
        let auto = Auto::new(options.automation).unwrap_or_default();
        session.call.set_auto(auto);
        if !auto.has(Auto::SESSION_TIMER) {
            session.call.terms.session_expires = 0;
        }
        session.sip = Some(Box::new(SipUsage {
            shown: true,
            options: options.clone(),
            ..SipUsage::default()
        }));
        let usage = Arc::clone(session.usage(state::INIT));
        self.transactions.relate(transaction, &usage);
        Ok(usage)
    }

    fn create_invite_usage(&mut self, options: &UsageOptions) -> Result<ObjectRef, Refusal> {
        if options.uri.is_empty() {
            return Err(Refusal::new(
                Code::InvalidSipUrl,
                "a usage without dialog needs a Request-URI",
            ));
        }
        super::profile::check_aor(&options.uri)?;
        let key = self.new_usage_session(options, SessionState::Idle, None)?;
        let session = self.sessions.get(key).ok_or_else(ended)?;
        Ok(Arc::clone(session.usage(state::INIT)))
    }

    /// An INVITE usage in a dialog that another usage made and that has none (RFC 5057 §4).
    fn create_invite_usage_within(
        &mut self,
        dialog: &ObjectRef,
        options: &UsageOptions,
    ) -> Result<ObjectRef, Refusal> {
        let place = self.standing_dialog(dialog)?;
        let waits = |session: &Session| session.call.begins_in() == Some(place);
        if self.cx.dialogs.call(place).is_some()
            || self.sessions.iter().any(|(_, session)| waits(session))
        {
            return Err(Refusal::new(
                Code::InvalidDialogState,
                "the dialog has its INVITE usage",
            ));
        }
        let remote = self.cx.dialogs.get(place);
        let uri = remote.map_or("", |dialog| dialog.remote_target()).into();
        let options = UsageOptions {
            uri,
            ..options.clone()
        };
        let key = self.new_usage_session(&options, SessionState::Idle, None)?;
        let session = self.sessions.get_mut(key).ok_or_else(ended)?;
        session.call.begin_in(place);
        if let Some(sip) = session.sip.as_deref_mut() {
            sip.dialog = None;
        }
        Ok(Arc::clone(session.usage(state::INIT)))
    }

    /// A session that is told as a usage.
    pub(super) fn new_usage_session(
        &mut self,
        options: &UsageOptions,
        first: SessionState,
        before: Option<Attempt>,
    ) -> Result<Key<Session>, Refusal> {
        let given = SessionOptions {
            profile: options.account.clone(),
            manual: Auto::ALL.bits() & !options.automation,
            user_data: options.user_data,
            ..SessionOptions::default()
        };
        let key = self.new_session(SessionType::PcToPc, first, &given)?;
        let Some(session) = self.sessions.get_mut(key) else {
            return Err(ended());
        };
        session.remote_uri = options.uri.clone();
        session.call.watched = true;
        session.call.auto = Auto::new(options.automation).unwrap_or_default();
        session.sip = Some(Box::new(SipUsage {
            shown: true,
            options: options.clone(),
            before,
            dialog: Some(Object::new(Kind::Dialog, u64::MAX, state::INIT, 0)),
            ..SipUsage::default()
        }));
        Ok(key)
    }

    /// The view of an owner's row as a usage.
    pub(super) fn usage_of(&self, owner: Owner) -> Option<ObjectRef> {
        match owner.role {
            Role::Call => {
                let session = self.sessions.get(Key::from_bits(owner.key))?;
                Some(Arc::clone(session.usage(self.usage_state(session))))
            }
            Role::Subscription => {
                let subscription = self.subscriptions.get(Key::from_bits(owner.key))?;
                Some(Arc::clone(subscription.view()))
            }
            Role::Watcher => {
                let watcher = self.watchers.get(Key::from_bits(owner.key))?;
                Some(Arc::clone(watcher.view()))
            }
            _ => None,
        }
    }

    /// Usages that live, in the order of their keys.
    pub(super) fn list_usages(&self) -> Vec<ObjectRef> {
        self.sessions
            .iter()
            .map(|(_, session)| Arc::clone(session.usage(self.usage_state(session))))
            .chain(
                self.subscriptions
                    .iter()
                    .map(|(_, subscription)| Arc::clone(subscription.view())),
            )
            .chain(
                self.watchers
                    .iter()
                    .map(|(_, watcher)| Arc::clone(watcher.view())),
            )
            .collect()
    }

    /// The readable values of a usage that lives.
    pub(super) fn usage_details(&self, usage: &ObjectRef) -> Option<Details> {
        let owner = usage.owner();
        match owner.role {
            Role::Call => {
                let session = self.sessions.get(Key::from_bits(owner.key))?;
                Some(self.invite_details(session))
            }
            Role::Subscription => self.subscribe_usage_details(Key::from_bits(owner.key)),
            Role::Watcher => self.notify_usage_details(Key::from_bits(owner.key)),
            _ => None,
        }
    }

    /// The account that a usage was given: its registration, where that stands behind it, else its profile.
    pub(super) fn context_of(&self, profile: Option<&ObjectRef>) -> Option<ObjectRef> {
        let profile = profile?;
        let behind = self.registrations.behind(profile);
        Some(Arc::clone(behind.unwrap_or(profile)))
    }

    pub(super) fn invite_details(&self, session: &Session) -> Details {
        let mut details = Details::default();
        details.int(properties::USAGE_KIND, UsageKind::Invite as i32);
        details.int(properties::USAGE_AUTOMATION, session.call.auto.bits());
        details
            .related
            .extend(self.context_of(session.profile.as_ref()));
        details.related.extend(self.dialog_of_session(session));
        details.whole = Arc::downgrade(session.object());
        details
    }

    /// Leaves a usage: without a word, or as its state asks for (BYE, CANCEL, a refusal).
    pub fn close_usage(
        &mut self,
        now: Time,
        usage: &ObjectRef,
        tell_peer: bool,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let owner = usage.owner();
        if usage.kind() != Kind::Usage {
            return Err(Refusal::new(Code::Handle, "the object is no usage"));
        }
        match owner.role {
            Role::Call => {
                let key = Key::from_bits(owner.key);
                if !self.sessions.contains(key) {
                    return Ok(Verdict::Nothing);
                }
                if tell_peer {
                    self.end_session(key, TerminateReason::Normal, "");
                } else {
                    self.with_call(key, |call, cx, account, out| {
                        call.close_here(cx, account, out);
                    });
                }
                Ok(Verdict::Done)
            }
            Role::Subscription => {
                let key = Key::from_bits(owner.key);
                let stands = self
                    .subscriptions
                    .get(key)
                    .is_some_and(|subscription| !subscription.is_idle());
                if !stands {
                    return Ok(Verdict::Nothing);
                }
                self.with_subscription(key, |usage, cx, account, out| {
                    if tell_peer {
                        usage.unsubscribe(cx, account, "", out);
                    } else {
                        usage.leave_here(cx, out);
                    }
                });
                Ok(Verdict::Done)
            }
            Role::Watcher => {
                let key = Key::from_bits(owner.key);
                if !self.watchers.contains(key) {
                    return Ok(Verdict::Nothing);
                }
                self.with_watcher(key, |usage, cx, account, out| {
                    if usage.is_asked() {
                        usage.refuse(cx, 480, "", "", out);
                    } else if tell_peer {
                        usage.terminate(cx, account, "noresource", "", None, 0, out);
                    } else {
                        usage.leave_here(cx, out);
                    }
                });
                Ok(Verdict::Done)
            }
            _ => Ok(Verdict::Nothing),
        }
    }

    /// The last handle of a usage went: one that never sent anything goes.
    pub(super) fn forget_usage(&mut self, usage: &ObjectRef) {
        let owner = usage.owner();
        if owner.role == Role::Subscription {
            return self.forget_subscription(Key::from_bits(owner.key));
        }
        if owner.role == Role::Call {
            let key: Key<Session> = Key::from_bits(owner.key);
            let idle = self
                .sessions
                .get(key)
                .is_some_and(|session| session.is_usage() && session.is_untouched());
            if idle && let Some(mut session) = self.sessions.remove(key) {
                session.call.release(&mut self.cx);
            }
        }
    }
}

fn check_options(options: &UsageOptions) -> Result<(), Refusal> {
    if Auto::new(options.automation).is_none() {
        return Err(Refusal::new(
            Code::InvalidArgument,
            "`automation` has bits that mean nothing",
        ));
    }
    for (name, value) in [("From", &options.from), ("To", &options.to)] {
        if value.is_empty() {
            continue;
        }
        check(&format!("{name}: {value}"), true)?;
        let address = NameAddr::parse(value)
            .map_err(|fault| Refusal::new(Code::InvalidArgument, format!("{name}: {fault}")))?;
        if address.params.has("tag") {
            return Err(Refusal::new(
                Code::InvalidArgument,
                format!("{name} has a tag, which the stack gives"),
            ));
        }
    }
    if !options.contact.is_empty() {
        check(&format!("Contact: {}", options.contact), true)?;
        let bad = |why: &dyn std::fmt::Display| {
            Refusal::new(Code::InvalidContact, format!("Contact: {why}"))
        };
        let address = NameAddr::parse(&options.contact).map_err(|fault| bad(&fault))?;
        let uri = Uri::parse(address.uri).map_err(|fault| bad(&fault))?;
        if !uri.is_sip() {
            return Err(bad(&"a dialog is reached by a sip: or sips: URI"));
        }
    }
    if !options.event.is_empty() {
        EventHeader::parse_value(&options.event).map_err(|fault| {
            Refusal::new(Code::InvalidArgument, format!("event package: {fault}"))
        })?;
        check(&format!("Event: {}", options.event), true)?;
    }
    Ok(())
}
