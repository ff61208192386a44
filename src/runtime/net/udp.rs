//! Datagrams (RFC 3261 §18): sent in batches and received in batches, with what becomes of those that do not arrive.

use std::collections::VecDeque;
use std::io::ErrorKind;
use std::net::{IpAddr, SocketAddr};

use mio::net::UdpSocket;
use mio::{Interest, Token};

use crate::syntax::Payload;
use crate::transport::{Input, SocketKey};

use super::super::sys::{self, Inbound};
use super::{Counters, Net, local_towards};

/// Datagrams that wait for room in the system's buffer at most.
const DATAGRAM_BACKLOG: usize = 1024;

/// A bound datagram socket.
pub(super) struct Udp {
    pub(super) socket: UdpSocket,
    pub(super) token: Token,
    pub(super) local: SocketAddr,
    pub(super) addresses: Vec<IpAddr>,
    pub(super) backlog: VecDeque<(SocketAddr, Payload)>,
}

impl Net {
    /// Sends the datagrams that were collected.
    pub(in super::super) fn flush(&mut self) {
        let mut outgoing = std::mem::take(&mut self.outgoing);
        let mut run = std::mem::take(&mut self.run);
        let mut rest = outgoing.drain(..).peekable();
        while let Some((key, to, bytes)) = rest.next() {
            run.push((to, bytes));
            while let Some((_, to, bytes)) = rest.next_if(|(next, _, _)| *next == key) {
                run.push((to, bytes));
            }
            self.send_run(key, &mut run);
            run.clear();
        }
        drop(rest);
        self.outgoing = outgoing;
        self.run = run;
    }

    fn send_run(&mut self, key: SocketKey, run: &mut Vec<(SocketAddr, Payload)>) {
        let Some(udp) = self.udp.get_mut(&key) else {
            self.counters.datagrams_dropped += run.len() as u64;
            return;
        };
        if self.tap.is_open() {
            for (to, bytes) in run.iter() {
                self.tap.datagram(
                    true,
                    local_towards(udp.local, &udp.addresses, *to),
                    *to,
                    bytes,
                );
            }
        }
        if udp.backlog.is_empty() {
            let sent = send_some(udp, key, run, &mut self.feedback, &mut self.counters);
            run.drain(..sent);
        }
        if run.is_empty() {
            return;
        }
        if udp.backlog.is_empty() {
            let both = Interest::READABLE | Interest::WRITABLE;
            if let Err(error) = self.registry.reregister(&mut udp.socket, udp.token, both) {
                log::warn!("{}: not told when there is room again: {error}", udp.local);
            }
        }
        for datagram in run.drain(..) {
            if udp.backlog.len() < DATAGRAM_BACKLOG {
                udp.backlog.push_back(datagram);
            } else {
                self.counters.datagrams_dropped += 1;
            }
        }
    }

    /// The socket takes datagrams again.
    pub(super) fn resume(&mut self, key: SocketKey) {
        let Some(udp) = self.udp.get_mut(&key) else {
            return;
        };
        if udp.backlog.is_empty() {
            return;
        }
        let waiting: Vec<_> = udp.backlog.drain(..).collect();
        let sent = send_some(udp, key, &waiting, &mut self.feedback, &mut self.counters);
        udp.backlog.extend(waiting.into_iter().skip(sent));
        if udp.backlog.is_empty()
            && let Err(error) =
                self.registry
                    .reregister(&mut udp.socket, udp.token, Interest::READABLE)
        {
            log::warn!("{}: {error}", udp.local);
        }
    }

    pub(super) fn take_errors(&mut self, key: SocketKey) {
        if let Some(udp) = self.udp.get(&key) {
            take_errors(udp, key, &mut self.feedback);
        }
    }

    /// Receives a batch of datagrams; how many, and whether there may be more.
    pub(in super::super) fn receive(
        &mut self,
        key: SocketKey,
        inbound: &mut Inbound,
    ) -> (usize, bool) {
        let Some(udp) = self.udp.get_mut(&key) else {
            return (0, false);
        };
        match inbound.receive(&udp.socket) {
            Ok(count) => {
                self.counters.datagrams_in += count as u64;
                if self.tap.is_open() {
                    for (from, bytes) in (0..count).filter_map(|index| inbound.get(index)) {
                        let local = local_towards(udp.local, &udp.addresses, from);
                        self.tap.datagram(false, local, from, bytes);
                    }
                }
                (count, true)
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => (0, false),
            Err(error) if error.kind() == ErrorKind::Interrupted => (0, true),
            Err(error) => {
                // Mostly an ICMP error that came before; the datagrams behind it are still there.
                let local = udp.local;
                self.take_errors(key);
                log::debug!("{local}: {error}");
                (0, true)
            }
        }
    }
}

/// Sends from the front; how many are dealt with, sent or given up.
fn send_some(
    udp: &Udp,
    key: SocketKey,
    run: &[(SocketAddr, Payload)],
    feedback: &mut VecDeque<Input<'static>>,
    counters: &mut Counters,
) -> usize {
    let mut done = 0;
    let mut stale_errors = 0;
    while let Some(&(to, _)) = run.get(done) {
        match sys::send(&udp.socket, &run[done..]) {
            Ok(sent) => {
                done += sent;
                counters.datagrams_out += sent as u64;
            }
            Err(error) if error.kind() == ErrorKind::WouldBlock => break,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            // With ICMP errors reported, sending first gives the error that an earlier datagram met.
            Err(_) if stale_errors < 8 && take_errors(udp, key, feedback) > 0 => stale_errors += 1,
            Err(error) => {
                log::info!("{} to {to}: {error}", udp.local);
                counters.datagrams_dropped += 1;
                done += 1;
                feedback.push_back(Input::SendFailed { socket: key, to });
            }
        }
    }
    done
}

fn take_errors(udp: &Udp, key: SocketKey, feedback: &mut VecDeque<Input<'static>>) -> usize {
    #[cfg(target_os = "linux")]
    {
        let mut lost = Vec::new();
        let count = sys::read_errors(&udp.socket, &mut lost);
        lost.dedup();
        feedback.extend(
            lost.into_iter()
                .map(|to| Input::SendFailed { socket: key, to }),
        );
        count
    }
    #[cfg(not(target_os = "linux"))]
    {
        let _ = (udp, key, feedback);
        0
    }
}
