//! The words between transactions and their user, the "TU" of RFC 3261 §17: requests as drafts, answers as indications.

use std::net::SocketAddr;

use crate::base::Key;
use crate::syntax::Message;
use crate::transport::{Flow, SocketKey, TlsFault};

/// Tag type of [`ClientKey`].
pub struct Client;
/// Tag type of [`ServerKey`].
pub struct Server;
/// Names a client transaction (or a request that waits for its target to be resolved).
pub type ClientKey = Key<Client>;
/// Names a server transaction.
pub type ServerKey = Key<Server>;

/// A request before its way is known: everything but Via, and with Contact still open.
///
/// The target is resolved, the transport chosen (RFC 3261 §18.1.1) and Via, Max-Forwards, Route, Contact and
/// Content-Length written when it is sent, and written anew for the next target when one fails.
#[derive(Clone, Debug, Default)]
pub struct Draft {
    /// The method.
    pub method: Box<str>,
    /// The Request-URI.
    pub uri: Box<str>,
    /// Route header values, the next hop first. A first hop without `lr` has been dealt with already (RFC 3261 §12.2.1.1).
    pub routes: Vec<Box<str>>,
    /// Go there whatever Route and Request-URI say: a URI (used for strict routes and outbound proxies without Route).
    pub next_hop: Option<Box<str>>,
    /// Use this road while it stands (a registration's connection, RFC 5626; a dialog's inbound connection).
    pub flow: Option<Flow>,
    /// The account on whose behalf it is sent: where its REGISTER was taken, its other requests go first, as long as
    /// they ask for the same host.
    pub account: Option<Box<str>>,
    /// UDP sockets of ours it may leave by; none: the one that suits the way best.
    pub sockets: Vec<SocketKey>,
    /// From, To, Call-ID, CSeq and all other header lines, each ended by CRLF, in the order in which they shall stand.
    pub lines: String,
    /// Max-Forwards; none: 70 (RFC 3261 §8.1.1.6). A proxy gives what is left.
    pub max_forwards: Option<u8>,
    /// Write a Contact for us.
    pub contact: Option<ContactDraft>,
    /// Say in Via that we would send keep-alives (RFC 6223 §4.1).
    pub keep: bool,
    /// Content-Type.
    pub content_type: Option<Box<str>>,
    /// The body; Content-Length is written whether or not there is one.
    pub body: Vec<u8>,
}

/// Our Contact: `<sip:user@our-address;transport=…;uri_params>;params`.
#[derive(Clone, Debug, Default)]
pub struct ContactDraft {
    /// The user part, escaped; empty for none.
    pub user: Box<str>,
    /// Parameters inside the angle brackets, each with its semicolon.
    pub uri_params: Box<str>,
    /// Parameters of the header, each with its semicolon (`;expires=0`).
    pub params: Box<str>,
    /// A `sips` URI, as in a dialog or registration by `sips` (RFC 3261 §8.1.1.8, §12.1.1).
    pub secure: bool,
    /// Requests to it shall take the road that this message takes (RFC 5626 §4.3).
    pub ob: bool,
    /// A URI that stands for us wherever we are, in place of our address (a GRUU, RFC 5627 §4.4); empty: our address.
    pub gruu: Box<str>,
    /// An address of ours and the one by which others know it (RFC 3581): written in its place.
    pub mapped: Option<(SocketAddr, SocketAddr)>,
}

/// Why a client transaction ended without a final response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Failure {
    /// Timer B or F (RFC 3261 §17.1.1.2, §17.1.2.2): treat as 408.
    Timeout,
    /// No target could be reached: treat as 503 (RFC 3261 §8.1.3.1).
    Transport,
    /// TLS did not let us speak to the target: treat as 503.
    Insecure(TlsFault),
    /// No connection could be made to the target: treat as 503.
    Refused,
    /// No name server could be found that knows the host name.
    Unresolved,
    /// The host name has no record that leads to an address.
    NoRecords,
    /// The target is nothing that can be sent to (unknown scheme, transport not offered, limit reached).
    NoTarget,
}

/// How a server transaction ended.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum ServerEnd {
    /// As it should.
    Done,
    /// Timer H: the ACK of a 300–699 never came.
    NoAck,
    /// Its response could not be sent.
    Transport,
}

/// What the transaction layer tells its user. `O` is whatever the user named the request by.
#[derive(Clone, Debug)]
pub enum Indication<O> {
    /// A request that opened a server transaction; or an ACK for a 2xx, which has none.
    Request {
        /// To answer through; none for ACK.
        server: Option<ServerKey>,
        /// The request, with `received` and `rport` in its top Via.
        message: Message,
        /// The road it came by.
        flow: Flow,
    },
    /// A CANCEL for this INVITE came; it has been answered 200. Answer the INVITE with 487 if it has no final response yet.
    Cancelled {
        /// The INVITE's transaction.
        server: ServerKey,
        /// The CANCEL.
        message: Message,
    },
    /// A server transaction is over (its key is stale now).
    ServerEnded {
        /// Which.
        server: ServerKey,
        /// How.
        end: ServerEnd,
    },
    /// A response to a request of ours. 1xx and, for INVITE, 2xx may come several times (forks, repetitions).
    Response {
        /// The transaction; stays valid after a 2xx to INVITE until 64*T1 have passed (RFC 6026).
        client: ClientKey,
        /// As given to `request`.
        owner: O,
        /// The response.
        message: Message,
        /// The road it came by.
        flow: Flow,
    },
    /// No final response will come.
    Failed {
        /// The transaction (stale now).
        client: ClientKey,
        /// As given to `request`.
        owner: O,
        /// Why.
        failure: Failure,
    },
    /// A 2xx to an INVITE whose transaction is gone: the core acknowledges and ends it if it still knows the dialog.
    StrayResponse {
        /// The 2xx.
        message: Message,
        /// The road it came by.
        flow: Flow,
    },
    /// A connection that stood is gone.
    FlowClosed {
        /// Which.
        flow: Flow,
    },
}
