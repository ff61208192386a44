//! Calls against a peer that says exactly what the test wants: forks, redirections, challenges, wrong order.

mod sim;

use rtcclient::agent::{
    Agent, Config, Credentials, Event, EventType, ObjectRef, Send, SessionOptions, SessionState,
    SessionType, Status, TerminateReason,
};
use rtcclient::base::Time;
use rtcclient::syntax::{HeaderId, Message};
use sim::raw::{Raw, sdp};
use sim::{HostId, Sim, secs};

struct Scene {
    net: Sim,
    alice: HostId,
    peer: Raw,
}

const PEER: &str = "192.0.2.9";
const ALICE: &str = "192.0.2.1";

fn scene(seed: u64) -> Scene {
    let mut net = Sim::new(seed);
    let alice = net.agent("alice", ALICE, Config::default());
    net.with(alice, |agent, _| {
        agent.set_local_user(Some("sip:alice@192.0.2.1"), None)
    })
    .expect("a URI");
    let peer = Raw::new(&mut net, "peer", PEER);
    Scene { net, alice, peer }
}

impl Scene {
    fn on<R>(&mut self, verb: impl FnOnce(&mut Agent, Time) -> R) -> R {
        self.net.with(self.alice, verb)
    }

    fn call(&mut self, options: SessionOptions) -> (ObjectRef, Message) {
        let session = self
            .on(|agent, _| agent.create_session(SessionType::PcToPc, options))
            .expect("a session");
        self.on(|agent, now| {
            agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &Send::default())
        })
        .expect("called");
        self.net.run_for(secs(0.01));
        (session, self.peer.expect("INVITE"))
    }

    fn connected(&mut self) -> (ObjectRef, Message) {
        let (session, invite) = self.call(SessionOptions::default());
        self.peer.respond(
            &mut self.net,
            &invite,
            200,
            "t1",
            "",
            &sdp(PEER, "sendrecv"),
        );
        self.net.run_for(secs(0.01));
        let ack = self.peer.expect("ACK");
        assert_eq!(state(&session), SessionState::Connected);
        assert_eq!(ack.cseq(), invite.cseq());
        (session, invite)
    }

    fn run(&mut self) {
        self.net.run_for(secs(0.01));
    }

    /// A request of the peer inside the dialog that `invite` began.
    fn inside(&self, invite: &Message, method: &str, cseq: u32, lines: &str, body: &str) -> String {
        let contact = invite
            .contacts()
            .next()
            .expect("a contact")
            .expect("readable")
            .uri()
            .to_owned();
        let kind = if body.is_empty() {
            String::new()
        } else {
            "Content-Type: application/sdp\r\n".into()
        };
        format!(
            "{method} {contact} SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bK-{method}-{cseq}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:peer@192.0.2.9>;tag=t1\r\nTo: {};tag={}\r\nCall-ID: {}\r\n\
             CSeq: {cseq} {method}\r\nContact: <sip:peer@192.0.2.9:5060>\r\n{lines}{kind}Content-Length: {}\r\n\r\n{body}",
            "<sip:alice@192.0.2.1>",
            invite.from_tag().expect("a tag"),
            invite.call_id(),
            body.len()
        )
    }

    fn say(&mut self, invite: &Message, method: &str, cseq: u32, lines: &str, body: &str) {
        let text = self.inside(invite, method, cseq, lines, body);
        self.peer.send(&mut self.net, ALICE, text);
    }

    fn last_state(&self) -> &Event {
        self.net
            .events(self.alice)
            .iter()
            .rev()
            .find(|event| event.event_type == EventType::SessionStateChange)
            .expect("a session event")
    }

    fn hang_up(&mut self, session: &ObjectRef) {
        self.on(|agent, now| {
            agent.terminate(now, session, TerminateReason::Normal, &Send::default())
        })
        .expect("ended");
        self.run();
    }
}

fn state(session: &ObjectRef) -> SessionState {
    SessionState::from_number(session.state()).expect("a state")
}

/// B-117.
#[test]
fn second_2xx_from_a_fork_is_acked_then_byed() {
    let mut s = scene(1);
    let (session, invite) = s.connected();
    s.peer
        .respond(&mut s.net, &invite, 200, "t2", "", &sdp(PEER, "sendrecv"));
    s.run();
    let ack = s.peer.expect("ACK");
    assert_eq!(ack.to_tag(), Some("t2"));
    let bye = s.peer.expect("BYE");
    assert_eq!(bye.to_tag(), Some("t2"));
    s.peer.respond(&mut s.net, &bye, 200, "", "", "");
    s.run();
    assert_eq!(state(&session), SessionState::Connected);
    s.net.assert_ladder("forked_2xx");
}

