//! Proxies, forks and redirects as a user agent sees them: RFC 3261 §16, RFC 5630, RFC 5658.
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

mod sim;

use rtcclient::agent::{Credentials, SessionOptions, SessionState, Status};
use rtcclient::syntax::HeaderId;
use sim::raw::sdp;
use sim::talk::{PEER, Talk, state};
use sim::wire::{Wire, request};

/// B-311: a loose first route keeps the target and is where the request goes; maddr and transport in it are obeyed.
#[test]
fn a_loose_route_is_where_the_request_goes() {
    let mut t = Talk::new(1);
    let (session, invite) = t.call(SessionOptions::default());
    let lines = "Record-Route: <sip:proxy.example.com;lr;maddr=192.0.2.9;transport=udp>\r\nContact: <sip:peer@192.0.2.88>\r\n";
    t.answer(&invite, 200, "t1", lines, &sdp(PEER, "sendrecv"));
    // The name of the proxy is in no table: without maddr nothing would arrive here.
    let ack = t.peer.expect("ACK sip:peer@192.0.2.88");
    assert_eq!(
        ack.header(HeaderId::Route),
        Some("<sip:proxy.example.com;lr;maddr=192.0.2.9;transport=udp>")
    );
    t.hang_up(&session);
    t.peer.expect("BYE sip:peer@192.0.2.88");
}

/// B-313: what a proxy says is told as it is.
#[test]
fn what_a_proxy_says_is_told_as_it_is() {
    for status in [408, 482, 483, 502, 504] {
        let mut t = Talk::new(2);
        let (session, invite) = t.call(SessionOptions::default());
        t.answer(&invite, status, "p", "", "");
        assert_eq!(state(&session), SessionState::Disconnected);
        assert_eq!(t.last_state().status, Status::Sip(status));
    }
}

/// B-314: the challenges of all forks come in one response, and each is answered.
#[test]
fn three_challenges_get_three_answers() {
    let mut t = Talk::new(3);
    for realm in ["one", "two", "three"] {
        let credentials = Credentials {
            realm: realm.into(),
            user: format!("alice-{realm}").into(),
            secret: "secret".into(),
            ..Credentials::default()
        };
        t.on(|agent, _| agent.set_credentials(None, credentials))
            .unwrap();
    }
    let (_, invite) = t.call(SessionOptions::default());
    let lines = "WWW-Authenticate: Digest realm=\"one\", nonce=\"1\", qop=\"auth\"\r\n\
                 WWW-Authenticate: Digest realm=\"two\", nonce=\"2\", qop=\"auth\"\r\n\
                 Proxy-Authenticate: Digest realm=\"three\", nonce=\"3\", qop=\"auth\"\r\n";
    t.answer(&invite, 401, "p", lines, "");
    let again = t.peer.expect("INVITE");
    let own: Vec<&str> = again.headers(HeaderId::Authorization).collect();
    assert_eq!(own.len(), 2);
    for (realm, lines) in [("one", &own), ("two", &own)] {
        assert!(
            lines
                .iter()
                .any(|line| line.contains(&format!("username=\"alice-{realm}\""))),
            "{realm}"
        );
    }
    let proxy = again.header(HeaderId::ProxyAuthorization).unwrap();
    assert!(proxy.contains("username=\"alice-three\""));
}

/// B-315: Max-Forwards is a proxy's to count; at its end a request has come where it was going.
#[test]
fn max_forwards_of_zero_is_served() {
    for method in ["OPTIONS", "INVITE"] {
        let text = request(method, "sip:alice@192.0.2.1", "", "")
            .replace("Max-Forwards: 70", "Max-Forwards: 0");
        let status = Wire::status(&Wire::new().udp(text));
        assert_eq!(status, if method == "INVITE" { 180 } else { 200 });
    }
    let none =
        request("OPTIONS", "sip:alice@192.0.2.1", "", "").replace("Max-Forwards: 70\r\n", "");
    assert_eq!(Wire::status(&Wire::new().udp(none)), 200);
}
