//! The walk of RFC 3263 §4 over zones written as text: which questions, in which order, and where they lead.

use std::collections::BTreeMap;

use rtcclient::base::Entropy;
use rtcclient::dns::{Answer, Location, Offer, Step, Transport, Wish, Zone};

use Transport::{Tcp, Tls, Udp};

/// What a walk asked and what it gave, each as `NAME TYPE` and `transport address`.
fn walk(wish: Wish, offer: &[Transport], zone: &str, seed: u8) -> (Vec<String>, Vec<String>) {
    let zone = Zone::parse(zone).unwrap();
    let mut random = Entropy::new([seed; 32]);
    let offer = Offer {
        transports: offer.to_vec(),
    };
    let mut location = Location::new(wish, offer);
    let (mut asked, mut given) = (Vec::new(), Vec::new());
    loop {
        match location.poll(&mut random) {
            Step::Ask(question) => {
                asked.push(format!("{} {:?}", question.name, question.kind));
                let answer = zone.answer(&question).unwrap_or(Answer::Missing);
                location.answer(&question, &answer);
            }
            Step::Target(target) => {
                let transport = target
                    .transport
                    .map_or("any".to_owned(), |transport| format!("{transport:?}"));
                given.push(format!("{transport} {}", target.to));
            }
            Step::Wait => panic!("every question was answered"),
            Step::End => return (asked, given),
        }
    }
}

fn wish(host: &str, port: u16, transport: Option<Transport>, secure: bool) -> Wish {
    Wish {
        host: host.into(),
        port: (port != 0).then_some(port),
        transport,
        secure,
    }
}

const ALL: &[Transport] = &[Udp, Tcp, Tls];

/// B-338.
#[test]
fn b_338_numeric_hosts_are_used_as_they_are_with_the_port_given_or_the_default() {
    for (host, port, transport, secure, target) in [
        ("192.0.2.1", 0, None, false, "any 192.0.2.1:5060"),
        ("192.0.2.1", 5080, None, false, "any 192.0.2.1:5080"),
        ("192.0.2.1", 0, Some(Tcp), false, "Tcp 192.0.2.1:5060"),
        ("192.0.2.1", 0, Some(Tls), false, "Tls 192.0.2.1:5061"),
        ("192.0.2.1", 0, None, true, "Tls 192.0.2.1:5061"),
        ("192.0.2.1", 5062, None, true, "Tls 192.0.2.1:5062"),
        ("192.0.2.1", 0, Some(Tcp), true, "Tls 192.0.2.1:5061"),
        ("2001:db8::1", 0, None, false, "any [2001:db8::1]:5060"),
        ("2001:db8::1", 0, Some(Udp), false, "Udp [2001:db8::1]:5060"),
    ] {
        let (asked, given) = walk(wish(host, port, transport, secure), ALL, "", 1);
        assert!(asked.is_empty(), "{host}: {asked:?}");
        assert_eq!(given, [target]);
    }
}

/// A domain as RFC 3263 §4.1 has it.
const EXAMPLE: &str = r#"
example.com NAPTR 50 50 "s" "SIPS+D2T" "" _sips._tcp.example.com.
example.com NAPTR 90 50 "s" "SIP+D2T"  "" _sip._tcp.example.com.
example.com NAPTR 100 50 "s" "SIP+D2U" "" _sip._udp.example.com.
_sips._tcp.example.com SRV 0 1 5061 secure.example.com
_sip._tcp.example.com SRV 0 1 5070 server1.example.com.
_sip._tcp.example.com SRV 1 1 5071 server2.example.com.
_sip._udp.example.com SRV 0 1 5072 server1.example.com.
example.com A 192.0.2.9
secure.example.com A 192.0.2.3
server1.example.com A 192.0.2.1
server1.example.com AAAA 2001:db8::1
server2.example.com A 192.0.2.2
"#;

/// B-339.
#[test]
fn b_339_without_port_and_transport_naptr_leads_to_srv_and_srv_to_addresses() {
    let (asked, given) = walk(wish("example.com", 0, None, false), &[Udp, Tcp], EXAMPLE, 1);
    assert_eq!(
        asked,
        [
            "example.com Naptr",
            "_sip._tcp.example.com Srv",
            "server1.example.com Host",
            "server2.example.com Host",
            "_sip._udp.example.com Srv",
        ]
    );
    assert_eq!(
        given,
        [
            "Tcp [2001:db8::1]:5070",
            "Tcp 192.0.2.1:5070",
            "Tcp 192.0.2.2:5071",
            "Udp [2001:db8::1]:5072",
            "Udp 192.0.2.1:5072",
        ]
    );
    // With TLS spoken the record of the lowest order is the first.
    let (_, given) = walk(wish("example.com", 0, None, false), ALL, EXAMPLE, 1);
    assert_eq!(given[0], "Tls 192.0.2.3:5061");
}

