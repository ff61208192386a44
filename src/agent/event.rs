//! What the agent tells its owner: immutable records with the message that caused them.

use crate::base::{Key, Time};
use crate::syntax::Message;
use crate::transport::Flow;

use super::object::ObjectRef;
use super::refusal::Code;

/// The kinds of event, numbered as in the C API (0–27 are the original's).
#[derive(Clone, Copy, Debug, Default, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[repr(i32)]
pub enum EventType {
    /// About the client itself; `kind` says what.
    #[default]
    Client = 0,
    /// A profile's registration changed.
    RegistrationStateChange = 1,
    /// A session changed, or a new one came in.
    SessionStateChange = 2,
    /// An operation that was given a cookie is over.
    SessionOperationComplete = 3,
    /// A participant changed.
    ParticipantStateChange = 4,
    /// A media stream was agreed, changed or ended.
    Media = 5,
    /// A MESSAGE came.
    Messaging = 7,
    /// A watcher asks.
    Watcher = 9,
    /// An INFO came.
    Info = 12,
    /// The peer wants other media.
    MediaRequest = 14,
    /// How a transfer by us goes; `state` is one of `refer_out`'s.
    SessionReferStatus = 19,
    /// The peer, or somebody who knows the call, asks us to call another.
    SessionReferred = 20,
    /// A re-INVITE of an application session, or how our own ended.
    ReInvite = 21,
    /// A subscription changed.
    SubscriptionStateChange = 22,
    /// A NOTIFY in a subscription.
    SubscriptionNotify = 23,
    /// The peer acknowledged a reliable provisional answer; `value[0]` is its RSeq.
    Prack = 24,
    /// As [`EventType::SessionReferred`], in the place of a call that the other has (attended transfer).
    SessionConsultantReferred = 25,
    /// A NOTIFY inside a session's dialog.
    SessionNotification = 26,
    /// A NOTIFY outside any dialog.
    UnsolicitedNotify = 27,
    /// A request that no object takes.
    Request = 100,
    /// A response to a request of the application's own.
    Response = 101,
    /// A request of the application's own failed without response.
    TransactionFailed = 102,
    /// The application did not answer what it had claimed; the library has.
    TransactionExpired = 103,
    /// One more dialog came of an INVITE of ours.
    Forked = 104,
    /// No more 2xx can come to an INVITE of ours.
    InviteCompleted = 105,
    /// The peer took its INVITE back; 200 and 487 have been sent.
    Cancelled = 106,
    /// A connection changed.
    ConnectionState = 107,
    /// A registration object changed, or has its bindings.
    Registration = 108,
    /// A dialog changed.
    DialogState = 109,
    /// A usage changed.
    UsageState = 110,
    /// A refresh changed.
    RefreshState = 111,
    /// A request was challenged and nothing is stored for a realm; `text` lists the realms, one a line.
    Challenge = 112,
    /// The road that a profile is registered by was lost or is back; `kind` says which.
    Flow = 113,
    /// The profile's published state changed.
    Publication = 114,
}

impl EventType {
    /// The bit of the event filter that lets this kind through.
    #[must_use]
    pub const fn filter_bit(self) -> u64 {
        match self {
            Self::Client => 0x1,
            Self::RegistrationStateChange => 0x2,
            Self::SessionStateChange => 0x4,
            Self::SessionOperationComplete => 0x8,
            Self::ParticipantStateChange => 0x10,
            Self::Media => 0x20,
            Self::Messaging => 0x80,
            Self::Watcher => 0x200,
            Self::Info => 0x1000,
            Self::MediaRequest => 0x4000,
            Self::SessionReferStatus => 0x10_0000,
            Self::SessionReferred => 0x20_0000,
            Self::SessionConsultantReferred => 1 << 35,
            Self::ReInvite => 0x40_0000,
            Self::SubscriptionStateChange | Self::SubscriptionNotify | Self::UnsolicitedNotify => {
                1 << 32
            }
            Self::SessionNotification => 1 << 33,
            Self::Prack => 1 << 34,
            Self::Request | Self::TransactionExpired | Self::Cancelled => 1 << 36,
            Self::Response | Self::TransactionFailed | Self::InviteCompleted => 1 << 37,
            Self::Forked
            | Self::ConnectionState
            | Self::Registration
            | Self::DialogState
            | Self::UsageState
            | Self::RefreshState
            | Self::Flow => 1 << 38,
            Self::Challenge => 1 << 39,
            Self::Publication => 1 << 40,
        }
    }
}

/// Bit of the event filter: requests, responses and failures of what RTC objects do are told too.
pub const FILTER_SIP_ALL: u64 = 1 << 43;
/// The default event filter: everything but intensity, SIP-level states, challenges and statistics.
pub const FILTER_DEFAULT: u64 = 0x033F_01FF_FFBF;

/// `kind` of [`EventType::Client`]: everything has been said goodbye to; `shutdown` may follow.
pub const CLIENT_ASYNC_CLEANUP_DONE: i32 = 3;
/// `kind` of [`EventType::Client`]: the event queue lost something; `value[0]` says how many.
pub const CLIENT_QUEUE_OVERFLOW: i32 = 100;
/// `kind` of [`EventType::Client`]: the application said that the network is another one.
pub const CLIENT_NETWORK_CHANGE: i32 = 101;
/// `kind` of [`EventType::Client`]: the core met its own bug and stopped.
pub const CLIENT_FAULTED: i32 = 102;

