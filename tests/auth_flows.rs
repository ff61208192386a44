//! Challenges in call flows: answered from what is stored, asked from the application, made by us. RFC 3261 §22, RFC 7616,
//! RFC 8760.
#![allow(clippy::panic, reason = "a test stops and speaks")]

mod sim;

use rtcclient::agent::command::{
    CREDENTIALS_DECLINE, CREDENTIALS_HA1, CREDENTIALS_OF_PEER, PROFILE_STRONGEST_DIGEST,
    SEND_REFRESH,
};
use rtcclient::agent::event::FILTER_DEFAULT;
use rtcclient::agent::{
    Code, Config, Credentials, Event, EventType, Kind, ObjectRef, ProfileOptions,
    RegistrationState, Send, SessionOptions, SessionState, Status, SubscriptionOptions, Verdict,
};
use rtcclient::auth::digest::{Algorithm, Hash, Input, Qop, ha1, userhash};
use rtcclient::auth::{Credentials as Digest, Role};
use rtcclient::base::Time;
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::sdp;
use sim::talk::{ALICE, Leg, PEER, Talk, cookie, state};

const CHALLENGE_BIT: u64 = 1 << 39;

fn given(user: &str, secret: &str, realm: &str, flags: u32) -> Credentials {
    Credentials {
        flags,
        realm: realm.into(),
        user: user.into(),
        secret: secret.into(),
    }
}

/// Alice with a name and password for every realm.
fn known(seed: u64) -> Talk {
    let mut talk = Talk::new(seed);
    talk.on(|agent, _| agent.set_credentials(None, given("alice", "secret", "", 0)))
        .expect("kept");
    talk
}

/// Alice without credentials, whose application wants to be asked.
fn asking(seed: u64) -> Talk {
    let mut talk = Talk::new(seed);
    talk.on(|agent, _| agent.set_event_filter(FILTER_DEFAULT | CHALLENGE_BIT));
    talk
}

fn www(realm: &str, nonce: &str) -> String {
    format!(
        "WWW-Authenticate: Digest realm=\"{realm}\", nonce=\"{nonce}\", qop=\"auth\", algorithm=MD5\r\n"
    )
}

fn proxy(realm: &str, nonce: &str) -> String {
    www(realm, nonce).replace("WWW-Authenticate", "Proxy-Authenticate")
}

/// What a request says under that header, in its order.
fn digests(message: &Message, role: Role) -> Vec<Digest> {
    let id = match role {
        Role::Server => HeaderId::Authorization,
        Role::Proxy => HeaderId::ProxyAuthorization,
    };
    message
        .headers(id)
        .map(|value| Digest::parse(value).expect("credentials"))
        .collect()
}

fn digest(message: &Message) -> Digest {
    let mut all = digests(message, Role::Server);
    assert_eq!(all.len(), 1, "{}", message.start_line());
    all.remove(0)
}

/// The proof that the user knows `password`.
fn proof(message: &Message, sent: &Digest, user: &str, password: &str) -> String {
    let algorithm = sent.algorithm.unwrap_or(Algorithm::MD5);
    let (qop, nc) = sent.qop.unzip();
    Input {
        algorithm,
        ha1: ha1(algorithm.hash, user, &sent.realm, password),
        nonce: &sent.nonce,
        cnonce: sent.cnonce.as_deref().unwrap_or_default(),
        nc: nc.unwrap_or(0),
        qop,
        method: message.method(),
        uri: &sent.uri,
        body: message.body(),
    }
    .response()
    .as_str()
    .to_owned()
}

fn via_branch(message: &Message) -> String {
    let via = message.top_via().expect("a Via");
    via.branch().expect("a branch").to_owned()
}

fn challenge(talk: &Talk) -> Event {
    talk.events(EventType::Challenge).pop().expect("asked")
}

fn transaction(talk: &Talk) -> ObjectRef {
    challenge(talk).transaction.expect("a transaction")
}

fn answer(talk: &mut Talk, credentials: Credentials) -> Result<Verdict, Code> {
    let transaction = transaction(talk);
    let result = talk
        .on(|agent, _| agent.answer_challenge(&transaction, &credentials))
        .map_err(|refusal| refusal.code);
    talk.run();
    result
}

fn message_to_peer(talk: &mut Talk, id: i64) -> Message {
    talk.on(|agent, now| {
        agent.send_request(now, None, "MESSAGE", "sip:peer@192.0.2.9", &cookie(id))
    })
    .expect("sent");
    talk.run();
    talk.peer.expect("MESSAGE")
}

