//! Transactions and what carries them: RFC 3261 §17 and §18, RFC 6026, RFC 3581.
//!
//! [`Endpoint`] is the whole layer as one value: bytes and time go in, bytes and indications come out. The four
//! machines stand in a file each and know neither messages nor sockets; `clients`, `servers` and `network` do what
//! they ask for.
#![forbid(unsafe_code)]

mod client_invite;
mod client_other;
mod clients;
mod effects;
pub mod endpoint;
mod hops;
mod keeper;
mod key;
mod lookup;
mod network;
mod roads;
mod server_invite;
mod server_other;
mod servers;
mod timing;
pub mod user;
mod write;

pub use endpoint::{Counters, Endpoint, EndpointConfig};
pub use keeper::KeepAlive;
pub use user::{ClientKey, ContactDraft, Draft, Failure, Indication, ServerEnd, ServerKey};
