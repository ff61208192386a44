//! Challenges and credentials as they come in from captures and from nowhere: RFC 3261 §22.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops and speaks"
)]

use std::path::PathBuf;

use rtcclient::auth::{
    Attempts, Authorizer, Challenge, Challenger, ChallengerConfig, Credential, CredentialStore,
    Credentials, Protected, Received, Role, Secret, Verdict,
};
use rtcclient::base::Time;

const REQUEST: Protected<'static> = Protected {
    method: "REGISTER",
    uri: "sip:example.com",
    body: b"",
};

fn store() -> CredentialStore {
    let mut store = CredentialStore::new();
    let secret = Secret::Password("secret".to_owned());
    assert!(store.set(Credential {
        realm: None,
        user: "alice".to_owned(),
        secret
    }));
    store
}

#[test]
fn every_challenge_of_the_corpora_is_answered() {
    let Some(corpora) = corpora() else { return };
    let mut answered = 0;
    for (name, value) in header_values(&corpora) {
        let role = match &*name {
            "www-authenticate" => Role::Server,
            "proxy-authenticate" => Role::Proxy,
            _ => continue,
        };
        let Ok(challenge) = Challenge::parse(&value) else {
            // Two flows print `.... realm="x"`; everything that says Digest is to be read.
            assert!(!value.starts_with("Digest"), "{value}");
            continue;
        };
        let received = [Received {
            role,
            value: &value,
        }];
        let lines = Authorizer::new()
            .respond(&mut Attempts::new(), &REQUEST, received, &store(), [7; 16])
            .unwrap_or_else(|refusal| panic!("{value}: {refusal}"));
        let credentials = Credentials::parse(&lines[0].value).unwrap();
        assert_eq!(
            (&credentials.realm, &credentials.nonce),
            (&challenge.realm, &challenge.nonce)
        );
        assert_eq!(credentials.opaque, challenge.opaque);
        assert_eq!(
            credentials.qop.map(|(_, nc)| nc),
            (challenge.qop.auth).then_some(1),
            "{value}"
        );
        answered += 1;
    }
    assert!(answered >= 16, "{answered} answered");
}

#[test]
fn every_digest_answer_of_the_corpora_is_read_and_proves_nothing_here() {
    let Some(corpora) = corpora() else { return };
    let mut read = 0;
    for (name, value) in header_values(&corpora) {
        if name != "authorization" && name != "proxy-authorization" {
            continue;
        }
        let Ok(credentials) = Credentials::parse(&value) else {
            continue;
        };
        assert_eq!(
            Credentials::parse(&credentials.to_string()),
            Ok(credentials.clone()),
            "{value}"
        );
        let mut config = ChallengerConfig::new(&credentials.realm);
        config.compares_uri = false;
        let secret_of = |_: &str| Some(Secret::Password("secret".to_owned()));
        let verdict =
            Challenger::new(config, [1; 32]).verify(Time::ZERO, &REQUEST, [&*value], secret_of);
        assert_eq!(verdict, Verdict::Wrong, "{value}");
        read += 1;
    }
    assert!(read >= 15, "{read} read");
}

/// Both parsers take any text; what they take they write so that it reads the same.
#[test]
fn damaged_values_are_refused_or_read_but_never_more() {
    let challenge = "Digest realm=\"a, \\\"b\\\"\", nonce=\"n/+=\", opaque=\"\", qop=\"auth,auth-int\", \
                     stale=true, algorithm=SHA-256";
    let credentials = "Digest username=\"J\u{e4}s\u{f8}n\", realm=\"r\", nonce=\"n\", uri=\"sip:x\", \
                       response=\"0123456789abcdef0123456789abcdef\", cnonce=\"c\", qop=auth, nc=00000001";
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |limit: usize| {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        usize::try_from(noise >> 33).unwrap() % limit
    };
    let (mut challenges, mut answers) = (0, 0);
    for turn in 0..40_000 {
        let mut bytes = if turn % 2 == 0 {
            challenge
        } else {
            credentials
        }
        .as_bytes()
        .to_vec();
        for _ in 0..=random(3) {
            let (at, to) = (random(bytes.len()), random(bytes.len()));
            match random(4) {
                0 => bytes[at] = b"\"\\,= \r\n\xc3\0;"[random(10)],
                1 => bytes.truncate(at.max(1)),
                2 => bytes.swap(at, to),
                _ => bytes.extend_from_within(at.min(to)..at.max(to)),
            }
        }
        let text = String::from_utf8_lossy(&bytes);
        if let Ok(read) = Challenge::parse(&text) {
            challenges += 1;
            assert_eq!(Challenge::parse(&read.to_string()), Ok(read), "{text:?}");
            let received = [Received {
                role: Role::Server,
                value: &text,
            }];
            let lines = Authorizer::new().respond(
                &mut Attempts::new(),
                &REQUEST,
                received,
                &store(),
                [7; 16],
            );
            let line = lines.unwrap().remove(0).to_string();
            assert!(!line.contains(['\r', '\n', '\0']), "{line:?}");
        }
        if let Ok(read) = Credentials::parse(&text) {
            answers += 1;
            assert_eq!(Credentials::parse(&read.to_string()), Ok(read), "{text:?}");
        }
    }
    assert!(
        challenges > 1000 && answers > 500,
        "{challenges} {answers}"
    );
}

fn corpora() -> Option<PathBuf> {
    let shared = std::env::var_os("RTC_SHARED").map_or_else(
        || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared")),
        PathBuf::from,
    );
    let corpora = shared.join("corpora");
    if corpora.is_dir() {
        return Some(corpora);
    }
    assert_ne!(
        std::env::var("CI").as_deref(),
        Ok("true"),
        "no corpora at {}",
        corpora.display()
    );
    eprintln!("SKIPPED: no corpora at {}", corpora.display());
    None
}

/// Header fields, unfolded, of the flows and the captures: name in lower case, and value.
fn header_values(corpora: &std::path::Path) -> Vec<(String, String)> {
    let mut folders = vec![corpora.join("wild"), corpora.join("flows")];
    let mut files = Vec::new();
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path())
        {
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "sip") {
                files.push(path);
            }
        }
    }
    files.sort();
    let mut found = Vec::new();
    for path in files {
        let text = String::from_utf8_lossy(&std::fs::read(path).unwrap()).into_owned();
        let head = text.split("\r\n\r\n").next().unwrap_or_default();
        let unfolded = head.replace("\r\n ", " ").replace("\r\n\t", " ");
        for (name, value) in unfolded
            .split("\r\n")
            .filter_map(|line| line.split_once(':'))
        {
            found.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    found
}
