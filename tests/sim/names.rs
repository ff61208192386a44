//! A name server: a zone as text, answered by the rules of RFC 1034 §4.3.2 as far as a stub resolver sees them.

use rtcclient::dns::{Answer, Kind, Question, Zone};
use simple_dns::rdata::{A, AAAA, NAPTR, RData, SOA, SRV};
use simple_dns::{
    CLASS, CharacterString, Name, Packet, PacketFlag, QTYPE, RCODE, ResourceRecord, TYPE,
};

/// What larger answers than a datagram takes are cut to.
const DATAGRAM: usize = 512;

/// How a name server is disposed.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub enum Mood {
    /// It answers.
    #[default]
    Well,
    /// It says nothing.
    Silent,
    /// It answers SERVFAIL.
    Broken,
}

/// The question of a query, for a record of what was asked.
pub fn asked(query: &[u8]) -> Question {
    let packet = Packet::parse(query).expect("a query");
    let question = &packet.questions[0];
    let kind = match question.qtype {
        QTYPE::TYPE(TYPE::A) => Kind::A,
        QTYPE::TYPE(TYPE::AAAA) => Kind::Aaaa,
        QTYPE::TYPE(TYPE::SRV) => Kind::Srv,
        QTYPE::TYPE(TYPE::NAPTR) => Kind::Naptr,
        other => panic!("{other:?}"),
    };
    Question::new(&question.qname.to_string(), kind)
}

/// The answer to a query; none from a silent server.
pub fn answer(zone: &Zone, mood: Mood, ttl: u32, query: &[u8], stream: bool) -> Option<Vec<u8>> {
    let question = asked(query);
    let mut packet = Packet::parse(query).ok()?.into_reply();
    packet.set_flags(PacketFlag::RECURSION_DESIRED | PacketFlag::RECURSION_AVAILABLE);
    match mood {
        Mood::Silent => return None,
        Mood::Broken => *packet.rcode_mut() = RCODE::ServerFailure,
        Mood::Well => {
            let found = zone.answer(&question);
            let owner = packet.questions[0].qname.clone();
            let data = found.as_ref().map_or_else(Vec::new, records);
            if data.is_empty() {
                if found.is_none() {
                    *packet.rcode_mut() = RCODE::NameError;
                }
                packet.name_servers.push(soa(ttl));
            }
            for data in data {
                let record = ResourceRecord::new(owner.clone(), CLASS::IN, ttl, data);
                packet.answers.push(record.into_owned());
            }
        }
    }
    let whole = packet.build_bytes_vec_compressed().expect("an answer");
    if stream || whole.len() <= DATAGRAM {
        return Some(whole);
    }
    packet.answers.clear();
    packet.set_flags(PacketFlag::TRUNCATION);
    Some(packet.build_bytes_vec_compressed().expect("an answer"))
}

fn records(answer: &Answer) -> Vec<RData<'static>> {
    match answer {
        Answer::Addresses(addresses) => addresses
            .iter()
            .map(|address| match address {
                std::net::IpAddr::V4(v4) => RData::A(A {
                    address: v4.to_bits(),
                }),
                std::net::IpAddr::V6(v6) => RData::AAAA(AAAA {
                    address: v6.to_bits(),
                }),
            })
            .collect(),
        Answer::Services(services) => services
            .iter()
            .map(|service| {
                RData::SRV(SRV {
                    priority: service.priority,
                    weight: service.weight,
                    port: service.port,
                    target: name(&service.target),
                })
            })
            .collect(),
        Answer::Pointers(pointers) => pointers
            .iter()
            .map(|pointer| {
                RData::NAPTR(NAPTR {
                    order: pointer.order,
                    preference: pointer.preference,
                    flags: text(&pointer.flags),
                    services: text(&pointer.service),
                    regexp: text(""),
                    replacement: name(&pointer.replacement),
                })
            })
            .collect(),
        Answer::Missing | Answer::Failed => Vec::new(),
    }
}

fn soa(ttl: u32) -> ResourceRecord<'static> {
    let data = SOA {
        mname: name("ns.example"),
        rname: name("root.example"),
        serial: 1,
        refresh: 3600,
        retry: 600,
        expire: 86_400,
        minimum: ttl,
    };
    ResourceRecord::new(name("example"), CLASS::IN, ttl, RData::SOA(data))
}

fn name(text: &str) -> Name<'static> {
    Name::new(text).expect("a name").into_owned()
}

fn text(text: &str) -> CharacterString<'static> {
    CharacterString::new(text.as_bytes())
        .expect("a short text")
        .into_owned()
}