/// B-356, B-364, B-365, B-366: a 407 and then a 401; the third INVITE carries both, each for its Request-URI and method.
#[test]
fn proxy_and_server_are_answered_together_and_the_request_stays_the_same() {
    let mut talk = known(1);
    let (_, first) = talk.call(SessionOptions::default());
    let opaque = "Proxy-Authenticate: Digest realm=\"p\", nonce=\"n1\", opaque=\"o/=\", qop=\"auth\", algorithm=MD5\r\n";
    talk.answer(&first, 407, "p", opaque, "");
    let second = talk.peer.expect("INVITE");
    talk.answer(&second, 401, "u", &www("u", "n2"), "");
    let third = talk.peer.expect("INVITE");
    for (number, again) in [(1, &second), (2, &third)] {
        assert_eq!(again.cseq(), first.cseq() + number);
        assert_eq!(again.call_id(), first.call_id());
        assert_eq!(again.from_tag(), first.from_tag());
        assert_eq!(again.body(), first.body());
        assert_ne!(via_branch(again), via_branch(&first));
    }
    let to_proxy = digests(&third, Role::Proxy).remove(0);
    let to_server = digest(&third);
    assert_eq!((&*to_proxy.realm, &*to_server.realm), ("p", "u"));
    assert_eq!(to_proxy.opaque.as_deref(), Some("o/="));
    for sent in [&to_proxy, &to_server] {
        assert_eq!(sent.uri, third.request_uri());
        assert_eq!(
            sent.response.as_str(),
            proof(&third, sent, "alice", "secret")
        );
    }
    // RFC 3261 §25.1: these three stand without quotes, all else in them.
    let text = third.header(HeaderId::ProxyAuthorization).expect("it");
    assert!(
        text.contains("algorithm=MD5") && text.contains("qop=auth") && text.contains("nc=00000002"),
        "{text}"
    );
    assert!(
        text.contains("nonce=\"n1\"") && text.contains("opaque=\"o/=\""),
        "{text}"
    );
}

/// B-357: a forked 401 with three challenges, two realms of servers and one of a proxy: one request answers all.
#[test]
fn every_challenge_of_a_forked_refusal_is_answered_at_once() {
    let mut talk = Talk::new(2);
    for realm in ["a", "b", "c"] {
        let own = given(&format!("user-{realm}"), &format!("pw-{realm}"), realm, 0);
        talk.on(|agent, _| agent.set_credentials(None, own))
            .expect("kept");
    }
    let (_, first) = talk.call(SessionOptions::default());
    let lines = format!("{}{}{}", www("a", "1"), proxy("b", "2"), www("c", "3"));
    talk.answer(&first, 401, "u", &lines, "");
    let second = talk.peer.expect("INVITE");
    let servers = digests(&second, Role::Server);
    let proxies = digests(&second, Role::Proxy);
    let names = |all: &[Digest]| -> Vec<String> {
        all.iter()
            .map(|one| format!("{} {}", one.realm, one.username))
            .collect()
    };
    assert_eq!(names(&servers), ["a user-a", "c user-c"]);
    assert_eq!(names(&proxies), ["b user-b"]);
    for sent in servers.iter().chain(&proxies) {
        let password = format!("pw-{}", sent.realm);
        assert_eq!(
            sent.response.as_str(),
            proof(&second, sent, &sent.username, &password)
        );
    }
}

/// B-357: two proxies on the way that share a realm each gave a nonce of its own; both are answered.
#[test]
fn two_proxies_of_one_realm_are_answered_each_with_its_own_nonce() {
    let mut talk = known(3);
    let (_, first) = talk.call(SessionOptions::default());
    talk.answer(
        &first,
        407,
        "p",
        &format!("{}{}", proxy("r", "one"), proxy("r", "two")),
        "",
    );
    let second = talk.peer.expect("INVITE");
    let nonces: Vec<String> = digests(&second, Role::Proxy)
        .into_iter()
        .map(|one| one.nonce)
        .collect();
    assert_eq!(nonces, ["one", "two"]);
}

/// B-358, S-160, S-162, S-163, S-168: nothing is stored; the application hears the realm, the request waits, and what it
/// gives for the transaction is used.
#[test]
fn the_application_is_asked_for_credentials_while_the_request_waits() {
    let mut talk = asking(4);
    let (session, first) = talk.call(SessionOptions::default());
    talk.answer(&first, 401, "u", &www("their realm", "n"), "");
    let asked = challenge(&talk);
    assert_eq!(&*asked.text, "their realm");
    assert_eq!(asked.status, Status::Sip(401));
    assert_eq!(asked.value[0], 30_000);
    assert!(std::sync::Arc::ptr_eq(
        asked.session.as_ref().expect("a session"),
        &session
    ));
    assert!(
        asked
            .message
            .expect("the 401")
            .header(HeaderId::WwwAuthenticate)
            .is_some()
    );
    talk.wait(20.0);
    assert_eq!(state(&session), SessionState::InProgress);
    assert!(!talk.peer.has("INVITE"), "the request waits");
    assert_eq!(
        answer(&mut talk, given("bob", "pw", "their realm", 0)),
        Ok(Verdict::Done)
    );
    let second = talk.peer.expect("INVITE");
    let sent = digest(&second);
    assert_eq!(sent.username, "bob");
    assert_eq!(sent.response.as_str(), proof(&second, &sent, "bob", "pw"));
    talk.answer(&second, 200, "t1", "", &sdp(PEER, "sendrecv"));
    assert_eq!(state(&session), SessionState::Connected);
    // What was given for the call serves its BYE without another question.
    talk.hang_up(&session);
    let bye = talk.peer.expect("BYE");
    talk.answer(&bye, 401, "t1", &www("their realm", "n5"), "");
    assert_eq!(digest(&talk.peer.expect("BYE")).username, "bob");
    assert_eq!(talk.events(EventType::Challenge).len(), 1);
    assert_eq!(talk.on(|agent, _| agent.challenges_waiting()), 0);
}