#[test]
fn a_redirection_is_followed_in_the_order_of_q_and_a_refusal_makes_way_for_the_next() {
    let mut s = scene(2);
    let (session, invite) = s.call(SessionOptions::default());
    let contacts = "Contact: <sip:second@192.0.2.9>;q=0.2, <sip:first@192.0.2.9>;q=0.9\r\n";
    s.peer.respond(&mut s.net, &invite, 302, "t1", contacts, "");
    s.run();
    let first = s.peer.expect("INVITE sip:first@");
    assert_eq!(first.call_id(), invite.call_id());
    assert_eq!(first.cseq(), invite.cseq() + 1);
    s.peer.respond(&mut s.net, &first, 486, "t2", "", "");
    s.run();
    let second = s.peer.expect("INVITE sip:second@");
    s.peer
        .respond(&mut s.net, &second, 200, "t3", "", &sdp(PEER, "sendrecv"));
    s.run();
    assert_eq!(state(&session), SessionState::Connected);
    s.net.assert_ladder("redirected");
}

#[test]
fn redirections_without_end_are_given_up() {
    let mut s = scene(3);
    let (session, mut invite) = s.call(SessionOptions::default());
    for _ in 0..100 {
        s.peer.respond(
            &mut s.net,
            &invite,
            302,
            "t1",
            "Contact: <sip:again@192.0.2.9>\r\n",
            "",
        );
        s.run();
        if state(&session) == SessionState::Disconnected {
            assert_eq!(s.last_state().status, Status::Sip(302));
            return;
        }
        invite = s.peer.expect("INVITE");
    }
    panic!("still following");
}

#[test]
fn an_application_that_asks_for_redirections_decides_itself() {
    let mut s = scene(4);
    let options = SessionOptions {
        flags: 2,
        ..SessionOptions::default()
    };
    let (session, invite) = s.call(options);
    s.peer.respond(
        &mut s.net,
        &invite,
        302,
        "t1",
        "Contact: <sip:other@192.0.2.9>\r\n",
        "",
    );
    s.run();
    assert_eq!(state(&session), SessionState::InProgress);
    assert_eq!(s.last_state().status, Status::Sip(302));
    assert!(!s.peer.has("INVITE"));
    s.on(|agent, now| agent.redirect(now, &session, None, 0, &Send::default()))
        .expect("goes on");
    s.run();
    s.peer.expect("INVITE sip:other@");
}

const MD5: &str =
    "WWW-Authenticate: Digest realm=\"r1\", nonce=\"n1\", qop=\"auth\", algorithm=MD5\r\n";
const PROXY: &str =
    "Proxy-Authenticate: Digest realm=\"r2\", nonce=\"n2\", algorithm=SHA-256, qop=\"auth\"\r\n";

fn credentials(s: &mut Scene, user: &str, secret: &str) {
    let credentials = Credentials {
        user: user.into(),
        secret: secret.into(),
        ..Credentials::default()
    };
    s.on(|agent, _| agent.set_credentials(None, credentials))
        .expect("kept");
}

/// B-121.
#[test]
fn server_and_proxy_challenges_are_answered_in_one_request_and_the_ack_repeats_them() {
    let mut s = scene(5);
    credentials(&mut s, "alice", "secret");
    let (session, invite) = s.call(SessionOptions::default());
    s.peer.respond(&mut s.net, &invite, 407, "p", PROXY, "");
    s.run();
    let second = s.peer.expect("INVITE");
    assert!(
        second
            .header(HeaderId::ProxyAuthorization)
            .is_some_and(|value| value.contains("realm=\"r2\""))
    );
    s.peer.respond(&mut s.net, &second, 401, "u", MD5, "");
    s.run();
    let third = s.peer.expect("INVITE");
    assert!(third.header(HeaderId::ProxyAuthorization).is_some());
    assert!(
        third
            .header(HeaderId::Authorization)
            .is_some_and(|value| value.contains("realm=\"r1\""))
    );
    assert_eq!(third.cseq(), invite.cseq() + 2);
    s.peer
        .respond(&mut s.net, &third, 200, "t1", "", &sdp(PEER, "sendrecv"));
    s.run();
    let ack = s.peer.expect(&format!("ACK sip:peer@{PEER}:5060"));
    assert_eq!(
        ack.header(HeaderId::Authorization),
        third.header(HeaderId::Authorization)
    );
    assert_eq!(state(&session), SessionState::Connected);
}

