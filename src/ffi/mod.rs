//! The C ABI: handles, texts, results, a wall for panics.
//!
//! `fence`, `result_codes`, `registry`, `text`, `sized` and `sink` are the tools; every other file holds the exports of one
//! object, or the types of the header. `unsafe` code stands in the tools (and in the attribute that exports a name).
//! The comments of exports and types are the documentation of `include/rtcclient.h`, so they speak C.

#![deny(
    clippy::undocumented_unsafe_blocks,
    reason = "each says who promised what"
)]
#![allow(
    non_camel_case_types,
    clippy::missing_safety_doc,
    reason = "the names are those of the C header, whose conventions say once what every caller promises"
)]

mod args;
pub mod client;
mod client_core;
mod client_options;
pub mod connection;
pub mod constants;
mod entry;
pub mod event;
mod event_json;
mod event_record;
mod fence;
mod header_form;
pub mod library;
mod listen;
mod log;
pub mod message_create;
pub mod numbers;
pub mod object;
pub mod profile;
mod properties;
pub mod records;
pub mod registration;
mod registry;
mod result;
pub mod result_codes;
mod result_names;
pub mod server;
pub mod session;
mod sink;
pub mod sip_message;
pub mod sip_object;
mod sized;
pub mod structs;
pub mod subscription;
mod text;
pub mod transfer;
pub mod transaction;
pub mod types;
pub mod uri;
pub mod usage;