/// S-161, S-169: proxy and server ask together; each realm is answered or ignored, and only then the request goes on.
#[test]
fn each_realm_of_a_challenge_is_answered_for_itself() {
    let mut talk = asking(5);
    let (_, first) = talk.call(SessionOptions::default());
    let lines = format!("{}{}", proxy("edge", "1"), www("home", "2"));
    talk.answer(&first, 407, "u", &lines, "");
    assert_eq!(&*challenge(&talk).text, "home\nedge");
    assert_eq!(
        answer(&mut talk, given("u1", "p1", "edge", 1)),
        Ok(Verdict::Done)
    );
    assert!(!talk.peer.has("INVITE"), "a realm is still open");
    assert_eq!(
        answer(&mut talk, given("u1", "p1", "edge", 0)),
        Err(Code::InvalidArgument),
        "answered already"
    );
    assert_eq!(
        answer(&mut talk, given("u2", "p2", "home", 0)),
        Ok(Verdict::Done)
    );
    let second = talk.peer.expect("INVITE");
    assert_eq!(digest(&second).username, "u2");
    assert_eq!(digests(&second, Role::Proxy).remove(0).username, "u1");
    assert_eq!(
        answer(&mut talk, given("u2", "p2", "home", 0)),
        Err(Code::InvalidTransactionState)
    );
}

/// S-167, S-170: a declined challenge is the result of the request.
#[test]
fn a_declined_challenge_ends_the_request_with_its_status() {
    let mut talk = asking(6);
    let (session, first) = talk.call(SessionOptions::default());
    talk.answer(&first, 407, "p", &proxy("edge", "1"), "");
    assert_eq!(
        answer(&mut talk, given("", "", "edge", CREDENTIALS_DECLINE)),
        Ok(Verdict::Done)
    );
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(talk.last_state().status, Status::Sip(407));
    assert!(!talk.peer.has("INVITE"));
}

/// B-358: the application says nothing: after credentials_ms the 401 is the result.
#[test]
fn silence_declines_when_the_time_is_up() {
    let config = Config {
        credentials: sim::secs(5.0),
        ..Config::default()
    };
    let mut talk = Talk::with(7, config);
    talk.on(|agent, _| agent.set_event_filter(FILTER_DEFAULT | CHALLENGE_BIT));
    let sent = message_to_peer(&mut talk, 3);
    talk.answer(&sent, 401, "u", &www("r", "1"), "");
    assert_eq!(challenge(&talk).cookie, 3);
    talk.wait(4.8);
    assert!(talk.events(EventType::Response).is_empty());
    talk.wait(0.3);
    let result = talk.events(EventType::Response).pop().expect("the result");
    assert_eq!((result.status, result.cookie), (Status::Sip(401), 3));
    assert_eq!(
        answer(&mut talk, given("a", "b", "r", 0)),
        Err(Code::InvalidTransactionState)
    );
}

/// S-170: without the filter's bit nobody is asked: the 401 is the result at once.
#[test]
fn without_credentials_and_without_question_the_refusal_is_the_result() {
    let mut talk = Talk::new(8);
    let (session, first) = talk.call(SessionOptions::default());
    talk.answer(&first, 401, "u", &www("r", "1"), "");
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(talk.last_state().status, Status::Sip(401));
}

/// A call that waits for credentials can be given up; what waits ends with it, and so it does at shutdown.
#[test]
fn ending_what_waits_for_credentials_ends_the_waiting() {
    let mut talk = asking(9);
    let (session, first) = talk.call(SessionOptions::default());
    talk.answer(&first, 401, "u", &www("r", "1"), "");
    talk.hang_up(&session);
    assert_eq!(state(&session), SessionState::Disconnected);
    let sent = message_to_peer(&mut talk, 1);
    talk.answer(&sent, 401, "u", &www("r", "1"), "");
    assert_eq!(talk.on(|agent, _| agent.challenges_waiting()), 1);
    talk.on(|agent, now| agent.prepare_for_shutdown(now));
    talk.run();
    assert_eq!(talk.on(|agent, _| agent.challenges_waiting()), 0);
    assert_eq!(talk.events(EventType::Response).len(), 1);
}

