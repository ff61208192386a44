//! Where a client listens: on all addresses by mode and allowed ports, on given ones by connections, and for one that
//! only sends on a socket of its own that it opens by itself.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::agent::{Agent, ObjectRef};
use crate::runtime::{BindError, Link};
use crate::transport::{Protocol, SocketKey};

use super::client_core::{Client, Running};
use super::constants::{
    RTC_CONNECTION_STATE_INACTIVE, RTC_LISTEN_MODE_BOTH, RTC_LISTEN_MODE_DYNAMIC,
    RTC_LISTEN_MODE_NONE, RTC_TRANSPORT_TCP, RTC_TRANSPORT_TLS, RTC_TRANSPORT_UDP,
    RTC_TRANSPORT_WS, RTC_TRANSPORT_WSS,
};
use super::fence::{Fault, Outcome};
use super::result;
use super::result_codes::{RTC_E_INVALIDARG, RTC_E_SIP_TRANSPORT_NOT_SUPPORTED, RTC_FALSE, RTC_OK};

/// An open socket.
#[derive(Clone, Copy)]
pub(super) struct Socket {
    protocol: Protocol,
    key: SocketKey,
    local: SocketAddr,
}

/// The port of RFC 3261 §19.1.2.
const SIP_PORT: u16 = 5060;
/// How often another port is tried when TCP has not the one that UDP got.
const TRIES: u32 = 32;

/// What a client has opened.
pub(super) struct Listening {
    mode: i32,
    /// Of UDP, TCP and TLS.
    allowed: [i32; 3],
    sockets: Vec<Socket>,
    /// Opened to send from, without being asked to listen.
    own: Vec<Socket>,
    connections: Vec<Arc<Connection>>,
    /// Closed ones too, while anybody holds them.
    known: Vec<Weak<Connection>>,
}

/// Sockets on one address (`rtc_connection_t`).
pub(super) struct Connection {
    /// Its handle's place, for `registry::lend`.
    pub(super) handle: AtomicUsize,
    /// The owner's word.
    pub(super) user_data: AtomicUsize,
    /// As the agent knows it.
    pub(super) object: ObjectRef,
    sockets: Mutex<Vec<Socket>>,
    closed: std::sync::atomic::AtomicBool,
}

/// A transport as an index of properties.
pub(super) fn transport(index: i32) -> Result<Protocol, Fault> {
    match u32::try_from(index) {
        Ok(RTC_TRANSPORT_UDP) => Ok(Protocol::Udp),
        Ok(RTC_TRANSPORT_TCP) => Ok(Protocol::Tcp),
        Ok(RTC_TRANSPORT_TLS) => Ok(Protocol::Tls),
        _ => Err(Fault::new(
            RTC_E_INVALIDARG,
            format!(
                "`index` is {index}; RTC_TRANSPORT_UDP, RTC_TRANSPORT_TCP and RTC_TRANSPORT_TLS can listen"
            ),
        )),
    }
}

/// RTC_TRANSPORT_….
pub(super) fn transport_bit(protocol: Protocol) -> u32 {
    match protocol {
        Protocol::Udp => RTC_TRANSPORT_UDP,
        Protocol::Tcp => RTC_TRANSPORT_TCP,
        Protocol::Tls => RTC_TRANSPORT_TLS,
        Protocol::Ws => RTC_TRANSPORT_WS,
        Protocol::Wss => RTC_TRANSPORT_WSS,
    }
}

fn place(protocol: Protocol) -> usize {
    match protocol {
        Protocol::Udp => 0,
        Protocol::Tcp => 1,
        Protocol::Tls | Protocol::Ws | Protocol::Wss => 2,
    }
}

impl Listening {
    /// Nothing yet; every port is allowed.
    pub(super) const fn new() -> Self {
        Self {
            mode: RTC_LISTEN_MODE_NONE,
            allowed: [RTC_LISTEN_MODE_BOTH; 3],
            sockets: Vec::new(),
            own: Vec::new(),
            connections: Vec::new(),
            known: Vec::new(),
        }
    }

    /// RTC_LISTEN_MODE_….
    pub(super) fn mode(&self) -> i32 {
        self.mode
    }

    /// The ports that a transport may listen on.
    pub(super) fn allowed(&self, protocol: Protocol) -> i32 {
        self.allowed
            .get(place(protocol))
            .copied()
            .unwrap_or(RTC_LISTEN_MODE_NONE)
    }

