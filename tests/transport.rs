//! How requests and responses travel (RFC 3261 §18, RFC 3581), as a user agent and what stands opposite see it; and the
//! transports of the C API: where a client listens, TLS options, what a refused certificate is told as.
#![expect(unsafe_code, reason = "the C API is called as C programs call it")]

mod certs;
#[path = "misuse/fixture.rs"]
#[allow(dead_code, reason = "a part of it is used")]
mod fixture;
mod sim;

use std::net::SocketAddr;
use std::ptr::{null, null_mut};

use certs::Authority;
use fixture::{ok, s, sentence, sized, t, wait_for};
use rtcclient::agent::{
    Agent, Code, Config, EventType, Send, SessionOptions, SessionState, SessionType, Status,
};
use rtcclient::dns::Zone;
use rtcclient::ffi::client::*;
use rtcclient::ffi::connection::*;
use rtcclient::ffi::constants::*;
use rtcclient::ffi::library::rtc_library_has_feature;
use rtcclient::ffi::numbers::*;
use rtcclient::ffi::object::*;
use rtcclient::ffi::profile::*;
use rtcclient::ffi::records::*;
use rtcclient::ffi::result_codes::*;
use rtcclient::ffi::server::*;
use rtcclient::ffi::structs::*;
use rtcclient::ffi::types::*;
use rtcclient::transport::Protocol;
use sim::raw::Raw;
use sim::{Sim, secs};

const OPTIONS: &str = "OPTIONS sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP VIA;branch=z9hG4bKx1\r\nMax-Forwards: 70\r\n\
     From: <sip:peer@192.0.2.9>;tag=1\r\nTo: <sip:alice@192.0.2.1>\r\nCall-ID: c1\r\nCSeq: 1 OPTIONS\r\n";

/// B-320: a datagram of 60 kB is a request like any other.
#[test]
fn a_large_datagram_is_received_whole() {
    let mut net = Sim::new(321);
    net.agent("alice", "192.0.2.1", Config::default());
    let peer = Raw::new(&mut net, "peer", "192.0.2.9");
    let body = "x".repeat(60_000);
    let head = OPTIONS.replace("VIA", "192.0.2.9");
    let text = format!("{head}Content-Type: text/plain\r\nContent-Length: 60000\r\n\r\n{body}");
    peer.send(&mut net, "192.0.2.1", text);
    net.run_for(secs(0.1));
    assert_eq!(peer.expect("200").cseq(), 1);
}

/// B-321, B-322: our Via names our address and port and asks for rport; a host name in a peer's Via gets `received`, and
/// where rport is asked for the answer goes to the very port that the request came from.
#[test]
fn via_names_the_sender_and_is_completed_by_the_receiver() {
    let mut net = Sim::new(322);
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let peer = Raw::new(&mut net, "peer", "192.0.2.9");
    net.with(alice, |agent: &mut Agent, now| {
        let session = agent.create_session(SessionType::PcToPc, SessionOptions::default())?;
        agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &Send::default())
    })
    .expect("called");
    net.run_for(secs(0.1));
    let invite = peer.expect("INVITE");
    let via = invite.header_named("Via").expect("a Via");
    assert!(via.starts_with("SIP/2.0/UDP 192.0.2.1:5060;"), "{via}");
    assert!(
        via.split(';').any(|parameter| parameter == "rport"),
        "{via}"
    );
    // A name in place of the address, and a port that is not the sender's: a translator stands between.
    let text = format!(
        "{}Content-Length: 0\r\n\r\n",
        OPTIONS.replace("VIA", "pc.example.com:9;rport")
    );
    peer.send(&mut net, "192.0.2.1", text);
    net.run_for(secs(0.1));
    let answer = peer.expect("200 OPTIONS");
    let via = answer.header_named("Via").expect("a Via");
    assert!(via.contains(";received=192.0.2.9"), "{via}");
    assert!(via.contains(";rport=5060"), "{via}");
}