/// S-164: a subscription's refreshes use what was given for its first SUBSCRIBE.
#[test]
fn what_was_given_for_a_subscription_serves_its_refreshes() {
    let mut talk = asking(10);
    let options = SubscriptionOptions {
        uri: "sip:peer@192.0.2.9".into(),
        event: "presence".into(),
        expires_secs: 600,
        ..SubscriptionOptions::default()
    };
    let subscription = talk
        .on(|agent, _| agent.create_subscription(options))
        .expect("made");
    talk.on(|agent, now| agent.subscribe(now, &subscription, &Send::default()))
        .expect("sent");
    talk.run();
    let first = talk.peer.expect("SUBSCRIBE");
    talk.answer(&first, 401, "n", &www("r", "1"), "");
    assert!(challenge(&talk).subscription.is_some());
    assert_eq!(
        answer(&mut talk, given("sue", "pw", "", 0)),
        Ok(Verdict::Done)
    );
    let second = talk.peer.expect("SUBSCRIBE");
    assert_eq!(digest(&second).username, "sue");
    talk.answer(&second, 200, "n", "Expires: 600\r\n", "");
    let leg = Leg::of_invite(&second, "n");
    talk.say(
        &leg,
        "NOTIFY",
        1,
        "Event: presence\r\nSubscription-State: active;expires=600\r\n",
        "",
    );
    while !talk.peer.has("SUBSCRIBE") && talk.net.now < sim::at(600.0) {
        talk.wait(0.3);
    }
    let refresh = talk.peer.expect("SUBSCRIBE");
    assert!(refresh.header(HeaderId::Authorization).is_none());
    talk.answer(&refresh, 401, "n", &www("r", "2"), "");
    assert_eq!(digest(&talk.peer.expect("SUBSCRIBE")).username, "sue");
    assert_eq!(talk.events(EventType::Challenge).len(), 1);
}

/// B-358: credentials that the profile gets meanwhile answer what waits.
#[test]
fn credentials_set_for_the_profile_end_the_waiting_of_its_registration() {
    let mut talk = asking(11);
    let options = ProfileOptions {
        uri: "sip:alice@192.0.2.9".into(),
        ..ProfileOptions::default()
    };
    let profile = talk
        .on(|agent, _| agent.create_profile(options))
        .expect("made");
    talk.on(|agent, now| agent.enable_profile(now, &profile, 15, 0))
        .expect("enabled");
    talk.run();
    let first = talk.peer.expect("REGISTER");
    talk.answer(&first, 401, "r", &www("r", "1"), "");
    assert!(challenge(&talk).profile.is_some());
    assert_eq!(profile.state(), RegistrationState::Registering.number());
    talk.on(|agent, _| agent.set_credentials(Some(&profile), given("al", "pw", "", 0)))
        .expect("kept");
    talk.run();
    assert_eq!(digest(&talk.peer.expect("REGISTER")).username, "al");
}

/// B-358: the realm's own credentials come before those for every realm; the profile's before the client's. S-165:
/// forgotten ones are used no more.
#[test]
fn credentials_are_found_by_realm_then_by_default_and_can_be_forgotten() {
    let mut talk = known(12);
    talk.on(|agent, _| agent.set_credentials(None, given("special", "pw", "r1", 0)))
        .expect("kept");
    for (realm, user) in [("r1", "special"), ("r2", "alice")] {
        let sent = message_to_peer(&mut talk, 1);
        talk.answer(&sent, 401, "u", &www(realm, realm), "");
        let again = talk.peer.expect("MESSAGE");
        let mut all = digests(&again, Role::Server);
        all.retain(|one| one.realm == realm);
        assert_eq!(all.remove(0).username, user);
        talk.answer(&again, 200, "u", "", "");
    }
    for realm in ["r1", ""] {
        let verdict = talk.on(|agent, _| agent.set_credentials(None, given("", "", realm, 0)));
        assert_eq!(verdict, Ok(Verdict::Done));
        let verdict = talk.on(|agent, _| agent.set_credentials(None, given("", "", realm, 0)));
        assert_eq!(verdict, Ok(Verdict::Nothing));
    }
    let sent = message_to_peer(&mut talk, 7);
    assert!(
        sent.header(HeaderId::Authorization).is_none(),
        "nothing is used any more"
    );
    talk.answer(&sent, 401, "u", &www("r1", "z"), "");
    assert!(!talk.peer.has("MESSAGE"));
    let result = talk.events(EventType::Response).pop().expect("a result");
    assert_eq!((result.cookie, result.status), (7, Status::Sip(401)));
}

