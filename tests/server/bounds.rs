//! What no peer can do: make the server panic, grow without bound, or keep it busy for ever.

use rtcclient::base::{Entropy, Limits};
use rtcclient::server::{ServerConfig, User, UserFault};
use rtcclient::syntax::HeaderId;
use rtcclient::transport::Core;

use crate::world::{DOMAIN, World, open, udp};

#[test]
fn users_that_cannot_be_are_refused() {
    let mut world = World::new(ServerConfig { users: 3, ..open() });
    let user = |name: &str, contacts: &[&str], status| User {
        name: name.to_owned(),
        password: None,
        contacts: contacts.iter().map(|&contact| contact.to_owned()).collect(),
        status,
    };
    for (user, fault) in [
        (user("", &[], Some(404)), UserFault::Name),
        (user(&"x".repeat(256), &[], Some(404)), UserFault::Name),
        (user("x", &["nonsense"], None), UserFault::Contact),
        (user("x", &["mailto:x@y"], None), UserFault::Contact),
        (user("x", &[], Some(200)), UserFault::Status),
        (user("x", &[], Some(302)), UserFault::Status),
        (user("x", &[], Some(404)), UserFault::Full),
    ] {
        assert_eq!(world.server.set_user(user), Err(fault), "{fault}");
    }
    world.user("carol", None, &[], None);
    world.user("x", None, &[], Some(404));
}

#[test]
fn names_bindings_and_subscriptions_are_bounded() {
    let mut world = World::new(ServerConfig {
        users: 5,
        limits: Limits {
            subscriptions: 3,
            ..Limits::default()
        },
        ..open()
    });
    let phone = udp(5070);
    for n in 0..20 {
        let name = format!("user{n}");
        let register = world.registering(
            phone,
            &name,
            &name,
            1,
            "Contact: <sip:x@127.0.0.1:5070>\r\n",
        );
        world.send(phone, &register);
        world.expect(phone, if n < 2 { "200" } else { "503" });
    }
    for n in 0..20 {
        let call = format!("watch{n}");
        let subscribe = world
            .request(
                phone,
                "SUBSCRIBE",
                &format!("sip:alice@{DOMAIN}"),
                "bob",
                &call,
                1,
            )
            .header(HeaderId::Contact, World::contact("bob", phone))
            .header(HeaderId::Event, "presence")
            .build();
        world.send(phone, &subscribe);
        world.expect(phone, if n < 3 { "200" } else { "503" });
        if n < 3 {
            let notify = world.expect(phone, "NOTIFY");
            world.respond(phone, &notify, 200, "bob", "");
        }
    }
    assert_eq!(world.server.bindings().len(), 2);
}

#[test]
fn what_is_kept_of_a_request_is_bounded() {
    let mut world = World::new(ServerConfig {
        bindings: 2,
        published_bytes: 200,
        ..open()
    });
    let phone = udp(5070);
    let long = "x".repeat(5000);
    for (call, lines, status) in [
        ("a", format!("Contact: <sip:{long}@127.0.0.1>\r\n"), "400"),
        (
            "b",
            format!("Contact: <sip:x@127.0.0.1>\r\nPath: <sip:{long};lr>\r\n"),
            "400",
        ),
        (&long, "Contact: <sip:x@127.0.0.1>\r\n".to_owned(), "400"),
        (
            "c",
            "Contact: <sip:1@127.0.0.1>, <sip:2@127.0.0.1>, <sip:3@127.0.0.1>\r\n".to_owned(),
            "503",
        ),
        (
            "d",
            "Contact: <sip:1@127.0.0.1>, <sip:2@127.0.0.1>\r\n".to_owned(),
            "200",
        ),
        (
            "e",
            "Contact: <sip:1@127.0.0.1>, <sip:4@127.0.0.1>\r\n".to_owned(),
            "503",
        ),
        (
            "f",
            "Contact: <sip:1@127.0.0.1>, <sip:2@127.0.0.1>;expires=0\r\n".to_owned(),
            "200",
        ),
        (
            "g",
            "Contact: <sip:1@127.0.0.1>, <sip:4@127.0.0.1>\r\n".to_owned(),
            "200",
        ),
    ] {
        let register = world.registering(phone, "alice", call, 1, &lines);
        world.send(phone, &register);
        let answer = world.expect(phone, status);
        assert_eq!(
            answer.header(HeaderId::RetryAfter).is_some(),
            status == "503"
        );
    }
    let document = format!(
        "<presence xmlns=\"urn:ietf:params:xml:ns:pidf\"><note>{}</note></presence>",
        "x".repeat(90)
    );
    for (name, status) in [("alice", "200"), ("bob", "503")] {
        let publish = world
            .request(
                phone,
                "PUBLISH",
                &format!("sip:{name}@{DOMAIN}"),
                name,
                name,
                1,
            )
            .header(HeaderId::Event, "presence")
            .body("application/pidf+xml", document.as_bytes())
            .build();
        world.send(phone, &publish);
        world.expect(phone, status);
    }
    // What has ended makes room again.
    world.seconds(3600);
    let publish = world
        .request(
            phone,
            "PUBLISH",
            &format!("sip:bob@{DOMAIN}"),
            "bob",
            "bob",
            2,
        )
        .header(HeaderId::Event, "presence")
        .body("application/pidf+xml", document.as_bytes())
        .build();
    world.send(phone, &publish);
    world.expect(phone, "200");
}

