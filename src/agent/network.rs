//! Connections as objects, and what the application knows of the network before the library does: another address,
//! sleep, loss (the five states of a connection).
//!
//! What was lost with a connection ends without a message and, unless each is to be reported, with one event: that of
//! the connection. Sessions always tell their last state. Profiles and subscriptions heal themselves when the network
//! is back.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use crate::base::{Key, Slab, Time};
use crate::transaction::Failure;
use crate::transport::SocketKey;
use crate::usage::Outcome;

use super::event::CLIENT_NETWORK_CHANGE;
use super::{
    Agent, Code, Details, Event, EventType, Kind, Object, ObjectRef, Refusal, Status, Verdict,
};

/// States of a connection, numbered as in the C API.
pub mod state {
    /// Being opened.
    pub const INIT: i32 = 0;
    /// Usable.
    pub const ACTIVE: i32 = 1;
    /// No signalling for now; objects stay.
    pub const SUSPENDED: i32 = 2;
    /// Lost or closed; may come back.
    pub const INACTIVE: i32 = 3;
    /// Gone for good.
    pub const UNAVAILABLE: i32 = 4;
}

/// The network is another one: addresses have changed.
pub const NETWORK_CHANGED: i32 = 1;
/// No signalling for now.
pub const NETWORK_SUSPENDED: i32 = 2;
/// Signalling again.
pub const NETWORK_RESUMED: i32 = 3;
/// It is gone.
pub const NETWORK_LOST: i32 = 4;

/// The sockets of one address.
#[derive(Debug)]
pub(super) struct Connection {
    object: ObjectRef,
    sockets: Vec<SocketKey>,
    last: Option<Code>,
}

/// All of them.
#[derive(Default)]
pub(super) struct Connections(Slab<Connection>);

impl Connections {
    pub(super) fn list(&self) -> Vec<ObjectRef> {
        let all = self.0.iter();
        all.map(|(_, one)| Arc::clone(&one.object)).collect()
    }

    /// The connection that a socket is of. A stream that we opened came by no socket: then the one that there is, if any.
    pub(super) fn of_socket(&self, socket: Option<SocketKey>) -> Option<ObjectRef> {
        let mut all = self.0.iter().map(|(_, one)| one);
        let found = match socket {
            Some(socket) => all.find(|one| one.sockets.contains(&socket)),
            None => all.next().filter(|_| all.next().is_none()),
        };
        found.map(|one| Arc::clone(&one.object))
    }
}

impl Agent {
    /// Sockets that were opened together are one connection; told as active.
    pub fn open_connection(&mut self, sockets: Vec<SocketKey>, user_data: usize) -> ObjectRef {
        let mut made = None;
        let key = self.connections.0.insert_with(|key| {
            let object = Object::new(Kind::Connection, key.to_bits(), state::INIT, user_data);
            made = Some(Arc::clone(&object));
            Connection {
                object,
                sockets,
                last: None,
            }
        });
        let object = made.unwrap_or_else(|| {
            Object::new(Kind::Connection, key.to_bits(), state::INIT, user_data)
        });
        self.move_connection(key, state::ACTIVE, Status::None);
        object
    }

    fn move_connection(&mut self, key: Key<Connection>, next: i32, status: Status) -> bool {
        let Some(found) = self.connections.0.get_mut(key) else {
            return false;
        };
        if found.object.state() == next {
            return false;
        }
        found.object.set_state(next);
        if let Status::Failed(code) = status {
            found.last = Some(code);
        }
        let connection = Some(Arc::clone(&found.object));
        self.tell(Event {
            event_type: EventType::ConnectionState,
            connection,
            state: next,
            status,
            ..Event::default()
        });
        true
    }

    fn connection_key(&self, object: &ObjectRef) -> Result<Key<Connection>, Refusal> {
        if object.kind() != Kind::Connection {
            return Err(Refusal::new(Code::Handle, "the object is no connection"));
        }
        let key = Key::from_bits(object.key());
        self.connections
            .0
            .contains(key)
            .then_some(key)
            .ok_or_else(|| Refusal::new(Code::InvalidObjectState, "the connection has been closed"))
    }

