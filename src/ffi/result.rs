//! Which refusal has which number, and how a status stands in a result.
//!
//! Every code of the agent and the runtime is mapped in one place, so that the compiler finds what is not.

use crate::agent::{Code, Refusal, Status, Verdict};
use crate::runtime::{BindError, Refused};
use crate::transport::TlsFault;

use super::fence::Fault;
use super::result_codes::*;
use super::types::rtc_result_t;

/// The number of a refusal of the agent.
pub(super) fn number(code: Code) -> rtc_result_t {
    match code {
        Code::InvalidArgument => RTC_E_INVALIDARG,
        Code::Handle => RTC_E_HANDLE,
        Code::InvalidSessionState => RTC_E_INVALID_SESSION_STATE,
        Code::InvalidSessionType => RTC_E_INVALID_SESSION_TYPE,
        Code::InvalidRegistrationState => RTC_E_INVALID_REGISTRATION_STATE,
        Code::InvalidObjectState => RTC_E_INVALID_OBJECT_STATE,
        Code::InvalidSipUrl => RTC_E_INVALID_SIP_URL,
        Code::StackShutdown => RTC_E_SIP_STACK_SHUTDOWN,
        Code::NotAllowed => RTC_E_NOT_ALLOWED,
        Code::NotImplemented => RTC_E_NOT_IMPLEMENTED,
        Code::NoProfile => RTC_E_NO_PROFILE,
        Code::TooManyParticipants => RTC_E_OPERATION_WITH_TOO_MANY_PARTICIPANTS,
        Code::HoldPending => RTC_E_SIP_HOLD_OPERATION_PENDING,
        Code::UnholdPending => RTC_E_SIP_UNHOLD_OPERATION_PENDING,
        Code::InvitePending => RTC_E_SIP_INVITE_TRANSACTION_PENDING,
        Code::RequestPending => RTC_E_REQUEST_PENDING,
        Code::AlreadyAnswered => RTC_E_ALREADY_ANSWERED,
        Code::DeadlinePassed => RTC_E_DEADLINE_PASSED,
        Code::HeaderReserved => RTC_E_HEADER_RESERVED,
        Code::HeaderMalformed => RTC_E_HEADER_MALFORMED,
        Code::Limit => RTC_E_LIMIT,
        Code::Orphaned => RTC_E_ORPHANED,
        Code::SdpParse => RTC_E_SDP_PARSE_FAILED,
        Code::CodecsDoNotMatch => RTC_E_SIP_CODECS_DO_NOT_MATCH,
        Code::MediaDisabled => RTC_E_MEDIA_DISABLED,
        Code::MaxRedirects => RTC_E_MAX_REDIRECTS,
        Code::TooSmallExpires => RTC_E_TOO_SMALL_EXPIRES_VALUE,
        Code::NotExist => RTC_E_NOT_EXIST,
        Code::Timeout => RTC_E_SIP_TIMEOUT,
        Code::DnsFail => RTC_E_SIP_DNS_FAIL,
        Code::NoRecords => RTC_E_NO_RECORDS,
        Code::Transport => RTC_E_TRANSPORT,
        Code::TcpFail => RTC_E_SIP_TCP_FAIL,
        Code::Tls(fault) => match fault {
            TlsFault::Expired => RTC_E_TLS_CERTIFICATE_EXPIRED,
            TlsFault::WrongName => RTC_E_TLS_WRONG_NAME,
            TlsFault::UnknownAuthority => RTC_E_TLS_UNKNOWN_AUTHORITY,
            TlsFault::Certificate => RTC_E_SIP_INVALID_CERTIFICATE,
            TlsFault::OurCertificate => RTC_E_TLS_CLIENT_CERTIFICATE,
            TlsFault::Handshake => RTC_E_SIP_TLS_FAIL,
        },
        Code::TransportNotSupported => RTC_E_SIP_TRANSPORT_NOT_SUPPORTED,
        Code::AuthFailed => RTC_E_SIP_AUTH_FAILED,
        Code::AuthTypeNotSupported => RTC_E_SIP_AUTH_TYPE_NOT_SUPPORTED,
        Code::CallDisconnected => RTC_E_SIP_CALL_DISCONNECTED,
        Code::NoAck => RTC_E_NO_ACK,
        Code::InvalidTransactionState => RTC_E_INVALID_TRANSACTION_STATE,
        Code::InvalidDialogState => RTC_E_INVALID_DIALOG_STATE,
        Code::InvalidDialogRequest => RTC_E_INVALID_DIALOG_REQUEST,
        Code::RefreshRejected => RTC_E_REFRESH_REJECTED,
        Code::ProxyNotResponding => RTC_E_PROXY_NOT_RESPONDING,
        Code::InvalidRegistrarResponse => RTC_E_INVALID_REGISTRAR_RESPONSE,
        Code::InvalidUriType => RTC_E_INVALID_URI_TYPE,
        Code::InvalidContact => RTC_E_INVALID_CONTACT,
        Code::ReferNotAccepted => RTC_E_REFER_NOT_ACCEPTED,
        Code::ReferNotAllowed => RTC_E_REFER_NOT_ALLOWED,
        Code::ReferNotExist => RTC_E_REFER_NOT_EXIST,
        Code::ReferPending => RTC_E_SIP_REFER_OPERATION_PENDING,
        Code::Profile(fault) => fault.number().cast_signed(),
    }
}

