//! Offers and answers as RFC 3264 and RFC 4317 want them, and what descriptions keep (RFC 8866).
#![allow(clippy::unwrap_used, reason = "a test stops where it stands")]

mod sim;

use rtcclient::agent::{EventType, Send, SessionOptions, SessionState, SessionType};
use rtcclient::sdp::{Direction, LocalMedia, OfferAnswer, Session};
use rtcclient::syntax::HeaderId;
use sim::raw::sdp;
use sim::talk::{Leg, PEER, Talk, cookie, state};

fn local() -> LocalMedia<'static> {
    LocalMedia::new("192.0.2.2".parse().unwrap(), 49_920)
}

fn head(lines: &str) -> String {
    format!(
        "v=0\r\no=alice 2890844526 2890844526 IN IP4 192.0.2.9\r\ns=-\r\nc=IN IP4 192.0.2.9\r\nt=0 0\r\n{lines}"
    )
}

fn shape(text: &str) -> Vec<(String, u32)> {
    let session = Session::parse(text.as_bytes()).unwrap();
    session
        .media
        .iter()
        .map(|line| (line.kind.to_string(), line.port))
        .collect()
}

fn described(port: u16, video: Option<u16>, version: u32) -> String {
    let mut text = format!(
        "v=0\r\no=- 7 {version} IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio {port} RTP/AVP 0\r\n"
    );
    if let Some(video) = video {
        text.push_str(&format!("m=video {video} RTP/AVP 31\r\n"));
    }
    text
}