/// B-359: the fresh nonce refused is a wrong password; a stale one is replaced without a question.
#[test]
fn a_wrong_password_stops_and_a_stale_nonce_does_not() {
    let mut talk = known(13);
    let sent = message_to_peer(&mut talk, 1);
    talk.answer(&sent, 401, "u", &www("r", "1"), "");
    let again = talk.peer.expect("MESSAGE");
    let stale = "WWW-Authenticate: Digest realm=\"r\", nonce=\"2\", stale=true, qop=\"auth\"\r\n";
    talk.answer(&again, 401, "u", stale, "");
    let third = talk.peer.expect("MESSAGE");
    assert_eq!(digest(&third).nonce, "2");
    talk.answer(&third, 401, "u", &www("r", "3"), "");
    assert!(!talk.peer.has("MESSAGE"), "refused without stale");
    let result = talk.events(EventType::Response).pop().expect("a result");
    assert_eq!(result.status, Status::Sip(401));
}

/// B-359: whatever a server invents, one request is answered a bounded number of times.
#[test]
fn no_server_keeps_us_answering_for_ever() {
    for (seed, stale) in [(14, false), (15, true)] {
        let mut talk = known(seed);
        // Credentials make it large; a MESSAGE would then be bound to TCP.
        talk.on(|agent, now| {
            agent.send_request(now, None, "OPTIONS", "sip:peer@192.0.2.9", &cookie(1))
        })
        .expect("sent");
        talk.run();
        let mut sent = talk.peer.expect("OPTIONS");
        let mut rounds = 0;
        loop {
            rounds += 1;
            let line = if stale {
                format!(
                    "WWW-Authenticate: Digest realm=\"r\", nonce=\"{rounds}\", stale=true, qop=\"auth\"\r\n"
                )
            } else {
                www(&format!("realm {rounds}"), "n")
            };
            talk.answer(&sent, 401, "u", &line, "");
            let Some(next) = talk.peer.next() else { break };
            sent = next;
            assert!(rounds < 20, "an endless loop");
        }
        let result = talk.events(EventType::Response).pop().expect("a result");
        assert_eq!(result.status, Status::Sip(401));
    }
}

/// B-360: the nonce is used again, counted up, and later requests carry credentials unasked.
#[test]
fn a_cached_nonce_authorises_the_next_requests_and_counts_up() {
    let mut talk = known(16);
    let sent = message_to_peer(&mut talk, 1);
    talk.answer(&sent, 401, "u", &www("r", "n"), "");
    let mut counts = Vec::new();
    let mut cnonces = Vec::new();
    for round in 0..3 {
        let sent = if round == 0 {
            talk.peer.expect("MESSAGE")
        } else {
            message_to_peer(&mut talk, 1)
        };
        let own = digest(&sent);
        assert_eq!(own.response.as_str(), proof(&sent, &own, "alice", "secret"));
        counts.push(own.qop.expect("qop"));
        cnonces.push(own.cnonce.expect("a cnonce"));
        talk.answer(&sent, 200, "u", "", "");
    }
    assert_eq!(counts, [(Qop::Auth, 1), (Qop::Auth, 2), (Qop::Auth, 3)]);
    assert!(cnonces[0] != cnonces[1] && cnonces[1] != cnonces[2]);
}

/// B-361: auth-int covers the body; taken when auth is not on offer.
#[test]
fn auth_int_covers_the_body() {
    for (qop, chosen) in [("auth-int", Qop::AuthInt), ("auth-int,auth", Qop::Auth)] {
        let mut talk = known(17);
        let (_, first) = talk.call(SessionOptions::default());
        let line = format!(
            "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\", qop=\"{qop}\", algorithm=SHA-256\r\n"
        );
        talk.answer(&first, 401, "u", &line, "");
        let second = talk.peer.expect("INVITE");
        let sent = digest(&second);
        assert_eq!(sent.qop, Some((chosen, 1)));
        assert_eq!(
            sent.response.as_str(),
            proof(&second, &sent, "alice", "secret")
        );
        assert!(!second.body().is_empty());
    }
}

/// B-362: a challenge without qop gets the answer of RFC 2069: no cnonce, no nc.
#[test]
fn a_challenge_of_old_form_is_answered_in_its_form() {
    let mut talk = known(18);
    let sent = message_to_peer(&mut talk, 1);
    talk.answer(
        &sent,
        401,
        "u",
        "WWW-Authenticate: Digest realm=\"r\", nonce=\"n\"\r\n",
        "",
    );
    let again = talk.peer.expect("MESSAGE");
    let own = digest(&again);
    assert_eq!(
        (own.qop, own.cnonce.as_deref(), own.algorithm),
        (None, None, None)
    );
    assert_eq!(
        own.response.as_str(),
        proof(&again, &own, "alice", "secret")
    );
}