#[test]
fn a_wrong_password_ends_the_call_with_401_and_no_loop() {
    let mut s = scene(6);
    credentials(&mut s, "alice", "wrong");
    let (session, invite) = s.call(SessionOptions::default());
    s.peer.respond(&mut s.net, &invite, 401, "u", MD5, "");
    s.run();
    let second = s.peer.expect("INVITE");
    s.peer
        .respond(&mut s.net, &second, 401, "u", &MD5.replace("n1", "n3"), "");
    s.run();
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(s.last_state().status, Status::Sip(401));
    assert!(!s.peer.has("INVITE"));
}

#[test]
fn a_stale_nonce_is_answered_again() {
    let mut s = scene(7);
    credentials(&mut s, "alice", "secret");
    let (_, invite) = s.call(SessionOptions::default());
    s.peer.respond(&mut s.net, &invite, 401, "u", MD5, "");
    s.run();
    let second = s.peer.expect("INVITE");
    let stale = MD5.replace("n1", "n3").replace("\r\n", ", stale=true\r\n");
    s.peer.respond(&mut s.net, &second, 401, "u", &stale, "");
    s.run();
    let third = s.peer.expect("INVITE");
    assert!(
        third
            .header(HeaderId::Authorization)
            .is_some_and(|value| value.contains("nonce=\"n3\""))
    );
}

#[test]
fn a_delayed_offer_is_answered_in_the_ack() {
    let mut s = scene(8);
    let options = SessionOptions {
        content_type: "application/sdp".into(),
        description: Some(Box::default()),
        ..Default::default()
    };
    let session = s
        .on(|agent, _| agent.create_session(SessionType::Application, options))
        .expect("a session");
    s.on(|agent, now| {
        agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &Send::default())
    })
    .expect("called");
    s.run();
    let invite = s.peer.expect("INVITE");
    assert!(invite.body().is_empty());
}

#[test]
fn a_reinvite_without_offer_gets_ours_and_the_ack_brings_the_answer() {
    let mut s = scene(9);
    let (session, invite) = s.connected();
    s.say(&invite, "INVITE", 5, "", "");
    s.run();
    let ok = s.peer.expect("200 INVITE");
    assert!(!ok.body().is_empty());
    let ack = s
        .inside(&invite, "ACK", 5, "", &sdp(PEER, "sendonly"))
        .replace("-ACK-5", "-ACK-6");
    s.peer.send(&mut s.net, ALICE, ack);
    s.run();
    assert_eq!(state(&session), SessionState::Connected);
    assert!(
        s.net
            .events(s.alice)
            .iter()
            .any(|event| event.event_type == EventType::Media && event.reason == 1)
    );
}