/// B-339.
#[test]
fn b_339_a_port_means_addresses_only_and_a_transport_its_srv_records() {
    let (asked, given) = walk(wish("example.com", 5080, None, false), ALL, EXAMPLE, 1);
    assert_eq!(asked, ["example.com Host"]);
    assert_eq!(given, ["any 192.0.2.9:5080"]);
    let (asked, given) = walk(wish("example.com", 5080, Some(Tcp), false), ALL, EXAMPLE, 1);
    assert_eq!(asked, ["example.com Host"]);
    assert_eq!(given, ["Tcp 192.0.2.9:5080"]);
    let (asked, given) = walk(wish("example.com", 0, Some(Udp), false), ALL, EXAMPLE, 1);
    assert_eq!(
        asked,
        ["_sip._udp.example.com Srv", "server1.example.com Host"]
    );
    assert_eq!(given, ["Udp [2001:db8::1]:5072", "Udp 192.0.2.1:5072"]);
}

/// B-339.
#[test]
fn b_339_without_naptr_every_transport_is_asked_for_and_without_srv_the_host_itself() {
    let zone = "_sip._tcp.b.example SRV 0 0 5070 host.b.example\nhost.b.example A 192.0.2.4";
    let (asked, given) = walk(wish("b.example", 0, None, false), ALL, zone, 1);
    assert_eq!(
        asked,
        [
            "b.example Naptr",
            "_sip._udp.b.example Srv",
            "_sip._tcp.b.example Srv",
            "host.b.example Host",
        ]
    );
    assert_eq!(given, ["Tcp 192.0.2.4:5070"]);

    let (asked, given) = walk(
        wish("c.example", 0, None, false),
        ALL,
        "c.example A 192.0.2.5",
        1,
    );
    assert_eq!(asked.last().map(String::as_str), Some("c.example Host"));
    assert_eq!(given, ["any 192.0.2.5:5060"]);
    let (_, given) = walk(
        wish("c.example", 0, Some(Tcp), false),
        ALL,
        "c.example A 192.0.2.5",
        1,
    );
    assert_eq!(given, ["Tcp 192.0.2.5:5060"]);
}

/// B-343.
#[test]
fn b_343_sips_asks_for_sips_over_tcp_and_nothing_else() {
    let bare = "_sip._udp.d.example SRV 0 0 5060 h.d.example\nh.d.example A 192.0.2.6\nd.example A 192.0.2.6";
    for (zone, target) in [
        (EXAMPLE, "Tls 192.0.2.3:5061"),
        (bare, "Tls 192.0.2.6:5061"),
    ] {
        let host = if zone == bare {
            "d.example"
        } else {
            "example.com"
        };
        let (asked, given) = walk(wish(host, 0, None, true), ALL, zone, 1);
        let services = asked.iter().filter(|question| question.starts_with('_'));
        let wanted = format!("_sips._tcp.{host} Srv");
        assert_eq!(services.collect::<Vec<_>>(), [&wanted]);
        assert_eq!(given, [target]);
    }
    let (asked, _) = walk(wish("example.com", 0, Some(Tls), false), ALL, EXAMPLE, 1);
    assert_eq!(asked[0], "_sips._tcp.example.com Srv");
    // Without TLS there is no way, and no fall back to one that others can read (B-330).
    let (asked, given) = walk(wish("example.com", 0, None, true), &[Udp, Tcp], EXAMPLE, 1);
    assert!(asked.is_empty() && given.is_empty());
    let (_, given) = walk(wish("example.com", 0, Some(Udp), true), ALL, EXAMPLE, 1);
    assert!(given.is_empty());
}

/// B-331.
#[test]
fn b_331_a_transport_that_is_not_spoken_leads_nowhere() {
    let (asked, given) = walk(wish("example.com", 0, Some(Tcp), false), &[Udp], EXAMPLE, 1);
    assert!(asked.is_empty() && given.is_empty());
}

#[test]
fn naptr_records_that_cannot_be_used_are_as_if_they_were_not_there() {
    for record in [
        r#"e.example NAPTR 1 1 "u" "E2U+sip" "!^.*$!sip:a@b!" ."#,
        r#"e.example NAPTR 1 1 "a" "SIP+D2U" "" h.e.example"#,
        r#"e.example NAPTR 1 1 "s" "SIP+D2X" "" _sip._tcp.e.example"#,
        r#"e.example NAPTR 1 1 "s" "SIP+D2U" "" ."#,
    ] {
        let zone = format!(
            "{record}\n_sip._udp.e.example SRV 0 0 5075 h.e.example\nh.e.example A 192.0.2.7"
        );
        let (_, given) = walk(wish("e.example", 0, None, false), ALL, &zone, 1);
        assert_eq!(given, ["Udp 192.0.2.7:5075"], "{record}");
    }
}

