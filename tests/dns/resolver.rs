//! The stub resolver against name servers made by hand: whom it asks, what it believes, when it gives up.

use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use rtcclient::base::{Entropy, Time};
use rtcclient::dns::{Answer, Carry, Kind, Question, Resolver, Settings, Zone};
use simple_dns::rdata::{A, AAAA, CNAME, RData};
use simple_dns::{CLASS, Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE};

const ONE: &str = "192.0.2.51:53";
const TWO: &str = "192.0.2.52:53";

struct Bench {
    resolver: Resolver,
    now: Time,
}

/// A query as it left.
#[derive(Clone, Debug)]
struct Sent {
    key: u64,
    server: SocketAddr,
    stream: bool,
    bytes: Vec<u8>,
}

impl Sent {
    fn kind(&self) -> TYPE {
        match Packet::parse(&self.bytes).unwrap().questions[0].qtype {
            QTYPE::TYPE(kind) => kind,
            other => panic!("{other:?}"),
        }
    }

    fn id(&self) -> u16 {
        Packet::parse(&self.bytes).unwrap().id()
    }

    /// A reply to it, changed by `change`.
    fn reply(&self, change: impl FnOnce(&mut Packet<'_>)) -> Vec<u8> {
        let mut packet = Packet::parse(&self.bytes).unwrap().into_reply();
        change(&mut packet);
        packet.build_bytes_vec().unwrap()
    }

    /// With the address of its type.
    fn addresses(&self, ttl: u32) -> Vec<u8> {
        let kind = self.kind();
        self.reply(|packet| {
            let name = packet.questions[0].qname.clone();
            let data = match kind {
                TYPE::A => RData::A(A {
                    address: u32::from_be_bytes([192, 0, 2, 1]),
                }),
                _ => RData::AAAA(AAAA {
                    address: 0x2001_0db8_u128 << 96 | 1,
                }),
            };
            packet
                .answers
                .push(ResourceRecord::new(name, CLASS::IN, ttl, data));
        })
    }
}

impl Bench {
    fn new(servers: &[&str]) -> Self {
        let settings = Settings {
            servers: servers.iter().map(|text| text.parse().unwrap()).collect(),
            ..Settings::default()
        };
        Self {
            resolver: Resolver::new(settings, Entropy::new([3; 32])),
            now: Time::ZERO,
        }
    }

    fn ask(&mut self, name: &str, kind: Kind) -> Option<Answer> {
        self.resolver.ask(self.now, &Question::new(name, kind))
    }

    fn sent(&mut self) -> Vec<Sent> {
        std::iter::from_fn(|| self.resolver.poll_carry())
            .filter_map(|carry| match carry {
                Carry::Query {
                    key,
                    server,
                    stream,
                    bytes,
                } => Some(Sent {
                    key,
                    server,
                    stream,
                    bytes,
                }),
                Carry::Drop { .. } | Carry::System { .. } => None,
            })
            .collect()
    }

    fn answer(&mut self, sent: &Sent, bytes: &[u8]) {
        self.resolver
            .on_answer(self.now, sent.key, sent.server, bytes);
    }

    fn told(&mut self) -> Vec<(Question, Answer)> {
        std::iter::from_fn(|| self.resolver.poll_answer()).collect()
    }

    /// Runs to the next deadline.
    fn wait(&mut self) -> bool {
        let Some(at) = self.resolver.next_deadline() else {
            return false;
        };
        self.now = at;
        self.resolver.handle_timeout(at);
        true
    }

