//! Calls between two user agents on a virtual network: RFC 3261 §9, §12 to §15, RFC 3264, as flows.

mod sim;

use rtcclient::agent::{
    Agent, Code, Config, Event, EventType, ObjectRef, Send, SessionOptions, SessionState,
    SessionType, Status, TerminateReason,
};
use rtcclient::base::Time;
use sim::{Fate, HostId, Sim, at, secs};

struct Pair {
    net: Sim,
    alice: HostId,
    bob: HostId,
}

fn pair(seed: u64) -> Pair {
    pair_with(seed, Config::default(), Config::default())
}

fn pair_with(seed: u64, a: Config, b: Config) -> Pair {
    let mut net = Sim::new(seed);
    let alice = net.agent("alice", "192.0.2.1", a);
    let bob = net.agent("bob", "192.0.2.2", b);
    for (id, uri) in [(alice, "sip:alice@192.0.2.1"), (bob, "sip:bob@192.0.2.2")] {
        net.with(id, |agent, _| agent.set_local_user(Some(uri), None))
            .expect("a URI");
    }
    Pair { net, alice, bob }
}

const BOB: &str = "sip:bob@192.0.2.2";

impl Pair {
    /// Alice calls; the session is in progress and bob's phone has the INVITE when this returns.
    fn call(&mut self) -> ObjectRef {
        let session = self.create();
        self.add(&session, &Send::default());
        self.net.run_for(secs(0.1));
        session
    }

    fn create(&mut self) -> ObjectRef {
        self.net
            .with(self.alice, |agent, _| {
                agent.create_session(SessionType::PcToPc, SessionOptions::default())
            })
            .expect("a session")
    }

    fn add(&mut self, session: &ObjectRef, send: &Send) {
        self.net
            .with(self.alice, |agent, now| {
                agent.add_participant(now, session, BOB, None, send)
            })
            .expect("a participant");
    }

    fn incoming(&self) -> ObjectRef {
        self.net
            .events(self.bob)
            .iter()
            .rev()
            .find(|event| {
                event.event_type == EventType::SessionStateChange
                    && event.state == SessionState::Incoming.number()
            })
            .and_then(|event| event.session.clone())
            .expect("an incoming session")
    }

    fn established(&mut self) -> (ObjectRef, ObjectRef) {
        let session = self.call();
        let incoming = self.incoming();
        self.on(self.bob, |agent, now| {
            agent.answer(now, &incoming, 200, &Send::default())
        })
        .expect("answered");
        self.net.run_for(secs(0.2));
        assert_eq!(
            state(&session),
            SessionState::Connected,
            "{}",
            self.net.ladder()
        );
        assert_eq!(
            state(&incoming),
            SessionState::Connected,
            "{}",
            self.net.ladder()
        );
        (session, incoming)
    }

    fn on<R>(&mut self, id: HostId, verb: impl FnOnce(&mut Agent, Time) -> R) -> R {
        self.net.with(id, verb)
    }

    fn last_state(&self, id: HostId) -> &Event {
        self.net
            .events(id)
            .iter()
            .rev()
            .find(|event| event.event_type == EventType::SessionStateChange)
            .expect("a session event")
    }

    fn completed(&self, id: HostId, cookie: i64) -> Option<Status> {
        self.net
            .events(id)
            .iter()
            .find(|event| {
                event.event_type == EventType::SessionOperationComplete && event.cookie == cookie
            })
            .map(|event| event.status)
    }

    /// Nothing is left of the calls once every transaction has had its 64*T1.
    fn assert_clean(&mut self) {
        self.net.run_for(secs(70.0));
        for id in [self.alice, self.bob] {
            let left = self.on(id, |agent, _| agent.statistics());
            assert_eq!(
                (left.sessions, left.dialogs, left.transactions),
                (0, 0, 0),
                "{}",
                self.net.ladder()
            );
        }
    }
}

fn state(session: &ObjectRef) -> SessionState {
    SessionState::from_number(session.state()).expect("a session state")
}

fn cookie(cookie: i64) -> Send {
    Send {
        cookie,
        ..Send::default()
    }
}

