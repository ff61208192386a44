//! Finding a server, layer by layer: the walk of RFC 3263 as tables, the resolver against servers made by hand.
#![allow(clippy::unwrap_used, reason = "a test may")]

#[path = "dns/resolver.rs"]
mod resolver;
#[path = "dns/walk.rs"]
mod walk;
