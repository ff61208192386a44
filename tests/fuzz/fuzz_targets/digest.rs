//! Challenges and credentials: what a server asks, what a peer answers.
#![no_main]

use libfuzzer_sys::fuzz_target;
use rtcclient::auth::authorizer::{Attempts, Authorizer, Received};
use rtcclient::auth::challenge::Challenge;
use rtcclient::auth::challenger::{Challenger, ChallengerConfig};
use rtcclient::auth::credentials::{Credential, CredentialStore, Secret};
use rtcclient::auth::{Protected, Role};
use rtcclient::base::Time;

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return;
    };
    let _ = Challenge::parse(text);
    let mut store = CredentialStore::default();
    let secret = Secret::Password("secret".into());
    let stored = store.set(Credential {
        realm: None,
        user: "alice".into(),
        secret,
    });
    assert!(stored);
    let mut authorizer = Authorizer::new();
    let mut attempts = Attempts::new();
    let request = Protected {
        method: "REGISTER",
        uri: "sip:example.com",
        body: b"",
    };
    for _ in 0..4 {
        let received = text.lines().map(|value| Received {
            role: Role::Server,
            value,
        });
        let Ok(lines) = authorizer.respond(&mut attempts, &request, received, &store, [7; 16])
        else {
            break;
        };
        for line in lines {
            assert!(!line.value.contains(['\r', '\n']), "{:?}", line.value);
        }
    }
    let _ = authorizer.on_authentication_info(Role::Server, b"", text, &store);
    let mut challenger = Challenger::new(ChallengerConfig::new("example.com"), [1; 32]);
    let _ = challenger.challenge(Time::ZERO, false);
    let _ = challenger.verify(Time::ZERO, &request, [text], |_| {
        Some(Secret::Password("secret".into()))
    });
});