    /// Sets the ports that a transport may listen on.
    pub(super) fn allow(&mut self, protocol: Protocol, mode: i32) {
        if let Some(allowed) = self.allowed.get_mut(place(protocol)) {
            *allowed = mode;
        }
    }

    /// The connection behind an object of the agent's.
    pub(super) fn connection_of(&self, object: &ObjectRef) -> Option<Arc<Connection>> {
        self.known
            .iter()
            .filter_map(Weak::upgrade)
            .find(|known| Arc::ptr_eq(&known.object, object))
    }

    /// The connections that are not closed.
    pub(super) fn connections(&self) -> &[Arc<Connection>] {
        &self.connections
    }

    /// "udp:192.0.2.1:5060", this machine's addresses for a socket on all of them.
    pub(super) fn addresses(&self) -> impl Iterator<Item = String> + use<> {
        let mut all = self.sockets.clone();
        all.extend(&self.own);
        for connection in &self.connections {
            all.extend(connection.sockets.lock().iter().copied());
        }
        all.into_iter().flat_map(|socket| {
            let local = socket.local;
            let own = if local.ip().is_unspecified() {
                crate::runtime::local_addresses(local.is_ipv6())
            } else {
                vec![local.ip()]
            };
            own.into_iter().map(move |ip| {
                let address = SocketAddr::new(ip, local.port());
                format!("{}:{address}", socket.protocol.param())
            })
        })
    }

    fn any_open(&self) -> bool {
        !self.sockets.is_empty() || !self.own.is_empty() || !self.connections.is_empty()
    }
}

impl Client {
    /// Opens or closes the listening sockets of the client itself.
    pub(super) fn listen(&self, mode: i32) -> Outcome {
        if !(RTC_LISTEN_MODE_NONE..=RTC_LISTEN_MODE_BOTH).contains(&mode) {
            return Err(Fault::new(
                RTC_E_INVALIDARG,
                format!("`mode` is {mode}, which is no listen mode"),
            ));
        }
        let running = self.open()?;
        running.link.check_process().map_err(result::refused)?;
        let mut listening = self.listening.lock();
        if listening.mode == mode {
            return Ok(if mode == RTC_LISTEN_MODE_NONE {
                RTC_OK
            } else {
                RTC_FALSE
            });
        }
        close(&running.link, &mut listening.sockets);
        listening.mode = RTC_LISTEN_MODE_NONE;
        if mode == RTC_LISTEN_MODE_NONE {
            return Ok(RTC_OK);
        }
        let at_least = |wanted: i32| -> Vec<Protocol> {
            [Protocol::Udp, Protocol::Tcp, Protocol::Tls]
                .into_iter()
                // Nobody can listen by TLS without a certificate.
                .filter(|protocol| *protocol != Protocol::Tls || running.certificate)
                .filter(|protocol| listening.allowed(*protocol) >= wanted)
                .collect()
        };
        let mut sockets = Vec::new();
        let opened = open_everywhere(
            running,
            &at_least(RTC_LISTEN_MODE_DYNAMIC),
            None,
            &mut sockets,
        )
        .and_then(|()| {
            if mode < RTC_LISTEN_MODE_BOTH {
                return Ok(());
            }
            let fixed = at_least(RTC_LISTEN_MODE_BOTH);
            // TLS alone has its own port all the same.
            let alone = fixed.iter().all(|protocol| protocol.is_secure());
            let port = if alone { SIP_PORT + 1 } else { SIP_PORT };
            open_everywhere(running, &fixed, Some(port), &mut sockets)
        });
        if let Err(fault) = opened {
            close(&running.link, &mut sockets);
            return Err(fault);
        }
        listening.sockets = sockets;
        listening.mode = mode;
        Ok(RTC_OK)
    }

    /// A client that sends needs a socket, whether it listens or not.
    pub(super) fn need_socket(&self) -> Result<(), Fault> {
        let running = self.running()?;
        let mut listening = self.listening.lock();
        if listening.any_open() {
            return Ok(());
        }
        let mut sockets = Vec::new();
        open_everywhere(running, &[Protocol::Udp], None, &mut sockets)?;
        listening.own = sockets;
        Ok(())
    }

