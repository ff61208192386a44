//! The roads that registrations stand on (RFC 5626): which profiles a lost road concerns, what is told of it, and what
//! a change of the network sets going.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::time::Duration;

use crate::base::{Key, Time};
use crate::syntax::Message;
use crate::transport::{ConnKey, Flow, SocketKey};
use crate::usage::{Owner, Role};

use super::profile::Profile;
use super::{Agent, Event, EventType, Status};

/// Accounts that are registered anew at the very moment of a change of the network; the others follow, some hundred a
/// second.
const AT_ONCE: u64 = 100;

/// `kind` of [`EventType::Flow`]: the registered road is gone.
pub const FLOW_LOST: i32 = 1;
/// `kind` of [`EventType::Flow`]: it was registered anew.
pub const FLOW_RECOVERED: i32 = 2;

/// A road by name: a connection, or a socket and an address.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
pub(super) enum Road {
    Conn(ConnKey),
    Datagram(SocketKey, SocketAddr),
}

impl Road {
    fn of(flow: &Flow) -> Option<Self> {
        match (flow.conn, flow.socket) {
            (Some(conn), _) => Some(Self::Conn(conn)),
            (None, Some(socket)) => Some(Self::Datagram(socket, flow.remote)),
            (None, None) => None,
        }
    }
}

/// Which profiles are registered by which road.
#[derive(Debug, Default)]
pub(super) struct Roads(BTreeSet<(Road, Key<Profile>)>);

impl Roads {
    fn users(&self, road: Road) -> Vec<Key<Profile>> {
        let (first, last) = (Key::from_bits(0), Key::from_bits(u64::MAX));
        let users = self.0.range((road, first)..=(road, last));
        users.map(|(_, key)| *key).collect()
    }
}

impl Agent {
    /// Brings the table of roads in line with what a profile is registered by.
    pub(super) fn index_roads(&mut self, key: Key<Profile>) {
        let Self {
            profiles, roads, ..
        } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return;
        };
        let flows = profile.flows.iter().filter_map(|flow| flow.flow());
        if flows
            .clone()
            .filter_map(Road::of)
            .eq(profile.roads.iter().copied())
        {
            return;
        }
        let now: Vec<Road> = flows.filter_map(Road::of).collect();
        for road in std::mem::replace(&mut profile.roads, now) {
            roads.0.remove(&(road, key));
        }
        for road in &profile.roads {
            roads.0.insert((*road, key));
        }
    }

    /// A road is gone: registrations that stood on it need another one.
    pub(super) fn on_registration_flow_closed(&mut self, flow: &Flow) {
        let Some(road) = Road::of(flow) else { return };
        for key in self.roads.users(road) {
            let Self { cx, profiles, .. } = self;
            let Some(profile) = profiles.get_mut(key) else {
                continue;
            };
            let mut gone = Vec::new();
            for (number, one) in profile.flows.iter_mut().enumerate() {
                if one.on_flow_closed(cx, &mut profile.account, flow) {
                    gone.push(number);
                }
            }
            self.flows_lost(key, &gone);
        }
    }

    /// A server said that the flow of an account has failed (430, RFC 5626 §11.6).
    pub(super) fn on_flow_failed(&mut self, owner: Owner, message: &Message) {
        let object = match owner.role {
            Role::Call => self
                .sessions
                .get(Key::from_bits(owner.key))
                .and_then(|session| session.profile.as_ref()),
            Role::Request => self
                .requests
                .get(Key::from_bits(owner.key))
                .and_then(|request| request.profile()),
            _ => None,
        };
        let Some(key) = object.map(|profile| Key::from_bits(profile.key())) else {
            return;
        };
        let Self { cx, profiles, .. } = self;
        let Some(profile) = profiles.get_mut(key) else {
            return;
        };
        let Some(number) = profile.flows.iter().position(|one| one.flow().is_some()) else {
            return;
        };
        if profile.flows[number].is_flow()
            && profile.flows[number].on_flow_failed(cx, &mut profile.account)
        {
            self.lose_flow(key, number, Status::Sip(430), Some(message.clone()));
            self.settle_flows(key);
        }
    }

    fn flows_lost(&mut self, key: Key<Profile>, gone: &[usize]) {
        for number in gone {
            self.lose_flow(key, *number, Status::Failed(super::Code::Transport), None);
        }
        self.settle_flows(key);
    }

    fn settle_flows(&mut self, key: Key<Profile>) {
        let now = self.cx.now;
        if let Some(profile) = self.profiles.get_mut(key) {
            profile.settle(now);
        }
        self.index_roads(key);
    }

    /// Tells once that a registered road is gone.
    pub(super) fn lose_flow(
        &mut self,
        key: Key<Profile>,
        number: usize,
        status: Status,
        message: Option<Message>,
    ) {
        let bit = bit(number);
        let Some(profile) = self.profiles.get_mut(key) else {
            return;
        };
        let registered = profile.is_registered() && profile.flows.get(number).is_some();
        if registered && profile.lost & bit == 0 {
            profile.lost |= bit;
            self.tell_flow(key, number, FLOW_LOST, status, message);
        }
    }

    /// Tells that a road which was lost is registered anew.
    pub(super) fn recover_flow(&mut self, key: Key<Profile>, number: usize) {
        let bit = bit(number);
        let Some(profile) = self.profiles.get_mut(key) else {
            return;
        };
        if profile.lost & bit != 0 {
            profile.lost &= !bit;
            self.tell_flow(key, number, FLOW_RECOVERED, Status::None, None);
        }
    }

    fn tell_flow(
        &mut self,
        key: Key<Profile>,
        number: usize,
        kind: i32,
        status: Status,
        message: Option<Message>,
    ) {
        let Some(profile) = self.profiles.get(key) else {
            return;
        };
        let Some(one) = profile.flows.get(number) else {
            return;
        };
        let event = Event {
            event_type: EventType::Flow,
            profile: Some(profile.object.clone()),
            kind,
            status,
            state: profile.object.state(),
            uri: one.first_hop().into(),
            value: [i64::try_from(number + 1).unwrap_or(0), 0, 0],
            message,
            ..Event::default()
        };
        self.tell(event);
    }

    /// The network is another one, or was away: what stood on the former one is gone. Registrations come back at once,
    /// with Contacts of the addresses that we have now.
    pub fn network_changed(&mut self, now: Time) {
        self.cx.now = now;
        if self.is_shutting_down() {
            return;
        }
        self.cx.endpoint.leave_connections(now);
        self.settle();
        for (count, key) in (0_u64..).zip(self.profiles.keys()) {
            let Self { cx, profiles, .. } = self;
            let Some(profile) = profiles.get_mut(key) else {
                continue;
            };
            // Thousands of accounts do not all speak at once.
            let delay = match count.checked_sub(AT_ONCE) {
                None => Duration::ZERO,
                Some(more) => Duration::from_millis(1 + cx.entropy.below(more + 1) * 10),
            };
            let mut gone = Vec::new();
            for (number, one) in profile.flows.iter_mut().enumerate() {
                if one.renew(cx, &mut profile.account, delay) {
                    gone.push(number);
                }
            }
            let registering = !profile.is_registered() && !gone.is_empty();
            self.flows_lost(key, &gone);
            if registering {
                self.tell_registering(key);
            }
        }
    }
}

const fn bit(number: usize) -> u32 {
    if number < 32 { 1 << number } else { 0 }
}