/// B-048, B-050, B-431.
#[test]
fn a_call_is_answered_and_ended_by_the_caller() {
    let mut p = pair(1);
    let (session, incoming) = p.established();
    p.on(p.alice, |agent, now| {
        agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
    })
    .expect("terminated");
    p.net.run_for(secs(0.5));
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(state(&incoming), SessionState::Disconnected);
    p.net.assert_ladder("call_answered_and_ended");
    p.assert_clean();
}

/// B-050.
#[test]
fn the_callee_hangs_up() {
    let mut p = pair(2);
    let (session, incoming) = p.established();
    p.on(p.bob, |agent, now| {
        agent.terminate(now, &incoming, TerminateReason::Normal, &Send::default())
    })
    .expect("terminated");
    p.net.run_for(secs(0.5));
    assert_eq!(state(&session), SessionState::Disconnected);
    p.assert_clean();
}

#[test]
fn the_states_come_in_the_order_of_the_original() {
    let mut p = pair(3);
    p.established();
    let states = |events: &[Event]| -> Vec<i32> {
        events
            .iter()
            .filter(|event| event.event_type == EventType::SessionStateChange)
            .map(|event| event.state)
            .collect()
    };
    assert_eq!(
        states(p.net.events(p.alice)),
        [3, 3, 4],
        "in progress, ringing, connected"
    );
    assert_eq!(
        states(p.net.events(p.bob)),
        [1, 2, 4],
        "incoming, answering, connected"
    );
}

/// B-431.
#[test]
fn a_refused_call_tells_the_status() {
    for (reason, status) in [
        (TerminateReason::Busy, 486),
        (TerminateReason::Reject, 603),
        (TerminateReason::Dnd, 480),
        (TerminateReason::NotSupported, 488),
    ] {
        let mut p = pair(4);
        p.call();
        let incoming = p.incoming();
        p.on(p.bob, |agent, now| {
            agent.terminate(now, &incoming, reason, &Send::default())
        })
        .expect("refused");
        p.net.run_for(secs(0.2));
        assert_eq!(p.last_state(p.alice).status, Status::Sip(status));
        p.assert_clean();
    }
}

/// B-134.
#[test]
fn a_cancelled_call_ends_with_487_on_both_sides() {
    let mut p = pair(5);
    let session = p.call();
    let incoming = p.incoming();
    p.on(p.alice, |agent, now| {
        agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
    })
    .expect("cancelled");
    p.net.run_for(secs(0.2));
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(state(&incoming), SessionState::Disconnected);
    assert_eq!(p.last_state(p.bob).status, Status::Sip(487));
    p.net.assert_ladder("call_cancelled");
    p.assert_clean();
}

/// B-067.
#[test]
fn cancel_waits_for_a_provisional() {
    let mut p = pair(6);
    // Nothing comes back from bob for a while: neither 100 nor 180.
    p.net.rule(|from, _, bytes| {
        if from == "bob" && bytes.starts_with(b"SIP/2.0 1") {
            Fate::Delay(secs(0.3))
        } else {
            Fate::Pass
        }
    });
    let session = p.create();
    p.add(&session, &Send::default());
    p.on(p.alice, |agent, now| {
        agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
    })
    .expect("cancelled");
    p.net.run_for(secs(0.2));
    assert!(!p.net.ladder().contains("CANCEL"), "{}", p.net.ladder());
    p.net.run_for(secs(1.0));
    assert!(p.net.ladder().contains("CANCEL"), "{}", p.net.ladder());
    assert_eq!(state(&session), SessionState::Disconnected);
    p.assert_clean();
}

/// B-070.
#[test]
fn a_200_that_crosses_cancel_is_acknowledged_and_ended() {
    let mut p = pair(7);
    let session = p.call();
    let incoming = p.incoming();
    // Both act in the same instant.
    p.on(p.bob, |agent, now| {
        agent.answer(now, &incoming, 200, &Send::default())
    })
    .expect("answered");
    p.on(p.alice, |agent, now| {
        agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
    })
    .expect("cancelled");
    p.net.run_for(secs(1.0));
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(
        state(&incoming),
        SessionState::Disconnected,
        "{}",
        p.net.ladder()
    );
    p.net.assert_ladder("cancel_crosses_200");
    p.assert_clean();
}

