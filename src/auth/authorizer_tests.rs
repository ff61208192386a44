//! How the client's side answers, gives up and reuses nonces.

use super::*;
use crate::auth::credentials::{Credential, Secret};
use crate::auth::digest::{Hash, ha1};

const REGISTER: Protected<'static> = Protected {
    method: "REGISTER",
    uri: "sip:example.com",
    body: b"",
};

fn store() -> CredentialStore {
    let mut store = CredentialStore::new();
    store.set(Credential {
        realm: None,
        user: "alice".to_owned(),
        secret: Secret::Password("secret".to_owned()),
    });
    store
}

fn www(value: &str) -> Received<'_> {
    Received {
        role: Role::Server,
        value,
    }
}

fn proxy(value: &str) -> Received<'_> {
    Received {
        role: Role::Proxy,
        value,
    }
}

fn read(line: &AuthLine) -> Credentials {
    Credentials::parse(&line.value).unwrap()
}

/// The response as a server that knows the password computes it.
fn expected(credentials: &Credentials, request: &Protected<'_>) -> Hex {
    let algorithm = credentials.algorithm.unwrap_or(Algorithm::MD5);
    Input {
        algorithm,
        ha1: ha1(algorithm.hash, "alice", &credentials.realm, "secret"),
        nonce: &credentials.nonce,
        cnonce: credentials.cnonce.as_deref().unwrap_or_default(),
        nc: credentials.qop.map_or(0, |(_, nc)| nc),
        qop: credentials.qop.map(|(qop, _)| qop),
        method: request.method,
        uri: request.uri,
        body: request.body,
    }
    .response()
}

struct Client {
    authorizer: Authorizer,
    attempts: Attempts,
    store: CredentialStore,
}

impl Client {
    fn new() -> Self {
        Self {
            authorizer: Authorizer::new(),
            attempts: Attempts::new(),
            store: store(),
        }
    }

