//! Every bound that a peer or a caller can reach, in one place.
//!
//! The fields are those of `rtc_limits_t`; a zero given there means the default documented here. The layers
//! that enforce a bound say what happens beyond it: a message is refused, a request answered 503, and so on.

/// The bounds of one client. All are counts unless the name says bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Limits {
    /// Bytes of one SIP message, head and body together. Default 65 535.
    pub message_bytes: usize,
    /// Header lines of one message. Default 256.
    pub headers: usize,
    /// Bytes of one message's head (start line and header lines), at most [`Limits::HEAD_MAX`]. Default 32 768.
    pub header_bytes: usize,
    /// Parts of one multipart body, nested ones counted too. Default 32.
    pub body_parts: usize,
    /// Live and remembered transactions. Default 1 000 000.
    pub transactions: usize,
    /// Dialogs. Default 250 000.
    pub dialogs: usize,
    /// Sessions. Default 200 000.
    pub sessions: usize,
    /// Calls at once, of both directions, above which an incoming one is refused with 486. Default 200 000.
    pub calls: usize,
    /// Subscriptions, both ends together. Default 100 000.
    pub subscriptions: usize,
    /// Connections of all stream transports. Default 10 000.
    pub connections: usize,
    /// Events waiting for the application before new work is answered 503 and new verbs are refused. Default 10 000.
    pub queued_events: usize,
    /// Targets followed for one request by 3xx answers (RFC 3261 §8.1.3.4). Default 5.
    pub redirects: usize,
    /// Forks (early dialogs) kept for one INVITE. Default 32.
    pub forks: usize,
    /// Depth of nested XML elements. Default 32.
    pub xml_depth: usize,
    /// Messages held for an application that has not taken them yet, per object. Default 1 000.
    pub held_messages: usize,
}

impl Limits {
    /// The largest head that a message can have: its offsets are 16 bits wide.
    pub const HEAD_MAX: usize = 65_535;
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            message_bytes: 65_535,
            headers: 256,
            header_bytes: 32_768,
            body_parts: 32,
            transactions: 1_000_000,
            dialogs: 250_000,
            sessions: 200_000,
            calls: 200_000,
            subscriptions: 100_000,
            connections: 10_000,
            queued_events: 10_000,
            redirects: 5,
            forks: 32,
            xml_depth: 32,
            held_messages: 1_000,
        }
    }
}
