//! Finding servers and leaving those that fail, as flows: RFC 3263 with a name server in the simulation, and once on
//! real sockets.

mod sim;

use std::cell::{Cell, RefCell};
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::rc::Rc;
use std::time::{Duration, Instant};

use rtcclient::agent::{
    Agent, Code, Config, Event, EventType, ObjectRef, ProfileOptions, RegistrationState, Send,
    SessionOptions, SessionType, Status, TerminateReason,
};
use rtcclient::base::{Limits, Time};
use rtcclient::dns::{Settings, Zone};
use rtcclient::runtime::{Link, LinkOptions, Next};
use rtcclient::syntax::{HeaderId, Message, MessageBuilder, Payload};
use rtcclient::transport::{Input, Io, Protocol, SocketKey};
use sim::names::Mood;
use sim::{Host, HostId, Sim, secs};

const DNS: &str = "192.0.2.53:53";

/// Two servers, the first preferred.
const ZONE: &str = "\
example.com NAPTR 10 10 \"s\" \"SIP+D2U\" \"\" _sip._udp.example.com
_sip._udp.example.com SRV 1 0 5060 one.example.com
_sip._udp.example.com SRV 2 0 5060 two.example.com
one.example.com A 192.0.2.11
two.example.com A 192.0.2.12
";

/// A server that answers every request in the same way.
struct Station {
    status: Rc<Cell<u16>>,
    seen: Rc<RefCell<Vec<Message>>>,
    socket: Option<SocketKey>,
    out: Vec<Io>,
}

impl Host for Station {
    fn input(&mut self, _now: Time, input: Input<'_>) {
        match input {
            Input::SocketOpened { socket, .. } => self.socket = Some(socket),
            Input::Datagram { from, bytes, .. } => {
                let Ok(message) = Message::parse_datagram(bytes, &Limits::default()) else {
                    return;
                };
                let status = self.status.get();
                if message.is_request() && message.method() != "ACK" && status != 0 {
                    self.out.push(Io::Datagram {
                        socket: self.socket.expect("an open socket"),
                        to: from,
                        bytes: reply(&message, status),
                    });
                }
                self.seen.borrow_mut().push(message);
            }
            _ => {}
        }
    }
    fn timeout(&mut self, _now: Time) {}
    fn io(&mut self) -> Option<Io> {
        self.out.pop()
    }
    fn deadline(&self) -> Option<Time> {
        None
    }
    fn drain_events(&mut self, _into: &mut Vec<Event>) {}
}

fn reply(request: &Message, status: u16) -> Payload {
    let mut builder = MessageBuilder::response_to(request, status, "", "server");
    if status == 200
        && request.method() == "REGISTER"
        && let Some(contact) = request.header(HeaderId::Contact)
    {
        builder = builder.raw_lines(&format!("Contact: {contact};expires=1000\r\n"));
    }
    if status == 503 {
        builder = builder.raw_lines("Retry-After: 90\r\n");
    }
    builder.build().payload()
}

/// The test's hand on a station. Status 0: it is silent.
#[derive(Clone)]
struct Hand {
    status: Rc<Cell<u16>>,
    seen: Rc<RefCell<Vec<Message>>>,
}

impl Hand {
    fn take(&self) -> Vec<Message> {
        std::mem::take(&mut *self.seen.borrow_mut())
    }

    /// The methods that came since the last look, repetitions once.
    fn methods(&self) -> Vec<String> {
        let mut methods: Vec<String> = self
            .take()
            .iter()
            .map(|message| message.method().to_owned())
            .collect();
        methods.dedup();
        methods
    }
}

struct Stage {
    net: Sim,
    alice: HostId,
    one: Hand,
    two: Hand,
    profile: Option<ObjectRef>,
}

fn config() -> Config {
    Config {
        dns: Settings {
            servers: vec![DNS.parse().expect("an address")],
            ..Settings::default()
        },
        ..Config::default()
    }
}