    fn try_answer(&mut self, received: &[Received<'_>]) -> Result<Vec<AuthLine>, Refusal> {
        let received = received.iter().copied();
        self.authorizer.respond(
            &mut self.attempts,
            &REGISTER,
            received,
            &self.store,
            [5; 16],
        )
    }

    fn answer(&mut self, received: &[Received<'_>]) -> Vec<Credentials> {
        let lines = self.try_answer(received).unwrap();
        lines
            .iter()
            .map(read)
            .inspect(|c| assert!(c.response == expected(c, &REGISTER)))
            .collect()
    }
}

#[test]
fn a_challenge_is_answered_with_nonce_count_one() {
    let mut client = Client::new();
    let lines = client
        .try_answer(&[www(
            "Digest realm=\"r\", nonce=\"n\", opaque=\"o\", qop=\"auth\"",
        )])
        .unwrap();
    assert_eq!(lines.len(), 1);
    assert!(
        lines[0]
            .to_string()
            .starts_with("Authorization: Digest username=\"alice\", ")
    );
    let credentials = read(&lines[0]);
    assert_eq!(credentials.qop, Some((Qop::Auth, 1)));
    assert_eq!(credentials.opaque.as_deref(), Some("o"));
    assert_eq!(credentials.algorithm, None);
    assert_eq!(credentials.uri, "sip:example.com");
    assert!(credentials.response == expected(&credentials, &REGISTER));
    assert_eq!(client.attempts.count(), 1);
}

#[test]
fn a_challenge_without_qop_is_answered_in_the_form_of_rfc_2069() {
    let credentials = Client::new().answer(&[www("Digest realm=\"r\", nonce=\"n\"")]);
    assert_eq!(credentials[0].qop, None);
    assert_eq!(credentials[0].cnonce, None);
}

#[test]
fn the_third_request_answers_proxy_and_server() {
    let mut client = Client::new();
    let first = client.answer(&[proxy("Digest realm=\"p\", nonce=\"1\", qop=\"auth\"")]);
    assert_eq!(first.len(), 1);
    let both = client
        .try_answer(&[www("Digest realm=\"w\", nonce=\"2\", qop=\"auth\"")])
        .unwrap();
    assert_eq!(
        both.iter().map(|line| line.role).collect::<Vec<_>>(),
        [Role::Proxy, Role::Server]
    );
    assert_eq!(read(&both[0]).qop, Some((Qop::Auth, 2)));
    assert_eq!(read(&both[1]).qop, Some((Qop::Auth, 1)));
}

#[test]
fn all_realms_of_a_forked_response_are_answered() {
    let credentials = Client::new().answer(&[
        proxy("Digest realm=\"a\", nonce=\"1\""),
        www("Digest realm=\"b\", nonce=\"2\""),
        proxy("Digest realm=\"c\", nonce=\"3\", algorithm=SHA-256"),
        proxy("Digest realm=\"a\", nonce=\"4\""),
    ]);
    let mut seen: Vec<_> = credentials.iter().map(|c| (&*c.realm, &*c.nonce)).collect();
    seen.sort_unstable();
    assert_eq!(seen, [("a", "1"), ("a", "4"), ("b", "2"), ("c", "3")]);
}

#[test]
fn the_topmost_supported_algorithm_is_taken() {
    let three = [
        www("Digest realm=\"r\", nonce=\"0\", algorithm=SHA-3"),
        www("Digest realm=\"r\", nonce=\"1\", algorithm=SHA-256, qop=\"auth\""),
        www("Digest realm=\"r\", nonce=\"2\", algorithm=SHA-512-256, qop=\"auth\""),
        www("Digest realm=\"r\", nonce=\"3\", algorithm=MD5, qop=\"auth\""),
    ];
    let credentials = Client::new().answer(&three);
    assert_eq!(credentials.len(), 1);
    assert_eq!(credentials[0].algorithm, Some(Algorithm::SHA_256));

    let mut client = Client::new();
    client.authorizer = Authorizer::new().preferring_strongest();
    assert_eq!(
        client.answer(&three)[0].algorithm,
        Some(Algorithm::SHA_512_256)
    );
}

#[test]
fn a_stored_ha1_serves_its_own_hash_only() {
    let mut client = Client::new();
    client.store.clear();
    client.store.set(Credential {
        realm: Some("r".to_owned()),
        user: "alice".to_owned(),
        secret: Secret::Ha1 {
            hash: Hash::Md5,
            digits: ha1(Hash::Md5, "alice", "r", "secret"),
        },
    });
    let sha = www("Digest realm=\"r\", nonce=\"1\", algorithm=SHA-256");
    let md5 = www("Digest realm=\"r\", nonce=\"2\", algorithm=MD5-sess, qop=auth");
    assert_eq!(
        client.try_answer(&[sha]),
        Err(Refusal::SecretDoesNotFit {
            realm: "r".to_owned()
        })
    );
    assert_eq!(client.answer(&[sha, md5])[0].nonce, "2");
}

#[test]
fn refused_fresh_credentials_end_the_request() {
    let mut client = Client::new();
    client.answer(&[www("Digest realm=\"r\", nonce=\"1\"")]);
    assert_eq!(
        client.try_answer(&[www("Digest realm=\"r\", nonce=\"2\"")]),
        Err(Refusal::RepeatedWithoutStale {
            realm: "r".to_owned(),
            role: Role::Server
        })
    );
}

#[test]
fn a_stale_nonce_is_replaced_but_not_for_ever() {
    let mut client = Client::new();
    client.answer(&[www("Digest realm=\"r\", nonce=\"1\", qop=\"auth\"")]);
    for nonce in ["2", "3"] {
        let value = format!("Digest realm=\"r\", nonce=\"{nonce}\", qop=\"auth\", stale=true");
        let credentials = client.answer(&[www(&value)]);
        assert_eq!(
            (&*credentials[0].nonce, credentials[0].qop),
            (nonce, Some((Qop::Auth, 1)))
        );
    }
    let last = "Digest realm=\"r\", nonce=\"4\", qop=\"auth\", stale=true";
    assert!(matches!(
        client.try_answer(&[www(last)]),
        Err(Refusal::RepeatedWithoutStale { .. })
    ));
}

#[test]
fn the_same_nonce_called_stale_is_not_tried_again() {
    let mut client = Client::new();
    client.answer(&[www("Digest realm=\"r\", nonce=\"1\"")]);
    assert!(
        client
            .try_answer(&[www("Digest realm=\"r\", nonce=\"1\", stale=true")])
            .is_err()
    );
}

#[test]
fn ever_new_realms_end_at_the_limit() {
    let mut client = Client::new();
    for n in 0..MAX_TRIES {
        let value = format!("Digest realm=\"{n}\", nonce=\"n\"");
        client.answer(&[proxy(&value)]);
    }
    assert_eq!(
        client.try_answer(&[proxy("Digest realm=\"x\", nonce=\"n\"")]),
        Err(Refusal::TooManyTries)
    );
    assert!(client.authorizer.spaces.len() <= MAX_SPACES);
}

#[test]
fn a_kept_nonce_serves_later_requests_with_rising_counts() {
    let mut client = Client::new();
    client.answer(&[www("Digest realm=\"r\", nonce=\"1\", qop=\"auth\"")]);
    for nc in 2..5 {
        let lines = client
            .authorizer
            .preauthorize(&REGISTER, &client.store, [nc; 16]);
        let credentials = read(&lines[0]);
        assert_eq!(credentials.qop, Some((Qop::Auth, u32::from(nc))));
        assert!(credentials.response == expected(&credentials, &REGISTER));
        assert_eq!(credentials.cnonce, Some(hex(&[nc; 16])));
    }
    let elsewhere = Protected {
        uri: "sip:bob@example.com",
        ..REGISTER
    };
    assert!(
        client
            .authorizer
            .preauthorize(&elsewhere, &client.store, [0; 16])
            .is_empty()
    );
}

#[test]
fn a_proxy_nonce_serves_every_request_and_shares_its_count() {
    let mut client = Client::new();
    client.answer(&[proxy("Digest realm=\"r\", nonce=\"1\", qop=\"auth\"")]);
    let invite = Protected {
        method: "INVITE",
        uri: "sip:bob@example.com",
        body: b"",
    };
    let lines = client
        .authorizer
        .preauthorize(&invite, &client.store, [1; 16]);
    assert_eq!(read(&lines[0]).qop, Some((Qop::Auth, 2)));
    // The server knows the nonce but asks again: the count goes on.
    let mut attempts = Attempts::new();
    let again = [proxy("Digest realm=\"r\", nonce=\"1\", qop=\"auth\"")];
    let lines = client
        .authorizer
        .respond(&mut attempts, &invite, again, &client.store, [1; 16])
        .unwrap();
    assert_eq!(lines.len(), 1);
    assert_eq!(read(&lines[0]).qop, Some((Qop::Auth, 3)));
}

#[test]
fn a_session_algorithm_keeps_its_client_nonce() {
    let mut client = Client::new();
    let first = client.answer(&[www(
        "Digest realm=\"r\", nonce=\"1\", qop=\"auth\", algorithm=SHA-256-sess",
    )]);
    let lines = client
        .authorizer
        .preauthorize(&REGISTER, &client.store, [9; 16]);
    assert_eq!(read(&lines[0]).cnonce, first[0].cnonce);
    assert!(read(&lines[0]).response == expected(&read(&lines[0]), &REGISTER));
}

#[test]
fn auth_int_is_used_when_it_is_all_there_is() {
    let credentials =
        Client::new().answer(&[www("Digest realm=\"r\", nonce=\"1\", qop=\"auth-int\"")]);
    assert_eq!(credentials[0].qop, Some((Qop::AuthInt, 1)));
}

#[test]
fn what_cannot_be_answered_says_why() {
    let mut client = Client::new();
    assert_eq!(client.try_answer(&[]), Err(Refusal::NoChallenge));
    assert_eq!(
        client.try_answer(&[www("Basic realm=\"r\"")]),
        Err(Refusal::Unsupported(ChallengeFault::UnsupportedScheme))
    );
    assert_eq!(
        client.try_answer(&[www("Digest realm=\"r\", nonce=\"n\", algorithm=MD4")]),
        Err(Refusal::Unsupported(ChallengeFault::UnsupportedAlgorithm))
    );
    client.store.clear();
    assert_eq!(
        client.try_answer(&[www("Digest realm=\"r\", nonce=\"n\"")]),
        Err(Refusal::NoCredentials {
            realm: "r".to_owned(),
            role: Role::Server
        })
    );
    assert_eq!(client.attempts, Attempts::new());
    let bad = Protected {
        uri: "sip:a\"b@c",
        ..REGISTER
    };
    assert_eq!(
        client.authorizer.respond(
            &mut client.attempts,
            &bad,
            [www("Digest realm=\"r\", nonce=\"n\"")],
            &client.store,
            [0; 16]
        ),
        Err(Refusal::InvalidUri)
    );
}

#[test]
fn the_next_nonce_of_a_success_is_used_and_its_proof_checked() {
    let mut client = Client::new();
    let sent = client.answer(&[www("Digest realm=\"r\", nonce=\"1\", qop=\"auth\"")]);
    let proof = expected(
        &sent[0],
        &Protected {
            method: "",
            ..REGISTER
        },
    );
    let cnonce = sent[0].cnonce.as_deref().unwrap();
    let info = |proof: &str| {
        format!("nextnonce=\"2\", qop=auth, rspauth=\"{proof}\", cnonce=\"{cnonce}\", nc=00000001")
    };
    let mut tell = |value: &str| {
        client
            .authorizer
            .on_authentication_info(Role::Server, b"", value, &client.store)
    };
    assert_eq!(tell(&info(&"0".repeat(32))), Err(RespondFault::WrongProof));
    assert_eq!(tell("nextnonce"), Err(RespondFault::Malformed));
    assert_eq!(tell("cnonce=\"else\""), Err(RespondFault::NotOurs));
    assert_eq!(tell(&info(proof.as_str())), Ok(()));
    let lines = client
        .authorizer
        .preauthorize(&REGISTER, &client.store, [1; 16]);
    assert_eq!(
        (&*read(&lines[0]).nonce, read(&lines[0]).qop),
        ("2", Some((Qop::Auth, 1)))
    );
}

#[test]
fn forgotten_credentials_are_not_sent() {
    let mut client = Client::new();
    client.answer(&[www("Digest realm=\"r\", nonce=\"1\"")]);
    client.store.clear();
    assert!(
        client
            .authorizer
            .preauthorize(&REGISTER, &client.store, [1; 16])
            .is_empty()
    );
}
