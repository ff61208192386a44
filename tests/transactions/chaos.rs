//! Loss, doubling, garbage and bad luck: what holds whatever happens.

use super::*;

#[test]
fn every_lossy_exchange_ends_in_one_final_answer_or_failure() {
    let (mut net, alice, bob) = pair();
    for number in 1..=60_u32 {
        let method = if number % 2 == 0 { "INVITE" } else { "OPTIONS" };
        // Every third message of either side is lost, every fifth doubled.
        net.rule(
            if number % 5 == 0 {
                Fate::Duplicate
            } else {
                Fate::Lose
            },
            2,
            "CSeq: ",
        );
        let client = net.request(alice, draft(method, TO_BOB, number), number);
        let mut finals = 0;
        for _ in 0..400 {
            net.run_ms(100);
            for indication in net.take(bob) {
                if let Indication::Request {
                    server: Some(server),
                    message,
                    ..
                } = indication
                {
                    let status = if number % 4 == 0 { 486 } else { 200 };
                    let response = MessageBuilder::response_to(&message, status, "", "bob").build();
                    let now = net.now;
                    net.on(bob).respond(now, server, response);
                }
            }
            for indication in net.take(alice) {
                match indication {
                    Indication::Response { message, .. } if message.status() >= Some(200) => {
                        // This user reads its news every 100 ms, so that a doubled 2xx comes before its ACK.
                        finals = if message.status() == Some(200) {
                            1
                        } else {
                            finals + 1
                        };
                        if method == "INVITE" && message.status() == Some(200) {
                            net.ack(alice, client, "bob", ack_of(TO_BOB, number, "bob"));
                        }
                    }
                    Indication::Failed { .. } => finals += 1,
                    _ => {}
                }
            }
        }
        // A lost 2xx is the user's to repeat, which this one does not: then the INVITE times out.
        assert_eq!(finals, 1, "{method} {number}");
    }
    net.run_for(Duration::from_secs(40));
    assert_eq!(
        net.on(alice).live_transactions() + net.on(bob).live_transactions(),
        0
    );
}

/// Whatever comes, in whatever order: nothing panics, and when all is quiet nothing is left.
#[test]
fn chaos_leaves_nothing_behind() {
    let mut dice = Entropy::new([42; 32]);
    for round in 0..30_u32 {
        let (mut net, alice, bob) = pair();
        net.icmp = round % 2 == 0;
        net.pieces = (round % 3 == 0).then_some(11);
        net.name("bob.example.com", &["10.0.0.2", "10.0.0.66"]);
        let mut clients = Vec::new();
        let mut servers = Vec::new();
        let mut wire: Vec<Vec<u8>> = Vec::new();
        net.keep = true;
        for number in 1..=200_u32 {
            let uris = [
                TO_BOB,
                "sip:bob@10.0.0.2;transport=tcp",
                "sip:bob@bob.example.com",
                "sip:bob@10.0.0.67",
                "sip:bob@10.0.0.67;transport=tcp",
            ];
            let uri = uris[dice.below(5) as usize];
            let method = ["INVITE", "OPTIONS", "BYE", "INVITE"][dice.below(4) as usize];
            match dice.below(9) {
                0 | 1 => clients.push(net.request(alice, draft(method, uri, number), number)),
                2 => clients.push(net.request(alice, big(method, uri, number), number)),
                3 if !clients.is_empty() => {
                    let client = clients[dice.below(clients.len() as u64) as usize];
                    net.cancel(alice, client, "Reason: SIP;cause=200\r\n");
                }
                4 if !clients.is_empty() => {
                    let client = clients[dice.below(clients.len() as u64) as usize];
                    net.ack(alice, client, "bob", ack_of(uri, number, "bob"));
                }
                5 if !wire.is_empty() => {
                    // Something that went by comes again, with a byte changed.
                    let mut bytes = wire[dice.below(wire.len() as u64) as usize].clone();
                    let at = dice.below(bytes.len() as u64) as usize;
                    bytes[at] = dice.below(256) as u8;
                    let node = dice.below(2) as usize;
                    net.inject(node, "10.0.0.9:5060", &bytes);
                }
                6 => {
                    let conns = net.connections(alice);
                    if let Some((conn, _)) = conns.first() {
                        net.cut(alice, *conn);
                    }
                }
                7 => net.rule(
                    if dice.below(2) == 0 {
                        Fate::Lose
                    } else {
                        Fate::Duplicate
                    },
                    1,
                    "CSeq",
                ),
                _ => {}
            }
            net.run_ms(dice.below(400));
            for indication in net.take(bob) {
                if let Indication::Request {
                    server: Some(server),
                    message,
                    ..
                } = indication
                {
                    servers.push((server, message));
                }
            }
            if !servers.is_empty() && dice.below(3) != 0 {
                let (server, message) = &servers[dice.below(servers.len() as u64) as usize];
                let status = [100, 180, 200, 302, 486, 503][dice.below(6) as usize];
                let response = MessageBuilder::response_to(message, status, "", "bob").build();
                let (now, server) = (net.now, *server);
                net.on(bob).respond(now, server, response);
                net.run_ms(0);
            }
            wire.extend(
                net.kept
                    .drain(..)
                    .map(|(_, message)| message.as_bytes().to_vec()),
            );
        }
        assert!(
            wire.len() > 20 && servers.len() > 10,
            "round {round}: {} {}",
            wire.len(),
            servers.len()
        );
        // INVITEs that nobody answered are the user's to end.
        for (server, message) in &servers {
            let response = MessageBuilder::response_to(message, 480, "", "bob").build();
            let (now, server) = (net.now, *server);
            net.on(bob).respond(now, server, response);
        }
        for client in &clients {
            net.cancel(alice, *client, "");
        }
        net.run_for(Duration::from_secs(200));
        for indication in net.take(alice) {
            if let Indication::Request {
                server: Some(server),
                message,
                ..
            } = indication
            {
                let response = MessageBuilder::response_to(&message, 480, "", "alice").build();
                let now = net.now;
                net.on(alice).respond(now, server, response);
            }
        }
        net.run_for(Duration::from_secs(200));
        for node in [alice, bob] {
            assert_eq!(
                net.on(node).live_transactions(),
                0,
                "round {round}, node {node}"
            );
            assert!(net.on(node).is_idle(), "round {round}, node {node}");
        }
        net.run_for(Duration::from_secs(8000));
        for node in [alice, bob] {
            assert_eq!(net.on(node).connections(), 0, "round {round}, node {node}");
            assert_eq!(
                net.on(node).next_deadline(),
                None,
                "round {round}, node {node}"
            );
        }
    }
}

/// The same inputs and the same seed give the same bytes.
#[test]
fn two_runs_are_alike_to_the_byte() {
    let run = || {
        let (mut net, alice, bob) = pair();
        net.keep = true;
        net.lose(3, "INVITE");
        for number in 1..=20 {
            net.request(alice, draft("INVITE", TO_BOB, number), number);
            net.request(alice, big("OPTIONS", TO_BOB, number + 100), number);
        }
        net.run_for(Duration::from_secs(3));
        let requests = net.take(bob);
        for request in requests {
            if let Indication::Request {
                server: Some(server),
                message,
                ..
            } = request
            {
                let response = MessageBuilder::response_to(&message, 404, "", "bob").build();
                let now = net.now;
                net.on(bob).respond(now, server, response);
            }
        }
        net.run_for(Duration::from_secs(40));
        let kept = net
            .kept
            .iter()
            .map(|(to, message)| format!("{to} {message}"));
        (kept.collect::<Vec<_>>(), net.ladder)
    };
    assert_eq!(run(), run());
}