fn station(net: &mut Sim, name: &str, address: &str) -> Hand {
    let hand = Hand {
        status: Rc::new(Cell::new(200)),
        seen: Rc::default(),
    };
    let host = Station {
        status: Rc::clone(&hand.status),
        seen: Rc::clone(&hand.seen),
        socket: None,
        out: Vec::new(),
    };
    let id = net.host(name, address, Box::new(host));
    net.open(id, Protocol::Udp, 5060);
    hand
}

fn stage() -> Stage {
    let mut net = Sim::new(63);
    net.name_server(DNS, ZONE);
    let alice = net.agent("alice", "192.0.2.1", config());
    let one = station(&mut net, "one", "192.0.2.11");
    let two = station(&mut net, "two", "192.0.2.12");
    Stage {
        net,
        alice,
        one,
        two,
        profile: None,
    }
}

impl Stage {
    fn register(&mut self, proxy: &str) {
        let options = ProfileOptions {
            uri: "sip:alice@example.com".into(),
            proxy: proxy.into(),
            expires_secs: 1000,
            ..ProfileOptions::default()
        };
        let profile = self.net.with(self.alice, |agent, now| {
            let profile = agent.create_profile(options)?;
            agent.enable_profile(now, &profile, 15, 0)?;
            Ok::<_, rtcclient::agent::Refusal>(profile)
        });
        self.profile = Some(profile.expect("a profile"));
        self.net.run_for(secs(0.1));
    }

    fn send(&mut self, method: &str, uri: &str) {
        let profile = self.profile.clone();
        self.net
            .with(self.alice, |agent, now| {
                agent.send_request(now, profile.as_ref(), method, uri, &Send::default())
            })
            .expect("sent");
    }

    fn state(&self) -> i32 {
        self.profile.as_ref().expect("a profile").state()
    }

    /// How the requests so far ended.
    fn ends(&mut self) -> Vec<Status> {
        self.net
            .take_events(self.alice)
            .iter()
            .filter(|event| {
                matches!(
                    event.event_type,
                    EventType::Response | EventType::TransactionFailed
                )
            })
            .map(|event| event.status)
            .collect()
    }
}

/// B-083, B-339.
#[test]
fn b_083_b_339_a_registrar_that_is_not_set_is_found_by_the_domain_in_order() {
    let mut stage = stage();
    stage.register("");
    assert_eq!(stage.state(), RegistrationState::Registered.number());
    assert_eq!(
        stage.net.take_queries(),
        [
            "example.com Naptr",
            "_sip._udp.example.com Srv",
            "one.example.com A",
        ]
    );
    assert_eq!(stage.one.methods(), ["REGISTER"]);
    stage.net.assert_ladder("registrar_found_by_srv");
}

/// B-345.
#[test]
fn b_345_an_outbound_proxy_is_found_in_the_same_steps() {
    let mut stage = stage();
    let zone = "\
        _sip._udp.proxy.example SRV 1 0 5060 two.example.com\n\
        two.example.com A 192.0.2.12\n";
    stage.net.name_server(DNS, zone);
    stage.register("<sip:proxy.example;lr>");
    assert_eq!(
        stage.net.take_queries(),
        [
            "proxy.example Naptr",
            "_sip._udp.proxy.example Srv",
            "_sip._tcp.proxy.example Srv",
            "two.example.com A",
        ]
    );
    assert_eq!(stage.two.methods(), ["REGISTER"]);
    assert_eq!(stage.state(), RegistrationState::Registered.number());
}

/// SRV gave three servers, the first was dead, and REGISTER was retried for ever against the first.
/// B-341.
#[test]
fn b_341_a_silent_server_is_left_for_the_next_in_seconds_and_with_a_new_branch() {
    let mut stage = stage();
    stage.one.status.set(0);
    stage.register("");
    assert_eq!(stage.state(), RegistrationState::Registering.number());
    stage.net.run_for(secs(4.5));
    assert_eq!(stage.state(), RegistrationState::Registered.number());
    let (first, second) = (stage.one.take(), stage.two.take());
    assert_eq!(second.len(), 1);
    assert_ne!(first[0].branch(), second[0].branch());
    assert_eq!(first[0].call_id(), second[0].call_id());
    assert_eq!(first[0].cseq(), second[0].cseq());
    stage.net.assert_ladder("failover_after_silence");
}

