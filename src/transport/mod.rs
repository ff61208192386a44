//! What goes over the wire and by which road: sockets, connections, flows (RFC 3261 §18), without doing any I/O.
#![forbid(unsafe_code)]

pub mod io;
pub mod ladder;

pub use io::{ConnKey, Core, Flow, Input, Io, Protocol, QueryKey, SocketKey};
