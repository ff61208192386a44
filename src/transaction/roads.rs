//! Which requests wait for an answer by which road, so that they fail at once when it breaks: RFC 3261 §17.1.4, §18.4.
//!
//! One chain a road through the transactions themselves: entering, leaving and finding cost the same for one call and
//! for a hundred thousand.

use std::fmt::Debug;
use std::net::SocketAddr;

use super::clients::Machine;
use super::effects::Effects;
use super::endpoint::Endpoint;
use super::user::{ClientKey, Failure};
use super::{client_invite, client_other};
use crate::base::Time;
use crate::transport::conns::address_name;
use crate::transport::{ConnKey, Flow, Protocol};

/// A place in the chain of those that wait for an answer by one road.
pub(crate) struct Chain {
    road: u128,
    previous: Option<ClientKey>,
    next: Option<ClientKey>,
}

impl<O: Copy + Debug> Endpoint<O> {
    /// Fails every request that waits for an answer from an address to which nothing gets through.
    pub(super) fn on_unreachable(&mut self, now: Time, protocol: Protocol, remote: SocketAddr) {
        let road = address_name(&self.secret, protocol, remote);
        self.fail_road(now, road, Failure::Transport);
    }

    /// Fails every request that waits for an answer by a connection that is gone.
    pub(super) fn on_connection_lost(&mut self, now: Time, conn: ConnKey, why: Failure) {
        let road = conn_road(self, conn);
        self.fail_road(now, road, why);
    }

    fn fail_road(&mut self, now: Time, road: u128, why: Failure) {
        let mut clients = Vec::new();
        let mut next = self.awaiting.get(&road).copied();
        while let Some(client) = next {
            clients.push(client);
            let tx = self.clients.get(client);
            next = tx.and_then(|tx| tx.chain.as_ref()?.next);
        }
        // The oldest is last in the chain; it hears first.
        for client in clients.into_iter().rev() {
            let Some(tx) = self.clients.get_mut(client) else {
                continue;
            };
            let mut fx = Effects::new();
            match &mut tx.machine {
                Machine::Waiting => {}
                Machine::Invite(machine) => {
                    machine.on(
                        client_invite::Stimulus::TransportError,
                        &self.timing,
                        &mut fx,
                    );
                }
                Machine::Other(machine) => {
                    machine.on(
                        client_other::Stimulus::TransportError,
                        &self.timing,
                        &mut fx,
                    );
                }
            }
            fx.explain(why);
            self.apply_client(now, client, &fx, None);
        }
    }

    /// Lets a request wait by a road.
    pub(super) fn chain(&mut self, client: ClientKey, road: u128) {
        let next = self.awaiting.insert(road, client);
        if let Some(next) = next
            && let Some(tx) = self.clients.get_mut(next)
            && let Some(chain) = &mut tx.chain
        {
            chain.previous = Some(client);
        }
        if let Some(tx) = self.clients.get_mut(client) {
            tx.chain = Some(Chain {
                road,
                previous: None,
                next,
            });
        }
    }

    /// It waits no more.
    pub(super) fn unchain(&mut self, client: ClientKey) {
        let Some(chain) = self.clients.get_mut(client).and_then(|tx| tx.chain.take()) else {
            return;
        };
        if let Some(next) = chain.next
            && let Some(tx) = self.clients.get_mut(next)
            && let Some(place) = &mut tx.chain
        {
            place.previous = chain.previous;
        }
        match chain.previous {
            Some(previous) => {
                if let Some(tx) = self.clients.get_mut(previous)
                    && let Some(place) = &mut tx.chain
                {
                    place.next = chain.next;
                }
            }
            None => {
                match chain.next {
                    Some(next) => self.awaiting.insert(chain.road, next),
                    None => self.awaiting.remove(&chain.road),
                };
            }
        }
    }
}

pub(super) fn road<O>(endpoint: &Endpoint<O>, flow: &Flow) -> u128 {
    match flow.conn {
        Some(conn) => conn_road(endpoint, conn),
        None => address_name(&endpoint.secret, flow.protocol, flow.remote),
    }
}

fn conn_road<O>(endpoint: &Endpoint<O>, conn: ConnKey) -> u128 {
    let mut hash = endpoint.secret.start();
    hash.part("connection");
    hash.bytes(&conn.0.to_le_bytes());
    hash.finish()
}