#[test]
fn an_unacceptable_reoffer_gets_488_and_the_call_stays() {
    let mut s = scene(10);
    let (session, invite) = s.connected();
    let video = "v=0\r\no=- 1 2 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\nm=audio 4000 RTP/AVP 18\r\n";
    s.say(&invite, "INVITE", 5, "", video);
    s.run();
    s.peer.expect("488 INVITE");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-106, B-107, B-139.
#[test]
fn a_request_for_an_unknown_dialog_gets_481_and_a_lower_cseq_500() {
    let mut s = scene(11);
    let (_, invite) = s.connected();
    let unknown = s
        .inside(&invite, "BYE", 5, "", "")
        .replace("tag=t1", "tag=zz");
    s.peer.send(&mut s.net, ALICE, unknown);
    s.run();
    s.peer.expect("481 BYE");
    s.say(&invite, "INFO", 9, "", "");
    s.run();
    s.peer.expect("200 INFO");
    s.say(&invite, "INFO", 8, "", "");
    s.run();
    s.peer.expect("500 INFO");
}

#[test]
fn an_extension_we_do_not_know_gets_420_with_its_name() {
    let mut s = scene(12);
    let (_, invite) = s.connected();
    s.say(&invite, "INFO", 5, "Require: foo, bar\r\n", "");
    s.run();
    let refused = s.peer.expect("420 INFO");
    let names: Vec<&str> = refused.values(HeaderId::Unsupported).collect();
    assert_eq!(names, ["foo", "bar"]);
}

#[test]
fn a_dialog_the_peer_forgot_ends_with_481() {
    let mut s = scene(13);
    let (session, _) = s.connected();
    s.on(|agent, now| {
        agent.hold(
            now,
            &session,
            true,
            &Send {
                cookie: 3,
                ..Send::default()
            },
        )
    })
    .expect("held");
    s.run();
    let reinvite = s.peer.expect("INVITE");
    s.peer.respond(&mut s.net, &reinvite, 481, "", "", "");
    s.run();
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(s.last_state().status, Status::Sip(481));
    assert!(
        s.net
            .events(s.alice)
            .iter()
            .any(|e| e.cookie == 3 && e.status == Status::Sip(481))
    );
}

#[test]
fn a_refused_hold_leaves_the_call_as_it_was() {
    let mut s = scene(14);
    let (session, _) = s.connected();
    s.on(|agent, now| {
        agent.hold(
            now,
            &session,
            true,
            &Send {
                cookie: 3,
                ..Send::default()
            },
        )
    })
    .expect("held");
    s.run();
    let reinvite = s.peer.expect("INVITE");
    assert!(String::from_utf8_lossy(reinvite.body()).contains("a=sendonly"));
    s.peer.respond(&mut s.net, &reinvite, 488, "", "", "");
    s.run();
    assert_eq!(state(&session), SessionState::Connected);
    s.on(|agent, now| agent.hold(now, &session, true, &Send::default()))
        .expect("again");
    s.run();
    s.peer.expect("INVITE");
}

/// B-241, B-253, B-421: NOTIFY inside a call: an event when its package was allowed, else 481.
#[test]
fn dialog_notifications_reach_the_application_only_when_allowed() {
    let mut s = scene(15);
    let (session, invite) = s.connected();
    let lines = "Event: talk\r\nSubscription-State: active\r\n";
    s.say(&invite, "NOTIFY", 5, lines, "");
    s.run();
    s.peer.expect("481 NOTIFY");
    s.on(|agent, _| agent.allow_dialog_notifications(Some(&session), "talk", true))
        .expect("allowed");
    s.say(&invite, "NOTIFY", 6, lines, "");
    s.run();
    let event = s
        .net
        .events(s.alice)
        .iter()
        .find(|event| event.event_type == EventType::SessionNotification)
        .cloned()
        .expect("a notification");
    assert!(event.answer_within_ms > 0);
    assert!(!s.peer.has("SIP/2.0"), "the application decides");
    let answer = event.answer.expect("open");
    s.on(|agent, now| agent.answer_event(now, answer, 603, &Send::default()))
        .expect("rejected");
    s.run();
    s.peer.expect("603 NOTIFY");
    assert!(
        s.on(|agent, now| agent.answer_event(now, answer, 200, &Send::default()))
            .is_err()
    );
    // Nobody decides: the library accepts within the claim time.
    s.say(&invite, "NOTIFY", 7, lines, "");
    s.net.run_for(secs(0.5));
    s.peer.expect("200 NOTIFY");
}

/// B-248, B-421: Allow-Events of the INVITE.
#[test]
fn allowed_packages_are_named_in_the_invite() {
    let mut s = scene(16);
    let session = s
        .on(|agent, _| agent.create_session(SessionType::PcToPc, SessionOptions::default()))
        .expect("a session");
    s.on(|agent, _| agent.allow_dialog_notifications(Some(&session), "talk", true))
        .expect("allowed");
    s.on(|agent, _| agent.set_headers(Some(&session), Some("Allow-Events: hold, talk"), 0))
        .expect("set");
    s.on(|agent, now| {
        agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &Send::default())
    })
    .expect("called");
    s.run();
    let invite = s.peer.expect("INVITE");
    let packages: Vec<&str> = invite.values(HeaderId::AllowEvents).collect();
    assert_eq!(packages, ["talk", "hold"]);
}

/// B-173.
#[test]
fn a_call_to_an_unreachable_address_fails_at_once() {
    let mut s = scene(17);
    s.net
        .unreachable("192.0.2.9:5060".parse().expect("an address"));
    let session = s
        .on(|agent, _| agent.create_session(SessionType::PcToPc, SessionOptions::default()))
        .expect("a session");
    s.on(|agent, now| {
        agent.add_participant(now, &session, "sip:peer@192.0.2.9", None, &Send::default())
    })
    .expect("called");
    s.net.run_for(secs(1.0));
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(
        s.last_state().status,
        Status::Failed(rtcclient::agent::Code::Transport)
    );
}

#[test]
fn a_stray_200_of_a_call_that_is_gone_is_acked_and_byed() {
    let mut s = scene(18);
    let (session, invite) = s.connected();
    s.hang_up(&session);
    let bye = s.peer.expect("BYE");
    s.peer.respond(&mut s.net, &bye, 200, "", "", "");
    s.net.run_for(secs(70.0));
    s.peer
        .respond(&mut s.net, &invite, 200, "late", "", &sdp(PEER, "sendrecv"));
    s.run();
    assert_eq!(s.peer.expect("ACK").to_tag(), Some("late"));
    assert_eq!(s.peer.expect("BYE").to_tag(), Some("late"));
}
