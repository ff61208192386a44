//! What handles stand for.
//!
//! How they are named and found is `registry`'s business.

use std::sync::Arc;

use crate::agent::ObjectRef;
use crate::syntax::Message;
use crate::transport::Flow;

use super::client_core::Client;
use super::constants::{
    RTC_KIND_CLIENT, RTC_KIND_CONNECTION, RTC_KIND_EVENT, RTC_KIND_SERVER, RTC_KIND_SIP_MESSAGE,
};
use super::event_record::EventRecord;
use super::listen::Connection;
use super::server::EmbeddedServer;

/// One row of the handle table.
pub(super) enum Entry {
    /// A message, from a parser, a builder or an event.
    Message(MessageEntry),
    /// An event.
    Event(Arc<EventRecord>),
    /// An object of a client's agent.
    Object(Arc<Client>, ObjectRef),
    /// A client.
    Client(Arc<Client>),
    /// A connection of a client.
    Connection(Arc<Client>, Arc<Connection>),
    /// An embedded server.
    Server(Arc<EmbeddedServer>),
}

/// A message and the texts that were made from it, which views point into.
pub(super) struct MessageEntry {
    /// The message.
    pub(super) message: Message,
    /// The road it came by: transport, from, to.
    flow: Option<(u32, Box<str>, Box<str>)>,
    made: MadeTexts,
}

impl MessageEntry {
    /// A message of which nothing has been asked yet.
    pub(super) fn new(message: Message) -> Self {
        Self::by(message, None)
    }

    /// The same of one that came by a road.
    pub(super) fn by(message: Message, flow: Option<Flow>) -> Self {
        Self {
            message,
            flow: flow.map(|flow| {
                let transport = super::listen::transport_bit(flow.protocol);
                (
                    transport,
                    flow.remote.to_string().into(),
                    flow.local.to_string().into(),
                )
            }),
            made: MadeTexts::new(),
        }
    }

    /// The road it came by: transport, from, to.
    pub(super) fn road(&self) -> Option<(u32, &str, &str)> {
        let (transport, from, to) = self.flow.as_ref()?;
        Some((*transport, from, to))
    }

    /// The message, and a place for texts that have to live as long as its handle.
    pub(super) fn parts(&mut self) -> (&Message, Made<'_>) {
        (&self.message, self.made.made())
    }
}

/// Texts that are no part of what they were made from.
pub(super) struct MadeTexts(Vec<Box<str>>);

impl MadeTexts {
    /// None yet.
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    /// A place to keep more.
    pub(super) fn made(&mut self) -> Made<'_> {
        Made(&mut self.0)
    }

    /// Forgets all: no view of them may be in use.
    pub(super) fn clear(&mut self) {
        self.0.clear();
    }
}

/// Keeps texts that are no part of a message as it came; the same text is kept once.
pub(super) struct Made<'a>(&'a mut Vec<Box<str>>);

impl Made<'_> {
    /// The kept text that equals `text`.
    pub(super) fn keep(&mut self, text: &str) -> &str {
        let at = self
            .0
            .iter()
            .position(|kept| **kept == *text)
            .unwrap_or_else(|| {
                self.0.push(text.into());
                self.0.len() - 1
            });
        self.0.get(at).map_or("", |kept| kept)
    }
}

impl Entry {
    /// RTC_KIND_….
    pub(super) fn kind(&self) -> i32 {
        match self {
            Self::Message(_) => RTC_KIND_SIP_MESSAGE,
            Self::Event(_) => RTC_KIND_EVENT,
            Self::Object(_, object) => object.kind() as i32,
            Self::Client(_) => RTC_KIND_CLIENT,
            Self::Connection(..) => RTC_KIND_CONNECTION,
            Self::Server(_) => RTC_KIND_SERVER,
        }
    }

    /// Its last reference went; called outside the table's locks.
    pub(super) fn given_up(self) {
        match self {
            Self::Message(_) | Self::Event(_) | Self::Connection(..) => {}
            Self::Object(client, object) => client.forget(&object),
            Self::Client(client) => client.abandon(),
            Self::Server(server) => {
                // Nobody is left who could be told how it went.
                let _ = server.stop();
            }
        }
    }

    /// As a message.
    pub(super) fn message(&mut self) -> Option<&mut MessageEntry> {
        match self {
            Self::Message(message) => Some(message),
            _ => None,
        }
    }

    /// Whether it belongs to that client.
    pub(super) fn is_of(&self, client: &Arc<Client>) -> bool {
        match self {
            Self::Message(_) | Self::Server(_) => false,
            Self::Event(record) => Arc::ptr_eq(&record.client, client),
            Self::Object(other, _) | Self::Client(other) | Self::Connection(other, _) => {
                Arc::ptr_eq(other, client)
            }
        }
    }
}
