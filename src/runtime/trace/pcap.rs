//! Capture files: the classic pcap format, link type "raw IP", with made-up IP (RFC 791, RFC 8200), UDP (RFC 768) and
//! TCP (RFC 9293) headers whose lengths, checksums and sequence numbers are right.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};

use crate::transport::{ConnKey, Protocol};

/// Longest payload of one made-up TCP segment.
const SEGMENT: usize = 32_768;
/// `LINKTYPE_RAW`: a packet begins with its IP header.
const RAW_IP: u32 = 101;

/// The sequence numbers of the streams in one file.
#[derive(Default)]
pub(super) struct Pcap {
    streams: HashMap<ConnKey, [u32; 2]>,
}

/// What begins a file.
pub(super) fn file_header(out: &mut Vec<u8>) {
    out.extend_from_slice(&0xa1b2_c3d4_u32.to_ne_bytes());
    for half in [2_u16, 4] {
        out.extend_from_slice(&half.to_ne_bytes());
    }
    for word in [0, 0, 0x0004_0000, RAW_IP] {
        out.extend_from_slice(&word.to_ne_bytes());
    }
}

impl Pcap {
    /// Appends the packets that carry one message.
    pub(super) fn message(
        &mut self,
        out: &mut Vec<u8>,
        unix_micros: u64,
        protocol: Protocol,
        conn: Option<ConnKey>,
        outbound: bool,
        from: SocketAddr,
        to: SocketAddr,
        bytes: &[u8],
    ) {
        match (protocol, conn) {
            (_, Some(conn)) => {
                let numbers = self.streams.entry(conn).or_insert([1, 1]);
                let (mine, other) = if outbound { (0, 1) } else { (1, 0) };
                let pieces = bytes.chunks(SEGMENT).count();
                for (index, piece) in bytes.chunks(SEGMENT).enumerate() {
                    let segment = tcp(
                        from,
                        to,
                        numbers[mine],
                        numbers[other],
                        index + 1 == pieces,
                        piece,
                    );
                    numbers[mine] =
                        numbers[mine].wrapping_add(u32::try_from(piece.len()).unwrap_or(0));
                    packet(out, unix_micros, from.ip(), to.ip(), 6, &segment);
                }
            }
            _ => packet(
                out,
                unix_micros,
                from.ip(),
                to.ip(),
                17,
                &udp(from, to, bytes),
            ),
        }
    }

    /// A stream ended; its number may not come again, but its entry must not stay.
    pub(super) fn closed(&mut self, conn: ConnKey) {
        self.streams.remove(&conn);
    }
}

fn udp(from: SocketAddr, to: SocketAddr, bytes: &[u8]) -> Vec<u8> {
    let bytes = &bytes[..bytes.len().min(65_507)];
    let mut datagram = Vec::with_capacity(8 + bytes.len());
    datagram.extend_from_slice(&from.port().to_be_bytes());
    datagram.extend_from_slice(&to.port().to_be_bytes());
    datagram.extend_from_slice(&short(8 + bytes.len()));
    datagram.extend_from_slice(&[0, 0]);
    datagram.extend_from_slice(bytes);
    let sum = match checksum(from.ip(), to.ip(), 17, &datagram) {
        // Zero would say that there is none.
        0 => 0xffff,
        sum => sum,
    };
    datagram[6..8].copy_from_slice(&sum.to_be_bytes());
    datagram
}

fn tcp(from: SocketAddr, to: SocketAddr, seq: u32, ack: u32, last: bool, bytes: &[u8]) -> Vec<u8> {
    let mut segment = Vec::with_capacity(20 + bytes.len());
    segment.extend_from_slice(&from.port().to_be_bytes());
    segment.extend_from_slice(&to.port().to_be_bytes());
    segment.extend_from_slice(&seq.to_be_bytes());
    segment.extend_from_slice(&ack.to_be_bytes());
    // Five words of header; ACK, and PSH at the end of a message.
    segment.extend_from_slice(&[0x50, if last { 0x18 } else { 0x10 }]);
    segment.extend_from_slice(&[0xff, 0xff, 0, 0, 0, 0]);
    segment.extend_from_slice(bytes);
    let sum = checksum(from.ip(), to.ip(), 6, &segment);
    segment[16..18].copy_from_slice(&sum.to_be_bytes());
    segment
}

