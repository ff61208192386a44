//! TLS on real sockets of the loopback: whose certificate is good for which URI (RFC 5922 §7), what a refusal is told as,
//! client certificates, a connection that goes in the middle of a call, bytes that are no TLS.

mod certs;
mod wire;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use certs::{Authority, Identity, Span, tls, tls_with};
use rtcclient::agent::{Code, SessionState};
use rtcclient::runtime::{BindError, Tls, TlsOptions, TlsOptionsError};
use rtcclient::transport::{Protocol, TlsFault};
use wire::{
    Phone, bind, config, connect, end, hang_up, header, phone, phone_with, refusal, session_in,
    wait,
};

/// A phone that listens by TLS with a certificate, and where.
fn listener(seed: u8, authority: &Authority, own: &Identity) -> (Phone, u16) {
    let phone = phone(seed, Some(tls(&[authority], Some(own))));
    let port = bind(&phone, Protocol::Tls).port();
    (phone, port)
}

/// B-328, B-330, B-030: a certificate that leads to our authority and names the domain of the URI lets a call through;
/// it goes by TLS, and our Contact is sips.
#[test]
fn a_call_by_sips_goes_over_tls_to_whom_the_certificate_names() {
    let authority = Authority::new("ours");
    for name in ["example.test", "sip:example.test", "sip:Example.TEST"] {
        let (bob, port) = listener(2, &authority, &authority.sign(&[name]));
        let alice = phone(1, Some(tls(&[&authority], None)));
        let uri = format!("sips:bob@example.test:{port}");
        let (call, _, incoming) = connect(&alice, &bob, &uri);
        assert!(header(&incoming, "Via").starts_with("SIP/2.0/TLS 127.0.0.1:"));
        assert!(header(&incoming, "Contact").starts_with("<sips:"));
        end(&alice, &bob, &call);
    }
}

/// B-331: a sip URI that asks for TLS gets it, by name and by address; the Contact says the transport.
#[test]
fn transport_tls_of_a_sip_uri_is_obeyed_and_an_address_is_checked_as_such() {
    let authority = Authority::new("ours");
    let own = authority.sign(&["example.test", "127.0.0.1"]);
    for host in ["example.test", "127.0.0.1"] {
        let (bob, port) = listener(2, &authority, &own);
        let alice = phone(1, Some(tls(&[&authority], None)));
        let uri = format!("sip:bob@{host}:{port};transport=tls");
        let (call, _, incoming) = connect(&alice, &bob, &uri);
        assert!(header(&incoming, "Via").starts_with("SIP/2.0/TLS "));
        let contact = header(&incoming, "Contact");
        assert!(
            contact.starts_with("<sip:") && contact.contains(";transport=tls"),
            "{contact}"
        );
        end(&alice, &bob, &call);
    }
}

/// B-328: every certificate that is not good for the domain asked for has its own reason in the event of the failure.
#[test]
fn a_certificate_that_is_not_good_is_refused_and_the_event_says_why() {
    let ours = Authority::new("ours");
    let theirs = Authority::new("theirs");
    let good: &[&str] = &["example.test"];
    for (what, own, fault) in [
        (
            "another name",
            ours.sign(&["other.test"]),
            TlsFault::WrongName,
        ),
        (
            "a wildcard (RFC 5922 §7.2)",
            ours.sign(&["*.test", "*.example.test"]),
            TlsFault::WrongName,
        ),
        (
            "a longer name",
            ours.sign(&["www.example.test"]),
            TlsFault::WrongName,
        ),
        (
            "an embedded NUL",
            ours.sign(&["example.test\0.other.test"]),
            TlsFault::WrongName,
        ),
        (
            "the address that the name leads to",
            ours.sign(&["127.0.0.1"]),
            TlsFault::WrongName,
        ),
        (
            "a sip URI of another domain beside a DNS name (RFC 5922 §7.1)",
            ours.sign(&["sip:other.test", "example.test"]),
            TlsFault::WrongName,
        ),
        (
            "a user's certificate",
            ours.sign(&["sip:bob@example.test"]),
            TlsFault::WrongName,
        ),
        (
            "another scheme",
            ours.sign(&["https://example.test"]),
            TlsFault::WrongName,
        ),
        ("no name at all", ours.sign(&[]), TlsFault::WrongName),
        ("over", ours.sign_for(good, Span::Over), TlsFault::Expired),
        (
            "not yet valid",
            ours.sign_for(good, Span::NotYet),
            TlsFault::Expired,
        ),
        (
            "an authority that nobody trusts",
            theirs.sign(good),
            TlsFault::UnknownAuthority,
        ),
        (
            "an authority that only has the name of ours",
            Authority::new("ours").sign(good),
            TlsFault::UnknownAuthority,
        ),
    ] {
        let (bob, port) = listener(2, &theirs, &own);
        let alice = phone(1, Some(tls(&[&ours], None)));
        let code = refusal(&alice, &format!("sips:bob@example.test:{port}"));
        assert_eq!(code, Code::Tls(fault), "{what}");
        drop(bob);
    }
}