/// B-341.
#[test]
fn b_341_a_transport_error_moves_on_at_once() {
    let mut stage = stage();
    stage
        .net
        .unreachable("192.0.2.11:5060".parse().expect("an address"));
    stage.register("");
    assert_eq!(stage.state(), RegistrationState::Registered.number());
    assert_eq!(stage.two.methods(), ["REGISTER"]);
}

/// B-060, B-346.
#[test]
fn b_060_b_346_a_503_moves_on_and_its_sender_is_tried_last_until_its_time_has_passed() {
    let mut stage = stage();
    stage.one.status.set(503);
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(1.0));
    assert_eq!(stage.ends(), [Status::Sip(200)]);
    assert_eq!(stage.one.methods(), ["OPTIONS"]);
    assert_eq!(stage.two.methods(), ["OPTIONS"]);
    stage.net.assert_ladder("failover_after_503");
    // Retry-After was 90 s, more than the penalty of 60 s.
    stage.one.status.set(200);
    stage.net.run_until(sim::at(85.0));
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(1.0));
    assert!(stage.one.methods().is_empty());
    assert_eq!(stage.two.methods(), ["OPTIONS"]);
    stage.net.run_until(sim::at(95.0));
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(1.0));
    assert_eq!(stage.one.methods(), ["OPTIONS"]);
    assert!(stage.two.methods().is_empty());
}

#[test]
fn a_server_under_penalty_is_tried_when_all_others_have_failed() {
    let mut stage = stage();
    stage.one.status.set(503);
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(1.0));
    stage.ends();
    (stage.one.take(), stage.two.take());
    stage.one.status.set(200);
    stage.two.status.set(503);
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(1.0));
    assert_eq!(stage.ends(), [Status::Sip(200)]);
    assert_eq!(stage.two.methods(), ["OPTIONS"]);
    assert_eq!(stage.one.methods(), ["OPTIONS"]);
}

#[test]
fn when_all_have_refused_the_refusal_is_told_and_when_all_are_silent_the_silence() {
    let mut stage = stage();
    stage.one.status.set(503);
    stage.two.status.set(503);
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(1.0));
    assert_eq!(stage.ends(), [Status::Sip(503)]);

    stage.one.status.set(0);
    stage.two.status.set(0);
    stage.net.run_for(secs(100.0));
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(37.0));
    assert_eq!(stage.ends(), [Status::Failed(Code::Timeout)]);
}

/// Users expect calls and OPTIONS to stay with the server that took the registration, and to go back with it.
/// B-346.
#[test]
fn b_346_an_account_stays_with_its_registrar_and_goes_back_when_the_better_one_is_tried_again() {
    let mut stage = stage();
    stage.one.status.set(0);
    stage.register("");
    stage.net.run_for(secs(5.0));
    assert_eq!(stage.two.methods(), ["REGISTER"]);
    stage.one.status.set(200);
    stage.one.take();
    // The first is under penalty for a minute, yet even after that, the account is where it is registered.
    stage.net.run_until(sim::at(66.0));
    stage.two.take();
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(0.5));
    assert_eq!(stage.two.methods(), ["OPTIONS"]);
    assert!(stage.one.methods().is_empty());
    // Another account has no reason to be there.
    let other = ProfileOptions {
        uri: "sip:carol@example.com".into(),
        ..ProfileOptions::default()
    };
    let other = stage
        .net
        .with(stage.alice, |agent, _| agent.create_profile(other));
    let own = stage.profile.replace(other.expect("a profile"));
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(0.5));
    assert_eq!(stage.one.methods(), ["OPTIONS"]);
    stage.profile = own;
    // The next refresh looks for the better one again, and everything follows it.
    stage.net.run_until(sim::at(1010.0));
    assert_eq!(stage.one.methods(), ["REGISTER"]);
    assert!(stage.two.methods().is_empty());
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(0.5));
    assert_eq!(stage.one.methods(), ["OPTIONS"]);
}