    /// Opens a connection.
    pub(super) fn connect(
        &self,
        address: Option<IpAddr>,
        transports: u32,
        port: u16,
        user_data: usize,
    ) -> Result<Arc<Connection>, Fault> {
        let protocols = protocols(transports)?;
        let running = self.open()?;
        let mut listening = self.listening.lock();
        let mut sockets = Vec::new();
        let fixed = (port != 0).then_some(port);
        let opened = match address {
            Some(ip) => beside(&protocols, fixed, |protocols, port| {
                open_at(running, &[ip], protocols, port.unwrap_or(0), &mut sockets)
            }),
            None => open_everywhere(running, &protocols, fixed, &mut sockets),
        };
        if let Err(fault) = opened {
            close(&running.link, &mut sockets);
            return Err(fault);
        }
        let keys = sockets.iter().map(|socket| socket.key).collect();
        let object = self.turn(|agent, _| Ok(agent.open_connection(keys, user_data)))?;
        let connection = Arc::new(Connection {
            object,
            handle: AtomicUsize::new(0),
            user_data: AtomicUsize::new(user_data),
            sockets: Mutex::new(sockets),
            closed: std::sync::atomic::AtomicBool::new(false),
        });
        listening.known.retain(|known| known.strong_count() > 0);
        listening.known.push(Arc::downgrade(&connection));
        listening.connections.push(Arc::clone(&connection));
        Ok(connection)
    }

    /// Closes a connection; RTC_FALSE if it is closed.
    pub(super) fn disconnect(&self, connection: &Arc<Connection>) -> Outcome {
        let running = self.running()?;
        let mut listening = self.listening.lock();
        if connection
            .closed
            .swap(true, std::sync::atomic::Ordering::AcqRel)
        {
            return Ok(RTC_FALSE);
        }
        listening
            .connections
            .retain(|other| !Arc::ptr_eq(other, connection));
        for socket in connection.sockets.lock().iter() {
            running.link.unbind(socket.key).map_err(result::refused)?;
        }
        drop(listening);
        // It was told already when it hangs on a client that is going.
        let _ = self.turn(|agent, now| agent.close_connection(now, &connection.object));
        Ok(RTC_OK)
    }
}

impl Connection {
    fn is_closed(&self) -> bool {
        self.closed.load(std::sync::atomic::Ordering::Acquire)
    }

    /// RTC_CONNECTION_STATE_….
    pub(super) fn state(&self) -> i32 {
        if self.is_closed() {
            RTC_CONNECTION_STATE_INACTIVE
        } else {
            self.object.state()
        }
    }

    /// "192.0.2.1:5060": where it listens by a transport, or 0 by any; of a closed one where it did.
    pub(super) fn local_address(&self, index: i32) -> Result<Option<String>, Fault> {
        let wanted = if index == 0 {
            None
        } else {
            Some(transport(index)?)
        };
        let sockets = self.sockets.lock();
        let socket = sockets
            .iter()
            .find(|socket| wanted.is_none_or(|protocol| socket.protocol == protocol));
        Ok(socket.map(|socket| socket.local.to_string()))
    }
}

fn protocols(transports: u32) -> Result<Vec<Protocol>, Fault> {
    const KNOWN: u32 = RTC_TRANSPORT_UDP | RTC_TRANSPORT_TCP | RTC_TRANSPORT_TLS;
    if transports & !0x1F != 0 {
        return Err(Fault::new(
            RTC_E_INVALIDARG,
            format!(
                "`options.transports` has 0x{:x}, which is no transport",
                transports & !0x1F
            ),
        ));
    }
    if transports & !KNOWN != 0 {
        return Err(Fault::new(
            RTC_E_SIP_TRANSPORT_NOT_SUPPORTED,
            "`options.transports`: UDP, TCP and TLS can listen; WebSocket is for going out, and needs no connection",
        ));
    }
    let transports = match transports {
        0 => RTC_TRANSPORT_UDP | RTC_TRANSPORT_TCP,
        transports => transports,
    };
    Ok([
        (RTC_TRANSPORT_UDP, Protocol::Udp),
        (RTC_TRANSPORT_TCP, Protocol::Tcp),
        (RTC_TRANSPORT_TLS, Protocol::Tls),
    ]
    .into_iter()
    .filter(|(bit, _)| transports & bit != 0)
    .map(|(_, protocol)| protocol)
    .collect())
}