/// A certificate made by hand signs itself and calls itself an authority: who trusts that very one takes it, as long as name and
/// time are right.
#[test]
fn a_certificate_of_its_own_is_good_for_whom_trusts_it() {
    for (names, span, fault) in [
        (&["example.test"][..], Span::Now, None),
        (&["other.test"], Span::Now, Some(TlsFault::WrongName)),
        (&["example.test"], Span::Over, Some(TlsFault::Expired)),
    ] {
        let (trusted, own) = Authority::of_its_own(names, span);
        let (bob, port) = listener(2, &trusted, &own);
        let uri = format!("sips:bob@example.test:{port}");
        let alice = phone(1, Some(tls(&[&trusted], None)));
        match fault {
            None => {
                let (call, _, _) = connect(&alice, &bob, &uri);
                end(&alice, &bob, &call);
            }
            Some(fault) => assert_eq!(refusal(&alice, &uri), Code::Tls(fault)),
        }
        let (another, _) = Authority::of_its_own(names, span);
        let carol = phone(3, Some(tls(&[&another], None)));
        assert!(matches!(refusal(&carol, &uri), Code::Tls(_)));
    }
}

/// B-328: without a word from the application the system's authorities are trusted, and nobody else.
#[test]
fn by_default_only_what_the_system_trusts_is_trusted() {
    let authority = Authority::new("ours");
    let (_bob, port) = listener(2, &authority, &authority.sign(&["example.test"]));
    let alice = phone(1, None);
    let code = refusal(&alice, &format!("sips:bob@example.test:{port}"));
    assert_eq!(code, Code::Tls(TlsFault::UnknownAuthority));
}

/// B-329: a server that asks for a certificate lets those in that show a good one; the others are told so.
#[test]
fn a_client_certificate_is_shown_to_whom_asks_for_it() {
    let authority = Authority::new("ours");
    let other = Authority::new("other");
    let own = authority.sign(&["example.test"]);
    let asking = tls_with(&[&authority], Some(&own), |options| {
        options.require_client_certificate = true;
    });
    let bob = phone(2, Some(asking));
    let port = bind(&bob, Protocol::Tls).port();
    let uri = format!("sips:bob@example.test:{port}");
    for (shown, taken) in [
        (None, false),
        (Some(other.sign(&["alice.test"])), false),
        (Some(authority.sign_for(&["alice.test"], Span::Over)), false),
        (Some(authority.sign(&["alice.test"])), true),
    ] {
        let alice = phone(1, Some(tls(&[&authority], shown.as_ref())));
        if taken {
            let (call, _, _) = connect(&alice, &bob, &uri);
            end(&alice, &bob, &call);
        } else {
            assert_eq!(refusal(&alice, &uri), Code::Tls(TlsFault::OurCertificate));
        }
    }
}

struct Lines;

static WARNED: Mutex<Vec<String>> = Mutex::new(Vec::new());

impl log::Log for Lines {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        metadata.level() <= log::Level::Warn
    }

    fn log(&self, record: &log::Record<'_>) {
        if self.enabled(record.metadata()) {
            let mut lines = WARNED.lock().expect("lines");
            lines.push(record.args().to_string());
        }
    }

    fn flush(&self) {}
}

fn warnings() -> Vec<String> {
    static SET: OnceLock<()> = OnceLock::new();
    SET.get_or_init(|| {
        log::set_logger(&Lines).expect("the only logger");
        log::set_max_level(log::LevelFilter::Warn);
    });
    WARNED.lock().expect("lines").clone()
}

