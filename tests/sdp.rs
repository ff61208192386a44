//! Session descriptions and their negotiation through the public surface: RFC 8866, RFC 3264, RFC 4317, RFC 6337.

#![allow(
    clippy::unwrap_used,
    clippy::print_stderr,
    reason = "a test stops and speaks"
)]

use std::net::IpAddr;
use std::path::PathBuf;

use rtcclient::sdp::{Codec, Direction, LocalMedia, OfferAnswer, Refusal, Session, State};

use Direction::{Inactive, RecvOnly, SendOnly, SendRecv};

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

fn alice() -> LocalMedia<'static> {
    LocalMedia::new(ip("192.0.2.1"), 4000)
}

fn bob() -> LocalMedia<'static> {
    LocalMedia::new(ip("192.0.2.2"), 5000)
}

fn description(lines: &str) -> String {
    format!("v=0\r\no=- 7 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n{lines}")
}

/// One exchange from `a` to `b`; gives the directions in the offer and in the answer.
fn exchange(
    (a, a_media, wish): (&mut OfferAnswer, LocalMedia<'_>, Direction),
    (b, b_media): (&mut OfferAnswer, LocalMedia<'_>),
) -> (Direction, Direction) {
    let offer = a.make_offer(&a_media, wish).unwrap().to_owned();
    let b_wish = b.wanted();
    let answer = b
        .on_offer(offer.as_bytes(), &b_media, b_wish)
        .unwrap()
        .to_owned();
    a.on_answer(answer.as_bytes()).unwrap();
    (direction(&offer), direction(&answer))
}

fn direction(text: &str) -> Direction {
    let session = Session::parse(text.as_bytes()).unwrap();
    let line = session.media.iter().find(|line| line.port != 0).unwrap();
    session.direction(line)
}

fn version(text: &str) -> u64 {
    Session::parse(text.as_bytes())
        .unwrap()
        .origin
        .version
        .parse()
        .unwrap()
}

fn call() -> (OfferAnswer, OfferAnswer) {
    let (mut a, mut b) = (OfferAnswer::new(11), OfferAnswer::new(22));
    exchange((&mut a, alice(), SendRecv), (&mut b, bob()));
    (a, b)
}

#[test]
fn a_first_exchange_settles_both_sides() {
    let mut a = OfferAnswer::new(11);
    let offer = a.make_offer(&alice(), SendRecv).unwrap().to_owned();
    assert_eq!(
        offer,
        "v=0\r\no=- 11 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\n\
         m=audio 4000 RTP/AVP 0 8 101\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=sendrecv\r\n"
    );
    assert_eq!(
        (a.state(), a.open_offer()),
        (State::OfferSent, Some(&*offer))
    );
    assert_eq!((a.local_description(), a.agreed()), (None, None));

    let mut b = OfferAnswer::new(22);
    let answer = b
        .on_offer(offer.as_bytes(), &bob(), SendRecv)
        .unwrap()
        .to_owned();
    a.on_answer(answer.as_bytes()).unwrap();
    for (side, port, host) in [(&a, 5000, "192.0.2.2"), (&b, 4000, "192.0.2.1")] {
        let agreed = side.agreed().unwrap();
        assert_eq!((agreed.port, &*agreed.address), (port, host));
        assert_eq!((&*agreed.codec.encoding, agreed.codec.payload), ("PCMU", 0));
        assert_eq!(agreed.telephone_event, Some(101));
        assert_eq!(agreed.direction, SendRecv);
        assert_eq!(side.state(), State::Stable);
        assert!(!side.local_hold() && !side.remote_hold());
        assert_eq!(side.open_offer(), None);
    }
    assert_eq!(a.local_description(), Some(&*offer));
    assert_eq!(a.remote_description(), Some(&*answer));
}

/// B-206, B-214.
#[test]
fn the_answer_keeps_the_offers_order_numbers_and_times() {
    let offer = "v=0\r\no=- 7 1 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=2873397496 2873404696\r\n\
        m=video 6000 RTP/AVP 31\r\nm=audio 7000 RTP/AVP 97 96 8 0 18\r\na=rtpmap:97 opus/48000/2\r\n\
        a=rtpmap:96 Telephone-Event/8000\r\nm=audio 7002 RTP/AVP 0\r\nm=application 32416 udp wb\r\n";
    let mut b = OfferAnswer::new(22);
    let answer = b.on_offer(offer.as_bytes(), &bob(), SendRecv).unwrap();
    assert_eq!(
        answer,
        "v=0\r\no=- 22 1 IN IP4 192.0.2.2\r\ns=-\r\nc=IN IP4 192.0.2.2\r\nt=2873397496 2873404696\r\n\
         m=video 0 RTP/AVP 31\r\nm=audio 5000 RTP/AVP 96 8 0\r\na=rtpmap:96 telephone-event/8000\r\n\
         a=fmtp:96 0-15\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:0 PCMU/8000\r\na=sendrecv\r\n\
         m=audio 0 RTP/AVP 0\r\nm=application 0 udp wb\r\n"
    );
    let agreed = b.agreed().unwrap();
    assert_eq!((&*agreed.codec.encoding, agreed.port), ("PCMA", 7000));
    assert_eq!(agreed.telephone_event, Some(96));
}

#[test]
fn nothing_in_common_is_refused_with_488() {
    for lines in [
        "m=audio 7000 RTP/AVP 18\r\n",
        "m=audio 7000 RTP/AVP 101\r\na=rtpmap:101 telephone-event/8000\r\n",
        "m=audio 7000 RTP/SAVP 0\r\n",
        "m=audio 0 RTP/AVP 0\r\n",
        "m=audio 65536 RTP/AVP 0\r\n",
        "m=video 7000 RTP/AVP 31\r\n",
        "m=audio 7000 RTP/AVP 0\r\na=rtpmap:0 opus/48000/2\r\n",
    ] {
        let mut b = OfferAnswer::new(22);
        let refusal = b
            .on_offer(description(lines).as_bytes(), &bob(), SendRecv)
            .unwrap_err();
        assert_eq!(
            (refusal, refusal.status()),
            (Refusal::NotAcceptable, 488),
            "{lines}"
        );
        assert_eq!((b.state(), b.remote_description()), (State::Stable, None));
    }
}

#[test]
fn an_offer_that_is_no_description_is_refused_with_400() {
    let (_, mut b) = call();
    let before = b.remote_description().map(str::to_owned);
    let refusal = b.on_offer(b"hello", &bob(), SendRecv).unwrap_err();
    assert_eq!(refusal.status(), 400);
    assert_eq!(
        (b.state(), b.remote_description()),
        (State::Stable, before.as_deref())
    );
}

/// B-210.
/// RFC 3264 §6.1, all sixteen pairs.
#[test]
fn the_answers_direction_fits_the_offers() {
    for (offered, wish, answered) in [
        (SendRecv, SendRecv, SendRecv),
        (SendRecv, SendOnly, SendOnly),
        (SendRecv, RecvOnly, RecvOnly),
        (SendRecv, Inactive, Inactive),
        (SendOnly, SendRecv, RecvOnly),
        (SendOnly, SendOnly, Inactive),
        (SendOnly, RecvOnly, RecvOnly),
        (SendOnly, Inactive, Inactive),
        (RecvOnly, SendRecv, SendOnly),
        (RecvOnly, SendOnly, SendOnly),
        (RecvOnly, RecvOnly, Inactive),
        (RecvOnly, Inactive, Inactive),
        (Inactive, SendRecv, Inactive),
        (Inactive, SendOnly, Inactive),
        (Inactive, RecvOnly, Inactive),
        (Inactive, Inactive, Inactive),
    ] {
        let offer = description(&format!("m=audio 7000 RTP/AVP 0\r\na={offered}\r\n"));
        let mut b = OfferAnswer::new(22);
        let answer = b
            .on_offer(offer.as_bytes(), &bob(), wish)
            .unwrap()
            .to_owned();
        assert_eq!(direction(&answer), answered, "{offered} {wish}");
        assert_eq!(b.agreed().unwrap().direction, answered);
    }
}

/// B-211.
#[test]
fn a_direction_of_the_session_serves_streams_without_their_own() {
    let offer = description("a=sendonly\r\nm=audio 7000 RTP/AVP 0\r\n");
    let mut b = OfferAnswer::new(22);
    let answer = b
        .on_offer(offer.as_bytes(), &bob(), SendRecv)
        .unwrap()
        .to_owned();
    assert_eq!(direction(&answer), RecvOnly);
    assert!(b.remote_hold());
}

#[test]
fn hold_and_resume_are_seen_by_both_sides() {
    let (mut a, mut b) = call();
    assert_eq!(
        exchange((&mut a, alice(), SendOnly), (&mut b, bob())),
        (SendOnly, RecvOnly)
    );
    assert!(a.local_hold() && !a.remote_hold());
    assert!(b.remote_hold() && !b.local_hold());
    assert_eq!(b.agreed().unwrap().direction, RecvOnly);
    assert_eq!(
        exchange((&mut a, alice(), SendRecv), (&mut b, bob())),
        (SendRecv, SendRecv)
    );
    assert!(!a.local_hold() && !b.remote_hold());
}

/// RFC 6337 §5.3: each side ends its own hold only.
#[test]
fn when_both_hold_each_ends_its_own() {
    let (mut a, mut b) = call();
    exchange((&mut a, alice(), SendOnly), (&mut b, bob()));
    assert_eq!(
        exchange((&mut b, bob(), SendOnly), (&mut a, alice())),
        (Inactive, Inactive)
    );
    for side in [&a, &b] {
        assert!(side.local_hold() && side.remote_hold());
    }
    assert_eq!(
        exchange((&mut a, alice(), SendRecv), (&mut b, bob())),
        (SendRecv, SendOnly)
    );
    assert!(!a.local_hold() && a.remote_hold());
    assert!(b.local_hold() && !b.remote_hold());
    assert_eq!(
        exchange((&mut b, bob(), SendRecv), (&mut a, alice())),
        (SendRecv, SendRecv)
    );
    for side in [&a, &b] {
        assert!(!side.local_hold() && !side.remote_hold());
    }
}

/// B-220.
#[test]
fn an_address_of_zeros_is_a_hold_and_another_address_ends_it() {
    let (_, mut b) = call();
    for zeros in ["IP4 0.0.0.0", "IP6 ::"] {
        let held = description("m=audio 7000 RTP/AVP 0\r\n")
            .replace("IP4 192.0.2.9\r\nt=", &format!("{zeros}\r\nt="));
        let answer = b
            .on_offer(held.as_bytes(), &bob(), SendRecv)
            .unwrap()
            .to_owned();
        assert!(b.remote_hold(), "{held}");
        assert_eq!(direction(&answer), RecvOnly);
        let resumed = description("m=audio 7000 RTP/AVP 0\r\n");
        b.on_offer(resumed.as_bytes(), &bob(), SendRecv).unwrap();
        assert!(!b.remote_hold());
    }
}

#[test]
fn the_version_rises_with_a_change_and_only_then() {
    let (mut a, mut b) = call();
    let sent = a.local_description().unwrap().to_owned();
    assert_eq!(a.repeat_offer().unwrap(), sent);
    let answer = b
        .on_offer(sent.as_bytes(), &bob(), SendRecv)
        .unwrap()
        .to_owned();
    assert_eq!(version(&answer), 1);
    a.on_answer(answer.as_bytes()).unwrap();
    assert_eq!(a.make_offer(&alice(), SendRecv).unwrap(), sent);
    a.on_rejected();
    assert_eq!(version(a.make_offer(&alice(), SendOnly).unwrap()), 2);
    a.on_rejected();
    // Version 2 was seen by the peer and stands for something else.
    assert_eq!(version(a.make_offer(&alice(), Inactive).unwrap()), 3);
    a.on_rejected();
    assert_eq!(
        a.make_offer(&alice(), SendRecv).unwrap(),
        sent,
        "back to what is in force"
    );
}

#[test]
fn only_the_version_changes_in_the_origin_when_media_moves() {
    let (mut a, mut b) = call();
    let moved = LocalMedia::new(ip("2001:db8::7"), 4100);
    let offer = a.make_offer(&moved, SendRecv).unwrap().to_owned();
    assert!(offer.contains("o=- 11 2 IN IP4 192.0.2.1\r\n"), "{offer}");
    assert!(offer.contains("c=IN IP6 2001:db8::7\r\n"), "{offer}");
    b.on_offer(offer.as_bytes(), &bob(), SendRecv).unwrap();
    assert_eq!(
        (
            b.agreed().unwrap().address.as_str(),
            b.agreed().unwrap().port
        ),
        ("2001:db8::7", 4100)
    );
}

#[test]
fn a_rejected_offer_leaves_the_session_as_it_was() {
    let (mut a, _) = call();
    let (local, agreed) = (a.local_description().map(str::to_owned), a.agreed());
    a.make_offer(&LocalMedia::new(ip("192.0.2.3"), 4200), SendOnly)
        .unwrap();
    assert!(!a.local_hold(), "not before it is answered");
    a.on_rejected();
    assert_eq!(
        (a.local_description().map(str::to_owned), a.agreed()),
        (local, agreed)
    );
    assert_eq!(a.state(), State::Stable);
    assert!(!a.local_hold());
}

#[test]
fn crossing_offers_are_refused() {
    let (mut a, _) = call();
    let theirs = description("m=audio 7000 RTP/AVP 0\r\n");
    a.make_offer(&alice(), SendOnly).unwrap();
    let refusal = a.receive_offer(theirs.as_bytes()).unwrap_err();
    assert_eq!((refusal, refusal.status()), (Refusal::OwnOfferOpen, 491));
    assert_eq!(
        a.make_offer(&alice(), SendRecv).unwrap_err(),
        Refusal::OwnOfferOpen
    );
    a.on_rejected();
    a.receive_offer(theirs.as_bytes()).unwrap();
    let refusal = a.receive_offer(theirs.as_bytes()).unwrap_err();
    assert_eq!((refusal, refusal.status()), (Refusal::TheirOfferOpen, 500));
    assert_eq!(
        a.make_offer(&alice(), SendRecv).unwrap_err(),
        Refusal::TheirOfferOpen
    );
    assert_eq!(a.repeat_offer().unwrap_err(), Refusal::TheirOfferOpen);
    assert_eq!(a.on_answer(theirs.as_bytes()), Err(Refusal::NoOffer));
    assert!(a.make_answer(&alice(), SendRecv).is_ok());
    assert_eq!(
        a.make_answer(&alice(), SendRecv).unwrap_err(),
        Refusal::NoOffer
    );
}

#[test]
fn an_answer_that_does_not_fit_ends_the_exchange_without_a_change() {
    for (lines, refusal) in [
        ("", Refusal::Mismatch("another number of m= lines")),
        (
            "m=audio 1 RTP/AVP 0\r\nm=audio 1 RTP/AVP 0\r\n",
            Refusal::Mismatch("another number of m= lines"),
        ),
        (
            "m=video 7000 RTP/AVP 31\r\n",
            Refusal::Mismatch("m= lines of other kinds"),
        ),
        (
            "m=audio 7000 RTP/AVP 18\r\n",
            Refusal::Mismatch("no format of the offer"),
        ),
        ("m=audio 0 RTP/AVP 0\r\n", Refusal::NotAcceptable),
    ] {
        let (mut a, _) = call();
        let agreed = a.agreed();
        a.make_offer(&alice(), SendOnly).unwrap();
        assert_eq!(
            a.on_answer(description(lines).as_bytes()),
            Err(refusal),
            "{lines}"
        );
        assert_eq!((a.state(), a.agreed()), (State::Stable, agreed));
    }
}

#[test]
fn a_preview_does_not_close_the_offer_and_a_second_answer_is_ignored() {
    let mut a = OfferAnswer::new(11);
    assert_eq!(a.preview(b""), Err(Refusal::NoOffer));
    a.make_offer(&alice(), SendRecv).unwrap();
    let early = description("m=audio 7000 RTP/AVP 8\r\n");
    assert_eq!(a.preview(early.as_bytes()).unwrap().codec.payload, 8);
    assert_eq!(a.state(), State::OfferSent);
    a.on_answer(early.as_bytes()).unwrap();
    assert_eq!(
        a.on_answer(description("m=audio 9000 RTP/AVP 0\r\n").as_bytes()),
        Err(Refusal::NoOffer)
    );
    assert_eq!(a.agreed().unwrap().port, 7000);
}

#[test]
fn forks_of_an_offer_are_answered_apart() {
    let mut first = OfferAnswer::new(11);
    first.make_offer(&alice(), SendRecv).unwrap();
    let mut second = first.clone();
    first
        .on_answer(description("m=audio 7000 RTP/AVP 0\r\n").as_bytes())
        .unwrap();
    second
        .on_answer(description("m=audio 9000 RTP/AVP 8\r\n").as_bytes())
        .unwrap();
    assert_eq!(
        (first.agreed().unwrap().port, second.agreed().unwrap().port),
        (7000, 9000)
    );
}

#[test]
fn an_own_offer_later_keeps_lines_order_and_numbers() {
    let offer = description(
        "m=video 6000 RTP/AVP 31\r\nm=audio 7000 RTP/AVP 101 8\r\na=rtpmap:101 opus/48000/2\r\n\
         m=audio 7100 RTP/AVP 8\r\n",
    );
    let mut b = OfferAnswer::new(22);
    b.on_offer(offer.as_bytes(), &bob(), SendRecv).unwrap();
    let again = b.make_offer(&bob(), SendOnly).unwrap().to_owned();
    let session = Session::parse(again.as_bytes()).unwrap();
    let lines: Vec<_> = session
        .media
        .iter()
        .map(|line| (&*line.kind, line.port))
        .collect();
    assert_eq!(lines, [("video", 0), ("audio", 5000), ("audio", 0)]);
    assert_eq!(session.media[1].formats, ["8", "0", "101"]);
    assert_eq!(version(&again), 2);
}

#[test]
fn a_peers_number_for_tones_is_kept_in_own_offers() {
    let offer = description("m=audio 7000 RTP/AVP 0 97\r\na=rtpmap:97 telephone-event/8000\r\n");
    let mut b = OfferAnswer::new(22);
    b.on_offer(offer.as_bytes(), &bob(), SendRecv).unwrap();
    let again = b.make_offer(&bob(), SendRecv).unwrap();
    assert!(again.contains("m=audio 5000 RTP/AVP 0 97 8\r\n"), "{again}");
}

#[test]
fn a_number_in_use_is_not_given_to_a_second_encoding() {
    let codecs = [
        Codec::PCMU,
        Codec {
            payload: 101,
            encoding: "iLBC".into(),
            fmtp: None,
            ..Codec::PCMU
        },
        Codec::TELEPHONE_EVENT,
    ];
    let media = LocalMedia {
        codecs: &codecs,
        ..alice()
    };
    let mut a = OfferAnswer::new(11);
    let offer = a.make_offer(&media, SendRecv).unwrap();
    assert!(
        offer.contains("m=audio 4000 RTP/AVP 0 101 96\r\n"),
        "{offer}"
    );
    assert!(
        offer.contains("a=rtpmap:96 telephone-event/8000\r\na=fmtp:96 0-15\r\n"),
        "{offer}"
    );
}

#[test]
fn a_peer_may_end_the_stream_and_bring_it_back() {
    let (_, mut b) = call();
    let answer = b
        .on_offer(
            description("m=audio 0 RTP/AVP 0\r\n").as_bytes(),
            &bob(),
            SendRecv,
        )
        .unwrap()
        .to_owned();
    assert!(answer.ends_with("m=audio 0 RTP/AVP 0\r\n"), "{answer}");
    assert_eq!(b.agreed(), None);
    b.on_offer(
        description("m=audio 7000 RTP/AVP 0\r\n").as_bytes(),
        &bob(),
        SendRecv,
    )
    .unwrap();
    assert_eq!(b.agreed().unwrap().port, 7000);
}

#[test]
fn an_offer_without_streams_is_answered_without_streams() {
    let mut b = OfferAnswer::new(22);
    let answer = b
        .on_offer(description("").as_bytes(), &bob(), SendRecv)
        .unwrap();
    assert!(answer.ends_with("t=0 0\r\n"), "{answer}");
    assert_eq!(b.agreed(), None);
}

#[test]
fn an_offer_that_cannot_be_rejected_is_answered_with_every_stream_refused() {
    let mut a = OfferAnswer::new(11);
    assert_eq!(a.refuse_streams(&alice()).unwrap_err(), Refusal::NoOffer);
    let offer = description("m=video 6000 RTP/AVP 31\r\nm=audio 7000 RTP/AVP 18\r\n");
    a.receive_offer(offer.as_bytes()).unwrap();
    let answer = a.refuse_streams(&alice()).unwrap();
    assert!(
        answer.ends_with("m=video 0 RTP/AVP 31\r\nm=audio 0 RTP/AVP 18\r\n"),
        "{answer}"
    );
    assert_eq!((a.state(), a.agreed()), (State::Stable, None));
    // The refused audio line is used anew by an offer of one's own.
    let next = a.make_offer(&alice(), SendRecv).unwrap();
    assert!(
        next.contains("m=video 0 RTP/AVP 31\r\nm=audio 4000 RTP/AVP 0 8 101\r\n"),
        "{next}"
    );
}

#[test]
fn bandwidth_and_packet_length_are_stated_when_set() {
    let media = LocalMedia {
        ptime: Some(20),
        bandwidth_kbps: Some(80),
        ..alice()
    };
    let mut a = OfferAnswer::new(11);
    let text = a.make_offer(&media, SendRecv).unwrap();
    let session = Session::parse(text.as_bytes()).unwrap();
    assert_eq!(session.media[0].ptime(), Some(20));
    assert_eq!(
        (
            &*session.media[0].bandwidths[0].kind,
            session.media[0].bandwidths[0].value
        ),
        ("AS", 80)
    );
    assert_eq!(session.to_string(), text);
}

#[test]
fn every_description_of_the_corpora_is_read_and_survives_writing() {
    let Some(corpora) = corpora() else { return };
    let mut count = 0;
    for (name, bytes) in descriptions(&corpora) {
        // RFC 8839 §12.2 prints two templates with `$R-PUB-1.PORT` where a port belongs.
        let is_template = bytes.windows(6).any(|six| six == b".PORT ");
        let session = match Session::parse(&bytes) {
            Err(error) if is_template => {
                assert_eq!(error.what, "m= port is not a number", "{name}");
                continue;
            }
            result => result.unwrap_or_else(|error| panic!("{name}: {error}")),
        };
        let written = session.to_string();
        let again =
            Session::parse(written.as_bytes()).unwrap_or_else(|e| panic!("{name}: {e}\n{written}"));
        assert_eq!(session, again, "{name}");
        count += 1;
    }
    assert!(count >= 180, "only {count} descriptions found");
}

#[test]
fn every_offer_of_the_corpora_is_answered_line_for_line_or_refused() {
    let Some(corpora) = corpora() else { return };
    let (mut answered, mut refused) = (0, 0);
    for (name, bytes) in descriptions(&corpora) {
        let mut b = OfferAnswer::new(22);
        let Ok(answer) = b.on_offer(&bytes, &bob(), SendRecv).map(str::to_owned) else {
            refused += 1;
            continue;
        };
        answered += 1;
        let (offer, answer) = (
            Session::parse(&bytes).unwrap(),
            Session::parse(answer.as_bytes()).unwrap(),
        );
        let shape = |session: &Session<'_>| -> Vec<_> {
            session
                .media
                .iter()
                .map(|line| (line.kind.to_string(), line.proto.to_string()))
                .collect()
        };
        assert_eq!(shape(&offer), shape(&answer), "{name}");
        assert!(answer.media.is_empty() || b.agreed().is_some(), "{name}");
    }
    assert!(
        answered >= 60 && refused >= 20,
        "{answered} answered, {refused} refused"
    );
}

/// Whatever bytes arrive: what is read survives writing, and what is answered keeps the offer's lines.
#[test]
fn damaged_descriptions_are_refused_or_read_but_never_more() {
    let Some(corpora) = corpora() else { return };
    let mut noise = 0x9e37_79b9_7f4a_7c15_u64;
    let mut random = move |limit: usize| {
        noise ^= noise << 13;
        noise ^= noise >> 7;
        noise ^= noise << 17;
        usize::try_from(noise >> 33).unwrap() % limit
    };
    let mut read = 0;
    for (name, bytes) in descriptions(&corpora) {
        for _ in 0..40 {
            let mut bytes = bytes.clone();
            for _ in 0..=random(4) {
                let (at, to) = (random(bytes.len()), random(bytes.len()));
                match random(4) {
                    0 => bytes[at] = b"\r\n=: 09/\xff\0"[random(10)],
                    1 => bytes.truncate(at.max(1)),
                    2 => bytes.swap(at, to),
                    _ => bytes.extend_from_within(at.min(to)..at.max(to)),
                }
            }
            let Ok(session) = Session::parse(&bytes) else {
                continue;
            };
            read += 1;
            let written = session.to_string();
            assert_eq!(
                Session::parse(written.as_bytes()).as_ref(),
                Ok(&session),
                "{name}: {bytes:?}"
            );
            let (_, mut b) = call();
            if let Ok(answer) = b.on_offer(&bytes, &bob(), SendRecv) {
                let answer = Session::parse(answer.as_bytes()).unwrap();
                assert_eq!(answer.media.len(), session.media.len(), "{name}: {bytes:?}");
            }
            let _ = b.agreed();
        }
    }
    assert!(read > 500, "{read} read");
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

/// The SDP blocks of the flows, and the bodies of captured messages that begin like one.
fn descriptions(corpora: &std::path::Path) -> Vec<(String, Vec<u8>)> {
    let files = |folder: &str| {
        let mut files: Vec<_> = std::fs::read_dir(corpora.join(folder))
            .unwrap()
            .map(|entry| entry.unwrap().path())
            .collect();
        files.sort();
        files
    };
    let mut found = Vec::new();
    for path in files("flows/sdp") {
        found.push((path.display().to_string(), std::fs::read(&path).unwrap()));
    }
    for path in files("wild") {
        let bytes = std::fs::read(&path).unwrap();
        let Some(at) = bytes.windows(4).position(|four| four == b"\r\n\r\n") else {
            continue;
        };
        if bytes[at + 4..].starts_with(b"v=0") {
            found.push((path.display().to_string(), bytes[at + 4..].to_vec()));
        }
    }
    found
}