/// B-154, B-207: video comes into a call and goes again by the application's own descriptions: the line stays, its
/// port is 0.
#[test]
fn video_is_added_and_removed_in_a_call() {
    let mut t = Talk::new(1);
    let options = SessionOptions {
        content_type: "application/sdp".into(),
        description: Some(described(4000, None, 1).into_bytes().into()),
        ..SessionOptions::default()
    };
    let (session, invite) = t.call_with(SessionType::Application, options);
    t.answer(&invite, 200, "t1", "", &sdp(PEER, "sendrecv"));
    for (number, video) in [(1, Some(4002)), (2, Some(0))] {
        let offer = described(4000, video, number + 1);
        let send = Send {
            content_type: Some("application/sdp".into()),
            body: Some(offer.clone().into_bytes().into()),
            ..cookie(number.into())
        };
        t.on(|agent, now| agent.reinvite(now, &session, 0, &send))
            .unwrap();
        t.run();
        let reinvite = t.peer.expect("INVITE");
        assert_eq!(String::from_utf8_lossy(reinvite.body()), offer);
        let answer = sdp(PEER, "sendrecv").replace("o=- 1 1", &format!("o=- 1 {}", number + 1))
            + &format!("m=video {} RTP/AVP 31\r\n", video.unwrap());
        t.answer(&reinvite, 200, "t1", "", &answer);
        t.peer.expect("ACK");
        assert_eq!(
            t.completed(number.into()),
            Some(rtcclient::agent::Status::Sip(200))
        );
        assert!(
            t.remote_description(&session)
                .contains(&format!("m=video {}", video.unwrap()))
        );
    }
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-154, B-207, B-205 with media of ours: the peer adds video, which is refused in its place, and takes it away; the
/// audio goes on.
#[test]
fn video_of_the_peer_is_refused_in_its_place() {
    let mut t = Talk::new(2);
    let (session, _, leg) = t.connected("");
    let audio = sdp(PEER, "sendrecv").replace("o=- 1 1", "o=- 1 2");
    t.say(
        &leg,
        "INVITE",
        5,
        "",
        &format!("{audio}m=video 5000 RTP/AVP 31\r\n"),
    );
    let ok = t.peer.expect("200 INVITE");
    t.say(&leg, "ACK", 5, "", "");
    let answer = String::from_utf8_lossy(ok.body()).into_owned();
    let lines = shape(&answer);
    assert_eq!(
        (lines.len(), lines[0].0.as_str(), lines[1].clone()),
        (2, "audio", ("video".into(), 0))
    );
    assert!(lines[0].1 > 0);
    // From now on our own offers keep both lines.
    t.on(|agent, now| agent.hold(now, &session, true, &Send::default()))
        .unwrap();
    t.run();
    let reinvite = t.peer.expect("INVITE");
    assert_eq!(
        shape(&String::from_utf8_lossy(reinvite.body()))[1],
        ("video".into(), 0)
    );
}

/// B-209, B-122: we are ready for what we offered from the moment that it left; an answer in a 183 starts the media.
#[test]
fn what_was_offered_is_ready_before_the_answer() {
    let mut t = Talk::new(3);
    let (session, invite) = t.call(SessionOptions::default());
    let offer = String::from_utf8_lossy(invite.body()).into_owned();
    let details = t.on(|agent, _| agent.details(&session));
    let own = details.get_text(rtcclient::agent::properties::SESSION_LOCAL_DESCRIPTION, 0);
    assert_eq!(
        own,
        Some(&*offer),
        "where media is received is known to the application"
    );
    assert_eq!(t.events(EventType::Media).len(), 0);
    t.answer(&invite, 183, "t1", "", &sdp(PEER, "sendrecv"));
    let started = t.events(EventType::Media);
    assert_eq!(started.first().map(|event| event.kind), Some(1));
}

/// B-212: address, port and formats that move in a call hold from the answer on.
#[test]
fn a_move_of_the_peer_is_followed_at_once() {
    let mut t = Talk::new(4);
    let (session, _, leg) = t.connected("");
    let moved = sdp("192.0.2.99", "sendrecv")
        .replace("o=- 1 1 IN IP4 192.0.2.99", "o=- 1 2 IN IP4 192.0.2.9")
        .replace("m=audio 4000 RTP/AVP 0 101", "m=audio 7000 RTP/AVP 8")
        .replace(
            "a=rtpmap:0 PCMU/8000\r\na=rtpmap:101 telephone-event/8000",
            "a=rtpmap:8 PCMA/8000",
        );
    t.say(&leg, "INVITE", 5, "", &moved);
    let ok = t.peer.expect("200 INVITE");
    t.say(&leg, "ACK", 5, "", "");
    assert!(String::from_utf8_lossy(ok.body()).contains(" RTP/AVP 8\r\n"));
    assert_eq!(t.remote_description(&session), moved);
    let media = t.events(EventType::Media);
    assert_eq!(
        media.last().map(|event| (event.kind, event.reason)),
        Some((1, 6)),
        "changed by the peer"
    );
    // The same at the level of the negotiation.
    let mut side = OfferAnswer::new(2);
    side.on_offer(
        head("m=audio 49170 RTP/AVP 0\r\n").as_bytes(),
        &local(),
        Direction::SendRecv,
    )
    .unwrap();
    assert_eq!(side.agreed().unwrap().port, 49_170);
    side.on_offer(moved.as_bytes(), &local(), Direction::SendRecv)
        .unwrap();
    let agreed = side.agreed().unwrap();
    assert_eq!(
        (&*agreed.address, agreed.port, agreed.codec.payload),
        ("192.0.2.99", 7000, 8)
    );
}

/// B-213: the exchanges of RFC 4317 that have audio: what we answer to each, line by line, and what is agreed.
#[test]
fn the_exchanges_of_rfc_4317_come_out() {
    // (offer, the lines of the answer, the codec that is sent)
    let cases: &[(&str, &str, &[(&str, bool)], u8)] = &[
        (
            "2.1 audio and video",
            "m=audio 49170 RTP/AVP 0 8 97\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:97 iLBC/8000\r\n\
             m=video 51372 RTP/AVP 31 32\r\na=rtpmap:31 H261/90000\r\na=rtpmap:32 MPV/90000\r\n",
            &[("audio", true), ("video", false)],
            0,
        ),
        (
            "2.2 audio and video, second offer",
            "m=audio 49170 RTP/AVP 0 8\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:8 PCMA/8000\r\nm=video 0 RTP/AVP 31\r\n",
            &[("audio", true), ("video", false)],
            0,
        ),
        (
            "2.4 one of three audio codecs",
            "m=audio 49170 RTP/AVP 8 97\r\na=rtpmap:8 PCMA/8000\r\na=rtpmap:97 iLBC/8000\r\n",
            &[("audio", true)],
            8,
        ),
        (
            "3.1 added stream",
            "m=audio 49170 RTP/AVP 0 97\r\na=rtpmap:0 PCMU/8000\r\na=rtpmap:97 iLBC/8000\r\n\
             m=audio 49172 RTP/AVP 98\r\na=rtpmap:98 telephone-event/8000\r\na=sendonly\r\n",
            &[("audio", true), ("audio", false)],
            0,
        ),
        (
            "4.1 third party call control, audio only",
            "m=audio 49170 RTP/AVP 0\r\na=rtpmap:0 PCMU/8000\r\n",
            &[("audio", true)],
            0,
        ),
    ];
    for (name, offer, lines, payload) in cases {
        let mut side = OfferAnswer::new(2);
        let answer = side
            .on_offer(head(offer).as_bytes(), &local(), Direction::SendRecv)
            .unwrap()
            .to_owned();
        let seen: Vec<(String, bool)> = shape(&answer)
            .into_iter()
            .map(|(kind, port)| (kind, port != 0))
            .collect();
        let wanted: Vec<(String, bool)> = lines
            .iter()
            .map(|(kind, on)| ((*kind).to_owned(), *on))
            .collect();
        assert_eq!(seen, wanted, "{name}");
        assert_eq!(side.agreed().unwrap().codec.payload, *payload, "{name}");
    }
    // 2.3, hold and unhold: sendonly is answered by recvonly, and back.
    let mut side = OfferAnswer::new(2);
    for (stated, answered) in [
        ("", ""),
        ("a=sendonly\r\n", "a=recvonly"),
        ("a=sendrecv\r\n", "a=sendrecv"),
    ] {
        let offer = head(&format!("m=audio 49170 RTP/AVP 0\r\n{stated}"));
        let answer = side
            .on_offer(offer.as_bytes(), &local(), Direction::SendRecv)
            .unwrap()
            .to_owned();
        assert!(answer.contains(answered), "{answer}");
    }
    // 2.5: the answerer has other codecs alone: refused.
    let mut side = OfferAnswer::new(2);
    let odd = head("m=audio 49170 RTP/AVP 97\r\na=rtpmap:97 iLBC/8000\r\n");
    assert_eq!(
        side.on_offer(odd.as_bytes(), &local(), Direction::SendRecv)
            .unwrap_err()
            .status(),
        488
    );
    // 5.1, a delayed offer: ours in the 200, the answer in the ACK.
    let mut ours = OfferAnswer::new(3);
    ours.make_offer(&local(), Direction::SendRecv).unwrap();
    ours.on_answer(head("m=audio 34008 RTP/AVP 8\r\na=rtpmap:8 PCMA/8000\r\n").as_bytes())
        .unwrap();
    assert_eq!(
        (
            ours.agreed().unwrap().port,
            ours.agreed().unwrap().codec.payload
        ),
        (34_008, 8)
    );
}

/// B-206: a payload number is the receiver's own: what is 96 there and 101 here is sent under the other side's number.
#[test]
fn media_is_sent_under_the_other_sides_numbers() {
    let mut ours = OfferAnswer::new(1);
    ours.make_offer(&local(), Direction::SendRecv).unwrap();
    let answer = head("m=audio 7000 RTP/AVP 8 96\r\na=rtpmap:96 telephone-event/8000\r\n");
    ours.on_answer(answer.as_bytes()).unwrap();
    let agreed = ours.agreed().unwrap();
    assert_eq!(
        (agreed.codec.payload, agreed.telephone_event),
        (8, Some(96))
    );
}

/// B-208: the name of a session in o= stays for its life, the version counts its changes.
#[test]
fn the_origin_names_the_session_for_its_life() {
    let mut t = Talk::new(5);
    let (session, invite, _) = t.connected("");
    let origin = |body: &[u8]| {
        let text = String::from_utf8_lossy(body).into_owned();
        let parsed = Session::parse(text.as_bytes()).unwrap();
        (
            parsed.origin.session_id.to_string(),
            parsed.origin.version.parse::<u64>().unwrap(),
        )
    };
    let (name, mut version) = origin(invite.body());
    for hold in [true, false, true] {
        t.on(|agent, now| agent.hold(now, &session, hold, &Send::default()))
            .unwrap();
        t.run();
        let reinvite = t.peer.expect("INVITE");
        let (same, next) = origin(reinvite.body());
        assert_eq!((same.as_str(), next), (&*name, version + 1));
        version = next;
        t.answer(
            &reinvite,
            200,
            "t1",
            "",
            &sdp(PEER, if hold { "recvonly" } else { "sendrecv" }),
        );
    }
}

/// B-389: what a description says of a stream is read and written again as it came.
#[test]
fn attributes_of_streams_are_kept() {
    let text = head(
        "m=audio 49170 RTP/AVP 97 101\r\na=rtpmap:97 opus/48000/2\r\na=fmtp:97 useinbandfec=1\r\n\
         a=rtpmap:101 telephone-event/8000\r\na=fmtp:101 0-15\r\na=ptime:20\r\na=maxptime:60\r\na=recvonly\r\n\
         a=rtcp:53020 IN IP4 192.0.2.9\r\na=rtcp-mux\r\na=ssrc:11111 cname:alice@example.com\r\n",
    );
    let session = Session::parse(text.as_bytes()).unwrap();
    assert_eq!(session.to_string(), text);
    let line = &session.media[0];
    assert_eq!(line.ptime(), Some(20));
    assert_eq!(session.direction(line), Direction::RecvOnly);
    let names: Vec<&str> = line
        .attributes
        .iter()
        .map(|attribute| &*attribute.name)
        .collect();
    for name in ["rtpmap", "fmtp", "maxptime", "rtcp", "rtcp-mux", "ssrc"] {
        assert!(names.contains(&name), "{name}");
    }
    // The peer's RTCP port is taken where it says.
    let mut side = OfferAnswer::new(2);
    let offer = head("m=audio 49170 RTP/AVP 0\r\na=rtcp:53020\r\n");
    side.on_offer(offer.as_bytes(), &local(), Direction::SendRecv)
        .unwrap();
    assert_eq!(side.agreed().unwrap().rtcp_port, Some(53_020));
}

/// B-390: payload numbers of RFC 3551 need no rtpmap.
#[test]
fn static_payload_numbers_need_no_rtpmap() {
    for (formats, encoding) in [("0 8", "PCMU"), ("8 0", "PCMA"), ("18 8", "PCMA")] {
        let mut side = OfferAnswer::new(2);
        let offer = head(&format!("m=audio 49170 RTP/AVP {formats}\r\n"));
        side.on_offer(offer.as_bytes(), &local(), Direction::SendRecv)
            .unwrap();
        assert_eq!(&*side.agreed().unwrap().codec.encoding, encoding);
    }
}

/// B-391: bandwidths are read in their units, and stated when set.
#[test]
fn bandwidths_are_read_and_stated() {
    let text = head("b=AS:128\r\nm=audio 49170 RTP/AVP 0\r\nb=TIAS:64000\r\nb=RS:800\r\n");
    let text = text.replace("t=0 0\r\nb=AS:128\r\n", "b=AS:128\r\nt=0 0\r\n");
    let session = Session::parse(text.as_bytes()).unwrap();
    assert_eq!(
        (&*session.bandwidths[0].kind, session.bandwidths[0].value),
        ("AS", 128)
    );
    let line: Vec<(&str, u64)> = session.media[0]
        .bandwidths
        .iter()
        .map(|b| (&*b.kind, b.value))
        .collect();
    assert_eq!(line, [("TIAS", 64_000), ("RS", 800)]);
    let media = LocalMedia {
        bandwidth_kbps: Some(80),
        ..local()
    };
    let mut side = OfferAnswer::new(2);
    assert!(
        side.make_offer(&media, Direction::SendRecv)
            .unwrap()
            .contains("b=AS:80\r\n")
    );
}

/// B-392: the description of the peer is read as it came, and ours is the application's to write.
#[test]
fn descriptions_are_read_and_written_by_the_application() {
    let mut t = Talk::new(6);
    let odd = format!("{}a=x-odd:1\r\n", sdp(PEER, "sendrecv"));
    let session = t.called("", &odd).unwrap();
    assert_eq!(t.remote_description(&session), odd);
    let ours = format!("{}a=x-ours:2\r\n", sdp("192.0.2.1", "sendrecv"));
    let send = Send {
        content_type: Some("application/sdp".into()),
        body: Some(ours.clone().into_bytes().into()),
        ..Send::default()
    };
    t.reply(&session, 200, send);
    let ok = t.peer.expect("200 INVITE");
    assert_eq!(String::from_utf8_lossy(ok.body()), ours);
    assert_eq!(ok.header(HeaderId::ContentType), Some("application/sdp"));
    t.say(&Leg::of_answer(&ok), "ACK", 1, "", "");
    assert_eq!(state(&session), SessionState::Connected);
}

/// B-393, B-214: several ports, multicast, kinds and protocols that we do not speak: port 0 in their place.
#[test]
fn strange_streams_are_refused_in_their_place() {
    for strange in [
        "m=audio 49170/2 RTP/SAVPF 0\r\n",
        "m=image 49170 udptl t38\r\n",
        "m=application 49170 UDP/DTLS/SCTP webrtc-datachannel\r\n",
        "m=message 7394 TCP/MSRP *\r\n",
        "m=x-unknown 1 x/y z\r\n",
    ] {
        let mut side = OfferAnswer::new(2);
        let offer = head(&format!(
            "{strange}m=audio 49180 RTP/AVP 0\r\nc=IN IP4 192.0.2.9\r\n"
        ));
        let answer = side
            .on_offer(offer.as_bytes(), &local(), Direction::SendRecv)
            .unwrap()
            .to_owned();
        let lines = shape(&answer);
        assert_eq!((lines.len(), lines[0].1), (2, 0), "{answer}");
        assert_eq!(side.agreed().unwrap().port, 49_180);
    }
    let multicast = head("m=audio 49170/2 RTP/AVP 0\r\n")
        .replace("c=IN IP4 192.0.2.9", "c=IN IP4 233.252.0.1/127/3");
    let mut side = OfferAnswer::new(2);
    let _ = side.on_offer(multicast.as_bytes(), &local(), Direction::SendRecv);
    let _ = side.agreed();
}