#[test]
fn a_user_bound_to_itself_does_not_ring_for_ever() {
    let mut world = World::new(open());
    let phone = udp(5070);
    let lines = format!(
        "Contact: <sip:alice@{DOMAIN}>, <sip:alice@127.0.0.1:5060>, <sip:alice@127.0.0.1:5062>\r\n"
    );
    let register = world.registering(phone, "alice", "r", 1, &lines);
    world.send(phone, &register);
    world.expect(phone, "200");
    let message = world.request(
        phone,
        "MESSAGE",
        &format!("sip:alice@{DOMAIN}"),
        "bob",
        "m",
        1,
    );
    world.send(phone, &message.build());
    let own = udp(5060);
    // What the server sends to itself comes back to it.
    let mut turns = 0;
    while let Some(message) = world.poll(own) {
        world.send(own, &message);
        turns += 1;
        assert!(turns < 2000, "a loop");
    }
    world.seconds(40);
    assert!(turns > 0);
}

#[test]
fn broken_requests_change_nothing_and_stop_nothing() {
    let mut entropy = Entropy::new([3; 32]);
    let mut world = World::new(open());
    let phone = udp(5070);
    world.register(phone, "alice");
    let seeds: Vec<Vec<u8>> = [
        "REGISTER",
        "INVITE",
        "SUBSCRIBE",
        "PUBLISH",
        "MESSAGE",
        "ACK",
        "BYE",
    ]
    .iter()
    .map(|method| {
        let uri = format!("sip:alice@{DOMAIN}");
        world
            .request(phone, method, &uri, "bob", "call", 1)
            .header(
                HeaderId::Contact,
                "<sip:bob@127.0.0.1:5070>;q=0.5;expires=60",
            )
            .header(HeaderId::Event, "presence")
            .header(
                HeaderId::Route,
                "<sip:127.0.0.1:5060;lr>, <sip:127.0.0.1:5070>",
            )
            .header(HeaderId::RecordRoute, "<sip:127.0.0.1:5071;lr>")
            .header(
                HeaderId::Authorization,
                "Digest username=\"bob\", realm=\"example.test\"",
            )
            .header(HeaderId::Expires, "60")
            .header_named("Max-Breadth", "2")
            .body(
                "application/pidf+xml",
                b"<presence xmlns=\"urn:ietf:params:xml:ns:pidf\"/>",
            )
            .build()
            .as_bytes()
            .to_vec()
    })
    .collect();
    for round in 0..4000 {
        let which = usize::try_from(entropy.below(seeds.len() as u64)).unwrap();
        let mut bytes = seeds[which].clone();
        for _ in 0..=entropy.below(4) {
            let at = usize::try_from(entropy.below(bytes.len() as u64)).unwrap();
            match entropy.below(4) {
                0 => bytes[at] = entropy.bytes::<1>()[0],
                1 => {
                    bytes.remove(at);
                }
                2 => bytes.insert(
                    at,
                    b";,<>\":@= 0%\r\n"[usize::try_from(entropy.below(13)).unwrap()],
                ),
                _ => {
                    let end = (at + 12).min(bytes.len());
                    let piece = bytes[at..end].to_vec();
                    bytes.splice(at..at, piece);
                }
            }
        }
        world.bytes(phone, &bytes);
        if round % 64 == 0 {
            world.seconds(3);
        }
        world.forget();
    }
    world.seconds(10_000);
    world.forget();
    assert!(world.server.is_idle());
    assert!(world.server.bindings().is_empty());
    world.register(phone, "carol");
    assert!(world.server.next_deadline().is_some());
}
