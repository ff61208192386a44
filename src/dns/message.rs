//! DNS messages: questions written, answers read and checked (RFC 1035 §4, RFC 6891 for the larger datagrams).
//!
//! The codec is `simple-dns`: MIT, one dependency (`bitflags`), 9,000 lines, a release every few months, and it reads and
//! writes NAPTR, SRV and OPT. `hickory-proto` does far more (DNSSEC, transports of its own) and brings 51 crates. This is
//! the only file that names it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::time::Duration;

use simple_dns::rdata::{OPT, RData};
use simple_dns::{CLASS, Name, OPCODE, Packet, PacketFlag, QCLASS, QTYPE, RCODE, TYPE};

use super::{Answer, Kind, Pointer, Question, Service, is_name};

/// Larger answers come by TCP (the size that passes without fragments, as agreed on the DNS flag day of 2020).
const DATAGRAM: u16 = 1232;
/// Records of one answer that are read.
const RECORDS: usize = 64;
/// Aliases followed inside one answer.
const ALIASES: usize = 8;

/// What an answer says.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Verdict {
    /// It is none of ours: another id, another question, no answer at all. To be ignored.
    NotOurs,
    /// It did not fit; ask again by TCP (RFC 1035 §4.2.1).
    Truncated,
    /// The server does not know the extension that we use; ask again without (RFC 6891 §7).
    NoExtension,
    /// The server cannot or does not want to answer; ask another.
    Unable,
    /// The name is another name for this one, of which nothing is said.
    Alias(Box<str>),
    /// Records, or that there are none; to be kept for so long.
    Answer(Answer, Duration),
}

/// The question as it is sent; none if the name cannot be one.
#[must_use]
pub fn query(id: u16, question: &Question, extension: bool) -> Option<Vec<u8>> {
    let name = Name::new(&question.name).ok()?;
    let mut packet = Packet::new_query(id);
    packet.set_flags(PacketFlag::RECURSION_DESIRED);
    packet.questions.push(simple_dns::Question::new(
        name,
        QTYPE::TYPE(code(question.kind)?),
        QCLASS::CLASS(CLASS::IN),
        false,
    ));
    if extension {
        *packet.opt_mut() = Some(OPT {
            opt_codes: Vec::new(),
            udp_packet_size: DATAGRAM,
            version: 0,
        });
    }
    packet.build_bytes_vec().ok()
}

/// Reads what came back for a question sent with `id`.
#[must_use]
pub fn read(bytes: &[u8], id: u16, question: &Question) -> Verdict {
    // The id is looked at before anything else, so that what was not meant for us cannot do harm.
    if bytes.get(..2) != Some(&id.to_be_bytes()) {
        return Verdict::NotOurs;
    }
    let Ok(packet) = Packet::parse(bytes) else {
        return Verdict::NotOurs;
    };
    if !packet.has_flags(PacketFlag::RESPONSE) || packet.opcode() != OPCODE::StandardQuery {
        return Verdict::NotOurs;
    }
    // Some servers send an error without repeating the question.
    let without = packet.questions.is_empty() && packet.answers.is_empty();
    if !(is_about(&packet, question)
        || without && matches!(packet.rcode(), RCODE::FormatError | RCODE::NotImplemented))
    {
        return Verdict::NotOurs;
    }
    if packet.has_flags(PacketFlag::TRUNCATION) {
        return Verdict::Truncated;
    }
    match packet.rcode() {
        RCODE::NoError => records(&packet, question),
        RCODE::NameError => Verdict::Answer(Answer::Missing, negative_ttl(&packet)),
        RCODE::FormatError | RCODE::NotImplemented | RCODE::BADVERS => Verdict::NoExtension,
        _ => Verdict::Unable,
    }
}

fn is_about(packet: &Packet<'_>, question: &Question) -> bool {
    let [asked] = &*packet.questions else {
        return false;
    };
    let kind = code(question.kind).map(QTYPE::TYPE);
    text(&asked.qname).as_deref() == Some(&*question.name)
        && Some(asked.qtype) == kind
        && asked.qclass == QCLASS::CLASS(CLASS::IN)
}