/// B-326: a port that nobody listens on fails a call at once and not after 32 s.
#[test]
fn an_icmp_error_ends_a_call_soon() {
    let mut net = Sim::new(326);
    let alice = net.agent("alice", "192.0.2.1", Config::default());
    let nobody: SocketAddr = "192.0.2.77:5060".parse().expect("an address");
    net.unreachable(nobody);
    net.with(alice, |agent: &mut Agent, now| {
        let session = agent.create_session(SessionType::PcToPc, SessionOptions::default())?;
        agent.add_participant(now, &session, "sip:bob@192.0.2.77", None, &Send::default())
    })
    .expect("called");
    net.run_for(secs(1.0));
    let end = net.events(alice).iter().find(|event| {
        event.event_type == EventType::SessionStateChange
            && event.state == SessionState::Disconnected.number()
    });
    assert_eq!(end.expect("an end").status, Status::Failed(Code::Transport));
}

/// B-332: of a name with addresses of both families the first is tried, by a socket of its family, and then the next.
#[test]
fn the_family_is_chosen_by_the_order_of_addresses() {
    for (order, first) in [
        (
            ["2001:db8::2", "192.0.2.2"],
            "SIP/2.0/UDP [2001:db8::1]:5060",
        ),
        (["192.0.2.2", "2001:db8::2"], "SIP/2.0/UDP 192.0.2.1:5060"),
    ] {
        let mut net = Sim::new(332);
        let alice = net.agent("alice", "192.0.2.1", Config::default());
        net.open_at(alice, Protocol::Udp, "[2001:db8::1]:5060");
        let bob = net.agent("bob", "192.0.2.2", Config::default());
        net.open_at(bob, Protocol::Udp, "[2001:db8::2]:5060");
        net.name("bob.test", &order.map(|ip| ip.parse().expect("an address")));
        net.with(alice, |agent: &mut Agent, now| {
            let session = agent.create_session(SessionType::PcToPc, SessionOptions::default())?;
            agent.add_participant(now, &session, "sip:bob@bob.test", None, &Send::default())
        })
        .expect("called");
        net.run_for(secs(1.0));
        let incoming = net
            .events(bob)
            .iter()
            .find_map(|event| {
                event
                    .message
                    .as_ref()
                    .filter(|message| message.is_request())
            })
            .expect("a call");
        let via = incoming.header_named("Via").expect("a Via");
        assert!(via.starts_with(first), "{via}");
    }
}

/// A client with these TLS options, initialised.
fn client(tls: &rtc_tls_options_t) -> *mut rtc_client_t {
    let records = "example.test. A 127.0.0.1";
    assert!(Zone::parse(records).is_ok());
    let mut dns: rtc_dns_options_t = sized();
    dns.records = s(records);
    let mut options: rtc_client_options_t = sized();
    options.tls = tls;
    options.dns = &raw const dns;
    let mut client = null_mut();
    // SAFETY: pointers to locals that live until the calls return.
    unsafe {
        ok(rtc_client_create(&raw mut client), "create");
        ok(
            rtc_client_initialize(client, &raw const options),
            "initialize",
        );
    }
    client
}

fn text_of(object: *mut std::ffi::c_void, property: i32, index: u32) -> String {
    let (mut buffer, mut needed) = ([0_u8; 128], 0);
    // SAFETY: pointers to locals that live until the call returns.
    unsafe {
        ok(
            rtc_object_get_text(
                object.cast(),
                property,
                index.cast_signed(),
                buffer.as_mut_ptr().cast(),
                buffer.len(),
                &raw mut needed,
            ),
            "text",
        );
    }
    String::from_utf8_lossy(&buffer[..needed]).into_owned()
}

fn connection(
    client: *mut rtc_client_t,
    transports: u32,
    port: u16,
) -> Result<*mut rtc_connection_t, i32> {
    let mut options: rtc_connection_options_t = sized();
    options.address = s("127.0.0.1");
    options.transports = transports;
    options.port = port;
    let mut made = null_mut();
    // SAFETY: pointers to locals that live until the call returns.
    match unsafe { rtc_connection_create(client, &raw const options, &raw mut made) } {
        RTC_OK => Ok(made),
        code => Err(code),
    }
}