/// B-329: the switch that turns checking off works, for one link, and every use of it is a warning in the log.
#[test]
fn not_checking_is_possible_and_loud() {
    warnings();
    let ours = Authority::new("ours");
    let theirs = Authority::new("theirs");
    let own = theirs.sign_for(&["nobody.test"], Span::Over);
    let (bob, port) = listener(2, &theirs, &own);
    let careless = tls_with(&[&ours], None, |options| options.insecure_no_verify = true);
    let alice = phone(1, Some(careless));
    let (call, _, _) = connect(&alice, &bob, &format!("sips:bob@example.test:{port}"));
    end(&alice, &bob, &call);
    let place = format!("example.test at 127.0.0.1:{port}");
    let told = |line: &String| line.contains(&place) && line.contains("NOT checked");
    assert_eq!(warnings().iter().filter(|line| told(line)).count(), 1);
}

/// A connection that is gone in the middle of a call is made anew by the next request, and the name that the peer was
/// verified by stays the one it has to show, although its Contact is an address.
#[test]
fn a_call_survives_the_end_of_its_connection_and_the_name_is_kept() {
    let authority = Authority::new("ours");
    let (bob, port) = listener(2, &authority, &authority.sign(&["example.test"]));
    let mut short = config();
    short.endpoint.tcp_idle = Duration::from_millis(700);
    let alice = phone_with(1, Some(tls(&[&authority], None)), short);
    let (call, _, _) = connect(&alice, &bob, &format!("sips:bob@example.test:{port}"));
    // Nothing passes: the caller closes the idle connection.
    let until = std::time::Instant::now() + wire::PATIENCE;
    while alice.counters().connections > 0 {
        assert!(std::time::Instant::now() < until, "it stays open");
        std::thread::yield_now();
    }
    hang_up(&alice, &call);
    wait(&bob, "end", session_in(SessionState::Disconnected));
    let over = wait(&alice, "end", session_in(SessionState::Disconnected));
    assert!(
        !matches!(over.status, rtcclient::agent::Status::Failed(_)),
        "{:?}",
        over.status
    );
}

/// B-325: requests to one place share a connection; one that was verified under another name is another.
#[test]
fn a_connection_is_shared_under_one_name_only() {
    let authority = Authority::new("ours");
    let own = authority.sign(&["example.test", "sub.example.test"]);
    let (bob, port) = listener(2, &authority, &own);
    let alice = phone(1, Some(tls(&[&authority], None)));
    for (host, connections) in [
        ("example.test", 1),
        ("example.test", 1),
        ("EXAMPLE.test.", 1),
        ("sub.example.test", 2),
    ] {
        let (call, _, _) = connect(&alice, &bob, &format!("sips:bob@{host}:{port}"));
        end(&alice, &bob, &call);
        assert_eq!(alice.counters().connections, connections, "{host}");
    }
}

/// A quiet connection inside TLS is kept alive like any other, and one whose peer has gone silent is left: the pings of RFC 5626
/// go over it and are answered.
#[test]
fn keep_alives_go_inside_tls() {
    let authority = Authority::new("ours");
    let (bob, port) = listener(2, &authority, &authority.sign(&["example.test"]));
    let mut lively = config();
    lively.endpoint.keepalive = Duration::from_millis(100);
    let alice = phone_with(1, Some(tls(&[&authority], None)), lively);
    let (call, _, _) = connect(&alice, &bob, &format!("sips:bob@example.test:{port}"));
    // Nothing else passes now: what comes in on both sides are pings and their answers.
    let seen = || (bob.counters().stream_in, alice.counters().stream_in);
    let before = seen();
    let until = std::time::Instant::now() + wire::PATIENCE;
    while seen().0 < before.0 + 100 || seen().1 < before.1 + 100 {
        assert!(std::time::Instant::now() < until, "no pings, or no answers");
        std::thread::yield_now();
    }
    assert_eq!(alice.counters().connections, 1);
    end(&alice, &bob, &call);
}

/// B-330: a server that speaks no TLS on that port ends a sips call; nothing goes in the clear.
#[test]
fn sips_is_never_sent_in_the_clear() {
    let authority = Authority::new("ours");
    let bob = phone(2, None);
    let tcp = bind(&bob, Protocol::Tcp);
    let udp = bob.bind(Protocol::Udp, tcp).map(|(_, local)| local);
    let alice = phone(1, Some(tls(&[&authority], None)));
    bind(&alice, Protocol::Udp);
    bind(&alice, Protocol::Tcp);
    let code = refusal(&alice, &format!("sips:bob@example.test:{}", tcp.port()));
    // Closed in the handshake, or silent until it was given up.
    assert!(
        matches!(code, Code::Tls(TlsFault::Handshake) | Code::TcpFail),
        "{code:?}"
    );
    for transport in ["udp", "carrier-pigeon"] {
        let uri = format!("sips:bob@127.0.0.1:{};transport={transport}", tcp.port());
        assert_eq!(refusal(&alice, &uri), Code::TransportNotSupported);
    }
    assert_eq!(alice.counters().datagrams_out, 0, "{udp:?}");
}