/// B-342.
#[test]
fn b_342_cancel_and_ack_go_where_their_invite_went() {
    let mut stage = stage();
    stage.one.status.set(0);
    let session = stage.net.with(stage.alice, |agent, now| {
        let session = agent.create_session(SessionType::PcToPc, SessionOptions::default())?;
        agent.add_participant(now, &session, "sip:bob@example.com", None, &Send::default())?;
        Ok::<_, rtcclient::agent::Refusal>(session)
    });
    let session = session.expect("a call");
    stage.two.status.set(180);
    stage.net.run_for(secs(5.0));
    stage.one.take();
    assert_eq!(stage.two.methods(), ["INVITE"]);
    stage.two.status.set(487);
    stage
        .net
        .with(stage.alice, |agent, now| {
            agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
        })
        .expect("ended");
    stage.net.run_for(secs(2.0));
    assert_eq!(stage.two.methods()[0], "CANCEL");
    assert!(stage.one.methods().is_empty());

    // The ACK of a refusal.
    stage.two.status.set(486);
    stage
        .net
        .with(stage.alice, |agent, now| {
            let session = agent.create_session(SessionType::PcToPc, SessionOptions::default())?;
            agent.add_participant(now, &session, "sip:bob@example.com", None, &Send::default())?;
            Ok::<_, rtcclient::agent::Refusal>(())
        })
        .expect("a call");
    stage.net.run_for(secs(1.0));
    assert_eq!(stage.two.methods(), ["INVITE", "ACK"]);
    assert!(stage.one.methods().is_empty());
}

/// An unresolvable name was a hang elsewhere: it is an error with a code of its own, and soon.
#[test]
fn a_name_without_records_and_a_name_server_that_is_silent_are_errors_of_their_own() {
    let mut stage = stage();
    stage.send("OPTIONS", "sip:nobody.example");
    stage.net.run_for(secs(0.1));
    assert_eq!(stage.ends(), [Status::Failed(Code::NoRecords)]);

    stage.net.set_mood(DNS, Mood::Silent);
    stage.send("OPTIONS", "sip:other.example");
    stage.net.run_for(secs(15.0));
    assert_eq!(stage.ends(), [Status::Failed(Code::DnsFail)]);

    stage.net.set_mood(DNS, Mood::Broken);
    stage.send("OPTIONS", "sip:third.example");
    stage.net.run_for(secs(0.1));
    assert_eq!(stage.ends(), [Status::Failed(Code::DnsFail)]);

    // It is well again: so are we.
    stage.net.set_mood(DNS, Mood::Well);
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(0.1));
    assert_eq!(stage.ends(), [Status::Sip(200)]);
}

/// B-344.
#[test]
fn b_344_answers_are_kept_and_asked_for_again_when_their_time_has_passed() {
    let mut stage = stage();
    for _ in 0..3 {
        stage.send("OPTIONS", "sip:example.com");
        stage.net.run_for(secs(1.0));
    }
    assert_eq!(stage.net.take_queries().len(), 3);
    stage.net.run_for(secs(61.0));
    stage.send("OPTIONS", "sip:example.com");
    stage.net.run_for(secs(1.0));
    assert_eq!(stage.net.take_queries().len(), 3);
}