/// B-363: of three challenges of one realm the topmost that is supported is answered; the strongest where the profile
/// says so; the session forms and SHA-512-256 come out right.
#[test]
fn the_topmost_supported_algorithm_is_answered_or_the_strongest_by_option() {
    let lines = |names: [&str; 3]| -> String {
        names
            .map(|name| {
                format!("WWW-Authenticate: Digest realm=\"r\", nonce=\"n-{name}\", qop=\"auth\", algorithm={name}\r\n")
            })
            .concat()
    };
    for (names, flags, taken) in [
        (["AKAv1-MD5", "MD5", "SHA-256"], 0, "MD5"),
        (["SHA-512-256", "SHA-256", "MD5"], 0, "SHA-512-256"),
        (
            ["MD5", "SHA-256", "SHA-512-256"],
            PROFILE_STRONGEST_DIGEST,
            "SHA-512-256",
        ),
        (["MD5-sess", "MD5", "TOKEN"], 0, "MD5-sess"),
        (["SHA-256-sess", "MD5", "SHA-256"], 0, "SHA-256-sess"),
    ] {
        let mut talk = Talk::new(19);
        let options = ProfileOptions {
            flags,
            uri: "sip:alice@192.0.2.9".into(),
            password: "secret".into(),
            ..ProfileOptions::default()
        };
        let profile = talk
            .on(|agent, _| agent.create_profile(options))
            .expect("made");
        talk.on(|agent, now| agent.enable_profile(now, &profile, 15, 0))
            .expect("enabled");
        talk.run();
        let first = talk.peer.expect("REGISTER");
        talk.answer(&first, 401, "r", &lines(names), "");
        let second = talk.peer.expect("REGISTER");
        let own = digest(&second);
        assert_eq!(own.nonce, format!("n-{taken}"), "{names:?}");
        assert_eq!(
            own.response.as_str(),
            proof(&second, &own, "alice", "secret"),
            "{taken}"
        );
    }
}

/// B-367: the ACK of the 2xx and the CANCEL repeat the INVITE's credentials; a challenge of a CANCEL is not answered.
#[test]
fn ack_and_cancel_carry_the_credentials_of_the_invite() {
    for cancel in [false, true] {
        let mut talk = known(20);
        let (session, first) = talk.call(SessionOptions::default());
        talk.answer(&first, 401, "u", &www("r", "n"), "");
        let second = talk.peer.expect("INVITE");
        let wanted = second
            .header(HeaderId::Authorization)
            .expect("credentials")
            .to_owned();
        if cancel {
            talk.answer(&second, 180, "t1", "", "");
            talk.hang_up(&session);
            let cancel = talk.peer.expect("CANCEL");
            assert_eq!(cancel.header(HeaderId::Authorization), Some(&*wanted));
            talk.answer(&cancel, 401, "t1", &www("r", "m"), "");
            assert!(!talk.peer.has("CANCEL"));
        } else {
            talk.answer(&second, 200, "t1", "", &sdp(PEER, "sendrecv"));
            let ack = talk.peer.expect("ACK sip:peer@192.0.2.9:5060");
            assert_eq!(ack.header(HeaderId::Authorization), Some(&*wanted));
        }
    }
}

/// B-368: the next nonce is used from then on, when the server's own proof is right or absent.
#[test]
fn the_next_nonce_of_authentication_info_is_used_unless_its_proof_is_wrong() {
    for (right, next) in [(true, "later"), (false, "n")] {
        let mut talk = known(21);
        let sent = message_to_peer(&mut talk, 1);
        talk.answer(&sent, 401, "u", &www("r", "n"), "");
        let again = talk.peer.expect("MESSAGE");
        let own = digest(&again);
        let cnonce = own.cnonce.clone().expect("a cnonce");
        let rspauth = Input {
            algorithm: Algorithm::MD5,
            ha1: ha1(
                Hash::Md5,
                "alice",
                "r",
                if right { "secret" } else { "guess" },
            ),
            nonce: "n",
            cnonce: &cnonce,
            nc: 1,
            qop: Some(Qop::Auth),
            method: "",
            uri: &own.uri,
            body: b"",
        }
        .response();
        let info = format!(
            "Authentication-Info: nextnonce=\"later\", qop=auth, rspauth=\"{}\", cnonce=\"{cnonce}\", nc=00000001\r\n",
            rspauth.as_str()
        );
        talk.answer(&again, 200, "u", &info, "");
        assert_eq!(digest(&message_to_peer(&mut talk, 2)).nonce, next);
    }
}

