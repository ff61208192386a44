//! What can be asked of the agent: the arguments of its verbs.

use super::states::SessionType;
use crate::usage::{Auto, Reliable, Terms, session_timer};

/// What rides on the message that a verb sends (`rtc_send_t`).
#[derive(Clone, Debug, Default)]
pub struct Send {
    /// SEND_….
    pub flags: u32,
    /// Names the operation in its completion event.
    pub cookie: i64,
    /// "Name: value" lines for this message only.
    pub headers: Option<Box<str>>,
    /// Content-Type of the body.
    pub content_type: Option<Box<str>>,
    /// A description where the verb negotiates, else any body.
    pub body: Option<Box<[u8]>>,
    /// Reason phrase of a response; Reason header of BYE and CANCEL.
    pub reason: Option<Box<str>>,
    /// Expires in seconds; 0: the object's own.
    pub expires_secs: u32,
    /// MEDIA_… to offer or take; 0: the session's own.
    pub media: u32,
}

/// The application may set the stack's own headers too.
pub const SEND_EXPERT: u32 = 1;
/// Send the provisional response reliably (RFC 3262).
pub const SEND_RELIABLE: u32 = 2;
/// Repeat before it expires.
pub const SEND_REFRESH: u32 = 4;
/// The same attempt goes on: its Call-ID, From tag, CSeq + 1.
pub const SEND_SAME_ATTEMPT: u32 = 8;
/// Remove the state instead (Expires: 0).
pub const SEND_END: u32 = 16;
/// No implicit subscription.
pub const SEND_NO_SUBSCRIPTION: u32 = 32;

/// Flags of [`super::Agent::set_headers`]: requests only.
pub const HEADERS_REQUESTS_ONLY: u32 = 1;
/// Flags of [`super::Agent::set_headers`]: the stack's own headers too.
pub const HEADERS_EXPERT: u32 = 2;
/// Flags of [`super::Agent::set_headers`]: to the set instead of in its place.
pub const HEADERS_ADD: u32 = 4;

/// Send audio.
pub const MEDIA_AUDIO_SEND: u32 = 1;
/// Receive audio.
pub const MEDIA_AUDIO_RECEIVE: u32 = 2;

/// An account (`rtc_profile_options_t`).
#[derive(Clone, Debug, Default)]
pub struct ProfileOptions {
    /// PROFILE_….
    pub flags: u32,
    /// Address of record.
    pub uri: Box<str>,
    /// Display name of From.
    pub display_name: Box<str>,
    /// Registrar URI; empty: the URI's domain.
    pub registrar: Box<str>,
    /// Preloaded Route, a comma list; with [`PROFILE_OUTBOUND`] outbound proxies of which each gets a flow.
    pub proxy: Box<str>,
    /// Credentials: user (empty: the URI's), password, realm (empty: any).
    pub user: Box<str>,
    /// Password.
    pub password: Box<str>,
    /// Realm.
    pub realm: Box<str>,
    /// Parameters for our Contact, each with its semicolon (`;q=0.5`); behind a comma each, further Contacts to be
    /// registered along: `;q=0.5, <sip:desk@example.com>;q=0.2`.
    pub contact_params: Box<str>,
    /// `+sip.instance`, RFC 5626: a URN that stays the same over restarts.
    pub instance_id: Box<str>,
    /// TRANSPORT_ mask the account may use; 0: any.
    pub transports: u32,
    /// RTCAU_ mask; 0: digest.
    pub allowed_auth: u32,
    /// Wanted registration time; 0: 3600.
    pub expires_secs: u32,
    /// RTCSI_ mask; 0: all.
    pub session_types: u32,
    /// The owner's word.
    pub user_data: usize,
}

/// Register flows of an instance (RFC 5626): one for each proxy, kept alive and brought back.
pub const PROFILE_OUTBOUND: u32 = 1;
/// Ask for GRUUs and use the public one as Contact (RFC 5627).
pub const PROFILE_GRUU: u32 = 2;
/// Other requests stay with the very server that took the last REGISTER.
pub const PROFILE_PIN_NEXT_HOP: u32 = 4;
/// The registrar's times govern: send no Expires.
pub const PROFILE_NO_EXPIRES: u32 = 8;
/// Answer the strongest challenge instead of the topmost.
pub const PROFILE_STRONGEST_DIGEST: u32 = 16;