/// A name server on a socket of the loopback; every answer is cut unless it comes by TCP when `small` says so.
fn serve(zone: &str) -> SocketAddr {
    let zone = Zone::parse(zone).expect("a zone");
    for _ in 0..50 {
        let udp = UdpSocket::bind("127.0.0.1:0").expect("a port");
        let address = udp.local_addr().expect("an address");
        let Ok(tcp) = std::net::TcpListener::bind(address) else {
            continue;
        };
        let over_tcp = zone.clone();
        std::thread::spawn(move || {
            let mut bytes = [0; 1500];
            while let Ok((count, from)) = udp.recv_from(&mut bytes) {
                let reply = sim::names::answer(&zone, Mood::Well, 60, &bytes[..count], false);
                if let Some(reply) = reply {
                    let _ = udp.send_to(&reply, from);
                }
            }
        });
        std::thread::spawn(move || {
            use std::io::{Read, Write};
            while let Ok((mut stream, _)) = tcp.accept() {
                let mut length = [0; 2];
                if stream.read_exact(&mut length).is_err() {
                    continue;
                }
                let mut query = vec![0; usize::from(u16::from_be_bytes(length))];
                if stream.read_exact(&mut query).is_err() {
                    continue;
                }
                let reply = sim::names::answer(&over_tcp, Mood::Well, 60, &query, true);
                let reply = reply.expect("it answers");
                let length = u16::try_from(reply.len()).expect("a short answer");
                let (head, tail) = reply.split_at(reply.len() / 2);
                let _ = stream.write_all(&length.to_be_bytes());
                let _ = stream.write_all(head);
                let _ = stream.write_all(tail);
            }
        });
        return address;
    }
    panic!("no port is free for both transports");
}

/// B-339, B-341.
#[test]
fn b_339_b_341_names_lead_to_servers_on_real_sockets() {
    let bob = std::net::UdpSocket::bind("127.0.0.1:0").expect("a port");
    let there = bob.local_addr().expect("an address");
    // A port where nobody listens, for the preferred server.
    let dead = {
        let socket = UdpSocket::bind("127.0.0.1:0").expect("a port");
        socket.local_addr().expect("an address")
    };
    let mut zone = format!(
        "example.com NAPTR 10 10 \"s\" \"SIP+D2U\" \"\" _sip._udp.example.com\n\
         _sip._udp.example.com SRV 1 0 {} dead.example.com\n\
         _sip._udp.example.com SRV 2 0 {} bob.example.com\n\
         dead.example.com A 127.0.0.1\nbob.example.com A 127.0.0.1\n",
        dead.port(),
        there.port()
    );
    // So many that the answer does not fit into a datagram.
    for number in 0..20 {
        zone.push_str(&format!(
            "_sip._udp.example.com SRV {} 0 5060 a-long-name-of-a-server-that-is-not-needed-{number}.example.com\n",
            number + 10
        ));
    }
    let silent = UdpSocket::bind("127.0.0.1:0").expect("a port");
    let server = serve(&zone);
    let config = Config {
        dns: Settings {
            // The first says nothing; the second is asked then.
            servers: vec![silent.local_addr().expect("an address"), server],
            timeout: Duration::from_millis(200),
            ..Settings::default()
        },
        ..Config::default()
    };
    let link = Link::start(Agent::new(config, [9; 32]), LinkOptions::default()).expect("a link");
    let any: SocketAddr = (IpAddr::from([127, 0, 0, 1]), 0).into();
    link.bind(Protocol::Udp, any).expect("a port");
    link.turn(|agent, now| {
        agent.send_request(now, None, "OPTIONS", "sip:example.com", &Send::default())
    })
    .expect("the link turns")
    .expect("sent");
    bob.set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a time-out");
    let mut bytes = [0; 2000];
    let (count, from) = bob.recv_from(&mut bytes).expect("the OPTIONS");
    let request = Message::parse_datagram(&bytes[..count], &Limits::default()).expect("a request");
    assert_eq!(request.request_uri(), "sip:example.com");
    bob.send_to(&reply(&request, 200), from).expect("sent");
    let until = Instant::now() + Duration::from_secs(20);
    loop {
        match link
            .next_event(Some(until.saturating_duration_since(Instant::now())))
            .expect("events are pulled")
        {
            Next::Event(event) if event.event_type == EventType::Response => {
                assert_eq!(event.status, Status::Sip(200));
                break;
            }
            Next::Event(_) => {}
            other => panic!("no response came: {other:?}"),
        }
    }
    // What the system says about names may come and go; localhost is always there.
    assert!(link.counters().datagrams_in >= 1);
}