#[test]
fn a_lost_200_is_repeated_until_acked() {
    let mut p = pair(8);
    p.net.lose_next("200 OK", 2);
    let session = p.call();
    let incoming = p.incoming();
    p.on(p.bob, |agent, now| {
        agent.answer(now, &incoming, 200, &Send::default())
    })
    .expect("answered");
    p.net.run_for(secs(3.0));
    assert_eq!(
        state(&session),
        SessionState::Connected,
        "{}",
        p.net.ladder()
    );
    assert_eq!(state(&incoming), SessionState::Connected);
    p.net.assert_ladder("invite_200_lost");
}

/// B-118.
#[test]
fn a_lost_ack_is_sent_again_for_each_repeated_200() {
    let mut p = pair(9);
    p.net.lose_next("ACK", 2);
    let session = p.call();
    let incoming = p.incoming();
    p.on(p.bob, |agent, now| {
        agent.answer(now, &incoming, 200, &Send::default())
    })
    .expect("answered");
    p.net.run_for(secs(0.3));
    assert_eq!(state(&incoming), SessionState::Answering);
    p.net.run_for(secs(3.0));
    assert_eq!(state(&session), SessionState::Connected);
    assert_eq!(
        state(&incoming),
        SessionState::Connected,
        "{}",
        p.net.ladder()
    );
}

/// A proxy with several workers let a re-INVITE overtake the ACK: it was refused with 500, and the hold with it.
#[test]
fn a_reinvite_that_overtakes_the_ack_stands_for_it() {
    let mut p = pair(26);
    p.net.lose_next("ACK", 1);
    let session = p.call();
    let incoming = p.incoming();
    p.on(p.bob, |agent, now| {
        agent.answer(now, &incoming, 200, &Send::default())
    })
    .expect("answered");
    p.net.run_for(secs(0.1));
    assert_eq!(state(&incoming), SessionState::Answering);
    p.on(p.alice, |agent, now| {
        agent.hold(now, &session, true, &cookie(1))
    })
    .expect("held");
    p.net.run_for(secs(0.3));
    assert_eq!(p.completed(p.alice, 1), Some(Status::Sip(200)));
    assert_eq!(state(&incoming), SessionState::Connected);
    let ladder = p.net.ladder().to_owned();
    assert_eq!(ladder.matches("200 OK").count(), 2, "{ladder}");
    p.on(p.alice, |agent, now| {
        agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
    })
    .expect("over");
    p.assert_clean();
}

#[test]
fn without_any_ack_the_callee_says_bye_after_64_t1() {
    let mut p = pair(10);
    p.net.lose_next("ACK", 100);
    p.call();
    let incoming = p.incoming();
    p.on(p.bob, |agent, now| {
        agent.answer(now, &incoming, 200, &Send::default())
    })
    .expect("answered");
    p.net.run_for(secs(31.0));
    assert_eq!(state(&incoming), SessionState::Answering);
    p.net.run_for(secs(2.0));
    assert_eq!(state(&incoming), SessionState::Disconnected);
    assert_eq!(p.last_state(p.bob).status, Status::Failed(Code::NoAck));
    assert!(
        p.net.ladder().contains("bob → alice BYE"),
        "{}",
        p.net.ladder()
    );
    p.net.clear_rules();
    p.assert_clean();
}

#[test]
fn nobody_answers_within_five_minutes() {
    let mut p = pair(11);
    p.call();
    let incoming = p.incoming();
    p.net.run_for(secs(299.0));
    assert_eq!(state(&incoming), SessionState::Incoming);
    p.net.run_for(secs(2.0));
    assert_eq!(p.last_state(p.alice).status, Status::Sip(480));
    p.assert_clean();
}