fn packet(
    out: &mut Vec<u8>,
    unix_micros: u64,
    from: IpAddr,
    to: IpAddr,
    protocol: u8,
    payload: &[u8],
) {
    let mut header = Vec::with_capacity(40);
    match (from, to) {
        (IpAddr::V4(from), IpAddr::V4(to)) => {
            header.extend_from_slice(&[0x45, 0]);
            header.extend_from_slice(&short(20 + payload.len()));
            header.extend_from_slice(&[0, 0, 0x40, 0, 64, protocol, 0, 0]);
            header.extend_from_slice(&from.octets());
            header.extend_from_slice(&to.octets());
            let sum = fold(sum(0, &header));
            header[10..12].copy_from_slice(&sum.to_be_bytes());
        }
        _ => {
            header.extend_from_slice(&[0x60, 0, 0, 0]);
            header.extend_from_slice(&short(payload.len()));
            header.extend_from_slice(&[protocol, 64]);
            header.extend_from_slice(&v6(from));
            header.extend_from_slice(&v6(to));
        }
    }
    let length = u32::try_from(header.len() + payload.len()).unwrap_or(u32::MAX);
    // The format has 32 bits of seconds, unsigned: until 2106.
    let seconds = u32::try_from(unix_micros / 1_000_000).unwrap_or(u32::MAX);
    let micros = u32::try_from(unix_micros % 1_000_000).unwrap_or(0);
    for word in [seconds, micros, length, length] {
        out.extend_from_slice(&word.to_ne_bytes());
    }
    out.extend_from_slice(&header);
    out.extend_from_slice(payload);
}

/// Over the pseudo header (RFC 9293 §3.1, RFC 8200 §8.1) and the segment.
fn checksum(from: IpAddr, to: IpAddr, protocol: u8, segment: &[u8]) -> u16 {
    let mut total = u64::from(protocol) + segment.len() as u64;
    for ip in [from, to] {
        total = match ip {
            IpAddr::V4(ip) => sum(total, &ip.octets()),
            IpAddr::V6(ip) => sum(total, &ip.octets()),
        };
    }
    fold(sum(total, segment))
}

fn sum(start: u64, bytes: &[u8]) -> u64 {
    bytes.chunks(2).fold(start, |total, pair| {
        total
            + u64::from(u16::from_be_bytes([
                pair[0],
                pair.get(1).copied().unwrap_or(0),
            ]))
    })
}

#[expect(clippy::cast_possible_truncation, reason = "folded until it fits")]
fn fold(mut total: u64) -> u16 {
    while total > 0xffff {
        total = (total & 0xffff) + (total >> 16);
    }
    !(total as u16)
}

fn short(length: usize) -> [u8; 2] {
    u16::try_from(length).unwrap_or(u16::MAX).to_be_bytes()
}

fn v6(ip: IpAddr) -> [u8; 16] {
    match ip {
        IpAddr::V4(ip) => ip.to_ipv6_mapped().octets(),
        IpAddr::V6(ip) => ip.octets(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_over_what_was_written_come_out_even() {
        for (from, to) in [
            ("192.0.2.1:5060", "192.0.2.2:5070"),
            ("[2001:db8::1]:5060", "[::1]:5070"),
        ] {
            let (from, to): (SocketAddr, SocketAddr) = (from.parse().unwrap(), to.parse().unwrap());
            for length in [0, 1, 2, 999] {
                let bytes = vec![0xa5; length];
                // A sum that includes its own complement is zero after the final inversion.
                assert_eq!(checksum(from.ip(), to.ip(), 17, &udp(from, to, &bytes)), 0);
                assert_eq!(
                    checksum(from.ip(), to.ip(), 6, &tcp(from, to, 7, 9, true, &bytes)),
                    0
                );
            }
        }
        let mut out = Vec::new();
        packet(
            &mut out,
            0,
            [10, 0, 0, 1].into(),
            [10, 0, 0, 2].into(),
            17,
            b"x",
        );
        assert_eq!(fold(sum(0, &out[16..36])), 0);
    }

    #[test]
    fn the_numbers_of_a_stream_go_on() {
        let mut pcap = Pcap::default();
        let (a, b) = (([10, 0, 0, 1], 1).into(), ([10, 0, 0, 2], 2).into());
        let conn = Some(ConnKey(1));
        let mut out = Vec::new();
        pcap.message(&mut out, 0, Protocol::Tcp, conn, true, a, b, b"hello");
        pcap.message(&mut out, 0, Protocol::Tcp, conn, false, b, a, b"hi");
        assert_eq!(pcap.streams.get(&ConnKey(1)), Some(&[6, 3]));
        pcap.closed(ConnKey(1));
        assert!(pcap.streams.is_empty());
    }
}
