//! Transactions and what carries them: RFC 3261 §17 and §18, RFC 6026, RFC 3581.
#![forbid(unsafe_code)]

pub mod user;

pub use user::{ClientKey, Draft, Failure, Indication, ServerEnd, ServerKey};