/// B-034.
#[test]
fn a_silent_peer_times_out_after_64_t1() {
    let mut p = pair(12);
    p.net.set_up(p.bob, false);
    let session = p.call();
    p.net.run_for(secs(33.0));
    assert_eq!(state(&session), SessionState::Disconnected);
    assert_eq!(p.last_state(p.alice).status, Status::Failed(Code::Timeout));
    p.net.set_up(p.bob, true);
    p.assert_clean();
}

#[test]
fn hold_and_unhold_change_the_direction_and_complete_with_their_cookies() {
    let mut p = pair(13);
    let (session, _) = p.established();
    p.on(p.alice, |agent, now| {
        agent.hold(now, &session, true, &cookie(7))
    })
    .expect("held");
    assert_eq!(
        p.on(p.alice, |agent, now| agent.hold(
            now,
            &session,
            false,
            &cookie(8)
        ))
        .expect_err("pending")
        .code,
        Code::HoldPending
    );
    p.net.run_for(secs(0.2));
    assert_eq!(state(&session), SessionState::Hold, "{}", p.net.ladder());
    assert_eq!(p.completed(p.alice, 7), Some(Status::Sip(200)));
    let media: Vec<(i32, i32)> = p
        .net
        .events(p.bob)
        .iter()
        .filter(|event| event.event_type == EventType::Media)
        .map(|event| (event.kind, event.reason))
        .collect();
    assert_eq!(media, [(1, 0), (0, 1)], "started, then held by the peer");
    p.on(p.alice, |agent, now| {
        agent.hold(now, &session, false, &cookie(9))
    })
    .expect("unheld");
    p.net.run_for(secs(0.2));
    assert_eq!(state(&session), SessionState::Connected);
    assert_eq!(p.completed(p.alice, 9), Some(Status::Sip(200)));
    p.net.assert_ladder("hold_and_unhold");
}

/// B-145.
#[test]
fn glare_is_settled_by_waiting() {
    let mut p = pair(14);
    let (session, incoming) = p.established();
    p.on(p.alice, |agent, now| {
        agent.hold(now, &session, true, &cookie(1))
    })
    .expect("held");
    p.on(p.bob, |agent, now| {
        agent.reinvite(now, &incoming, 0, &cookie(2))
    })
    .expect("offered");
    p.net.run_for(secs(10.0));
    assert!(p.net.ladder().contains("491"), "{}", p.net.ladder());
    assert_eq!(
        p.completed(p.alice, 1),
        Some(Status::Sip(200)),
        "{}",
        p.net.ladder()
    );
    assert_eq!(
        p.completed(p.bob, 2),
        Some(Status::Sip(200)),
        "{}",
        p.net.ladder()
    );
    assert_eq!(state(&session), SessionState::Hold);
}

#[test]
fn an_info_inside_the_call_arrives_with_its_body_and_completes() {
    let mut p = pair(15);
    let (session, _) = p.established();
    let send = Send {
        cookie: 5,
        content_type: Some("application/dtmf-relay".into()),
        body: Some(b"Signal=1\r\n".as_slice().into()),
        ..Send::default()
    };
    p.on(p.alice, |agent, now| {
        agent.session_send(now, &session, "INFO", &send)
    })
    .expect("sent");
    p.net.run_for(secs(0.2));
    let info = p
        .net
        .events(p.bob)
        .iter()
        .find(|event| event.event_type == EventType::Info)
        .expect("an INFO");
    assert_eq!(&*info.content_type, "application/dtmf-relay");
    assert_eq!(info.body(), b"Signal=1\r\n");
    assert_eq!(p.completed(p.alice, 5), Some(Status::Sip(200)));
}