/// A SIP status as a result.
pub(super) fn of_status(status: u16) -> rtc_result_t {
    let facility: u32 = if status >= 300 {
        0x80EF_0000
    } else {
        0x00EF_0000
    };
    (facility + u32::from(status)).cast_signed()
}

/// How something went, as a result.
pub(super) fn of(status: Status) -> rtc_result_t {
    match status {
        Status::None => RTC_OK,
        Status::Sip(status) => of_status(status),
        Status::Failed(code) => number(code),
    }
}

/// A command that was not refused.
pub(super) fn verdict(verdict: Verdict) -> rtc_result_t {
    match verdict {
        Verdict::Done => RTC_OK,
        Verdict::Nothing => RTC_FALSE,
    }
}

/// A refusal of the agent, with its sentence.
#[cold]
pub(super) fn refusal(refusal: Refusal) -> Fault {
    Fault::new(number(refusal.code), refusal.text)
}

/// A refusal of the runtime.
#[cold]
pub(super) fn refused(refused: Refused) -> Fault {
    match refused {
        Refused::Forked => Fault::new(
            RTC_E_FORKED,
            "the client belongs to the parent of this process; create one here",
        ),
        Refused::Faulted => Fault::new(
            RTC_E_CLIENT_FAULTED,
            "the client met a bug of the library and stopped; shut it down and release it",
        ),
        Refused::ShutDown => shut_down(),
        Refused::WrongMode => Fault::new(
            RTC_E_WRONG_MODE,
            "events are pulled or go to a sink, not both; run_once is for application-driven clients; neither inside a callback",
        ),
        Refused::Busy => Fault::new(
            RTC_E_UNEXPECTED,
            "a callback of the application has not returned",
        ),
    }
}

/// The client was shut down.
#[cold]
pub(super) fn shut_down() -> Fault {
    Fault::new(
        RTC_E_CLIENT_ALREADY_SHUT_DOWN,
        "the client has been shut down: only reading and releasing are left",
    )
}

/// A socket that could not be opened.
#[cold]
pub(super) fn bind(error: &BindError, address: std::net::SocketAddr) -> Fault {
    let code = match error {
        BindError::InUse => RTC_E_ADDRESS_IN_USE,
        BindError::NotLocal => RTC_E_INVALID_ADDRESS_LOCAL,
        BindError::Denied => RTC_E_NOT_ALLOWED,
        BindError::NoCertificate => RTC_E_SIP_INVALID_CERTIFICATE,
        BindError::Refused(why) => return refused(*why),
        BindError::Io(_) => RTC_E_FAIL,
    };
    Fault::new(code, format!("{address}: {error}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_have_the_originals_numbers() {
        assert_eq!(of_status(404).cast_unsigned(), 0x80EF_0194);
        assert_eq!(of_status(200).cast_unsigned(), 0x00EF_00C8);
        assert_eq!(of_status(299), of_status(200) + 99);
        assert!(of_status(300) < 0);
    }
}
