//! The embedded server fed bytes: datagrams and streams of anybody.
#![no_main]

mod script;

use std::time::Duration;

use libfuzzer_sys::fuzz_target;
use rtcclient::base::Time;
use rtcclient::server::{Server, ServerConfig, User};
use rtcclient::transport::{ConnKey, Core, Input, Protocol, SocketKey};
use script::Script;

const UDP: SocketKey = SocketKey(1);
const TCP: SocketKey = SocketKey(2);

fuzz_target!(|bytes: &[u8]| {
    let config = ServerConfig {
        realm: "example.com".into(),
        domains: vec!["example.com".into()],
        ..ServerConfig::default()
    };
    let mut server = Server::new(config, [9; 32]);
    let user = User {
        name: "bob".into(),
        password: Some("secret".into()),
        ..User::default()
    };
    server.set_user(user).expect("a user");
    let (local, remote) = (
        "192.0.2.2:5060".parse().expect("an address"),
        "192.0.2.9:5060".parse().expect("an address"),
    );
    for (socket, protocol) in [(UDP, Protocol::Udp), (TCP, Protocol::Tcp)] {
        server.handle_input(
            Time::ZERO,
            Input::SocketOpened {
                socket,
                protocol,
                local,
                addresses: Vec::new(),
            },
        );
    }
    let conn = ConnKey(1);
    server.handle_input(
        Time::ZERO,
        Input::Accepted {
            conn,
            socket: TCP,
            local,
            remote,
        },
    );
    let mut now = Time::ZERO;
    let mut script = Script::new(bytes);
    let plain = bytes.first().is_some_and(u8::is_ascii_uppercase);
    while !script.is_over() {
        now = now + Duration::from_millis(5);
        if plain {
            server.handle_input(
                now,
                Input::Datagram {
                    socket: UDP,
                    from: remote,
                    bytes,
                },
            );
            script = Script::new(b"");
        } else {
            match script.byte() % 4 {
                0 => server.handle_input(
                    now,
                    Input::Stream {
                        conn,
                        bytes: script.bytes(),
                    },
                ),
                1 if server.next_deadline().is_some() => {
                    now = now.max(server.next_deadline().expect("it was there"));
                    server.handle_timeout(now);
                }
                _ => server.handle_input(
                    now,
                    Input::Datagram {
                        socket: UDP,
                        from: remote,
                        bytes: script.bytes(),
                    },
                ),
            }
        }
        while server.poll_io().is_some() || server.poll_event().is_some() {}
    }
    let until = now + Duration::from_secs(4000);
    while let Some(at) = server.next_deadline().filter(|at| *at <= until) {
        server.handle_timeout(at);
        while server.poll_io().is_some() || server.poll_event().is_some() {}
    }
});