#[test]
fn injected_headers_ride_on_every_message_of_the_session_until_reset() {
    let mut p = pair(16);
    let session = p.create();
    let line = "X-Case: 42\r\nCall-Info: <http://example.com/me>;purpose=info";
    p.on(p.alice, |agent, _| {
        agent.set_headers(Some(&session), Some(line), 0)
    })
    .expect("set");
    assert_eq!(
        p.on(p.alice, |agent, _| agent.headers(Some(&session)))
            .expect("kept"),
        "X-Case: 42\r\nCall-Info: <http://example.com/me>;purpose=info\r\n"
    );
    let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::<(String, bool)>::new()));
    let record = seen.clone();
    p.net.rule(move |from, _, bytes| {
        let text = String::from_utf8_lossy(bytes).into_owned();
        let first = text.lines().next().unwrap_or_default().to_owned();
        let cseq = text
            .lines()
            .find(|line| line.starts_with("CSeq"))
            .unwrap_or_default()
            .to_owned();
        record.borrow_mut().push((
            format!("{from} {first} {cseq}"),
            text.contains("X-Case: 42\r\n"),
        ));
        Fate::Pass
    });
    p.add(&session, &Send::default());
    p.net.run_for(secs(0.1));
    let incoming = p.incoming();
    p.on(p.bob, |agent, _| {
        agent.set_headers(Some(&incoming), Some("X-Case: 42"), 0)
    })
    .expect("set");
    p.on(p.bob, |agent, now| {
        agent.answer(now, &incoming, 183, &Send::default())
    })
    .expect("progress");
    p.on(p.bob, |agent, now| {
        agent.answer(now, &incoming, 200, &Send::default())
    })
    .expect("answered");
    p.net.run_for(secs(0.1));
    p.on(p.alice, |agent, now| {
        agent.hold(now, &session, true, &Send::default())
    })
    .expect("held");
    p.net.run_for(secs(0.1));
    p.on(p.alice, |agent, _| {
        agent.set_headers(Some(&session), None, 0)
    })
    .expect("reset");
    p.on(p.alice, |agent, now| {
        agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
    })
    .expect("ended");
    p.net.run_for(secs(0.1));
    let seen = seen.borrow();
    let has = |what: &str| {
        seen.iter()
            .find(|(line, _)| line.contains(what))
            .map(|(_, has)| *has)
    };
    assert_eq!(has("alice INVITE"), Some(true), "{seen:?}");
    assert_eq!(has("alice ACK"), Some(true), "{seen:?}");
    assert_eq!(has("bob SIP/2.0 183"), Some(true), "{seen:?}");
    assert_eq!(has("bob SIP/2.0 200"), Some(true), "{seen:?}");
    assert_eq!(
        seen.iter()
            .filter(|(line, has)| line.contains("alice INVITE") && *has)
            .count(),
        2,
        "re-INVITE too"
    );
    assert_eq!(has("alice BYE"), Some(false), "gone after NULL: {seen:?}");
}

#[test]
fn null_on_a_session_takes_the_lines_of_the_client_away_too() {
    for (reset, stays) in [(None, false), (Some(""), true)] {
        let mut p = pair(19);
        p.on(p.alice, |agent, _| {
            agent.set_headers(None, Some("X-Client: 1"), 0)
        })
        .expect("set");
        let session = p.create();
        p.on(p.alice, |agent, _| {
            agent.set_headers(Some(&session), Some("X-Session: 1"), 0)
        })
        .expect("set");
        let seen = std::rc::Rc::new(std::cell::RefCell::new(Vec::<String>::new()));
        let record = seen.clone();
        p.net.rule(move |_, _, bytes| {
            record
                .borrow_mut()
                .push(String::from_utf8_lossy(bytes).into_owned());
            Fate::Pass
        });
        p.add(&session, &Send::default());
        p.net.run_for(secs(0.1));
        p.on(p.alice, |agent, _| {
            agent.set_headers(Some(&session), reset, 0)
        })
        .expect("reset");
        p.on(p.alice, |agent, now| {
            agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
        })
        .expect("ended");
        p.net.run_for(secs(0.1));
        let seen = seen.borrow();
        let of = |method: &str| {
            seen.iter()
                .find(|text| text.starts_with(method))
                .expect("sent")
        };
        let invite = of("INVITE ");
        assert!(invite.contains("X-Client: 1\r\n") && invite.contains("X-Session: 1\r\n"));
        let cancel = of("CANCEL ");
        assert!(!cancel.contains("X-Session"), "{cancel}");
        assert_eq!(cancel.contains("X-Client: 1\r\n"), stays, "{cancel}");
    }
}