fn records(packet: &Packet<'_>, question: &Question) -> Verdict {
    let mut name: Box<str> = question.name.clone();
    let mut ttl = Duration::MAX;
    let wanted = code(question.kind);
    for _ in 0..ALIASES {
        let (mut addresses, mut services, mut pointers) = (Vec::new(), Vec::new(), Vec::new());
        let mut alias = None;
        for record in packet.answers.iter().take(RECORDS) {
            if record.class != CLASS::IN || text(&record.name).as_deref() != Some(&*name) {
                continue;
            }
            let is_wanted = Some(record.rdata.type_code()) == wanted;
            match &record.rdata {
                RData::A(a) if is_wanted => {
                    addresses.push(IpAddr::V4(Ipv4Addr::from_bits(a.address)));
                }
                RData::AAAA(a) if is_wanted => {
                    addresses.push(IpAddr::V6(Ipv6Addr::from_bits(a.address)));
                }
                RData::SRV(srv) if is_wanted => services.extend(service(srv)),
                RData::NAPTR(naptr) if is_wanted => pointers.extend(pointer(naptr)),
                RData::CNAME(target) => alias = text(&target.0).filter(|name| is_name(name)),
                _ => continue,
            }
            ttl = ttl.min(seconds(record.ttl));
        }
        let answer = if !addresses.is_empty() {
            Answer::Addresses(addresses)
        } else if !services.is_empty() {
            Answer::Services(services)
        } else if !pointers.is_empty() {
            Answer::Pointers(pointers)
        } else if let Some(target) = alias {
            name = target;
            continue;
        } else if name == question.name {
            Answer::Missing
        } else if soa(packet).is_some() {
            // The alias was followed by the server too, to a name without such records.
            Answer::Missing
        } else {
            return Verdict::Alias(name);
        };
        let ttl = match answer {
            Answer::Missing => negative_ttl(packet).min(ttl),
            _ => ttl,
        };
        return Verdict::Answer(answer, ttl);
    }
    Verdict::Unable
}

fn service(srv: &simple_dns::rdata::SRV<'_>) -> Option<Service> {
    Some(Service {
        priority: srv.priority,
        weight: srv.weight,
        port: srv.port,
        target: text(&srv.target)?,
    })
}

fn pointer(naptr: &simple_dns::rdata::NAPTR<'_>) -> Option<Pointer> {
    Some(Pointer {
        order: naptr.order,
        preference: naptr.preference,
        flags: String::try_from(naptr.flags.clone()).ok()?.into(),
        service: String::try_from(naptr.services.clone()).ok()?.into(),
        replacement: text(&naptr.replacement)?,
    })
}

/// RFC 2308 §5: the smaller of the SOA's own TTL and its last field; without a SOA nothing is kept.
fn negative_ttl(packet: &Packet<'_>) -> Duration {
    soa(packet).unwrap_or_default()
}

fn soa(packet: &Packet<'_>) -> Option<Duration> {
    packet
        .name_servers
        .iter()
        .take(RECORDS)
        .find_map(|record| match &record.rdata {
            RData::SOA(soa) => Some(seconds(record.ttl).min(seconds(soa.minimum))),
            _ => None,
        })
}

/// RFC 2181 §8: a TTL with its highest bit set means zero.
fn seconds(ttl: u32) -> Duration {
    Duration::from_secs(if ttl > i32::MAX.unsigned_abs() {
        0
    } else {
        ttl.into()
    })
}

/// A name in lower case, parts joined by dots; none when a part has bytes that no host name has.
fn text(name: &Name<'_>) -> Option<Box<str>> {
    let mut text = String::new();
    for label in name.as_bytes() {
        let label = std::str::from_utf8(label).ok()?;
        if label.contains('.') {
            return None;
        }
        if !text.is_empty() {
            text.push('.');
        }
        text.push_str(&label.to_ascii_lowercase());
    }
    Some(text.into())
}