    fn at_rest(&self) -> bool {
        self.resolver.open_questions() == 0 && self.resolver.next_deadline().is_none()
    }
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

/// B-332.
#[test]
fn b_332_both_families_are_asked_for_and_ipv6_comes_first() {
    let mut bench = Bench::new(&[ONE]);
    assert_eq!(bench.ask("Host.Example.", Kind::Host), None);
    let sent = bench.sent();
    assert_eq!(
        sent.iter().map(Sent::kind).collect::<Vec<_>>(),
        [TYPE::AAAA, TYPE::A]
    );
    assert_ne!(sent[0].key, sent[1].key, "each has a socket of its own");
    bench.answer(&sent[1], &sent[1].addresses(60));
    assert!(bench.told().is_empty());
    bench.answer(&sent[0], &sent[0].addresses(60));
    let both = Answer::Addresses(vec![ip("2001:db8::1"), ip("192.0.2.1")]);
    assert_eq!(
        bench.told(),
        [(Question::new("host.example", Kind::Host), both.clone())]
    );
    // From the cache, until the time has passed.
    assert_eq!(bench.ask("host.example", Kind::Host), Some(both));
    bench.now = Time::from_millis(60_000);
    assert_eq!(bench.ask("host.example", Kind::Host), None);
    assert_eq!(bench.sent().len(), 2);
}

#[test]
fn a_family_that_is_of_no_use_is_not_asked_for() {
    let mut bench = Bench::new(&[ONE]);
    bench.resolver.set_families(true, false);
    assert_eq!(bench.ask("host.example", Kind::Host), None);
    let sent = bench.sent();
    assert_eq!(sent.iter().map(Sent::kind).collect::<Vec<_>>(), [TYPE::A]);
    bench.answer(&sent[0], &sent[0].addresses(60));
    assert_eq!(bench.told()[0].1, Answer::Addresses(vec![ip("192.0.2.1")]));
}

/// Answers were taken from anyone who guessed a sequential id. Ids are random, and id, question and address are checked.
#[test]
fn an_answer_counts_only_from_the_server_with_the_id_and_the_question() {
    let mut bench = Bench::new(&[ONE]);
    let mut ids = Vec::new();
    for number in 0..64 {
        bench.ask(&format!("h{number}.example"), Kind::A);
        ids.extend(bench.sent().iter().map(Sent::id));
    }
    let steps = ids
        .windows(2)
        .filter(|pair| pair[1].wrapping_sub(pair[0]) <= 2);
    assert!(steps.count() < 4, "ids in sequence: {ids:?}");

    let mut bench = Bench::new(&[ONE]);
    bench.ask("host.example", Kind::A);
    let sent = bench.sent().remove(0);
    let good = sent.addresses(60);
    let stranger: SocketAddr = "203.0.113.1:53".parse().unwrap();
    bench
        .resolver
        .on_answer(bench.now, sent.key, stranger, &good);
    bench
        .resolver
        .on_answer(bench.now, sent.key + 1, sent.server, &good);
    let mut other_id = good.clone();
    other_id[1] ^= 1;
    bench.answer(&sent, &other_id);
    let other_question = sent.reply(|packet| {
        packet.questions[0].qname = Name::new("evil.example").unwrap();
    });
    bench.answer(&sent, &other_question);
    bench.answer(&sent, b"\x00");
    bench.answer(&sent, &sent.bytes.clone());
    assert!(bench.told().is_empty());
    assert_eq!(bench.resolver.forged(), 5);
    bench.answer(&sent, &good);
    assert_eq!(bench.told().len(), 1);
    assert!(bench.at_rest());
}

#[test]
fn silent_servers_are_asked_in_turn_and_then_nobody_knows() {
    let mut bench = Bench::new(&[ONE, TWO]);
    assert_eq!(bench.ask("host.example", Kind::Srv), None);
    // The same question again is the same question.
    assert_eq!(bench.ask("host.example", Kind::Srv), None);
    let mut asked = Vec::new();
    loop {
        asked.extend(bench.sent());
        if !bench.wait() {
            break;
        }
    }
    let servers: Vec<String> = asked.iter().map(|sent| sent.server.to_string()).collect();
    assert_eq!(servers, [ONE, TWO, ONE, TWO]);
    let mut ids: Vec<u16> = asked.iter().map(Sent::id).collect();
    ids.sort_unstable();
    ids.dedup();
    assert_eq!(ids.len(), 4, "each try has an id of its own");
    assert_eq!(bench.now, Time::from_millis(8000));
    assert_eq!(
        bench.told(),
        [(Question::new("host.example", Kind::Srv), Answer::Failed)]
    );
    assert!(bench.at_rest());
    // For a while nobody is asked again.
    assert_eq!(bench.ask("host.example", Kind::Srv), Some(Answer::Failed));
    bench.now = bench.now + Duration::from_secs(5);
    assert_eq!(bench.ask("host.example", Kind::Srv), None);
}

#[test]
fn a_late_answer_still_counts_and_the_server_that_answers_is_asked_first() {
    let mut bench = Bench::new(&[ONE, TWO]);
    bench.ask("a.example", Kind::A);
    let first = bench.sent().remove(0);
    bench.wait();
    let second = bench.sent().remove(0);
    assert_eq!(second.server.to_string(), TWO);
    bench.answer(&first, &first.addresses(60));
    assert_eq!(bench.told().len(), 1);
    bench.answer(&second, &second.addresses(60));
    assert!(bench.told().is_empty(), "one question, one answer");

    bench.ask("b.example", Kind::A);
    bench.sent();
    bench.wait();
    let second = bench.sent().remove(0);
    bench.answer(&second, &second.addresses(60));
    bench.ask("c.example", Kind::A);
    assert_eq!(bench.sent()[0].server.to_string(), TWO);
}

#[test]
fn a_server_that_cannot_help_is_left_at_once() {
    let mut bench = Bench::new(&[ONE, TWO]);
    bench.ask("a.example", Kind::A);
    let first = bench.sent().remove(0);
    let refused = first.reply(|packet| *packet.rcode_mut() = RCODE::ServerFailure);
    bench.answer(&first, &refused);
    let second = bench.sent().remove(0);
    assert_eq!(second.server.to_string(), TWO);
    bench.resolver.on_failed(bench.now, second.key);
    let third = bench.sent().remove(0);
    assert_eq!(third.server.to_string(), ONE);
    assert_eq!(bench.now, Time::ZERO);
}

#[test]
fn an_answer_that_did_not_fit_is_asked_for_by_tcp() {
    let mut bench = Bench::new(&[ONE]);
    bench.ask("a.example", Kind::A);
    let first = bench.sent().remove(0);
    let cut = first.reply(|packet| packet.set_flags(PacketFlag::TRUNCATION));
    bench.answer(&first, &cut);
    let second = bench.sent().remove(0);
    assert!(second.stream && second.server == first.server);
    bench.answer(&second, &second.addresses(60));
    assert_eq!(bench.told().len(), 1);
    assert!(bench.at_rest());
}

#[test]
fn a_server_that_does_not_know_the_extension_is_asked_without() {
    let mut bench = Bench::new(&[ONE]);
    bench.ask("a.example", Kind::A);
    let first = bench.sent().remove(0);
    assert!(Packet::parse(&first.bytes).unwrap().opt().is_some());
    let refused = first.reply(|packet| *packet.rcode_mut() = RCODE::FormatError);
    bench.answer(&first, &refused);
    let second = bench.sent().remove(0);
    assert!(Packet::parse(&second.bytes).unwrap().opt().is_none());
    let again = second.reply(|packet| *packet.rcode_mut() = RCODE::FormatError);
    bench.answer(&second, &again);
    // It is not asked a third time the same way for that; its second turn is the last.
    assert_eq!(bench.sent().len(), 1);
}

#[test]
fn an_alias_that_leads_elsewhere_is_followed_and_a_long_chain_given_up() {
    let mut bench = Bench::new(&[ONE]);
    bench.ask("a.example", Kind::A);
    let mut hops = 0;
    while let Some(sent) = bench.sent().pop() {
        hops += 1;
        let target = format!("a{hops}.example");
        let reply = sent.reply(|packet| {
            let owner = packet.questions[0].qname.clone();
            let data = RData::CNAME(CNAME(Name::new(&target).unwrap().into_owned()));
            packet
                .answers
                .push(ResourceRecord::new(owner, CLASS::IN, 60, data));
        });
        bench.answer(&sent, &reply);
        assert!(hops < 20);
    }
    assert_eq!(hops, 9);
    assert_eq!(bench.told()[0].1, Answer::Failed);
    assert!(bench.at_rest());
}

/// B-344.
#[test]
fn b_344_records_and_hosts_are_answered_without_a_server_and_the_rest_by_the_system_where_there_is_none()
 {
    let mut bench = Bench::new(&[]);
    let mut settings = Settings {
        records: Zone::parse("static.example A 192.0.2.7").unwrap(),
        ..Settings::default()
    };
    bench.resolver.configure(settings.clone());
    let seven = Answer::Addresses(vec![ip("192.0.2.7")]);
    assert_eq!(bench.ask("static.example", Kind::Host), Some(seven));
    assert_eq!(
        bench.ask("static.example", Kind::Naptr),
        Some(Answer::Missing)
    );
    assert_eq!(bench.ask("other.example", Kind::Srv), Some(Answer::Missing));
    assert_eq!(bench.ask("other.example", Kind::Host), None);
    let Some(Carry::System { key, host }) = bench.resolver.poll_carry() else {
        panic!("the system was not asked");
    };
    assert_eq!(&*host, "other.example");
    bench.resolver.on_system(bench.now, key, &[ip("192.0.2.8")]);
    assert_eq!(bench.told()[0].1, Answer::Addresses(vec![ip("192.0.2.8")]));

    // The system's servers and hosts: single labels, `.local` and localhost stay its own.
    let mut hosts = Zone::default();
    hosts.add_host("pinned.example", ip("192.0.2.9"));
    bench.resolver.set_system(vec![ONE.parse().unwrap()], hosts);
    let nine = Answer::Addresses(vec![ip("192.0.2.9")]);
    assert_eq!(bench.ask("pinned.example", Kind::Host), Some(nine));
    for name in ["localhost", "printer", "phone.local", "a.localhost"] {
        assert_eq!(bench.ask(name, Kind::Srv), Some(Answer::Missing), "{name}");
        assert_eq!(bench.ask(name, Kind::Host), None, "{name}");
        let carried = bench.resolver.poll_carry();
        assert!(matches!(carried, Some(Carry::System { .. })), "{name}");
    }
    assert_eq!(bench.ask("no.invalid", Kind::Host), Some(Answer::Missing));
    // Servers of our own know single labels too.
    settings.servers = vec![TWO.parse().unwrap()];
    bench.resolver.configure(settings);
    assert_eq!(bench.ask("phone", Kind::Srv), None);
    assert_eq!(bench.sent()[0].server.to_string(), TWO);
}

#[test]
fn questions_without_number_are_refused_and_leave_nothing_behind() {
    let mut bench = Bench::new(&[ONE, TWO]);
    let mut failed = 0;
    for number in 0..3000 {
        if bench.ask(&format!("h{number}.example"), Kind::Host) == Some(Answer::Failed) {
            failed += 1;
        }
    }
    assert!(failed > 1000, "{failed}");
    assert!(bench.resolver.open_questions() <= 1024);
    while bench.wait() {
        bench.sent();
    }
    assert!(bench.at_rest());
    let names = ["", ".", "a..b", "a b", &"x".repeat(64), &"x.".repeat(200)];
    for name in names {
        assert_eq!(bench.ask(name, Kind::Host), Some(Answer::Missing), "{name}");
    }
}