#[test]
fn injected_headers_ride_on_cancel_bye_and_refusals() {
    let mut p = pair(17);
    let session = p.create();
    p.on(p.alice, |agent, _| {
        agent.set_headers(Some(&session), Some("X-A: 1"), 0)
    })
    .expect("set");
    let cancels = std::rc::Rc::new(std::cell::Cell::new(0));
    let count = cancels.clone();
    p.net.rule(move |_, _, bytes| {
        let text = String::from_utf8_lossy(bytes);
        if (text.starts_with("CANCEL") || text.starts_with("BYE")) && text.contains("X-A: 1\r\n") {
            count.set(count.get() + 1);
        }
        Fate::Pass
    });
    p.add(&session, &Send::default());
    p.net.run_for(secs(0.1));
    p.on(p.alice, |agent, now| {
        agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
    })
    .expect("cancelled");
    p.net.run_for(secs(0.1));
    assert_eq!(cancels.get(), 1);
    let (session, _) = p.established();
    p.on(p.alice, |agent, _| {
        agent.set_headers(Some(&session), Some("X-A: 1"), 0)
    })
    .expect("set");
    p.on(p.alice, |agent, now| {
        agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
    })
    .expect("ended");
    p.net.run_for(secs(0.1));
    assert_eq!(cancels.get(), 2);
}

#[test]
fn stack_headers_cannot_be_injected() {
    let mut p = pair(18);
    let session = p.create();
    for (line, code) in [
        ("Via: SIP/2.0/UDP evil", Code::HeaderReserved),
        ("X: a\r\n\r\nBYE", Code::HeaderMalformed),
        ("no colon", Code::HeaderMalformed),
    ] {
        let refused = p.on(p.alice, |agent, _| {
            agent.set_headers(Some(&session), Some(line), 0)
        });
        assert_eq!(refused.expect_err(line).code, code, "{line}");
    }
}

#[test]
fn verbs_in_the_wrong_state_are_refused_and_send_nothing() {
    let mut p = pair(19);
    let session = p.create();
    let before = p.net.ladder().len();
    let none = Send::default();
    let codes = [
        p.on(p.alice, |a, now| a.answer(now, &session, 200, &none))
            .expect_err("answer")
            .code,
        p.on(p.alice, |a, now| a.hold(now, &session, true, &none))
            .expect_err("hold")
            .code,
        p.on(p.alice, |a, now| a.reinvite(now, &session, 0, &none))
            .expect_err("reinvite")
            .code,
        p.on(p.alice, |a, now| {
            a.session_send(now, &session, "INFO", &none)
        })
        .expect_err("info")
        .code,
    ];
    assert_eq!(codes, [Code::InvalidSessionState; 4]);
    assert_eq!(p.net.ladder().len(), before);
}

#[test]
fn the_same_seed_gives_the_same_ladder_byte_for_byte() {
    let run = |seed| {
        let mut p = pair(seed);
        p.net.set_link(sim::Link {
            delay: secs(0.02),
            jitter: secs(0.03),
            loss_ppm: 100_000,
            duplicate_ppm: 50_000,
            reorder_ppm: 50_000,
        });
        let session = p.create();
        p.add(&session, &Send::default());
        p.net.run_until(at(5.0));
        if p.on(p.bob, |agent, _| {
            agent.list(rtcclient::agent::Kind::Session).len()
        }) == 1
        {
            let incoming = p.incoming();
            let _ = p.on(p.bob, |agent, now| {
                agent.answer(now, &incoming, 200, &Send::default())
            });
        }
        p.net.run_until(at(40.0));
        let _ = p.on(p.alice, |agent, now| {
            agent.terminate(now, &session, TerminateReason::Normal, &Send::default())
        });
        p.net.run_until(at(120.0));
        p.net.ladder().to_owned()
    };
    assert_eq!(run(77), run(77));
    assert_ne!(run(77), run(78));
}
