//! REGISTER: RFC 3261 §10.3, §22, RFC 3327.

use rtcclient::auth::Algorithm;
use rtcclient::server::ServerConfig;
use rtcclient::syntax::HeaderId;

use crate::world::{DOMAIN, Wallet, World, guarded, open, udp};

fn contacts(world: &World) -> Vec<String> {
    let bindings = world.server.bindings();
    bindings
        .into_iter()
        .map(|binding| format!("{} {}", binding.user, binding.contact))
        .collect()
}

#[test]
fn both_algorithms_are_offered_and_either_passes() {
    for (algorithms, first) in [
        (
            vec![Algorithm::SHA_256, Algorithm::MD5],
            "algorithm=SHA-256",
        ),
        (vec![Algorithm::MD5], "algorithm=MD5"),
    ] {
        let lines = algorithms.len();
        let mut world = World::new(ServerConfig {
            algorithms,
            ..guarded()
        });
        let alice = udp(5070);
        let register = world.registering(
            alice,
            "alice",
            "r",
            1,
            "Contact: <sip:alice@127.0.0.1:5070>\r\n",
        );
        world.send(alice, &register);
        let challenge = world.expect(alice, "401");
        let values: Vec<_> = challenge.headers(HeaderId::WwwAuthenticate).collect();
        assert_eq!(values.len(), lines);
        assert!(
            values[0].contains(first) && values[0].contains("realm=\"example.test\""),
            "{values:?}"
        );
        let again = Wallet::new("alice", "secret").answer(&mut world, alice, &register, &challenge);
        world.send(alice, &again);
        let ok = world.expect(alice, "200");
        assert_eq!(
            ok.header(HeaderId::Contact),
            Some("<sip:alice@127.0.0.1:5070>;expires=3600")
        );
        assert_eq!(contacts(&world), ["alice sip:alice@127.0.0.1:5070"]);
        world.quiet();
    }
}

#[test]
fn a_wrong_password_is_challenged_again_and_another_users_name_is_forbidden() {
    let mut world = World::new(guarded());
    let alice = udp(5070);
    let register = world.registering(
        alice,
        "alice",
        "r",
        1,
        "Contact: <sip:alice@127.0.0.1:5070>\r\n",
    );
    world.send(alice, &register);
    let challenge = world.expect(alice, "401");
    for (name, password, status) in [
        ("alice", "guess", "401"),
        ("nobody", "secret", "401"),
        ("bob", "secret", "403"),
    ] {
        let again = Wallet::new(name, password).answer(&mut world, alice, &register, &challenge);
        world.send(alice, &again);
        world.expect(alice, status);
    }
    assert!(contacts(&world).is_empty());
}

#[test]
fn a_nonce_past_its_time_is_stale() {
    let mut world = World::new(guarded());
    let alice = udp(5070);
    let register = world.registering(
        alice,
        "alice",
        "r",
        1,
        "Contact: <sip:alice@127.0.0.1:5070>\r\n",
    );
    world.send(alice, &register);
    let challenge = world.expect(alice, "401");
    world.seconds(400);
    let mut wallet = Wallet::new("alice", "secret");
    let late = wallet.answer(&mut world, alice, &register, &challenge);
    world.send(alice, &late);
    let stale = world.expect(alice, "401");
    assert!(
        stale
            .header(HeaderId::WwwAuthenticate)
            .unwrap()
            .contains("stale=true")
    );
    let anew = wallet.answer(
        &mut world,
        alice,
        &late.edit().remove(HeaderId::Authorization).build(),
        &stale,
    );
    world.send(alice, &anew);
    world.expect(alice, "200");
}

/// A REGISTER of alice's with these lines, answered so.
fn step(world: &mut World, cseq: u32, lines: &str, status: &str) -> rtcclient::syntax::Message {
    let alice = udp(5070);
    let register = world.registering(alice, "alice", "r", cseq, lines);
    world.send(alice, &register);
    world.expect(alice, status)
}

/// B-432.
#[test]
fn several_bindings_live_side_by_side_each_for_its_time() {
    let mut world = World::new(open());
    let lines = "Contact: <sip:a@127.0.0.1:5070>;expires=100;q=0.5, <sip:a@127.0.0.1:5071>\r\nExpires: 200\r\n";
    let ok = step(&mut world, 1, lines, "200");
    let listed: Vec<_> = ok.values(HeaderId::Contact).collect();
    assert_eq!(
        listed,
        [
            "<sip:a@127.0.0.1:5070>;expires=100;q=0.500",
            "<sip:a@127.0.0.1:5071>;expires=200"
        ]
    );
    world.seconds(50);
    // Without Contact nothing changes; the list tells what is left.
    let ok = step(&mut world, 2, "", "200");
    assert_eq!(
        ok.values(HeaderId::Contact).next(),
        Some("<sip:a@127.0.0.1:5070>;expires=50;q=0.500")
    );
    // The same contact, spelt differently, is refreshed and not added.
    step(
        &mut world,
        3,
        "Contact: <sip:a@127.0.0.1:5070;x=y>;expires=300\r\n",
        "200",
    );
    assert_eq!(contacts(&world).len(), 2);
    world.seconds(160);
    assert_eq!(contacts(&world), ["alice sip:a@127.0.0.1:5070;x=y"]);
    world.seconds(200);
    assert!(contacts(&world).is_empty());
    assert_eq!(world.server.requests().registered, 3);
}

