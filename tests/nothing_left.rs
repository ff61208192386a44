//! Ends that come at an awkward moment: whatever was under way then, nothing of it is left (found by `tests/chaos.rs`).

mod sim;

use rtcclient::agent::{Code, Send, SessionOptions};
use sim::raw::sdp;
use sim::talk::{PEER, Talk, cookie};

/// Only the final answer, a CANCEL or the end of the dialog ends a proceeding INVITE transaction.
#[test]
fn a_call_that_ends_during_its_re_invite_leaves_no_transaction() {
    let mut t = Talk::new(1);
    let (session, ..) = t.connected("");
    t.on(|agent, now| agent.reinvite(now, &session, 0, &Send::default()))
        .expect("begun");
    t.run();
    let reinvite = t.peer.expect("INVITE");
    t.answer(&reinvite, 100, "t1", "", "");
    t.hang_up(&session);
    let bye = t.peer.expect("BYE");
    t.answer(&bye, 200, "t1", "", "");
    t.wait(100.0);
    let left = t.on(|agent, _| agent.statistics());
    assert_eq!((left.sessions, left.transactions), (0, 0), "{left:?}");
}

#[test]
fn a_call_that_went_on_to_its_next_target_is_not_redirected_again() {
    let mut t = Talk::new(2);
    let (session, invite) = t.call(SessionOptions::default());
    t.answer(&invite, 302, "t1", "Contact: <sip:other@192.0.2.9>\r\n", "");
    t.peer.expect("ACK");
    let second = t.peer.expect("INVITE");
    let again = t.on(|agent, now| {
        agent.redirect(
            now,
            &session,
            Some("sip:third@192.0.2.9"),
            0,
            &Send::default(),
        )
    });
    assert_eq!(
        again.expect_err("it goes on already").code,
        Code::InvalidSessionState
    );
    t.answer(&second, 200, "t2", "", &sdp(PEER, "sendrecv"));
    t.peer.expect("ACK");
    t.hang_up(&session);
    let bye = t.peer.expect("BYE");
    t.answer(&bye, 200, "t2", "", "");
    t.wait(100.0);
    let left = t.on(|agent, _| agent.statistics());
    assert_eq!((left.sessions, left.transactions), (0, 0), "{left:?}");
}

/// Resident memory of this process in KiB; 0 where that is not known.
fn memory() -> u64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|rest| rest.split_whitespace().next()?.parse().ok())
        .unwrap_or(0)
}

/// A call that is changed for ever must not grow (28 bytes an UPDATE were too many for others).
#[test]
fn ten_thousand_changes_of_one_call_leave_no_trace() {
    let mut t = Talk::new(3);
    let (session, ..) = t.connected("");
    let change = |t: &mut Talk, number: i64| {
        t.on(|agent, now| agent.hold(now, &session, number % 2 == 0, &cookie(number)))
            .expect("begun");
        t.run();
        let reinvite = t.peer.expect("INVITE");
        let direction = if number % 2 == 0 {
            "recvonly"
        } else {
            "sendrecv"
        };
        t.answer(&reinvite, 200, "t1", "", &sdp(PEER, direction));
        t.peer.expect("ACK");
        // Each transaction lives 64*T1 after its answer; they go as new ones come.
        t.wait(1.0);
        t.net.take_events(t.alice);
    };
    for number in 0..2_000 {
        change(&mut t, number);
    }
    let settled = t.on(|agent, _| agent.statistics());
    let before = memory();
    for number in 2_000..12_000 {
        change(&mut t, number);
    }
    let after = t.on(|agent, _| agent.statistics());
    assert_eq!(
        (after.sessions, after.dialogs, after.transactions),
        (settled.sessions, settled.dialogs, settled.transactions)
    );
    // The ladder of the simulation itself takes some 6 MiB.
    assert!(
        memory() < before + 24 * 1024,
        "{} KiB more",
        memory() - before
    );
}
