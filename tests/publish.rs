//! The life of published state: RFC 3903, against a hand-made compositor.

mod sim;

use rtcclient::agent::{EventType, ObjectRef, ProfileOptions, Send, Status, Verdict, command};
use rtcclient::syntax::{HeaderId, Message};
use sim::talk::Talk;

const TYPE: &str = "application/pidf+xml";

fn stage(seed: u64) -> (Talk, ObjectRef) {
    let mut talk = Talk::new(seed);
    let profile = talk
        .on(|agent, _| {
            agent.create_profile(ProfileOptions {
                uri: "sip:alice@192.0.2.9".into(),
                ..ProfileOptions::default()
            })
        })
        .expect("a profile");
    (talk, profile)
}

fn publish(talk: &mut Talk, profile: &ObjectRef, body: &str, cookie: i64, flags: u32) {
    let send = Send {
        cookie,
        flags,
        content_type: (!body.is_empty()).then(|| TYPE.into()),
        body: (!body.is_empty()).then(|| body.as_bytes().into()),
        expires_secs: 100,
        ..Send::default()
    };
    let verdict = talk.on(|agent, now| agent.publish(now, profile, "presence", &send));
    assert_eq!(verdict, Ok(Verdict::Done));
    talk.run();
}

/// The next PUBLISH within that many seconds.
fn next(talk: &mut Talk, within: f64) -> Message {
    let mut waited = 0.0;
    while !talk.peer.has("PUBLISH") && waited < within {
        talk.wait(0.5);
        waited += 0.5;
    }
    talk.peer.expect("PUBLISH")
}

fn tag(message: &Message) -> Option<&str> {
    message.header(HeaderId::SipIfMatch)
}

/// B-299: first, refresh, change and removal with the tag of the answer before; 412 begins anew; 423 is asked longer; 489 ends it.
#[test]
fn an_entity_tag_lives_from_answer_to_answer() {
    let (mut talk, profile) = stage(60);
    publish(&mut talk, &profile, "one", 1, 0);
    let first = next(&mut talk, 1.0);
    assert_eq!(
        (tag(&first), first.body(), first.expires()),
        (None, &b"one"[..], Some(100))
    );
    assert_eq!(first.header(HeaderId::Event), Some("presence"));
    assert_eq!(first.header(HeaderId::Contact), None);
    talk.answer(&first, 423, "c", "Min-Expires: 200\r\n", "");
    let longer = next(&mut talk, 1.0);
    assert_eq!((longer.expires(), longer.body()), (Some(200), &b"one"[..]));
    assert_eq!(longer.cseq(), first.cseq() + 1);
    talk.answer(&longer, 200, "c", "SIP-ETag: a1\r\nExpires: 200\r\n", "");
    let refresh = next(&mut talk, 200.0);
    assert_eq!((tag(&refresh), refresh.body()), (Some("a1"), &b""[..]));
    assert_eq!(refresh.header(HeaderId::ContentType), None);
    // Each answer brings another tag.
    talk.answer(&refresh, 200, "c", "SIP-ETag: a2\r\nExpires: 200\r\n", "");
    publish(&mut talk, &profile, "two", 2, 0);
    let change = next(&mut talk, 1.0);
    assert_eq!((tag(&change), change.body()), (Some("a2"), &b"two"[..]));
    talk.answer(&change, 200, "c", "SIP-ETag: a3\r\nExpires: 200\r\n", "");
    // The compositor has forgotten everything.
    let refresh = next(&mut talk, 200.0);
    talk.answer(&refresh, 412, "c", "", "");
    let anew = next(&mut talk, 1.0);
    assert_eq!((tag(&anew), anew.body()), (None, &b"two"[..]));
    talk.answer(&anew, 200, "c", "SIP-ETag: b1\r\nExpires: 200\r\n", "");
    publish(&mut talk, &profile, "", 3, command::SEND_END);
    let removal = next(&mut talk, 1.0);
    assert_eq!(
        (tag(&removal), removal.expires(), removal.body()),
        (Some("b1"), Some(0), &b""[..])
    );
    talk.answer(&removal, 200, "c", "SIP-ETag: b2\r\nExpires: 0\r\n", "");
    let told: Vec<(i64, Status, i32)> = talk
        .events(EventType::Publication)
        .iter()
        .map(|event| (event.cookie, event.status, event.state))
        .collect();
    assert_eq!(told[0], (1, Status::Sip(200), 1));
    assert_eq!(told.last(), Some(&(3, Status::Sip(200), 0)));
    talk.wait(1000.0);
    assert_eq!(talk.count("PUBLISH"), 0);
    publish(&mut talk, &profile, "three", 4, 0);
    let refused = next(&mut talk, 1.0);
    talk.answer(&refused, 489, "c", "Allow-Events: dialog\r\n", "");
    let told = talk.events(EventType::Publication).pop().expect("told");
    assert_eq!(
        (told.cookie, told.status, told.state),
        (4, Status::Sip(489), 0)
    );
    talk.wait(4000.0);
    assert_eq!(talk.count("PUBLISH"), 0);
}

/// B-299: a 423 that asks for no more than was asked for, and a 412 without end, are given up.
#[test]
fn a_compositor_that_is_never_content_is_left() {
    let (mut talk, profile) = stage(61);
    publish(&mut talk, &profile, "one", 1, 0);
    let first = next(&mut talk, 1.0);
    talk.answer(&first, 423, "c", "Min-Expires: 50\r\n", "");
    let told = talk.events(EventType::Publication).pop().expect("told");
    assert_eq!((told.cookie, told.status), (1, Status::Sip(423)));
    assert_eq!(talk.count("PUBLISH"), 0);
    publish(&mut talk, &profile, "one", 2, 0);
    let mut turns = 0;
    while talk.peer.has("PUBLISH") {
        let request = next(&mut talk, 0.0);
        let least = 200 << turns;
        turns += 1;
        talk.answer(&request, 423, "c", &format!("Min-Expires: {least}\r\n"), "");
    }
    assert_eq!(turns, 5);
    let told = talk.events(EventType::Publication).pop().expect("told");
    assert_eq!((told.cookie, told.status), (2, Status::Sip(423)));
}
