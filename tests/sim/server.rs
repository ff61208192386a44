//! The embedded server as a host of the simulated network.

use rtcclient::agent::Event;
use rtcclient::base::Time;
use rtcclient::server::{Server, ServerConfig, User};
use rtcclient::transport::{Core, Input, Io, Protocol};

use super::{Host, HostId, Sim, seed_bytes};

struct ServerHost(Server);

impl Host for ServerHost {
    fn input(&mut self, now: Time, input: Input<'_>) {
        self.0.handle_input(now, input);
    }
    fn timeout(&mut self, now: Time) {
        self.0.handle_timeout(now);
    }
    fn io(&mut self) -> Option<Io> {
        self.0.poll_io()
    }
    fn deadline(&self) -> Option<Time> {
        self.0.next_deadline()
    }
    fn drain_events(&mut self, _into: &mut Vec<Event>) {
        while self.0.poll_event().is_some() {}
    }
}

/// A server core for `example.com` with these users, all with the password "secret".
pub fn core(seed: u64, users: &[&str]) -> Server {
    let config = ServerConfig {
        realm: "example.com".into(),
        authentication: true,
        domains: vec!["example.com".into()],
        ..ServerConfig::default()
    };
    let mut server = Server::new(config, seed_bytes(seed, 500));
    for name in users {
        let user = User {
            name: (*name).into(),
            password: Some("secret".into()),
            ..User::default()
        };
        server.set_user(user).expect("a user");
    }
    server
}

/// A host for a server core.
pub fn boxed(server: Server) -> Box<dyn Host> {
    Box::new(ServerHost(server))
}

/// Adds the server at 192.0.2.100, UDP and TCP port 5060, reachable as `example.com`.
pub fn add(net: &mut Sim, server: Server) -> HostId {
    let id = net.host("server", "192.0.2.100", boxed(server));
    net.open(id, Protocol::Udp, 5060);
    net.open(id, Protocol::Tcp, 5060);
    net.name(
        "example.com",
        &["192.0.2.100".parse().expect("an IP address")],
    );
    id
}
