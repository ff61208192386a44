//! STUN Binding, as much as keeps a UDP flow open and shows its address: RFC 8489 §5, §14.2; RFC 5626 §4.4.2, §8.
//!
//! Shared with SIP on one port, a STUN message is known by its first byte, 0 or 1. Pure functions over bytes.

use std::net::{IpAddr, SocketAddr};

/// Names one request and its response.
pub(crate) type StunId = [u8; 12];

const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
const HEADER: usize = 20;
const REQUEST: u16 = 0x0001;
const SUCCESS: u16 = 0x0101;
const ERROR: u16 = 0x0111;
const MAPPED_ADDRESS: u16 = 0x0001;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;

/// A STUN message, as far as it matters here.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Stun {
    /// A Binding request.
    Request(StunId),
    /// A Binding response with the address that the server saw.
    Success(StunId, SocketAddr),
    /// The server does not do it.
    Error(StunId),
}

/// A Binding request.
pub(crate) fn request(id: StunId) -> Vec<u8> {
    header(REQUEST, 0, id)
}

/// The response to a Binding request that came from this address.
pub(crate) fn success(id: StunId, from: SocketAddr) -> Vec<u8> {
    let (family, ip): (u8, Vec<u8>) = match from.ip() {
        IpAddr::V4(v4) => (1, v4.octets().to_vec()),
        IpAddr::V6(v6) => (2, v6.octets().to_vec()),
    };
    let length = u16::try_from(4 + ip.len()).unwrap_or(0);
    let mut bytes = header(SUCCESS, length + 4, id);
    bytes.extend(XOR_MAPPED_ADDRESS.to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes.extend([0, family]);
    let port = from.port().to_be_bytes();
    bytes.extend(port.iter().zip(COOKIE).map(|(byte, key)| byte ^ key));
    bytes.extend(ip.iter().zip(key(id)).map(|(byte, key)| byte ^ key));
    bytes
}

fn header(kind: u16, length: u16, id: StunId) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(HEADER + usize::from(length));
    bytes.extend(kind.to_be_bytes());
    bytes.extend(length.to_be_bytes());
    bytes.extend(COOKIE);
    bytes.extend(id);
    bytes
}

/// What an address is mixed with.
fn key(id: StunId) -> impl Iterator<Item = u8> {
    COOKIE.into_iter().chain(id)
}

/// Reads one message; none for what is not one, or none that concerns us.
pub(crate) fn read(bytes: &[u8]) -> Option<Stun> {
    let (head, mut rest) = bytes.split_at_checked(HEADER)?;
    let number = |at: usize| Some(u16::from_be_bytes([*head.get(at)?, *head.get(at + 1)?]));
    let kind = number(0)?;
    if head.get(4..8)? != COOKIE || usize::from(number(2)?) != rest.len() || rest.len() % 4 != 0 {
        return None;
    }
    let id: StunId = head.get(8..)?.try_into().ok()?;
    match kind {
        REQUEST => return Some(Stun::Request(id)),
        ERROR => return Some(Stun::Error(id)),
        SUCCESS => {}
        _ => return None,
    }
    let mut mapped = None;
    while let Some((head, tail)) = rest.split_first_chunk::<4>() {
        let [k0, k1, l0, l1] = *head;
        let length = usize::from(u16::from_be_bytes([l0, l1]));
        let value = tail.get(..length)?;
        match u16::from_be_bytes([k0, k1]) {
            XOR_MAPPED_ADDRESS => return Some(Stun::Success(id, address(value, Some(id))?)),
            MAPPED_ADDRESS => mapped = address(value, None),
            _ => {}
        }
        rest = tail.get(length.next_multiple_of(4)..)?;
    }
    Some(Stun::Success(id, mapped?))
}

fn address(value: &[u8], mixed: Option<StunId>) -> Option<SocketAddr> {
    let ([_, family, p0, p1], ip) = value.split_first_chunk::<4>()?;
    let (mut port, mut ip) = ([*p0, *p1], ip.to_vec());
    if let Some(id) = mixed {
        port.iter_mut()
            .zip(COOKIE)
            .for_each(|(byte, key)| *byte ^= key);
        ip.iter_mut()
            .zip(key(id))
            .for_each(|(byte, key)| *byte ^= key);
    }
    let ip = match family {
        1 => IpAddr::from(<[u8; 4]>::try_from(ip.as_slice()).ok()?),
        2 => IpAddr::from(<[u8; 16]>::try_from(ip.as_slice()).ok()?),
        _ => return None,
    };
    Some(SocketAddr::new(ip, u16::from_be_bytes(port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 5769 §2.2 and §2.3, without what follows the addresses there.
    #[test]
    fn the_addresses_of_the_test_vectors_are_read() {
        let id = *b"\xb7\xe7\xa7\x01\xbc\x34\xd6\x86\xfa\x87\xdf\xae";
        let mut v4 = header(SUCCESS, 12, id);
        v4.extend(b"\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43");
        let expected = "192.0.2.1:32853".parse().expect("an address");
        assert_eq!(read(&v4), Some(Stun::Success(id, expected)));
        let mut v6 = header(SUCCESS, 24, id);
        v6.extend(b"\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9");
        let expected = "[2001:db8:1234:5678:11:2233:4455:6677]:32853";
        assert_eq!(
            read(&v6),
            Some(Stun::Success(id, expected.parse().expect("an address")))
        );
    }

    #[test]
    fn what_is_written_is_read() {
        let id = [7; 12];
        assert_eq!(read(&request(id)), Some(Stun::Request(id)));
        for from in ["192.0.2.1:5060", "[2001:db8::1]:1"] {
            let from = from.parse().expect("an address");
            assert_eq!(read(&success(id, from)), Some(Stun::Success(id, from)));
        }
    }

    #[test]
    fn garbage_is_nothing_and_never_more_than_that() {
        let whole = success([9; 12], "192.0.2.1:5060".parse().expect("an address"));
        for length in 0..whole.len() {
            assert_eq!(read(&whole[..length]), None, "{length}");
        }
        let mut long = whole.clone();
        long[23] = 200;
        assert_eq!(read(&long), None);
        assert_eq!(read(&[0; 20]), None);
        assert_eq!(read(&[1; 64]), None);
    }
}
