//! Why the agent refuses a command, and why an operation of it failed without a SIP status.

use std::borrow::Cow;
use std::fmt;

use crate::transport::TlsFault;

/// The kinds of refusal; each stands for one result code of the C API.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Code {
    /// An argument has no meaning here.
    InvalidArgument,
    /// The object does not belong to this agent, or is of another kind.
    Handle,
    /// The session's state does not allow this.
    InvalidSessionState,
    /// The session's type does not allow this.
    InvalidSessionType,
    /// The registration's state does not allow this.
    InvalidRegistrationState,
    /// The state of any other object does not allow this.
    InvalidObjectState,
    /// The text is no SIP, SIPS or TEL URI.
    InvalidSipUrl,
    /// Preparation for shutdown has begun: only ending and reading are allowed.
    StackShutdown,
    /// Not allowed here or now.
    NotAllowed,
    /// Documented, and not in this build.
    NotImplemented,
    /// A profile is needed and none is enabled.
    NoProfile,
    /// The session has its participant.
    TooManyParticipants,
    /// A hold is on its way.
    HoldPending,
    /// An unhold is on its way.
    UnholdPending,
    /// An INVITE transaction is on its way in this dialog.
    InvitePending,
    /// A request of this kind is on its way.
    RequestPending,
    /// The request has been answered.
    AlreadyAnswered,
    /// The time to answer has passed.
    DeadlinePassed,
    /// The header belongs to the stack or has a setter of its own.
    HeaderReserved,
    /// The header lines are malformed.
    HeaderMalformed,
    /// A documented limit was reached.
    Limit,
    /// What this hangs on is gone.
    Orphaned,
    /// The description is no SDP.
    SdpParse,
    /// Nothing in common with the peer's description.
    CodecsDoNotMatch,
    /// Media were disabled.
    MediaDisabled,
    /// No more redirections are followed.
    MaxRedirects,
    /// The Expires value is too small for the server.
    TooSmallExpires,
    /// Nothing like it exists.
    NotExist,
    /// No answer came in time.
    Timeout,
    /// No name server answered about the name.
    DnsFail,
    /// The name has no record that leads to an address.
    NoRecords,
    /// Nothing could be sent there, or the connection was lost before the answer came.
    Transport,
    /// No connection could be made.
    TcpFail,
    /// TLS did not let us speak to the peer.
    Tls(TlsFault),
    /// The transport is not offered by this build or client.
    TransportNotSupported,
    /// Credentials were refused.
    AuthFailed,
    /// No offered authentication scheme can be used.
    AuthTypeNotSupported,
    /// The dialog's peer ended the call.
    CallDisconnected,
    /// The ACK never came.
    NoAck,
    /// The transaction's state does not allow this.
    InvalidTransactionState,
    /// The dialog's state does not allow this.
    InvalidDialogState,
    /// The method has no place in this usage.
    InvalidDialogRequest,
    /// The peer refused the refresh.
    RefreshRejected,
    /// The outbound proxy does not respond.
    ProxyNotResponding,
    /// The registrar's response makes no sense.
    InvalidRegistrarResponse,
    /// The URI's scheme has no meaning here.
    InvalidUriType,
    /// The contact has no meaning here.
    InvalidContact,
    /// The peer refused the REFER.
    ReferNotAccepted,
    /// The referral does not allow this now.
    ReferNotAllowed,
    /// The referral is over.
    ReferNotExist,
    /// A transfer is on its way in this session.
    ReferPending,
    /// The profile XML is faulty; the number says how.
    Profile(super::profile_xml::ProfileError),
}

/// A refused command: the code and one sentence that says what was found and what to do.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Refusal {
    /// The kind.
    pub code: Code,
    /// The sentence.
    pub text: Cow<'static, str>,
}

impl Refusal {
    /// A refusal with its sentence.
    pub fn new(code: Code, text: impl Into<Cow<'static, str>>) -> Self {
        Self {
            code,
            text: text.into(),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

impl std::error::Error for Refusal {}

/// A command that was not refused.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It was carried out or is on its way.
    Done,
    /// Success, and there was nothing to do.
    Nothing,
}