/// `flags`: the incoming INVITE was seen twice by different ways (forked upstream).
pub const FLAG_FORKED: u32 = 2;
/// `flags`: the caller does not say who it is (RFC 3323).
pub const FLAG_ANONYMOUS: u32 = 16;
/// `flags`: no event of this object follows.
pub const FLAG_LAST: u32 = 4;
/// `flags`: the caller took its call back because somebody else answered it (RFC 3326 §3.1): no missed call.
pub const FLAG_ELSEWHERE: u32 = 8;

/// How what an event tells of went.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Status {
    /// Nothing to say, or success without a response.
    #[default]
    None,
    /// A SIP status.
    Sip(u16),
    /// A failure of our own.
    Failed(Code),
}

/// A request that waits for the application's word; generation-checked, so that a late word finds nothing.
pub type AnswerKey = Key<super::answer::Pending>;

/// One event. What does not apply is empty.
#[derive(Clone, Debug, Default)]
pub struct Event {
    /// What happened.
    pub event_type: EventType,
    /// Counts the events of one agent from 1.
    pub sequence: u64,
    /// When.
    pub time: Time,
    /// The account it belongs to.
    pub profile: Option<ObjectRef>,
    /// The session.
    pub session: Option<ObjectRef>,
    /// The session's party.
    pub participant: Option<ObjectRef>,
    /// The subscription of ours.
    pub subscription: Option<ObjectRef>,
    /// The subscriber to us.
    pub watcher: Option<ObjectRef>,
    /// The transaction.
    pub transaction: Option<ObjectRef>,
    /// The connection.
    pub connection: Option<ObjectRef>,
    /// The registration.
    pub registration: Option<ObjectRef>,
    /// The dialog.
    pub dialog: Option<ObjectRef>,
    /// The usage of the dialog.
    pub usage: Option<ObjectRef>,
    /// One more object; which kind, the type of the event says.
    pub other: Option<ObjectRef>,
    /// Names the operation it completes.
    pub cookie: i64,
    /// The new state of the object it is about.
    pub state: i32,
    /// Which of several things this type tells.
    pub kind: i32,
    /// Why.
    pub reason: i32,
    /// How it went.
    pub status: Status,
    /// The peer's reason phrase or ours.
    pub status_text: Box<str>,
    /// Whom it is about: caller, registered contact, target.
    pub uri: Box<str>,
    /// Display name, Subscription-State, method, package: see the table of events.
    pub text: Box<str>,
    /// Type of the body.
    pub content_type: Box<str>,
    /// A body that is not that of `message`.
    pub own_body: Option<Box<[u8]>>,
    /// Numbers: media masks, retry-after, counts.
    pub value: [i64; 3],
    /// The request waits for [`super::Agent::answer_event`] that long; 0: it was answered.
    pub answer_within_ms: i32,
    /// Names the REFER it tells of.
    pub referral: Option<super::ReferralKey>,
    /// Call-ID, to-tag and from-tag of the call that is to be replaced.
    pub named: Option<Box<[Box<str>; 3]>>,
    /// Names the request that waits.
    pub answer: Option<AnswerKey>,
    /// FLAG_….
    pub flags: u32,
    /// The message that caused it.
    pub message: Option<Message>,
    /// The road it came by.
    pub flow: Option<Flow>,
}

impl Event {
    /// The body it speaks of: its own, or that of its message when a content type is given.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        match (&self.own_body, &self.message) {
            (Some(body), _) => body,
            (None, Some(message)) if !self.content_type.is_empty() => message.body(),
            _ => &[],
        }
    }

    /// The RTC objects that it names, for the transaction that it shows.
    pub(super) fn objects(&self) -> Vec<ObjectRef> {
        [
            &self.profile,
            &self.session,
            &self.subscription,
            &self.watcher,
            &self.registration,
            &self.usage,
            &self.dialog,
        ]
        .into_iter()
        .flatten()
        .cloned()
        .collect()
    }

    /// Of the call that is to be replaced: 0 its Call-ID, 1 the tag of the target, 2 that of the target's peer.
    #[must_use]
    pub fn named_dialog(&self, part: usize) -> Option<&str> {
        self.named.as_deref()?.get(part).map(|part| &**part)
    }

    /// The object that the event is about, whose user data comes with it.
    #[must_use]
    pub fn subject(&self) -> Option<&ObjectRef> {
        let sip_level = match self.event_type {
            EventType::Request
            | EventType::Response
            | EventType::TransactionFailed
            | EventType::TransactionExpired
            | EventType::Cancelled => &self.transaction,
            EventType::ConnectionState => &self.connection,
            EventType::Registration => &self.registration,
            EventType::DialogState => &self.dialog,
            EventType::UsageState | EventType::Forked | EventType::InviteCompleted => &self.usage,
            EventType::RefreshState => &self.other,
            _ => &None,
        };
        sip_level
            .as_ref()
            .or(self.watcher.as_ref())
            .or(self.subscription.as_ref())
            .or(self.session.as_ref())
            .or(self.profile.as_ref())
    }
}