/// B-317: a connection listens by UDP and TCP on one port and by TLS on the next, on the ports that are asked for.
#[test]
fn udp_and_tcp_listen_on_one_port_and_tls_on_the_next() {
    let authority = Authority::new("ours");
    let own = authority.sign(&["example.test"]);
    let mut tls: rtc_tls_options_t = sized();
    tls.certificate_pem = s(&own.certificate);
    tls.key_pem = s(&own.key);
    let client = client(&tls);
    let all = RTC_TRANSPORT_UDP | RTC_TRANSPORT_TCP | RTC_TRANSPORT_TLS;
    let port_of = |connection: *mut rtc_connection_t, transport: u32| -> u16 {
        let local = text_of(
            connection.cast(),
            RTC_PROPERTY_CONNECTION_LOCAL_ADDRESS,
            transport,
        );
        let local: SocketAddr = local.parse().expect("an address");
        local.port()
    };
    let any = connection(client, all, 0).expect("ports");
    let port = port_of(any, RTC_TRANSPORT_UDP);
    assert_eq!(port_of(any, RTC_TRANSPORT_TCP), port);
    assert_ne!(port_of(any, RTC_TRANSPORT_TLS), port);
    // Ports of our own choice: two that were free a moment ago.
    let chosen = (0..50).find_map(|_| {
        let probe = std::net::TcpListener::bind("127.0.0.1:0").ok()?;
        let port = probe.local_addr().ok()?.port();
        drop(probe);
        Some((connection(client, all, port).ok()?, port))
    });
    let (fixed, port) = chosen.expect("two ports in a row");
    assert_eq!(port_of(fixed, RTC_TRANSPORT_UDP), port);
    assert_eq!(port_of(fixed, RTC_TRANSPORT_TCP), port);
    assert_eq!(port_of(fixed, RTC_TRANSPORT_TLS), port + 1);
    let alone = connection(client, RTC_TRANSPORT_TLS, 0).expect("a port");
    assert_ne!(port_of(alone, RTC_TRANSPORT_TLS), 0);
    assert_eq!(
        connection(client, RTC_TRANSPORT_WS, 0),
        Err(RTC_E_SIP_TRANSPORT_NOT_SUPPORTED)
    );
    // SAFETY: handles of this test.
    unsafe {
        for handle in [any, fixed, alone] {
            rtc_object_release(handle.cast());
        }
        ok(rtc_client_shutdown(client), "shutdown");
        rtc_object_release(client.cast());
    }
}

/// B-317: a client that listens on all addresses does so by TLS too, as soon as it has a certificate.
#[test]
fn a_client_with_a_certificate_listens_by_tls_too() {
    let authority = Authority::new("ours");
    let own = authority.sign(&["example.test"]);
    for with in [true, false] {
        let mut tls: rtc_tls_options_t = sized();
        if with {
            tls.certificate_pem = s(&own.certificate);
            tls.key_pem = s(&own.key);
        }
        let client = client(&tls);
        let (mut seen, mut text) = (Vec::new(), [0_u8; 128]);
        // SAFETY: pointers to locals that live until the calls return.
        unsafe {
            ok(rtc_client_listen(client, RTC_LISTEN_MODE_DYNAMIC), "listen");
            for index in 0.. {
                let mut needed = 0;
                let found = rtc_object_get_text(
                    client.cast(),
                    RTC_PROPERTY_CLIENT_NETWORK_ADDRESS,
                    index,
                    text.as_mut_ptr().cast(),
                    text.len(),
                    &raw mut needed,
                );
                if found != RTC_OK {
                    break;
                }
                seen.push(String::from_utf8_lossy(&text[..needed]).into_owned());
            }
            ok(rtc_client_shutdown(client), "shutdown");
            rtc_object_release(client.cast());
        }
        for (transport, wanted) in [("udp:", true), ("tcp:", true), ("tls:", with)] {
            let has = seen.iter().any(|address| address.starts_with(transport));
            assert_eq!(has, wanted, "{transport} {seen:?}");
        }
    }
}

/// B-328, B-329: through the C API: an embedded server by TLS takes a registration; a client that has no reason to trust it
/// is told why by a code of its own, in the event of the registration.
#[test]
fn a_registration_by_tls_and_the_codes_of_those_that_fail() {
    let (ours, theirs) = (Authority::new("ours"), Authority::new("theirs"));
    let (ours_pem, theirs_pem) = (ours.pem(), theirs.pem());
    let good = ours.sign(&["example.test"]);
    let cases = [
        (good.clone(), &ours_pem, 0, RTC_E_STATUS_SUCCESS),
        (good.clone(), &theirs_pem, 0, RTC_E_TLS_UNKNOWN_AUTHORITY),
        (
            good,
            &theirs_pem,
            RTC_TLS_INSECURE_NO_VERIFY,
            RTC_E_STATUS_SUCCESS,
        ),
        (
            ours.sign(&["other.test"]),
            &ours_pem,
            0,
            RTC_E_TLS_WRONG_NAME,
        ),
        (
            ours.sign_for(&["example.test"], certs::Span::Over),
            &ours_pem,
            0,
            RTC_E_TLS_CERTIFICATE_EXPIRED,
        ),
    ];
    for (own, trusted, flags, code) in cases {
        assert_eq!(registration(&own, trusted, flags, false), code);
    }
    let own = ours.sign(&["example.test"]);
    assert_eq!(
        registration(&own, &ours_pem, 0, true),
        RTC_E_TLS_CLIENT_CERTIFICATE
    );
}