/// What is no TLS, and what stops in the middle, ends the connection and nothing else.
#[test]
fn bytes_that_are_no_tls_do_no_harm() {
    let authority = Authority::new("ours");
    let (bob, port) = listener(2, &authority, &authority.sign(&["example.test"]));
    let clear = b"OPTIONS sip:bob@example.test SIP/2.0\r\n\r\n";
    let alert = [21, 3, 3, 0, 2, 2, 40];
    let endless = [22, 3, 1, 0xff, 0xff, 1, 0xff, 0xff, 0xff];
    let heartbeat = [24, 3, 3, 0x40, 0, 1, 0xff, 0xff];
    let zeros = [0; 4096];
    for bytes in [&clear[..], &alert, &endless, &heartbeat, &zeros, &[22]] {
        let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("a connection");
        stream.write_all(bytes).expect("written");
        let _ = stream.shutdown(std::net::Shutdown::Write);
        let mut answer = Vec::new();
        stream
            .set_read_timeout(Some(wire::PATIENCE))
            .expect("a time-out");
        // An alert at most; a reset is as good.
        let _ = stream.read_to_end(&mut answer);
        assert!(answer.len() < 100 && !answer.starts_with(b"SIP"));
    }
    let alice = phone(1, Some(tls(&[&authority], None)));
    let (call, _, _) = connect(&alice, &bob, &format!("sips:bob@example.test:{port}"));
    end(&alice, &bob, &call);
}

#[test]
fn options_that_make_no_sense_are_told_so() {
    let authority = Authority::new("ours");
    let own = authority.sign(&["example.test"]);
    let other = authority.sign(&["example.test"]);
    let made = |ca: &str, certificate: &str, key: &str| {
        Tls::new(&TlsOptions {
            ca_pem: ca.into(),
            certificate_pem: certificate.into(),
            key_pem: key.into(),
            ..TlsOptions::default()
        })
    };
    let authorities =
        |made: Result<Tls, TlsOptionsError>| matches!(made, Err(TlsOptionsError::Authorities(_)));
    let certificate =
        |made: Result<Tls, TlsOptionsError>| matches!(made, Err(TlsOptionsError::Certificate(_)));
    assert!(authorities(made("nonsense", "", "")));
    let broken = authority.pem().replace('A', "!");
    assert!(authorities(made(&broken, "", "")));
    assert!(certificate(made("", &own.certificate, "")));
    assert!(certificate(made("", "", &own.key)));
    assert!(certificate(made("", &own.certificate, &other.key)));
    assert!(certificate(made("", &own.key, &own.certificate)));
    assert!(made(&authority.pem(), &own.certificate, &own.key).is_ok());
    // Nobody listens by TLS without a certificate.
    let phone = phone(1, None);
    let bound = phone.bind(Protocol::Tls, ([127, 0, 0, 1], 0).into());
    assert!(matches!(bound, Err(BindError::NoCertificate)));
}

/// A server that hangs up in the handshake has failed TLS, one that is not there TCP: each has its own code.
#[test]
fn a_handshake_that_is_hung_up_and_a_refused_connection_have_their_own_codes() {
    let authority = Authority::new("ours");
    let alice = phone(1, Some(tls(&[&authority], None)));
    let server = std::net::TcpListener::bind("127.0.0.1:0").expect("a listener");
    let port = server.local_addr().expect("an address").port();
    let hangs_up = std::thread::spawn(move || {
        let (mut stream, _) = server.accept().expect("a connection");
        let mut some = [0; 64];
        let _ = stream.read(&mut some);
    });
    let code = refusal(&alice, &format!("sips:bob@example.test:{port}"));
    assert_eq!(code, Code::Tls(TlsFault::Handshake));
    hangs_up.join().expect("ended");
    for uri in [
        format!("sips:bob@example.test:{port}"),
        format!("sip:bob@127.0.0.1:{port};transport=tcp"),
        format!("sip:bob@127.0.0.1:{port};transport=ws"),
    ] {
        assert_eq!(refusal(&alice, &uri), Code::TcpFail, "{uri}");
    }
}