/// Opens UDP and TCP on one port and TLS beside it: on the port itself where it is alone, else on the next one, as 5061 is
/// next to 5060.
fn beside(
    protocols: &[Protocol],
    port: Option<u16>,
    mut open: impl FnMut(&[Protocol], Option<u16>) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let (secure, plain): (Vec<Protocol>, Vec<Protocol>) =
        protocols.iter().partition(|protocol| protocol.is_secure());
    if !plain.is_empty() {
        open(&plain, port)?;
    }
    if secure.is_empty() {
        return Ok(());
    }
    let next =
        match port {
            Some(port) if !plain.is_empty() => Some(port.checked_add(1).ok_or_else(|| {
                Fault::new(RTC_E_INVALIDARG, "there is no port above 65535 for TLS")
            })?),
            port => port,
        };
    open(&secure, next)
}

/// Opens sockets on all addresses; IPv6 as far as the machine has it.
fn open_everywhere(
    running: &Running,
    protocols: &[Protocol],
    port: Option<u16>,
    sockets: &mut Vec<Socket>,
) -> Result<(), Fault> {
    beside(protocols, port, |protocols, port| {
        open_both_families(running, protocols, port, sockets)
    })
}

fn open_both_families(
    running: &Running,
    protocols: &[Protocol],
    port: Option<u16>,
    sockets: &mut Vec<Socket>,
) -> Result<(), Fault> {
    const FOUR: IpAddr = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
    const SIX: IpAddr = IpAddr::V6(Ipv6Addr::UNSPECIFIED);
    let first = sockets.len();
    match port {
        Some(port) => open_at(running, &[FOUR], protocols, port, sockets)?,
        None => open_dynamic(running, FOUR, protocols, sockets)?,
    }
    let port = sockets.get(first).map_or(0, |socket| socket.local.port());
    let mut six = Vec::new();
    match open_at(running, &[SIX], protocols, port, &mut six) {
        Ok(()) => sockets.append(&mut six),
        Err(fault) => {
            log::info!("not listening on IPv6: {}", fault.text);
            close(&running.link, &mut six);
        }
    }
    Ok(())
}

/// Opens sockets on a port of the client's range, or any.
fn open_dynamic(
    running: &Running,
    ip: IpAddr,
    protocols: &[Protocol],
    sockets: &mut Vec<Socket>,
) -> Result<(), Fault> {
    let (low, high) = running.ports;
    if low == 0 {
        return open_at(running, &[ip], protocols, 0, sockets);
    }
    let mut last = Ok(());
    for port in low..=high.max(low) {
        let mut here = Vec::new();
        last = open_at(running, &[ip], protocols, port, &mut here);
        if last.is_ok() {
            sockets.append(&mut here);
            return last;
        }
        close(&running.link, &mut here);
    }
    last
}

/// Opens one socket for each protocol and address, all on one port; port 0: one that is free for all of them.
fn open_at(
    running: &Running,
    ips: &[IpAddr],
    protocols: &[Protocol],
    port: u16,
    sockets: &mut Vec<Socket>,
) -> Result<(), Fault> {
    let link = &running.link;
    let mut tries = if port == 0 { TRIES } else { 1 };
    loop {
        tries -= 1;
        let mut here: Vec<Socket> = Vec::new();
        let mut failed = None;
        for (ip, protocol) in ips
            .iter()
            .flat_map(|ip| protocols.iter().map(move |p| (*ip, *p)))
        {
            let port = here.first().map_or(port, |socket| socket.local.port());
            let address = SocketAddr::new(ip, port);
            match link.bind(protocol, address) {
                Ok((key, local)) => here.push(Socket {
                    protocol,
                    key,
                    local,
                }),
                Err(error) => {
                    failed = Some((error, address));
                    break;
                }
            }
        }
        let Some((error, address)) = failed else {
            sockets.append(&mut here);
            return Ok(());
        };
        close(link, &mut here);
        if tries == 0 || !matches!(error, BindError::InUse) {
            return Err(result::bind(&error, address));
        }
    }
}

fn close(link: &Link<Agent>, sockets: &mut Vec<Socket>) {
    for socket in sockets.drain(..) {
        // A link that refuses has closed them itself.
        let _ = link.unbind(socket.key);
    }
}