#[test]
fn an_srv_target_of_a_dot_says_that_there_is_no_service() {
    let zone = "_sip._udp.f.example SRV 0 0 0 .\nf.example A 192.0.2.8";
    let (asked, given) = walk(wish("f.example", 0, Some(Udp), false), ALL, zone, 1);
    assert_eq!(asked, ["_sip._udp.f.example Srv"]);
    assert!(given.is_empty(), "{given:?}");
}

#[test]
fn the_same_place_is_given_once_and_a_walk_has_an_end() {
    let mut zone = String::new();
    for number in 0..200 {
        zone.push_str(&format!(
            "_sip._udp.g.example SRV {number} 0 5060 h{number}.g.example\n\
             h{number}.g.example A 192.0.2.{}\n",
            number % 100
        ));
    }
    let (asked, given) = walk(wish("g.example", 0, Some(Udp), false), ALL, &zone, 1);
    assert!(given.len() <= 32 && asked.len() <= 40, "{}", given.len());
    let mut once = given.clone();
    once.sort();
    once.dedup();
    assert_eq!(once.len(), given.len());
}

/// B-340.
#[test]
fn b_340_srv_priorities_come_in_order_and_weights_are_shares() {
    let zone = "\
        _sip._udp.w.example SRV 1 60 5060 a.w.example\n\
        _sip._udp.w.example SRV 1 30 5060 b.w.example\n\
        _sip._udp.w.example SRV 1 10 5060 c.w.example\n\
        _sip._udp.w.example SRV 1 0 5060 z.w.example\n\
        _sip._udp.w.example SRV 2 65535 5060 d.w.example\n\
        a.w.example A 192.0.2.1\nb.w.example A 192.0.2.2\nc.w.example A 192.0.2.3\n\
        z.w.example A 192.0.2.26\nd.w.example A 192.0.2.4\n";
    let seed = std::env::var("SIM_SEED")
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(20);
    println!("seed {seed}");
    let mut random = Entropy::new([seed; 32]);
    let zone = Zone::parse(zone).unwrap();
    let mut first: BTreeMap<String, u32> = BTreeMap::new();
    for _ in 0..1000 {
        let offer = Offer {
            transports: vec![Udp],
        };
        let mut location = Location::new(wish("w.example", 0, Some(Udp), false), offer);
        let mut order = Vec::new();
        loop {
            match location.poll(&mut random) {
                Step::Ask(question) => {
                    let answer = zone.answer(&question).unwrap();
                    location.answer(&question, &answer);
                }
                Step::Target(target) => order.push(target.to.ip().to_string()),
                Step::Wait => panic!("every question was answered"),
                Step::End => break,
            }
        }
        assert_eq!(order.len(), 5);
        assert_eq!(order[4], "192.0.2.4", "the second priority is the last");
        *first.entry(order[0].clone()).or_default() += 1;
    }
    let share = |ip: &str| first.get(ip).copied().unwrap_or(0);
    for (ip, wanted) in [("192.0.2.1", 600), ("192.0.2.2", 300), ("192.0.2.3", 100)] {
        let got = share(ip);
        assert!(
            got.abs_diff(wanted) < 60,
            "{ip}: {got} of 1000, not {wanted}"
        );
    }
    assert!(share("192.0.2.26") < 40, "weight 0 has a small chance only");
}

#[test]
fn nothing_is_asked_for_before_its_turn() {
    let zone = Zone::parse(EXAMPLE).unwrap();
    let mut random = Entropy::new([1; 32]);
    let offer = Offer {
        transports: vec![Udp, Tcp],
    };
    let mut location = Location::new(wish("example.com", 0, Some(Tcp), false), offer);
    let mut asked = Vec::new();
    let first = loop {
        match location.poll(&mut random) {
            Step::Ask(question) => {
                assert_eq!(location.poll(&mut random), Step::Wait);
                let answer = zone.answer(&question).unwrap();
                location.answer(&question, &answer);
                asked.push(question.name.to_string());
            }
            step => break step,
        }
    };
    assert!(matches!(first, Step::Target(_)));
    assert_eq!(asked, ["_sip._tcp.example.com", "server1.example.com"]);
    assert!(!location.is_over());
}