/// How a registration at a server with this certificate ends for a client that trusts `trusted`.
fn registration(own: &certs::Identity, trusted: &str, flags: u32, asks: bool) -> i32 {
    let mut theirs: rtc_tls_options_t = sized();
    theirs.certificate_pem = s(&own.certificate);
    theirs.key_pem = s(&own.key);
    if asks {
        theirs.flags = RTC_TLS_REQUIRE_CLIENT_CERTIFICATE;
        theirs.ca_pem = s(trusted);
    }
    let mut options: rtc_server_options_t = sized();
    options.listen = s("tls:127.0.0.1:0, wss:127.0.0.1:0");
    options.domain = s("example.test");
    options.tls = &raw const theirs;
    let mut server = null_mut();
    let mut user: rtc_server_user_t = sized();
    user.user = s("alice");
    user.password = s("secret");
    let mut tls: rtc_tls_options_t = sized();
    tls.ca_pem = s(trusted);
    tls.flags = flags | RTC_TLS_NO_SYSTEM_ROOTS;
    // SAFETY: pointers to locals that live until the calls return.
    unsafe {
        ok(
            rtc_server_start(&raw const options, &raw mut server),
            "server",
        );
        ok(rtc_server_set_user(server, &raw const user), "user");
        let uri = text_of(server.cast(), RTC_PROPERTY_SERVER_URI, 0);
        assert!(uri.ends_with(";transport=tls"), "{uri}");
        let registrar = uri.replace("127.0.0.1", "example.test");
        let client = client(&tls);
        let mut options: rtc_profile_options_t = sized();
        options.uri = s("sip:alice@example.test");
        options.registrar = s(&registrar);
        options.proxy = s(&registrar);
        options.password = s("secret");
        let mut profile = null_mut();
        ok(
            rtc_profile_create(client, &raw const options, &raw mut profile),
            "profile",
        );
        ok(rtc_profile_enable(profile, 15, 0), "enable");
        let (event, info): (_, rtc_event_info_t) =
            wait_for(client.cast(), "an end of registering", |info| {
                info.r#type == RTC_EVENT_REGISTRATION_STATE_CHANGE && info.status_code != 0
            });
        rtc_object_release(event.cast());
        rtc_object_release(profile.cast());
        ok(rtc_client_shutdown(client), "shutdown");
        rtc_object_release(client.cast());
        ok(rtc_server_stop(server), "stop");
        rtc_object_release(server.cast());
        info.status_code
    }
}

#[test]
fn this_build_says_that_it_has_tls_and_websocket() {
    for name in ["tls", "ws"] {
        let (text, len) = t(name);
        // SAFETY: a text that lives until the call returns.
        let has = unsafe { rtc_library_has_feature(text, len) };
        assert_eq!(has, RTC_OK, "{name}");
    }
    // A certificate that is none is refused at the start.
    let mut tls: rtc_tls_options_t = sized();
    tls.ca_pem = s("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
    let mut options: rtc_client_options_t = sized();
    options.tls = &raw const tls;
    let mut client = null_mut();
    // SAFETY: pointers to locals that live until the calls return.
    unsafe {
        ok(rtc_client_create(&raw mut client), "create");
        let refused = rtc_client_initialize(client, &raw const options);
        assert_eq!(refused, RTC_E_SIP_INVALID_CERTIFICATE);
        assert!(sentence().contains("ca_pem"), "{}", sentence());
        ok(rtc_client_initialize(client, null()), "initialize");
        ok(rtc_client_shutdown(client), "shutdown");
        rtc_object_release(client.cast());
    }
}
