//! Which transaction a message belongs to: RFC 3261 §17.1.3, §17.2.3, §8.2.2.2, with the rules for RFC 2543 peers.
//!
//! A transaction's name is a 128-bit hash under a secret (see `base::siphash`) of what the rules compare, so tables
//! keep no text and no peer can make two names fall together.

use crate::base::siphash::{HashKey, SipHash};
use crate::syntax::{HeaderId, Message, method};

/// The branch prefix of RFC 3261 §8.1.1.7.
pub(crate) const COOKIE: &str = "z9hG4bK";

/// Kinds of names, so that none stands for another.
const CLIENT: u8 = 1;
const SERVER: u8 = 2;
const SERVER_2543: u8 = 3;
const MERGED: u8 = 4;

fn start(secret: &HashKey, kind: u8) -> SipHash {
    let mut hash = secret.start();
    hash.bytes(&[kind]);
    hash
}

/// A client transaction: branch and method (RFC 3261 §17.1.3).
pub(crate) fn client(secret: &HashKey, branch: &str, method: &str) -> u128 {
    let mut hash = start(secret, CLIENT);
    hash.part_ignoring_case(branch);
    hash.part(method);
    hash.finish()
}

/// The server transaction of a request: branch, sent-by and method (RFC 3261 §17.2.3); an ACK names the INVITE's.
pub(crate) fn server(secret: &HashKey, request: &Message) -> u128 {
    let method = match request.method() {
        method::ACK => method::INVITE,
        method => method,
    };
    server_of_method(secret, request, method)
}

/// The INVITE's server transaction that a CANCEL is for (RFC 3261 §9.2).
pub(crate) fn cancelled(secret: &HashKey, cancel: &Message) -> u128 {
    server_of_method(secret, cancel, method::INVITE)
}

fn server_of_method(secret: &HashKey, request: &Message, method: &str) -> u128 {
    if let Some(branch) = request.branch().filter(|branch| has_cookie(branch)) {
        let mut hash = start(secret, SERVER);
        hash.part_ignoring_case(branch);
        hash.part_ignoring_case(request.sent_by());
        hash.part(method);
        return hash.finish();
    }
    // RFC 2543: Request-URI, From tag, Call-ID, CSeq number and the whole top Via. The To tag is left out: that of an
    // ACK is the response's, and a request within a dialog has a CSeq number of its own anyway.
    let mut hash = start(secret, SERVER_2543);
    hash.part(request.request_uri());
    hash.part(request.from_tag().unwrap_or_default());
    hash.part(request.call_id());
    hash.bytes(&request.cseq().to_le_bytes());
    hash.part(method);
    hash.part(request.values(HeaderId::Via).next().unwrap_or_default());
    hash.finish()
}

fn has_cookie(branch: &str) -> bool {
    let start = branch.as_bytes().get(..COOKIE.len());
    start.is_some_and(|start| start.eq_ignore_ascii_case(COOKIE.as_bytes()))
        && branch.len() > COOKIE.len()
}

/// What the copies of one request have in common that came by different ways: From tag, Call-ID, CSeq (RFC 3261
/// §8.2.2.2). None for a request within a dialog.
pub(crate) fn merged(secret: &HashKey, request: &Message) -> Option<u128> {
    if request.to_tag().is_some() {
        return None;
    }
    let mut hash = start(secret, MERGED);
    hash.part(request.from_tag()?);
    hash.part(request.call_id());
    hash.bytes(&request.cseq().to_le_bytes());
    hash.part(request.cseq_method());
    Some(hash.finish())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base::Entropy;
    use crate::base::limits::Limits;

    /// B-170.
    #[test]
    fn branch_sent_by_and_method_make_the_name() {
        let secret = HashKey::new(&mut Entropy::new([1; 32]));
        let via = "SIP/2.0/UDP a.example.com:5070;branch=z9hG4bKone";
        let invite = server(&secret, &request("INVITE", "sip:b@x", via, ""));
        let same = |method, uri, via| server(&secret, &request(method, uri, via, "")) == invite;
        assert!(same("INVITE", "sip:other@y", via));
        assert!(same("ACK", "sip:b@x", via));
        assert!(same(
            "INVITE",
            "sip:b@x",
            "SIP/2.0/UDP A.example.COM:5070;branch=z9hG4bKONE"
        ));
        assert!(!same("CANCEL", "sip:b@x", via));
        assert!(!same(
            "INVITE",
            "sip:b@x",
            "SIP/2.0/UDP b.example.com:5070;branch=z9hG4bKone"
        ));
        assert!(!same(
            "INVITE",
            "sip:b@x",
            "SIP/2.0/UDP a.example.com:5070;branch=z9hG4bKtwo"
        ));
        let cancel = request("CANCEL", "sip:b@x", via, "");
        assert_eq!(cancelled(&secret, &cancel), invite);
    }

    /// B-170.
    #[test]
    fn without_the_cookie_the_rules_of_rfc_2543_hold() {
        let secret = HashKey::new(&mut Entropy::new([1; 32]));
        for via in [
            "SIP/2.0/UDP a.example.com",
            "SIP/2.0/UDP a.example.com;branch=1",
        ] {
            let invite = server(&secret, &request("INVITE", "sip:b@x", via, ""));
            assert_eq!(
                server(&secret, &request("ACK", "sip:b@x", via, ";tag=ours")),
                invite
            );
            assert_eq!(
                cancelled(&secret, &request("CANCEL", "sip:b@x", via, "")),
                invite
            );
            assert_ne!(
                server(&secret, &request("INVITE", "sip:c@x", via, "")),
                invite
            );
            assert_ne!(server(&secret, &request("BYE", "sip:b@x", via, "")), invite);
        }
    }

    #[test]
    fn copies_of_a_request_are_recognised_only_outside_of_dialogs() {
        let secret = HashKey::new(&mut Entropy::new([1; 32]));
        let one = request("INVITE", "sip:b@x", "SIP/2.0/UDP a;branch=z9hG4bKone", "");
        let two = request("INVITE", "sip:c@x", "SIP/2.0/UDP b;branch=z9hG4bKtwo", "");
        assert!(merged(&secret, &one).is_some());
        assert_eq!(merged(&secret, &one), merged(&secret, &two));
        assert_eq!(
            merged(
                &secret,
                &request("INVITE", "sip:b@x", "SIP/2.0/UDP a", ";tag=x")
            ),
            None
        );
    }

    fn request(method: &str, uri: &str, via: &str, to_tag: &str) -> Message {
        let text = format!(
            "{method} {uri} SIP/2.0\r\nVia: {via}\r\nFrom: <sip:b@x>;tag=1\r\nTo: <sip:a@y>{to_tag}\r\n\
             Call-ID: c\r\nCSeq: 1 {method}\r\nContent-Length: 0\r\n\r\n"
        );
        Message::parse_datagram(text.as_bytes(), &Limits::default()).unwrap()
    }
}