#[test]
fn bindings_are_removed_one_by_one_or_by_a_star() {
    let mut world = World::new(open());
    step(
        &mut world,
        1,
        "Contact: <sip:a@127.0.0.1:5070>, <sip:a@127.0.0.1:5071>, <sip:a@127.0.0.1:5072>\r\n",
        "200",
    );
    let ok = step(
        &mut world,
        2,
        "Contact: <sip:a@127.0.0.1:5071>;expires=0\r\n",
        "200",
    );
    assert_eq!(ok.values(HeaderId::Contact).count(), 2);
    step(&mut world, 3, "Contact: *\r\n", "400");
    step(&mut world, 4, "Contact: *\r\nExpires: 60\r\n", "400");
    step(
        &mut world,
        5,
        "Contact: *, <sip:a@127.0.0.1:5079>\r\nExpires: 0\r\n",
        "400",
    );
    assert_eq!(contacts(&world).len(), 2);
    let ok = step(&mut world, 6, "Contact: *\r\nExpires: 0\r\n", "200");
    assert_eq!(ok.values(HeaderId::Contact).count(), 0);
    assert!(contacts(&world).is_empty());
}

#[test]
fn too_brief_is_refused_with_what_is_long_enough_and_too_long_is_shortened() {
    let mut world = World::new(ServerConfig {
        min_expires: 90,
        max_expires: 600,
        ..open()
    });
    let refused = step(
        &mut world,
        1,
        "Contact: <sip:a@127.0.0.1:5070>;expires=89\r\n",
        "423",
    );
    assert_eq!(refused.min_expires(), Some(90));
    let ok = step(
        &mut world,
        2,
        "Contact: <sip:a@127.0.0.1:5070>;expires=9999999999\r\n",
        "200",
    );
    assert_eq!(
        ok.header(HeaderId::Contact),
        Some("<sip:a@127.0.0.1:5070>;expires=600")
    );
}

#[test]
fn an_old_cseq_changes_nothing_and_a_new_call_id_does() {
    let mut world = World::new(open());
    step(
        &mut world,
        5,
        "Contact: <sip:a@127.0.0.1:5070>;expires=100\r\n",
        "200",
    );
    step(
        &mut world,
        4,
        "Contact: <sip:a@127.0.0.1:5070>;expires=0\r\n",
        "500",
    );
    step(&mut world, 5, "Contact: *\r\nExpires: 0\r\n", "500");
    assert_eq!(contacts(&world).len(), 1);
    let alice = udp(5070);
    let other = world.registering(
        alice,
        "alice",
        "other",
        1,
        "Contact: <sip:a@127.0.0.1:5070>;expires=0\r\n",
    );
    world.send(alice, &other);
    world.expect(alice, "200");
    assert!(contacts(&world).is_empty());
}

#[test]
fn an_instance_takes_its_new_contact_with_it() {
    let mut world = World::new(open());
    let params = ";reg-id=1;+sip.instance=\"<urn:uuid:1>\"";
    step(
        &mut world,
        1,
        &format!("Contact: <sip:a@127.0.0.1:5070>{params}\r\n"),
        "200",
    );
    let ok = step(
        &mut world,
        2,
        &format!("Contact: <sip:a@127.0.0.1:5999>{params}\r\n"),
        "200",
    );
    assert_eq!(
        ok.values(HeaderId::Contact).collect::<Vec<_>>(),
        [format!("<sip:a@127.0.0.1:5999>;expires=3600{params}")]
    );
}

#[test]
fn what_cannot_be_bound_is_refused_as_a_whole() {
    let mut world = World::new(ServerConfig {
        bindings_per_user: 2,
        ..open()
    });
    step(
        &mut world,
        1,
        "Contact: <sip:a@127.0.0.1:5070>, <mailto:a@b>\r\n",
        "400",
    );
    step(
        &mut world,
        2,
        "Contact: <sip:a@127.0.0.1:5070>, <sip:a@127.0.0.1:99999>\r\n",
        "400",
    );
    step(
        &mut world,
        3,
        "Contact: <sip:a@h1>, <sip:a@h2>, <sip:a@h3>\r\n",
        "403",
    );
    step(
        &mut world,
        4,
        "Contact: <sip:a@h1>\r\nRequire: gruu\r\n",
        "420",
    );
    assert!(contacts(&world).is_empty());
    let alice = udp(5070);
    let uri = format!("sip:{DOMAIN}");
    let stranger = world
        .request(alice, "REGISTER", &uri, "alice", "s", 1)
        .build()
        .edit()
        .set(HeaderId::To, "<sip:alice@elsewhere.test>")
        .build();
    world.send(alice, &stranger);
    world.expect(alice, "404");
}