/// Credentials for one realm or any.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// CREDENTIALS_….
    pub flags: u32,
    /// Realm; empty: any.
    pub realm: Box<str>,
    /// User; empty: forget.
    pub user: Box<str>,
    /// Password, or HA1 in hex.
    pub secret: Box<str>,
}

/// `secret` is HA1 in hex.
pub const CREDENTIALS_HA1: u32 = 2;
/// Let the challenge stand.
pub const CREDENTIALS_DECLINE: u32 = 4;
/// We challenge; this user passes.
pub const CREDENTIALS_OF_PEER: u32 = 8;

/// A session to be (`rtc_session_options_t`).
#[derive(Clone, Debug, Default)]
pub struct SessionOptions {
    /// SESSION_….
    pub flags: u32,
    /// The account; none: chosen by URI among the enabled ones.
    pub profile: Option<super::ObjectRef>,
    /// The application's own description.
    pub content_type: Box<str>,
    /// The application's own description; makes the media the application's.
    pub description: Option<Box<[u8]>>,
    /// MEDIA_…; 0: audio both ways.
    pub media: u32,
    /// Reliable provisional responses; [`Reliable::Supported`] leaves it to the client's own options.
    pub reliable: Reliable,
    /// The REFER that the call is made for: Referred-By and Replaces are taken over, its referrer is told how it goes.
    pub referral: Option<super::ReferralKey>,
    /// Session-Expires in seconds; 0: the client's, or 1800; below 0: no session timer.
    pub session_expires_secs: i32,
    /// Min-SE in seconds; 0: the client's, or 90.
    pub min_se_secs: i32,
    /// What the application does itself, of the bits of [`crate::usage::Auto`]; those of the client count too.
    pub manual: u32,
    /// The owner's word.
    pub user_data: usize,
}

impl SessionOptions {
    /// What is asked of the peer: as given here, else as given for the client.
    #[must_use]
    pub fn terms(&self, defaults: &Self) -> Terms {
        let reliable = match self.reliable {
            Reliable::Supported => defaults.reliable,
            given => given,
        };
        let first = |here: i32, there: i32| if here == 0 { there } else { here };
        let least = first(self.min_se_secs, defaults.min_se_secs);
        let min_se = u32::try_from(least)
            .map_or(0, |least| least)
            .max(session_timer::LEAST);
        let manual = self.manual | defaults.manual;
        let session_expires = match first(self.session_expires_secs, defaults.session_expires_secs)
        {
            _ if manual & Auto::SESSION_TIMER != 0 => 0,
            0 => session_timer::INTERVAL.max(min_se),
            wish => u32::try_from(wish).map_or(0, |wish| wish.max(min_se)),
        };
        Terms {
            reliable,
            session_expires,
            min_se,
        }
    }
}

/// Use the given profile even if another fits better.
pub const SESSION_FORCE_PROFILE: u32 = 1;
/// Hand redirects to the application.
pub const SESSION_FAIL_ON_REDIRECT: u32 = 2;
/// Hold with an address of zeros too, for peers that know no directions (RFC 3264 §8.4).
pub const SESSION_OLD_HOLD: u32 = 0x2_0000;
/// Keep every dialog of a forked INVITE as a session of its own.
pub const SESSION_ALL_FORKS: u32 = 0x1_0000;

/// Use UPDATE (RFC 3311).
pub const REINVITE_UPDATE: u32 = 1;
/// Send no offer: the peer makes it.
pub const REINVITE_NO_OFFER: u32 = 2;