const fn code(kind: Kind) -> Option<TYPE> {
    match kind {
        // Never asked as such: it is A and AAAA.
        Kind::Host => None,
        Kind::A => Some(TYPE::A),
        Kind::Aaaa => Some(TYPE::AAAA),
        Kind::Srv => Some(TYPE::SRV),
        Kind::Naptr => Some(TYPE::NAPTR),
    }
}

#[cfg(test)]
mod tests {
    use simple_dns::ResourceRecord;
    use simple_dns::rdata::{A, CNAME, SOA, SRV};

    use super::*;

    fn name(text: &str) -> Name<'_> {
        Name::new(text).unwrap()
    }

    fn reply<'a>(id: u16, asked: &'a str, kind: TYPE) -> Packet<'a> {
        let mut packet = Packet::new_reply(id);
        let question = simple_dns::Question::new(
            name(asked),
            QTYPE::TYPE(kind),
            QCLASS::CLASS(CLASS::IN),
            false,
        );
        packet.questions.push(question);
        packet
    }

    fn a<'a>(owner: &'a str, ttl: u32, address: [u8; 4]) -> ResourceRecord<'a> {
        let address = u32::from_be_bytes(address);
        ResourceRecord::new(name(owner), CLASS::IN, ttl, RData::A(A { address }))
    }

    fn cname<'a>(owner: &'a str, ttl: u32, target: &'a str) -> ResourceRecord<'a> {
        let data = RData::CNAME(CNAME(name(target)));
        ResourceRecord::new(name(owner), CLASS::IN, ttl, data)
    }

    fn soa_record(ttl: u32, minimum: u32) -> ResourceRecord<'static> {
        let data = SOA {
            mname: name("ns.example"),
            rname: name("root.example"),
            serial: 1,
            refresh: 1,
            retry: 1,
            expire: 1,
            minimum,
        };
        ResourceRecord::new(name("example"), CLASS::IN, ttl, RData::SOA(data))
    }

    #[test]
    fn a_question_asks_for_recursion_and_offers_larger_answers() {
        let question = Question::new("_sip._udp.example.com", Kind::Srv);
        let bytes = query(0x1234, &question, true).unwrap();
        let packet = Packet::parse(&bytes).unwrap();
        assert_eq!(packet.id(), 0x1234);
        assert!(packet.has_flags(PacketFlag::RECURSION_DESIRED));
        assert_eq!(packet.opt().map(|opt| opt.udp_packet_size), Some(DATAGRAM));
        let plain = query(1, &question, false).unwrap();
        assert!(Packet::parse(&plain).unwrap().opt().is_none());
        assert_eq!(
            query(1, &Question::new(&"x".repeat(64), Kind::A), true),
            None
        );
    }

    #[test]
    fn what_was_not_asked_is_not_taken() {
        let question = Question::new("a.example", Kind::A);
        let good = {
            let mut packet = reply(7, "A.Example", TYPE::A);
            packet.answers.push(a("a.example", 60, [192, 0, 2, 1]));
            packet.build_bytes_vec().unwrap()
        };
        assert!(matches!(read(&good, 7, &question), Verdict::Answer(..)));
        assert_eq!(read(&good, 8, &question), Verdict::NotOurs, "another id");
        for other in [
            Question::new("b.example", Kind::A),
            Question::new("a.example", Kind::Srv),
        ] {
            assert_eq!(read(&good, 7, &other), Verdict::NotOurs, "{other:?}");
        }
        let echoed = query(7, &question, true).unwrap();
        assert_eq!(read(&echoed, 7, &question), Verdict::NotOurs, "no response");
        for end in 0..good.len() {
            let cut = read(&good[..end], 7, &question);
            assert_eq!(cut, Verdict::NotOurs, "cut at {end}");
        }
        // Records of other names in the answer are none of the question's.
        let mut packet = reply(7, "a.example", TYPE::A);
        packet
            .answers
            .push(a("evil.example", 60, [203, 0, 113, 66]));
        let bytes = packet.build_bytes_vec().unwrap();
        let verdict = read(&bytes, 7, &question);
        assert_eq!(verdict, Verdict::Answer(Answer::Missing, Duration::ZERO));
    }

    #[test]
    fn aliases_are_followed_and_the_shortest_time_holds() {
        let question = Question::new("www.example", Kind::A);
        let mut packet = reply(7, "www.example", TYPE::A);
        packet.answers.push(a("host.example", 60, [192, 0, 2, 1]));
        packet
            .answers
            .push(cname("www.example", 20, "host.example"));
        let bytes = packet.build_bytes_vec_compressed().unwrap();
        let addresses = Answer::Addresses(vec![[192, 0, 2, 1].into()]);
        assert_eq!(
            read(&bytes, 7, &question),
            Verdict::Answer(addresses, Duration::from_secs(20))
        );
        packet.answers.remove(0);
        let bytes = packet.build_bytes_vec().unwrap();
        assert_eq!(
            read(&bytes, 7, &question),
            Verdict::Alias("host.example".into())
        );
        packet
            .answers
            .push(cname("host.example", 20, "www.example"));
        let bytes = packet.build_bytes_vec().unwrap();
        assert_eq!(read(&bytes, 7, &question), Verdict::Unable, "a circle");
    }

    #[test]
    fn b_344_how_long_nothing_is_kept_comes_from_the_soa() {
        let question = Question::new("none.example", Kind::Srv);
        let mut packet = reply(7, "none.example", TYPE::SRV);
        *packet.rcode_mut() = RCODE::NameError;
        for (ttl, minimum, kept) in [(300, 60, 60), (30, 60, 30), (u32::MAX, 60, 0)] {
            packet.name_servers = vec![soa_record(ttl, minimum)];
            let bytes = packet.build_bytes_vec().unwrap();
            let kept = Duration::from_secs(kept);
            assert_eq!(
                read(&bytes, 7, &question),
                Verdict::Answer(Answer::Missing, kept)
            );
        }
    }

    #[test]
    fn errors_and_truncation_are_told_apart() {
        let question = Question::new("a.example", Kind::A);
        for (code, verdict) in [
            (RCODE::ServerFailure, Verdict::Unable),
            (RCODE::Refused, Verdict::Unable),
            (RCODE::FormatError, Verdict::NoExtension),
            (RCODE::NotImplemented, Verdict::NoExtension),
        ] {
            let mut packet = reply(7, "a.example", TYPE::A);
            *packet.rcode_mut() = code;
            let bytes = packet.build_bytes_vec().unwrap();
            assert_eq!(read(&bytes, 7, &question), verdict);
        }
        let mut packet = reply(7, "a.example", TYPE::A);
        packet.set_flags(PacketFlag::TRUNCATION);
        let bytes = packet.build_bytes_vec().unwrap();
        assert_eq!(read(&bytes, 7, &question), Verdict::Truncated);
    }

    #[test]
    fn damaged_answers_never_panic() {
        let question = Question::new("_sip._udp.example", Kind::Srv);
        let mut packet = reply(7, "_sip._udp.example", TYPE::SRV);
        for port in 5060..5064 {
            let data = SRV {
                priority: 1,
                weight: 1,
                port,
                target: name("host.example"),
            };
            let owner = name("_sip._udp.example");
            packet
                .answers
                .push(ResourceRecord::new(owner, CLASS::IN, 60, RData::SRV(data)));
        }
        packet.name_servers.push(soa_record(1, 1));
        let good = packet.build_bytes_vec_compressed().unwrap();
        let mut random = crate::base::Entropy::new([9; 32]);
        for _ in 0..20_000 {
            let mut bytes = good.clone();
            for _ in 0..=random.below(4) {
                let at = usize::try_from(2 + random.below(good.len() as u64 - 2)).unwrap();
                bytes[at] = random.bytes::<1>()[0];
            }
            let _ = read(&bytes, 7, &question);
        }
    }
}
