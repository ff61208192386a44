//! What goes over the wire and by which road: sockets, connections, flows (RFC 3261 §18), without doing any I/O.
#![forbid(unsafe_code)]

pub(crate) mod conns;
pub mod io;
pub mod ladder;
pub(crate) mod sockets;
pub(crate) mod stun;
pub(crate) mod target;
pub(crate) mod via;

pub use io::{ConnKey, Core, Flow, Input, Io, Protocol, QueryKey, SocketKey, TlsFault};