    /// Its sockets are being closed: what hangs on it ends, one event tells.
    pub fn close_connection(&mut self, now: Time, object: &ObjectRef) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let key = self.connection_key(object)?;
        if self.is_last_active(key) {
            self.lose_objects();
        }
        self.move_connection(key, state::INACTIVE, Status::None);
        if let Some(closed) = self.connections.0.remove(key) {
            closed.object.end(Details::default());
        }
        Ok(Verdict::Done)
    }

    fn is_last_active(&self, key: Key<Connection>) -> bool {
        !self
            .connections
            .0
            .iter()
            .any(|(other, one)| other != key && one.object.state() == state::ACTIVE)
    }

    /// The application knows that the network has changed, sleeps, is back or is lost: of one connection, or of all.
    pub fn notify_network(
        &mut self,
        now: Time,
        connection: Option<&ObjectRef>,
        change: i32,
    ) -> Result<Verdict, Refusal> {
        self.cx.now = now;
        let keys = match connection {
            Some(object) => vec![self.connection_key(object)?],
            None => self.connections.0.keys(),
        };
        let mut moved = false;
        match change {
            NETWORK_CHANGED => {
                for key in keys {
                    self.move_connection(key, state::ACTIVE, Status::None);
                }
                self.tell(Event {
                    kind: CLIENT_NETWORK_CHANGE,
                    connection: connection.cloned(),
                    ..Event::default()
                });
                self.network_changed(now);
                moved = true;
            }
            NETWORK_SUSPENDED => {
                for key in keys {
                    moved |= self.move_connection(key, state::SUSPENDED, Status::None);
                }
            }
            NETWORK_RESUMED => {
                for key in keys {
                    moved |= self.move_connection(key, state::ACTIVE, Status::None);
                }
                if moved {
                    self.network_changed(now);
                }
            }
            NETWORK_LOST => {
                let all = connection.is_none() || keys.iter().all(|key| self.is_last_active(*key));
                for key in keys {
                    let lost = Status::Failed(Code::Transport);
                    moved |= self.move_connection(key, state::INACTIVE, lost);
                }
                if moved && all {
                    self.lose_objects();
                }
            }
            _ => {
                return Err(Refusal::new(
                    Code::InvalidArgument,
                    "the change is one of RTC_NETWORK_CHANGED, _SUSPENDED, _RESUMED and _LOST",
                ));
            }
        }
        Ok(if moved {
            Verdict::Done
        } else {
            Verdict::Nothing
        })
    }

    /// Nothing can be sent any more: what waits or is kept at a server is over here.
    fn lose_objects(&mut self) {
        let each = self.config.report_each;
        for key in self.sessions.keys() {
            self.drop_session(key);
        }
        for key in self.registration_keys() {
            self.lose_registration(key, each);
        }
        for key in self.refresh_keys() {
            self.drop_refresh(key, each, Status::Failed(Code::Transport));
        }
        for key in self.request_keys() {
            self.keep_sent(key);
            if each {
                self.end_request(key, Outcome::Failed(Failure::Transport), None);
            } else {
                self.drop_request(key);
            }
        }
    }

    /// The sockets that requests in the context of a connection leave by.
    pub(super) fn sockets_of(&self, object: &ObjectRef) -> Result<Vec<SocketKey>, Refusal> {
        let key = self.connection_key(object)?;
        let found = self.connections.0.get(key);
        let Some(found) = found.filter(|found| found.object.state() == state::ACTIVE) else {
            return Err(Refusal::new(
                Code::Transport,
                "the connection is suspended or lost: nothing is sent by it now",
            ));
        };
        Ok(found.sockets.clone())
    }

    /// Why it was lost last.
    pub fn connection_error(&self, object: &ObjectRef) -> Option<Code> {
        self.connections.0.get(Key::from_bits(object.key()))?.last
    }

    /// Names of RFC 3329: all that are supported, or those in use with a next hop, an address with or without port.
    pub fn security_mechanisms(&self, next_hop: Option<&str>) -> Result<&'static str, Refusal> {
        let Some(hop) = next_hop else {
            return Ok("digest, tls");
        };
        let bare = hop
            .strip_prefix('[')
            .and_then(|rest| rest.strip_suffix(']'))
            .unwrap_or(hop);
        let address = hop
            .parse::<SocketAddr>()
            .or_else(|_| bare.parse().map(|ip: IpAddr| SocketAddr::new(ip, 5061)))
            .map_err(|_| {
                Refusal::new(
                    Code::InvalidArgument,
                    "`next_hop` is no IP address with or without port",
                )
            })?;
        // RFC 3329 itself is not negotiated: what a hop has agreed to is what its connection shows.
        Ok(match self.cx.endpoint.is_secured(address) {
            true => "tls",
            false => "",
        })
    }

    /// Other settings, for what begins from now on; what is not given stays.
    pub fn reconfigure(&mut self, change: Reconfigured) {
        if let Some(user_agent) = change.user_agent {
            self.cx.user_agent.clone_from(&user_agent);
            self.config.user_agent = user_agent;
        }
        if let Some(dns) = change.dns {
            self.cx.endpoint.set_dns(dns.clone());
            self.config.dns = dns;
        }
        if let Some(timers) = change.timers {
            (self.cx.t1, self.cx.t2) = (timers.t1, timers.t2);
            self.cx.endpoint.set_timers(timers);
        }
        if let Some(defaults) = change.session_defaults {
            self.config.session_defaults = defaults;
        }
        let times = [
            (&mut self.config.claim, change.claim),
            (&mut self.config.credentials, change.credentials),
            (&mut self.config.shutdown, change.shutdown),
        ];
        for (place, given) in times {
            if let Some(given) = given {
                *place = given;
            }
        }
    }
}

/// What [`Agent::reconfigure`] changes.
#[derive(Clone, Debug, Default)]
pub struct Reconfigured {
    /// User-Agent and Server.
    pub user_agent: Option<Box<str>>,
    /// Name servers and records.
    pub dns: Option<crate::dns::Settings>,
    /// Timers; limits stay as they are.
    pub timers: Option<crate::transaction::EndpointConfig>,
    /// Defaults of sessions.
    pub session_defaults: Option<super::SessionOptions>,
    /// How long the application may decide.
    pub claim: Option<Duration>,
    /// How long it may look for credentials.
    pub credentials: Option<Duration>,
    /// How long saying goodbye may take.
    pub shutdown: Option<Duration>,
}
