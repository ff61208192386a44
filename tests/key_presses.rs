//! Key presses for those who ask for them: the `kpml` package, RFC 4730, with the phone as notifier.

mod sim;

use rtcclient::agent::{ObjectRef, Send};
use rtcclient::events::kpml::{self, KpmlRequest, KpmlResponse, Persist, Regex};
use rtcclient::syntax::{HeaderId, Message};
use sim::talk::{ALICE, Leg, Talk};

struct Phone {
    talk: Talk,
    call: ObjectRef,
    leg: Leg,
    subscribed: u32,
}

fn phone(seed: u64) -> Phone {
    let mut talk = Talk::new(seed);
    talk.on(|agent, _| agent.serve_package("kpml", kpml::RESPONSE_TYPE, 1))
        .expect("served");
    let (call, invite, leg) = talk.connected("");
    assert_eq!(invite.header(HeaderId::AllowEvents), Some("kpml"));
    Phone {
        talk,
        call,
        leg,
        subscribed: 0,
    }
}

fn asking(persist: Persist, patterns: &[(&str, &str)]) -> KpmlRequest {
    KpmlRequest {
        persist,
        regexes: patterns
            .iter()
            .map(|(tag, pattern)| Regex {
                tag: (*tag).to_owned(),
                pattern: (*pattern).to_owned(),
            })
            .collect(),
        ..KpmlRequest::default()
    }
}

impl Phone {
    /// The Event value that names the call.
    fn event(&self) -> String {
        let tag = |value: &str| value.split("tag=").nth(1).expect("a tag").to_owned();
        format!(
            "kpml;call-id=\"{}\";remote-tag=\"{}\";local-tag=\"{}\"",
            self.leg.call_id,
            tag(&self.leg.local),
            tag(&self.leg.remote)
        )
    }

    fn subscribe(&mut self, event: &str, body: &str) -> String {
        self.subscribed += 1;
        let number = self.subscribed;
        self.say(number, 1, "", event, body);
        let accepted = self.talk.peer.expect("200 SUBSCRIBE");
        accepted.to_tag().expect("a tag").to_owned()
    }

    fn say(&mut self, number: u32, cseq: u32, tag: &str, event: &str, body: &str) {
        let tag = if tag.is_empty() {
            String::new()
        } else {
            format!(";tag={tag}")
        };
        let kind = if body.is_empty() {
            String::new()
        } else {
            format!("Content-Type: {}\r\n", kpml::REQUEST_TYPE)
        };
        let text = format!(
            "SUBSCRIBE sip:alice@192.0.2.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.9:5060;branch=z9hG4bKs{number}-{cseq}\r\n\
             Max-Forwards: 70\r\nFrom: <sip:server@192.0.2.9>;tag=k{number}\r\nTo: <sip:alice@192.0.2.1>{tag}\r\n\
             Call-ID: k{number}\r\nCSeq: {cseq} SUBSCRIBE\r\nContact: <sip:server@192.0.2.9:5060>\r\nEvent: {event}\r\n\
             Accept: {}\r\nExpires: 7200\r\n{kind}Content-Length: {}\r\n\r\n{body}",
            kpml::RESPONSE_TYPE,
            body.len()
        );
        self.talk.peer.send(&mut self.talk.net, ALICE, text);
        self.talk.run();
    }

    /// The user presses keys; they go into the call as INFO.
    fn press(&mut self, keys: &str) {
        for key in keys.chars() {
            let send = Send {
                content_type: Some("application/dtmf-relay".into()),
                body: Some(
                    format!("Signal={key}\r\nDuration=160\r\n")
                        .into_bytes()
                        .into(),
                ),
                ..Send::default()
            };
            let call = self.call.clone();
            self.talk
                .on(|agent, now| agent.session_send(now, &call, "INFO", &send))
                .expect("sent");
            self.talk.run();
        }
    }

    /// What is told next: the word of the subscription's state, code, digits and tag.
    fn told(&mut self) -> Option<(String, u32, String, String)> {
        loop {
            let message = self.talk.peer.next()?;
            if !message.is_request() {
                continue;
            }
            self.talk
                .peer
                .respond(&mut self.talk.net, &message, 200, "", "", "");
            self.talk.run();
            if message.method() == "NOTIFY" && !message.body().is_empty() {
                return Some(read(&message));
            }
        }
    }
}

fn read(message: &Message) -> (String, u32, String, String) {
    let state = message
        .header(HeaderId::SubscriptionState)
        .unwrap_or_default();
    let word = state.split(';').next().unwrap_or_default().to_owned();
    assert_eq!(
        message.header(HeaderId::ContentType),
        Some(kpml::RESPONSE_TYPE)
    );
    let response = KpmlResponse::parse(message.body()).expect("a document");
    (word, response.code, response.digits, response.tag)
}