/// B-369: an HA1 serves in place of the password, and no event, no text of the agent holds either.
#[test]
fn an_ha1_serves_and_secrets_are_in_nothing_that_is_told() {
    let mut talk = asking(22);
    let stored = ha1(Hash::Md5, "alice", "r", "zanzibar");
    talk.on(|agent, _| {
        agent.set_credentials(None, given("alice", stored.as_str(), "r", CREDENTIALS_HA1))
    })
    .expect("kept");
    talk.on(|agent, _| agent.set_credentials(None, given("alice", "opensesame", "q", 0)))
        .expect("kept");
    let sent = message_to_peer(&mut talk, 1);
    talk.answer(
        &sent,
        401,
        "u",
        &format!("{}{}", www("r", "n"), www("x", "m")),
        "",
    );
    assert_eq!(
        answer(&mut talk, given("alice", "swordfish", "x", 0)),
        Ok(Verdict::Done)
    );
    let again = talk.peer.expect("MESSAGE");
    let own = digests(&again, Role::Server).remove(0);
    assert_eq!(
        own.response.as_str(),
        proof(&again, &own, "alice", "zanzibar")
    );
    talk.answer(&again, 401, "u", &www("q", "n"), "");
    let third = talk.peer.expect("MESSAGE");
    talk.answer(&third, 403, "u", "", "");
    let told = format!("{:?}", talk.net.events(talk.alice));
    let sent = format!(
        "{}{}",
        again.start_line(),
        String::from_utf8_lossy(third.as_bytes())
    );
    for secret in [stored.as_str(), "opensesame", "swordfish", "zanzibar"] {
        assert!(!told.contains(secret), "an event tells {secret}");
        assert!(!sent.contains(secret), "a message tells {secret}");
        assert!(!talk.net.ladder().contains(secret));
    }
}

/// B-371: userhash and charset: the name travels as its hash, the proof is made of the name in UTF-8.
#[test]
fn a_user_name_is_hashed_where_the_server_takes_hashes() {
    let mut talk = Talk::new(23);
    let (user, password) = ("J\u{e4}s\u{f8}n Doe", "Secret, or not?");
    talk.on(|agent, _| agent.set_credentials(None, given(user, password, "", 0)))
        .expect("kept");
    let sent = message_to_peer(&mut talk, 1);
    let line = "WWW-Authenticate: Digest realm=\"api@example.org\", qop=\"auth\", algorithm=SHA-512-256, \
                nonce=\"5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK\", charset=UTF-8, userhash=true\r\n";
    talk.answer(&sent, 401, "u", line, "");
    let again = talk.peer.expect("MESSAGE");
    let own = digest(&again);
    // RFC 7616 §3.9.2 as corrected by erratum 4897.
    assert_eq!(
        own.username,
        "793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"
    );
    assert_eq!(
        own.username,
        userhash(Hash::Sha512_256, user, "api@example.org")
    );
    assert!(own.userhash);
    assert_eq!(own.response.as_str(), proof(&again, &own, user, password));
}

/// B-370: peers are challenged, a wrong password does not pass, the right one does; a challenge costs no memory, and
/// nothing inside a dialog is challenged.
#[test]
fn peers_are_challenged_when_the_application_says_who_may_pass() {
    let mut talk = Talk::new(24);
    let bob = talk.net.agent("bob", "192.0.2.5", Config::default());
    talk.on(|agent, _| {
        agent.set_credentials(None, given("bob", "builder", "door", CREDENTIALS_OF_PEER))
    })
    .expect("kept");
    let call = |talk: &mut Talk| {
        let session = talk.net.with(bob, |agent, _| {
            agent.create_session(
                rtcclient::agent::SessionType::PcToPc,
                SessionOptions::default(),
            )
        });
        let session = session.expect("a session");
        talk.net
            .with(bob, |agent, now| {
                agent.add_participant(now, &session, "sip:alice@192.0.2.1", None, &Send::default())
            })
            .expect("called");
        talk.run();
        session
    };
    let refused = call(&mut talk);
    assert_eq!(state(&refused), SessionState::Disconnected);
    assert!(
        talk.events(EventType::SessionStateChange).is_empty(),
        "nothing came in"
    );
    for (secret, passes) in [("wrecker", false), ("builder", true)] {
        talk.net
            .with(bob, |agent, _| {
                agent.set_credentials(None, given("bob", secret, "", 0))
            })
            .expect("kept");
        let session = call(&mut talk);
        assert_eq!(
            state(&session) == SessionState::InProgress,
            passes,
            "{secret}"
        );
        if passes {
            let incoming = talk.last_state().session.expect("a session");
            talk.reply(&incoming, 200, Send::default());
            assert_eq!(state(&session), SessionState::Connected);
            talk.net
                .with(bob, |agent, now| {
                    let why = rtcclient::agent::TerminateReason::Normal;
                    agent.terminate(now, &session, why, &Send::default())
                })
                .expect("ended");
            talk.run();
            assert_eq!(state(&incoming), SessionState::Disconnected);
        }
    }
    // Ten thousand forged requests leave nothing behind but transactions that end by themselves.
    let before = talk.on(|agent, _| agent.statistics());
    for number in 0..10_000u32 {
        let text = format!(
            "MESSAGE sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK{number}\r\n\
             From: <sip:x@192.0.2.9>;tag=1\r\nTo: <sip:alice@192.0.2.1>\r\nCall-ID: f{number}\r\nCSeq: 1 MESSAGE\r\n\
             Max-Forwards: 70\r\nContent-Length: 0\r\n\r\n"
        );
        talk.peer.send(&mut talk.net, ALICE, text);
    }
    talk.wait(40.0);
    assert!(talk.count("401 MESSAGE") > 1000);
    let after = talk.on(|agent, _| agent.statistics());
    assert_eq!(
        after.transactions,
        before.transactions.min(after.transactions)
    );
    assert!(talk.events(EventType::Messaging).is_empty());
    // Nobody is asked any more once the users are forgotten.
    talk.on(|agent, _| agent.set_credentials(None, given("", "", "door", CREDENTIALS_OF_PEER)))
        .expect("forgotten");
    let session = call(&mut talk);
    assert_eq!(state(&session), SessionState::InProgress);
}

