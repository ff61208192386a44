//! A SIP user agent as one library: the objects of Microsoft's RTC Client API over a sans-IO SIP core.

pub mod agent;
pub mod auth;
pub mod base;
pub mod dialog;
pub mod dns;
pub mod events;
pub mod ffi;
pub mod runtime;
pub mod sdp;
pub mod server;
pub mod syntax;
pub mod transaction;
pub mod transport;
pub mod usage;