/// A subscription to be (`rtc_subscription_options_t`).
#[derive(Clone, Debug, Default)]
pub struct SubscriptionOptions {
    /// SUBSCRIPTION_….
    pub flags: u32,
    /// The account.
    pub profile: Option<super::ObjectRef>,
    /// Whom to watch; empty: the profile's own.
    pub uri: Box<str>,
    /// The event package with its parameters.
    pub event: Box<str>,
    /// Accepted types, a comma list.
    pub accept: Box<str>,
    /// Wanted time; 0: 3600.
    pub expires_secs: u32,
    /// The owner's word.
    pub user_data: usize,
}

/// Sends nothing, takes NOTIFYs outside dialogs.
pub const SUBSCRIPTION_UNSOLICITED: u32 = 1;
/// One poll, Expires 0.
pub const SUBSCRIPTION_FETCH: u32 = 2;

/// How the agent is set up for life.
#[derive(Clone, Debug)]
pub struct Config {
    /// User-Agent and Server.
    pub user_agent: Box<str>,
    /// Timers, limits and transports.
    pub endpoint: crate::transaction::EndpointConfig,
    /// Name servers, records of our own, penalties.
    pub dns: crate::dns::Settings,
    /// How long the application may decide on a request that it may answer.
    pub claim: std::time::Duration,
    /// How long a request waits for credentials of the application.
    pub credentials: std::time::Duration,
    /// Base time of coming back after a failed registration (RFC 5626 §4.5); three times as long while other flows
    /// work.
    pub outbound_base: std::time::Duration,
    /// How long saying goodbye may take.
    pub shutdown: std::time::Duration,
    /// How long an incoming call may ring before it is refused with 480.
    pub ring: std::time::Duration,
    /// How long an outgoing call may go unanswered before it is cancelled; zero: for as long as the peer likes.
    pub no_answer: std::time::Duration,
    /// One event for each object that is lost with its connection.
    pub report_each: bool,
    /// No media at all: audio sessions are refused.
    pub disable_media: bool,
    /// Requests for users that we are not are answered 404 (RFC 3261 §8.2.2.1); else whatever reaches us is for us.
    pub known_users_only: bool,
    /// The ports that descriptions may name.
    pub rtp_ports: (u16, u16),
    /// Options of incoming sessions and defaults of outgoing ones.
    pub session_defaults: SessionOptions,
    /// Answer modes of the session types, by number.
    pub answer_modes: [super::states::AnswerMode; 6],
}

impl Default for Config {
    fn default() -> Self {
        use super::states::AnswerMode::{AutomaticallyAccept, OfferSessionEvent};
        let mut answer_modes = [OfferSessionEvent; 6];
        for instant in [SessionType::Im, SessionType::MultipartyIm] {
            if let Some(mode) = usize::try_from(instant.number())
                .ok()
                .and_then(|at| answer_modes.get_mut(at))
            {
                *mode = AutomaticallyAccept;
            }
        }
        Self {
            user_agent: concat!("rtcclient/", env!("CARGO_PKG_VERSION")).into(),
            endpoint: crate::transaction::EndpointConfig::default(),
            dns: crate::dns::Settings::default(),
            claim: std::time::Duration::from_millis(400),
            credentials: std::time::Duration::from_secs(30),
            outbound_base: std::time::Duration::from_secs(30),
            shutdown: std::time::Duration::from_secs(5),
            ring: std::time::Duration::from_secs(300),
            no_answer: std::time::Duration::ZERO,
            report_each: false,
            disable_media: false,
            known_users_only: false,
            rtp_ports: (49152, 65534),
            session_defaults: SessionOptions::default(),
            answer_modes,
        }
    }
}

/// Live objects and counters (`rtc_statistics_t`).
#[derive(Clone, Copy, Debug, Default)]
#[expect(
    missing_docs,
    reason = "the names are those of the C structure, documented there"
)]
pub struct Statistics {
    pub requests_in: u64,
    pub requests_out: u64,
    pub responses_in: u64,
    pub responses_out: u64,
    pub retransmissions_in: u64,
    pub retransmissions_out: u64,
    pub malformed_in: u64,
    pub refused_by_limit: u64,
    pub transactions: u64,
    pub dialogs: u64,
    pub sessions: u64,
    pub subscriptions: u64,
    pub registrations: u64,
    pub connections: u64,
}