#[test]
fn a_connection_and_an_address_translator_are_remembered() {
    let mut world = World::new(open());
    let bob = world.connect(40_000);
    world.register(bob, "bob");
    // Carol says where she is in her own network; we see her elsewhere.
    let carol = udp(5099);
    let hidden = "Contact: <sip:carol@10.9.9.9:5060>\r\n";
    let register = world
        .registering(carol, "carol", "c", 1, hidden)
        .edit()
        .set(
            HeaderId::Via,
            "SIP/2.0/UDP 10.9.9.9:5060;branch=z9hG4bKc;rport",
        )
        .build();
    world.send(carol, &register);
    world.expect(carol, "200");
    world.register(udp(5070), "alice");
    let by_flow: Vec<_> = world
        .server
        .bindings()
        .iter()
        .map(|b| (b.user.clone(), b.by_flow))
        .collect();
    assert_eq!(
        by_flow,
        [
            ("alice".to_owned(), false),
            ("bob".to_owned(), true),
            ("carol".to_owned(), true)
        ]
    );
    let message = world.request(
        udp(5070),
        "MESSAGE",
        &format!("sip:carol@{DOMAIN}"),
        "alice",
        "m",
        1,
    );
    world.send(udp(5070), &message.build());
    let message = world.expect(carol, "MESSAGE");
    assert_eq!(message.request_uri(), "sip:carol@10.9.9.9:5060");
}

#[test]
fn a_path_is_kept_and_taken() {
    let mut world = World::new(open());
    let edge = udp(5080);
    let lines =
        "Contact: <sip:alice@10.1.1.1>\r\nPath: <sip:127.0.0.1:5080;lr>\r\nSupported: path\r\n";
    let register = world.registering(edge, "alice", "r", 1, lines);
    world.send(edge, &register);
    let ok = world.expect(edge, "200");
    assert_eq!(ok.header(HeaderId::Path), Some("<sip:127.0.0.1:5080;lr>"));
    let bob = udp(5090);
    let message = world.request(
        bob,
        "MESSAGE",
        &format!("sip:alice@{DOMAIN}"),
        "bob",
        "m",
        1,
    );
    world.send(bob, &message.build());
    let message = world.expect(edge, "MESSAGE");
    assert_eq!(
        message.header(HeaderId::Route),
        Some("<sip:127.0.0.1:5080;lr>")
    );
    assert_eq!(message.request_uri(), "sip:alice@10.1.1.1");
}

#[test]
fn the_server_answers_for_itself_and_says_where_it_is() {
    let mut world = World::new(open());
    let alice = udp(5070);
    for uri in [
        "sip:example.test",
        "sip:127.0.0.1:5060",
        "sip:127.0.0.1:5062;transport=tcp",
    ] {
        let call = format!("o-{uri}");
        let options = world
            .request(alice, "OPTIONS", uri, "alice", &call, 1)
            .build();
        world.send(alice, &options);
        let ok = world.expect(alice, "200");
        assert!(
            ok.lists(HeaderId::Allow, "REGISTER") && ok.lists(HeaderId::AllowEvents, "presence")
        );
    }
    assert_eq!(
        world.server.uris(),
        [
            "sip:127.0.0.1:5060;transport=udp",
            "sip:127.0.0.1:5062;transport=tcp"
        ]
    );
    let bye = world
        .request(alice, "FROBNICATE", "sip:example.test", "alice", "f", 1)
        .build();
    world.send(alice, &bye);
    world.expect(alice, "405");
    assert_eq!(world.server.requests().requests, 4);
}

#[test]
fn a_user_that_is_removed_takes_its_bindings_along() {
    let mut world = World::new(guarded());
    let (alice, mut wallet) = (udp(5070), Wallet::new("alice", "secret"));
    let register = world.registering(
        alice,
        "alice",
        "r",
        1,
        "Contact: <sip:alice@127.0.0.1:5070>\r\n",
    );
    world.send(alice, &register);
    let challenge = world.expect(alice, "401");
    let again = wallet.answer(&mut world, alice, &register, &challenge);
    world.send(alice, &again);
    world.expect(alice, "200");
    world.user("alice", None, &[], None);
    assert!(contacts(&world).is_empty());
    let call = world.request(
        udp(5090),
        "MESSAGE",
        &format!("sip:alice@{DOMAIN}"),
        "bob",
        "m",
        1,
    );
    world.send(udp(5090), &call.build());
    world.expect(udp(5090), "404");
}