/// A profile that allows no Digest, or a method nobody knows, is refused when it is made.
#[test]
fn basic_and_unknown_methods_are_refused_at_creation() {
    let mut talk = Talk::new(25);
    for (allowed_auth, session_types, code) in [
        (1, 0, Code::AuthTypeNotSupported),
        (4 | 8, 0, Code::AuthTypeNotSupported),
        (2 | 0x100, 0, Code::InvalidArgument),
        (2, 0x40, Code::InvalidArgument),
    ] {
        let options = ProfileOptions {
            uri: "sip:alice@example.com".into(),
            allowed_auth,
            session_types,
            ..ProfileOptions::default()
        };
        let refused = talk
            .on(|agent, _| agent.create_profile(options))
            .expect_err("refused");
        assert_eq!(refused.code, code, "{allowed_auth:#x} {session_types:#x}");
    }
    let line = "WWW-Authenticate: Basic realm=\"r\"\r\n";
    talk.on(|agent, _| agent.set_credentials(None, given("alice", "secret", "", 0)))
        .expect("kept");
    let sent = message_to_peer(&mut talk, 1);
    talk.answer(&sent, 401, "u", line, "");
    assert!(!talk.peer.has("MESSAGE"), "Basic is never answered");
    assert!(talk.net.now > Time::ZERO);
}

/// S-007, S-008: with the automation of authentication off, for the client or for one session, a challenge is the result
/// although credentials are known; the switch can be read.
#[test]
fn automatic_authentication_can_be_switched_off() {
    let mut talk = known(26);
    let all = talk.on(|agent, _| agent.client_automation());
    assert_ne!(all & 0x40, 0);
    talk.on(|agent, _| agent.set_client_automation(all & !0x40))
        .expect("off");
    assert_eq!(talk.on(|agent, _| agent.client_automation()), all & !0x40);
    let sent = message_to_peer(&mut talk, 1);
    talk.answer(&sent, 401, "u", &www("r", "1"), "");
    assert!(!talk.peer.has("MESSAGE"));
    let result = talk.events(EventType::Response).pop().expect("a result");
    assert_eq!(result.status, Status::Sip(401));
    talk.on(|agent, _| agent.set_client_automation(all))
        .expect("on");
    let options = SessionOptions {
        manual: 0x40,
        ..SessionOptions::default()
    };
    let (session, invite) = talk.call(options);
    talk.answer(&invite, 407, "p", &proxy("r", "1"), "");
    assert!(!talk.peer.has("INVITE"));
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(talk.last_state().status, Status::Sip(407));
}

/// S-164, S-167: a request that is repeated before it expires is asked for as the refresh that it is: credentials given for
/// it serve its repetitions, declined ones end it.
#[test]
fn a_refresh_is_the_one_that_is_asked() {
    let mut talk = asking(27);
    let refreshed = Send {
        flags: SEND_REFRESH,
        expires_secs: 60,
        ..cookie(8)
    };
    talk.on(|agent, now| {
        agent.send_request(now, None, "MESSAGE", "sip:peer@192.0.2.9", &refreshed)
    })
    .expect("sent");
    talk.run();
    let first = talk.peer.expect("MESSAGE");
    talk.answer(&first, 401, "u", &www("r", "1"), "");
    let asked = challenge(&talk);
    let refresh = asked.other.expect("the refresh");
    assert_eq!(refresh.kind(), Kind::Refresh);
    talk.on(|agent, _| agent.set_refresh_credentials(&refresh, &given("rita", "pw", "r", 0)))
        .expect("answered");
    talk.run();
    let second = talk.peer.expect("MESSAGE");
    assert_eq!(digest(&second).username, "rita");
    talk.answer(&second, 200, "u", "Expires: 60\r\n", "");
    while !talk.peer.has("MESSAGE") && talk.net.now < sim::at(61.0) {
        talk.wait(0.3);
    }
    let again = talk.peer.expect("MESSAGE");
    talk.answer(&again, 401, "u", &www("r", "2"), "");
    assert_eq!(digest(&talk.peer.expect("MESSAGE")).username, "rita");
    assert_eq!(talk.events(EventType::Challenge).len(), 1);
    let late = talk.on(|agent, _| {
        agent.set_refresh_credentials(&refresh, &given("", "", "r", CREDENTIALS_DECLINE))
    });
    assert_eq!(
        late.expect_err("nothing waits").code,
        Code::InvalidTransactionState
    );
}