fn told(word: &str, code: u32, digits: &str, tag: &str) -> Option<(String, u32, String, String)> {
    Some((word.to_owned(), code, digits.to_owned(), tag.to_owned()))
}

/// B-303: one-shot: the first key that fits `x`, `1` or `2` ends the subscription.
#[test]
fn one_shot_tells_the_first_match_and_ends() {
    for (pattern, keys, digits) in [("x", "7", "7"), ("1", "31", "1"), ("2", "*2", "2")] {
        let mut phone = phone(70);
        let event = phone.event();
        phone.subscribe(
            &event,
            &asking(Persist::OneShot, &[("t", pattern)]).to_string(),
        );
        assert_eq!(phone.told(), None);
        phone.press(keys);
        assert_eq!(
            phone.told(),
            told("terminated", 200, digits, "t"),
            "{pattern}"
        );
        phone.press(keys);
        assert_eq!(phone.told(), None, "{pattern}");
        let statistics = phone.talk.on(|agent, _| agent.statistics());
        assert_eq!(statistics.subscriptions, 0);
    }
}

/// B-303: persist: each match, the longest, decided by the key or by silence; too little in time is 423.
#[test]
fn persist_tells_each_match() {
    let mut phone = phone(71);
    let event = phone.event();
    let request = asking(
        Persist::Persist,
        &[("hash", "x{4}#"), ("star", "*6[179#]"), ("two", "12")],
    );
    phone.subscribe(&event, &request.to_string());
    assert_eq!(phone.told(), None);
    phone.press("1234#");
    assert_eq!(phone.told(), told("active", 200, "1234#", "hash"));
    phone.press("*69");
    assert_eq!(phone.told(), told("active", 200, "*69", "star"));
    // `12` may become `12xx#`: silence decides.
    phone.press("12");
    assert_eq!(phone.told(), None);
    phone.talk.wait(1.1);
    assert_eq!(phone.told(), told("active", 200, "12", "two"));
    phone.press("9");
    phone.talk.wait(3.5);
    assert_eq!(phone.told(), None);
    phone.talk.wait(1.0);
    assert_eq!(phone.told(), told("active", 423, "9", ""));
    // The call ends, and with it the keys.
    let call = phone.call.clone();
    phone.talk.hang_up(&call);
    let bye = phone.talk.peer.expect("BYE");
    phone.talk.answer(&bye, 200, "", "", "");
    assert_eq!(phone.told(), told("terminated", 481, "", ""));
}

/// B-303: single-notify: one match, then nothing until the next SUBSCRIBE.
#[test]
fn single_notify_waits_for_the_next_subscribe() {
    let mut phone = phone(72);
    let event = phone.event();
    let body = asking(Persist::SingleNotify, &[("", "x")]).to_string();
    let tag = phone.subscribe(&event, &body);
    assert_eq!(phone.told(), None);
    phone.press("12");
    assert_eq!(phone.told(), told("active", 200, "1", ""));
    assert_eq!(phone.told(), None);
    phone.say(1, 2, &tag, "kpml", "");
    assert_eq!(phone.told(), None);
    phone.press("3");
    assert_eq!(phone.told(), told("active", 200, "3", ""));
}

/// B-303: keys of the peer are for those who ask for its stream; bad requests and unknown calls are told and over.
#[test]
fn streams_calls_and_documents_are_told_apart() {
    let mut phone = phone(73);
    let event = phone.event();
    let reverse = KpmlRequest {
        reverse: true,
        ..asking(Persist::Persist, &[("", "x")])
    };
    phone.subscribe(&event, &reverse.to_string());
    assert_eq!(phone.told(), None);
    phone.press("5");
    assert_eq!(phone.told(), None, "ours are not asked for");
    let leg = phone.leg.clone();
    phone
        .talk
        .say_with(&leg, "INFO", 2, "", "application/dtmf", "6");
    assert_eq!(phone.told(), told("active", 200, "6", ""));
    for (event, body, code) in [
        (event.clone(), "<kpml-request".to_owned(), 501),
        (event, "<a/>".to_owned(), 501),
        (
            "kpml;call-id=x;local-tag=a;remote-tag=b".to_owned(),
            reverse.to_string(),
            481,
        ),
        ("kpml".to_owned(), reverse.to_string(), 481),
    ] {
        phone.subscribe(&event, &body);
        assert_eq!(
            phone.told(),
            told("terminated", code, "", ""),
            "{event} {body}"
        );
    }
}
